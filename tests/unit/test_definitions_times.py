"""Send times and durations as definitions write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jsms_sync.definitions.times import NoSuchTime, duration, send_time, zone, zone_names

CHINA = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2027-03-01 10:00:00", datetime(2027, 3, 1, 2, tzinfo=UTC)),
        ("2027-03-01T10:00:00", datetime(2027, 3, 1, 2, tzinfo=UTC)),
        ("2027-03-01T10:00:00+08:00", datetime(2027, 3, 1, 2, tzinfo=UTC)),
        ("2027-03-01 10:00:00+0800", datetime(2027, 3, 1, 2, tzinfo=UTC)),
        ("2027-03-01T10:00:00-03:30", datetime(2027, 3, 1, 13, 30, tzinfo=UTC)),
        ("2027-03-01T10:00:00Z", datetime(2027, 3, 1, 10, tzinfo=UTC)),
    ],
)
def test_a_time_is_an_instant(text: str, instant: datetime) -> None:
    """A time without an offset is local, one with an offset is not."""
    assert send_time(text, CHINA) == instant
    assert send_time(text, CHINA).utcoffset() is not None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2027-02-29 10:00:00", "invalid-send-time"),
        ("2027-03-01 24:00:00", "invalid-send-time"),
        ("2027-03-01 10:00:60", "invalid-send-time"),
        ("2027-03-01 10:00", "invalid-send-time"),
        ("2027-03-01 10:00:00.5", "invalid-send-time"),
        ("2027-03-01 10:00:00\n", "invalid-send-time"),
        ("2027-03-01 10:00:00+14:60", "invalid-send-time"),
        ("9999-12-31 23:59:59", "invalid-send-time"),
        ("0000-12-31 23:59:59", "invalid-send-time"),
        ("2030-03-31 02:30:00", "send-time-skipped"),
        ("2030-10-27 02:30:00", "send-time-ambiguous"),
    ],
)
def test_what_is_no_instant_is_refused(text: str, code: str) -> None:
    """The mistake is named, changes of the clocks apart from impossible dates."""
    with pytest.raises(NoSuchTime) as caught:
        send_time(text, BERLIN)
    assert caught.value.code == code
    assert str(caught.value)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2999, 12, 31), timezones=st.just(CHINA)))
def test_a_written_time_is_read_back(at: datetime) -> None:
    """Seconds survive, in local time and with an offset."""
    at = at.replace(microsecond=0)
    assert send_time(at.isoformat(), CHINA) == at
    assert send_time(at.strftime("%Y-%m-%d %H:%M:%S"), CHINA) == at


@pytest.mark.parametrize(
    "name", ["Asia", "../Asia/Shanghai", "/etc/passwd", "", "a\0b", "x" * 5000, "Asia/Shanghia", "中国"]
)
def test_what_is_no_time_zone_is_none(name: str) -> None:
    """No name of a zone that does not exist raises anything."""
    assert zone(name) is None
    assert name not in zone_names()


def test_the_default_zone_is_known() -> None:
    """Every name of the list is a zone, the default among them."""
    assert "Asia/Shanghai" in zone_names()
    assert zone("Asia/Shanghai") == CHINA


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("7d", timedelta(days=7)),
        ("0s", timedelta(0)),
        ("1d 12h30m 45s", timedelta(days=1, hours=12, minutes=30, seconds=45)),
        ("999999d", timedelta(days=999_999)),
    ],
)
def test_a_duration_is_the_sum_of_its_parts(text: str, length: timedelta) -> None:
    """Days, hours, minutes and seconds add up."""
    assert duration(text) == length
