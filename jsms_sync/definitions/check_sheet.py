"""The rows of a CSV or TSV file checked, a block at a time, and row by row where something is odd in it."""

from collections.abc import Iterator, Mapping, Sequence

from jsms_sync.definitions.blocks import Blocks
from jsms_sync.definitions.codes import problem
from jsms_sync.definitions.findings import Finding, Source, place
from jsms_sync.definitions.header import header_problems, is_parameter, meanings
from jsms_sync.definitions.numbers import keys_of
from jsms_sync.definitions.recipients import Needs
from jsms_sync.definitions.rules_template import has_brackets
from jsms_sync.definitions.sheet import Block, BrokenRow, Sheet
from jsms_sync.definitions.tally import MOBILE_COLUMN, Asked, Looked, Tally
from jsms_sync.definitions.wording import quoted, shown
from jsms_sync.model.resources import Position, Problem


def look_at_sheet(source: Source, asked: Asked, blocks: Blocks) -> Looked:
    """What the file holds; without rows where its header cannot be used."""
    looked = Looked(Tally(asked.needs))
    try:
        sheet = Sheet(blocks, source.format)
        if not sheet.header:
            looked.problems.append(problem("csv-header", Position(source.name, 1, 1), "the file is empty"))
        elif _has_numbers(source, asked, sheet, looked):
            _look_at_rows(sheet, looked)
    except BrokenRow as broken:
        message = "this row is not valid CSV: a quote is never closed, or text follows a closing quote"
        looked.problems.append(problem("csv-syntax", Position(source.name, broken.line, 1), message))
    return looked


def _has_numbers(source: Source, asked: Asked, sheet: Sheet, looked: Looked) -> bool:
    """Whether the header has a column of numbers; what else it has is noted."""
    looked.problems += header_problems(source, sheet.top, sheet.header)
    meant = meanings(source, sheet.header)
    if MOBILE_COLUMN not in meant:
        return False
    needs = asked.needs
    params = {name: index for index, name in enumerate(meant) if is_parameter(name, needs.variables)}
    lacking = [name for name in needs.variables or () if name not in params and name not in needs.defaults]
    looked.problems += _unused(source, asked, sheet, meant)
    looked.problems += _lacking(source, asked, sheet, lacking)
    names = None if needs.variables is None else tuple(n for n in needs.variables if n not in lacking)
    looked.tally.needs = Needs(names, needs.defaults)
    looked.mobile = sheet.header[meant.index(MOBILE_COLUMN)]
    looked.cells = params | {MOBILE_COLUMN: meant.index(MOBILE_COLUMN)}
    looked.columns = {name: sheet.header[index] for name, index in params.items()}
    return True


def _unused(source: Source, asked: Asked, sheet: Sheet, meant: Sequence[str]) -> Iterator[Problem]:
    others = [
        index
        for index, name in enumerate(meant)
        if name and name != MOBILE_COLUMN and not is_parameter(name, asked.needs.variables)
    ]
    if others:
        names = quoted(shown(sheet.header[index]) for index in others)
        where = place(source, sheet.top, others[0])
        yield problem("unused-column", where, f"columns that {asked.not_variables}: {names}")


def _lacking(source: Source, asked: Asked, sheet: Sheet, names: Sequence[str]) -> Iterator[Problem]:
    for name in names:
        message = (
            f"{asked.address} has no value for the variable `{name}`: no column, and no default in `params`"
        )
        help = (
            "add the column, or a default to the campaign's `params`\n"
            f"which column it is, when it goes by another name: `columns: {{ITS NAME: {name}}}`"
        )
        yield problem("missing-param", Position(source.name, sheet.top, 1), message, help)


def _look_at_rows(sheet: Sheet, looked: Looked) -> None:
    params = {name: looked.cells[name] for name in looked.columns}
    mobile = looked.cells[MOBILE_COLUMN]
    for block in sheet.blocks():
        if not _all_good(looked.tally, block, mobile, params):
            _row_by_row(looked, block, len(sheet.header), mobile, params)
        looked.count = block.first + len(block.lines)
        looked.lines = sheet.lines + 1


def _all_good(tally: Tally, block: Block, mobile: int, params: Mapping[str, int]) -> bool:
    """Whether the whole block is as it should be, and is counted so."""
    columns = block.columns
    if columns is None:
        return False
    keys = keys_of(columns[mobile])
    if keys is None or not all(_is_filled(tally, name, columns[index]) for name, index in params.items()):
        return False
    tally.good(block.first, keys)
    return True


def _is_filled(tally: Tally, name: str, cells: Sequence[str]) -> bool:
    """Whether every value can be sent; white space of other kinds makes a row be looked at, and is fine."""
    if "" in cells and name not in tally.needs.defaults:
        return False
    joined = "".join(cells)
    return joined.isprintable() and not has_brackets(joined)


def _row_by_row(looked: Looked, block: Block, width: int, mobile: int, params: Mapping[str, int]) -> None:
    for number, (line, row) in enumerate(zip(block.lines, block.rows, strict=True), block.first):
        if len(row) != width:
            message = f"the row has {len(row)} cells, the header {width}"
            looked.tally.spoiled(number, [Finding("row-length", line, None, message)])
            continue
        given = {name: row[index] for name, index in params.items()}
        looked.tally.look_at(number, line, row[mobile], given, looked.cells)
