"""Plain data that remembers where each part was written, and in which letters."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from jsms_sync.model.resources import Address, Position, campaign_address, template_address

Path = tuple[str | int, ...]
"""The keys and indices that lead from the root of a file to a value."""

SECTIONS = ("templates", "campaigns")
NAME = re.compile("[a-z0-9][a-z0-9_-]{0,62}")


class Place(NamedTuple):
    """Where a key and its value stand (an item of a list stands at its value), and the value as written."""

    key_line: int
    key_column: int
    line: int
    column: int
    text: str

    def __repr__(self) -> str:
        return f"Place({self.key_line}:{self.key_column}, {self.line}:{self.column})"


class Table(dict[str, Any]):
    """A mapping with the place of each entry; its values are not shown, some of them are private."""

    __slots__ = ("places",)

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}

    def __repr__(self) -> str:
        return f"Table({', '.join(self)})"

    def text(self, key: str) -> str:
        """The entry's scalar as written."""
        return self.places[key].text


class Rows(list[Any]):
    """A list with the place of each item; the items are not shown, some of them are private."""

    __slots__ = ("places",)

    def __init__(self) -> None:
        self.places: list[Place] = []

    def __repr__(self) -> str:
        return f"Rows({len(self)})"


class Document(NamedTuple):
    """One YAML file as data: its root, the paths of values that already have a problem, and its lines."""

    file: str
    root: Any
    start: Position
    bad: frozenset[Path]
    lines: Sequence[str] = ()

    def __repr__(self) -> str:
        return f"Document({self.file!r})"

    def key(self, path: Path) -> Position:
        """Where the key at the path is written; for an item of a list, where the item is."""
        place = self._place(path)
        return Position(self.file, place.key_line, place.key_column) if place else self.start

    def value(self, path: Path) -> Position:
        """Where the value at the path is written."""
        place = self._place(path)
        return Position(self.file, place.line, place.column) if place else self.start

    def _place(self, path: Path) -> Place | None:
        if not path:
            return None
        node = self.root
        for step in path[:-1]:
            node = node[step]
        place: Place = node.places[path[-1]]
        return place


def address_of(path: Path) -> Address | None:
    """The resource to which the path belongs; none where its name is no name."""
    match path:
        case ("templates", str(name), *_) if NAME.fullmatch(name):
            return template_address(name)
        case ("campaigns", str(name), *_) if NAME.fullmatch(name):
            return campaign_address(name)
    return None
