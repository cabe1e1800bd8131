"""Times and durations as definitions write them."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, available_timezones

_YEARS = range(2000, 3000)

_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[ T]([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?:(Z)|([+-])([0-9]{2}):?([0-9]{2}))?"
)
_DURATION = re.compile(r"([0-9]+)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class NoSuchTime(ValueError):
    """The text names no instant; the code says which kind of mistake it is."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


def zone(name: str) -> ZoneInfo | None:
    """The time zone of that IANA name, if there is one."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # zoneinfo reads files: names that are folders, too long or outside its tree fail as such.
        return None


def zone_names() -> list[str]:
    """The names of all time zones; takes a moment."""
    return sorted(available_timezones())


def send_time(text: str, local: tzinfo) -> datetime:
    """The instant that the text names, in its own offset or else in the local zone.

    Raises NoSuchTime for a form or date that does not exist, and for local times that a change of the
    clocks skips or repeats.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        raise NoSuchTime("invalid-send-time", "it is not in the form of a time")
    *numbers, utc, sign, hours, minutes = match.groups()
    try:
        naive = datetime(*(int(number) for number in numbers))  # type: ignore[arg-type] # mypy counts no star
        offset = _offset(utc, sign, hours, minutes)
    except ValueError:
        raise NoSuchTime("invalid-send-time", "there is no such date, time or offset") from None
    if naive.year not in _YEARS:
        raise NoSuchTime("invalid-send-time", f"the year is not in {_YEARS.start}–{_YEARS.stop - 1}")
    return naive.replace(tzinfo=offset) if offset else _in_zone(naive, local)


def duration(text: str) -> timedelta:
    """The sum of the parts of a text like `1d 12h`, which has passed the schema."""
    parts = [timedelta(**{_UNITS[unit]: int(number)}) for number, unit in _DURATION.findall(text)]
    return sum(parts, timedelta())


def _offset(utc: str | None, sign: str | None, hours: str, minutes: str) -> timezone | None:
    if utc:
        return UTC
    if not sign:
        return None
    # No zone is further from UTC than 14 hours (Line Islands).
    if int(hours) > 14 or int(minutes) > 59:
        raise ValueError
    distance = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-distance if sign == "-" else distance)


def _in_zone(naive: datetime, local: tzinfo) -> datetime:
    first, second = naive.replace(tzinfo=local), naive.replace(tzinfo=local, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    if first.astimezone(UTC).astimezone(local).replace(tzinfo=None) != naive:
        raise NoSuchTime("send-time-skipped", f"there is no such time in {local}")
    raise NoSuchTime("send-time-ambiguous", f"there are two such times in {local}")
