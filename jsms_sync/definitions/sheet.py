"""The rows of a recipients file, a thousand at a time, with the line on which each begins."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Any

from jsms_sync.model.resources import FileFormat

AT_ONCE = 1000
DELIMITERS = {FileFormat.CSV: ",", FileFormat.TSV: "\t"}
SUFFIXES = {".tsv": FileFormat.TSV, ".jsonl": FileFormat.JSONL, ".ndjson": FileFormat.JSONL}

_BREAK = re.compile(r"\r\n|\r|\n")

Object = Mapping[str, str]
"""One line of a JSONL file: the texts by their keys."""


def format_of(path: str) -> FileFormat:
    """How the file is written, as its name tells."""
    return SUFFIXES.get(Path(path).suffix.lower(), FileFormat.CSV)


class BrokenRow(ValueError):
    """A row after which nothing can be read any more; `line` is where it begins."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Block:
    """Rows in a run, private all of them: the number of the first, from 0, and the line of each.

    `columns` are their cells where every row is as wide as the header; it is None for the `uneven` ones.
    """

    first: int
    lines: Sequence[int]
    columns: Sequence[Sequence[str]] | None
    uneven: Sequence[Sequence[str]] = ()

    @property
    def rows(self) -> Sequence[Sequence[str]]:
        """The cells of each row, put together anew each time."""
        return self.uneven if self.columns is None else list(zip(*self.columns, strict=True))


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Objects:
    """Lines of a JSONL file in a run, None for one that is no object of texts."""

    first: int
    lines: Sequence[int]
    rows: Sequence[Object | None]


class Sheet:
    """A CSV or TSV file in reading: its header at once, its rows in blocks, once.

    Raises NotText and OSError as `Blocks` does, and BrokenRow where quotes do not fit.
    """

    def __init__(self, blocks: Iterable[str], format: FileFormat) -> None:
        self._delimiter, self._blocks, self._opened = DELIMITERS[format], filter(None, blocks), io.StringIO()
        self._reader = csv.reader(self._lines(), delimiter=self._delimiter, strict=True)
        self._split = 0
        self.top, self.header = self._first()

    def _lines(self) -> Iterator[str]:
        """The lines of one block after the other; what is left of an opened one can be read whole."""
        while text := next(self._blocks, None):
            self._opened = io.StringIO(text, newline="")
            yield from self._opened

    def _first(self) -> tuple[int, list[str]]:
        """The first row that is not blank, and its line."""
        line = 1
        try:
            for row in self._reader:
                if row:
                    return line, row
                line = self._reader.line_num + 1
        except csv.Error:
            raise BrokenRow(line) from None
        return 1, []

    @property
    def lines(self) -> int:
        """How many lines were read so far."""
        return self._split + self._reader.line_num

    def blocks(self) -> Iterator[Block]:
        """The rows after the header that are not blank."""
        first = 0
        for block in self._plain():
            yield block
            first = block.first + len(block.lines)
        yield from self._unusual(first)

    def _plain(self) -> Iterator[Block]:
        """As many of the rows as splitting can tell, which takes a third of the time."""
        first, width, text = 0, len(self.header), self._opened.read() or next(self._blocks, "")
        while text and (cells := plain_cells(text, self._delimiter, width)):
            for begin in range(0, len(cells), AT_ONCE * width):
                end = begin + AT_ONCE * width
                columns = [cells[begin + index : end : width] for index in range(width)]
                line, count = self.lines + 1, len(columns[0])
                self._split += count
                yield Block(first, range(line, line + count), columns)
                first += count
            text = next(self._blocks, "")
        self._blocks = filter(None, chain([text], self._blocks))

    def _unusual(self, first: int) -> Iterator[Block]:
        """The rest of them, as the reader tells them apart."""
        line, is_broken = self.lines + 1, False
        while not is_broken:
            rows: list[list[str]] = []
            try:
                # Not `list(islice(…))`: what was read before a broken row has to stay.
                rows.extend(islice(self._reader, AT_ONCE))
            except csv.Error:
                is_broken = True
            if not rows and not is_broken:
                return
            block, line = self._block(rows, first, line, is_broken=is_broken)
            yield block
            first += len(block.lines)
        raise BrokenRow(line)

    def _block(self, rows: list[list[str]], first: int, line: int, *, is_broken: bool) -> tuple[Block, int]:
        after = line + len(rows)
        if not is_broken and self.lines == after - 1 and all(rows):
            return self._of(first, range(line, after), rows), after
        kept, lines = [], []
        for row in rows:
            if row:
                lines.append(line)
                kept.append([cell.replace("\r\n", "\n") for cell in row])
            line += 1 + sum(len(_BREAK.findall(cell)) for cell in row)
        return self._of(first, lines, kept), line

    def _of(self, first: int, lines: Sequence[int], rows: Sequence[Sequence[str]]) -> Block:
        is_even = set(map(len, rows)) == {len(self.header)}
        return (
            Block(first, lines, list(zip(*rows, strict=True))) if is_even else Block(first, lines, None, rows)
        )


def plain_cells(text: str, delimiter: str, width: int) -> list[str]:
    """All cells of whole lines, one row after the other; none where the reader of CSV could find others.

    That is where there are quotes, line ends of two kinds, blank lines or rows of another width.
    """
    end = "\r\n" if "\r" in text else "\n"
    lines = text.removesuffix(end).split(end)
    if set(map(str.count, lines, repeat(delimiter))) != {width - 1} or "" in lines:
        return []
    joined = delimiter.join(lines)
    if any(sign in joined for sign in '"\r\n') or max(map(len, lines)) > csv.field_size_limit():
        return []
    return joined.split(delimiter)


def objects(blocks: Iterable[str]) -> Iterator[Objects]:
    """The lines of a JSONL file that are not blank. Raises NotText and OSError as `Blocks` does."""
    every = enumerate(chain.from_iterable(io.StringIO(text, newline="") for text in blocks), 1)
    written = ((line, text) for line, text in every if not text.isspace())
    first = 0
    while some := list(islice(written, AT_ONCE)):
        yield Objects(first, [line for line, _ in some], [object_of(text) for _, text in some])
        first += len(some)


def object_of(text: str) -> Object | None:
    """The texts of one line, those under `params` among them; numbers are the text as written."""
    try:
        value = json.loads(
            text, parse_int=str, parse_float=str, parse_constant=_refused, object_pairs_hook=_once
        )
        if not isinstance(value, dict):
            return None
        params = value.pop("params", {})
        texts = [(name, _text(given)) for name, given in (*value.items(), *params.items())]
        return _once(texts)
    except (ValueError, AttributeError, RecursionError):
        return None


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str():
            value.encode()  # a ValueError for half of a surrogate pair, which JSON can hold and UTF-8 cannot
            return value
    raise ValueError("a list or a mapping")


def _refused(name: str) -> object:
    raise ValueError(name)


def cell_in(texts: Mapping[int, str], line: int, index: int, delimiter: str) -> tuple[int, int]:
    """Where the cell of that index begins, in the row that begins on the line; its first place at worst."""
    quoted, number = False, line
    while number in texts:
        for column, character in enumerate(texts[number], 1):
            if index == 0:
                return number, column
            if character == '"':
                quoted = not quoted
            elif character == delimiter and not quoted:
                index -= 1
        if index == 0 and not quoted:
            return number, len(texts[number]) + 1
        number += 1
    return line, 1
