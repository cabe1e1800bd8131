"""Recipients files: CSV with a header, in memory, with the place of every cell."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from jsms_sync.definitions.codes import problem
from jsms_sync.definitions.decoding import decode, lines_of
from jsms_sync.definitions.wording import closest, shown
from jsms_sync.model.resources import Position, Problem

MOBILE_COLUMN = "mobile"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Sheet:
    """One file: its header, its rows (private), the line on which each begins, and what is wrong with it."""

    file: str
    top: int = 1
    """The line of the header."""
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def at(self, row: int, column: str) -> Position:
        """Where the row's cell in the column begins; where the row begins when there is no such column."""
        index = self.header.index(column) if column in self.header else 0
        return self.cell(self.starts[row], index)

    def cell(self, line: int, index: int) -> Position:
        """Where the cell of that index begins, in the record that begins on the line."""
        return Position(self.file, *_cell(self.lines, line, index))


def read_sheet(file: str, data: bytes) -> Sheet:
    """The sheet in the bytes of a CSV file; without rows where its header cannot be used."""
    text = decode(file, data)
    if isinstance(text, Problem):
        return Sheet(file, problems=[text])
    records, problems = _records(file, text)
    if not records:
        return Sheet(
            file, problems=problems or [problem("csv-header", Position(file, 1, 1), "the file is empty")]
        )
    (top, header), *rest = records
    sheet = Sheet(file, top, lines=lines_of(text), problems=problems)
    problems.extend(_header_problems(sheet, header))
    if MOBILE_COLUMN in header:
        sheet.header.extend(header)
        _fill(sheet, rest)
    return sheet


def _records(file: str, text: str) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records = []
    start, plain = 1, "\r" not in text
    try:
        for record in reader:
            if record:
                records.append((start, record if plain else [cell.replace("\r\n", "\n") for cell in record]))
            start = reader.line_num + 1
    except csv.Error:
        message = "this row is not valid CSV: a quote is never closed, or text follows a closing quote"
        return records, [problem("csv-syntax", Position(file, start, 1), message)]
    return records, []


def _header_problems(sheet: Sheet, header: list[str]) -> Iterator[Problem]:
    """What is wrong with the header; its words are not shown, they may be a row of numbers."""
    if MOBILE_COLUMN not in header:
        near = any(closest(name, [MOBILE_COLUMN]) for name in header)
        help = "did you mean `mobile`? It is written in lower case, without spaces" if near else None
        yield problem("csv-header", sheet.cell(sheet.top, 0), "the header has no column `mobile`", help)
        return
    for index, name in enumerate(header):
        if not name:
            yield problem("csv-header", sheet.cell(sheet.top, index), f"column {index + 1} has no name")
        elif name in header[:index]:
            yield problem(
                "csv-header", sheet.cell(sheet.top, index), f"the column `{shown(name)}` is there twice"
            )


def _fill(sheet: Sheet, records: list[tuple[int, list[str]]]) -> None:
    width = len(sheet.header)
    for start, record in records:
        if len(record) != width:
            message = f"the row has {len(record)} cells, the header {width}"
            sheet.problems.append(problem("row-length", Position(sheet.file, start, 1), message))
            continue
        sheet.rows.append(record)
        sheet.starts.append(start)


def _cell(lines: list[str], line: int, index: int) -> tuple[int, int]:
    quoted = False
    for number in range(line - 1, len(lines)):
        for column, character in enumerate(lines[number], 1):
            if index == 0:
                return number + 1, column
            if character == '"':
                quoted = not quoted
            elif character == "," and not quoted:
                index -= 1
        if index == 0 and not quoted:
            return number + 1, len(lines[number]) + 1
    return line, 1
