"""The phases of templates and campaigns as text."""

from collections.abc import Iterable, Mapping
from typing import Any

from jsms_sync.reports.codes import refused_words
from jsms_sync.reports.paint import Paint, plain
from jsms_sync.reports.words import count, each, one_line

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


def status_text(status: Document, paint: Paint = plain) -> str:
    """One line per address: its phase, and what belongs to it."""
    entries = [
        *((entry, _template(entry)) for entry in status["templates"]),
        *((entry, _campaign(entry)) for entry in status["campaigns"]),
    ]
    if not entries:
        return "Nothing is defined or recorded.\n"
    width = max(len(entry["address"]) for entry, _ in entries)
    return "".join(_line(entry, told, width, paint) for entry, told in entries)


def _line(entry: Document, told: Iterable[str], width: int, paint: Paint) -> str:
    phase = paint(ROLES[entry["phase"]], f"{entry['phase']:<11}")
    return f"{entry['address']:<{width}}  {phase}  {', '.join(told)}".rstrip() + "\n"


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
