"""The sandbox's clock and auditor: what happens when time passes, and in which order."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from sandbox_client import AT, BEFORE, LATER, SEND_TIME, Client, batch_body, sandbox

from jsms_sync.sandbox.rules_schedules import CHINA


@pytest.fixture
def client() -> Iterator[Client]:
    """A sandbox at nine o'clock in China, with manual audit."""
    with sandbox() as client:
        client.clock(BEFORE)
        yield client


def schedules(client: Client) -> list[dict[str, Any]]:
    """The schedules as the control plane lists them."""
    listed: list[dict[str, Any]] = client.state()["schedules"]
    return listed


def test_due_schedules_are_sent(client: Client) -> None:
    """When the clock reaches the time, every recipient's text is in the outbox and its parts are paid."""
    temp_id = client.template()
    schedule_id = client.batch(temp_id)
    client.clock("2027-03-01T01:59:59Z")
    assert client.control("GET", "outbox") == []
    client.clock(AT)
    common = {"temp_id": temp_id, "schedule_id": schedule_id, "kind": "batch", "at": AT}
    assert client.control("GET", "outbox") == [
        {"msg_id": "288193860302", "mobile": "13812345678"}
        | {"content": "【极光沙箱】您的订单1002已由中通发出。"}
        | common,
        {"msg_id": "288193860303", "mobile": "18603050709"}
        | {"content": "【极光沙箱】您的订单1003已由圆通发出。"}
        | common,
    ]
    assert [each["status"] for each in schedules(client)] == ["sent"]
    assert client.state()["balance"]["app_balance"] == 10_000_000 - 2


def test_marketing_carries_the_opt_out_and_pays_by_parts(client: Client) -> None:
    """The platform's text is appended and counted; the marketing balance pays first."""
    temp_id = client.template("{{a}}", type=3)
    client.control("PUT", "balance", {"app_market": 1})
    client.single(temp_id, temp_para={"a": "字" * 60})
    client.clock(AT)
    assert client.control("GET", "outbox")[0]["content"] == f"【极光沙箱】{'字' * 60}拒收请回复R"
    balance = client.state()["balance"]
    assert (balance["app_market"], balance["app_balance"]) == (0, 10_000_000 - 1)


def test_schedules_are_sent_in_the_order_of_their_times(client: Client) -> None:
    """One leap of the clock sends the earlier schedule first, each at its own instant."""
    temp_id = client.template()
    late, early = client.single(temp_id, send_time=LATER), client.single(temp_id)
    client.clock("2027-03-02T00:00:00Z")
    sent = [(each["schedule_id"], each["at"]) for each in client.control("GET", "outbox")]
    assert sent == [(early, AT), (late, "2027-03-01T03:00:00Z")]


def test_a_deleted_schedule_is_never_sent(client: Client) -> None:
    """What was cancelled stays cancelled when its time comes."""
    schedule_id = client.single(client.template())
    client.send("DELETE", f"/v1/schedule/{schedule_id}")
    client.clock(AT)
    assert client.control("GET", "outbox") == []


@pytest.mark.parametrize(("status", "code"), [(None, "50013"), (2, "50021")])
def test_a_schedule_fails_without_its_template(client: Client, status: int | None, code: str) -> None:
    """A template that is gone or no longer approved fails the schedule, with every recipient listed."""
    temp_id = client.template()
    client.batch(temp_id)
    if status is None:
        client.send("DELETE", f"/v1/templates/{temp_id}")
    else:
        client.control("POST", f"templates/{temp_id}/audit", {"status": status})
    client.clock(AT)
    (failed,) = schedules(client)
    assert (failed["status"], client.control("GET", "outbox")) == ("failed", [])
    found = [(each["error_code"], each["mobile"]) for each in failed["failures"]]
    assert found == [(code, "13812345678"), (code, "18603050709")]


def test_a_failed_schedule_is_closed(client: Client) -> None:
    """After its time there is nothing to change any more."""
    temp_id = client.template()
    schedule_id = client.batch(temp_id)
    client.send("DELETE", f"/v1/templates/{temp_id}")
    client.clock(AT)
    assert client.send("DELETE", f"/v1/schedule/{schedule_id}").code == 50029
    assert client.send("GET", f"/v1/schedule/{schedule_id}").status == 200


def test_the_changed_text_of_a_template_is_sent(client: Client) -> None:
    """A rejected and resubmitted template sends its new text, where the parameters cover it."""
    temp_id = client.template()
    client.single(temp_id)
    client.control("POST", f"templates/{temp_id}/audit", {"status": 2})
    client.send("PUT", f"/v1/templates/{temp_id}", {"template": "单号{{order}}", "type": 2})
    client.control("POST", f"templates/{temp_id}/audit", {"status": 1})
    client.clock(AT)
    assert client.control("GET", "outbox")[0]["content"] == "【极光沙箱】单号1001"


def test_money_can_run_out_while_sending(client: Client) -> None:
    """Recipients whose parts cannot be paid at the time are listed; the schedule counts as sent."""
    client.batch(client.template())
    client.control("PUT", "balance", {"app_balance": 1})
    client.clock(AT)
    (sent,) = schedules(client)
    assert sent["status"] == "sent"
    assert [each["error_code"] for each in sent["failures"]] == ["50014"]
    assert len(client.control("GET", "outbox")) == 1
    assert client.state()["balance"]["app_balance"] == 0


def test_a_schedule_of_nobody_counts_as_sent(client: Client) -> None:
    """An empty schedule ends without a message and keeps the failures of its submission."""
    refused = [{"mobile": "1", "temp_para": {"order": "1", "carrier": "x"}}]
    client.send("POST", "/v1/schedule/batch", batch_body(client.template(), recipients=refused))
    client.clock(AT)
    (sent,) = schedules(client)
    assert (sent["status"], sent["recipients"], len(sent["failures"])) == ("sent", [], 1)


def test_a_set_clock_stands_still(client: Client) -> None:
    """The time set is the time shown, in answers and in the Date header, until it is advanced."""
    time.sleep(0.01)
    assert client.state()["now"] == BEFORE
    assert client.send("GET", "/v1/templates/1").headers["date"] == "Mon, 01 Mar 2027 01:00:00 GMT"
    moved = client.control("PUT", "clock", {"advance": 90.5})
    assert moved == {"now": "2027-03-01T01:01:30.500Z", "real": False, "next": None}
    assert client.send("GET", "/_sandbox/state").headers["date"] == "Mon, 01 Mar 2027 01:01:30 GMT"


def test_the_real_clock_runs(client: Client) -> None:
    """The clock can be released; a schedule is sent when the real time passes its own."""
    assert client.control("PUT", "clock", {"real": True})["real"] is True
    date = parsedate_to_datetime(client.send("GET", "/v1/templates/1").headers["date"])
    assert abs((date - datetime.now(UTC)).total_seconds()) < 5
    soon = datetime.now(CHINA) + timedelta(seconds=2)
    client.single(client.template(), send_time=f"{soon:%Y-%m-%d %H:%M:%S}")
    deadline = time.monotonic() + 5
    while not client.control("GET", "outbox"):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2027-03-01T10:00:00+08:00", AT),
        ("2027-03-01 10:00:00", AT),
        ("2027-03-01T02:00:00Z", AT),
        ("2027-03-01", "2027-02-28T16:00:00Z"),
    ],
)
def test_a_time_without_offset_is_china_time(client: Client, given: str, shown: str) -> None:
    """The clock takes any ISO 8601; like send_time, it is China time where nothing else is said."""
    assert client.control("PUT", "clock", {"now": given})["now"] == shown


def test_a_sandbox_can_start_at_a_time() -> None:
    """The start value of the clock stands still and is there again after a reset."""
    with sandbox(now=datetime(2027, 3, 1, 9, 0)) as client:
        assert client.state()["now"] == BEFORE
        client.control("PUT", "clock", {"advance": 60})
        client.control("POST", "reset")
        assert client.state()["now"] == BEFORE


@pytest.mark.parametrize(("mode", "status"), [("manual", 0), ("approve", 1), ("reject", 2)])
def test_the_auditor_decides_at_submission(mode: str, status: int) -> None:
    """Without a delay a new and a resubmitted template have their status with the next GET."""
    with sandbox(audit=mode) as client:
        temp_id = client.template(status=None)
        assert client.send("GET", f"/v1/templates/{temp_id}").json["status"] == status
        client.control("POST", f"templates/{temp_id}/audit", {"status": 2})
        client.send("PUT", f"/v1/templates/{temp_id}", {"template": "x", "type": 2})
        assert client.send("GET", f"/v1/templates/{temp_id}").json["status"] == status


def test_an_approved_template_can_be_used_in_the_next_request() -> None:
    """Approving at submission needs no second look at the clock."""
    with sandbox(audit="approve", now=datetime(2027, 3, 1, 9, 0)) as client:
        client.batch(client.template(status=None), send_time=SEND_TIME)


def test_the_auditor_takes_its_time(client: Client) -> None:
    """With a delay, what was submitted is decided when the sandbox's clock has run that long."""
    assert client.control("PUT", "audit", {"mode": "approve", "delay": 3600}) == {
        "mode": "approve",
        "delay": 3600,
    }
    temp_id = client.template(status=None)
    client.control("PUT", "clock", {"advance": 3599})
    assert client.send("GET", f"/v1/templates/{temp_id}").json["status"] == 0
    client.control("PUT", "clock", {"advance": 1})
    assert client.send("GET", f"/v1/templates/{temp_id}").json["status"] == 1


def test_a_new_mode_covers_what_waits(client: Client) -> None:
    """The auditor works through the queue: templates submitted under manual audit are decided too."""
    temp_id = client.template(status=None)
    client.control("PUT", "audit", {"mode": "reject"})
    assert client.send("GET", f"/v1/templates/{temp_id}").json["status"] == 2


def test_audits_and_sendings_keep_their_order(client: Client) -> None:
    """In one leap of the clock an audit that ends after a schedule's time comes too late for it."""
    temp_id = client.template()
    client.single(temp_id)
    client.single(temp_id, send_time=LATER)
    client.control("POST", f"templates/{temp_id}/audit", {"status": 2})
    client.control("PUT", "audit", {"mode": "approve", "delay": 5400})
    client.send("PUT", f"/v1/templates/{temp_id}", {"template": "{{order}}", "type": 2})
    client.control("PUT", "clock", {"advance": 86400})
    assert [each["status"] for each in schedules(client)] == ["failed", "sent"]
    assert schedules(client)[0]["failures"][0]["error_code"] == "50020"


def test_the_clock_can_be_paused(client: Client) -> None:
    """It stands still at what it shows."""
    client.control("PUT", "clock", {"real": True})
    paused = client.control("PUT", "clock", {"pause": True})
    time.sleep(0.01)
    assert client.control("GET", "clock") == paused
    assert paused["real"] is False


def test_the_clock_can_go_from_event_to_event(client: Client) -> None:
    """The next one is told, and leapt to; without one the clock stays."""
    temp_id = client.template()
    client.single(temp_id, send_time=LATER)
    client.single(temp_id)
    client.control("PUT", "audit", {"mode": "approve", "delay": 5400})
    client.template(status=None)
    seen = [client.control("PUT", "clock", {"next": True}) for _ in range(4)]
    assert [(each["now"], each["next"]) for each in seen] == [
        (AT, "2027-03-01T02:30:00Z"),
        ("2027-03-01T02:30:00Z", "2027-03-01T03:00:00Z"),
        ("2027-03-01T03:00:00Z", None),
        ("2027-03-01T03:00:00Z", None),
    ]


def test_what_is_due_happens_without_a_request() -> None:
    """On the real clock a schedule is sent when its time comes, and nobody asks."""
    soon = datetime.now(CHINA) + timedelta(seconds=1.2)
    with sandbox() as client:
        client.single(1, send_time=f"{soon:%Y-%m-%d %H:%M:%S}", temp_para={"code": "1"})
        seen = client.control("GET", "version")["version"]
        client.control("GET", f"version?after={seen}&timeout=10")
        assert client.state()["schedules"][0]["status"] == "sent"
