"""The rows of a CSV file: told by splitting where that is enough, and by the CSV reader everywhere else."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jsms_sync.definitions.sheet import AT_ONCE, BrokenRow, Sheet, plain_cells
from jsms_sync.model.resources import FileFormat

Row = tuple[int, tuple[str, ...]]
"""The line on which a row begins, and its cells."""

CELLS = st.text(alphabet="a1,\t\"' 中\0\x0b\u2028", max_size=4)
LINES = st.tuples(
    st.lists(CELLS, max_size=4).map(",".join), st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])
)
EVEN = st.tuples(
    st.lists(st.sampled_from(["a,b", "1,2", ",", " ,中"]), min_size=1, max_size=8),
    st.sampled_from(["\n", "\r\n"]),
).map(lambda both: [(line, both[1]) for line in both[0]])
TEXTS = (
    st.lists(LINES, max_size=8)
    | EVEN
    | st.tuples(EVEN, st.lists(LINES, max_size=4)).map(lambda two: two[0] + two[1])
)


def by_reader(text: str) -> tuple[list[Row], int | None]:
    """The rows as the CSV reader alone tells them, the header first; and the line of a broken one."""
    reader, rows, line = csv.reader(io.StringIO(text, newline=""), strict=True), list[Row](), 1
    try:
        for row in reader:
            if row:
                rows.append((line, tuple(row if not rows else [c.replace("\r\n", "\n") for c in row])))
            line = reader.line_num + 1
    except csv.Error:
        return rows, line
    return rows, None


def by_sheet(blocks: Sequence[str]) -> tuple[list[Row], int | None]:
    """The same from a sheet."""
    rows: list[Row] = []
    try:
        sheet = Sheet(blocks, FileFormat.CSV)
        rows += [(sheet.top, tuple(sheet.header))] if sheet.header else []
        for block in sheet.blocks():
            assert block.first == len(rows) - 1
            even = all(len(row) == len(sheet.header) for row in block.rows)
            assert (block.columns is not None) == (even and len(block.lines) > 0)
            rows += zip(block.lines, map(tuple, block.rows), strict=True)
    except BrokenRow as broken:
        return rows, broken.line
    return rows, None


@given(TEXTS, st.data())
@example([("a", "\n"), ("", "\n"), ("b", "\n")], None)
@example([("a,b", "\n"), ("1,2", "\n"), ('"', "\n")], None)
def test_a_sheet_tells_what_the_reader_of_csv_tells(
    lines: list[tuple[str, str]], data: st.DataObject | None
) -> None:
    """The same rows on the same lines, and the same broken one, wherever lines are cut into blocks."""
    whole = [line + end for line, end in lines]
    cuts = sorted(data.draw(st.sets(st.integers(0, len(whole))))) if data else [0, 1, 2]
    cuts = [cut for cut in cuts if not "".join(whole[:cut]).endswith("\r")]
    blocks = ["".join(whole[a:b]) for a, b in pairwise([0, *cuts, len(whole)])]
    assert by_sheet(blocks) == by_reader("".join(whole))


def test_a_long_file_comes_in_runs() -> None:
    """Splitting is done block by block, and what it brings comes a thousand rows at a time."""
    blocks = ["a,b\n" + "1,2\n" * (AT_ONCE + 1), "3,4\n" * 3]
    runs = [
        (block.first, len(block.lines), block.columns) for block in Sheet(blocks, FileFormat.CSV).blocks()
    ]
    assert [(first, count) for first, count, _ in runs] == [(0, AT_ONCE), (AT_ONCE, 1), (AT_ONCE + 1, 3)]
    assert runs[-1][2] == [["3"] * 3, ["4"] * 3]


@pytest.mark.parametrize(
    "text",
    [
        'a,"b"\n',
        "a,b\r",
        "a\r,b\r\n",
        "a,b\n\nc,d\n",
        "a,b\r\n\r\n",
        "\na,b\n",
        "a,b\nc\n",
        "a,b,c\n",
        f"a,{'b' * 131072}\n",
    ],
)
def test_unusual_text_is_left_to_the_reader(text: str) -> None:
    """Quotes, two kinds of line ends, blank lines, other widths, and what the CSV reader finds too long."""
    assert plain_cells(text, ",", 2) == []


@pytest.mark.parametrize(
    ("text", "cells"), [("a,b\n", "ab"), ("a,b\nc,d", "abcd"), ("a,b\r\nc,d\r\n", "abcd")]
)
def test_plain_text_is_split(text: str, cells: str) -> None:
    """With a line end at the end and without."""
    assert plain_cells(text, ",", 2) == list(cells)
