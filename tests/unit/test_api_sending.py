"""Codes and messages: what their answers mean, without a socket."""

import json
from typing import Any

import pytest

from jsms_sync.api import Failure, Mobile, Params, Sent, Verification, explain, sending
from jsms_sync.api.answers import Answer, Call, Value, judge
from jsms_sync.errors import ApiRefusal, CodeRefused, CredentialsRefusal, InDoubt

VALID: Call[Verification] = Call("POST", "/codes/7/valid", sending.verification, read_4xx=sending.wrong_code)


def judged(call: Call[Any], status: int, body: object) -> object:
    """What the call makes of that JSON with that status."""
    return judge(call, Answer(status, json.dumps(body).encode()))


@pytest.mark.parametrize(
    "msg_id", ["288193860302", 288193860302, 124680, "06890980-6789-4054-bba9-90fb66ab2fce"]
)
def test_a_message_id_is_text(msg_id: object) -> None:
    """Digits as text or as a number, or an uuid (`jsms-api.md §9` rows 1 and 2)."""
    call = Call("POST", "/messages", sending.msg_id_of)
    assert judged(call, 200, {"msg_id": msg_id}) == Value(str(msg_id))


def test_a_code_is_right() -> None:
    """The documented answer is a verification that counts as true."""
    assert judged(VALID, 200, {"is_valid": True}) == Value(Verification(True))
    assert Verification(True)
    assert not Verification(False)


@pytest.mark.parametrize(
    ("status", "error", "number"),
    [
        (403, {"code": 50010, "message": "invalid code"}, 50010),
        (403, {"code": 50011, "message": "expired code"}, 50011),
        (403, {"code": "50012", "message": "verified code"}, 50012),
        (403, {"code": 50026, "message": "wrong msg_id"}, 50026),
        (400, {"code": 50015, "message": "missing code"}, 50015),
        (200, {"code": 50010, "message": "invalid code"}, 50010),
        (403, {"code": 59999}, 59999),
        (403, {"code": "***"}, None),
        (403, None, None),
        (200, None, None),
    ],
)
def test_a_wrong_code_is_a_value(status: int, error: object, number: int | None) -> None:
    """The answer "no" comes with 403, 400 or 200, and with any code or none (`jsms-api.md §3.3`)."""
    expected = Verification(False, None if number is None else explain(number))
    assert judged(VALID, status, {"is_valid": False, "error": error}) == Value(expected)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, {"error": {"code": 50010}}, CodeRefused),
        (401, {"error": {"code": 50002}}, CredentialsRefusal),
        (401, {"is_valid": False, "error": {"code": 50002}}, CredentialsRefusal),
        (403, {"is_valid": False, "error": {"code": 50035}}, CredentialsRefusal),
        (403, {"is_valid": True, "error": {"code": 50010}}, CodeRefused),
        (404, {"error": {"code": 50016}}, ApiRefusal),
        (403, {"is_valid": True}, InDoubt),
        (429, {"is_valid": False, "error": {"code": 50010}}, InDoubt),
        (500, {"is_valid": False, "error": {"code": 50019}}, InDoubt),
        (302, {"is_valid": False}, InDoubt),
        (200, {"is_valid": False, "error": {"code": 50002}}, InDoubt),
        (200, {"is_valid": None}, InDoubt),
        (200, [], InDoubt),
    ],
)
def test_what_is_no_answer_about_the_code_is_none(status: int, body: object, kind: type) -> None:
    """Refused credentials, a missing word, a contradiction or a server error say nothing of the code."""
    assert isinstance(judged(VALID, status, body), kind)


ACCEPTED = {"msg_id": "274887115920", "mobile": "13812345678"}
REFUSED = {
    "error_code": "50006",
    "error_message": "invalid mobile",
    "msg_id": "275421247364",
    "mobile": "18603050709",
    "temp_para": {"number": "147721"},
}
FAILURE = Failure(50006, "the phone number is not valid", Mobile("18603050709"), Params({"number": "147721"}))
FIRST, SECOND = Sent("274887115920", Mobile("13812345678")), Sent("275421247364", FAILURE.mobile, FAILURE)


def reply_to(body: object) -> sending.MessagesReply:
    """The reply to two messages."""
    result = judged(Call("POST", "/messages/batch", sending.messages(2)), 200, body)
    assert isinstance(result, Value), result
    reply = result.value
    assert isinstance(reply, sending.MessagesReply)
    return reply


def test_the_sample_of_a_batch_is_read() -> None:
    """Partial success is a value: everybody with an id, the refused one with its code as a number."""
    reply = reply_to({"success_count": 1, "failure_count": 1, "recipients": [ACCEPTED, REFUSED]})
    assert reply == sending.MessagesReply(1, 1, (FIRST, SECOND))
    assert reply.failures == (FAILURE,)
    assert "18603050709" not in repr(reply) + repr(reply.recipients)
    assert "147721" not in repr(reply.failures)


@pytest.mark.parametrize(
    ("body", "counts", "codes"),
    [
        ({"recipients": [ACCEPTED, REFUSED]}, (1, 1), [50006]),
        ({"success_count": 2}, (2, 0), []),
        ({"success_count": 2, "recipients": None}, (2, 0), []),
        ({"success_count": "1", "failure_count": "1", "recipients": [REFUSED]}, (1, 1), [50006]),
        ({"recipients": [ACCEPTED | {"error_code": ""}, ACCEPTED | {"error_code": None}]}, (2, 0), []),
        ({"recipients": [REFUSED | {"error_code": 50024}]}, (1, 1), [50024]),
        ({"recipients": [REFUSED | {"error_code": "?"}]}, (1, 1), [0]),
        ({"recipients": [REFUSED | {"temp_para": 5}]}, (1, 1), [0]),
        ({"recipients": [REFUSED | {"temp_para": []}]}, (1, 1), [50006]),
        ({"failure_count": 2, "recipients": [REFUSED, 5, {"msg_id": 1}]}, (0, 2), [50006]),
        ({"success_count": 0, "failure_count": 2, "recipients": [REFUSED, REFUSED]}, (0, 2), [50006] * 2),
    ],
)
def test_a_batch_is_read_tolerantly(body: object, counts: tuple[int, int], codes: list[int]) -> None:
    """Nothing malformed in the list puts messages that were sent in doubt."""
    reply = reply_to(body)
    assert (reply.success_count, reply.failure_count) == counts
    assert [failure.code for failure in reply.failures] == codes


@pytest.mark.parametrize(("msg_id", "read"), [(274887115920, "274887115920"), (None, ""), ({}, "")])
def test_a_recipient_without_a_usable_id_is_kept(msg_id: object, read: str) -> None:
    """The message went out all the same."""
    (sent,) = reply_to({"recipients": [ACCEPTED | {"msg_id": msg_id}]}).recipients
    assert sent == Sent(read, Mobile("13812345678"))
