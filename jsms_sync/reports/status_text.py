"""The phases of templates and campaigns as text."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jsms_sync.reports.codes import refused_words
from jsms_sync.reports.columns import HELD_SPACE, WIDTH, columns, hung
from jsms_sync.reports.paint import Paint, plain
from jsms_sync.reports.words import china_minute, count, each, one_line

Document = Mapping[str, Any]

ROLES = {
    "approved": "done",
    "scheduled": "done",
    "sent": "done",
    "auditing": "held",
    "waiting": "held",
    "unsubmitted": "dim",
    "cancelled": "warning",
    "missed": "failed",
    "missing": "failed",
    "rejected": "failed",
    "unknown": "unknown",
}
PHASE, GAPS = 11, 15
"""The columns of the longest phase, and those of a phase with the gaps on both sides."""
NARROWEST = 30


def status_text(status: Document, paint: Paint = plain) -> str:
    """One line per address with its phase and what belongs to it, and one for what it waits for."""
    entries = [
        *((entry, _template(entry), _audit(entry)) for entry in status["templates"]),
        *((entry, _campaign(entry), _wait(entry)) for entry in status["campaigns"]),
    ]
    due = _due(status["due"], paint) if "due" in status else ""
    if not entries:
        return f"Nothing is defined or recorded.\n{due}"
    width = max(len(entry["address"]) for entry, _, _ in entries)
    return "".join(_lines(*each, width, paint) for each in entries) + due


def _lines(entry: Document, told: Iterable[str], waits: str, width: int, paint: Paint) -> str:
    phase = paint(ROLES[entry["phase"]], f"{entry['phase']:<{PHASE}}")
    line = f"{entry['address']:<{width}}  {phase}  {_beside(width + GAPS, told)}".rstrip() + "\n"
    return line + (paint("dim", _listed("    ", waits.split(", "))) + "\n" if waits else "")


def _beside(indent: int, told: Iterable[str]) -> str:
    """What stands to the right of so many columns, on as many lines as it needs where that leaves enough."""
    if WIDTH - indent < NARROWEST:
        return ", ".join(told)
    return _listed(" " * indent, told)[indent:]


def _listed(prefix: str, told: Iterable[str]) -> str:
    """Lines end between the parts, if they can; in a part that is too long for one, between its words."""
    room = WIDTH - columns(prefix)
    held = (each.replace(" ", HELD_SPACE) if columns(each) < room else each for each in told)
    return hung(prefix, ", ".join(held))


def _audit(entry: Document) -> str:
    if not entry.get("since"):
        return ""
    return f"since {china_minute(entry['since'])}{_expected(entry)} (China time)"


def _wait(entry: Document) -> str:
    text = entry.get("waits_for")
    if not text:
        return ""
    if text["address"] is None:
        return f"waits for template {text['temp_id']}"
    revision = f" {text['temp_id']}" if text["temp_id"] else ", which is not submitted yet"
    earliest = "" if text["temp_id"] else " at the earliest"
    expected = _expected(entry)
    told = f"{expected}{earliest} (China time)" if expected else ""
    return f"waits for {text['address']}{revision}{told}"


def _expected(entry: Document) -> str:
    at = entry["expected_approval"]
    return f", approval expected {china_minute(at)}" if at else ""


def _due(due: Document, paint: Paint) -> str:
    until = f"{china_minute(due['until'])} China time"
    if not due["not_ready"]:
        return "\n" + paint("done", f"Due by {until}: every campaign is ready.") + "\n"
    entries = (f"{paint('failed', '✗')} {line}\n" for line in due_lines(due))
    return "\n" + paint("strong", f"Due by {until}, and not ready:") + "\n" + "".join(entries)


def due_lines(due: Document) -> Iterator[str]:
    """Each campaign that is due and not ready, and why."""
    for entry in due["not_ready"]:
        yield f"{entry['address']} at {china_minute(entry['send_time'])}: {entry['why']}"


def template_words(entry: Document) -> list[str]:
    """What belongs to the phase of a template."""
    return [*_template(entry), *filter(None, [_audit(entry)])]


def campaign_words(entry: Document) -> list[str]:
    """What belongs to the phase of a campaign."""
    return [*_campaign(entry), *filter(None, [_wait(entry)])]


def _template(entry: Document) -> Iterable[str]:
    if entry["temp_id"] is not None:
        yield str(entry["temp_id"])
    if entry["serving_temp_id"] not in (None, entry["temp_id"]):
        yield f"{entry['serving_temp_id']} serves until then"
    if entry["refuse_reason"]:
        yield f"reason: {one_line(entry['refuse_reason'])}"
    old = [str(temp_id) for temp_id in entry["superseded"]]
    if old:
        yield f"superseded: {' '.join(old)}"


def _campaign(entry: Document) -> Iterable[str]:
    if entry["send_time"]:
        yield entry["send_time"].replace("T", " ").replace("+08:00", " China time")
    yield count(entry["recipients"], "recipient", "recipients")
    if entry["batches"] > 1:
        yield f"{entry['batches']} schedules"
    if cost := entry.get("cost"):
        billed = count(cost["parts"], "part", "parts")
        yield (
            "parts not known"
            if cost["parts_max"] is None
            else billed + each(cost["parts_min"], cost["parts_max"])
        )
    if entry["failed"]:
        yield refused_words(entry["failed_codes"])
