"""Every endpoint: the request as the documents have it, and the reply as a value."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from scripted_server import ScriptedServer, http

from jsms_sync.api import (
    Balance,
    BatchReply,
    Client,
    Credentials,
    MessagesReply,
    Reply,
    Report,
    Sent,
    Signature,
    Template,
    Verification,
    explain,
)
from jsms_sync.errors import InvalidInput
from jsms_sync.model.privacy import Mobile, Params, Secret
from jsms_sync.model.resources import Recipient, TemplateType

APP = Credentials("7d431e42dfa6a6d693ac2d04", Secret("5e987ac6d2e04d95a9d8f0d1"))
DEVELOPER = Credentials("d" * 24, Secret("e" * 24))
ID = "1a886e7c-a267-49e6-9970-0d396ca5bb1e"
WHEN = "2027-03-01 10:00:00"
ONE, TWO = Mobile("19912345678"), Mobile("19912345679")
PARAMS = Params({"code": "007"})
RECIPIENTS = (Recipient(ONE, PARAMS), Recipient(TWO, Params()))
WIRE_RECIPIENTS = [{"mobile": "19912345678", "temp_para": {"code": "007"}}, {"mobile": "19912345679"}]

Case = tuple[Callable[[Client], object], object, str, dict[str, Any] | None, object]
CASES: dict[str, Case] = {
    "templates.create": (
        lambda c: c.templates.create(
            template="您的验证码是{{code}}", type=TemplateType.VERIFICATION, ttl=120, remark="注册"
        ),
        {"temp_id": 37582},
        "POST /v1/templates",
        {"template": "您的验证码是{{code}}", "type": 1, "ttl": 120, "remark": "注册"},
        37582,
    ),
    "templates.create, short": (
        lambda c: c.templates.create(template="您好", type=2),
        {"temp_id": 37582},
        "POST /v1/templates",
        {"template": "您好", "type": 2},
        37582,
    ),
    "templates.update": (
        lambda c: c.templates.update(37582, template="您好", type=2, remark="改"),
        {"temp_id": 37582},
        "PUT /v1/templates/37582",
        {"temp_id": 37582, "template": "您好", "type": 2, "remark": "改"},
        None,
    ),
    "templates.get": (
        lambda c: c.templates.get(37582),
        {"temp_id": 37582, "template": "您好", "type": 1, "ttl": 300, "remark": "", "status": 0},
        "GET /v1/templates/37582",
        None,
        Template(37582, "您好", 1, 300, None, 0),
    ),
    "templates.delete": (lambda c: c.templates.delete(37582), b"", "DELETE /v1/templates/37582", None, None),
    "schedules.create": (
        lambda c: c.schedules.create(
            send_time=WHEN, mobile=ONE, temp_id=1250, temp_para=PARAMS, sign_id=4321
        ),
        {"schedule_id": ID},
        "POST /v1/schedule",
        {
            "send_time": WHEN,
            "mobile": "19912345678",
            "temp_id": 1250,
            "temp_para": {"code": "007"},
            "sign_id": 4321,
        },
        ID,
    ),
    "schedules.create, short": (
        lambda c: c.schedules.create(send_time=WHEN, mobile=ONE, temp_id=1250),
        {"schedule_id": ID},
        "POST /v1/schedule",
        {"send_time": WHEN, "mobile": "19912345678", "temp_id": 1250},
        ID,
    ),
    "schedules.create_batch": (
        lambda c: c.schedules.create_batch(
            send_time=WHEN, temp_id=1250, recipients=RECIPIENTS, sign_id=4321, tag="春季"
        ),
        {"schedule_id": ID, "success_count": 2, "failure_count": 0, "failure_recipients": []},
        "POST /v1/schedule/batch",
        {
            "send_time": WHEN,
            "temp_id": 1250,
            "recipients": WIRE_RECIPIENTS,
            "sign_id": 4321,
            "tag": "春季",
        },
        BatchReply(ID, 2, 0, ()),
    ),
    "schedules.update": (
        lambda c: c.schedules.update(ID, send_time=WHEN, mobile=ONE, temp_id=1250, temp_para=PARAMS),
        {"schedule_id": ID},
        f"PUT /v1/schedule/{ID}",
        {"send_time": WHEN, "mobile": "19912345678", "temp_id": 1250, "temp_para": {"code": "007"}},
        None,
    ),
    "schedules.update_batch": (
        lambda c: c.schedules.update_batch(ID, send_time=WHEN, temp_id=1250, recipients=RECIPIENTS),
        {"schedule_id": ID, "success_count": 2, "failure_count": 0},
        f"PUT /v1/schedule/batch/{ID}",
        {"send_time": WHEN, "temp_id": 1250, "recipients": WIRE_RECIPIENTS},
        BatchReply(ID, 2, 0, ()),
    ),
    "schedules.delete": (lambda c: c.schedules.delete(ID), b"", f"DELETE /v1/schedule/{ID}", None, None),
    "codes.send": (
        lambda c: c.codes.send(mobile=ONE, temp_id=1, sign_id=4321),
        {"msg_id": "288193860302"},
        "POST /v1/codes",
        {"mobile": "19912345678", "temp_id": 1, "sign_id": 4321},
        "288193860302",
    ),
    "codes.send, short, with an uuid": (
        lambda c: c.codes.send(mobile=ONE, temp_id=1),
        {"msg_id": ID},
        "POST /v1/codes",
        {"mobile": "19912345678", "temp_id": 1},
        ID,
    ),
    "codes.send_voice": (
        lambda c: c.codes.send_voice(mobile=ONE, code="0123", voice_lang=0, ttl=60),
        {"msg_id": "288193860302"},
        "POST /v1/voice_codes",
        {"mobile": "19912345678", "code": "0123", "voice_lang": 0, "ttl": 60},
        "288193860302",
    ),
    "codes.send_voice, short": (
        lambda c: c.codes.send_voice(mobile=ONE),
        {"msg_id": "288193860302"},
        "POST /v1/voice_codes",
        {"mobile": "19912345678"},
        "288193860302",
    ),
    "codes.verify": (
        lambda c: c.codes.verify("288193860302", "012345"),
        {"is_valid": True},
        "POST /v1/codes/288193860302/valid",
        {"code": "012345"},
        Verification(True),
    ),
    "messages.send": (
        lambda c: c.messages.send(mobile=ONE, temp_id=1250, temp_para=PARAMS, sign_id=4321),
        {"msg_id": 288193860302},
        "POST /v1/messages",
        {"mobile": "19912345678", "temp_id": 1250, "temp_para": {"code": "007"}, "sign_id": 4321},
        "288193860302",
    ),
    "messages.send, short": (
        lambda c: c.messages.send(mobile=ONE, temp_id=1250),
        {"msg_id": 288193860302},
        "POST /v1/messages",
        {"mobile": "19912345678", "temp_id": 1250},
        "288193860302",
    ),
    "messages.send_batch": (
        lambda c: c.messages.send_batch(temp_id=1250, recipients=RECIPIENTS, sign_id=4321, tag="春季"),
        {"success_count": 2, "failure_count": 0, "recipients": [{"msg_id": "7", "mobile": "19912345678"}]},
        "POST /v1/messages/batch",
        {"temp_id": 1250, "recipients": WIRE_RECIPIENTS, "sign_id": 4321, "tag": "春季"},
        MessagesReply(2, 0, (Sent("7", ONE),)),
    ),
    "signatures.get": (
        lambda c: c.signatures.get(37582),
        {"sign_id": 37582, "sign": "极光", "status": 1, "is_default": 1, "use_status": 0},
        "GET /v1/sign/37582",
        None,
        Signature(37582, "极光", 1, True, False),
    ),
    "signatures.delete": (lambda c: c.signatures.delete(37582), b"", "DELETE /v1/sign/37582", None, None),
    "receipts.reports": (
        lambda c: c.receipts.reports(),
        [{"msgId": "7", "phone": "19912345678", "receiveTime": 1575015093000, "status": 4001}],
        "GET /v1/report",
        None,
        (Report("7", ONE, "1575015093000", 4001),),
    ),
    "receipts.replies": (
        lambda c: c.receipts.replies(),
        [{"phone": "19912345678", "replyTime": 1575015093000, "content": "TD"}],
        "GET /v1/reply",
        None,
        (Reply(ONE, "1575015093000", "TD"),),
    ),
    "accounts.app": (
        lambda c: c.accounts.app(),
        {"app_balance": 1, "app_voice": 22, "app_industry": 44, "app_market": 14},
        "GET /v1/accounts/app",
        None,
        Balance(1, 22, 44, 14),
    ),
    "accounts.dev": (
        lambda c: c.accounts.dev(),
        {"dev_balance": 9, "dev_voice": 702, "dev_industry": 121981, "dev_market": None},
        "GET /v1/accounts/dev",
        None,
        Balance(9, 702, 121981, None),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_request_is_the_documented_one(name: str) -> None:
    """Method, path and JSON body are those of `jsms-api.md`, fields that are not given are left out."""
    do, answer, request_line, body, value = CASES[name]
    with ScriptedServer(http(200, answer)) as server:
        with Client(APP, base_url=server.base_url, developer=DEVELOPER) as client:
            assert do(client) == value
        (heard,) = server.heard
    assert f"{heard.method} {heard.path}" == request_line
    assert (json.loads(heard.body) if heard.body else None) == body
    assert ("content-type" in heard.headers) == (body is not None)
    assert heard.headers["authorization"] == (DEVELOPER if name == "accounts.dev" else APP).authorization()


def test_a_schedule_comes_back_with_its_recipients() -> None:
    """The sample of `jsms-api.md §4.5` becomes a value whose numbers and values are wrapped."""
    sample = {
        "schedule_id": ID,
        "send_time": WHEN,
        "temp_id": 1250,
        "recipients": [{"msg_id": "274887115920", "mobile": "19912345678", "temp_para": {"code": "007"}}],
    }
    with ScriptedServer(http(200, sample)) as server, Client(APP, base_url=server.base_url) as client:
        schedule = client.schedules.get(ID)
        assert server.heard[0].path == f"/v1/schedule/{ID}"
    assert (schedule.schedule_id, schedule.send_time, schedule.temp_id) == (ID, WHEN, 1250)
    assert [(r.msg_id, r.mobile, r.temp_para) for r in schedule.recipients] == [("274887115920", ONE, PARAMS)]
    assert "19912345678" not in repr(schedule) + repr(schedule.recipients)


@pytest.mark.parametrize(
    ("schedule_id", "path"),
    [
        ("a/../b", "/v1/schedule/a%2F..%2Fb"),
        ("a?b#c", "/v1/schedule/a%3Fb%23c"),
        ("a\r\nX: y", "/v1/schedule/a%0D%0AX%3A%20y"),
        ("一", "/v1/schedule/%E4%B8%80"),
        ("%2e%2e", "/v1/schedule/%252e%252e"),
    ],
)
def test_an_odd_id_stays_one_segment_of_the_path(schedule_id: str, path: str) -> None:
    """No id reaches another endpoint or writes a header."""
    with ScriptedServer(http(200)) as server, Client(APP, base_url=server.base_url) as client:
        client.schedules.delete(schedule_id)
        assert server.heard[0].path == path
        assert "x" not in server.heard[0].headers


@pytest.mark.parametrize("schedule_id", ["", ".", ".."])
def test_an_id_that_is_no_segment_is_refused(schedule_id: str) -> None:
    """An empty or dotted id would name another endpoint, so nothing is sent."""
    with ScriptedServer(http(200)) as server, Client(APP, base_url=server.base_url) as client:
        with pytest.raises(InvalidInput, match="schedule id"):
            client.schedules.delete(schedule_id)
        assert server.heard == []


@pytest.mark.parametrize(
    ("msg_id", "path"),
    [
        (ID, f"/v1/codes/{ID}/valid"),
        ("a/../b", "/v1/codes/a%2F..%2Fb/valid"),
        ("7?x", "/v1/codes/7%3Fx/valid"),
    ],
)
def test_a_message_id_stays_one_segment_of_the_path(msg_id: str, path: str) -> None:
    """Digits, an uuid, or something odd: it reaches no other endpoint."""
    with (
        ScriptedServer(http(200, {"is_valid": True})) as server,
        Client(APP, base_url=server.base_url) as client,
    ):
        assert client.codes.verify(msg_id, "1")
        assert server.heard[0].path == path


@pytest.mark.parametrize("msg_id", ["", "..", "\ud83d"])
def test_a_message_id_that_is_no_segment_is_refused(msg_id: str) -> None:
    """Nothing is sent for an id that cannot be one."""
    with ScriptedServer(http(200)) as server, Client(APP, base_url=server.base_url) as client:
        with pytest.raises(InvalidInput):
            client.codes.verify(msg_id, "1")
        assert server.heard == []


def test_a_wrong_code_is_a_value_over_the_wire() -> None:
    """The 403 that says no does not raise, and is not repeated."""
    no = {"is_valid": False, "error": {"code": 50010, "message": "invalid code"}}
    with ScriptedServer(http(403, no)) as server, Client(APP, base_url=server.base_url) as client:
        assert client.codes.verify("7", "000000") == Verification(False, explain(50010))
        assert len(server.heard) == 1


def test_a_text_that_utf_8_cannot_express_is_refused() -> None:
    """Half of a surrogate pair is told before anything is sent."""
    with ScriptedServer(http(200)) as server, Client(APP, base_url=server.base_url) as client:
        with pytest.raises(InvalidInput, match="surrogate"):
            client.templates.create(template="\ud83d", type=2)
        assert server.heard == []
