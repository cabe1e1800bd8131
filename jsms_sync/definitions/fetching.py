"""The recipients of one batch, read from their file right before they are sent."""

import csv
import io
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, compress
from pathlib import Path
from threading import Lock

from jsms_sync.definitions.blocks import Blocks
from jsms_sync.definitions.encodings import CODECS
from jsms_sync.definitions.numbers import normalised
from jsms_sync.definitions.rolls import changed, check_hash, same_file
from jsms_sync.definitions.sheet import DELIMITERS, Sheet, object_of, objects
from jsms_sync.model.decisions import FileRows
from jsms_sync.model.privacy import Mobile, Params
from jsms_sync.model.resources import Address, Campaign, FileFormat, Recipient, RecipientsFile

Identity = tuple[int, int, int]
"""What tells cheaply that a file is another: size, time of the last change, inode."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class _Index:
    """Where each row that counts begins and ends, in bytes, and which cells of it are needed."""

    identity: Identity
    codec: str
    begins: "array[int]"
    ends: "array[int]"
    cells: Sequence[int]


class Fetcher:
    """Brings back recipients by their rows, as an apply needs them; safe between threads.

    A file is hashed before its first recipients are handed out, and its identity compared at each batch.
    """

    def __init__(self, campaigns: Mapping[Address, Campaign]) -> None:
        self._files = {
            address: campaign.recipients
            for address, campaign in campaigns.items()
            if isinstance(campaign.recipients, RecipientsFile)
        }
        self._indices: dict[Address, _Index] = {}
        self._lock = Lock()

    def check(self, address: Address) -> None:
        """Raises Stale when the campaign's file is not the one that was checked any more."""
        file = self._files[address]
        with same_file(file):
            if self._index(address).identity != _identity(Path(file.path)):
                raise changed(file)

    def fetch(self, address: Address, rows: FileRows) -> tuple[Recipient, ...]:
        """The recipients of those rows of the campaign's file. Raises Stale when the file has changed."""
        file = self._files[address]
        with same_file(file):
            index = self._index(address)
            found = tuple(_recipient(file, rows.names, cells) for cells in _cells(file, index, rows.numbers))
            self.check(address)
        return found

    def _index(self, address: Address) -> _Index:
        with self._lock:
            if address not in self._indices:
                self._indices[address] = _indexed(self._files[address])
            return self._indices[address]


def _identity(path: Path) -> Identity:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def _recipient(file: RecipientsFile, names: frozenset[str] | None, cells: Sequence[str]) -> Recipient:
    mobile, *values = cells
    given = {name: value for name, value in zip(file.columns, values, strict=True) if value}
    params = Params({name: value for name, value in given.items() if name in file.names}).over(
        file.defaults.only(file.names)
    )
    return Recipient(Mobile(normalised(mobile)), params if names is None else params.only(names))


def _indexed(file: RecipientsFile) -> _Index:
    path, sizes, cells = Path(file.path), array("Q"), list[int]()
    identity = _identity(path)
    blocks = Blocks(path, file.encoding)
    codec = _slice_codec(path, file.encoding)
    measured = _measured(blocks, codec, sizes)
    headers = [file.mobile, *file.columns.values()]
    if file.format is FileFormat.JSONL:
        lines = array("I", (line for some in objects(measured) for line in some.lines))
    else:
        sheet = Sheet(measured, file.format)
        cells = [sheet.header.index(name) for name in headers]
        lines = array("I", (line for block in sheet.blocks() for line in block.lines))
    check_hash(file, blocks.sha256)
    starts = array("Q", accumulate(sizes, initial=identity[0] - sum(sizes)))
    begins = array("Q", (starts[line - 1] for line in lines))
    ends = begins[1:] + starts[-1:]
    counting = bytearray(b"\1" * len(begins))
    for row in file.left_out:
        counting[row] = 0
    return _Index(
        identity, codec, array("Q", compress(begins, counting)), array("Q", compress(ends, counting)), cells
    )


def _measured(blocks: Iterable[str], codec: str, sizes: "array[int]") -> Iterator[str]:
    """The same blocks, while the length in bytes of each line is noted."""
    for text in blocks:
        sizes.extend(len(line.encode(codec)) for line in io.StringIO(text, newline=""))
        yield text


def _slice_codec(path: Path, encoding: str) -> str:
    """The codec for a piece from the middle of the file, which has no mark that tells the order of bytes."""
    if CODECS[encoding] != "utf-16":
        return CODECS[encoding]
    with path.open("rb") as file:
        return "utf-16-be" if file.read(2) == b"\xfe\xff" else "utf-16-le"


def _cells(file: RecipientsFile, index: _Index, rows: Iterable[int]) -> Iterator[Sequence[str]]:
    """The cells of those rows; rows that follow each other are read at once."""
    with Path(file.path).open("rb") as bytes:
        for begin, end, count in _runs(index, rows):
            bytes.seek(begin)
            found = _parsed(file, index, bytes.read(end - begin).decode(index.codec))
            if len(found) != count:
                raise changed(file)
            yield from found


def _runs(index: _Index, rows: Iterable[int]) -> Iterator[tuple[int, int, int]]:
    """First byte, byte after the last, and number of the rows in each run without a gap in the file."""
    wanted = iter(rows)
    row = next(wanted)
    begin, end, count = index.begins[row], index.ends[row], 1
    for row in wanted:
        if index.begins[row] != end:
            yield begin, end, count
            begin, count = index.begins[row], 0
        end, count = index.ends[row], count + 1
    yield begin, end, count


def _parsed(file: RecipientsFile, index: _Index, text: str) -> list[Sequence[str]]:
    lines = io.StringIO(text, newline="")
    if file.format is FileFormat.JSONL:
        keys = [file.mobile, *file.columns.values()]
        every = (object_of(line) or {} for line in lines if not line.isspace())
        return [[row.get(key, "") for key in keys] for row in every]
    reader = csv.reader(lines, delimiter=DELIMITERS[file.format], strict=True)
    return [[row[cell].replace("\r\n", "\n") for cell in index.cells] for row in reader if row]
