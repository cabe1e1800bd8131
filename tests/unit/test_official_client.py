"""The official Python client, `jsms` of PyPI, against the sandbox: every call that it offers."""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable, Iterator
from typing import Any

import jsms
import pytest
from sandbox_client import APPROVED_TEXT, BEFORE, SEND_TIME
from sandbox_client import Client as Raw
from served import Served

MOBILE, FIRST = "13812345678", "288193860302"
PARAMS = {"order": "1001", "carrier": "顺丰"}
PICTURE = b"\x89PNG\r\n\x1a\n"
UNKNOWN = "1a886e7c-a267-49e6-9970-0d396ca5bb1e"


@pytest.fixture
def raw(sandbox: Served) -> Raw:
    """The sandbox at nine o'clock in China, with every code 123456."""
    sandbox.clock(BEFORE)
    sandbox.control("PUT", "app", {"code": "123456"})
    return Raw(sandbox.access)


@pytest.fixture
def client(raw: Raw) -> Iterator[jsms.Jsms]:
    """The client as it comes; an attribute of this one instance stands before the host of its class."""
    official = jsms.Jsms(raw.access.app_key, raw.access.master_secret)
    official.BASE_URL = f"{raw.access.base_url}/"
    # A proxy of the environment is not asked for loopback.
    official.session.trust_env = False
    with official.session:
        yield official


def rejected_sign(client: jsms.Jsms, raw: Raw) -> str:
    """A signature that was rejected; this client wants ids as text."""
    sign_id = client.create_sign("极光商城")["sign_id"]
    raw.control("POST", f"signs/{sign_id}/audit", {"status": 2})
    return str(sign_id)


def scheduled(client: jsms.Jsms, raw: Raw) -> str:
    """A schedule."""
    answer: dict[str, str] = client.send_teml(MOBILE, raw.template(), PARAMS, SEND_TIME)
    return answer["schedule_id"]


def sign(client: jsms.Jsms, raw: Raw) -> Any:
    """Applies with a picture, as a file."""
    return client.create_sign("极光商城", ("licence.png", io.BytesIO(PICTURE)), 1, "备注")


def resign(client: jsms.Jsms, raw: Raw) -> Any:
    """Applies again, with a picture that has no name."""
    return client.upadte_sign(rejected_sign(client, raw), "极光", io.BytesIO(PICTURE), 6, "备注")


def send_and_verify(client: jsms.Jsms, raw: Raw) -> Any:
    """A code that is right."""
    return client.verify_code(client.send_code(MOBILE, 1)["msg_id"], "123456")


# The method, a call of it, what it answers (None: looked at elsewhere), and the request that it makes.
Case = tuple[Callable[[jsms.Jsms, Raw], Any], Any, str | None]
CASES: dict[str, Case] = {
    "send_code": (lambda c, raw: c.send_code(MOBILE, 1), {"msg_id": FIRST}, "POST /v1/codes"),
    "send_voice_code": (
        lambda c, raw: c.send_voice_code(MOBILE, "0123", 1, 60),
        {"msg_id": FIRST},
        "POST /v1/voice_codes",
    ),
    "verify_code": (send_and_verify, {"is_valid": True}, f"POST /v1/codes/{FIRST}/valid"),
    "send_teml": (
        lambda c, raw: c.send_teml(MOBILE, raw.template(), PARAMS),
        {"msg_id": int(FIRST)},
        "POST /v1/messages",
    ),
    # 0.0.4 has these two without a body: they send nothing and answer None.
    "send_batch_teml": (lambda c, raw: c.send_batch_teml([MOBILE], 1, []), None, None),
    "update_schedule_message": (
        lambda c, raw: c.update_schedule_message(UNKNOWN, MOBILE, 1, PARAMS, SEND_TIME),
        None,
        None,
    ),
    "show_schedule_message": (
        lambda c, raw: c.show_schedule_message(scheduled(c, raw))["recipients"],
        [{"msg_id": FIRST, "mobile": MOBILE, "temp_para": PARAMS}],
        "GET /v1/schedule/",
    ),
    "delete_schedule_message": (
        lambda c, raw: c.delete_schedule_message(scheduled(c, raw)),
        200,
        "DELETE /v1/schedule/",
    ),
    "app_balance": (
        lambda c, raw: c.app_balance(),
        {"app_balance": 10_000_000, "app_voice": None, "app_industry": None, "app_market": None},
        "GET /v1/accounts/app",
    ),
    "create_sign": (sign, {"sign_id": 4321}, "POST /v1/sign"),
    "upadte_sign": (resign, {"sign_id": 4321}, "POST /v1/sign/4321"),
    "show_sign": (
        lambda c, raw: c.show_sign(rejected_sign(c, raw)),
        {"sign_id": 4321, "sign": "极光商城", "status": 2, "is_default": 0, "use_status": 0},
        "GET /v1/sign/4321",
    ),
    "delete_sign": (lambda c, raw: c.delete_sign(rejected_sign(c, raw)), 200, "DELETE /v1/sign/4321"),
}


def test_every_call_that_it_offers_has_a_case() -> None:
    """Found by introspection: a later version with more calls fails here."""
    classes = [kind for _, kind in inspect.getmembers(jsms, inspect.isclass) if kind.__module__ == "jsms"]
    methods = {
        name
        for kind in classes
        for name, _ in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_")
    }
    assert classes == [jsms.Jsms]
    assert methods == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_call_of_the_official_client_is_answered(client: jsms.Jsms, raw: Raw, name: str) -> None:
    """The request is the documented one, and its answer is what the client makes of a success."""
    call, answer, line = CASES[name]
    assert call(client, raw) == answer
    requests = raw.control("GET", "requests")
    if line is None:
        assert requests == []
        return
    last = requests[-1]
    assert f"{last['method']} {last['path']}".startswith(line)
    assert last["status"] == 200


def test_a_template_message_with_a_time_is_a_schedule(client: jsms.Jsms, raw: Raw) -> None:
    """The same method makes both; what it scheduled is sent when its time comes."""
    schedule_id = scheduled(client, raw)
    assert raw.control("GET", "requests")[-1]["path"] == "/v1/schedule"
    raw.control("PUT", "clock", {"next": True})
    (message,) = raw.control("GET", "outbox")
    assert (message["mobile"], message["schedule_id"]) == (MOBILE, schedule_id)


def test_optional_arguments_may_be_left_out(client: jsms.Jsms, raw: Raw) -> None:
    """A voice code that JSMS makes up, the vendor's template without parameters, a bare signature."""
    assert client.send_voice_code(MOBILE) == {"msg_id": FIRST}
    plain = raw.template("您好，店铺今天休息。")
    assert client.send_teml(MOBILE, plain)["msg_id"] > int(FIRST)
    assert client.create_sign("极光商城") == {"sign_id": 4321}


def test_its_example_runs(client: jsms.Jsms, raw: Raw) -> None:
    """Template 1 scheduled sixty days ahead, read, and deleted (jsms-api.md §12)."""
    schedule_id = client.send_teml(MOBILE, 1, {"code": "123456"}, "2027-04-30 09:00:00")["schedule_id"]
    seen = client.show_schedule_message(schedule_id)
    assert (seen["send_time"], seen["temp_id"]) == ("2027-04-30 09:00:00", 1)
    assert client.delete_schedule_message(schedule_id) == 200


@pytest.mark.parametrize(
    ("call", "number"),
    [
        (lambda c: c.send_code("110", 1), 50006),
        (lambda c: c.send_code(MOBILE, 999), 50013),
        (lambda c: c.send_teml(MOBILE, 1), 50023),
        (lambda c: c.send_teml(MOBILE, 1, {"code": "1"}, "2020-01-01 00:00:00"), 50027),
        (lambda c: c.send_voice_code(MOBILE, "abcd"), 50039),
        (lambda c: c.verify_code("7", "123456"), 50026),
        (lambda c: c.show_schedule_message(UNKNOWN), 50028),
        (lambda c: c.delete_schedule_message(UNKNOWN), 50028),
        (lambda c: c.create_sign("【极光】"), 50104),
        (lambda c: c.create_sign("极光商城", ("x.png", b"no picture")), 50101),
        (lambda c: c.show_sign("999"), 50102),
        (lambda c: c.delete_sign("1"), 50105),
    ],
)
def test_a_refusal_comes_as_json(client: jsms.Jsms, call: Callable[[jsms.Jsms], Any], number: int) -> None:
    """The client hands on JSMS's error as a dictionary, whatever the HTTP status."""
    assert call(client)["error"]["code"] == number


def test_wrong_credentials_come_as_json(client: jsms.Jsms) -> None:
    """As every other refusal."""
    client.session.auth = ("nobody", "nothing")
    assert client.app_balance() == {"error": {"code": 50002, "message": "auth failed"}}


def test_it_sends_json_without_saying_so(client: jsms.Jsms, raw: Raw) -> None:
    """This client is one of the sloppy ones: no Content-Type, and the sandbox takes it."""
    told: list[str | None] = []
    client.session.hooks["response"].append(
        lambda answer, **_: told.append(answer.request.headers.get("Content-Type"))
    )
    assert client.send_teml(MOBILE, raw.template(APPROVED_TEXT), PARAMS)["msg_id"] == int(FIRST)
    assert told == [None]
