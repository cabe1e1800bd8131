"""Scripted faults of the sandbox: each kind, what it does to the connection, and what it leaves behind."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from sandbox_client import BEFORE, Client, basic, sandbox, single_body

from jsms_sync.sandbox.settings import APP_KEY, MASTER_SECRET

NOTICE = {"template": "你好", "type": 2}


@pytest.fixture
def client() -> Iterator[Client]:
    """A sandbox at nine o'clock in China, where every template is approved at submission."""
    with sandbox(audit="approve") as client:
        client.clock(BEFORE)
        yield client


def script(client: Client, fault: str, **fields: object) -> None:
    """Scripts a fault."""
    client.control("POST", "faults", {"fault": fault} | fields)


def count(client: Client) -> int:
    """How many templates there are beside the vendor's."""
    return len(client.state()["templates"]) - 1


def logged(client: Client) -> list[Any]:
    """The statuses in the request log."""
    return [each["status"] for each in client.control("GET", "requests")]


@pytest.mark.parametrize(("fault", "effect", "status"), [("drop-before", 0, None), ("drop-after", 1, 200)])
def test_drops_cut_the_connection(client: Client, fault: str, effect: int, status: int | None) -> None:
    """Not one byte comes back; the effect is there or not; the log tells what would have been answered."""
    script(client, fault)
    with pytest.raises(http.client.RemoteDisconnected):
        client.send("POST", "/v1/templates", NOTICE)
    assert (count(client), logged(client)) == (effect, [status])
    assert client.send("GET", "/v1/templates/1").status == 200


def test_a_cut_schedule_is_logged_with_its_id(client: Client) -> None:
    """Who compares the log with a state file finds the schedule whose answer was lost."""
    script(client, "drop-after")
    with pytest.raises(http.client.RemoteDisconnected):
        client.send("POST", "/v1/schedule", single_body(1, temp_para={"code": "1"}))
    (entry,) = client.control("GET", "requests")
    assert entry["schedule_id"] == client.state()["schedules"][0]["schedule_id"]
    script(client, "drop-before")
    with pytest.raises(http.client.RemoteDisconnected):
        client.send("PUT", "/v1/schedule/abc", single_body(1))
    entry = client.control("GET", "requests")[-1]
    assert (entry["schedule_id"], entry["send_time"]) == ("abc", "2027-03-01 10:00:00")


def test_half_an_answer_is_truncated(client: Client) -> None:
    """The full length is announced, half the bytes come, then the connection is cut; the effect stays."""
    script(client, "truncate")
    with pytest.raises(http.client.IncompleteRead) as cut:
        client.send("POST", "/v1/templates", NOTICE)
    assert (cut.value.partial, cut.value.expected) == (b'{"temp_i', 9)
    assert (count(client), logged(client)) == (1, [200])


def test_an_empty_answer_is_truncated_to_nothing(client: Client) -> None:
    """Half of an empty body would be a whole answer, so the connection is cut before it."""
    temp_id = client.template(status=None)
    script(client, "truncate")
    with pytest.raises(http.client.RemoteDisconnected):
        client.send("DELETE", f"/v1/templates/{temp_id}")
    assert count(client) == 0


@pytest.mark.parametrize(("fault", "effect"), [("status", 0), ("status-after", 1)])
@pytest.mark.parametrize(
    ("status", "code", "content_type", "body"),
    [
        (500, None, "application/json;charset=UTF-8", b'{"error":{"code":50019,"message":"server error"}}'),
        (403, 50036, "application/json;charset=UTF-8", b'{"error":{"code":50036,"message":"app in black"}}'),
        (401, None, "application/json;charset=UTF-8", b'{"error":{"code":50002,"message":"auth failed"}}'),
        (599, None, "text/html", b"<html><head><title>599</title>"),
        (502, None, "text/html", b"<html><head><title>502</title>"),
        (200, None, "application/json", b"{}"),
    ],
)
def test_scripted_statuses(
    client: Client, fault: str, effect: int, status: int, code: int | None, content_type: str, body: bytes
) -> None:
    """The status is answered as JSMS would where it has one, else as a gateway would."""
    script(client, fault, status=status, code=code)
    answer = client.send("POST", "/v1/templates", NOTICE)
    assert (answer.status, answer.headers["content-type"]) == (status, content_type)
    assert answer.body.startswith(body)
    assert (count(client), logged(client)) == (effect, [status])


@pytest.mark.parametrize("status", [204, 304])
def test_statuses_without_a_body(client: Client, status: int) -> None:
    """204 and 304 have none."""
    script(client, "status", status=status)
    assert client.send("GET", "/v1/templates/1").body == b""


def test_a_captive_portal_answers_html(client: Client) -> None:
    """The effect is there, the answer is a page with status 200."""
    script(client, "html")
    answer = client.send("POST", "/v1/templates", NOTICE)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html")
    assert answer.body.startswith(b"<html>")
    assert count(client) == 1


def test_out_of_freq_has_no_effect(client: Client) -> None:
    """JSMS's own frequency limit is a refusal."""
    script(client, "out-of-freq", method="POST", path="/v1/templates")
    answer = client.send("POST", "/v1/templates", NOTICE)
    assert (answer.status, answer.code, count(client)) == (403, 50009, 0)


def test_a_delay_comes_after_the_effect(client: Client) -> None:
    """The answer takes its time; the effect is there when somebody looks meanwhile."""
    script(client, "delay", delay_ms=150)
    start = time.monotonic()
    assert client.send("POST", "/v1/templates", NOTICE).status == 200
    assert time.monotonic() - start >= 0.15


def test_who_hangs_up_early_has_still_acted(client: Client) -> None:
    """A client that gives up during a delay leaves the effect behind."""
    script(client, "delay", delay_ms=100)
    url = urlsplit(client.access.base_url)
    head = f"POST /v1/templates HTTP/1.1\r\nHost: x\r\nAuthorization: {basic(APP_KEY, MASTER_SECRET)}\r\n"
    with socket.create_connection((url.hostname, url.port)) as connection:
        connection.sendall(f'{head}Content-Length: 25\r\n\r\n{{"template":"x","type":2}}'.encode())
        while not logged(client):
            time.sleep(0.01)
    assert count(client) == 1
    time.sleep(0.15)
    assert client.send("GET", "/v1/templates/1").status == 200


def test_a_body_that_never_ends_has_no_effect(client: Client) -> None:
    """A connection lost in the middle of a request body is no request."""
    url = urlsplit(client.access.base_url)
    with socket.create_connection((url.hostname, url.port)) as connection:
        connection.sendall(b"POST /v1/templates HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{")
        time.sleep(0.05)
    time.sleep(0.05)
    assert (count(client), logged(client)) == (0, [])


def test_a_body_may_come_in_pieces(client: Client) -> None:
    """The whole body is read before anything happens."""
    url = urlsplit(client.access.base_url)
    with socket.create_connection((url.hostname, url.port)) as connection:
        for piece in (b"POST /v1/templates HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n", b"{", b"}"):
            connection.sendall(piece)
            time.sleep(0.02)
        assert b"50001" in connection.recv(1000)


def test_faults_match_by_method_and_path(client: Client) -> None:
    """Other requests pass; without a method any matches; the path is a prefix with /v1."""
    script(client, "out-of-freq", method="DELETE", path="/v1/templates")
    script(client, "out-of-freq", path="/v1/schedule")
    assert client.send("GET", "/v1/templates/1").status == 200
    assert client.send("GET", "/v1/schedule/x").code == 50009
    assert client.send("GET", "/v1/schedule/x").code == 50028
    assert client.send("DELETE", "/v1/templates/1").code == 50009
    assert client.send("DELETE", "/v1/templates/1").code == 50013


def test_faults_are_counted(client: Client) -> None:
    """`skip` requests pass first, then `times` meet the fault; the list tells what is left."""
    script(client, "out-of-freq", times=2, skip=1, method="GET")
    codes = []
    left = []
    for _ in range(4):
        codes.append(client.send("GET", "/v1/schedule/x").code)
        left.append([(each["skip"], each["times"]) for each in client.control("GET", "faults")])
    assert codes == [50028, 50009, 50009, 50028]
    assert left == [[(0, 2)], [(0, 1)], [], []]


def test_the_first_fault_that_fits_is_met(client: Client) -> None:
    """Faults are met in the order in which they were scripted; one that skips lets the next try."""
    script(client, "status", status=500, skip=1)
    script(client, "out-of-freq", times=2)
    codes = [client.send("GET", "/v1/schedule/x").code for _ in range(4)]
    assert codes == [50009, 50019, 50009, 50028]


def test_faults_can_be_listed_and_cleared(client: Client) -> None:
    """The list shows every field, and DELETE says how many there were."""
    script(client, "status", status=503, method="PUT", path="/v1/schedule", delay_ms=5)
    (shown,) = client.control("GET", "faults")
    assert shown == {"fault": "status", "method": "PUT", "path": "/v1/schedule", "times": 1, "skip": 0} | {
        "status": 503,
        "code": None,
        "delay_ms": 5,
    }
    assert client.control("DELETE", "faults") == {"cleared": 1}
    assert client.control("GET", "faults") == []
