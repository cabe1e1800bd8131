"""Definitions written the same way by everybody: keys in one order, two spaces a level, comments kept."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from jsms_sync.definitions.decoding import decode, lines_of
from jsms_sync.definitions.key_order import Level, levels
from jsms_sync.definitions.outline import BLOCK, Node, outline
from jsms_sync.definitions.places import SECTIONS
from jsms_sync.definitions.reader import PARSER
from jsms_sync.definitions.said import said
from jsms_sync.model.resources import Problem

STEP = 2
_BREAK = re.compile(r"\r\n|\r|\n")
_COLON = re.compile(r"\s*:\s*")


class CannotFormat(Exception):
    """The file cannot be read, so nothing is known of what has to stay."""


class _Source(NamedTuple):
    """A text, its lines without their ends, and the index at which each of them begins."""

    text: str
    lines: Sequence[str]
    starts: Sequence[int]

    def line(self, index: int) -> int:
        """The number of the line that holds the character at the index, from 0."""
        return bisect_right(self.starts, index) - 1

    def column(self, node: Node) -> int:
        """How far from the margin it begins."""
        return node.start - self.starts[self.line(node.start)]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A key with its value: the lines above it that are about it, and the lines that it has itself.

    `content` is the line after its value, `end` that after the comments which are indented below it.
    """

    key: Node
    value: Node
    above: Sequence[str]
    first: int
    content: int
    end: int


def tidied(data: bytes, parser: Any = PARSER) -> bytes:
    """The file in its one form, which says the same and does not change when it is tidied again.

    Where a key cannot be moved, as from an anchor to behind its alias, all keys stay where they are, and a
    file that is written in an unusual way is left as it is. Raises CannotFormat for one that cannot be read.
    """
    text, before = decode("", data), said(data, parser)
    if isinstance(text, Problem) or before is None:
        raise CannotFormat
    candidates = (candidate.encode() for candidate in _candidates(text, parser))
    return next((tidy for tidy in candidates if said(tidy, parser) == before), data)


def _candidates(text: str, parser: Any) -> Iterator[str]:
    """What the text could become, the best first."""
    found, level = outline(text, parser), levels()
    root = found.root
    starts = [0, *(each.end() for each in _BREAK.finditer(text))]
    source = _Source(text, lines_of(text), starts)
    if root is not None and _is_deep(root) and not _is_unusual(source, root, level):
        yield _file(source, root, found.end, level)
        yield _file(source, root, found.end, level.unordered())


def _is_deep(value: Node) -> bool:
    return value.is_mapping and value.style == BLOCK


def _is_unusual(source: _Source, node: Node, level: Level) -> bool:
    """Whether a key that may be moved does not begin its line, or is not there to be seen."""
    for key, value in node.items:
        line = source.lines[source.line(key.start)]
        if line[: source.column(key)].strip() or key.start == key.end:
            return True
        below = level.below(key.name)
        if below and _is_deep(value) and _is_unusual(source, value, below):
            return True
    return False


def _file(source: _Source, root: Node, end: int, level: Level) -> str:
    stop = source.line(end) if end < len(source.text) else len(source.lines)
    first = source.line(root.items[0][0].start)
    head = [line.rstrip() for line in source.lines[:first]]
    # What stands at the top stays there, and apart from what comes below it now.
    names = [key.name for key, _ in root.items]
    head += [""] if names[0] != min(names, key=level.rank) else []
    body = _mapping(source, root, level, first, stop, 0)
    loose = _loose_start(body)
    lines = [*_squeezed([*head, *body[:loose]], is_first=True), *body[loose:]]
    lines += [line.rstrip() for line in source.lines[stop:]]
    ends = _BREAK.search(source.text)
    line_end = "\r\n" if ends and ends[0] == "\r\n" else "\n"
    return line_end.join(lines).rstrip("\r\n") + line_end


def _loose_start(lines: Sequence[str]) -> int:
    """How many empty lines and comments the lines begin with."""
    return next(n for n, line in enumerate(lines) if line and not line.lstrip().startswith("#"))


def _mapping(source: _Source, node: Node, level: Level, first: int, stop: int, column: int) -> list[str]:
    """The lines of the mapping, and those after its last entry that are about none of them."""
    entries, rest = _entries(source, node, first, stop)
    lines: list[str] = []
    for entry in sorted(entries, key=lambda entry: level.rank(entry.key.name)):
        is_section = column == 0 and entry.key.name in SECTIONS
        above = ["", *entry.above] if is_section else entry.above
        lines += _squeezed(_at(column, above), is_first=column > 0 and not lines)
        lines += _entry(source, entry, level.below(entry.key.name), column)
    # Empty lines after the last comment are nobody's, or those of what follows.
    closing = _squeezed(_at(column, rest))
    return lines + (closing[:-1] if closing[-1:] == [""] else closing)


def _entries(source: _Source, node: Node, first: int, stop: int) -> tuple[list[_Entry], Sequence[str]]:
    """The entries, and the lines below them that belong to none."""
    found: list[_Entry] = []
    starts = [source.line(key.start) for key, _ in node.items]
    above = source.lines[first : starts[0]]
    for (key, value), start, limit in zip(node.items, starts, [*starts[1:], stop], strict=True):
        content = source.line(max(key.end, value.end) - 1) + 1
        # The end of a block of text comes after the empty lines below it.
        while not source.lines[content - 1].strip():
            content -= 1
        end = _below(source.lines, content, limit, source.column(key))
        found.append(_Entry(key, value, above, start, content, end))
        above = source.lines[end:limit]
    return found, above


def _below(lines: Sequence[str], begin: int, limit: int, column: int) -> int:
    """The line after the comments that are indented deeper than the key, so that they belong to its value."""
    end = begin
    for number in range(begin, limit):
        if lines[number].strip():
            if _indent(lines[number]) <= column:
                break
            end = number + 1
    return end


def _entry(source: _Source, entry: _Entry, below: Level | None, column: int) -> list[str]:
    shift = column - source.column(entry.key)
    if below is not None and _is_deep(entry.value):
        head = _moved(_head(source, entry), shift)
        return [head, *_mapping(source, entry.value, below, entry.first + 1, entry.end, column + STEP)]
    # A text of several lines is moved to the side as one, and keeps every character.
    more = [_moved(line, shift) for line in source.lines[entry.first + 1 : entry.content]]
    after = [_moved(line, shift).rstrip() for line in source.lines[entry.content : entry.end]]
    return [_moved(_head(source, entry, below), shift), *more, *_squeezed(after)]


def _head(source: _Source, entry: _Entry, below: Level | None = None) -> str:
    """The line of the key, with one space behind its colon and none before it."""
    line, key, value = source.lines[entry.first], entry.key, entry.value
    name = line[: source.column(key) + key.end - key.start]
    colon = _COLON.match(line, len(name))
    rest = line[colon.end() :] if colon else ""
    if rest.startswith("#"):
        return line.rstrip()
    written = source.text[value.start : value.end]
    if below and written.startswith("{") and not re.search(r"[#\r\n]", written):
        rest = _in_braces(source, value, below) + rest.removeprefix(written)
    return f"{name}: {rest}".rstrip()


def _in_braces(source: _Source, value: Node, level: Level) -> str:
    """The mapping on its one line, its keys in order."""
    items = sorted(value.items, key=lambda item: level.rank(item[0].name))
    return "{" + ", ".join(source.text[key.start : max(key.end, each.end)] for key, each in items) + "}"


def _moved(line: str, shift: int) -> str:
    if shift >= 0:
        return " " * shift + line if line.strip() else line
    return line[min(-shift, _indent(line)) :]


def _at(column: int, lines: Sequence[str]) -> list[str]:
    """Comments, moved to that column."""
    return [" " * column + line.strip() if line.strip() else "" for line in lines]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _squeezed(lines: Sequence[str], *, is_first: bool = False) -> list[str]:
    """The lines with one empty line where there are several; with none at the start of what is first."""
    kept: list[str] = []
    for line in lines:
        if line or (kept[-1] != "" if kept else not is_first):
            kept.append(line)
    return kept
