"""Problems of the definitions as Markdown for a pull request."""

from collections.abc import Iterator, Sequence

from jsms_sync.model.resources import Problem
from jsms_sync.reports.fitting import Entry, fitted
from jsms_sync.reports.markdown import code, prose
from jsms_sync.reports.plan_markdown import LIMIT

MARKER = "<!-- jsms-sync validate -->"
RESERVED = 1_000
TITLES = {"error": "Errors", "warning": "Warnings"}


def problems_markdown(problems: Sequence[Problem], verdict: str) -> str:
    """The verdict, then errors before warnings, each with place and cure; at most `LIMIT` characters."""
    shown = fitted([_entry(problem) for problem in problems], LIMIT - RESERVED)
    blocks = [MARKER, f"### jsms-sync validate\n\n**{prose(verdict.strip())}**"]
    for severity, title in TITLES.items():
        if told := shown.sections.get(severity):
            blocks.append(f"**{title}**\n\n" + "\n".join(told))
    return "\n\n".join([*blocks, *shown.lacking]) + "\n"


def _entry(problem: Problem) -> Entry:
    severity = problem.severity.value
    line, *details = _lines(problem)
    whole = "\n".join([line, *(f"  - {detail}" for detail in details)])
    return Entry(severity, list(TITLES).index(severity), severity, whole, line)


def _lines(problem: Problem) -> Iterator[str]:
    yield f"- {code(str(problem.position)[-200:])}: {code(problem.code)}"
    yield prose(problem.message)
    yield from (prose(line) for line in problem.help.splitlines())
