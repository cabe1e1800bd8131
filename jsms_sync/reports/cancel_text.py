"""What a cancel came to as text: one line per campaign, and what to do about the rest."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsms_sync.reports.outcome_text import SIGNS
from jsms_sync.reports.paint import Paint, plain
from jsms_sync.reports.words import count

Document = Mapping[str, Any]

NOTHING = "Nothing is scheduled, so nothing had to be stopped.\n"


def cancel_text(document: Document, paint: Paint = plain) -> str:
    """The outcomes, and how many there are of each kind."""
    outcomes = document["outcomes"]
    if not outcomes:
        return NOTHING
    lines = [line for outcome in outcomes for line in _lines(outcome, paint)]
    told = [f"{number} {result}" for result, number in document["summary"].items() if number]
    return "\n".join([*lines, paint("strong", f"Cancel: {', '.join(told)}."), ""])


def _lines(outcome: Document, paint: Paint) -> Iterator[str]:
    result, schedules = outcome["result"], outcome["schedules"]
    deleted = count(schedules["deleted"], "schedule deleted", "schedules deleted")
    start = f"{SIGNS[result]} {outcome['address']}"
    if result == "done":
        yield paint(
            "done", f"{start}: cancelled ({deleted if schedules['deleted'] else 'none was scheduled'})"
        )
        return
    rest = f"; {deleted}" if schedules["deleted"] else ""
    yield paint(result, f"{start}: {_why(outcome)}{rest}")
    yield from (f"    {id}" for id in outcome.get("left", ()))
    if help := outcome["error"]["help"]:
        yield f"    {help}"


def _why(outcome: Document) -> str:
    schedules, message = outcome["schedules"], outcome["error"]["message"]
    if schedules["unknown"] or not schedules["failed"]:
        return str(message)
    return f"{count(schedules['failed'], 'schedule', 'schedules')} could not be deleted: {message}"
