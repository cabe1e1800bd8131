"""A campaign that is scheduled and gets another text: changed in place, with its params, or too late."""

import pytest
from served import Served
from workspace import Workspace, at, held, outcomes

pytestmark = pytest.mark.story

OLD, NEW = "您的订单{{order}}已发出。", "包裹{{parcel}}已由顺丰发出。"
MORE = "您的订单{{order}}由{{carrier}}发出。"
EIGHT = "2099-03-01T08:00:00+08:00"
NEAR = "2099-03-01T09:56:00+08:00"
PAST = "2099-03-01T10:01:00+08:00"


def shop(content: str, *values: str, at: str = "10:00:00", more: str = "") -> str:
    """A template of that content, and a campaign with one recipient for each value of its first variable."""
    name = content.partition("{{")[2].partition("}}")[0]
    people = ", ".join(
        f'{{mobile: "1990000000{n}", params: {{{name}: "{value}"{more}}}}}' for n, value in enumerate(values)
    )
    return (
        f"version: 1\ntemplates:\n  t: {{type: notification, content: '{content}'}}\n"
        f"campaigns:\n  c: {{template: t, send_time: 2099-03-01 {at}, recipients: [{people}]}}\n"
    )


@pytest.fixture
def scheduled(workspace: Workspace, sandbox: Served) -> Workspace:
    """The old text approved and the campaign scheduled with it for two people, two hours before its time."""
    here = at(EIGHT, workspace)
    here.write(shop(OLD, "1", "2"))
    here.apply("--new-state")
    sandbox.approve()
    here.apply()
    sandbox.forget()
    return here


def sent(sandbox: Served) -> list[str]:
    """What people received, without the signature."""
    return sorted(each["content"].partition("】")[2] for each in sandbox.control("GET", "outbox"))


def test_a_switch_changes_every_schedule_in_place(scheduled: Workspace, sandbox: Served) -> None:
    """One PUT with the new text and the new params together; neither a DELETE nor a POST, and the same id."""
    (before,) = sandbox.schedules()
    scheduled.write(shop(NEW, "P1", "P2"))
    plan = scheduled.plan(exit=2)
    assert held(plan) == {"campaign.c": "template-not-approved"}
    assert plan["held"][0]["next"] == ["after approval: switch text and params"]
    assert "after approval: switch campaign.c" in plan["changes"][0]["next"]
    scheduled.apply()
    sandbox.approve()
    sandbox.forget()
    (change,) = scheduled.plan(exit=2)["changes"]
    assert (change["action"], change["reason"]) == ("modify", "template-switched")
    scheduled.apply()
    assert sandbox.writes() == [("PUT", f"/v1/schedule/batch/{before}")]
    assert sandbox.schedules().keys() == {before}
    at(PAST, scheduled)
    assert sent(sandbox) == ["包裹P1已由顺丰发出。", "包裹P2已由顺丰发出。"]


def test_what_does_not_need_the_new_text_goes_now(scheduled: Workspace, sandbox: Served) -> None:
    """Another time, and who is taken out; who is new waits with the params."""
    scheduled.write(
        shop(NEW, "P2", "P3", at="11:00:00")
        .replace("19900000001", "19900000002")
        .replace("19900000000", "19900000001")
    )
    done = scheduled.apply()
    assert outcomes(done)["campaign.c"] == "done"
    assert held(done) == {"campaign.c": "template-not-approved"}
    (schedule,) = sandbox.schedules().values()
    assert schedule["send_time"] == "2099-03-01 11:00:00"
    assert [r["temp_para"] for r in schedule["recipients"]] == [{"order": "2"}]
    sandbox.approve()
    scheduled.apply()
    (schedule,) = sandbox.schedules().values()
    assert [r["temp_para"] for r in schedule["recipients"]] == [{"parcel": "P2"}, {"parcel": "P3"}]


def test_params_that_suit_both_texts_wait_for_nothing(scheduled: Workspace, sandbox: Served) -> None:
    """One variable more: the template's plan tells the switch, and what the old text needs goes now."""
    scheduled.write(shop(MORE, "1", "9", more=", carrier: 顺丰"))
    plan = scheduled.plan(exit=2)
    assert held(plan) == {}
    assert "after approval: switch campaign.c" in plan["changes"][0]["next"]
    scheduled.apply()
    sandbox.approve()
    scheduled.apply()
    at(PAST, scheduled)
    assert sent(sandbox) == ["您的订单1由顺丰发出。", "您的订单9由顺丰发出。"]


def test_an_approval_that_comes_too_late_leaves_the_old_text(scheduled: Workspace, sandbox: Served) -> None:
    """Inside the freeze window nothing is switched: the old text goes out, once, to everybody."""
    scheduled.write(shop(NEW, "P1", "P2"))
    scheduled.apply()
    near = at(NEAR, scheduled)
    sandbox.approve()
    assert held(near.plan(exit=0)) == {"campaign.c": "inside-freeze-window"}
    near.apply()
    assert "PUT" not in {method for method, _ in sandbox.writes()}
    at(PAST, near)
    assert sent(sandbox) == ["您的订单1已发出。", "您的订单2已发出。"]


def test_a_rejection_leaves_the_old_text_too(scheduled: Workspace, sandbox: Served) -> None:
    """The campaign goes out as it is scheduled, whatever becomes of the new text."""
    scheduled.write(shop(NEW, "P1", "P2"))
    scheduled.apply()
    sandbox.reject(sandbox.texts()[NEW], reason="no")
    assert held(scheduled.plan(exit=1)) == {"template.t": "rejected", "campaign.c": "template-not-approved"}
    at(PAST, scheduled)
    assert sent(sandbox) == ["您的订单1已发出。", "您的订单2已发出。"]


def test_a_switch_costs_what_the_new_text_costs(scheduled: Workspace, sandbox: Served) -> None:
    """The plan of the switch tells the parts before and after."""
    scheduled.write(shop("长" * 80 + "{{order}}", "1", "2"))
    scheduled.apply()
    sandbox.approve()
    (change,) = scheduled.plan(exit=2)["changes"]
    assert (change["cost"]["parts_before"], change["cost"]["parts"]) == (2, 4)
    scheduled.apply()
