"""A recipients file checked: what is wrong with it, who of it counts, and how it is to be read again."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from jsms_sync.definitions.blocks import Blocks
from jsms_sync.definitions.check_objects import look_at_objects
from jsms_sync.definitions.check_sheet import look_at_sheet
from jsms_sync.definitions.codes import problem
from jsms_sync.definitions.findings import Source, Told, problems_of
from jsms_sync.definitions.repeats import Layout, Repeats, repeats
from jsms_sync.definitions.severity import severity, weighed
from jsms_sync.definitions.sheet import objects
from jsms_sync.definitions.tally import MOBILE_COLUMN, Asked, Looked, Tally
from jsms_sync.definitions.wording import shown
from jsms_sync.model.privacy import Params
from jsms_sync.model.resources import FileFormat, Problem, RecipientsFile, Severity


@dataclass(frozen=True, slots=True, repr=False)
class Checked:
    """The file as it is to be read again, how many of it are suppressed, and what is wrong with it."""

    file: RecipientsFile
    suppressed: int
    problems: list[Problem]


def check(source: Source, asked: Asked) -> Checked:
    """The file, with everything that is wrong with it.

    Raises NotText and OSError as `Blocks` does.
    """
    blocks = source.opened()
    looked = look_at(source, asked, blocks)
    tally = looked.tally
    found = repeats(source, tally, _layout(looked))
    suppressed = _suppressed(tally, asked, found)
    left_out = array("I", sorted({*found.rows, *suppressed, *_spared(tally, asked, found)}))
    file = RecipientsFile(
        source.name,
        str(source.path),
        source.format,
        source.encoding,
        looked.mobile,
        looked.columns,
        Params(tally.needs.defaults),
        frozenset(tally.needs.names(looked.columns)),
        left_out,
        looked.count - len(left_out),
        blocks.sha256,
        source.data,
    )
    known = weighed([*looked.problems, *_nobody(asked, looked, file)], asked.rules)
    problems = problems_of(source, asked.address, _told(tally, asked, found), known, looked.lines)
    return Checked(file, len(suppressed), problems)


def look_at(source: Source, asked: Asked, blocks: Blocks) -> Looked:
    """What one look at all rows brings. Raises as `check` does."""
    if source.format is FileFormat.JSONL:
        return look_at_objects(source, asked, objects(blocks))
    return look_at_sheet(source, asked, blocks)


def _layout(looked: Looked) -> Layout:
    defaults = looked.tally.needs.defaults
    usual = [defaults.get(name, "") for name in looked.columns]
    return Layout([looked.mobile, *looked.columns.values()], usual, looked.cells.get(MOBILE_COLUMN))


def _spared(tally: Tally, asked: Asked, found: Repeats) -> "array[int]":
    """The bad rows, where there are so few of them that they are only left out, and others are left."""
    if not tally.invalid:
        return tally.invalid
    left = len(tally.rows) - len(found.rows) - len(set(tally.invalid) & set(tally.rows))
    return tally.invalid if len(tally.invalid) <= asked.max_invalid and left > 0 else array("I")


def _suppressed(tally: Tally, asked: Asked, found: Repeats) -> set[int]:
    if not asked.suppressed:
        return set()
    rows = {row for row, key in zip(tally.rows, tally.keys, strict=True) if key in asked.suppressed}
    return rows - set(found.rows) - set(tally.invalid)


def _told(tally: Tally, asked: Asked, found: Repeats) -> Iterator[Told]:
    if _spared(tally, asked, found):
        help = f"the row is left out; `max_invalid` allows {asked.max_invalid}"
        yield Told(tally.bad, Severity.WARNING, help)
    else:
        yield Told(tally.bad, Severity.ERROR)
    yield Told(found.differing, Severity.ERROR)
    if weight := severity("recipient-repeated", asked.rules):
        yield Told(found.same, weight)


def _nobody(asked: Asked, looked: Looked, file: RecipientsFile) -> Iterator[Problem]:
    """A campaign for nobody is a mistake, unless another one explains it."""
    bad = looked.tally.bad.count or any(found.severity is Severity.ERROR for found in looked.problems)
    if file.count or bad:
        return
    why = "all of its numbers are suppressed" if looked.count else f"`{shown(file.name)}` has no rows"
    message = f"{asked.address} has no recipients: {why}"
    yield problem("no-recipients", asked.position, message, address=asked.address)
