"""Problems of the definitions as text: place, reason, and what to do."""

from collections.abc import Iterable

from jsms_sync.model.resources import Problem, Severity
from jsms_sync.reports.paint import Paint, plain
from jsms_sync.reports.words import count


def problems_text(problems: Iterable[Problem], paint: Paint = plain) -> str:
    """Each problem on one or two lines."""
    return "".join(_problem(problem, paint) for problem in problems)


def _problem(problem: Problem, paint: Paint) -> str:
    weight = paint(problem.severity.value, problem.severity.value)
    head = f"{problem.position}: {weight}: {problem.message} [{problem.code}]\n"
    return head + "".join(paint("dim", f"    {line}") + "\n" for line in problem.help.splitlines())


def verdict(templates: int, campaigns: int, problems: tuple[Problem, ...]) -> str:
    """One line that says whether the definitions can be used; only what is sound is counted."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    what = f"{count(templates, 'template', 'templates')}, {count(campaigns, 'campaign', 'campaigns')}"
    found = f"{count(errors, 'error', 'errors')}, {count(len(problems) - errors, 'warning', 'warnings')}"
    return f"{what} without errors: {found}.\n" if errors else f"{what}: {found}.\n"
