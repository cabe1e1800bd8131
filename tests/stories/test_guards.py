"""What stops a campaign before it costs money or reaches people at night: guards, by name, one by one."""

import re
from pathlib import Path

import pytest
from served import Served
from workspace import Workspace, actions, codes, outcomes

from jsms_sync.sandbox.beliefs import Beliefs

pytestmark = pytest.mark.story

GOLDEN = Path(__file__).parents[1] / "golden"
NOW = "2099-03-01T08:00:00+08:00"
OFFER = "  offer: {type: marketing, content: '{{shop}}全场八折。'}\n"
NOTICE = "  notice: {type: notification, content: '您的订单{{order}}已发出。'}\n"


def campaign(name: str, template: str, at: str, *people: str) -> str:
    """A campaign to recipients written as `1=value`."""
    variable = "shop" if template == "offer" else "order"
    rows = [word.partition("=") for word in people]
    told = ", ".join(
        f'{{mobile: "199{int(n):08}", params: {{{variable}: "{value or 1}"}}}}' for n, _, value in rows
    )
    return f"  {name}:\n    template: {template}\n    send_time: {at}\n    recipients: [{told}]\n"


def shop(*campaigns: str) -> str:
    """Definitions of both templates and these campaigns."""
    below = "campaigns:\n" + "".join(campaigns) if campaigns else ""
    return f"version: 1\ntemplates:\n{OFFER}{NOTICE}{below}"


@pytest.fixture
def approved(workspace: Workspace, sandbox: Served) -> Workspace:
    """A workspace at eight in the morning, with both templates approved."""
    sandbox.audit("approve")
    sandbox.clock(NOW)
    workspace.write(shop())
    here = workspace.having(JSMS_SYNC_NOW=NOW)
    here.apply("--new-state", "--parallelism", "1")
    here.apply()
    return here


def golden(name: str, told: str) -> None:
    """What is told is the golden file, but for the ids of schedules."""
    shown = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "SCHEDULE", told)
    assert shown == (GOLDEN / name).read_text(encoding="utf-8")


def test_every_guard_is_named_and_lifted_by_name(approved: Workspace, sandbox: Served) -> None:
    """Marketing at night, a day of rest, too many parts, too little money: one plan tells all of them."""
    approved.write("version: 1\nlimits: {blackout: [2099-03-05], max_parts: 3}\n", "jsms-sync.yaml")
    sandbox.set_balance(app_balance=2)
    approved.write(
        shop(
            campaign("late", "offer", "2099-03-02 21:00:00", "1", "2"),
            campaign("rest-day", "notice", "2099-03-05 10:00:00", "3", f"4={'x' * 70}"),
        )
    )
    ran = approved.run("plan", "-q")
    assert ran.exit == 5
    golden("plan-guards.txt", ran.stdout)
    lifts = re.findall(r"--allow (\S+)", ran.stdout)
    assert lifts == [
        "outside-marketing-hours=campaign.late",
        "blackout=campaign.rest-day",
        "over-limit",
        "insufficient-balance",
    ]
    every = [word for lift in lifts for word in ("--allow", lift)]
    for lift in lifts:
        others = [word for other in lifts if other != lift for word in ("--allow", other)]
        refused = approved.run("apply", "--auto-approve", "--format", "json", *others)
        assert (refused.exit, codes(refused.json)) == (5, {lift.partition("=")[0]})
    assert sandbox.schedules() == {}
    approved.apply(*every[:-2], "--allow", "insufficient-balance", exit=1)
    sandbox.set_balance(app_balance=1000)
    approved.apply(*every)
    assert len(sandbox.schedules()) == 2


def test_a_guard_never_keeps_a_campaign_from_being_stopped_or_made_smaller(
    approved: Workspace, sandbox: Served
) -> None:
    """What was allowed once stays as it is; people and campaigns can be taken out without another word."""
    night = campaign("late", "offer", "2099-03-02 22:00:00", "1", "2")
    approved.write(shop(night))
    approved.apply("--allow", "outside-marketing-hours=campaign.late")
    approved.write("version: 1\nlimits: {blackout: [2099-03-02], max_parts: 0}\n", "jsms-sync.yaml")
    sandbox.set_balance(app_balance=1)
    assert approved.plan(exit=0)["changes"] == []
    approved.write(shop(campaign("late", "offer", "2099-03-02 22:00:00", "1")))
    approved.apply()
    approved.write(shop(campaign("late", "offer", "2099-03-02 22:30:00", "1")))
    assert codes(approved.plan(exit=5)) == {"outside-marketing-hours", "blackout"}
    approved.write(shop())
    assert actions(approved.plan(exit=2)) == {"campaign.late": "delete"}
    approved.apply()
    assert sandbox.schedules() == {}


def test_marketing_that_waits_for_its_audit_is_warned_of_at_once(
    workspace: Workspace, sandbox: Served
) -> None:
    """The text is submitted all the same, and the campaign is refused once it could be scheduled."""
    sandbox.clock(NOW)
    here = workspace.having(JSMS_SYNC_NOW=NOW)
    here.write(shop(campaign("late", "offer", "2099-03-02 21:00:00", "1")))
    told = "campaign.late will be refused after the approval (outside-marketing-hours)"
    assert [note for note in here.plan("--offline", exit=2)["notes"] if note.startswith(told)]
    here.apply("--new-state")
    sandbox.approve()
    assert codes(here.apply(exit=5)) == {"outside-marketing-hours"}


def test_the_balance_pays_for_all_pending_campaigns_together(approved: Workspace, sandbox: Served) -> None:
    """Also for those that are scheduled already; the marketing balance pays for marketing only."""
    sandbox.set_balance(app_balance=1, app_industry=2, app_market=3)
    first = campaign("first", "notice", "2099-03-02 10:00:00", "1", "2")
    approved.write(shop(first))
    plan = approved.plan(exit=2)
    assert (plan["estimate"]["balance"], plan["estimate"]["balance_after"]) == (3, 1)
    approved.apply()
    approved.write(shop(first, campaign("second", "notice", "2099-03-03 10:00:00", "3", "4")))
    plan = approved.plan(exit=5)
    assert codes(plan) == {"insufficient-balance"}
    assert (plan["estimate"]["balance"], plan["estimate"]["balance_after"]) == (3, -1)
    (refusal,) = plan["refusals"]
    assert refusal["reason"] == (
        "everything that is scheduled then takes 4 parts, 2 of them scheduled already; the app's balance pays"
        " for 3: 1 part is missing"
    )
    approved.write(shop(first, campaign("second", "offer", "2099-03-03 10:00:00", "3", "4", "5", "6")))
    assert approved.plan(exit=2)["estimate"]["balance_after"] == 0
    approved.apply()


NOTHING = dict.fromkeys(("app_balance", "app_voice", "app_industry", "app_market"))


@pytest.mark.parametrize(
    "sandbox",
    [{"beliefs": Beliefs()}, {"beliefs": Beliefs(unallotted_app_is_refused=False)}],
    indirect=True,
)
def test_an_app_without_allotment_is_paid_by_its_account(approved: Workspace, sandbox: Served) -> None:
    """50033 or nulls: the account's balance counts, when its credentials are there; else a note says so."""
    sandbox.set_balance(**NOTHING, dev_balance=1)
    approved.write(shop(campaign("first", "notice", "2099-03-02 10:00:00", "1", "2")))
    plan = approved.plan(exit=5)
    assert (codes(plan), plan["estimate"]["balance"]) == ({"insufficient-balance"}, 1)
    assert "the account's balance pays for 1" in plan["refusals"][0]["reason"]
    nobody = approved.having(JSMS_DEV_KEY=None)
    plan = nobody.plan(exit=2)
    assert plan["estimate"]["balance"] is None
    assert "the balance could not be read" in plan["notes"][-1]
    sandbox.set_balance(dev_balance=2)
    approved.apply()


def test_a_cost_is_told_before_and_after(approved: Workspace, sandbox: Served) -> None:
    """In the plan of an edit, of a removal, and in the status; a waiting campaign says what it would cost."""
    people = ("1", "2", f"3={'x' * 60}")
    approved.write(shop(campaign("first", "notice", "2099-03-02 10:00:00", *people[:2])))
    approved.apply()
    approved.write(
        shop(
            campaign("first", "notice", "2099-03-02 10:00:00", *people),
            campaign("next", "offer", "2099-03-03 10:00:00", "4"),
        )
    )
    ran = approved.run("plan", "-q")
    golden("plan-cost.txt", ran.stdout)
    approved.apply()
    golden("status-cost.txt", approved.run("status").stdout)
    entry = approved.run("status", "--format", "json").json["campaigns"][0]
    assert entry["cost"] == {"messages": 3, "parts": 4, "parts_min": 1, "parts_max": 2}
    approved.write(shop(campaign("next", "offer", "2099-03-03 10:00:00", "4")))
    (change,) = approved.plan(exit=2)["changes"]
    assert change["cost"] == {
        **{"messages": 0, "parts": 0, "parts_min": None, "parts_max": None},
        **{"messages_before": 3, "parts_before": 4},
    }


def test_the_signature_of_the_settings_is_counted(approved: Workspace) -> None:
    """A known one may be shorter than the ten characters that are assumed."""
    approved.write(shop(campaign("first", "notice", "2099-03-02 10:00:00", f"1={'x' * 53}")))
    assert approved.plan(exit=2)["estimate"]["parts"] == 2
    approved.write("version: 1\nsignature: 极光\n", "jsms-sync.yaml")
    assert approved.plan(exit=2)["estimate"]["parts"] == 1


OPTED_OUT = Beliefs(opted_out=frozenset({"19900000002", "19900000003"}))


@pytest.mark.parametrize("sandbox", [{"beliefs": OPTED_OUT}], indirect=True)
def test_whom_jsms_refuses_is_told_masked_with_the_reason(approved: Workspace, sandbox: Served) -> None:
    """By apply and by status, in words; the campaign goes to everybody else."""
    approved.write(shop(campaign("first", "notice", "2099-03-02 10:00:00", "1", "2", "3")))
    ran = approved.run("apply", "--auto-approve", "-q")
    assert ran.exit == 0
    golden("apply-refused.txt", ran.stdout)
    golden("status-refused.txt", approved.run("status").stdout)
    (entry,) = approved.run("status", "--format", "json").json["campaigns"]
    assert (entry["failed"], entry["failed_codes"]) == (2, [{"code": 50024, "count": 2}])


@pytest.mark.parametrize("sandbox", [{"beliefs": OPTED_OUT}], indirect=True)
def test_more_refused_recipients_than_allowed_stop_the_campaign(approved: Workspace, sandbox: Served) -> None:
    """Exit 1 when it happens, and nobody else is placed until the file is mended or it is allowed."""
    approved.write("version: 1\nlimits: {max_failed: 1}\n", "jsms-sync.yaml")
    rows = "\n".join(["mobile,order", *(f"199{n:08},{n}" for n in range(1, 2502)), ""])
    approved.write(rows, "people.csv")
    many = "  many: {template: notice, send_time: 2099-03-02 10:00:00, recipients_file: people.csv}\n"
    approved.write(shop(many))
    document = approved.apply("--parallelism", "1", exit=1)
    (outcome,) = document["outcomes"]
    assert (outcome["result"], outcome["error"]["code"]) == ("failed", "over-limit")
    assert [(each["code"], each["count"]) for each in outcome["refused"]] == [(50024, 2)]
    assert len(sandbox.schedules()) == 1
    plan = approved.plan(exit=5)
    assert [(r["code"], r["address"]) for r in plan["refusals"]] == [("over-limit", "campaign.many")]
    assert "more than max_failed (1)" in plan["refusals"][0]["reason"]
    approved.write(rows.replace("19900000002,2\n", "").replace("19900000003,3\n", ""), "people.csv")
    assert outcomes(approved.apply()) == {"campaign.many": "done"}
    assert sum(len(s["recipients"]) for s in sandbox.schedules().values()) == 2499


@pytest.mark.parametrize("sandbox", [{"beliefs": Beliefs(batch_needs_money_for_all=False)}], indirect=True)
def test_refusals_that_pass_are_tried_again(approved: Workspace, sandbox: Served) -> None:
    """Whom the balance does not reach (50014) is placed by the next apply, without an edit."""
    approved.write(shop(campaign("first", "notice", "2099-03-02 10:00:00", "1", "2", "3")))
    sandbox.set_balance(app_balance=2)
    ran = approved.run("apply", "--auto-approve", "--allow", "insufficient-balance")
    assert "the next apply tries again" in ran.stdout
    sandbox.set_balance(app_balance=100)
    assert actions(approved.plan(exit=2)) == {"campaign.first": "modify"}
    approved.apply()
    assert sum(len(s["recipients"]) for s in sandbox.schedules().values()) == 3


def test_who_lacks_a_variable_of_a_text_from_elsewhere_is_named(approved: Workspace, sandbox: Served) -> None:
    """The problem has the place of the campaign, the variable, and the recipients, masked."""
    sandbox.raw("POST", "templates", {"template": "您的包裹{{order}}由{{carrier}}送达。", "type": 2})
    temp_id = max(sandbox.templates())
    text = campaign("first", "notice", "2099-03-02 10:00:00", "1", "2").replace(
        "template: notice", f"temp_id: {temp_id}"
    )
    approved.write(shop(text.replace('order: "1"', 'order: "1", carrier: 顺丰', 1)))
    ran = approved.run("plan")
    assert ran.exit == 3
    assert re.search(r"templates\.yaml:6:3: error: .*`carrier` for recipient 2 \(199\*{4}0002\)", ran.told)
