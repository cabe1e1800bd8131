"""What JSMS refuses, and with which code: nothing here can create, send or cost anything.

Where a body is needed, it names a template that does not exist and a number that is none.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from contract_service import (
    FAR_AHEAD,
    NO_MESSAGE,
    NO_MOBILE,
    NO_SCHEDULE,
    NO_SIGN,
    NO_TEMPLATE,
    Service,
    basic,
    belief,
)

CODE = {"temp_para": {"code": "123456"}}
NOBODY: dict[str, Any] = {"mobile": NO_MOBILE, "temp_id": NO_TEMPLATE} | CODE
NOTICE = {"template": "您的订单{{order}}已发出。", "type": 2}
LATER = {"send_time": "2035-01-01 10:00:00"}
MANY: dict[str, Any] = {"temp_id": NO_TEMPLATE, "recipients": [{"mobile": NO_MOBILE} | CODE]}
FORM = {"Content_Type": "multipart/form-data; boundary=b"}
BRACKETS = '--b\r\nContent-Disposition: form-data; name="sign"\r\n\r\n【极光】\r\n--b--\r\n'.encode()


def case(id: str, source: str, mark: str, request: str, body: object, *told: int, **how: Any) -> Any:
    """One row: its belief, a request line, a body, the HTTP status and the code."""
    method, path = request.split()
    return pytest.param(method, path, body, how, told, id=id, marks=belief(source, mark))


def text(**fields: object) -> dict[str, object]:
    """A notice with other fields."""
    return NOTICE | fields


REFUSALS = [
    # Who asks
    case("no-credentials", "§2 code 50001", "D", "GET /accounts/app", None, 400, 50001, auth=None),
    case("wrong-pair", "§2 code 50002", "D", "GET /accounts/app", None, 401, 50002, auth=basic("a", "b")),
    case("not-basic", "§2 code 50002", "I", "GET /accounts/app", None, 401, 50002, auth="Bearer x"),
    case("not-base64", "§2 code 50002", "I", "GET /accounts/app", None, 401, 50002, auth="Basic !!!"),
    case("dev-balance-wants-dev-pair", "§5", "D", "GET /accounts/dev", None, 401, 50002),
    case("credentials-before-path", "§10", "I", "GET /nowhere", None, 400, 50001, auth=None),
    case("credentials-before-body", "§10", "I", "POST /templates", b"", 400, 50001, auth=None),
    case(
        "valid-wants-credentials",
        "§9 row 28",
        "D",
        f"POST /codes/{NO_MESSAGE}/valid",
        {"code": "123456"},
        400,
        50001,
        auth=None,
    ),
    # Where to
    case("unknown-path", "§1", "D", "GET /nowhere", None, 404, 50016),
    case("no-total-balance", "§5", "I", "GET /accounts/amount", None, 404, 50016),
    case("no-default-sign-call", "§7", "W", "POST /setDefaultSign", {"id": NO_SIGN, "name": "x"}, 404, 50016),
    case("no-list-of-templates", "§10", "I", "GET /templates", None, 405, 50018),
    case("no-list-of-schedules", "§10", "I", "GET /schedule", None, 405, 50018),
    case("no-list-of-signatures", "§10", "I", "GET /sign", None, 405, 50018),
    case("balance-is-read-only", "§1", "D", "DELETE /accounts/app", None, 405, 50018),
    case("no-patch", "§1", "D", f"PATCH /templates/{NO_TEMPLATE}", NOTICE, 405, 50018),
    # What is not there
    case("read-no-template", "§1", "I", f"GET /templates/{NO_TEMPLATE}", None, 403, 50013),
    case(
        "change-no-template",
        "§6.5",
        "I",
        f"PUT /templates/{NO_TEMPLATE}",
        text(temp_id=NO_TEMPLATE),
        403,
        50013,
    ),
    case("delete-no-template", "§6.5", "I", f"DELETE /templates/{NO_TEMPLATE}", None, 403, 50013),
    case("read-template-of-letters", "§1", "I", "GET /templates/abc", None, 403, 50013),
    case("read-no-schedule", "§4.7", "I", f"GET /schedule/{NO_SCHEDULE}", None, 403, 50028),
    case("delete-no-schedule", "§4.7", "I", f"DELETE /schedule/{NO_SCHEDULE}", None, 403, 50028),
    case("change-no-schedule", "§10", "I", f"PUT /schedule/{NO_SCHEDULE}", NOBODY | LATER, 403, 50028),
    case("change-no-batch", "§10", "I", f"PUT /schedule/batch/{NO_SCHEDULE}", MANY | LATER, 403, 50028),
    case("read-no-signature", "§1", "I", f"GET /sign/{NO_SIGN}", None, 403, 50102),
    case("delete-no-signature", "§7", "I", f"DELETE /sign/{NO_SIGN}", None, 403, 50102),
    case(
        "valid-of-no-message", "§3.3", "D", f"POST /codes/{NO_MESSAGE}/valid", {"code": "123456"}, 403, 50026
    ),
    # Bodies
    case("empty-body", "§2 code 50003", "D", "POST /templates", b"", 400, 50003),
    case("malformed-body", "§2 code 50007", "D", "POST /templates", b'{"template":', 403, 50007),
    case("a-list-as-body", "§2 code 50007", "D", "POST /templates", [NOTICE], 403, 50007),
    case("xml", "§1", "D", "POST /templates", b"<template/>", 415, 50017, Content_Type="application/xml"),
    case("json-for-a-signature", "§1", "I", "POST /sign", {"sign": "极光"}, 415, 50017),
    # Templates and signatures
    case("template-empty", "§6.1", "D", "POST /templates", text(template=""), 403, 50042),
    case("template-of-type-4", "§6.1", "D", "POST /templates", text(type=4), 403, 50025),
    case("template-without-type", "§6.1", "I", "POST /templates", {"template": "您好"}, 403, 50025),
    case(
        "code-template-without-ttl",
        "§6.1",
        "D",
        "POST /templates",
        text(template="{{code}}", type=1),
        403,
        50041,
    ),
    case(
        "ttl-over-a-day",
        "§6.1",
        "D",
        "POST /templates",
        text(template="{{code}}", type=1, ttl=86401),
        403,
        50041,
    ),
    case("template-with-brackets", "§11", "D", "POST /templates", text(template="【极光】您好"), 403, 50052),
    case("url-undeclared", "§11", "D", "POST /templates", text(template="看{{url}}"), 403, 50053),
    case(
        "code-template-of-two-variables",
        "§11",
        "I",
        "POST /templates",
        text(template="{{code}}{{time}}", type=1, ttl=60),
        403,
        50044,
    ),
    case("braces-open", "§11", "I", "POST /templates", text(template="您的{{order"), 403, 50044),
    case("variable-of-chinese", "§9 row 16", "D", "POST /templates", text(template="{{订单}}"), 403, 50044),
    case("template-of-501", "§9 row 9", "D", "POST /templates", text(template="您" * 501), 403, 50043),
    case("remark-of-501", "§9 row 10", "D", "POST /templates", text(remark="注" * 501), 403, 50045),
    case("signature-with-brackets", "§11", "D", "POST /sign", BRACKETS, 403, 50104, **FORM),
    # Messages, codes, schedules
    case(
        "message-without-number", "§2 code 50004", "D", "POST /messages", {"temp_id": NO_TEMPLATE}, 400, 50004
    ),
    case(
        "message-without-template", "§2 code 50005", "D", "POST /messages", {"mobile": NO_MOBILE}, 400, 50005
    ),
    case("message-of-no-template", "§2 code 50013", "D", "POST /messages", NOBODY, 403, 50013),
    case("code-of-no-template", "§3.1", "I", "POST /codes", NOBODY, 403, 50013),
    case("batch-of-nobody", "§3.5", "D", "POST /messages/batch", MANY | {"recipients": []}, 403, 50030),
    case(
        "batch-of-1001",
        "§3.5",
        "D",
        "POST /messages/batch",
        MANY | {"recipients": MANY["recipients"] * 1001},
        403,
        50031,
    ),
    case("voice-to-no-number", "§3.2", "D", "POST /voice_codes", {"mobile": NO_MOBILE}, 403, 50006),
    case(
        "voice-of-letters",
        "§3.2",
        "D",
        "POST /voice_codes",
        {"mobile": NO_MOBILE, "code": "abcd"},
        403,
        50039,
    ),
    case(
        "voice-of-3-digits",
        "§3.2",
        "D",
        "POST /voice_codes",
        {"mobile": NO_MOBILE, "code": "123"},
        403,
        50038,
    ),
    case(
        "voice-of-9-digits",
        "§3.2",
        "D",
        "POST /voice_codes",
        {"mobile": NO_MOBILE, "code": "1" * 9},
        403,
        50038,
    ),
    case(
        "voice-in-language-7",
        "§3.2",
        "D",
        "POST /voice_codes",
        {"mobile": NO_MOBILE, "voice_lang": 7},
        403,
        50040,
    ),
    case(
        "voice-for-0-seconds", "§3.2", "D", "POST /voice_codes", {"mobile": NO_MOBILE, "ttl": 0}, 403, 50041
    ),
    case("valid-without-code", "§3.3", "D", f"POST /codes/{NO_MESSAGE}/valid", {}, 400, 50015),
    case(
        "schedule-in-the-past",
        "§2 code 50027",
        "D",
        "POST /schedule",
        NOBODY | {"send_time": "2020-01-01 10:00:00"},
        403,
        50027,
    ),
    case("schedule-without-time", "§2 code 50027", "D", "POST /schedule", NOBODY, 403, 50027),
    case(
        "schedule-of-no-template",
        "§4.7",
        "D",
        "POST /schedule",
        NOBODY | {"send_time": FAR_AHEAD},
        403,
        50013,
    ),
    case(
        "schedule-of-nobody",
        "§4.2",
        "D",
        "POST /schedule/batch",
        MANY | LATER | {"recipients": []},
        403,
        50030,
    ),
    # Sloppy clients: what is refused is not what was sloppy
    case(
        "json-without-saying-so", "§1", "W", "POST /templates", text(template=""), 403, 50042, Content_Type=""
    ),
    case(
        "json-as-text", "§1", "I", "POST /templates", text(template=""), 403, 50042, Content_Type="text/plain"
    ),
    case(
        "json-as-curl-says",
        "§1",
        "I",
        "POST /templates",
        text(template=""),
        403,
        50042,
        Content_Type="application/x-www-form-urlencoded",
    ),
    case(
        "json-with-charset",
        "§1",
        "W",
        "POST /templates",
        text(template=""),
        403,
        50042,
        Content_Type="application/json; charset=utf-8",
    ),
    case("template-as-text", "§1", "W", "POST /messages", NOBODY | {"temp_id": f"{NO_TEMPLATE}"}, 403, 50013),
    case("number-as-number", "§1", "I", "POST /messages", NOBODY | {"mobile": 1}, 403, 50013),
    case("parameters-as-list", "§1", "I", "POST /messages", NOBODY | {"temp_para": []}, 403, 50013),
    case(
        "parameters-of-numbers",
        "§3.4",
        "W",
        "POST /messages",
        NOBODY | {"temp_para": {"code": 1}},
        403,
        50013,
    ),
    case("unknown-fields", "§10", "I", "POST /messages", NOBODY | {"name": "x", "more": [1]}, 403, 50013),
    case("null-is-absent", "§1", "I", "POST /messages", NOBODY | {"sign_id": None, "tag": None}, 403, 50013),
    case("get-with-a-body", "§1", "I", f"GET /templates/{NO_TEMPLATE}", {"temp_id": NO_TEMPLATE}, 403, 50013),
    case("delete-with-a-body", "§1", "I", f"DELETE /templates/{NO_TEMPLATE}", {}, 403, 50013),
    case("a-slash-at-the-end", "§1", "I", f"GET /templates/{NO_TEMPLATE}/", None, 403, 50013),
    case("a-slash-after-sign", "§7", "W", "POST /sign/", BRACKETS, 403, 50104, **FORM),
]


@pytest.mark.parametrize(("method", "path", "body", "how", "told"), REFUSALS)
def test_a_refusal_has_its_status_and_code(
    service: Service, method: str, path: str, body: object, how: dict[str, str], told: tuple[int, int]
) -> None:
    """As the row says; and every refusal is JSON of one shape, `is_valid` may stand beside it."""
    answer = service.send(method, path, body, **how)
    assert answer.refusal == told
    assert answer.headers["content-type"].replace(" ", "").lower().startswith("application/json")
    error = answer.json["error"]
    assert set(error) == {"code", "message"}
    assert isinstance(error["message"], str)


@belief("§3.3", "D")
def test_an_invalid_code_says_so_beside_the_error(service: Service) -> None:
    """is_valid stands first and is false, whatever the reason."""
    answer = service.send("POST", f"/codes/{NO_MESSAGE}/valid", {"code": "123456"})
    assert list(answer.json) == ["is_valid", "error"]
    assert answer.json["is_valid"] is False


@belief("§1", "D")
def test_an_error_holds_a_number_and_a_text(service: Service) -> None:
    """The code is a JSON number, and there is nothing else."""
    said = service.send("GET", f"/templates/{NO_TEMPLATE}").json
    assert list(said) == ["error"]
    assert type(said["error"]["code"]) is int


@belief("§1.1", "W")
def test_an_error_names_its_charset(service: Service) -> None:
    """To the letter, as it was captured once."""
    answer = service.send("GET", f"/templates/{NO_TEMPLATE}")
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"


@belief("§1.1", "W")
def test_an_error_is_compact(service: Service) -> None:
    """No space between its parts."""
    answer = service.send("GET", f"/templates/{NO_TEMPLATE}")
    assert answer.body.decode() == json.dumps(answer.json, ensure_ascii=False, separators=(",", ":"))


@belief("§2", "D")
@pytest.mark.parametrize(
    ("request_line", "message"),
    [
        (f"GET /templates/{NO_TEMPLATE}", "invalid temp_id"),
        (f"GET /schedule/{NO_SCHEDULE}", "invalid schedule_id"),
        (f"GET /sign/{NO_SIGN}", "invalid sign id"),
        ("GET /nowhere", "api not found"),
        ("DELETE /accounts/app", "request method not support"),
    ],
)
def test_a_message_is_the_documented_one(service: Service, request_line: str, message: str) -> None:
    """The text beside the code; nothing should depend on it."""
    assert service.send(*request_line.split()).json["error"]["message"] == message
