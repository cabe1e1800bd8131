"""The life of a schedule that is never sent; and messages that are. All of it needs a number of yours."""

from __future__ import annotations

import re
from typing import Any

import pytest
from contract_service import AN_HOUR_LATER, FAR_AHEAD, NO_MOBILE, Service, belief

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
CODE = {"temp_para": {"code": "135246"}}
# The vendor's template, approved for every app (jsms-api.md §1).
TEMPLATE = {"temp_id": 1}
NOBODY = {"mobile": NO_MOBILE} | CODE


def order(mobile: str, send_time: str = FAR_AHEAD) -> dict[str, Any]:
    """A single schedule, sixty days ahead."""
    return TEMPLATE | CODE | {"mobile": mobile, "send_time": send_time}


def orders(mobile: str, send_time: str = FAR_AHEAD) -> dict[str, Any]:
    """A batch of one that can be reached and one that cannot."""
    people = [{"mobile": mobile} | CODE, NOBODY]
    return TEMPLATE | {"recipients": people, "send_time": send_time}


@pytest.fixture
def single(service: Service, mobile: str) -> str:
    """A pending single schedule."""
    answer = service.send("POST", "/schedule", order(mobile))
    assert answer.status == 200, answer
    schedule_id: str = answer.json["schedule_id"]
    return schedule_id


@pytest.fixture
def deleted(service: Service, single: str) -> str:
    """A schedule that was deleted."""
    assert service.send("DELETE", f"/schedule/{single}").status == 200
    return single


@belief("§4.1", "D")
def test_a_schedule_has_a_uuid(service: Service, single: str) -> None:
    """Sixty days ahead is not too far."""
    assert re.fullmatch(UUID, single)


@belief("§4.5", "D")
def test_a_schedule_is_read_with_its_recipients(service: Service, mobile: str, single: str) -> None:
    """One shape for both kinds; no signature, tag, status; msg_id is text, there before anything is sent."""
    said = service.send("GET", f"/schedule/{single}").json
    assert set(said) == {"schedule_id", "send_time", "temp_id", "recipients"}
    assert (said["schedule_id"], said["send_time"], said["temp_id"]) == (single, FAR_AHEAD, 1)
    (recipient,) = said["recipients"]
    assert (recipient["mobile"], recipient["temp_para"]) == (mobile, CODE["temp_para"])
    assert re.fullmatch("[0-9]+", recipient["msg_id"])


@belief("§4.3", "D")
def test_a_change_keeps_the_id(service: Service, mobile: str, single: str) -> None:
    """And replaces the time."""
    answer = service.send("PUT", f"/schedule/{single}", order(mobile, AN_HOUR_LATER))
    assert (answer.status, answer.json) == (200, {"schedule_id": single})
    assert service.send("GET", f"/schedule/{single}").json["send_time"] == AN_HOUR_LATER


@belief("§4.4", "I")
def test_the_other_kind_of_change_is_refused(service: Service, mobile: str, single: str) -> None:
    """A batch PUT does not find a single schedule."""
    answer = service.send("PUT", f"/schedule/batch/{single}", orders(mobile))
    assert answer.refusal == (403, 50028)


@belief("§4.2", "D")
def test_a_batch_succeeds_partly(service: Service, mobile: str) -> None:
    """200, with the refused recipients and their code as text."""
    answer = service.send("POST", "/schedule/batch", orders(mobile))
    assert answer.status == 200
    said = answer.json
    assert set(said) == {"schedule_id", "success_count", "failure_count", "failure_recipients"}
    assert (said["success_count"], said["failure_count"]) == (1, 1)
    assert said["failure_recipients"] == [{"error_code": "50006", "error_message": "invalid mobile"} | NOBODY]
    seen = service.send("GET", f"/schedule/{said['schedule_id']}").json["recipients"]
    assert [each["mobile"] for each in seen] == [mobile]


@belief("§4.6", "D")
def test_a_deletion_is_answered_with_nothing(service: Service, single: str) -> None:
    """200 and no body."""
    answer = service.send("DELETE", f"/schedule/{single}")
    assert (answer.status, answer.body) == (200, b"")


@belief("§10", "I")
def test_a_deleted_schedule_is_not_read(service: Service, deleted: str) -> None:
    """As if it had never been."""
    assert service.send("GET", f"/schedule/{deleted}").refusal == (403, 50028)


@belief("§2 code 50029", "D")
def test_a_deleted_schedule_is_not_changed(service: Service, mobile: str, deleted: str) -> None:
    """The code tells that it was there."""
    assert service.send("PUT", f"/schedule/{deleted}", order(mobile)).refusal == (403, 50029)


@belief("§10", "I")
def test_a_deleted_schedule_is_not_deleted_again(service: Service, deleted: str) -> None:
    """50028 or 50029: either means that nothing will be sent."""
    assert service.send("DELETE", f"/schedule/{deleted}").refusal in [(403, 50028), (403, 50029)]


@belief("§10", "I")
@pytest.mark.parametrize(
    ("parameters", "code"), [({"temp_para": {}}, 50023), ({}, 50023), ({"temp_para": {"order": "1"}}, 50022)]
)
def test_missing_parameters_have_two_codes(
    service: Service, mobile: str, parameters: dict[str, object], code: int
) -> None:
    """None at all, or not the right ones."""
    wanted = TEMPLATE | {"mobile": mobile, "send_time": FAR_AHEAD} | parameters
    assert service.send("POST", "/schedule", wanted).refusal == (403, code)


@belief("§3.4", "W")
def test_a_message_has_a_number_for_an_id(service: Service, mobile: str) -> None:
    """Unlike everywhere else, msg_id is a JSON number."""
    answer = service.send("POST", "/messages", TEMPLATE | CODE | {"mobile": mobile})
    assert answer.status == 200
    assert list(answer.json) == ["msg_id"]
    assert type(answer.json["msg_id"]) is int


@belief("§3.1", "D")
def test_a_code_has_digits_as_text_for_an_id(service: Service, mobile: str) -> None:
    """And a wrong code is refused with 403, in the shape of an answer."""
    answer = service.send("POST", "/codes", TEMPLATE | {"mobile": mobile})
    assert answer.status == 200
    assert re.fullmatch("[0-9]+", answer.json["msg_id"])
    wrong = service.send("POST", f"/codes/{answer.json['msg_id']}/valid", {"code": "0"})
    assert wrong.refusal == (403, 50010)
    assert wrong.json["is_valid"] is False


@belief("§3.5", "D")
def test_a_batch_of_messages_succeeds_partly(service: Service, mobile: str) -> None:
    """200, everybody is listed in the order of the request, and has a msg_id as text."""
    answer = service.send("POST", "/messages/batch", TEMPLATE | {"recipients": orders(mobile)["recipients"]})
    assert answer.status == 200
    said = answer.json
    assert set(said) == {"success_count", "failure_count", "recipients"}
    assert (said["success_count"], said["failure_count"]) == (1, 1)
    sent, refused = said["recipients"]
    assert (sent["mobile"], set(sent)) == (mobile, {"msg_id", "mobile"})
    assert (refused["mobile"], refused["error_code"]) == (NO_MOBILE, "50006")
    assert all(re.fullmatch("[0-9]+", each["msg_id"]) for each in said["recipients"])
