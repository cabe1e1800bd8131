"""Entries for addresses that no file defines yet: which file they go to, and what it will say then."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from jsms_sync.definitions.adopted import Written
from jsms_sync.definitions.entries import entries
from jsms_sync.definitions.fields import Fields
from jsms_sync.definitions.places import Document, Table
from jsms_sync.definitions.reader import read
from jsms_sync.definitions.sources import SUFFIXES, find, name_of, read_bytes, recipients_name
from jsms_sync.definitions.splice import CannotSplice, splice
from jsms_sync.errors import InvalidInput
from jsms_sync.model.resources import Address, Problem, kind_of
from jsms_sync.model.resources import name_of as name_in
from jsms_sync.model.settings import HOME_ZONE, SETTINGS_FILE


class Draft(NamedTuple):
    """A file as it was, None where there was none, and as it shall be."""

    name: str
    before: bytes | None
    after: bytes


@dataclass(frozen=True, slots=True)
class Survey:
    """Which file defines each address, valid or not; and the file that new entries go to, with its zone.

    `problems` are those that keep a file from being read to its end.
    """

    target: str
    timezone: str
    defined: Mapping[Address, str]
    problems: tuple[Problem, ...]


def survey(paths: Sequence[str], to: str | None, folder: Path, timezone: str = HOME_ZONE) -> Survey:
    """What the definitions at these paths define; new entries go to `to`, or else to the first file.

    `timezone` is that of files which name none.

    Raises InvalidInput when `to` is not among what the paths name.
    """
    names, problems = find(paths, folder)
    target = _target(paths, names, to, folder)
    defined: dict[Address, str] = {}
    zones = {}
    for name in dict.fromkeys((*names, target)):
        document, found = _read(name, folder)
        problems += found
        if document is not None:
            zones[name] = _zone(document, timezone)
            for entry in entries(document, frozenset()):
                defined.setdefault(entry.address, name)
    return Survey(target, zones.get(target, timezone), defined, tuple(problems))


def _target(paths: Sequence[str], names: Sequence[str], to: str | None, folder: Path) -> str:
    if to is None and names:
        return names[0]
    wanted = name_of(to or paths[0], folder)
    same = [name for name in names if os.path.realpath(folder / name) == os.path.realpath(folder / wanted)]
    is_new = os.path.basename(wanted).endswith(SUFFIXES) and os.path.basename(wanted) != SETTINGS_FILE
    folders = [os.path.realpath(folder / path) for path in paths if os.path.isdir(folder / path)]
    if same or (is_new and os.path.dirname(os.path.realpath(folder / wanted)) in folders):
        return same[0] if same else wanted
    told = ", ".join(names) or "no file"
    raise InvalidInput(
        f"new entries cannot go to {wanted}: it is not among the definitions that are read ({told})",
        help="Name one of them with --to, or read that file too, with -f.",
    )


def _read(name: str, folder: Path) -> tuple[Document | None, list[Problem]]:
    """The document; a file that does not exist yet, or is empty, is no problem."""
    if not os.path.lexists(folder / name):
        return None, []
    data = read_bytes(name, folder)
    if isinstance(data, Problem):
        return None, [data]
    document, problems = read(name, data)
    hidden = document is not None or [found.code for found in problems] == ["empty-file"]
    return document, [] if hidden else problems


def _zone(document: Document, usual: str) -> str:
    is_named = isinstance(document.root, Table) and "timezone" in document.root
    return document.root.text("timezone") if is_named else usual


def extended(
    found: Survey, new: Mapping[Address, Written], folder: Path, recipients_dir: str | None = None
) -> tuple[Draft, ...]:
    """The files that the new entries make or change, in the order in which they are to be saved.

    Recipients files go beside the definitions, or into `recipients_dir`.

    Raises InvalidInput where a file cannot be extended without touching the rest of it, or where a
    recipients file would have to be overwritten.
    """
    if not new:
        return ()
    sheets = [
        draft for written in new.values() for draft in _sheet(found.target, written, folder, recipients_dir)
    ]
    before = _bytes(found.target, folder)
    after = before or b""
    for kind, section in (("template", "templates"), ("campaign", "campaigns")):
        added = {name_in(address): w.fields for address, w in new.items() if kind_of(address) == kind}
        after = _spliced(found.target, after, section, added) if added else after
    return (*sheets, Draft(found.target, before, after))


def _spliced(name: str, data: bytes, section: str, added: Mapping[str, Fields]) -> bytes:
    try:
        return splice(data, section, added)
    except CannotSplice:
        raise InvalidInput(
            f"{name} is written in a way that nothing can be added to its `{section}` by itself",
            help="Write the entries into it by hand and import again: what is defined is only recorded.",
            code="cannot-extend",
        ) from None


def _sheet(target: str, written: Written, folder: Path, recipients_dir: str | None) -> Iterator[Draft]:
    if written.recipients_file is None:
        return
    name = recipients_name(written.recipients_file, target, folder, recipients_dir)
    before = _bytes(name, folder)
    if before is None:
        yield Draft(name, None, written.recipients)
    elif before != written.recipients:
        raise InvalidInput(
            f"{name} exists, and holds something else than the recipients that JSMS shows",
            help="Move it away, or write the campaign's entry by hand and import again.",
            code="file-exists",
        )


def _bytes(name: str, folder: Path) -> bytes | None:
    if not os.path.lexists(folder / name):
        return None
    data = read_bytes(name, folder)
    if isinstance(data, Problem):
        raise InvalidInput(data.message, help=data.help)
    return data
