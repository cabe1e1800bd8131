"""A CSV file of numbers as it is, for one call of the API: nothing is checked but its form."""

from collections.abc import Iterator
from pathlib import Path

from jsms_sync.definitions.blocks import NotText
from jsms_sync.definitions.encodings import DEFAULT
from jsms_sync.definitions.findings import Source
from jsms_sync.definitions.header import header_problems
from jsms_sync.definitions.sheet import BrokenRow, Sheet
from jsms_sync.definitions.sources import why_not
from jsms_sync.definitions.tally import MOBILE_COLUMN
from jsms_sync.errors import InvalidInput
from jsms_sync.model.resources import FileFormat

__all__ = ["MOBILE_COLUMN", "rows_of"]


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The rows by header, one of which is that of the numbers. InvalidInput for what is not such a file."""
    source = Source(str(path), path, FileFormat.CSV, DEFAULT)
    try:
        sheet = Sheet(source.opened(), source.format)
        for found in header_problems(source, sheet.top, sheet.header):
            raise InvalidInput(f"{found.position}: {found.message}", help=found.help)
        for block in sheet.blocks():
            for line, row in zip(block.lines, block.rows, strict=True):
                if len(row) != len(sheet.header):
                    message = f"the row has {len(row)} cells, the header {len(sheet.header)}"
                    raise InvalidInput(f"{path}:{line}:1: {message}")
                yield dict(zip(sheet.header, row, strict=True))
    except NotText as wrong:
        where = f"{path}:{wrong.line}:{wrong.column}"
        raise InvalidInput(f"{where}: {wrong.message}", help="Save the file as UTF-8.") from None
    except BrokenRow as broken:
        raise InvalidInput(f"{path}:{broken.line}:1: this row is not valid CSV") from None
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {why_not(error)}") from None
