"""What the service was seen to hold: each remote object read, gone, or not readable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jsms_sync.model.records import Audit, Text
from jsms_sync.model.resources import Recipient
from jsms_sync.model.rolls import Roll


@dataclass(frozen=True, slots=True)
class Gone:
    """The service does not know the id (50013 for a template, 50028 for a schedule)."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The id could not be read, which says nothing about whether it exists."""

    why: str


@dataclass(frozen=True, slots=True)
class SeenTemplate:
    """A template as GET showed it."""

    temp_id: int
    text: Text
    remark: str | None
    status: Audit


@dataclass(frozen=True, slots=True)
class SeenSchedule:
    """A schedule as GET showed it, without sign_id, tag and refused recipients (`jsms-api.md §4.5`)."""

    schedule_id: str
    send_time: datetime
    temp_id: int
    recipients: tuple[Recipient, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RolledSchedule:
    """A schedule as GET showed it, its recipients as digests: a thousand of these are kept at a time."""

    schedule_id: str
    send_time: datetime
    temp_id: int
    roll: Roll


TemplateSeen = SeenTemplate | Gone | Unreadable
ScheduleSeen = SeenSchedule | Gone | Unreadable
ScheduleKept = ScheduleSeen | RolledSchedule


@dataclass(frozen=True, slots=True)
class Observed:
    """One look at the service; what is in neither mapping was not read.

    `clock_skew` is how far the service's clock is ahead of ours.
    """

    templates: Mapping[int, TemplateSeen] = field(default_factory=dict)
    schedules: Mapping[str, ScheduleKept] = field(default_factory=dict)
    balance: int | None = None
    clock_skew: timedelta | None = None


def by_service(now: datetime, skew: timedelta | None, tolerated: timedelta) -> datetime:
    """The service's time where ours is off by more than is tolerated: it tells how old its objects are."""
    return now + skew if skew is not None and abs(skew) > tolerated else now
