"""The definitions of all files by address, each with the places of its parts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from jsms_sync.definitions.codes import problem
from jsms_sync.definitions.places import SECTIONS, Document, Path, Table, address_of
from jsms_sync.model.resources import Address, Position, Problem


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Entry:
    """What the user wrote for one address, and which parts of it cannot be used."""

    document: Document
    address: Address
    name: str
    root: Path
    table: Table
    bad: frozenset[Path] = frozenset()
    touched: frozenset[Path] = field(default=frozenset())
    """The bad paths and everything above them."""

    def has(self, key: str) -> bool:
        """Whether the key is written and its value can be used."""
        return key in self.table and not (self.bad and (key,) in self.bad)

    def clean(self, *path: str | int) -> bool:
        """Whether nothing at or below the path is bad."""
        return path not in self.touched

    def text(self, key: str) -> str | None:
        """The value as written, if it can be used."""
        return self.table.places[key].text if self.has(key) else None

    def number(self, key: str) -> int | None:
        """The value as a whole number, if it can be used."""
        return int(self.table[key]) if self.has(key) else None

    def key(self, *path: str | int) -> Position:
        """Where the key at the path is written; without a path the entry's own name."""
        return self.document.key((*self.root, *path))

    def value(self, *path: str | int) -> Position:
        """Where the value at the path is written."""
        return self.document.value((*self.root, *path))

    def problem(self, code: str, position: Position, message: str, help: str | None = None) -> Problem:
        """A problem of this entry."""
        return problem(code, position, message, help, self.address)


_NONE: frozenset[Path] = frozenset()


def entries(document: Document, bad: frozenset[Path]) -> Iterator[Entry]:
    """The entries of the document that are mappings."""
    spoiled = _by_entry(bad)
    for section in SECTIONS:
        table = document.root.get(section) if isinstance(document.root, Table) else None
        for name, entry in table.items() if isinstance(table, Table) else ():
            root = (section, name)
            address = address_of(root)
            if isinstance(entry, Table) and address:
                paths = spoiled.get(root, _NONE)
                yield Entry(
                    document, address, name, root, entry, paths, _with_parents(paths) if paths else _NONE
                )


def merged(found: Iterable[Entry]) -> tuple[dict[Address, Entry], list[Problem]]:
    """The entries of all files by address, the first of each, and a problem for every other one."""
    kept: dict[Address, Entry] = {}
    problems = []
    for entry in found:
        first = kept.setdefault(entry.address, entry)
        if first is not entry:
            message = f"{entry.address} is defined twice: here and at {first.key()}"
            problems.append(entry.problem("duplicate-name", entry.key(), message))
    return kept, problems


def _by_entry(bad: frozenset[Path]) -> Mapping[Path, frozenset[Path]]:
    grouped: dict[Path, set[Path]] = {}
    for path in bad:
        grouped.setdefault(path[:2], set()).add(path[2:])
    return {root: frozenset(paths) for root, paths in grouped.items()}


def _with_parents(paths: frozenset[Path]) -> frozenset[Path]:
    return frozenset(path[:length] for path in paths for length in range(1, len(path) + 1))
