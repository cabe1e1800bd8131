"""Reports and replies: each can be read once, so everything that can be understood is."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jsms_sync.api import STATUSES, Mobile, Reply, Report, receipts
from jsms_sync.api.answers import Answer, Call, Value, judge

REPORTS: Call[tuple[Report, ...]] = Call("GET", "/report", receipts.all_of(receipts.report), reads_once=True)
REPLIES: Call[tuple[Reply, ...]] = Call("GET", "/reply", receipts.all_of(receipts.reply), reads_once=True)


def read(call: Call[Any], body: object) -> Any:
    """What the call reads from that JSON."""
    result = judge(call, Answer(200, json.dumps(body).encode()))
    assert isinstance(result, Value), result
    return result.value


RECORD = {"msgId": "88235123435", "phone": "13812345678", "receiveTime": 1575015093000, "status": 4001}


@pytest.mark.parametrize(
    "change", [{}, {"msgId": 88235123435}, {"receiveTime": "1575015093000"}, {"status": "4001"}]
)
def test_a_report_is_read_whatever_its_types(change: dict[str, object]) -> None:
    """Ids, times and statuses come as numbers or as text (`jsms-api.md §8`)."""
    (report,) = read(REPORTS, [RECORD | change])
    assert report == Report("88235123435", Mobile("13812345678"), "1575015093000", 4001)
    assert report.received_at == datetime(2019, 11, 29, 8, 11, 33, tzinfo=UTC)
    assert report.is_delivered
    assert "13812345678" not in repr(report)


def test_what_cannot_be_read_does_not_take_the_rest_with_it() -> None:
    """A record in parts is better than none: a missing or odd field is empty, and the others stay."""
    odd = [{}, 5, None, [], {"msgId": {}, "phone": [], "receiveTime": True, "status": "?"}]
    *broken, last = read(REPORTS, [*odd, RECORD])
    assert [(r.msg_id, r.mobile, r.status, r.received_at) for r in broken] == [("", Mobile(""), 0, None)] * 5
    assert last.status == 4001


def test_no_records_are_no_doubt() -> None:
    """An empty array is an answer."""
    assert read(REPORTS, []) == read(REPLIES, []) == ()


def test_a_reply_is_read() -> None:
    """Its text is kept, and not shown; half of an emoji does not lose it."""
    (reply,) = read(REPLIES, [{"phone": 13812345678, "replyTime": 1575015093000, "content": "好\ud83d"}])
    assert reply == Reply(Mobile("13812345678"), "1575015093000", "好?")
    assert reply.replied_at == datetime(2019, 11, 29, 8, 11, 33, tzinfo=UTC)
    assert "好" not in repr(reply)


MORNING = datetime(2017, 4, 13, 3, 12, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1492053140000", MORNING),
        ("2017-04-13 11:12:20", MORNING),
        ("2017-04-13 11:12:20.0", MORNING),
        ("2017-04-13T11:12:20", MORNING),
        ("2017-04-13T03:12:20Z", MORNING),
        ("Thu Apr 13 11:12:20 CST 2017", MORNING),
        ("", None),
        ("soon", None),
        ("Thu Foo 99 11:12:20 CST 2017", None),
        (" CST ", None),
        ("2017-13-41 11:12:20", None),
        ("9" * 30, None),
        ("9" * 5000, None),
        ("１４９２", None),
        ("0001-01-01 00:00:00", None),
    ],
)
def test_times_of_every_known_form_are_moments(text: str, moment: datetime | None) -> None:
    """Milliseconds, China time with or without fractions, Java's Date text; anything else is no moment."""
    assert receipts.moment(text) == moment


@given(st.text() | st.from_regex(r"[0-9 :TZ.+-]{0,30}") | st.text("0123456789 CST:", max_size=30))
def test_any_text_is_a_moment_or_none(text: str) -> None:
    """No text is an error."""
    moment = receipts.moment(text)
    assert moment is None or moment.tzinfo is UTC


def test_every_documented_status_has_its_words() -> None:
    """4001 to 4010 and 4100 (`jsms-api.md §8.2`)."""
    assert set(STATUSES) == {*range(4001, 4011), 4100}
