"""A recipients file that was checked, read again as digests and lengths: nobody in it is kept as a person."""

import csv
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import compress
from pathlib import Path

from jsms_sync.definitions.blocks import Blocks
from jsms_sync.definitions.columns import Run, columns
from jsms_sync.definitions.numbers import LENGTH, normalised
from jsms_sync.errors import Stale
from jsms_sync.model.digests import Digester
from jsms_sync.model.resources import RecipientsFile
from jsms_sync.model.rolls import Roll, lengths, masks


def read_roll(file: RecipientsFile, digester: Digester, variables: frozenset[str] | None) -> Roll:
    """Everybody in the file who counts, in its order; digests are of those parameters, of all where None.

    Raises Stale when the file is not the one that was checked any more.
    """
    names = sorted(file.names)
    sent = [name for name in names if variables is None or name in variables]
    inside = [name for name in names if name in file.columns]
    constants = {name: file.defaults.reveal()[name] for name in names if name not in file.columns}
    headers = [file.mobile, *(file.columns[name] for name in inside)]
    members, shown = list[bytes](), list[str]()
    sizes: dict[str, array[int]] = {name: array("I") for name in names}
    with same_file(file):
        blocks = Blocks(Path(file.path), file.encoding, file.data)
        for run in columns(blocks, file.format, headers):
            mobiles, *cells = _counting(run, file.left_out)
            filled = _filled(file, dict(zip(inside, cells, strict=True)))
            values = filled | {name: [value] * len(mobiles) for name, value in constants.items()}
            numbers = _numbers(mobiles)
            members.append(digester.entries(numbers, {name: values[name] for name in sent}))
            shown.append(masks(numbers))
            for name, more in lengths(values).items():
                sizes[name].extend(more)
        check_hash(file, blocks.sha256)
    return Roll(b"".join(members), sizes, file.names, "".join(shown))


def _counting(run: Run, left_out: "array[int]") -> Sequence[Sequence[str]]:
    """The columns without the rows that are left out."""
    after = run.first + len(run.lines)
    some = left_out[bisect_left(left_out, run.first) : bisect_left(left_out, after)]
    if not some:
        return run.columns
    wanted = bytearray(b"\1" * len(run.lines))
    for row in some:
        wanted[row - run.first] = 0
    return [list(compress(column, wanted)) for column in run.columns]


def _filled(file: RecipientsFile, cells: dict[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """The columns with the defaults where a cell is empty."""
    usual = file.defaults.reveal()
    return {
        name: [cell or usual[name] for cell in column] if name in usual else column
        for name, column in cells.items()
    }


def _numbers(mobiles: Sequence[str]) -> Sequence[str]:
    """The numbers as JSMS takes them; none that was found good has less than 11 digits."""
    joined = "".join(mobiles)
    if len(joined) == LENGTH * len(mobiles) and joined.isascii() and joined.isdecimal():
        return mobiles
    return [normalised(mobile) for mobile in mobiles]


def changed(file: RecipientsFile) -> Stale:
    """What is raised when a file is not the one any more that was checked."""
    help = "Nothing more of this campaign was sent. Run the command again, with the file at rest."
    return Stale(f"{file.name} has changed since it was checked", help=help, code="recipients-changed")


def check_hash(file: RecipientsFile, sha256: bytes) -> None:
    """Raises Stale unless these are the bytes that were checked."""
    if sha256 != file.sha256:
        raise changed(file)


@contextmanager
def same_file(file: RecipientsFile) -> Iterator[None]:
    """Whatever cannot be read, though it was read before, means that the file has changed."""
    try:
        yield
    except (OSError, ValueError, LookupError, csv.Error):
        raise changed(file) from None
