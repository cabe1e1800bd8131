"""The command that carries out just the plan that a report shows."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from jsms_sync.reports.words import visible

Document = Mapping[str, Any]

DEFAULT_PATHS = ["templates.yaml"]
APPLY = ("jsms-sync", "apply")
LONGEST = 4000
"""The most characters of a command that anybody copies."""
FLAGS = ("allow", "supersede", "recreate", "overwrite", "only", "exclude")


def apply_command(plan: Document) -> tuple[str, str]:
    """The command, for a shell; else nothing, and why there is none."""
    why = _why_not(plan)
    words = [*APPLY, *_given(plan["made_from"])]
    command = shlex.join([*words, "--plan-digest", plan["digest"], "--auto-approve"])
    if not why and (len(command) > LONGEST or visible(command) != command):
        why = "The command is too long, or holds characters that cannot be shown: apply the saved plan."
    return ("", why) if why else (command, "")


def next_command(plan: Document, saved: str | None = None) -> str:
    """What to type next: an apply where the plan looked, of what it was made from or of the saved file."""
    made_from = plan["made_from"]
    given = _given(made_from) if saved is None else (*made_from.get("options", ()), saved)
    return visible(shlex.join([*APPLY, *given]))


def _given(made_from: Document) -> Iterator[str]:
    """The options that the plan was made with."""
    yield from made_from.get("options", ())
    if made_from["paths"] != DEFAULT_PATHS:
        for path in made_from["paths"]:
            yield from ("-f", path)
    for flag in FLAGS:
        for value in made_from["chosen"][flag]:
            yield from (f"--{flag}", value)


def _why_not(plan: Document) -> str:
    """The digest of a plan without an account is that of no apply."""
    if plan["refusals"]:
        return "Nothing can be applied while something is refused."
    if any(problem["severity"] == "error" for problem in plan["problems"]):
        return "Nothing can be applied while the definitions have errors."
    if plan.get("without_recipients"):
        return "Made without the recipients files, it can only be read: plan again with them to apply it."
    if not plan["changes"]:
        return "There is nothing to apply."
    if plan["account"] is None:
        return "It was made without an appKey, for no account: plan again with credentials to apply it."
    return ""
