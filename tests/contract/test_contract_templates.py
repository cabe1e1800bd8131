"""The life of a template that nobody approves: submitted, read, not changed, deleted. It costs nothing."""

from __future__ import annotations

import pytest
from contract_service import FAR_AHEAD, NO_MOBILE, Service, belief

TEXT = "合同测试：订单{{order}}已发出。"
NOTICE = {"template": TEXT, "type": 2, "remark": "自动测试，随即删除"}


def submit(service: Service) -> int:
    """The id of a new template."""
    answer = service.send("POST", "/templates", NOTICE)
    assert answer.status == 200, answer
    temp_id: int = answer.json["temp_id"]
    return temp_id


@pytest.fixture(scope="module")
def submitted(target: Service) -> int:
    """A template under audit, for all tests here: people look at what is submitted, so it is one."""
    return submit(target)


@belief("§6.1", "D")
def test_a_new_template_is_answered_with_its_number(service: Service, submitted: int) -> None:
    """A JSON number above zero."""
    assert type(submitted) is int
    assert submitted > 1


@belief("§6.3", "D")
def test_a_template_is_read_as_it_was_sent(service: Service, submitted: int) -> None:
    """Six fields, the text unchanged; no reason of a rejection, no times."""
    answer = service.send("GET", f"/templates/{submitted}")
    assert answer.status == 200
    assert set(answer.json) - {"ttl", "remark"} == {"temp_id", "template", "type", "status"}
    assert (answer.json["temp_id"], answer.json["template"], answer.json["type"]) == (submitted, TEXT, 2)
    assert answer.json["remark"] == NOTICE["remark"]


@belief("§6.1", "I")
def test_a_new_template_is_under_audit(service: Service, submitted: int) -> None:
    """Status 0, until somebody has looked at it."""
    assert service.send("GET", f"/templates/{submitted}").json["status"] == 0


@belief("§6.3", "I")
def test_a_notice_has_no_ttl(service: Service, submitted: int) -> None:
    """null, 0 or absent."""
    assert not service.send("GET", f"/templates/{submitted}").json.get("ttl")


@belief("§6.2", "D")
def test_a_template_under_audit_cannot_be_changed(service: Service, submitted: int) -> None:
    """Only a rejected one can."""
    answer = service.send("PUT", f"/templates/{submitted}", NOTICE | {"temp_id": submitted})
    assert answer.refusal == (403, 50047)


@belief("§1", "W")
def test_a_slash_after_an_id_changes_nothing(service: Service, submitted: int) -> None:
    """The same template."""
    assert service.send("GET", f"/templates/{submitted}/").json["temp_id"] == submitted


@belief("§4.7", "D")
@pytest.mark.parametrize("path", ["/messages", "/schedule"])
def test_a_template_under_audit_cannot_be_used(service: Service, submitted: int, path: str) -> None:
    """Neither now nor for later; it is said before the number is looked at, which is none."""
    order = {"mobile": NO_MOBILE, "temp_id": submitted, "temp_para": {"order": "1"}, "send_time": FAR_AHEAD}
    assert service.send("POST", path, order).refusal == (403, 50020)


@belief("§6.4", "D")
def test_a_deletion_is_answered_with_nothing(service: Service) -> None:
    """200, JSON's content type, no body; afterwards it is as if it had never been."""
    temp_id = submit(service)
    answer = service.send("DELETE", f"/templates/{temp_id}")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["content-length"] == "0"


@belief("§10", "I")
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_deleted_template_is_gone(service: Service, gone: int, method: str) -> None:
    """50013 for everything."""
    body = NOTICE | {"temp_id": gone} if method == "PUT" else None
    assert service.send(method, f"/templates/{gone}", body).refusal == (403, 50013)


@pytest.fixture(scope="module")
def gone(target: Service) -> int:
    """A template that was deleted."""
    temp_id = submit(target)
    assert target.send("DELETE", f"/templates/{temp_id}").status == 200
    return temp_id
