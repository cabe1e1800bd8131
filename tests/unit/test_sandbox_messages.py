"""Codes, voice codes and messages: what is sent, verified, paid, limited and refused, over HTTP."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
from sandbox_client import BEFORE, Answer, Client, sandbox

MOBILE, OTHER = "13812345678", "18603050709"
GOOD = {"order": "1001", "carrier": "顺丰"}


@pytest.fixture
def client() -> Iterator[Client]:
    """A sandbox at nine o'clock in China, with manual audit."""
    with sandbox() as client:
        client.clock(BEFORE)
        yield client


def believe(client: Client, **beliefs: object) -> None:
    """Switches beliefs while the sandbox runs."""
    client.control("PUT", "beliefs", beliefs)


def code(client: Client, **fields: object) -> Answer:
    """A code to MOBILE with the vendor's template."""
    return client.send("POST", "/v1/codes", {"mobile": MOBILE, "temp_id": 1} | fields)


def voice(client: Client, **fields: object) -> Answer:
    """A voice code to MOBILE."""
    return client.send("POST", "/v1/voice_codes", {"mobile": MOBILE} | fields)


def message(client: Client, temp_id: object, /, **fields: object) -> Answer:
    """A message to MOBILE."""
    body = {"mobile": MOBILE, "temp_id": temp_id, "temp_para": GOOD} | fields
    return client.send("POST", "/v1/messages", {name: value for name, value in body.items() if value != ...})


def batch(client: Client, temp_id: object, /, *recipients: object, **fields: object) -> Answer:
    """Messages to these recipients."""
    return client.send("POST", "/v1/messages/batch", {"temp_id": temp_id, "recipients": recipients} | fields)


def valid(client: Client, msg_id: str, given: object) -> Answer:
    """A verification."""
    return client.send("POST", f"/v1/codes/{msg_id}/valid", {"code": given})


def outbox(client: Client) -> list[dict[str, object]]:
    """Every message sent."""
    sent: list[dict[str, object]] = client.control("GET", "outbox")
    return sent


def value(client: Client) -> str:
    """The code that was sent last."""
    found: str = client.control("GET", "codes")[-1]["code"]
    return found


def test_a_code_is_texted_and_right_once(client: Client) -> None:
    """Six digits of JSMS's own are in the outbox; they verify once, wrong ones never (§3.1, §3.3)."""
    sent = code(client)
    assert (sent.status, sent.body) == (200, b'{"msg_id":"288193860302"}')
    (shown,) = outbox(client)
    digits = re.search("[0-9]{6}", str(shown["content"]))
    assert digits
    assert shown == {
        "msg_id": "288193860302",
        "mobile": MOBILE,
        "content": f"【极光沙箱】您好，您的验证码是{digits[0]}，请勿告诉他人。",
        "temp_id": 1,
        "kind": "code",
        "at": BEFORE,
    }
    wrong = valid(client, "288193860302", "999999")
    assert (wrong.status, wrong.body) == (
        403,
        b'{"is_valid":false,"error":{"code":50010,"message":"invalid code"}}',
    )
    right = valid(client, "288193860302", digits[0])
    assert (right.status, right.body) == (200, b'{"is_valid":true}')
    again = valid(client, "288193860302", digits[0])
    assert (again.status, again.code, again.json["is_valid"]) == (403, 50012, False)
    assert client.control("GET", "codes") == [
        {"msg_id": "288193860302", "mobile": MOBILE, "code": digits[0]}
        | {"expires_at": "2027-03-01T01:05:00Z", "status": "verified"}
    ]


def test_a_code_expires_with_its_template(client: Client) -> None:
    """The ttl of the template counts from the sending, on the sandbox's clock."""
    temp_id = client.template("验证码{{code}}", type=1, ttl=120)
    first, second = (code(client, temp_id=temp_id).json["msg_id"] for _ in range(2))
    right = [each["code"] for each in client.control("GET", "codes")]
    client.control("PUT", "clock", {"advance": 119})
    assert valid(client, first, right[0]).status == 200
    client.control("PUT", "clock", {"advance": 1})
    assert valid(client, second, right[1]).code == 50011
    assert [each["status"] for each in client.control("GET", "codes")] == ["verified", "expired"]


@pytest.mark.parametrize(
    ("msg_id", "given", "status", "number"),
    [
        ("288193860302", None, 400, 50015),
        ("288193860302", "", 400, 50015),
        ("1", "123456", 403, 50026),
        ("06890980-6789-4054-bba9-90fb66ab2fce", "123456", 403, 50026),
        ("1", "", 400, 50015),
        ("288193860302", ["1"], 403, 50007),
    ],
)
def test_a_verification_is_refused_with_its_own_body(
    client: Client, msg_id: str, given: object, status: int, number: int
) -> None:
    """Whatever is wrong with a code, `is_valid` stands before the error (§3.3)."""
    code(client)
    answer = valid(client, msg_id, given)
    assert (answer.status, answer.code) == (status, number)
    assert list(answer.json) == ["is_valid", "error"]


def test_a_code_may_be_typed_in_as_a_number(client: Client) -> None:
    """Digits without quotes are taken as text."""
    msg_id = voice(client, code=1234).json["msg_id"]
    assert valid(client, msg_id, 1234).json == {"is_valid": True}


def test_every_code_can_be_fixed(client: Client) -> None:
    """A test that types codes in can set the one that is sent; a caller's own voice code stays."""
    client.control("PUT", "app", {"code": "123456"})
    code(client)
    voice(client)
    voice(client, mobile=OTHER, code="4321")
    assert [each["code"] for each in client.control("GET", "codes")] == ["123456", "123456", "4321"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (None, "您的验证码是1，2，3，4。"),
        (0, "您的验证码是1，2，3，4。"),
        ("1", "Your verification code is 1, 2, 3, 4."),
        (2, "您的验证码是1，2，3，4。Your verification code is 1, 2, 3, 4."),
    ],
)
def test_a_voice_code_is_spoken(client: Client, language: object, said: str) -> None:
    """The outbox shows what the voice says; the code is valid for 60 s where nothing else is asked for."""
    client.control("PUT", "balance", {"app_voice": 5})
    sent = voice(client, code="1234", voice_lang=language)
    assert sent.body == b'{"msg_id":"288193860302"}'
    assert outbox(client) == [
        {"msg_id": "288193860302", "mobile": MOBILE, "content": said, "temp_id": None}
        | {"kind": "voice", "at": BEFORE}
    ]
    assert client.state()["balance"]["app_voice"] == 4
    assert client.control("GET", "codes")[0]["expires_at"] == "2027-03-01T01:01:00Z"


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ({"mobile": None}, 50004),
        ({"mobile": "1"}, 50006),
        ({"code": "123"}, 50038),
        ({"code": "123456789"}, 50038),
        ({"code": "12a4"}, 50039),
        ({"code": "１２３４"}, 50039),
        ({"voice_lang": 3}, 50040),
        ({"ttl": 0}, 50041),
        ({"ttl": 86401}, 50041),
        ({"ttl": "soon"}, 50007),
        ({"code": ["1234"]}, 50007),
    ],
)
def test_a_voice_code_has_its_rules(client: Client, fields: dict[str, object], number: int) -> None:
    """4 to 8 digits, one of three languages, at most a day (§3.2)."""
    assert voice(client, **fields).code == number
    assert outbox(client) == []


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ({"mobile": None}, 50004),
        ({"mobile": None, "temp_id": None}, 50004),
        ({"temp_id": None}, 50005),
        ({"temp_id": 99}, 50013),
        ({"temp_id": 37582}, 50025),
        ({"temp_id": 37583}, 50020),
        ({"temp_id": 37584}, 50021),
        ({"sign_id": 7}, 50102),
        ({"mobile": "123"}, 50006),
        ({"temp_id": {}}, 50007),
    ],
)
def test_a_code_has_its_rules(client: Client, fields: dict[str, object], number: int) -> None:
    """An approved verification template, an approved signature, a number (§3.1)."""
    client.template()
    client.template("{{code}}", type=1, ttl=60, status=0)
    client.template("{{code}}", type=1, ttl=60, status=2)
    assert code(client, **fields).code == number
    assert outbox(client) == []


def test_a_message_is_sent_at_once(client: Client) -> None:
    """msg_id is a JSON number, digits may be text, and the parts are paid (§3.4)."""
    temp_id = client.template("{{order}}")
    client.control("PUT", "balance", {"app_industry": 1})
    sent = message(client, temp_id, mobile=13812345678, temp_id=str(temp_id), temp_para={"order": "字" * 70})
    assert (sent.status, sent.body) == (200, b'{"msg_id":288193860302}')
    (shown,) = outbox(client)
    assert (shown["msg_id"], shown["kind"], shown["temp_id"]) == ("288193860302", "message", temp_id)
    assert shown["content"] == f"【极光沙箱】{'字' * 70}"
    balance = client.state()["balance"]
    assert (balance["app_industry"], balance["app_balance"]) == (0, 10_000_000 - 1)


def test_a_verification_template_can_be_a_message(client: Client) -> None:
    """Then the caller checks the code: JSMS does not know it (§3.4)."""
    msg_id = message(client, 1, temp_para={"code": "123456"}).json["msg_id"]
    assert "123456" in str(outbox(client)[0]["content"])
    assert valid(client, msg_id, "123456").code == 50026


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ({"mobile": ""}, 50004),
        ({"temp_id": None}, 50005),
        ({"temp_id": 99}, 50013),
        ({"sign_id": 99}, 50102),
        ({"temp_para": ...}, 50023),
        ({"temp_para": []}, 50023),
        ({"temp_para": {"order": "1"}}, 50022),
        ({"temp_para": {"order": "1", "carrier": None}}, 50022),
        ({"temp_para": "x"}, 50007),
        ({"mobile": "12345"}, 50006),
        ({"mobile": "13800000000"}, 50024),
        ({"temp_para": {"order": "【", "carrier": ""}}, 50054),
        ({"temp_para": {"order": "字" * 500, "carrier": ""}}, 50038),
        ({"temp_para": {"order": "沙箱敏感词", "carrier": ""}}, 50037),
    ],
)
def test_a_message_has_its_rules(client: Client, fields: dict[str, object], number: int) -> None:
    """Each rule refuses with its own code, and nothing is sent or paid."""
    client.control("PUT", "numbers/13800000000", {"opted_out": True})
    before = client.state()["balance"]
    assert message(client, client.template(), **fields).code == number
    assert (outbox(client), client.state()["balance"]) == ([], before)


def test_a_batch_succeeds_partly(client: Client) -> None:
    """Everybody is listed in the order of the request, the refused with a msg_id of their own (§3.5)."""
    client.control("PUT", "numbers/13800000000", {"opted_out": True})
    temp_id = client.template()
    answer = batch(
        client,
        str(temp_id),
        {"mobile": MOBILE, "temp_para": GOOD | {"extra": "1"}},
        {"mobile": OTHER, "temp_para": {"order": "1"}},
        {"mobile": 18603050709, "temp_para": GOOD, "name": "李"},
        {"mobile": MOBILE, "temp_para": GOOD},
        {"mobile": "13800000000", "temp_para": GOOD},
        {"mobile": "1", "temp_para": GOOD},
        {"mobile": OTHER, "temp_para": []},
        tag="春季",
        sign_id=1,
    )
    assert answer.status == 200
    ids = [str(288193860302 + each) for each in range(7)]
    assert answer.json == {
        "success_count": 2,
        "failure_count": 5,
        "recipients": [
            {"msg_id": ids[0], "mobile": MOBILE},
            {"error_code": "50022", "error_message": "parameters not all replaced", "msg_id": ids[1]}
            | {"mobile": OTHER, "temp_para": {"order": "1"}},
            {"msg_id": ids[2], "mobile": OTHER},
            {"error_code": "50034", "error_message": "repeat send", "msg_id": ids[3]}
            | {"mobile": MOBILE, "temp_para": GOOD},
            {"error_code": "50024", "error_message": "unsubscribed mobile", "msg_id": ids[4]}
            | {"mobile": "13800000000", "temp_para": GOOD},
            {"error_code": "50006", "error_message": "invalid mobile", "msg_id": ids[5]}
            | {"mobile": "1", "temp_para": GOOD},
            {"error_code": "50023", "error_message": "parameters is empty", "msg_id": ids[6]}
            | {"mobile": OTHER, "temp_para": {}},
        ],
    }
    assert [(each["msg_id"], each["kind"]) for each in outbox(client)] == [
        (ids[0], "message"),
        (ids[2], "message"),
    ]
    assert "schedule_id" not in outbox(client)[0]


@pytest.mark.parametrize(
    ("temp_id", "recipients", "number"),
    [
        (None, [], 50005),
        (1, [], 50030),
        (1, None, 50030),
        (1, {}, 50007),
        (1, ["1"], 50007),
        (1, [{"mobile": MOBILE}] * 1001, 50031),
        (1, [{"temp_para": {}}], 50004),
        (99, [{"mobile": MOBILE}], 50013),
    ],
)
def test_what_is_wrong_with_all_refuses_the_batch(
    client: Client, temp_id: object, recipients: object, number: int
) -> None:
    """Template and number of recipients are judged before any of them."""
    body = {"temp_id": temp_id, "recipients": recipients}
    assert client.send("POST", "/v1/messages/batch", body).code == number


def test_a_batch_of_failures_is_answered_or_refused(client: Client) -> None:
    """Nobody reached is 200 with a success_count of 0, or by a switch the code of the first."""
    said = batch(client, 1, {"mobile": "1", "temp_para": {"code": "1"}})
    assert (said.status, said.json["success_count"], said.json["failure_count"]) == (200, 0, 1)
    believe(client, batch_of_failures_is_refused=True)
    assert batch(client, 1, {"mobile": "1", "temp_para": {"code": "1"}}).code == 50006


def test_a_batch_is_paid_for_as_a_whole(client: Client) -> None:
    """Too little money for all is 50014 and sends to none; by a switch those that can be paid are sent."""
    temp_id = client.template()
    client.control("PUT", "balance", {"app_balance": 1})
    both = [{"mobile": each, "temp_para": GOOD} for each in (MOBILE, OTHER)]
    assert batch(client, temp_id, *both).code == 50014
    assert outbox(client) == []
    believe(client, batch_needs_money_for_all=False)
    said = batch(client, temp_id, *both).json
    assert (said["success_count"], said["recipients"][1]["error_code"]) == (1, "50014")
    assert client.state()["balance"]["app_balance"] == 0


def test_voice_codes_are_limited(client: Client) -> None:
    """One per 20 s and number, on the sandbox's clock (§11)."""
    assert voice(client).status == 200
    client.control("PUT", "clock", {"advance": 19})
    assert [voice(client).code, voice(client, mobile=OTHER).code] == [50009, None]
    client.control("PUT", "clock", {"advance": 1})
    assert voice(client).status == 200


def test_codes_are_limited_by_the_day(client: Client) -> None:
    """200 in 24 hours."""
    assert {code(client).status for _ in range(200)} == {200}
    assert code(client).code == 50009
    client.control("PUT", "clock", {"advance": 86400})
    assert code(client).status == 200


def test_notices_are_limited_by_content(client: Client) -> None:
    """The same content thrice in 10 minutes, others without end until a switch ends them."""
    temp_id = client.template("{{order}}")
    same = [message(client, temp_id, temp_para={"order": "1"}).code for _ in range(4)]
    assert same == [None, None, None, 50009]
    assert message(client, temp_id, temp_para={"order": "2"}).status == 200
    believe(client, notices_per_day=4)
    assert message(client, temp_id, temp_para={"order": "3"}).code == 50009
    believe(client, limits_hold=False)
    assert message(client, temp_id, temp_para={"order": "1"}).status == 200
    client.control("PUT", "clock", {"advance": 600})
    believe(client, limits_hold=True, notices_per_day=None)
    assert message(client, temp_id, temp_para={"order": "1"}).status == 200


def test_marketing_is_limited_in_a_batch_too(client: Client) -> None:
    """Three in 10 minutes, whatever they say; the fourth of one request is refused alone."""
    temp_id = client.template("{{order}}", type=3)
    many = [{"mobile": MOBILE, "temp_para": {"order": str(each)}} for each in range(4)]
    said = batch(client, temp_id, *many).json
    assert [each.get("error_code") for each in said["recipients"]] == [None, None, None, "50009"]
    assert str(outbox(client)[0]["content"]).endswith("拒收请回复R")


def test_a_repetition_can_be_refused_for_a_while(client: Client) -> None:
    """The window of 50034 is a switch; without it, it is one request."""
    temp_id = client.template()
    believe(client, repeat_window=60)
    assert [message(client, temp_id).code, message(client, temp_id).code] == [None, 50034]
    client.control("PUT", "clock", {"advance": 60})
    assert message(client, temp_id).status == 200


def test_the_other_balance_can_pay_first(client: Client) -> None:
    """Which field pays first is a switch."""
    client.control("PUT", "balance", {"app_balance": 1, "app_industry": 1})
    believe(client, special_balance_pays_first=False)
    code(client)
    balance = client.state()["balance"]
    assert (balance["app_balance"], balance["app_industry"]) == (0, 1)


@pytest.mark.parametrize(
    ("beliefs", "number"),
    [({}, None), ({"opt_out_covers_voice": True}, 50024)],
)
def test_voice_codes_reach_who_opted_out_of_texts(
    client: Client, beliefs: dict[str, object], number: int | None
) -> None:
    """By a switch they do not."""
    client.control("PUT", f"numbers/{MOBILE}", {"opted_out": True})
    believe(client, **beliefs)
    assert (voice(client).code, code(client).code) == (number, 50024)


def test_codes_of_2016_are_uuids_and_verified_by_anybody(client: Client) -> None:
    """The older forms are switches: uuids, and no credentials where a code is checked."""
    believe(client, code_ids_are_uuids=True, valid_needs_auth=False)
    msg_id = code(client).json["msg_id"]
    assert str(uuid.UUID(msg_id)) == msg_id
    path, body = f"/v1/codes/{msg_id}/valid", {"code": value(client)}
    assert client.send("POST", path, body, Authorization="Basic eDp5").code == 50002
    assert client.send("POST", path, body, Authorization="").json == {"is_valid": True}
    assert client.send("GET", "/v1/templates/1", Authorization="").code == 50001


def test_what_can_be_verified_has_switches(client: Client) -> None:
    """The status of a wrong code, the ttl, voice codes and codes in messages can be otherwise."""
    believe(client, invalid_code_status=200, code_ttl=10, voice_codes_can_be_verified=False)
    believe(client, message_codes_can_be_verified=True)
    spoken = voice(client, code="1234").json["msg_id"]
    refused = valid(client, spoken, "1234")
    assert (refused.status, refused.code) == (200, 50026)
    texted = code(client).json["msg_id"]
    assert client.control("GET", "codes")[0]["expires_at"] == "2027-03-01T01:00:10Z"
    assert valid(client, texted, value(client)).status == 200
    own = message(client, 1, temp_para={"code": "77"}).json["msg_id"]
    assert valid(client, own, "77").json == {"is_valid": True}


def test_which_templates_are_sent_has_switches(client: Client) -> None:
    """/codes may take any template, and /messages fewer."""
    temp_id = client.template("码{{code}}")
    believe(client, codes_need_verification=False, sendable_types=[1])
    assert code(client, temp_id=temp_id).status == 200
    assert message(client, temp_id).code == 50025
    assert batch(client, temp_id, {"mobile": MOBILE}).code == 50025


def test_parameters_have_switches(client: Client) -> None:
    """No parameters may be 50022 like too few, and more than variables may be refused."""
    temp_id = client.template()
    believe(client, empty_parameters_code=50022, extra_parameters_code=50007)
    assert message(client, temp_id, temp_para={}).code == 50022
    assert message(client, temp_id, temp_para=GOOD | {"extra": 1}).code == 50007
    assert message(client, temp_id).status == 200
