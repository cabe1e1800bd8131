"""Invalid rows of a recipients file that a campaign may do without (contract §3a, `max_invalid`)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from jsms_sync.definitions.recipients import Finding, Needs, Rows, recipients
from jsms_sync.model.resources import Problem, Recipient, Severity

_CELLS = frozenset({"invalid-mobile", "empty-param", "missing-param", "value-brackets"})
"""What makes a row invalid by itself. Differing parameters do not: nobody knows which row is right."""
_ROWS = frozenset({"row-length"})


class Read(NamedTuple):
    """What the rows of a file came to; `problems` are those of the file as a whole."""

    built: tuple[Recipient, ...]
    findings: list[Finding]
    problems: list[Problem]


def tolerated(rows: Rows, needs: Needs, found: Read, most: int) -> Read:
    """Without the invalid rows, their findings made warnings, when there are at most so many; else as found.

    A file of which nothing would be left stays as found.
    """
    invalid = {finding.row for finding in found.findings if finding.code in _CELLS}
    short = sum(problem.code in _ROWS for problem in found.problems)
    if not 0 < len(invalid) + short <= most:
        return found
    kept = [row for number, row in enumerate(rows.rows) if number not in invalid]
    built, _ = recipients(replace(rows, rows=kept), needs)
    if not built:
        return found
    help = f"the row is left out; `max_invalid` allows {most}"
    return Read(built, _lighter(found.findings, help), _short_ones(found.problems, help))


def _lighter(findings: Sequence[Finding], help: str) -> list[Finding]:
    return [
        each._replace(severity=Severity.WARNING, help=help) if each.code in _CELLS else each
        for each in findings
    ]


def _short_ones(problems: Iterable[Problem], help: str) -> list[Problem]:
    return [
        replace(each, severity=Severity.WARNING, help=help) if each.code in _ROWS else each
        for each in problems
    ]
