"""What answers mean, without a socket."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jsms_sync.api import receipts, replies, sending, signatures
from jsms_sync.api.answers import Answer, Call, Value, judge, parse
from jsms_sync.errors import ApiRefusal, InDoubt
from jsms_sync.model.privacy import Mobile, Params

SCHEDULE = "1a886e7c-a267-49e6-9970-0d396ca5bb1e"

CALLS: dict[str, Call[Any]] = {
    "new template": Call("POST", "/templates", replies.temp_id_of),
    "template": Call("GET", "/templates/7", replies.template(7)),
    "changed template": Call("PUT", "/templates/7", replies.same_template(7)),
    "new schedule": Call("POST", "/schedule", replies.schedule_id_of),
    "new batch": Call("POST", "/schedule/batch", replies.batch(2)),
    "changed batch": Call("PUT", f"/schedule/batch/{SCHEDULE}", replies.batch(2, SCHEDULE)),
    "schedule": Call("GET", f"/schedule/{SCHEDULE}", replies.schedule(SCHEDULE)),
    "changed schedule": Call("PUT", f"/schedule/{SCHEDULE}", replies.same_schedule(SCHEDULE)),
    "balance": Call("GET", "/accounts/app", replies.balance("app")),
    "deletion": Call("DELETE", "/templates/7", replies.nothing),
    "message": Call("POST", "/messages", sending.msg_id_of),
    "messages": Call("POST", "/messages/batch", sending.messages(2)),
    "verification": Call("POST", "/codes/7/valid", sending.verification, read_4xx=sending.wrong_code),
    "new signature": Call("POST", "/sign", signatures.sign_id_of),
    "changed signature": Call("POST", "/sign/7", signatures.same_signature(7)),
    "signature": Call("GET", "/sign/7", signatures.signature(7)),
    "reports": Call("GET", "/report", receipts.all_of(receipts.report), reads_once=True),
    "replies": Call("GET", "/reply", receipts.all_of(receipts.reply), reads_once=True),
}

NAMES = st.sampled_from(
    [
        "error",
        "code",
        "temp_id",
        "schedule_id",
        "template",
        "type",
        "ttl",
        "status",
        "send_time",
        "recipients",
        "failure_recipients",
        "failure_count",
        "mobile",
        "temp_para",
        "msg_id",
        "error_code",
        "app_balance",
        "success_count",
        "is_valid",
        "sign_id",
        "sign",
        "is_default",
        "use_status",
        "msgId",
        "phone",
        "receiveTime",
        "replyTime",
        "content",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800"),
    lambda inner: st.lists(inner) | st.dictionaries(NAMES | st.text(), inner),
    max_leaves=12,
)


@given(
    st.sampled_from(list(CALLS.values())),
    st.integers(100, 599),
    st.binary() | JSON.map(json.dumps).map(str.encode),
)
def test_any_body_is_a_value_a_refusal_or_a_doubt(call: Call[Any], status: int, body: bytes) -> None:
    """No body leads to anything else, and values come from 2xx, refusals from 4xx only."""
    match judge(call, Answer(status, body)):
        case Value(sending.Verification(is_valid)):
            assert 200 <= status < 300 or (400 <= status < 500 and not is_valid)
        case Value(value):
            assert 200 <= status < 300
            repr(value).encode()
        case ApiRefusal():
            assert 400 <= status < 500
            assert status not in (408, 429)
        case InDoubt() as doubt:
            assert doubt.http_status == status


def good(name: str, body: object) -> Any:
    """The value that the call reads from that JSON with HTTP 200."""
    result = judge(CALLS[name], Answer(200, body if isinstance(body, bytes) else json.dumps(body).encode()))
    assert isinstance(result, Value), result
    return result.value


TEMPLATE = {"temp_id": 7, "template": "您好", "type": 1, "ttl": 300, "remark": "给审核员", "status": 2}


@pytest.mark.parametrize(
    ("change", "ttl", "remark"),
    [
        ({}, 300, "给审核员"),
        ({"ttl": None, "remark": None}, None, None),
        ({"ttl": 0, "remark": ""}, None, None),
        ({"ttl": "", "remark": ""}, None, None),
        ({"ttl": "300", "temp_id": "7", "type": "1", "status": "2"}, 300, "给审核员"),
        ({"unheard": {"of": []}}, 300, "给审核员"),
    ],
)
def test_a_template_is_read_tolerantly(
    change: dict[str, object], ttl: int | None, remark: str | None
) -> None:
    """Numbers may come as text; null, 0, "" and nothing are the same (`jsms-api.md §6.3`)."""
    assert good("template", TEMPLATE | change) == replies.Template(7, "您好", 1, ttl, remark, 2)


def test_a_template_without_the_optional_fields_is_read() -> None:
    """ttl and remark may be missing altogether."""
    body = {name: value for name, value in TEMPLATE.items() if name not in ("ttl", "remark")}
    assert good("template", body) == replies.Template(7, "您好", 1, None, None, 2)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("new template", {"temp_id": 37582}),
        ("new template", {"temp_id": "37582"}),
        ("new template", b'\xef\xbb\xbf {"temp_id":37582}\r\n'),
    ],
)
def test_the_id_of_a_template_is_a_number_or_digits(name: str, body: object) -> None:
    """Both forms were seen, and a byte order mark does no harm."""
    assert good(name, body) == 37582


def test_a_schedule_is_read_tolerantly() -> None:
    """Message ids come as numbers or text; values of any scalar type become text as it was written."""
    para = '{"n": 1.10, "big": 123456789012345678901234567890, "yes": true, "none": null, "text": "007"}'
    body = (
        f'{{"schedule_id": "{SCHEDULE}", "send_time": "2027-03-01 10:00:00", "temp_id": 1250, "recipients": ['
        f'{{"msg_id": 274887115920, "mobile": "19912345678", "temp_para": {para}}},'
        '{"mobile": 19912345679, "temp_para": null}]}'
    )
    schedule = good("schedule", body.encode())
    first, second = schedule.recipients
    assert (schedule.send_time, schedule.temp_id) == ("2027-03-01 10:00:00", 1250)
    assert (first.msg_id, first.mobile) == ("274887115920", Mobile("19912345678"))
    assert first.temp_para == Params(
        {"n": "1.10", "big": "123456789012345678901234567890", "yes": "true", "none": "", "text": "007"}
    )
    assert second == replies.ScheduleRecipient("", Mobile("19912345679"), Params())


FAILED = {"error_code": "50006", "error_message": "invalid mobile", "mobile": "199", "temp_para": {"n": "1"}}


@pytest.mark.parametrize(
    ("body", "counts", "codes"),
    [
        ({"success_count": 1, "failure_count": 1, "failure_recipients": [FAILED]}, (1, 1), [50006]),
        ({"success_count": 2, "failure_count": 0, "failure_recipients": []}, (2, 0), []),
        ({"success_count": 2, "failure_count": 0, "failure_recipients": None}, (2, 0), []),
        ({}, (2, 0), []),
        ({"failure_recipients": [FAILED]}, (1, 1), [50006]),
        ({"failure_recipients": [FAILED | {"error_code": 50024}]}, (1, 1), [50024]),
        ({"failure_recipients": [FAILED | {"error_code": "?"}]}, (1, 1), [0]),
        ({"failure_count": 3, "failure_recipients": [FAILED, 5, {"error_code": 1}]}, (-1, 3), [50006]),
        ({"success_count": [], "failure_recipients": "?"}, (2, 0), []),
    ],
)
def test_a_batch_needs_its_id_only(body: object, counts: tuple[int, int], codes: list[int]) -> None:
    """Nothing malformed in the list of failures puts a created schedule in doubt."""
    for name in ("new batch", "changed batch"):
        reply = good(name, {"schedule_id": SCHEDULE, **body})  # type: ignore[dict-item]  # a parametrised dict
        assert reply.schedule_id == SCHEDULE
        assert (reply.success_count, reply.failure_count) == counts
        assert [failure.code for failure in reply.failures] == codes


def test_a_failure_shows_neither_number_nor_value() -> None:
    """Its message is ours, the number is masked and the values are hidden."""
    failed = FAILED | {"mobile": "19912345678", "error_message": "invalid mobile 19912345678"}
    reply = good("new batch", {"schedule_id": SCHEDULE, "failure_recipients": [failed]})
    assert reply.failures[0].message == "the phone number is not valid"
    assert reply.failures[0].mobile == Mobile("19912345678")
    assert reply.failures[0].temp_para == Params({"n": "1"})
    assert "19912345678" not in repr(reply)


@pytest.mark.parametrize(
    ("body", "balance"),
    [
        ({"app_balance": 1, "app_voice": 22, "app_industry": 44, "app_market": 14}, (1, 22, 44, 14)),
        ({"app_balance": None, "app_voice": None, "app_industry": 0, "app_market": -3}, (None, None, 0, -3)),
        ({"app_balance": 9}, (9, None, None, None)),
    ],
)
def test_a_balance_may_have_holes(body: object, balance: tuple[int | None, ...]) -> None:
    """null and nothing mean that nothing is allotted (`jsms-api.md §5`)."""
    assert good("balance", body) == replies.Balance(*balance)


@pytest.mark.parametrize("body", [b"", b" \r\n", b"{}", b"null", b'{"temp_id":7}'])
def test_a_deletion_needs_no_words(body: bytes) -> None:
    """An empty body is the documented one; an object that is no error is as good."""
    assert good("deletion", body) is None


DEEP = b"[" * 100_000


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("new template", b""),
        ("new template", b"{}"),
        ("new template", b'{"temp_id":0}'),
        ("new template", b'{"temp_id":-7}'),
        ("new template", b'{"temp_id":7.0}'),
        ("new template", b'{"temp_id":true}'),
        ("new template", b'{"temp_id":null}'),
        ("new template", b'{"temp_id":NaN}'),
        ("new template", b'{"temp_id":Infinity}'),
        ("new template", b'{"temp_id":7,"temp_id":8}'),
        pytest.param("new template", b'{"temp_id":' + b"9" * 10_000 + b"}", id="huge"),
        ("new template", b'{"temp_id":7}{"temp_id":7}'),
        ("new template", '{"temp_id":7}'.encode("utf-16")),
        ("new template", b'{"temp_id":7,"x":"\xff"}'),
        ("new template", '{"temp_id":"７"}'.encode()),
        pytest.param("new template", DEEP, id="deep"),
        ("new schedule", b'{"schedule_id":""}'),
        ("new schedule", b'{"schedule_id":".."}'),
        ("new schedule", b'{"schedule_id":"a b"}'),
        ("new schedule", b'{"schedule_id":"a\\nb"}'),
        ("new schedule", b'{"schedule_id":null}'),
        ("new schedule", b'{"schedule_id":["a"]}'),
        ("new schedule", b'{"schedule_id":"' + b"a" * 129 + b'"}'),
        ("new batch", b'{"success_count":2}'),
        ("changed batch", b'{"schedule_id":"another"}'),
        ("changed schedule", b'{"schedule_id":"another"}'),
        ("changed template", b'{"temp_id":8}'),
        ("template", json.dumps(TEMPLATE | {"temp_id": 8}).encode()),
        ("template", json.dumps(TEMPLATE | {"template": None}).encode()),
        ("template", json.dumps(TEMPLATE | {"template": "\ud800"}).encode()),
        ("template", json.dumps(TEMPLATE | {"status": None}).encode()),
        ("template", json.dumps(TEMPLATE | {"ttl": "soon"}).encode()),
        ("schedule", json.dumps({"schedule_id": SCHEDULE, "send_time": "x", "temp_id": 1}).encode()),
        ("balance", b'{"dev_balance":1}'),
        ("balance", b'{"app_balance":"much"}'),
        ("deletion", b"<html></html>"),
        ("message", b'{"msg_id":""}'),
        ("message", b'{"msg_id":null}'),
        ("message", b'{"msg_id":true}'),
        ("message", b'{"msg_id":-7}'),
        ("message", b'{"msg_id":"a/b"}'),
        ("messages", b"{}"),
        ("messages", b'{"success_count":"many"}'),
        ("messages", b'{"success_count":1,"recipients":[],"error":{"code":50013}}'),
        ("verification", b"{}"),
        ("verification", b'{"is_valid":"true"}'),
        ("verification", b'{"is_valid":1}'),
        ("verification", b'{"is_valid":true,"error":{"code":50010}}'),
        ("new signature", b'{"sign_id":0}'),
        ("changed signature", b'{"sign_id":8}'),
        ("signature", b'{"sign_id":7,"sign":"x"}'),
        ("signature", b'{"sign_id":7,"sign":"x","status":1,"is_default":2}'),
        ("signature", b'{"sign_id":7,"sign":"x","status":1,"use_status":"yes"}'),
        ("reports", b""),
        ("reports", b"null"),
        ("reports", b"{}"),
        ("reports", b'{"error":{"code":50009,"message":"out of freq"}}'),
        ("replies", b'{"replies":[]}'),
        ("deletion", b"[]"),
        ("deletion", b'{"error":{"code":50013}}'),
        pytest.param("deletion", DEEP, id="deep deletion"),
    ],
)
def test_a_success_that_does_not_say_what_was_asked_is_in_doubt(name: str, body: bytes) -> None:
    """Another shape, an ambiguous or malformed document, another object's id: none of them is an answer."""
    result = judge(CALLS[name], Answer(200, body))
    assert isinstance(result, InDoubt)
    assert result.http_status == 200
    call = CALLS[name]
    assert ("console" in result.help) != call.is_repeatable
    assert ("Records may be lost" in result.help) == call.reads_once


@pytest.mark.parametrize("nested", [{"mobile": "1", "temp_para": {"n": {}}}, {"temp_para": {}}, 5])
def test_a_schedule_with_an_unreadable_recipient_is_in_doubt(nested: object) -> None:
    """A list of recipients that is only partly understood is not understood."""
    body = {"schedule_id": SCHEDULE, "send_time": "x", "temp_id": 1, "recipients": [nested]}
    assert isinstance(judge(CALLS["schedule"], Answer(200, json.dumps(body).encode())), InDoubt)


def test_numbers_are_parsed_as_text() -> None:
    """The same field is a number here and text there, so both arrive as text."""
    assert parse(b'{"a": 1, "b": "1", "c": [1.50, -2e3], "d": true}') == {
        "a": "1",
        "b": "1",
        "c": ["1.50", "-2e3"],
        "d": True,
    }


@pytest.mark.parametrize("code", [50013, "50013", 59999, -1])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 415, 499])
def test_a_code_with_4xx_is_a_refusal(code: object, status: int) -> None:
    """Known number or not, number or text."""
    result = judge(CALLS["template"], Answer(status, json.dumps({"error": {"code": code}}).encode()))
    assert isinstance(result, ApiRefusal)
    assert (result.number, result.http_status) == (int(str(code)), status)


@pytest.mark.parametrize("code", [None, True, 1.5, "x", "", [50013], "1" * 30])
def test_a_4xx_without_a_usable_code_is_in_doubt(code: object) -> None:
    """An error that names no number may come from something between us and JSMS."""
    result = judge(CALLS["template"], Answer(403, json.dumps({"error": {"code": code}}).encode()))
    assert isinstance(result, InDoubt)
