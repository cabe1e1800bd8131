"""The control plane of the sandbox: its shapes (contract.md §7) and what it says about wrong calls."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sandbox_client import AT, BEFORE, SEND_TIME, Client, sandbox, single_body


@pytest.fixture
def client() -> Iterator[Client]:
    """A sandbox at nine o'clock in China, with manual audit."""
    with sandbox() as client:
        client.clock(BEFORE)
        yield client


def test_the_state_shows_everything(client: Client) -> None:
    """Objects have the fields of the contract; the default signature and both balances are there."""
    temp_id = client.template("验证码{{code}}", type=1, ttl=60, remark="注")
    schedule_id = client.single(temp_id, temp_para={"code": "1"}, sign_id=1)
    batch_id = client.batch(client.template(), tag="春季")
    state = client.state()
    assert list(state) == ["now", "balance", "templates", "schedules", "signs", "real", "next"]
    assert (state["real"], state["next"]) == (False, AT)
    assert state["now"] == BEFORE
    assert state["balance"]["app_balance"] == 10_000_000
    assert [each["temp_id"] for each in state["templates"]] == [1, 37582, 37583]
    assert state["templates"][1] == {
        "temp_id": temp_id,
        "template": "验证码{{code}}",
        "type": 1,
        "ttl": 60,
        "remark": "注",
        "status": 1,
    }
    assert [each["schedule_id"] for each in state["schedules"]] == [schedule_id, batch_id]
    assert state["schedules"][0] == {
        "schedule_id": schedule_id,
        "kind": "single",
        "send_time": SEND_TIME,
        "temp_id": temp_id,
        "sign_id": 1,
        "tag": None,
        "status": "pending",
        "recipients": [{"msg_id": "288193860302", "mobile": "13812345678", "temp_para": {"code": "1"}}],
        "failures": [],
    }
    assert (state["schedules"][1]["kind"], state["schedules"][1]["tag"]) == ("batch", "春季")
    assert state["signs"] == [
        {"sign_id": 1, "sign": "极光沙箱", "status": 1, "is_default": 1, "use_status": 1}
        | {"type": None, "remark": None, "reason": None, "fields": {}, "images": []}
    ]


def test_a_reset_is_as_new(client: Client) -> None:
    """Objects, balance, clock, auditor, latency, faults and requests are those of a new sandbox."""
    with sandbox() as other:
        new = other.state() | {"now": None}
    client.batch(client.template())
    for call, body in (
        ("audit", {"mode": "approve", "delay": 5}),
        ("latency", {"ms": 1}),
        ("balance", {"app_balance": 1}),
    ):
        client.control("PUT", call, body)
    client.control("POST", "faults", {"fault": "out-of-freq"})
    client.control("POST", "reset")
    assert client.state() | {"now": None} == new
    assert client.state()["now"] != BEFORE
    assert (client.control("GET", "faults"), client.control("GET", "requests")) == ([], [])
    assert client.template(status=None) == 37582
    assert client.send("GET", "/v1/templates/37582").json["status"] == 0


def test_an_audit_by_hand(client: Client) -> None:
    """Any template can be approved or rejected at any time, with a reason that GET does not show."""
    temp_id = client.template(status=0)
    said = client.control("POST", f"templates/{temp_id}/audit", {"status": 2, "reason": "太短"})
    assert said == {"temp_id": temp_id, "status": 2, "reason": "太短"}
    assert "reason" not in client.send("GET", f"/v1/templates/{temp_id}").json
    client.control("POST", f"templates/{temp_id}/audit", {"status": 1})
    assert client.send("GET", f"/v1/templates/{temp_id}").json["status"] == 1


@pytest.mark.parametrize("temp_id", ["99", "99999999999999999999"])
def test_an_unknown_template_cannot_be_audited(client: Client, temp_id: str) -> None:
    """The sentence names the number."""
    answer = client.send("POST", f"/_sandbox/templates/{temp_id}/audit", {"status": 1})
    assert (answer.status, answer.json) == (404, {"error": f"there is no template {temp_id}"})


def test_latency_delays_every_answer_but_blocks_none(client: Client) -> None:
    """Sixteen requests at 100 ms take hardly longer than one; control calls are not delayed."""
    assert client.control("PUT", "latency", {"ms": 100}) == {"ms": 100}
    start = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: client.send("GET", "/v1/templates/1").status, range(16)))
    assert answers == [200] * 16
    assert 0.1 <= time.monotonic() - start < 1.4


def test_the_balance_can_be_set_by_field(client: Client) -> None:
    """Only the fields that are given change; null takes an allotment away."""
    before = client.state()["balance"]
    assert client.control("PUT", "balance", {"app_market": 5, "app_balance": None}) == before | {
        "app_market": 5,
        "app_balance": None,
    }
    assert client.control("PUT", "balance", {}) == client.state()["balance"]


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("PUT", "audit", {"mode": "perhaps"}, "mode is one of manual, approve, reject"),
        ("PUT", "audit", {"mode": "approve", "delay": -1}, "delay is a number from 0"),
        ("PUT", "audit", {"mood": "approve"}, "there is no field 'mood' here, only mode, delay"),
        ("PUT", "clock", {}, "give one of"),
        ("PUT", "clock", {"now": BEFORE, "real": True}, "give one of"),
        ("PUT", "clock", {"now": "tomorrow"}, "now is an ISO 8601 time"),
        ("PUT", "clock", {"now": 5}, "now is an ISO 8601 time"),
        ("PUT", "clock", {"now": "0001-01-01T00:00:00+08:00"}, "now is an ISO 8601 time"),
        ("PUT", "clock", {"advance": "1h"}, "advance is a number from 0"),
        ("PUT", "clock", {"advance": True}, "advance is a number from 0"),
        ("PUT", "clock", {"advance": 1e400}, "advance is a number from 0"),
        ("PUT", "clock", {"real": False}, "real is true or left out"),
        ("PUT", "clock", {"pause": 1.5}, "pause is true or left out"),
        ("PUT", "clock", {"next": False}, "next is true or left out"),
        ("PUT", "latency", {}, "ms is a number from 0"),
        ("PUT", "latency", {"ms": 10**400}, "ms is a number from 0"),
        ("PUT", "balance", {"app_balance": -1}, "app_balance is a whole number from 0, or null"),
        ("PUT", "balance", {"app_balance": 2**63}, "app_balance is a whole number from 0, or null"),
        ("PUT", "balance", {"balance": 1}, "there is no field 'balance' here"),
        ("POST", "templates/1/audit", {"status": 0}, "status is 1 (approved) or 2 (rejected)"),
        ("POST", "templates/1/audit", {"status": True}, "status is 1 (approved) or 2 (rejected)"),
        ("POST", "templates/1/audit", {"status": 2, "reason": 5}, "reason is a text"),
        ("POST", "faults", [], "the body is not a JSON object"),
        ("POST", "faults", b"{", "the body is not JSON"),
        ("POST", "faults", b"[" * 100_000, "the body is not JSON"),
        ("POST", "faults", {}, "fault is one of drop-before, drop-after"),
        ("POST", "faults", {"fault": "html", "verb": "GET"}, "a fault has no field 'verb'"),
        ("POST", "faults", {"fault": "html", "method": "get"}, "method is one of GET, POST"),
        ("POST", "faults", {"fault": "html", "path": "/templates"}, "path is the beginning of a path"),
        ("POST", "faults", {"fault": "html", "times": 0}, "times is a whole number from 1"),
        ("POST", "faults", {"fault": "html", "skip": 1.5}, "times is a whole number from 1"),
        ("POST", "faults", {"fault": "delay"}, "a delay needs delay_ms"),
        ("POST", "faults", {"fault": "delay", "delay_ms": "1s"}, "delay_ms is a number of milliseconds"),
        ("POST", "faults", {"fault": "status"}, "this fault needs a status"),
        ("POST", "faults", {"fault": "status-after", "status": 100}, "status is an HTTP status"),
        ("POST", "faults", {"fault": "status", "status": 403, "code": 5}, "code is a return code"),
    ],
)
def test_wrong_control_calls_are_told_in_a_sentence(
    client: Client, method: str, path: str, body: object, said: str
) -> None:
    """A wrong body is 400 with what is wrong, and nothing changes."""
    before = client.state()
    answer = client.send(method, f"/_sandbox/{path}", body)
    assert answer.status == 400
    assert said in answer.json["error"]
    assert client.state() == before
    assert client.control("GET", "faults") == []


def test_a_clock_cannot_leave_the_calendar(client: Client) -> None:
    """Advancing past the year 9999 is told, too."""
    client.clock("9999-12-30T00:00:00Z")
    answer = client.send("PUT", "/_sandbox/clock", {"advance": 999999})
    assert (answer.status, answer.json) == (400, {"error": "advance leads past the year 9999"})


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/_sandbox/nothing", 404),
        ("GET", "/_sandbox/", 200),
        ("GET", "/v2/x", 404),
        ("DELETE", "/_sandbox/state", 405),
    ],
)
def test_everything_else_lists_what_exists(client: Client, method: str, path: str, status: int) -> None:
    """Unknown paths and methods are JSON with all calls, as is their list."""
    answer = client.send(method, path, Authorization="")
    assert answer.status == status
    assert b"PUT /_sandbox/clock" in answer.body
    assert b"POST /_sandbox/templates/{temp_id}/audit" in answer.body
    if status != 200:
        assert answer.json["error"] == f"there is no {method} {path} here"


def test_control_calls_are_no_api_requests(client: Client) -> None:
    """The request log holds /v1 alone."""
    client.send("GET", "/")
    client.send("POST", "/v1/schedule", single_body(99))
    assert [each["path"] for each in client.control("GET", "requests")] == ["/v1/schedule"]


def test_the_list_of_calls_says_what_they_do(client: Client) -> None:
    """Every call has a sentence; the short address lists nothing, but leads there."""
    said = client.control("GET", "")
    assert list(said["does"]) == said["calls"]
    assert all(said["does"].values())
    assert client.send("GET", "/_sandbox").headers["location"].endswith("/_sandbox/")


def version(client: Client, query: str = "") -> Any:
    """What the version call answers."""
    return client.control("GET", f"version{query}")


def test_the_version_differs_after_every_change(client: Client) -> None:
    """Requests, control calls and faults that are met count; looking on does not."""
    before = version(client)
    assert before == version(client) | {"real": False, "next": None}
    client.state()
    client.control("GET", "outbox")
    assert version(client) == before
    for act in (
        lambda: client.send("GET", "/v1/templates/1"),
        client.template,
        lambda: client.control("PUT", "latency", {"ms": 0}),
        lambda: client.clock(BEFORE),
        lambda: client.control("PUT", "beliefs", {}),
    ):
        act()
        assert version(client)["version"] != before["version"]
        before = version(client)


def test_the_version_can_be_waited_for(client: Client) -> None:
    """The answer comes with the next request or change, or when the time is up."""
    seen = version(client)["version"]
    start = time.monotonic()
    assert version(client, f"?after={seen}&timeout=0.05")["version"] == seen
    assert time.monotonic() - start >= 0.05
    assert version(client, f"?after={seen - 1}")["version"] == seen
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(version, client, f"?after={seen}&timeout=20")
        time.sleep(0.1)
        assert not waiting.done()
        client.send("GET", "/v1/templates/1")
        assert waiting.result(5)["version"] == seen + 1
    assert client.send("GET", "/_sandbox/version?timeout=soon").status == 400


def test_who_waits_is_told_of_what_happens_by_itself() -> None:
    """On the real clock an audit ends without a request, and the long poll answers then."""
    with sandbox(audit="approve", audit_delay=0.3) as client:
        client.template(status=None)
        seen = version(client)
        assert seen["next"] is not None
        later = version(client, f"?after={seen['version']}&timeout=10")
        assert (later["next"], later["version"] != seen["version"]) == (None, True)


def test_a_stop_does_not_wait_for_those_who_wait() -> None:
    """A long poll is answered when the sandbox stops."""
    with ThreadPoolExecutor(1) as pool:
        with sandbox() as client:
            seen = version(client)["version"]
            waiting = pool.submit(version, client, f"?after={seen}&timeout=30")
            time.sleep(0.1)
            start = time.monotonic()
        assert waiting.result(5)["version"] == seen
        assert time.monotonic() - start < 5


def test_what_the_console_sets_can_be_read(client: Client) -> None:
    """Auditor, latency and clock show what was set."""
    client.control("PUT", "audit", {"mode": "approve", "delay": 2})
    client.control("PUT", "latency", {"ms": 1})
    assert client.control("GET", "audit") == {"mode": "approve", "delay": 2}
    assert client.control("GET", "latency") == {"ms": 1}
    assert client.control("GET", "clock") == {"now": BEFORE, "real": False, "next": None}
