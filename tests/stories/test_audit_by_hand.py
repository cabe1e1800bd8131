"""Templates wait for people at JSMS: what that means for a shop, from the first apply to the third text."""

from datetime import UTC, datetime, timedelta

import pytest
from served import Served
from workspace import Workspace, actions, held, outcomes

pytestmark = pytest.mark.story

OLD, NEW = "您的订单{{order}}已由{{carrier}}发出。", "您的订单{{order}}已交给{{carrier}}，请留意查收。"


def shop(content: str = OLD, *, more: str = "") -> str:
    """Definitions with one template and two campaigns that use it."""
    return f"""\
version: 1
templates:
  order-shipped:
    type: notification
    content: {content}
    {more}
campaigns:
  vip-reminder:
    template: order-shipped
    send_time: 2099-03-01 09:30:00
    mobile: "19912345678"
    params: {{order: "1001", carrier: 顺丰}}
  pilot:
    template: order-shipped
    send_time: 2099-03-02 09:00:00
    recipients:
      - {{mobile: "19912345678", params: {{order: "1002", carrier: 中通}}}}
      - {{mobile: "19912345679", params: {{order: "1003", carrier: 圆通}}}}
"""


@pytest.fixture
def approved(workspace: Workspace, sandbox: Served) -> int:
    """The shop with everything in place; the temp_id of its text."""
    workspace.write(shop())
    workspace.apply("--new-state")
    sandbox.approve()
    workspace.apply()
    return sandbox.texts()[OLD]


def test_campaigns_wait_until_a_person_has_approved_their_text(workspace: Workspace, sandbox: Served) -> None:
    """The first apply submits the text and holds its campaigns, the one after the approval places them."""
    workspace.write(shop())
    first = workspace.apply("--new-state")
    assert outcomes(first) == {"template.order-shipped": "done"}
    assert held(first) == dict.fromkeys(("campaign.pilot", "campaign.vip-reminder"), "template-not-approved")
    assert sandbox.schedules() == {}
    again = workspace.apply("--detailed-exitcode", exit=4)
    assert held(again)["template.order-shipped"] == "awaiting-approval"
    sandbox.approve()
    placed = workspace.apply("--detailed-exitcode")
    assert outcomes(placed) == dict.fromkeys(("campaign.pilot", "campaign.vip-reminder"), "done")
    assert {s["kind"] for s in sandbox.schedules().values()} == {"single", "batch"}
    assert workspace.plan(exit=0)["summary"]["unchanged"] == 3


def test_the_first_apply_says_that_something_waits(workspace: Workspace) -> None:
    """With --detailed-exitcode even the apply that submits a lone template ends in 4: its audit is open."""
    workspace.write(shop().partition("campaigns:")[0])
    workspace.apply("--new-state", "--detailed-exitcode", exit=4)


def test_an_edit_of_an_approved_text_keeps_the_old_one_until_the_new_one_is_approved(
    workspace: Workspace, sandbox: Served, approved: int
) -> None:
    """The plan says what will follow, outputs keep the old id, and campaigns are switched by PUT only."""
    schedules = sandbox.schedules().keys()
    workspace.write(shop(NEW))
    plan = workspace.plan(exit=2)
    assert actions(plan) == {"template.order-shipped": "replace"}
    after = plan["changes"][0]["next"]
    assert [line.partition(": ")[0] for line in after] == ["after approval"] * 4
    assert {"after approval: switch campaign.pilot", "after approval: switch campaign.vip-reminder"} < set(
        after
    )
    workspace.apply()
    new = sandbox.texts()[NEW]
    assert workspace.outputs == {"order-shipped": approved}
    sandbox.approve(new)
    assert workspace.outputs == {"order-shipped": approved}, "nobody has applied since"
    plan = workspace.plan(exit=2)
    assert {c["reason"] for c in plan["changes"]} == {"template-switched"}
    sandbox.forget()
    workspace.apply()
    assert workspace.outputs == {"order-shipped": new}
    assert {method for method, _ in sandbox.writes()} == {"PUT"}
    assert {s["temp_id"] for s in sandbox.schedules().values()} == {new}
    assert sandbox.schedules().keys() == schedules
    assert approved in sandbox.templates(), "it served, so deployed applications may still use it"


def test_editing_back_serves_the_old_text_again(workspace: Workspace, sandbox: Served, approved: int) -> None:
    """No text is submitted twice: the old revision serves again, and the one that never served is retired."""
    workspace.write(shop(NEW))
    workspace.apply()
    new = sandbox.texts()[NEW]
    workspace.write(shop())
    plan = workspace.plan(exit=2)
    assert [(c["action"], c["remote_id"]) for c in plan["changes"]] == [("retire", new)]
    workspace.apply()
    assert sandbox.templates().keys() == {approved}
    assert workspace.outputs == {"order-shipped": approved}


def test_a_rejected_text_is_held_until_it_is_edited(workspace: Workspace, sandbox: Served) -> None:
    """Rejected is stuck; an edit of the text, or of the remark, resubmits it under the same id."""
    workspace.write(shop())
    workspace.apply("--new-state")
    temp_id = sandbox.texts()[OLD]
    sandbox.reject(temp_id)
    assert held(workspace.plan(exit=1))["template.order-shipped"] == "rejected"
    workspace.write(shop(more="remark: 商品出库后发送"))
    plan = workspace.plan(exit=2)
    assert [(c["action"], c["remote_id"]) for c in plan["changes"]] == [("modify", temp_id)]
    workspace.apply()
    sandbox.reject(temp_id)
    workspace.apply("--detailed-exitcode", exit=1)
    workspace.write(shop(NEW))
    assert actions(workspace.plan(exit=2)) == {"template.order-shipped": "modify"}
    workspace.apply()
    assert sandbox.texts() == {NEW: temp_id}
    sandbox.approve()
    workspace.apply()
    assert workspace.outputs == {"order-shipped": temp_id}


def test_a_text_under_review_is_replaced_only_on_request(workspace: Workspace, sandbox: Served) -> None:
    """An edit during the audit is held; --supersede submits the new text at once and retires the other."""
    workspace.write(shop())
    workspace.apply("--new-state")
    workspace.write(shop(NEW))
    assert held(workspace.plan(exit=0))["template.order-shipped"] == "under-review"
    done = workspace.apply("--supersede", "template.order-shipped")
    assert [o["action"] for o in done["outcomes"]] == ["replace", "retire"]
    assert sandbox.texts().keys() == {NEW}


def test_a_superseded_text_goes_after_its_grace_period(
    workspace: Workspace, sandbox: Served, approved: int
) -> None:
    """With retire_after the old revision is held for so long, and only then deleted."""
    workspace.write(shop(NEW, more="retire_after: 7d"))
    workspace.apply()
    sandbox.approve()
    workspace.apply()
    assert held(workspace.plan(exit=0)) == {"template.order-shipped": "grace-period"}
    ahead = workspace.having(JSMS_SYNC_NOW="2099-02-01 00:00:00")
    assert actions(ahead.plan(exit=2)) == {"template.order-shipped": "retire"}
    ahead.apply()
    assert approved not in sandbox.templates()


def test_new_params_wait_for_the_text_that_needs_them(
    workspace: Workspace, sandbox: Served, approved: int
) -> None:
    """Params that the serving text does not know wait and go with the switch; other fields go now."""
    workspace.write(shop("您的订单{{number}}已发出。").replace("order:", "number:").replace("03-02", "03-03"))
    done = workspace.apply()
    assert outcomes(done) == {"template.order-shipped": "done", "campaign.pilot": "done"}
    assert held(done)["campaign.vip-reminder"] == "template-not-approved"
    times = {s["send_time"] for s in sandbox.schedules().values()}
    assert times == {"2099-03-01 09:30:00", "2099-03-03 09:00:00"}
    assert {s["temp_id"] for s in sandbox.schedules().values()} == {approved}
    sandbox.approve()
    workspace.apply()
    told = [r["temp_para"] for s in sandbox.schedules().values() for r in s["recipients"]]
    assert sorted(t["number"] for t in told) == ["1001", "1002", "1003"]


def test_a_template_that_a_pending_campaign_needs_is_not_deleted(
    workspace: Workspace, sandbox: Served, approved: int
) -> None:
    """A campaign that stays keeps its text alive, whatever the definitions say of the template."""
    text = shop().replace("template: order-shipped", f"temp_id: {approved}")
    head, _, campaigns = text.partition("templates:")
    workspace.write(f"{head}templates: {{}}\n{campaigns[campaigns.index('campaigns:') :]}")
    assert {r["code"] for r in workspace.plan(exit=5)["refusals"]} == {"template-in-use"}
    workspace.apply(exit=5)
    assert approved in sandbox.templates()


def test_a_rename_is_only_recorded(workspace: Workspace, sandbox: Served, approved: int) -> None:
    """moved_from moves the record without a request, and the campaigns follow their template."""
    text = (
        shop()
        .replace("order-shipped:", "order-sent:")
        .replace("template: order-shipped", "template: order-sent")
    )
    workspace.write(text.replace("content:", "moved_from: order-shipped\n    content:"))
    sandbox.forget()
    assert actions(workspace.plan(exit=2)) == {"template.order-sent": "record"}
    workspace.apply()
    assert sandbox.writes() == []
    assert workspace.outputs == {"order-sent": approved}


def test_a_template_deleted_behind_our_back_is_submitted_again(
    workspace: Workspace, sandbox: Served, approved: int
) -> None:
    """A recorded id that vanished is no reason to fail: the text is created again, its campaigns wait."""
    sandbox.raw("DELETE", f"templates/{approved}")
    assert held(workspace.plan(exit=1))["template.order-shipped"] == "unreadable", "it is too young to tell"
    later = workspace.having(JSMS_SYNC_NOW="2098-01-01 00:00:00")
    plan = later.plan(exit=1)
    assert [(c["action"], c["reason"]) for c in plan["changes"]] == [("create", "deleted-outside")]
    assert held(plan)["campaign.pilot"] == "template-missing"
    later.apply()
    sandbox.approve()
    later.apply()
    assert {s["temp_id"] for s in sandbox.schedules().values()} == set(sandbox.templates())


def test_the_former_text_serves_again_when_the_new_one_was_deleted_outside(
    workspace: Workspace, sandbox: Served, approved: int
) -> None:
    """Applications have an id to send with until the text is approved once more, and the reason is told."""
    workspace.write(shop(NEW))
    workspace.apply()
    new = sandbox.texts()[NEW]
    sandbox.approve(new)
    workspace.apply()
    assert workspace.outputs == {"order-shipped": new}
    sandbox.raw("DELETE", f"templates/{new}")
    soon = workspace.having(JSMS_SYNC_NOW=(datetime.now(UTC) + timedelta(minutes=30)).isoformat())
    (change,) = [c for c in soon.plan(exit=1)["changes"] if c["action"] == "replace"]
    assert (change["reason"], change["remote_id"]) == ("deleted-outside", approved)
    soon.apply()
    assert soon.outputs == {"order-shipped": approved}
    (shown,) = soon.run("status", "--format", "json").json["templates"]
    assert (shown["phase"], shown["serving_temp_id"], shown["superseded"]) == ("auditing", approved, [])


def test_a_text_of_somebody_else_s_is_not_the_one_that_waits(workspace: Workspace, sandbox: Served) -> None:
    """Rewritten and approved in the console, the first submission does not carry what is wanted."""
    workspace.write(shop())
    workspace.apply("--new-state")
    first = sandbox.texts()[OLD]
    sandbox.reject(first)
    workspace.apply()
    sandbox.raw("PUT", f"templates/{first}", {"template": "别人改的{{order}}。", "type": 2})
    sandbox.approve(first)
    assert actions(workspace.plan(exit=2)) == {"template.order-shipped": "replace"}
    assert outcomes(workspace.apply()) == {"template.order-shipped": "done"}
    second = sandbox.texts()[OLD]
    (shown,) = workspace.run("status", "--format", "json").json["templates"]
    assert (shown["phase"], shown["temp_id"]) == ("auditing", second)


def test_a_supersede_that_was_cut_off_is_finished_by_the_next(workspace: Workspace, sandbox: Served) -> None:
    """The text that must not be approved is taken out of its audit, whenever the command is given again."""
    workspace.write(shop())
    workspace.apply("--new-state")
    first = sandbox.texts()[OLD]
    workspace.write(shop(NEW))
    sandbox.fault("drop-after", "POST", "/v1/templates")
    workspace.apply("--supersede", "template.order-shipped", exit=8)
    second = sandbox.texts()[NEW]
    assert first in sandbox.templates()
    assert workspace.run("resolve", "template.order-shipped", "--created", str(second)).exit == 0
    workspace.apply("--supersede", "template.order-shipped")
    assert [*sandbox.templates()] == [second]
