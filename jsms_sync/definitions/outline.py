"""Where the parts of a YAML file stand in its text: what an insertion needs to know, and no values."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from jsms_sync.definitions.reader import PARSER

FLOW, BLOCK, ALIAS = "flow", "block", "alias"


@dataclass(frozen=True, slots=True)
class Node:
    """One value; `end` is the index after the last character of its content, comments left out.

    `style` is `flow`, `block` or `alias`, for a scalar its quote or block sign, if it has one.
    """

    start: int
    column: int
    end: int
    style: str
    name: str = ""
    is_mapping: bool = False
    items: tuple[tuple["Node", "Node"], ...] = ()

    def get(self, key: str) -> "Node | None":
        """The value of that entry of a mapping."""
        return next((value for found, value in self.items if found.name == key), None)

    @property
    def is_nothing(self) -> bool:
        """Whether nothing at all is written where a value could be."""
        return not self.style and self.start == self.end


@dataclass(frozen=True, slots=True)
class Outline:
    """The root of the one document, None where there is none, and the index where the document ends."""

    root: Node | None
    end: int


def outline(text: str, parser: Any = PARSER) -> Outline:
    """The outline of a text that the reader can read to its end."""
    source = parser(text)
    try:
        return _document(_events(source), len(text))
    finally:
        source.dispose()


def _events(source: Any) -> Iterator[Any]:
    while source.check_event():
        yield source.get_event()


def _document(events: Iterator[Any], length: int) -> Outline:
    root: Node | None = None
    for event in events:
        if isinstance(event, DocumentEndEvent):
            mark: Any = event.start_mark
            return Outline(root, mark.index if event.explicit else length)
        if isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent):
            root = _node(events, event)
    return Outline(None, length)


def _node(events: Iterator[Any], event: Any) -> Node:
    match event:
        case MappingStartEvent():
            return _mapping(events, event)
        case SequenceStartEvent():
            return _list(events, event)
        case _:
            style = ALIAS if isinstance(event, AliasEvent) else event.style or ""
            mark = event.start_mark
            return Node(mark.index, mark.column, event.end_mark.index, style, getattr(event, "value", ""))


def _mapping(events: Iterator[Any], start: Any) -> Node:
    items = []
    while not isinstance(event := next(events), MappingEndEvent):
        key = _node(events, event)
        items.append((key, _node(events, next(events))))
    last = [node.end for item in items[-1:] for node in item]
    return _collection(start, event, last, is_mapping=True, items=tuple(items))


def _list(events: Iterator[Any], start: Any) -> Node:
    last = [start.end_mark.index]
    while not isinstance(event := next(events), SequenceEndEvent):
        last = [_node(events, event).end]
    return _collection(start, event, last, is_mapping=False)


def _collection(
    start: Any,
    end: Any,
    last: list[int],
    *,
    is_mapping: bool,
    items: tuple[tuple[Node, Node], ...] = (),
) -> Node:
    """In block style the end event comes after all comments, at the next token; the content ended before."""
    is_flow = bool(start.flow_style)
    mark, ended = start.start_mark, end.end_mark.index if is_flow else max(last)
    return Node(mark.index, mark.column, ended, FLOW if is_flow else BLOCK, "", is_mapping, items)
