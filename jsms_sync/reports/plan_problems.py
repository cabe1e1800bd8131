"""The problems of a plan's definitions as text, those among them that only a look at JSMS can find."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jsms_sync.reports.paint import Paint
from jsms_sync.reports.words import visible

Document = Mapping[str, Any]

TITLES = {
    "error": "Errors: nothing is done until they are mended",
    "warning": "Warnings",
}
SHOWN = 10
"""How many warnings are told; `jsms-sync validate` tells all of them."""


def problem_lines(problems: Iterable[Document], paint: Paint) -> Iterator[str]:
    """All errors, and a few warnings, each with its place and what to do."""
    every = list(problems)
    for severity, title in TITLES.items():
        found = [problem for problem in every if problem["severity"] == severity]
        if found:
            yield f"\n{paint('strong', title)}"
        shown = found if severity == "error" else found[:SHOWN]
        for problem in shown:
            yield from _problem(problem, paint)
        if len(found) > len(shown):
            yield paint(
                "dim", f"    and {len(found) - len(shown):,} more: `jsms-sync validate` tells them all"
            )


def _problem(problem: Document, paint: Paint) -> Iterator[str]:
    place = visible(f"{problem['file']}:{problem['line']}:{problem['column']}")
    weight = paint(problem["severity"], problem["severity"])
    yield f"{place}: {weight}: {visible(problem['message'])} [{visible(problem['code'])}]"
    yield from (paint("dim", f"    {visible(line)}") for line in problem["help"].splitlines())
