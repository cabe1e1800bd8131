"""The drift as text: what each object is recorded as, and what it is."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsms_sync.reports.paint import Paint, plain
from jsms_sync.reports.words import count, one_line, visible

Document = Mapping[str, Any]


def drift_text(document: Document, paint: Paint = plain) -> str:
    """Every object that differs, what could not be read, and one line that sums it up."""
    lines = [line for each in document["drift"] for line in _drifted(each, paint)]
    lines += [
        paint("unknown", f"? {e['address']}: could not be read") + f"\n    {visible(e['reason'])}"
        for e in document["unreadable"]
    ]
    lines += [f"Note: {note}" for note in document["notes"]]
    return "\n".join([*lines, paint("strong", _summary(document["summary"]))]) + "\n"


def _drifted(drifted: Document, paint: Paint) -> Iterator[str]:
    head = f"{drifted['address']}: {drifted['remote_id']}"
    if drifted["reason"] == "deleted-outside":
        yield paint("delete", f"- {head} does not exist any more")
        return
    yield paint("modify", f"~ {head} is not what is recorded")
    for field in drifted["fields"]:
        yield f"    {field['path']}:"
        yield f"      recorded  {_shown(field['before'])}"
        yield f"      observed  {_shown(field['after'])}"


def _shown(value: object) -> str:
    return "none" if value is None else one_line(value)


def _summary(summary: Document) -> str:
    differ = count(summary["drifted"], "object differs", "objects differ") if summary["drifted"] else "none"
    unread = f", {summary['unreadable']} could not be read" if summary["unreadable"] else ""
    return f"Drift: {differ}{unread}."
