"""How the sandbox, as new, is made to answer each return code: for the documents, and walked by a test."""

from __future__ import annotations

import json
import re
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from jsms_sync.sandbox.codes import CODES

Caller: TypeAlias = Literal["app", "stranger", "nobody"]


class Step(NamedTuple):
    """One request: a control call, or one of the API.

    `body` is sent as JSON, a text as it is. `{schedule_id}` in the call is that of the last schedule.
    """

    call: str
    body: Any = None
    caller: Caller = "app"
    content_type: str = "application/json"


class Recipe(NamedTuple):
    """The last of the steps is answered with the code; 50000 is success, which no answer names."""

    code: int
    says: str
    steps: tuple[Step, ...]


_NUMBER: Final = "13812345678"
_FORM_TYPE: Final = "multipart/form-data; boundary=X"
_NOTICE: Final = {"template": "您的订单{{order}}已发出。", "type": 2}
_READ: Final = Step("GET /v1/templates/1")
_CODE: Final = {"mobile": _NUMBER, "temp_id": 1}
_MESSAGE: Final = {"mobile": _NUMBER, "temp_id": 37582, "temp_para": {"order": "1001"}}
_SCHEDULE: Final = {"send_time": "2099-01-01 00:00:00", "mobile": _NUMBER, "temp_id": 1} | {
    "temp_para": {"code": "1"}
}
_CREATE: Final = Step("POST /v1/templates", _NOTICE)
_APPROVED: Final = (_CREATE, Step("POST /_sandbox/templates/37582/audit", {"status": 1}))
_SCHEDULED: Final = Step("POST /v1/schedule", _SCHEDULE)
_VERIFY: Final = "POST /v1/codes/288193860302/valid"
_VOICE: Final = "POST /v1/voice_codes"
_SPOKEN: Final = Step(_VOICE, {"mobile": _NUMBER, "code": "123456"})
_BATCH: Final = "POST /v1/messages/batch"


def _form(sign: str, picture: str = "") -> str:
    field = 'Content-Disposition: form-data; name="{}"\r\n\r\n{}\r\n--X'
    parts = [field.format("sign", sign)]
    if picture:
        parts.append(field.format('image0"; filename="a.png', picture))
    return "\r\n".join(["--X", *parts]) + "--\r\n"


def _apply(sign: str, picture: str = "") -> Step:
    return Step("POST /v1/sign", _form(sign, picture), content_type=_FORM_TYPE)


def _template(**fields: object) -> tuple[Step]:
    return (Step("POST /v1/templates", _NOTICE | fields),)


def _message(**fields: object) -> tuple[Step, ...]:
    return (*_APPROVED, Step("POST /v1/messages", _MESSAGE | fields))


def _voice(**fields: object) -> tuple[Step]:
    return (Step(_VOICE, {"mobile": _NUMBER} | fields),)


RECIPES: Final = (
    Recipe(50000, "any call that succeeds", (_READ,)),
    Recipe(50001, "a call without credentials", (_READ._replace(caller="nobody"),)),
    Recipe(50002, "a call with other credentials", (_READ._replace(caller="stranger"),)),
    Recipe(50003, "a write without a body", (Step("POST /v1/codes", ""),)),
    Recipe(50004, "a message to no number", (Step("POST /v1/codes", {"temp_id": 1}),)),
    Recipe(50005, "a message without a template", (Step("POST /v1/codes", {"mobile": _NUMBER}),)),
    Recipe(50006, "a number that is none", (Step("POST /v1/codes", _CODE | {"mobile": "1"}),)),
    Recipe(50007, "a body that is no JSON object", (Step("POST /v1/codes", "["),)),
    Recipe(50008, "SMS is not opened", (Step("PUT /_sandbox/app", {"sms_opened": False}), _READ)),
    Recipe(50009, "a second voice code within 20 s", (_SPOKEN, _SPOKEN)),
    Recipe(50010, "another code than was sent", (_SPOKEN, Step(_VERIFY, {"code": "654321"}))),
    Recipe(
        50011,
        "a code after its ttl",
        (_SPOKEN, Step("PUT /_sandbox/clock", {"advance": 60}), Step(_VERIFY, {"code": "123456"})),
    ),
    Recipe(50012, "a code for the second time", (_SPOKEN, *[Step(_VERIFY, {"code": "123456"})] * 2)),
    Recipe(50013, "a template that is not there", (Step("GET /v1/templates/99"),)),
    Recipe(
        50014,
        "a balance that does not suffice",
        (Step("PUT /_sandbox/balance", {"app_balance": 0}), Step("POST /v1/codes", _CODE)),
    ),
    Recipe(50015, "a verification without a code", (_SPOKEN, Step(_VERIFY, {}))),
    Recipe(50016, "an unknown path", (Step("GET /v1/template"),)),
    Recipe(
        50017,
        "a body of a foreign type",
        (Step("POST /v1/codes", "<codes/>", content_type="application/xml"),),
    ),
    Recipe(50018, "an unknown method", (Step("GET /v1/codes"),)),
    Recipe(
        50019, "a scripted fault", (Step("POST /_sandbox/faults", {"fault": "status", "status": 500}), _READ)
    ),
    Recipe(50020, "a template under audit", (_CREATE, Step("POST /v1/messages", _MESSAGE))),
    Recipe(
        50021,
        "a rejected template",
        (
            _CREATE,
            Step("POST /_sandbox/templates/37582/audit", {"status": 2, "reason": "链接未报备"}),
            Step("POST /v1/messages", _MESSAGE),
        ),
    ),
    Recipe(50022, "a variable without a value", _message(temp_para={"other": "1"})),
    Recipe(50023, "no parameters at all", _message(temp_para={})),
    Recipe(
        50024,
        "a number that replied TD",
        (
            Step("POST /_sandbox/replies", {"mobile": _NUMBER, "content": "TD"}),
            Step("POST /v1/codes", _CODE),
        ),
    ),
    Recipe(
        50025,
        "a code with a notification template",
        (*_APPROVED, Step("POST /v1/codes", _CODE | {"temp_id": 37582})),
    ),
    Recipe(50026, "a msg_id that is not there", (Step("POST /v1/codes/1/valid", {"code": "123456"}),)),
    Recipe(
        50027,
        "a send_time that has passed",
        (Step("POST /v1/schedule", _SCHEDULE | {"send_time": "2017-07-01 09:00:00"}),),
    ),
    Recipe(50028, "a schedule that is not there", (Step("GET /v1/schedule/x"),)),
    Recipe(
        50029,
        "a schedule that was sent",
        (
            _SCHEDULED,
            Step("PUT /_sandbox/clock", {"next": True}),
            Step("DELETE /v1/schedule/{schedule_id}"),
        ),
    ),
    Recipe(50030, "a batch for nobody", (Step(_BATCH, {"temp_id": 1, "recipients": []}),)),
    Recipe(
        50031,
        "a batch for more than 1000",
        (Step(_BATCH, {"temp_id": 1, "recipients": [{"mobile": _NUMBER}] * 1001}),),
    ),
    Recipe(
        50033,
        "no allotment for the app",
        (Step("PUT /_sandbox/balance", {"app_balance": None}), Step("GET /v1/accounts/app")),
    ),
    Recipe(
        50034,
        "the same content to the same number within the time that a switch names",
        (
            Step("PUT /_sandbox/beliefs", {"repeat_window": 60}),
            *_message(),
            Step("POST /v1/messages", _MESSAGE),
        ),
    ),
    Recipe(
        50035,
        "an IP allowlist without the caller",
        (Step("PUT /_sandbox/app", {"ip_allowlist": ["203.0.113.9"]}), _READ),
    ),
    Recipe(50036, "a blacklisted app", (Step("PUT /_sandbox/app", {"blacklisted": True}), _READ)),
    Recipe(
        50037,
        "a black word in the text",
        (Step("PUT /_sandbox/black-words", {"words": ["您的订单"]}), *_template()),
    ),
    Recipe(50038, "a voice code that is not of 4 to 8 digits", _voice(code="123")),
    Recipe(50039, "a voice code that is not of digits", _voice(code="12a4")),
    Recipe(50040, "an unknown language of voice codes", _voice(voice_lang=3)),
    Recipe(50041, "a ttl over 86400", _voice(ttl=86401)),
    Recipe(50042, "a template without a text", _template(template="")),
    Recipe(50043, "a template that is too long", _template(template="字" * 500)),
    Recipe(50044, "a variable with a bad name", _template(template="{{订单}}")),
    Recipe(50045, "a remark over 500 characters", _template(remark="字" * 501)),
    Recipe(
        50046,
        "no approved signature",
        (Step("POST /_sandbox/signs/1/audit", {"status": 2}), *_template()),
    ),
    Recipe(
        50047,
        "a change of a template that is not rejected",
        (_CREATE, Step("PUT /v1/templates/37582", _NOTICE)),
    ),
    Recipe(50052, "a template with 【】", _template(template="【极光】您好")),
    Recipe(50053, "a link variable without its link in the remark", _template(template="请看{{url}}")),
    Recipe(50054, "a parameter with 【】", _message(temp_para={"order": "【1】"})),
    Recipe(50101, "a picture that is none", (_apply("极光", "no picture"),)),
    Recipe(50102, "a signature that is not there", (Step("GET /v1/sign/99"),)),
    Recipe(50103, "a second signature while one is under audit", (_apply("极光"), _apply("极光二号"))),
    Recipe(50104, "a signature with a symbol", (_apply("极光！"),)),
    Recipe(50105, "deleting the default signature", (Step("DELETE /v1/sign/1"),)),
)


def table() -> str:
    """Every return code with its message and how the sandbox is made to answer it, as Markdown."""
    rows = ["| code | HTTP | message | when | how |", "|---|---|---|---|---|"]
    for code, says, steps in RECIPES:
        http, message = (200, "success") if code == 50000 else CODES[code][1:]
        how = " → ".join(map(_shown, steps)).replace("|", "\\|")
        rows.append(f"| {code} | {http} | {message} | {says} | {how} |")
    return "\n".join(rows)


_LONGEST_SHOWN: Final = 90


_FIELD: Final = re.compile(r'name="(.+?)".*\r\n\r\n(.+)\r\n')
_CALLER_SHOWN: Final = {"app": "", "stranger": " as somebody else", "nobody": " without credentials"}


def _shown(step: Step) -> str:
    body = step.body if isinstance(step.body, str) else json.dumps(step.body, ensure_ascii=False)
    if step.body in (None, ""):
        said = f"`{step.call}`"
    elif step.content_type == _FORM_TYPE:
        said = f"`{step.call}` with the form `{'`, `'.join(map('='.join, _FIELD.findall(body)))}`"
    elif len(body) > _LONGEST_SHOWN:
        said = f"`{step.call} {{…}}`"
    else:
        said = f"`{step.call} {body}`"
    of_type = "" if step.content_type in (_FORM_TYPE, "application/json") else f" as `{step.content_type}`"
    return said + of_type + _CALLER_SHOWN[step.caller]
