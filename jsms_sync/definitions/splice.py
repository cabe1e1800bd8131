"""New entries put into a YAML file whose every other byte stays as it was, comments and all."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from jsms_sync.definitions.decoding import decode
from jsms_sync.definitions.fields import Fields, block, flow
from jsms_sync.definitions.outline import BLOCK, FLOW, Node, outline
from jsms_sync.definitions.reader import PARSER
from jsms_sync.definitions.said import Said, said
from jsms_sync.model.resources import Problem

_BOM = b"\xef\xbb\xbf"
_BREAK = re.compile(r"\r\n|\r|\n")
_COMMENT = re.compile(r"#[^\r\n]*")
STEP = 2
"""Spaces of one level where the file does not show how many it uses."""

Entries = Mapping[str, Fields]


_NOTHING = (None, "")
"""A value that is not written."""


class CannotSplice(Exception):
    """The file is written in a way that nothing can be put into without touching the rest of it."""


class _Insertion(NamedTuple):
    at: int
    text: str


def splice(data: bytes, section: str, entries: Entries, parser: Any = PARSER) -> bytes:
    """The file with the entries at the end of the section, which is made where it is missing.

    All that was there stands before and after the one place of insertion, byte for byte, and reads back as
    before. Raises CannotSplice where that is not possible, also for a file that cannot be read.
    """
    head, body = (_BOM, data[len(_BOM) :]) if data.startswith(_BOM) else (b"", data)
    text = decode("", body)
    if isinstance(text, Problem):
        raise CannotSplice
    before = said(body, parser)
    if before is None:
        raise CannotSplice
    for at, added in _insertions(text, section, entries, parser):
        spliced = (text[:at] + added + text[at:]).encode()
        after = said(spliced, parser)
        if after is not None and _is_extended(before, after, section, entries):
            return head + spliced
    raise CannotSplice


def _is_extended(before: Said, after: Said, section: str, entries: Entries) -> bool:
    """Whether nothing but the entries has come, and those just as they are meant."""
    found = after.root.get(section) if isinstance(after.root, dict) else None
    if not isinstance(found, dict) or after.codes != before.codes:
        return False
    known = before.root.get(section, _NOTHING)
    old = {name: entry for name, entry in found.items() if name not in entries}
    if old != ({} if known == _NOTHING else known):
        return False
    rest = {key: value for key, value in after.root.items() if key != section}
    expected = {key: value for key, value in before.root.items() if key != section}
    is_same = rest == (expected if before.root else {"version": (1, "1")})
    return is_same and all(_reads_back(found.get(name), fields) for name, fields in entries.items())


def _reads_back(found: Any, fields: Fields) -> bool:
    """Whether the entry has just these keys, and the texts and numbers that were to be written."""
    if not isinstance(found, dict) or list(found) != list(fields):
        return False
    told = {key: value for key, value in fields.items() if isinstance(value, str | int)}
    return all(found[key] == (value, str(value)) for key, value in told.items())


def _insertions(text: str, section: str, entries: Entries, parser: Any) -> Iterator[_Insertion]:
    """The places for the entries, the one that reads best first."""
    found = outline(text, parser)
    root = found.root
    if root is None or root.is_nothing:
        yield _lines_at(text, found.end, [*_beginning(text), *_section(section, entries, STEP)])
    elif root.is_mapping:
        there = root.get(section)
        if there is None:
            yield from _new_section(text, found.end, root, section, entries)
        elif there.is_mapping:
            yield from _extended(text, root, there, entries)
        elif there.is_nothing and root.style == BLOCK:
            lines = _entries(entries, root.column + STEP, STEP)
            yield from (_lines_at(text, index, lines) for index in _ends(text, there, root.column))


def _beginning(text: str) -> list[str]:
    return [*([""] if _COMMENT.search(text) else []), "version: 1", ""]


def _section(section: str, entries: Entries, step: int, column: int = 0) -> list[str]:
    return [f"{' ' * column}{section}:", *_entries(entries, column + step, step)]


def _entries(entries: Entries, column: int, step: int, *, apart: bool = False) -> list[str]:
    lines: list[str] = []
    for name, fields in entries.items():
        lines += [""] if apart else []
        lines += [f"{' ' * column}{line}" if line else "" for line in block(name, fields, step)]
    return lines


def _new_section(text: str, end: int, root: Node, section: str, entries: Entries) -> Iterator[_Insertion]:
    if root.style == FLOW:
        as_json = _is_json(text, root)
        inner = ", ".join(flow(name, fields, as_json=as_json) for name, fields in entries.items())
        name = f'"{section}"' if as_json else section
        yield _in_braces(text, root, [f"{name}: {{{inner}}}"], "")
        return
    lines = _section(section, entries, _step_of(root), root.column)
    parted = [] if _is_blank(text, end) else [""]
    yield _lines_at(text, end, [*parted, *lines])


def _step_of(root: Node) -> int:
    """The spaces by which the file's mappings stand deeper than their names."""
    blocks = (value for _, value in root.items if value.is_mapping and value.style == BLOCK)
    return next((value.column - root.column for value in blocks if value.column > root.column), STEP)


def _is_blank(text: str, end: int) -> bool:
    """Whether the line above that index is empty."""
    return text[:end].endswith(("\n\n", "\r\n\r\n", "\r\r"))


def _extended(text: str, root: Node, there: Node, entries: Entries) -> Iterator[_Insertion]:
    if there.style == FLOW:
        as_json = _is_json(text, root)
        items = [flow(name, fields, as_json=as_json) for name, fields in entries.items()]
        yield _in_braces(text, there, items, _margin(text, root, there))
        return
    lines = _entries(entries, there.column, _deeper(there), apart=_are_apart(text, there))
    yield from (_lines_at(text, index, lines) for index in _ends(text, there, root.column))


def _deeper(there: Node) -> int:
    """The spaces by which the last entry's keys stand deeper than its name."""
    last = there.items[-1][1]
    return last.column - there.column if last.style == BLOCK and last.column > there.column else STEP


def _are_apart(text: str, there: Node) -> bool:
    """Whether an empty line stands above the last of several entries, or above its comment."""
    above = reversed(_BREAK.split(text[: there.items[-1][0].start])[:-1])
    nearest = next((line for line in above if not line.lstrip().startswith("#")), "")
    return len(there.items) > 1 and not nearest.strip()


def _ends(text: str, there: Node, margin: int) -> Iterator[int]:
    """The indices of lines that could follow the section, before the next one and the comments above it."""
    content = len(text[: there.end].rstrip())
    yield (best := _past_comments(text, _below(text, content), margin))
    # A block's blank lines may be text, so that nothing can come between; its end is the start of a line.
    if there.end > content and text[there.end - 1] in "\r\n" and there.end != best:
        yield there.end


def _below(text: str, index: int) -> int:
    """Where the line after that of the index begins."""
    found = _BREAK.search(text, index)
    return found.end() if found else len(text)


def _past_comments(text: str, index: int, margin: int) -> int:
    """The index after the comments that still belong to the section, being indented like its entries."""
    end = index
    while index < len(text):
        line = text[index : (following := _below(text, index))]
        if line.strip() and not (line.lstrip().startswith("#") and len(line) - len(line.lstrip()) > margin):
            break
        index = following
        end = index if line.strip() else end
    return end


def _lines_at(text: str, index: int, lines: Sequence[str]) -> _Insertion:
    """The lines at that index, with the file's line ends; without a last one where the file has none."""
    above = _BREAK.findall(text, 0, index) or _BREAK.findall(text)
    end = above[-1] if above else "\n"
    if index and text[index - 1] not in "\r\n":
        return _Insertion(index, "".join(end + line for line in lines))
    return _Insertion(index, "".join(line + end for line in lines))


def _is_json(text: str, root: Node) -> bool:
    return root.style == FLOW and all(text[key.start] == '"' for key, _ in root.items)


def _margin(text: str, root: Node, there: Node) -> str:
    """What stands before each entry of a mapping in braces: a new line where there is room for one."""
    if there.items and not _BREAK.search(text, there.start, there.end):
        return ""
    if root.style == FLOW and not there.items:
        return ""
    above = _BREAK.findall(text)
    column = there.items[-1][0].column if there.items else root.column + 2 * STEP
    return (above[0] if above else "\n") + " " * column


def _in_braces(text: str, there: Node, items: Sequence[str], margin: str) -> _Insertion:
    """The items behind the last one in braces, or behind its comment."""
    close, joined = there.end - 1, f",{margin or ' '}".join(items)
    if not there.items:
        return _Insertion(close, margin + joined)
    last = max(node.end for node in there.items[-1])
    tail = text[last:close]
    if "#" not in tail:
        return _Insertion(last, f",{margin or ' '}{joined}")
    comma = "" if "," in _COMMENT.sub("", tail) else ", "
    indent = margin.lstrip("\r\n")
    return _Insertion(close, f"{indent}{comma}{joined}{margin.removesuffix(indent)}")
