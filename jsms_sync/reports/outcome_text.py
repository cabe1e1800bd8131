"""Outcomes as text, one line as each comes, a summary at the end, and what to do next."""

from collections.abc import Mapping
from typing import Any

from jsms_sync.model.decisions import STUCK, HeldCode
from jsms_sync.reports.codes import refused_line
from jsms_sync.reports.paint import Paint, plain
from jsms_sync.reports.words import count

NEEDS_A_PERSON = STUCK | {HeldCode.CANCELLED, HeldCode.ALREADY_SENT, HeldCode.INSIDE_FREEZE_WINDOW}
"""Held codes that no time and no audit ends."""
SIGNS = {"done": "✓", "skipped": "○", "failed": "✗", "unknown": "?"}
PAST = {
    "create": "created",
    "modify": "modified",
    "replace": "replaced",
    "delete": "deleted",
    "retire": "retired",
    "forget": "forgotten",
    "record": "recorded",
}

TITLES = {
    "refusals": "Refused: nothing was done",
    "unknown": "Unknown: look in the JSMS console, then `jsms-sync resolve`",
    "failed": "Failed",
    "skipped": "Skipped",
    "done": "Done",
    "held": "Held: these wait, and a later run goes on with them",
}
"""The sections of longer reports, what a person has to see first."""


def outcomes_text(document: Mapping[str, Any], paint: Paint = plain) -> str:
    """Every outcome and the summary, as they were told while they came."""
    lines = "".join(f"{outcome_line(outcome, paint)}\n" for outcome in document["outcomes"])
    return lines + outcome_summary(document, paint)


def outcome_line(outcome: Mapping[str, Any], paint: Paint = plain) -> str:
    """One outcome: what was done, or why it was not, and below it whom JSMS refused."""
    refused = [paint("warning", f"    {refused_line(each)}") for each in outcome.get("refused", ())]
    return "\n".join([_line(outcome, paint), *refused])


def _line(outcome: Mapping[str, Any], paint: Paint) -> str:
    result, address = outcome["result"], outcome["address"]
    known = f" ({outcome['remote_id']})" if outcome.get("remote_id") is not None else ""
    if result == "done":
        return paint("done", f"{SIGNS[result]} {address}: {PAST[outcome['action']]}{known}")
    error = outcome.get("error")
    why = f": {error['message']}" if error else ""
    return paint(result, f"{SIGNS[result]} {address}: {outcome['action']} {result}{why}")


def outcome_summary(document: Mapping[str, Any], paint: Paint = plain) -> str:
    """How many came to what, and that a doubt has to be settled."""
    summary = document["summary"]
    told = [f"{summary[result]} {result}" for result in SIGNS if summary[result]] or ["nothing to do"]
    told += [count(summary["held"], "held", "held")] if summary["held"] else []
    doubt = "Something may have been created: look in the JSMS console, then `jsms-sync resolve`.\n"
    return paint("strong", f"Apply: {', '.join(told)}.") + "\n" + (doubt if summary["unknown"] else "")


def what_next(document: Mapping[str, Any]) -> tuple[str, ...]:
    """What to do after it; the worst that happened decides."""
    summary = document["summary"]
    if summary["unknown"]:
        return ()
    if summary["failed"] or summary["skipped"]:
        return ("What is done is recorded; another apply goes on with the rest.", *_explained(document))
    if any(held["code"] not in NEEDS_A_PERSON for held in document["held"]):
        return ("What is held waits; run apply again when it is over (see `jsms-sync status`).",)
    if summary["held"]:
        return ("What is held waits for a person; `jsms-sync explain CODE` says what to do.",)
    return ()


def _explained(document: Mapping[str, Any]) -> tuple[str, ...]:
    """How to read about the codes of JSMS; what we say ourselves says what to do."""
    errors = (each["error"] for each in document["outcomes"] if each.get("error"))
    codes = dict.fromkeys(error["code"] for error in errors if isinstance(error["code"], int))
    commands = ", ".join(f"`jsms-sync explain {code}`" for code in codes)
    return (f"What to do about it: {commands}.",) if commands else ()
