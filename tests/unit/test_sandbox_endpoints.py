"""The template and schedule endpoints of the sandbox, over HTTP: effects, ids, partial success, statuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sandbox_client import (
    APPROVED_TEXT,
    AT,
    BEFORE,
    LATER,
    SEND_TIME,
    Client,
    batch_body,
    sandbox,
    single_body,
)

from jsms_sync.sandbox.beliefs import Beliefs

GOOD = {"order": "1", "carrier": "顺丰"}


@pytest.fixture
def client() -> Iterator[Client]:
    """A sandbox at nine o'clock in China, with manual audit."""
    with sandbox() as client:
        client.clock(BEFORE)
        yield client


def believing(**beliefs: object) -> Any:
    """A sandbox with other answers to the open questions."""
    return sandbox(beliefs=Beliefs(**beliefs))  # type: ignore[arg-type]  # any field of Beliefs


def test_the_vendors_template_is_there(client: Client) -> None:
    """Template 1 is a verification template with the one variable `code`, approved, and stays."""
    read = client.send("GET", "/v1/templates/1").json
    assert (read["type"], read["status"]) == (1, 1)
    assert "{{code}}" in read["template"]
    assert client.send("DELETE", "/v1/templates/1").code == 50013
    assert client.send("PUT", "/v1/templates/1", {"template": "x", "type": 2}).code == 50047


def test_ids_rise_and_are_never_given_out_again(client: Client) -> None:
    """A deleted template's number stays unused, and reading it is 50013."""
    first, second = client.template(), client.template()
    assert second == first + 1
    client.send("DELETE", f"/v1/templates/{second}")
    assert client.template() == second + 1
    assert client.send("GET", f"/v1/templates/{second}").code == 50013
    assert client.send("DELETE", f"/v1/templates/{second}").code == 50013


def test_a_rejected_template_is_resubmitted_under_its_id(client: Client) -> None:
    """Only a rejected one accepts PUT; it is under audit again afterwards."""
    temp_id = client.template(status=0)
    new = {"template": "新的{{order}}", "type": 3, "remark": "改"}
    assert client.send("PUT", f"/v1/templates/{temp_id}", new).code == 50047
    client.control("POST", f"templates/{temp_id}/audit", {"status": 2, "reason": "太短"})
    answer = client.send("PUT", f"/v1/templates/{temp_id}", new)
    assert (answer.status, answer.json) == (200, {"temp_id": temp_id})
    read = client.send("GET", f"/v1/templates/{temp_id}").json
    assert read == {"temp_id": temp_id, "template": "新的{{order}}", "type": 3, "ttl": None} | {
        "remark": "改",
        "status": 0,
    }
    assert client.send("PUT", "/v1/templates/99", new).code == 50013


def test_a_refused_resubmission_changes_nothing(client: Client) -> None:
    """A refusal has no effect on what is stored."""
    temp_id = client.template(status=2)
    before = client.state()
    assert client.send("PUT", f"/v1/templates/{temp_id}", {"template": "{{", "type": 2}).code == 50044
    assert client.state() == before


def test_a_signature_must_exist() -> None:
    """Without a default signature the app gets no template (50046) and sends nothing."""
    with sandbox(signature=None) as client:
        assert client.send("POST", "/v1/templates", {"template": "你好", "type": 2}).code == 50046
        assert (
            client.send("POST", "/v1/schedule", single_body(1, send_time="2099-01-01 00:00:00")).code == 50046
        )


@pytest.mark.parametrize(("status", "code"), [(0, 50020), (2, 50021)])
def test_schedules_need_an_approved_template(client: Client, status: int, code: int) -> None:
    """Auditing, rejected and unknown templates are refused before parameters and numbers are looked at."""
    temp_id = client.template(status=status)
    wrong = single_body(temp_id, mobile="1", temp_para={})
    assert client.send("POST", "/v1/schedule", wrong).code == code
    assert client.send("POST", "/v1/schedule/batch", batch_body(temp_id)).code == code
    for unknown in (99, 10**19, -(10**30)):
        assert client.send("POST", "/v1/schedule", wrong | {"temp_id": unknown}).code == 50013


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"sign_id": 7}, 50102),
        ({"temp_para": {}, "mobile": "1"}, 50023),
        ({"temp_para": {"order": "1"}, "mobile": "1"}, 50022),
        ({"mobile": "1"}, 50006),
        ({"temp_para": {"order": "【1】", "carrier": "x"}}, 50054),
        ({"send_time": "2027-03-01 09:00:00"}, 50027),
    ],
)
def test_a_refused_schedule_leaves_nothing(client: Client, changed: dict[str, object], code: int) -> None:
    """Whatever is wrong with a single schedule refuses it, on POST and on PUT."""
    temp_id = client.template()
    schedule_id = client.single(temp_id)
    before = client.state()
    assert client.send("POST", "/v1/schedule", single_body(temp_id, **changed)).code == code
    assert client.send("PUT", f"/v1/schedule/{schedule_id}", single_body(temp_id, **changed)).code == code
    assert client.state() == before


def test_a_batch_succeeds_partly(client: Client) -> None:
    """Refused recipients are listed with string codes and are not stored; the others have message ids."""
    temp_id = client.template()
    recipients = [
        {"mobile": "13812345678", "temp_para": GOOD | {"extra": "x"}},
        {"mobile": 18603050709, "temp_para": GOOD},
        {"mobile": "18603050709", "temp_para": GOOD},
        {"mobile": "186", "temp_para": GOOD},
        {"mobile": "18603050700", "temp_para": {"order": "1"}},
        {"mobile": "18603050701"},
    ]
    body = batch_body(temp_id, recipients=recipients, tag="春季")
    answer = client.send("POST", "/v1/schedule/batch", body)
    said = answer.json
    assert (answer.status, said["success_count"], said["failure_count"]) == (200, 2, 4)
    assert said["failure_recipients"] == [
        {"error_code": "50034", "error_message": "repeat send", "mobile": "18603050709", "temp_para": GOOD},
        {"error_code": "50006", "error_message": "invalid mobile", "mobile": "186", "temp_para": GOOD},
        {
            "error_code": "50022",
            "error_message": "parameters not all replaced",
            "mobile": "18603050700",
            "temp_para": {"order": "1"},
        },
        {"error_code": "50023", "error_message": "parameters is empty", "mobile": "18603050701"},
    ]
    assert list(said) == ["schedule_id", "success_count", "failure_count", "failure_recipients"]
    read = client.send("GET", f"/v1/schedule/{said['schedule_id']}").json
    assert read["recipients"] == [
        {"msg_id": "288193860302", "mobile": "13812345678", "temp_para": GOOD | {"extra": "x"}},
        {"msg_id": "288193860303", "mobile": "18603050709", "temp_para": GOOD},
    ]


def test_a_batch_of_failures_exists(client: Client) -> None:
    """When every recipient is refused, the answer is 200 and the schedule is there, empty."""
    body = batch_body(client.template(), recipients=[{"mobile": "1", "temp_para": GOOD}])
    said = client.send("POST", "/v1/schedule/batch", body).json
    assert (said["success_count"], said["failure_count"]) == (0, 1)
    assert client.send("GET", f"/v1/schedule/{said['schedule_id']}").json["recipients"] == []


def test_a_thousand_recipients_are_one_batch(client: Client) -> None:
    """1000 are taken, each with its own message id, and 1001 are 50031."""
    temp_id = client.template()
    many = [{"mobile": str(13800000000 + each), "temp_para": GOOD} for each in range(1001)]
    assert client.send("POST", "/v1/schedule/batch", batch_body(temp_id, recipients=many)).code == 50031
    schedule_id = client.batch(temp_id, recipients=many[:1000])
    read = client.send("GET", f"/v1/schedule/{schedule_id}").json
    assert [each["mobile"] for each in read["recipients"]] == [each["mobile"] for each in many[:1000]]
    assert len({each["msg_id"] for each in read["recipients"]}) == 1000


def test_put_replaces_wholly(client: Client) -> None:
    """The id stays; time, text, recipients, failures and message ids are new, the tag is not a parameter."""
    temp_id, other = client.template(), client.template("{{order}}")
    schedule_id = client.batch(temp_id, tag="春季", sign_id=1)
    before = client.send("GET", f"/v1/schedule/{schedule_id}").json
    recipients = [{"mobile": "13812345678", "temp_para": GOOD}, {"mobile": "1", "temp_para": GOOD}]
    body = batch_body(other, send_time=LATER, recipients=recipients, tag="秋季")
    answer = client.send("PUT", f"/v1/schedule/batch/{schedule_id}", body)
    assert answer.json["schedule_id"] == schedule_id
    assert (answer.json["success_count"], answer.json["failure_count"]) == (1, 1)
    after = client.send("GET", f"/v1/schedule/{schedule_id}").json
    assert (after["send_time"], after["temp_id"], len(after["recipients"])) == (LATER, other, 1)
    assert {each["msg_id"] for each in after["recipients"]}.isdisjoint(
        each["msg_id"] for each in before["recipients"]
    )
    stored = client.state()["schedules"][0]
    assert (stored["tag"], stored["sign_id"], len(stored["failures"])) == ("春季", None, 1)


def test_put_of_a_single_schedule(client: Client) -> None:
    """The answer is the id alone."""
    temp_id = client.template()
    schedule_id = client.single(temp_id)
    answer = client.send("PUT", f"/v1/schedule/{schedule_id}", single_body(temp_id, send_time=LATER))
    assert answer.json == {"schedule_id": schedule_id}
    assert client.send("GET", f"/v1/schedule/{schedule_id}").json["send_time"] == LATER


def test_put_of_the_other_kind_is_unknown(client: Client) -> None:
    """Single and batch schedules have their own PUT; the other one is 50028."""
    temp_id = client.template()
    single, batch = client.single(temp_id), client.batch(temp_id)
    assert client.send("PUT", f"/v1/schedule/batch/{single}", batch_body(temp_id)).code == 50028
    assert client.send("PUT", f"/v1/schedule/{batch}", single_body(temp_id)).code == 50028


def test_a_deleted_schedule_is_gone(client: Client) -> None:
    """DELETE of a pending one is 200, then GET is 50028, DELETE and PUT are 50029; it is not listed."""
    temp_id = client.template()
    schedule_id = client.batch(temp_id)
    assert client.send("DELETE", f"/v1/schedule/{schedule_id}").status == 200
    codes = [client.send(method, f"/v1/schedule/{schedule_id}").code for method in ("GET", "DELETE")]
    assert codes == [50028, 50029]
    assert client.send("PUT", f"/v1/schedule/batch/{schedule_id}", batch_body(temp_id)).code == 50029
    assert client.state()["schedules"] == []


def test_a_sent_schedule_is_closed(client: Client) -> None:
    """PUT and DELETE are 50029 once it is sent, and GET still returns it."""
    temp_id = client.template()
    schedule_id = client.single(temp_id)
    client.clock(AT)
    assert client.send("DELETE", f"/v1/schedule/{schedule_id}").code == 50029
    body = single_body(temp_id, send_time=LATER)
    assert client.send("PUT", f"/v1/schedule/{schedule_id}", body).code == 50029
    assert client.send("GET", f"/v1/schedule/{schedule_id}").json["send_time"] == SEND_TIME


def test_a_template_in_use_can_be_deleted(client: Client) -> None:
    """JSMS documents no precondition for DELETE of a template."""
    temp_id = client.template()
    client.single(temp_id)
    assert client.send("DELETE", f"/v1/templates/{temp_id}").status == 200


def test_the_balance_must_suffice(client: Client) -> None:
    """A schedule that costs more parts than there are is 50014 as a whole and stores nothing."""
    temp_id = client.template()
    client.control("PUT", "balance", {"app_balance": 1})
    assert client.send("POST", "/v1/schedule/batch", batch_body(temp_id)).code == 50014
    client.single(temp_id)
    client.single(temp_id, send_time=LATER)
    assert client.control("GET", "state")["balance"]["app_balance"] == 1


def test_pending_schedules_can_freeze_their_cost() -> None:
    """The switch of jsms-api.md §10: what is scheduled can pay for nothing but itself."""
    with believing(pending_freezes_balance=True) as client:
        temp_id = client.template()
        client.control("PUT", "balance", {"app_balance": 1})
        body = single_body(temp_id, send_time="2099-01-01 00:00:00")
        schedule_id = client.send("POST", "/v1/schedule", body).json["schedule_id"]
        assert client.send("POST", "/v1/schedule", body).code == 50014
        assert client.send("PUT", f"/v1/schedule/{schedule_id}", body).status == 200


@pytest.mark.parametrize(
    ("beliefs", "changed", "code"),
    [
        ({"schedulable_types": frozenset({1})}, {}, 50025),
        ({"long_tag_code": 50054}, {"tag": "一二三四五六七八九十一"}, 50054),
        ({"unusable_sign_code": 50007}, {"sign_id": 9}, 50007),
        ({"mobile": "1[0-9]{3}"}, {"recipients": [{"mobile": "1000", "temp_para": GOOD}]}, None),
    ],
)
def test_what_a_schedule_needs_has_switches(
    beliefs: dict[str, object], changed: dict[str, object], code: int | None
) -> None:
    """Types, tags, signatures and numbers can be judged otherwise."""
    with believing(**beliefs) as client:
        client.clock(BEFORE)
        body = batch_body(client.template(), **changed)
        assert client.send("POST", "/v1/schedule/batch", body).code == code


@pytest.mark.parametrize(
    ("beliefs", "method", "path", "code"),
    [
        ({"other_kind_code": 50007}, "PUT", "/v1/schedule/batch/{single}", 50007),
        ({"delete_of_deleted_code": 50029}, "DELETE", "/v1/schedule/{deleted}", 50029),
        ({"put_of_deleted_code": 50028}, "PUT", "/v1/schedule/batch/{deleted}", 50028),
        ({"default_template_is_the_vendors": False}, "DELETE", "/v1/templates/1", None),
        ({"put_may_change_type": False}, "PUT", "/v1/templates/{rejected}", 50025),
    ],
)
def test_what_may_be_changed_has_switches(
    beliefs: dict[str, object], method: str, path: str, code: int | None
) -> None:
    """The codes for objects in the wrong state or of the wrong kind can be others."""
    with believing(**beliefs) as client:
        client.clock(BEFORE)
        temp_id, rejected = client.template(), client.template(status=2)
        single, deleted = client.single(temp_id), client.batch(temp_id)
        client.send("DELETE", f"/v1/schedule/{deleted}")
        body = batch_body(temp_id) | {"template": "x", "type": 3}
        path = path.format(single=single, deleted=deleted, rejected=rejected)
        assert client.send(method, path, body).code == code


def test_message_ids_and_tags_on_put_have_switches() -> None:
    """A PUT may keep the message ids of the numbers that stay, and may set the tag."""
    with believing(put_renews_msg_ids=False, put_keeps_tag=False) as client:
        far = "2099-01-01 00:00:00"
        temp_id = client.template()
        schedule_id = client.batch(temp_id, send_time=far, tag="春季")
        path = f"/v1/schedule/{schedule_id}"
        before = client.send("GET", path).json["recipients"]
        recipients = [*reversed(batch_body(1)["recipients"]), {"mobile": "13800000000", "temp_para": GOOD}]  # type: ignore[call-overload]  # a list in a dict of objects
        client.send(
            "PUT",
            f"/v1/schedule/batch/{schedule_id}",
            batch_body(temp_id, send_time=far, recipients=recipients, tag="秋季"),
        )
        after = client.send("GET", path).json["recipients"]
        assert [each["msg_id"] for each in after[:2]] == [each["msg_id"] for each in reversed(before)]
        assert client.state()["schedules"][0]["tag"] == "秋季"


def test_existence_has_switches() -> None:
    """A batch of failures may not exist, and a sent schedule may be unreadable."""
    with believing(schedule_of_nobody_exists=False, sent_is_readable=False) as client:
        client.clock(BEFORE)
        temp_id = client.template()
        nobody = batch_body(temp_id, recipients=[{"mobile": "1", "temp_para": GOOD}])
        said = client.send("POST", "/v1/schedule/batch", nobody).json
        assert client.send("GET", f"/v1/schedule/{said['schedule_id']}").code == 50028
        schedule_id = client.single(temp_id)
        assert client.send("GET", f"/v1/schedule/{schedule_id}").status == 200
        client.clock(AT)
        assert client.send("GET", f"/v1/schedule/{schedule_id}").code == 50028


def test_absent_fields_of_templates_have_switches() -> None:
    """An empty remark and the ttl of a notice may be shown otherwise than null."""
    with believing(empty_remark="", ttl_without_meaning=0) as client:
        read = client.send("GET", f"/v1/templates/{client.template(APPROVED_TEXT)}").json
        assert (read["remark"], read["ttl"]) == ("", 0)
