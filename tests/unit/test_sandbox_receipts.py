"""Reports and replies: what becomes of messages, what people text back, and how the app reads of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sandbox_client import AT, BEFORE, Client, batch_body, sandbox, single_body

MOBILE, OTHER = "13812345678", "18603050709"
MS = 1803862800000  # BEFORE
HOUR = 3_600_000


@pytest.fixture
def client() -> Iterator[Client]:
    """A sandbox at nine o'clock in China, with manual audit."""
    with sandbox() as client:
        client.clock(BEFORE)
        yield client


def believe(client: Client, **beliefs: object) -> None:
    """Switches beliefs while the sandbox runs."""
    client.control("PUT", "beliefs", beliefs)


def send(client: Client, mobile: str = MOBILE) -> str:
    """A code to a number; its msg_id."""
    msg_id: str = client.send("POST", "/v1/codes", {"mobile": mobile, "temp_id": 1}).json["msg_id"]
    return msg_id


def pull(client: Client, path: str = "/v1/report") -> list[dict[str, Any]]:
    """What can be read five seconds later."""
    client.control("PUT", "clock", {"advance": 5})
    answer = client.send("GET", path)
    assert answer.status == 200, answer
    found: list[dict[str, Any]] = answer.json
    return found


def test_a_report_is_read_once(client: Client) -> None:
    """A bare array of messages with text ids and times in ms, then nothing (§8.1)."""
    assert client.send("GET", "/v1/report").body == b"[]"
    send(client)
    client.control("PUT", "clock", {"advance": 5})
    answer = client.send("GET", "/v1/report")
    assert answer.body.decode() == (
        f'[{{"msgId":"288193860302","phone":"{MOBILE}","receiveTime":{MS},"status":4001}}]'
    )
    assert answer.headers["content-type"] == "application/json"
    assert pull(client) == []


@pytest.mark.parametrize("path", ["/v1/report", "/v1/reply"])
def test_reports_and_replies_are_pulled_every_five_seconds(client: Client, path: str) -> None:
    """A call before that is refused and takes nothing; the two do not disturb each other."""
    send(client)
    client.control("POST", "replies", {"mobile": MOBILE, "content": "好"})
    assert len(client.send("GET", path).json) == 1
    send(client)
    client.control("PUT", "clock", {"advance": 4.9})
    assert client.send("GET", path).code == 50009
    other = "/v1/reply" if path == "/v1/report" else "/v1/report"
    assert len(client.send("GET", other).json) >= 1
    believe(client, pull_too_soon_code=50007)
    assert client.send("GET", path).code == 50007
    believe(client, pull_interval=0)
    assert client.send("GET", path).status == 200
    client.clock("2027-01-01T00:00:00Z")
    believe(client, pull_interval=5)
    assert client.send("GET", path).status == 200


def test_up_to_500_reports_come_at_once(client: Client) -> None:
    """The oldest first, the rest with the next call."""
    many = [{"mobile": str(13800000000 + each), "temp_para": {"code": "1"}} for each in range(501)]
    client.send("POST", "/v1/messages/batch", {"temp_id": 1, "recipients": many})
    assert len(client.control("GET", "reports")) == 501
    first, second = pull(client), pull(client)
    assert [each["phone"] for each in first + second] == [each["mobile"] for each in many]
    assert len(second) == 1


def test_reports_are_kept_for_three_days(client: Client) -> None:
    """What nobody reads is gone, after as many days as the switch says."""
    send(client)
    client.control("PUT", "clock", {"advance": 86400 * 3 - 5})
    send(client)
    believe(client, records_kept_days=2.5)
    assert [each["msgId"] for each in pull(client)] == ["288193860303"]


@pytest.mark.parametrize("status", [4001, 4002, 4003, 4004, 4005, 4006, 4007, 4008, 4009, 4010, 4100])
def test_each_number_has_its_fate(client: Client, status: int) -> None:
    """Every status of a report can be chosen for a number (§8.2); the message is in the outbox anyway."""
    shown = client.control("PUT", f"numbers/{MOBILE}", {"report": status})
    assert shown == {"mobile": MOBILE, "opted_out": False, "report": status}
    send(client)
    send(client, OTHER)
    assert [each["status"] for each in pull(client)] == [status, 4001]
    assert len(client.control("GET", "outbox")) == 2
    client.control("PUT", f"numbers/{MOBILE}", {"report": None})
    assert client.control("GET", "numbers") == []


def test_a_report_can_take_its_time(client: Client) -> None:
    """It is there when the delay has run."""
    believe(client, report_delay=60)
    send(client)
    assert pull(client) == []
    client.control("PUT", "clock", {"advance": 55})
    assert [each["receiveTime"] for each in pull(client)] == [MS + 60_000]


def test_schedules_are_reported_when_they_are_sent(client: Client) -> None:
    """Delivered ones by the number's fate, those that failed at the time with why, by a switch not at all."""
    temp_id = client.template()
    client.batch(temp_id)
    client.control("PUT", "balance", {"app_balance": 1})
    client.control("PUT", f"numbers/{MOBILE}", {"report": 4004})
    client.clock(AT)
    found = [(each["phone"], each["status"], each["receiveTime"]) for each in pull(client)]
    assert found == [(MOBILE, 4004, MS + HOUR), (OTHER, 4005, MS + HOUR)]
    believe(client, refused_recipients_are_reported=False)
    client.control("PUT", "balance", {"app_balance": 2})
    client.batch(temp_id, send_time="2027-03-01 11:00:00")
    client.control("PUT", "balance", {"app_balance": 1})
    client.clock("2027-03-01T03:00:00Z")
    assert [each["phone"] for each in pull(client)] == [MOBILE]


@pytest.mark.parametrize(
    ("change", "body", "code", "status"),
    [
        ("numbers/13812345678", {"opted_out": True}, "50024", 4100),
        ("black-words", {"words": ["1002"]}, "50037", 4010),
        ("beliefs", {"opted_out": [MOBILE]}, "50024", 4100),
    ],
)
def test_a_schedule_meets_what_has_changed(
    client: Client, change: str, body: dict[str, object], code: str, status: int
) -> None:
    """Who opts out, or what is forbidden, after the submission is not sent at the time."""
    client.batch(client.template())
    client.control("PUT", change, body)
    client.clock(AT)
    (sent,) = client.state()["schedules"]
    assert [(each["error_code"], each["mobile"]) for each in sent["failures"]] == [(code, MOBILE)]
    assert sorted(each["status"] for each in pull(client)) == [4001, status]


def test_limits_bite_schedules_by_a_switch(client: Client) -> None:
    """At the time, not at the submission."""
    temp_id = client.template("{{order}}{{carrier}}", type=3)
    for content in "1234":
        body = single_body(temp_id, temp_para={"order": content, "carrier": ""})
        assert client.send("POST", "/v1/schedule", body).status == 200
    believe(client, schedules_meet_limits=True)
    client.clock(AT)
    assert [each["status"] for each in client.state()["schedules"]] == ["sent", "sent", "sent", "failed"]
    assert client.state()["schedules"][3]["failures"][0]["error_code"] == "50009"


def test_a_reply_is_read_once(client: Client) -> None:
    """With its number, time and text."""
    said = client.control("POST", "replies", {"mobile": MOBILE, "content": "收到"})
    assert said == {"mobile": MOBILE, "content": "收到", "opted_out": False}
    assert client.control("GET", "replies") == [{"phone": MOBILE, "at": BEFORE, "content": "收到"}]
    assert client.send("GET", "/v1/reply").body.decode() == (
        f'[{{"phone":"{MOBILE}","replyTime":{MS},"content":"收到"}}]'
    )
    assert pull(client, "/v1/reply") == []


@pytest.mark.parametrize(
    ("content", "opted_out"), [("TD", True), (" r\n", True), ("T", True), ("TDX", False)]
)
def test_some_replies_opt_out(client: Client, content: str, opted_out: bool) -> None:
    """TD, T and R in any case; the number then gets nothing, and can be let in again."""
    said = client.control("POST", "replies", {"mobile": MOBILE, "content": content})
    assert said["opted_out"] is opted_out
    body = {"mobile": MOBILE, "temp_id": 1}
    assert client.send("POST", "/v1/codes", body).code == (50024 if opted_out else None)
    batch = batch_body(client.template())
    refused = client.send("POST", "/v1/schedule/batch", batch).json["failure_recipients"]
    assert [each["error_code"] for each in refused] == (["50024"] if opted_out else [])
    client.control("PUT", f"numbers/{MOBILE}", {"opted_out": False})
    assert client.send("POST", "/v1/codes", body).status == 200


def test_which_replies_opt_out_is_a_switch(client: Client) -> None:
    """None, or others."""
    believe(client, opt_out_replies=["N"])
    said = [client.control("POST", "replies", {"mobile": MOBILE, "content": each}) for each in ("TD", "n")]
    assert [each["opted_out"] for each in said] == [False, True]


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("PUT", "numbers/1", {"report": 4011}, "report is one of 4001, 4002"),
        ("PUT", "numbers/1", {"report": []}, "report is one of 4001, 4002"),
        ("PUT", "numbers/1", {"opted_out": 1}, "opted_out is true or false"),
        ("PUT", "numbers/1", {"status": 1}, "there is no field 'status' here"),
        ("PUT", f"numbers/{'1' * 33}", {}, "this is no phone number"),
        ("POST", "replies", {"content": "x"}, "mobile is a phone number"),
        ("POST", "replies", {"mobile": MOBILE}, "content is a text"),
    ],
)
def test_wrong_control_calls_are_told_in_a_sentence(
    client: Client, method: str, path: str, body: object, said: str
) -> None:
    """A wrong body is 400 with what is wrong."""
    answer = client.send(method, f"/_sandbox/{path}", body)
    assert answer.status == 400
    assert said in answer.json["error"]


def test_a_get_with_a_body_is_a_get(client: Client) -> None:
    """What some clients send along is not looked at, and the connection stays usable."""
    assert client.send("GET", "/v1/report", {"x": 1}).json == []
    assert client.send("GET", "/v1/templates/1", b"[" * 100_000, Content_Type="text/xml").status == 200
