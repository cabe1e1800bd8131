"""Numbers that a recipients file holds more than once, found by one more pass where there are any."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from jsms_sync.definitions.columns import Run, columns
from jsms_sync.definitions.findings import Finding, Findings, Source
from jsms_sync.definitions.numbers import number_of
from jsms_sync.definitions.tally import Tally
from jsms_sync.model.privacy import mask


@dataclass(frozen=True, slots=True, repr=False)
class Layout:
    """Where the parts of a row are: headers of the number and the parameters, and what empty cells mean."""

    headers: Sequence[str]
    defaults: Sequence[str]
    mobile: int | None
    """The number of the column of phone numbers, where there are columns."""


@dataclass(frozen=True, slots=True, repr=False)
class Repeats:
    """The rows whose number an earlier row has, by whether they also have its parameters."""

    rows: "array[int]" = field(default_factory=lambda: array("I"))
    same: Findings = field(default_factory=Findings)
    differing: Findings = field(default_factory=Findings)


def repeats(source: Source, tally: Tally, layout: Layout) -> Repeats:
    """The rows that repeat a number, each with the place of the first."""
    found, again = Repeats(), _repeated(tally.keys)
    if not again:
        return found
    keys = {row: key for row, key in zip(tally.rows, tally.keys, strict=True) if key in again}
    firsts: dict[int, tuple[int, int]] = {}
    for run in columns(source.opened(), source.format, layout.headers):
        for row, line, values in _rows(run, layout.defaults):
            if row not in keys:
                continue
            first, those = firsts.setdefault(keys[row], (line, values))
            if first != line:
                found.rows.append(row)
                _tell(found, number_of(keys[row]), (first, line), layout.mobile, same=values == those)
    return found


def _repeated(keys: "array[int]") -> frozenset[int]:
    """The keys that are there more than once; mostly none, which is quickly seen."""
    if len(set(keys)) == len(keys):
        return frozenset()
    seen, again = set[int](), set[int]()
    for key in keys:
        (again if key in seen else seen).add(key)
    return frozenset(again)


def _rows(run: Run, defaults: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Number and line of each row, and a hash of its parameters, which takes less room than they do."""
    _, *columns = run.columns
    filled = [[cell or usual for cell in column] for column, usual in zip(columns, defaults, strict=True)]
    values = zip(*filled, strict=True) if filled else (() for _ in run.lines)
    for row, (line, those) in enumerate(zip(run.lines, values, strict=True), run.first):
        yield row, line, hash(those)


def _tell(found: Repeats, number: str, lines: tuple[int, int], cell: int | None, *, same: bool) -> None:
    first, line = lines
    differing = "" if same else ", with different parameters"
    message = f"{mask(number)} is written twice{differing}: here and in line {first}"
    code, findings = ("recipient-repeated", found.same) if same else ("recipient-twice", found.differing)
    findings.add([Finding(code, line, cell, message)])
