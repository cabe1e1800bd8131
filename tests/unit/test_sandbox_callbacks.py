"""Callbacks: the handshake, signed events, and their repetition on the sandbox's clock (jsms-api.md §8.2)."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sandbox_client import BEFORE, Client, sandbox

from jsms_sync.sandbox.callbacks import signature

MOBILE = "13812345678"
MS = 1803862800000  # BEFORE


@dataclass
class Receiver:
    """An application that takes callbacks: `statuses` are what it answers in turn, then 200."""

    url: str = ""
    echo: str | None = None
    pause: float = 0
    statuses: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    posted: list[dict[str, str]] = field(default_factory=list)
    types: list[str | None] = field(default_factory=list)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port for as long as the block runs."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Echoes the word, or says something else."""
            receiver.asked.append(self.path)
            word = parse_qs(urlsplit(self.path).query).get("echostr", [""])[0]
            self._say(200, word if receiver.echo is None else receiver.echo)

        def do_POST(self) -> None:
            """Keeps the event."""
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            receiver.types.append(self.headers["Content-Type"])
            status = receiver.statuses.pop(0) if receiver.statuses else 200
            receiver.posted.append({key: values[0] for key, values in parse_qs(raw).items()})
            self._say(status, "")

        def _say(self, status: int, text: str) -> None:
            time.sleep(receiver.pause)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def client() -> Iterator[Client]:
    """A sandbox at nine o'clock in China, with manual audit."""
    with sandbox() as client:
        client.clock(BEFORE)
        yield client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An application that takes callbacks."""
    with receiving() as receiver:
        yield receiver


def configure(client: Client, **urls: object) -> None:
    """Configures callbacks."""
    client.control("PUT", "callbacks", urls)


def settled(client: Client) -> list[dict[str, Any]]:
    """Every callback, once none is due any more; waits by the version, as a console would."""
    deadline = time.monotonic() + 10
    while True:
        seen = client.control("GET", "version")
        found: list[dict[str, Any]] = client.control("GET", "callbacks")["callbacks"]
        now = client.control("GET", "clock")["now"]
        if all(each["status"] != "waiting" or each["next"] > now for each in found):
            return found
        assert time.monotonic() < deadline, found
        client.control("GET", f"version?after={seen['version']}&timeout=0.5")


def texted(client: Client) -> None:
    """A code to MOBILE."""
    assert client.send("POST", "/v1/codes", {"mobile": MOBILE, "temp_id": 1}).status == 200


def test_the_signature_is_the_documented_one() -> None:
    """The vector of jsms-api.md §8.2."""
    vector = signature("dev_sample_appKey", "dev_sample_appMasterSecret", 7659972084945889195, 1492150740274)
    assert vector == "57858e063e5a802e09f7e87169b587701537d4d9"


def test_a_url_is_asked_before_it_is_used(client: Client, receiver: Receiver) -> None:
    """One GET with eight characters that the application echoes, whatever else the URL asks for."""
    url = f"{receiver.url}?tenant=7"
    said = client.control("PUT", "callbacks", {"url": url})
    assert said == {"urls": dict.fromkeys(("SMS_REPORT", "SMS_REPLY", "SMS_TEMPLATE", "SMS_SIGN"), url)}
    (asked,) = receiver.asked
    assert asked.startswith("/hook?tenant=7&echostr=")
    assert len(asked.rpartition("=")[2]) == 8
    configure(client, url=None)
    assert client.control("GET", "callbacks") == {"urls": {}, "callbacks": []}


def test_a_report_is_posted_and_not_pulled(client: Client, receiver: Receiver) -> None:
    """Form-urlencoded, signed, with JSON in `data`; /report is empty then, or refused by a switch."""
    configure(client, SMS_REPORT=receiver.url)
    texted(client)
    (told,) = settled(client)
    assert told == {
        "type": "SMS_REPORT",
        "data": {"msgId": "288193860302", "phone": MOBILE, "receiveTime": MS, "status": 4001},
        "status": "done",
        "attempts": [{"at": BEFORE, "status": 200}],
        "next": None,
    }
    (posted,) = receiver.posted
    assert receiver.types == ["application/x-www-form-urlencoded"]
    assert sorted(posted) == ["data", "nonce", "signature", "timestamp", "type"]
    assert json.loads(posted["data"]) == told["data"]
    assert posted["type"] == "SMS_REPORT"
    assert posted["timestamp"] == str(MS)
    access = client.access
    nonce = int(posted["nonce"])
    assert -(2**63) <= nonce < 2**63
    assert posted["signature"] == signature(access.app_key, access.master_secret, nonce, MS)
    assert client.send("GET", "/v1/report").body == b"[]"
    client.control("PUT", "beliefs", {"pull_with_callback_code": 50007})
    assert client.send("GET", "/v1/report").code == 50007
    assert client.send("GET", "/v1/reply").status == 200


def test_replies_and_audits_are_posted(client: Client, receiver: Receiver) -> None:
    """Each event has its own data; the reason of a rejection is told here alone."""
    configure(client, url=receiver.url)
    client.control("POST", "replies", {"mobile": MOBILE, "content": "好 & 谢谢"})
    temp_id = client.template(status=0)
    client.control("POST", f"templates/{temp_id}/audit", {"status": 2, "reason": "链接未报备"})
    client.control("POST", "signs/1/audit", {"status": 1})
    client.control("PUT", "audit", {"mode": "reject"})
    client.template(status=None)
    settled(client)
    assert [(each["type"], json.loads(each["data"])) for each in receiver.posted] == [
        ("SMS_REPLY", {"phone": MOBILE, "replyTime": MS, "content": "好 & 谢谢"}),
        ("SMS_TEMPLATE", {"tempId": temp_id, "status": 2, "refuseReason": "链接未报备"}),
        ("SMS_SIGN", {"signId": 1, "status": 1, "refuseReason": None}),
        (
            "SMS_TEMPLATE",
            {"tempId": temp_id + 1, "status": 2, "refuseReason": "rejected by the sandbox's auditor"},
        ),
    ]


def test_a_callback_is_repeated_on_the_sandboxs_clock(client: Client, receiver: Receiver) -> None:
    """After 3 minutes, 1 hour and 12 hours, then it is given up."""
    configure(client, url=receiver.url)
    receiver.statuses = [500, 404, 302, 503]
    texted(client)
    (told,) = settled(client)
    assert (told["status"], told["next"]) == ("waiting", "2027-03-01T01:03:00Z")
    assert client.control("GET", "clock")["next"] == "2027-03-01T01:03:00Z"
    for _ in range(3):
        client.control("PUT", "clock", {"next": True})
        settled(client)
    (told,) = settled(client)
    assert (told["status"], told["next"]) == ("failed", None)
    assert told["attempts"] == [
        {"at": "2027-03-01T01:00:00Z", "status": 500},
        {"at": "2027-03-01T01:03:00Z", "status": 404},
        {"at": "2027-03-01T02:03:00Z", "status": 302},
        {"at": "2027-03-01T14:03:00Z", "status": 503},
    ]


def test_a_leap_of_the_clock_makes_every_attempt(client: Client, receiver: Receiver) -> None:
    """Each at its own instant, until one is taken."""
    configure(client, url=receiver.url)
    receiver.statuses = [500, 500]
    texted(client)
    settled(client)
    client.control("PUT", "clock", {"advance": 86400})
    (told,) = settled(client)
    assert [each["status"] for each in told["attempts"]] == [500, 500, 200]
    stamps = [int(each["timestamp"]) - MS for each in receiver.posted]
    assert stamps == [0, 180_000, 180_000 + 3_600_000]


def test_what_counts_as_taken_has_switches(client: Client, receiver: Receiver) -> None:
    """202 is enough, or is not; the intervals can be others."""
    configure(client, url=receiver.url)
    receiver.statuses = [202]
    texted(client)
    assert settled(client)[0]["status"] == "done"
    client.control("PUT", "beliefs", {"callback_needs_200": True, "callback_retries": [1.5]})
    receiver.statuses = [202, 202]
    texted(client)
    assert settled(client)[1]["next"] == "2027-03-01T01:00:01.500Z"
    client.control("PUT", "clock", {"advance": 2})
    assert settled(client)[1]["status"] == "failed"


def test_callbacks_go_out_without_anybody_asking(receiver: Receiver) -> None:
    """On the real clock retries are made when their time comes."""
    with sandbox() as client:
        client.control("PUT", "beliefs", {"callback_retries": [0.2]})
        configure(client, url=receiver.url)
        receiver.statuses = [500]
        texted(client)
        deadline = time.monotonic() + 5
        while len(receiver.posted) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_a_receiver_that_is_gone_is_told(client: Client) -> None:
    """The attempt says what went wrong; without a URL any more the event is given up."""
    with receiving() as receiver:
        configure(client, url=receiver.url)
    texted(client)
    (told,) = settled(client)
    (attempt,) = told["attempts"]
    assert (told["status"], attempt["status"]) == ("waiting", None)
    assert attempt["error"]
    configure(client, url=None)
    client.control("PUT", "clock", {"next": True})
    (told,) = settled(client)
    assert (told["status"], told["attempts"][1]["error"]) == ("failed", "no callback is configured")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://192.0.2.1/x", "192.0.2.1 is not on loopback"),
        ("https://example.com/x", "example.com is not on loopback"),
        ("ftp://localhost/x", "a URL that begins with http:// or https://"),
        ("localhost:80", "a URL that begins with http:// or https://"),
        ("http://", "a URL that begins with http:// or https://"),
        ("http://[::1", "a URL that begins with http:// or https://"),
        ("http://localhost:99999/", "a URL that begins with http:// or https://"),
        ("http://localhost/路", "a URL that begins with http:// or https://"),
        ("http://localhost/a b", "a URL that begins with http:// or https://"),
        ("http://localhost/a\r\nX: y", "a URL that begins with http:// or https://"),
        (5, "a URL that begins with http:// or https://"),
        ("http://127.0.0.1:1/", "does not answer: "),
        ("https://localhost:1/", "does not answer: "),
    ],
)
def test_only_a_url_that_answers_can_be_configured(client: Client, url: object, said: str) -> None:
    """On loopback, over HTTP; anything else is told and changes nothing."""
    answer = client.send("PUT", "/_sandbox/callbacks", {"SMS_REPLY": url})
    assert answer.status == 400
    assert said in answer.json["error"]
    assert client.control("GET", "callbacks")["urls"] == {}


def test_a_url_must_echo(client: Client, receiver: Receiver) -> None:
    """An application that says something else is not configured."""
    receiver.echo = "hello"
    answer = client.send("PUT", "/_sandbox/callbacks", {"url": receiver.url})
    assert answer.status == 400
    assert "does not answer GET with the text of its parameter echostr" in answer.json["error"]


def test_a_slow_application_is_not_waited_for(client: Client, receiver: Receiver) -> None:
    """Only as long as a switch says."""
    client.control("PUT", "beliefs", {"callback_patience": 0.1})
    configure(client, url=receiver.url)
    receiver.pause = 0.4
    texted(client)
    (told,) = settled(client)
    assert told["attempts"][0]["error"] == "no answer within 0.1 s"
    answer = client.send("PUT", "/_sandbox/callbacks", {"url": receiver.url})
    assert "does not answer: no answer within 0.1 s" in answer.json["error"]


def test_remote_urls_can_be_allowed(receiver: Receiver) -> None:
    """Then every address is asked; one that speaks no HTTP is told."""
    with sandbox(allow_remote=True) as client:
        answer = client.send("PUT", "/_sandbox/callbacks", {"url": "http://nowhere.invalid/"})
        assert "does not answer" in answer.json["error"]
        configure(client, url=receiver.url.replace("127.0.0.1", "localhost"))


def test_a_reset_forgets_callbacks(client: Client, receiver: Receiver) -> None:
    """URLs and events are gone."""
    configure(client, url=receiver.url)
    client.control("POST", "reset")
    client.clock(BEFORE)
    texted(client)
    assert client.control("GET", "callbacks") == {"urls": {}, "callbacks": []}
    assert len(client.send("GET", "/v1/report").json) == 1
