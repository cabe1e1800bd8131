"""What happens when: the moments of a plan, in the order in which they are expected."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from jsms_sync.model.decisions import AFTER_APPROVAL
from jsms_sync.reports.words import china_minute, count

Document = Mapping[str, Any]

NOW = "Now"
UNDATED = "9999"
"""Stands behind every time: nobody knows when, only after what."""


class Event(NamedTuple):
    """Something that happens: at a time in ISO 8601 or after an event, to an address."""

    at: str
    when: str
    address: str
    what: str


class Moment(NamedTuple):
    """All that happens at once."""

    when: str
    events: tuple[Event, ...]


def timeline(plan: Document) -> tuple[Moment, ...]:
    """The changes first, then what has a time, then what only follows something."""
    moments: dict[tuple[str, str], list[Event]] = {}
    for event in (*_changes(plan), *_following(plan), *_sends(plan)):
        moments.setdefault((event.at, event.when), []).append(event)
    return tuple(Moment(when, tuple(moments[at, when])) for at, when in sorted(moments))


def _changes(plan: Document) -> Iterator[Event]:
    when = "Nothing, until a person decides" if plan["refusals"] else NOW
    for change in plan["changes"]:
        what = "would be done: " if plan["refusals"] else ""
        yield Event("", when, change["address"], f"{what}{change['action']}")


def _following(plan: Document) -> Iterator[Event]:
    """What comes after the changes, and of what is held; an audit may take longer than expected."""
    made = datetime.fromisoformat(plan["created_at"])
    for entry in (*plan["changes"], *plan["held"]):
        for line in entry["next"]:
            event, _, what = line.partition(": ")
            at = entry.get("expected_approval") if event == AFTER_APPROVAL else None
            was = "was " if at and datetime.fromisoformat(at) < made else ""
            when = f"{china_minute(at)}, approval {was}expected" if at else event.capitalize()
            yield Event(at or UNDATED, when, entry["address"], what or line)


def _sends(plan: Document) -> Iterator[Event]:
    held = {entry["address"]: entry["code"] for entry in plan["held"]}
    for send in plan.get("sends", ()):
        address = send["address"]
        people = count(send["recipients"], "recipient", "recipients")
        text = send["template"] or f"template {send['temp_id']}"
        waits = f"; held now: {held[address]}" if address in held else ""
        when = f"{china_minute(send['send_time'])}, send time"
        yield Event(send["send_time"], when, address, f"sends {text} to {people}{waits}")
