"""The addresses that the files name, for whoever needs no more than that and cannot wait for the rest."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from jsms_sync.definitions.entries import Entry, entries
from jsms_sync.definitions.reader import read
from jsms_sync.definitions.sources import find, read_bytes
from jsms_sync.model.resources import Address, Problem, kind_of


def addresses(
    paths: Sequence[str], folder: Path
) -> tuple[dict[Address, Address | None], tuple[Problem, ...]]:
    """Every address that can be made out, sound or not, with the one it was moved from, if it says so.

    And why a file could not be read. No recipients file is opened, and no rule is asked.
    """
    names, problems = find(paths, folder)
    found: dict[Address, Address | None] = {}
    for name in names:
        for each in _named(name, folder):
            if isinstance(each, Problem):
                problems.append(each)
            else:
                found[each.address] = _former(each)
    return found, tuple(problems)


def _former(entry: Entry) -> Address | None:
    former = entry.text("moved_from")
    return Address(f"{kind_of(entry.address)}.{former}") if former else None


def _named(name: str, folder: Path) -> Iterator[Entry | Problem]:
    data = read_bytes(name, folder)
    if isinstance(data, Problem):
        yield data
        return
    document, problems = read(name, data)
    if document is None:
        yield from problems[-1:]
        return
    yield from entries(document, document.bad)
