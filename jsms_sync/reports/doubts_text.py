"""What is known of a lost request, as text for somebody who has the JSMS console open."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsms_sync.reports.words import count, one_line

Document = Mapping[str, Any]

ORDER = ("send_time", "type", "template", "temp_id", "text", "ttl", "remark", "recipients", "sign_id", "tag")


def doubts_text(document: Document) -> str:
    """Each of them with what the console shows of it."""
    lines = [line for doubt in document["doubts"] for line in _lines(document["address"], doubt)]
    return "\n".join(lines) + "\n"


def _lines(address: str, doubt: Document) -> Iterator[str]:
    if doubt["announced"] is None:
        yield f"{address}, as it is defined:"
    else:
        yield f"{address}, {doubt['action']}, sent {doubt['announced']} (China time) without an answer:"
    told = ((name, doubt[name]) for name in ORDER if doubt.get(name) is not None)
    yield from (f"  {name + ':':<12}{_told(doubt, name, value)}" for name, value in told)


def _told(doubt: Document, name: str, value: object) -> str:
    if name == "send_time":
        return f"{value} (China time)"
    if name != "recipients":
        return one_line(value)
    people = count(doubt["recipients"], "recipient", "recipients")
    return f"{people}, among them {', '.join(doubt['members'])}" if doubt["members"] else people
