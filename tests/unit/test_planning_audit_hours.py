"""When an audit can be expected to end: three working hours after it began, whenever that was."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jsms_sync.planning.audit_hours import expected_approval, working_moment

CHINA = timezone(timedelta(hours=8))
HALF_HOUR = timedelta(minutes=30)
MONDAY = datetime(2027, 3, 1, tzinfo=CHINA)
MOMENTS = st.datetimes(
    datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.sampled_from([UTC, CHINA, timezone(-HALF_HOUR)])
)
DAYS = {"Mon": 0, "Tue": 1, "Wed": 2, "Thu": 3, "Fri": 4, "Sat": 5, "Sun": 6, "next Mon": 7, "next Tue": 8}


def at(text: str) -> datetime:
    """The moment that `Fri 17:30` means, in a week of March 2027 in China."""
    day, _, clock = text.rpartition(" ")
    hours, minutes = map(int, clock.split(":"))
    return MONDAY + timedelta(days=DAYS[day], hours=hours, minutes=minutes)


@pytest.mark.parametrize(
    ("submitted", "expected"),
    [
        ("Mon 09:00", "Mon 13:30"),
        ("Mon 08:30", "Mon 13:30"),
        ("Mon 00:00", "Mon 13:30"),
        ("Mon 10:00", "Mon 14:30"),
        ("Mon 11:30", "Mon 16:00"),
        ("Mon 12:00", "Mon 16:00"),
        ("Mon 13:00", "Mon 16:00"),
        ("Mon 15:00", "Mon 18:00"),
        ("Mon 15:01", "Tue 09:01"),
        ("Mon 17:30", "Tue 11:30"),
        ("Mon 18:00", "Tue 13:30"),
        ("Thu 17:00", "Fri 11:00"),
        ("Fri 15:01", "next Mon 09:01"),
        ("Fri 20:00", "next Mon 13:30"),
        ("Sat 10:00", "next Mon 13:30"),
        ("Sun 23:59", "next Mon 13:30"),
        ("next Mon 16:00", "next Tue 10:00"),
    ],
)
def test_an_audit_takes_three_working_hours(submitted: str, expected: str) -> None:
    """Nights, lunch breaks and weekends do not count; what ends with a shift ends at its end."""
    assert expected_approval(at(submitted)) == at(expected)
    assert expected_approval(at(submitted).astimezone(UTC)) == at(expected)


def works(moment: datetime) -> bool:
    """Whether somebody works at that moment or right before it."""
    local = moment.astimezone(CHINA)
    clock = timedelta(
        hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond
    )
    hours = clock / timedelta(hours=1)
    return local.weekday() < 5 and (9 <= hours <= 11.5 or 13 <= hours <= 18)


def worked(start: datetime, end: datetime) -> timedelta:
    """The working time between two moments, added up shift by shift."""
    total, day = timedelta(), start.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    while day <= end:
        for opens, closes in ((9, 11.5), (13, 18)) if day.weekday() < 5 else ():
            first, last = day + timedelta(hours=opens), day + timedelta(hours=closes)
            total += max(min(last, end) - max(first, start), timedelta())
        day += timedelta(days=1)
    return total


@given(MOMENTS)
def test_three_working_hours_lie_between_submission_and_approval(submitted: datetime) -> None:
    """Exactly three, whatever the zone of the clock; the approval itself lies in working hours."""
    expected = expected_approval(submitted)
    assert works(expected)
    assert worked(submitted, expected) == timedelta(hours=3)


@given(MOMENTS, MOMENTS)
def test_who_submits_later_is_not_approved_earlier(one: datetime, other: datetime) -> None:
    """The expectation grows with the time of the submission."""
    earlier, later = sorted((one, other))
    assert expected_approval(earlier) <= expected_approval(later)
    assert working_moment(earlier) <= working_moment(later)


@given(MOMENTS)
def test_the_next_working_moment_is_the_first_one(moment: datetime) -> None:
    """Nobody has worked before it, and somebody does at it; where that is now, it is now."""
    found = working_moment(moment)
    assert found >= moment
    assert works(found)
    assert worked(moment, found) == timedelta()
    assert working_moment(found) == found
