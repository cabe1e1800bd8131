"""The sandbox's clock: the real one, or one that somebody set and that stands still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from jsms_sync.sandbox.rules_schedules import CHINA


@dataclass
class Clock:
    """Now, for every rule of one sandbox; `standing` is None while the real time runs."""

    standing: datetime | None = None

    def now(self) -> datetime:
        """The instant, in UTC."""
        return self.standing or datetime.now(UTC)

    def set(self, now: datetime) -> None:
        """Stands still at an instant from now on."""
        self.standing = at_once(now)

    def advance(self, seconds: float) -> None:
        """Stands still, so many seconds later than now; OverflowError past the year 9999."""
        self.standing = self.now() + timedelta(seconds=seconds)

    def run(self) -> None:
        """Shows the real time again."""
        self.standing = None


def at_once(moment: datetime) -> datetime:
    """The instant in UTC; a time without an offset is China time, as on the wire (jsms-api.md §10)."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=CHINA)).astimezone(UTC)


def written(moment: datetime) -> str:
    """ISO 8601 in UTC with a Z, to the millisecond where there are any."""
    precision = "milliseconds" if moment.microsecond else "seconds"
    return moment.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")
