"""The control object: each method does what its sentence says, seen from the API or read back typed."""

from __future__ import annotations

import base64
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from jsms_sync.pytest_plugin import Beliefs, ControlError, Sandbox, Settings
from jsms_sync.sandbox import controller
from jsms_sync.sandbox.sights import Message

NUMBER, OTHER = "13812345678", "18603050709"
TEXT = "您的订单{{order}}已发出。"
NINE = datetime(2027, 3, 1, 1, tzinfo=UTC)
"""Nine o'clock in China."""


def call(sandbox: Sandbox, method: str, path: str, body: object = None) -> tuple[int, Any]:
    """One call of the API: status, and JSON where there is any."""
    pair = base64.b64encode(f"{sandbox.app_key}:{sandbox.master_secret}".encode()).decode()
    with closing(http.client.HTTPConnection(urlsplit(sandbox.base_url).netloc, timeout=20)) as caller:
        raw = None if body is None else json.dumps(body)
        caller.request(method, f"/v1/{path}", raw, {"Authorization": f"Basic {pair}"})
        answer = caller.getresponse()
        said = answer.read()
        return answer.status, json.loads(said) if said else None


def refused(sandbox: Sandbox, method: str, path: str, body: object = None) -> int:
    """The return code that a call is refused with."""
    _, said = call(sandbox, method, path, body)
    code: int = said["error"]["code"]
    return code


def text(sandbox: Sandbox, temp_id: int, mobile: str = NUMBER) -> tuple[int, Any]:
    """One template message."""
    body = {"mobile": mobile, "temp_id": temp_id, "temp_para": {"order": "1001"}}
    return call(sandbox, "POST", "messages", body)


def schedule(sandbox: Sandbox, temp_id: int) -> str:
    """A schedule of ten o'clock."""
    body = {"mobile": NUMBER, "temp_id": temp_id, "temp_para": {"order": "1001"}}
    _, said = call(sandbox, "POST", "schedule", body | {"send_time": "2027-03-01 10:00:00"})
    schedule_id: str = said["schedule_id"]
    return schedule_id


def test_it_says_how_the_sandbox_is_reached(jsms_sandbox: Sandbox) -> None:
    """Address and credentials, one by one and as the environment; the secrets are in no repr."""
    assert jsms_sandbox.base_url == f"{jsms_sandbox.console}v1"
    assert jsms_sandbox.environ == {
        "JSMS_APP_KEY": jsms_sandbox.app_key,
        "JSMS_MASTER_SECRET": jsms_sandbox.master_secret,
        "JSMS_DEV_KEY": jsms_sandbox.dev_key,
        "JSMS_DEV_SECRET": jsms_sandbox.dev_secret,
        "JSMS_SYNC_BASE_URL": jsms_sandbox.base_url,
    }
    assert jsms_sandbox.master_secret not in repr(jsms_sandbox)
    assert jsms_sandbox.dev_secret not in repr(jsms_sandbox)


def test_templates_are_decided_on_by_hand(jsms_sandbox: Sandbox) -> None:
    """`approve` of nothing in particular takes all that waits, and only that."""
    first, second, third = (jsms_sandbox.add_template(f"{TEXT}{i}", approve=False) for i in range(3))
    jsms_sandbox.reject(first, "含营销内容")
    jsms_sandbox.approve(second)
    statuses = {each.temp_id: each.status for each in jsms_sandbox.templates()}
    assert statuses == {1: 1, first: 2, second: 1, third: 0}
    jsms_sandbox.approve()
    assert [each.status for each in jsms_sandbox.templates()] == [1, 2, 1, 1]


def test_a_template_is_added_ready_for_use(jsms_sandbox: Sandbox) -> None:
    """Approved, with its type and ttl; one that JSMS refuses is an error that names the code."""
    temp_id = jsms_sandbox.add_template("您的验证码是{{code}}。", type=1, ttl=60)
    added = jsms_sandbox.templates()[-1]
    assert (added.temp_id, added.type, added.ttl, added.status) == (temp_id, 1, 60, 1)
    with pytest.raises(ControlError, match=r"POST /v1/templates: .*50041"):
        jsms_sandbox.add_template("您的验证码是{{code}}。", type=1, ttl=-1)


def test_the_auditor_decides_on_all_that_waits_and_comes(jsms_sandbox: Sandbox) -> None:
    """At once, or so many seconds of the sandbox's clock after the submission."""
    waiting = jsms_sandbox.add_template(TEXT, approve=False)
    jsms_sandbox.audit("reject")
    assert jsms_sandbox.templates()[-1].status == 2
    jsms_sandbox.pause()
    jsms_sandbox.audit("approve", delay=60)
    later = jsms_sandbox.add_template(f"{TEXT}！", approve=False)
    assert [each.status for each in jsms_sandbox.templates()] == [1, 2, 0]
    jsms_sandbox.advance_to_next()
    assert [(each.temp_id, each.status) for each in jsms_sandbox.templates()][1:] == [
        (waiting, 2),
        (later, 1),
    ]


def test_scheduled_messages_leave_when_the_clock_says_so(jsms_sandbox: Sandbox) -> None:
    """The clock is set, advanced by seconds or a timedelta, to the next event, paused, and let run."""
    assert jsms_sandbox.set_clock("2027-03-01 09:00:00") == jsms_sandbox.set_clock(NINE) == NINE
    temp_id = jsms_sandbox.add_template(TEXT)
    schedule_id = schedule(jsms_sandbox, temp_id)
    (pending,) = jsms_sandbox.schedules()
    assert (pending.status, pending.kind, pending.send_time) == ("pending", "single", "2027-03-01 10:00:00")
    assert jsms_sandbox.advance(60) == NINE + timedelta(minutes=1)
    assert jsms_sandbox.advance(timedelta(minutes=58)) == NINE + timedelta(minutes=59)
    assert jsms_sandbox.outbox() == ()
    assert jsms_sandbox.advance_to_next() == NINE + timedelta(hours=1)
    assert jsms_sandbox.outbox() == (
        Message(
            msg_id=pending.recipients[0]["msg_id"],
            mobile=NUMBER,
            content="【极光沙箱】您的订单1001已发出。",
            kind="single",
            at=NINE + timedelta(hours=1),
            temp_id=temp_id,
            schedule_id=schedule_id,
        ),
    )
    assert jsms_sandbox.schedules()[0].status == "sent"
    assert jsms_sandbox.resume() <= jsms_sandbox.now
    assert jsms_sandbox.pause() == jsms_sandbox.now


def test_a_code_is_what_its_owner_would_type_in(jsms_sandbox: Sandbox) -> None:
    """The newest of the number; a number that got none is a LookupError, and a fixed code is every code."""
    with pytest.raises(LookupError, match=NUMBER):
        jsms_sandbox.code(NUMBER)
    jsms_sandbox.set_app(code="246810")
    _, said = call(jsms_sandbox, "POST", "codes", {"mobile": NUMBER, "temp_id": 1})
    assert jsms_sandbox.code(NUMBER) == "246810"
    assert call(jsms_sandbox, "POST", f"codes/{said['msg_id']}/valid", {"code": "246810"})[0] == 200
    (code,) = jsms_sandbox.codes(NUMBER)
    assert (code.msg_id, code.status) == (said["msg_id"], "verified")
    assert code.expires_at > jsms_sandbox.now
    assert not jsms_sandbox.codes(OTHER)
    assert not jsms_sandbox.outbox(OTHER)
    assert [each.mobile for each in jsms_sandbox.outbox(NUMBER)] == [NUMBER]


def test_people_reply_and_opt_out(jsms_sandbox: Sandbox) -> None:
    """A reply waits to be read; who opts out, by a call or by replying TD, is refused with 50024."""
    temp_id = jsms_sandbox.add_template(TEXT)
    jsms_sandbox.pause()
    jsms_sandbox.reply(NUMBER, "谢谢")
    (reply,) = jsms_sandbox.replies()
    assert (reply.phone, reply.content, reply.at) == (NUMBER, "谢谢", jsms_sandbox.now)
    jsms_sandbox.reply(NUMBER, "TD")
    jsms_sandbox.opt_out(OTHER)
    assert text(jsms_sandbox, temp_id)[1]["error"]["code"] == 50024
    assert text(jsms_sandbox, temp_id, OTHER)[1]["error"]["code"] == 50024
    jsms_sandbox.opt_out(OTHER, opted_out=False)
    assert text(jsms_sandbox, temp_id, OTHER)[0] == 200


def test_reports_say_what_the_number_was_set_to(jsms_sandbox: Sandbox) -> None:
    """4001 unless the number has another status; reading them here leaves them for the application."""
    temp_id = jsms_sandbox.add_template(TEXT)
    jsms_sandbox.set_report(NUMBER, 4002)
    text(jsms_sandbox, temp_id)
    text(jsms_sandbox, temp_id, OTHER)
    found = [(each.phone, each.status) for each in jsms_sandbox.reports()]
    assert found == [(NUMBER, 4002), (OTHER, 4001)]
    assert len(call(jsms_sandbox, "GET", "report")[1]) == 2
    assert jsms_sandbox.reports() == ()


def test_money_words_app_and_beliefs_are_set(jsms_sandbox: Sandbox) -> None:
    """What the API answers follows."""
    temp_id = jsms_sandbox.add_template(TEXT)
    jsms_sandbox.set_balance(app_balance=0)
    assert jsms_sandbox.balance()["app_balance"] == 0
    assert text(jsms_sandbox, temp_id)[1]["error"]["code"] == 50014
    jsms_sandbox.set_black_words("订单")
    assert text(jsms_sandbox, temp_id)[1]["error"]["code"] == 50037
    jsms_sandbox.set_beliefs(unknown_template_code=50016)
    assert refused(jsms_sandbox, "GET", "templates/99") == 50016
    jsms_sandbox.set_app(blacklisted=True)
    assert refused(jsms_sandbox, "GET", "templates/99") == 50036


def test_faults_and_requests(jsms_sandbox: Sandbox) -> None:
    """A fault meets the requests that it is for, and the log tells what was answered."""
    jsms_sandbox.fault("status", "GET", "/v1/templates", times=2, skip=1, status=503, code=50019)
    jsms_sandbox.latency(1)
    statuses = [call(jsms_sandbox, "GET", "templates/1")[0] for _ in range(2)]
    assert statuses == [200, 503]
    jsms_sandbox.clear_faults()
    assert call(jsms_sandbox, "GET", "templates/1")[0] == 200
    found = [(each.method, each.path, each.status) for each in jsms_sandbox.requests()]
    assert found == [("GET", "/v1/templates/1", status) for status in (200, 503, 200)]
    assert all(each.at <= jsms_sandbox.now for each in jsms_sandbox.requests())
    jsms_sandbox.forget_requests()
    assert jsms_sandbox.requests() == ()


def test_signatures_are_decided_on(jsms_sandbox: Sandbox) -> None:
    """Rejected with a reason, approved, and made the default one."""
    sign_id = jsms_sandbox.signs()[0].sign_id
    jsms_sandbox.reject_sign(sign_id, "与主体不符")
    assert (jsms_sandbox.signs()[0].status, jsms_sandbox.signs()[0].reason) == (2, "与主体不符")
    jsms_sandbox.approve_sign(sign_id, default=True)
    (sign,) = jsms_sandbox.signs()
    assert (sign.status, sign.is_default, sign.images) == (1, 1, ())


class _Application(BaseHTTPRequestHandler):
    """Answers the handshake, and 200 to every event."""

    def do_GET(self) -> None:
        self._answer(parse_qs(urlsplit(self.path).query)["echostr"][0].encode())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def callback_url() -> Iterator[str]:
    """An application that takes callbacks."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Application) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def test_callbacks_are_set_for_all_events_or_for_some(jsms_sandbox: Sandbox, callback_url: str) -> None:
    """Each event says what came of posting it; None ends them."""
    jsms_sandbox.set_callbacks(callback_url, "SMS_REPLY")
    temp_id = jsms_sandbox.add_template(TEXT)
    jsms_sandbox.reply(NUMBER, "谢谢")
    assert [each.type for each in jsms_sandbox.callbacks()] == ["SMS_REPLY"]
    jsms_sandbox.set_callbacks(callback_url)
    jsms_sandbox.reject(temp_id, "含营销内容")
    event = jsms_sandbox.callbacks()[-1]
    assert (event.type, event.data["refuseReason"]) == ("SMS_TEMPLATE", "含营销内容")
    jsms_sandbox.set_callbacks(None)
    jsms_sandbox.approve(temp_id)
    assert len(jsms_sandbox.callbacks()) == 2


def test_what_the_sandbox_refuses_is_told_in_its_own_words(jsms_sandbox: Sandbox) -> None:
    """The error names the call and what is wrong with it."""
    with pytest.raises(ControlError, match=r"^PUT /_sandbox/clock: now is an ISO 8601 time"):
        jsms_sandbox.set_clock("noon")
    with pytest.raises(ControlError, match=r"^POST /_sandbox/templates/7/audit: there is no template 7$"):
        jsms_sandbox.approve(7)


def test_a_sandbox_can_be_had_without_pytest() -> None:
    """For as long as a block runs, with settings of one's own; a reset goes back to them."""
    with controller.sandbox(Settings(audit="approve", beliefs=Beliefs(sign_put=False))) as sandbox:
        sandbox.add_template(TEXT, approve=False)
        assert sandbox.templates()[-1].status == 1
        sandbox.audit("manual")
        sandbox.reset()
        assert len(sandbox.templates()) == 1
        assert sandbox.control("GET", "audit")["mode"] == "approve"
    with pytest.raises(ConnectionRefusedError):
        sandbox.reset()
