"""The wire format of every endpoint on tape: what was said, and how it was recorded without anything private.

`python tests/unit/cassettes.py` (with the package on the path) records all of them again, against a
scripted server on loopback that says what the documents say (`jsms-api.md §§1, 3–8`).
"""

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from scripted_server import ScriptedServer, http

from jsms_sync.api import DEFAULT_BASE_URL, Client, Credentials, Image, SignatureForm
from jsms_sync.errors import ApiRefusal
from jsms_sync.model.privacy import Mobile, Params, Secret
from jsms_sync.model.resources import Recipient

FOLDER = Path(__file__).parent.parent / "cassettes"
APP = Credentials("7d431e42dfa6a6d693ac2d04", Secret("5e987ac6d2e04d95a9d8f0d1"))
DEVELOPER = Credentials("d" * 24, Secret("e" * 24))
ID = "1a886e7c-a267-49e6-9970-0d396ca5bb1e"
WHEN = "2027-03-01 10:00:00"
NUMBER = re.compile(r"(?<![0-9])(1[3-9][0-9])[0-9]{4}([0-9]{4})(?![0-9])")
# An identity card and a social credit code have 18 places (`jsms-api.md §7`).
IDENTITY = re.compile(r"(?<![0-9A-Z])[0-9][0-9A-Z]{17}(?![0-9A-Z])")
RECIPIENTS = (
    Recipient(Mobile("19912345678"), Params({"order": "1002", "carrier": "中通"})),
    Recipient(Mobile("19912345679"), Params({"order": "1003", "carrier": "圆通"})),
)

Exchange = tuple[Callable[[Client], object], int, object]
ONE: dict[str, Any] = {
    "send_time": WHEN,
    "mobile": RECIPIENTS[0].mobile,
    "temp_id": 1250,
    "temp_para": RECIPIENTS[0].params,
}
MANY: dict[str, Any] = {"send_time": WHEN, "temp_id": 1250, "recipients": RECIPIENTS}
TEMPLATE: dict[str, Any] = {"template": "您好，您的验证码是{{code}}，2分钟内有效！", "type": 1, "ttl": 120}
PARTLY = {
    "schedule_id": ID,
    "success_count": 1,
    "failure_count": 1,
    "failure_recipients": [
        {
            "error_code": "50006",
            "error_message": "invalid mobile",
            "mobile": "19912345679",
            "temp_para": {"order": "1003", "carrier": "圆通"},
        }
    ],
}
SCHEDULE = {
    "schedule_id": ID,
    "send_time": WHEN,
    "temp_id": 1250,
    "recipients": [
        {
            "msg_id": "274887115920",
            "mobile": "19912345678",
            "temp_para": {"order": "1002", "carrier": "中通"},
        }
    ],
}
APP_BALANCE = {"app_balance": 1, "app_voice": 22, "app_industry": 44, "app_market": 14}
DEV_BALANCE = {"dev_balance": 9, "dev_voice": 702, "dev_industry": 121981, "dev_market": 11683}
WRONG_CODE = {"is_valid": False, "error": {"code": 50010, "message": "invalid code"}}
MESSAGES = {
    "success_count": 1,
    "failure_count": 1,
    "recipients": [
        {"msg_id": "274887115920", "mobile": "19912345678"},
        {"msg_id": "275421247364", **PARTLY["failure_recipients"][0]},  # type: ignore[index]  # a sample
    ],
}
# Not a picture, but the tapes are text.
LICENCE = Image("licence.png", b"a picture")
FORM = SignatureForm(
    sign="极光",
    type=1,
    legal_person_name=Secret("张三"),
    legal_person_id_number=Secret("110101199003078515"),
    id_card_image=LICENCE,
    social_credit_code=Secret("91110000600037341L"),
    business_license_image=LICENCE,
)
PLAIN_FORM = SignatureForm(sign="极光", type=6, remark="官网", images=(LICENCE,))
SIGNATURE = {"sign_id": 37582, "sign": "极光", "status": 1, "is_default": 1, "use_status": 1}
REPORTS = [{"msgId": "88235123435", "phone": "19912345678", "receiveTime": 1575015093000, "status": 4001}]
REPLIES = [{"phone": "19912345678", "replyTime": 1575015093000, "content": "TD"}]
UNKNOWN = {"error": {"code": 50013, "message": "invalid temp_id"}}

EXCHANGES: dict[str, Exchange] = {
    "codes-send": (
        lambda c: c.codes.send(mobile=ONE["mobile"], temp_id=1),
        200,
        {"msg_id": "288193860302"},
    ),
    "codes-send-voice": (
        lambda c: c.codes.send_voice(mobile=ONE["mobile"], ttl=60),
        200,
        {"msg_id": "288193860302"},
    ),
    "codes-verify": (lambda c: c.codes.verify("288193860302", "123456"), 200, {"is_valid": True}),
    "codes-verify-wrong": (lambda c: c.codes.verify(ID, "000000"), 403, WRONG_CODE),
    "messages-send": (
        lambda c: c.messages.send(**{name: ONE[name] for name in ("mobile", "temp_id", "temp_para")}),
        200,
        {"msg_id": 288193860302},
    ),
    "messages-send-batch": (
        lambda c: c.messages.send_batch(temp_id=1250, recipients=RECIPIENTS, tag="春季"),
        200,
        MESSAGES,
    ),
    "sign-create": (lambda c: c.signatures.create(FORM), 200, {"sign_id": 37582}),
    "sign-update": (
        lambda c: c.signatures.update(37582, PLAIN_FORM, era="2018-11"),
        200,
        {"sign_id": 37582},
    ),
    "sign-get": (lambda c: c.signatures.get(37582), 200, SIGNATURE),
    "sign-delete": (lambda c: c.signatures.delete(37582), 200, b""),
    "report": (lambda c: c.receipts.reports(), 200, REPORTS),
    "reply": (lambda c: c.receipts.replies(), 200, REPLIES),
    "template-create": (lambda c: c.templates.create(**TEMPLATE, remark="注册"), 200, {"temp_id": 37582}),
    "template-update": (lambda c: c.templates.update(37582, **TEMPLATE), 200, {"temp_id": 37582}),
    "template-get": (lambda c: c.templates.get(37582), 200, {"temp_id": 37582, **TEMPLATE, "status": 1}),
    "template-get-unknown": (lambda c: c.templates.get(37583), 403, UNKNOWN),
    "template-delete": (lambda c: c.templates.delete(37582), 200, b""),
    "schedule-create": (lambda c: c.schedules.create(**ONE, sign_id=4321), 200, {"schedule_id": ID}),
    "schedule-create-batch": (lambda c: c.schedules.create_batch(**MANY, tag="春季"), 200, PARTLY),
    "schedule-update": (lambda c: c.schedules.update(ID, **ONE), 200, {"schedule_id": ID}),
    "schedule-update-batch": (lambda c: c.schedules.update_batch(ID, **MANY), 200, PARTLY),
    "schedule-get": (lambda c: c.schedules.get(ID), 200, SCHEDULE),
    "schedule-delete": (lambda c: c.schedules.delete(ID), 200, b""),
    "account-app": (lambda c: c.accounts.app(), 200, APP_BALANCE),
    "account-dev": (lambda c: c.accounts.dev(), 200, DEV_BALANCE),
}


def tape(record_mode: str) -> Any:
    """A recorder that keeps no credentials and no whole number, and matches method, URL and body."""
    # Imported here, as it takes half a second that other tests should not pay.
    import vcr  # type: ignore[import-untyped]  # it is not typed

    return vcr.VCR(
        cassette_library_dir=str(FOLDER),
        path_transformer=vcr.VCR.ensure_suffix(".yaml"),
        record_mode=vcr.mode(record_mode),
        match_on=["method", "uri", "body"],
        filter_headers=["authorization", "host", "user-agent"],
        before_record_request=_request_to_keep,
        before_record_response=_response_to_keep,
    )


def masked(text: str) -> str:
    """The text with every mainland number as `199****5678`, without identity numbers and names."""
    return NUMBER.sub(r"\1****\2", IDENTITY.sub("****", text)).replace("张三", "****")


def leaks(text: str) -> list[str]:
    """What a cassette must not hold: credentials, a Basic header, a whole number, an identity."""
    pairs = (APP, DEVELOPER)
    private = [*(pair.secret.reveal() for pair in pairs), *(pair.key for pair in pairs)]
    private += [pair.authorization() for pair in pairs]
    found = [secret for secret in private if secret in text]
    return (
        found
        + re.findall(r"(?i)basic\s+[a-z0-9+/=]{8,}|authorization", text)
        + [match[0] for pattern in (NUMBER, IDENTITY) for match in pattern.finditer(text)]
        + re.findall("张三", text)
    )


def record() -> None:
    """Records every exchange again."""
    for name, (do, status, answer) in EXCHANGES.items():
        (FOLDER / f"{name}.yaml").unlink(missing_ok=True)
        says = http(status, answer, Date="Mon, 01 Mar 2027 02:00:00 GMT")
        with (
            ScriptedServer(says) as server,
            tape("once").use_cassette(name),
            Client(APP, base_url=server.base_url, developer=DEVELOPER) as client,
            suppress(ApiRefusal),
        ):
            do(client)


def _request_to_keep(request: Any) -> Any:
    request.uri = re.sub(r"^http://127\.0\.0\.1:[0-9]+/v1", DEFAULT_BASE_URL, request.uri)
    if request.body:
        request.body = masked(request.body.decode()).encode()
    return request


def _response_to_keep(response: dict[str, Any]) -> dict[str, Any]:
    response["body"]["string"] = masked(response["body"]["string"].decode()).encode()
    return response


if __name__ == "__main__":
    record()
