"""The fields of a change as text, before and after, with marks round the characters that changed."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jsms_sync.reports.columns import WIDTH, Cell, cells, hung, lines
from jsms_sync.reports.marked import Segments, compared, is_partial
from jsms_sync.reports.paint import Paint
from jsms_sync.reports.words import LONGEST, as_written, one_line, visible

OPEN, CLOSE = "⟦", "⟧"
"""What stands round changed characters, with and without colours."""
BEFORE, AFTER = "      before  ", "      after   "
ENDS = frozenset({"delete", "retire", "forget"})
"""The actions by which everything goes, so that it need not be said of each value."""
TAKEN_AWAY = "(nothing)"
"""What stands for a value that is taken away."""


def field_lines(field: Mapping[str, Any], action: str, paint: Paint) -> Iterator[str]:
    """One line for a value that comes, or goes with all of it; else what was and what will be."""
    before, after = field["before"], field["after"]
    name = f"    {visible(field['path'])}:"
    if action == "create" or before is None:
        if after is not None:
            yield hung(f"{name} ", one_line(after))
    elif after is None and action in ENDS:
        yield hung(f"{name} ", one_line(before))
    elif after is None:
        yield name
        yield hung(BEFORE, one_line(before))
        yield f"{AFTER}{TAKEN_AWAY}"
    else:
        old, new = compared(clipped(before), clipped(after))
        yield name
        yield from _value(BEFORE, old, "removed", paint)
        yield from _value(AFTER, new, "added", paint)


def clipped(value: object) -> str:
    """As much of a value as anybody reads; its line breaks and marks are still those of the value."""
    text = as_written(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _value(prefix: str, segments: Segments, role: str, paint: Paint) -> Iterator[str]:
    room = WIDTH - len(prefix)
    for number, line in enumerate(lines(_cells(segments, role, room), room)):
        yield (" " * len(prefix) if number else prefix) + _painted(line, paint).rstrip()


def _cells(segments: Segments, role: str, room: int) -> Iterator[Cell]:
    partial = is_partial(segments)
    for segment in segments:
        text = visible(segment.text)
        if partial and segment.changed:
            yield from cells(f"{OPEN}{text}{CLOSE}", role, room)
        else:
            yield from cells(text, "", room)


def _painted(line: Iterable[Cell], paint: Paint) -> str:
    """Neighbours of one role are painted at once."""
    told: list[tuple[str, str]] = []
    for cell in line:
        if told and told[-1][0] == cell.role:
            told[-1] = (cell.role, told[-1][1] + cell.text)
        else:
            told.append((cell.role, cell.text))
    return "".join(paint(role, text) if role else text for role, text in told)
