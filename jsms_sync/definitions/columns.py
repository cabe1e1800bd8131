"""A recipients file read once more, by columns: a thousand rows at a time, without any check."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jsms_sync.definitions.blocks import Blocks
from jsms_sync.definitions.sheet import Block, Objects, Sheet, objects
from jsms_sync.model.resources import FileFormat


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Run:
    """Rows in a run, by column: the number of the first, the line of each, and their cells."""

    first: int
    lines: Sequence[int]
    columns: Sequence[Sequence[str]]


def columns(blocks: Blocks, format: FileFormat, headers: Sequence[str]) -> Iterator[Run]:
    """The cells of those columns; a row that cannot be read has empty ones.

    Raises what `Blocks` and `Sheet` raise, and ValueError when a header is not there any more.
    """
    if format is FileFormat.JSONL:
        for some in objects(blocks):
            yield Run(some.first, some.lines, _of_objects(some, headers))
        return
    sheet = Sheet(blocks, format)
    indices = [sheet.header.index(name) for name in headers]
    for block in sheet.blocks():
        yield Run(block.first, block.lines, _of_rows(block, len(sheet.header), indices))


def _of_objects(some: Objects, headers: Sequence[str]) -> list[list[str]]:
    return [[row.get(name, "") if row else "" for row in some.rows] for name in headers]


def _of_rows(block: Block, width: int, indices: Sequence[int]) -> list[Sequence[str]]:
    every = block.columns
    if every is None:
        rows = [row if len(row) == width else [""] * width for row in block.uneven]
        every = list(zip(*rows, strict=True)) or [()] * width
    return [every[index] for index in indices]
