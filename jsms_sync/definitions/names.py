"""The addresses that the files name, for whoever needs no more than that and cannot wait for the rest."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from jsms_sync.definitions.entries import entries
from jsms_sync.definitions.reader import read
from jsms_sync.definitions.sources import find, read_bytes
from jsms_sync.model.resources import Address, Problem


def addresses(paths: Sequence[str], folder: Path) -> tuple[frozenset[Address], tuple[Problem, ...]]:
    """Every address that can be made out, sound or not, and why a file could not be read.

    No recipients file is opened, and no rule is asked.
    """
    names, problems = find(paths, folder)
    found: set[Address] = set()
    for name in names:
        for each in _named(name, folder):
            if isinstance(each, Problem):
                problems.append(each)
            else:
                found.add(each)
    return frozenset(found), tuple(problems)


def _named(name: str, folder: Path) -> Iterator[Address | Problem]:
    data = read_bytes(name, folder)
    if isinstance(data, Problem):
        yield data
        return
    document, problems = read(name, data)
    if document is None:
        yield from problems[-1:]
        return
    yield from (entry.address for entry in entries(document, document.bad))
