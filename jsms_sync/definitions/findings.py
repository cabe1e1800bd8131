"""What is wrong with the rows of a recipients file: counted in full, shown in part, each at its cell."""

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from jsms_sync.definitions.blocks import Blocks
from jsms_sync.definitions.codes import problem
from jsms_sync.definitions.sheet import DELIMITERS, cell_in
from jsms_sync.definitions.wording import shown
from jsms_sync.model.resources import Address, FileFormat, Position, Problem, Severity

MOST_PROBLEMS = 20
"""How many problems one recipients file shows."""
LONGEST_ROW = 50
"""How many lines of a row are looked through for a cell."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file with numbers: what it is called, where it is, how it is written, and what its columns mean.

    `columns` is by header; with `may_lack` not all of those headers need to be there. `data` is what it is
    going to hold, where it is not saved yet.
    """

    name: str
    path: Path
    format: FileFormat
    encoding: str
    columns: Mapping[str, str] = field(default_factory=dict)
    may_lack: bool = False
    data: bytes | None = field(default=None, repr=False)

    def opened(self) -> Blocks:
        """Its text, from the beginning."""
        return Blocks(self.path, self.encoding, self.data)


class Finding(NamedTuple):
    """What is wrong with a row: the line on which it begins, and the cell (by number; None: all of it)."""

    code: str
    line: int
    cell: int | None
    message: str
    help: str | None = None


@dataclass(slots=True)
class Findings:
    """The first findings of a kind, and how many there are."""

    first: list[Finding] = field(default_factory=list)
    count: int = 0

    def add(self, findings: Iterable[Finding]) -> None:
        """Counts them, and keeps the first ones."""
        for finding in findings:
            self.count += 1
            if len(self.first) < MOST_PROBLEMS:
                self.first.append(finding)


@dataclass(frozen=True, slots=True)
class Told:
    """Findings with the severity that they turned out to have, and the help that goes with it, if another."""

    findings: Findings
    severity: Severity
    help: str | None = None


def problems_of(
    source: Source, address: Address, told: Iterable[Told], known: Iterable[Problem], lines: int
) -> list[Problem]:
    """All problems of the file, errors first, cut off with a count of the rest; `known` have their places."""
    every, problems = tuple(told), [replace(found, address=address) for found in known]
    total = len(problems) + sum(each.findings.count for each in every)
    problems += _located(source, address, every)
    problems.sort(key=lambda found: (found.severity is Severity.WARNING, found.position))
    if total <= MOST_PROBLEMS:
        return problems
    some = problems[:MOST_PROBLEMS]
    message = f"and {total - len(some)} more in `{shown(source.name)}`"
    closing = problem("more-problems", Position(source.name, lines, 1), message, address=address)
    errors = sum(found.severity is Severity.ERROR for found in problems) + sum(
        each.findings.count - len(each.findings.first) for each in every if each.severity is Severity.ERROR
    )
    shows_all = errors == sum(found.severity is Severity.ERROR for found in some)
    return [*some, replace(closing, severity=Severity.WARNING) if shows_all else closing]


def _located(source: Source, address: Address, told: Iterable[Told]) -> Iterator[Problem]:
    every = tuple(told)
    cells = [finding for each in every for finding in each.findings.first if finding.cell]
    texts = _texts(source, [finding.line for finding in cells])
    for each in every:
        for code, line, cell, message, help in each.findings.first:
            found = problem(code, _place(source, texts, line, cell), message, each.help or help, address)
            yield replace(found, severity=each.severity)


def place(source: Source, line: int, cell: int) -> Position:
    """Where the cell of that number stands in the row that begins on the line."""
    return _place(source, _texts(source, [line] if cell else []), line, cell)


def _place(source: Source, texts: Mapping[int, str], line: int, cell: int | None) -> Position:
    delimiter = DELIMITERS.get(source.format)
    if cell is None or delimiter is None:
        return Position(source.name, line, 1)
    return Position(source.name, *cell_in(texts, line, cell, delimiter))


def _texts(source: Source, begin: Iterable[int]) -> Mapping[int, str]:
    """The lines in which cells are to be looked for, where rows begin on those."""
    wanted = {line + more for line in begin for more in range(LONGEST_ROW)}
    if not wanted:
        return {}
    every = chain.from_iterable(io.StringIO(text, newline="") for text in source.opened())
    return {line: text.rstrip("\r\n") for line, text in enumerate(every, 1) if line in wanted}
