"""The life of a campaign: placed, edited, moved, stopped by others, sent, and remembered."""

import json
from typing import Any

import pytest
from served import Served
from workspace import Workspace, actions, at, codes, held, outcomes

from jsms_sync.sandbox.beliefs import Beliefs

pytestmark = pytest.mark.story

TEMPLATE = "  offer: {type: notification, content: '您的订单{{order}}已发出。'}\n"
BEFORE = "2099-03-01T08:00:00+08:00"
SOON = "2099-03-01T09:57:00+08:00"
AFTER = "2099-03-01T10:05:00+08:00"
LATER = "2099-03-01T10:20:00+08:00"


def campaign(
    who: str, *, name: str = "sale", at: str = "2099-03-01 10:00:00", text: str = "template: offer"
) -> str:
    """The definition of a campaign for these recipients."""
    return f"  {name}:\n    {text}\n    send_time: {at}\n    {who}\n"


def shop(*campaigns: str) -> str:
    """Definitions of one template and these campaigns."""
    below = "campaigns:\n" + "".join(campaigns) if campaigns else ""
    return f"version: 1\ntemplates:\n{TEMPLATE}{below}"


def several(*numbers: int, order: str = "1") -> str:
    """Recipients as an inline list."""
    entries = (f'{{mobile: "199{number:08}", params: {{order: "{order}"}}}}' for number in numbers)
    return f"recipients: [{', '.join(entries)}]"


ONE = 'mobile: "19900000001"\n    params: {order: "1"}'
MANY = "recipients_file: people.csv"


def people(workspace: Workspace, *ranges: range, order: str = "") -> None:
    """Writes the recipients of `MANY`."""
    rows = [f"199{number:08},{order or number}" for numbers in ranges for number in numbers]
    workspace.write("\n".join(["mobile,order", *rows, ""]), "people.csv")


@pytest.fixture
def approving(workspace: Workspace, sandbox: Served) -> Workspace:
    """A workspace at a JSMS that approves everything, with the template in place, two hours before."""
    sandbox.audit("approve")
    workspace.write(shop())
    here = workspace.having(JSMS_SYNC_NOW=BEFORE)
    sandbox.clock(BEFORE)
    here.apply("--new-state")
    here.apply()
    return here


def placed(sandbox: Served) -> list[set[str]]:
    """The numbers of each pending schedule."""
    return [
        {recipient["mobile"] for recipient in schedule["recipients"]}
        for schedule in sandbox.schedules().values()
        if schedule["status"] == "pending"
    ]


def test_2500_recipients_become_three_schedules_and_not_a_request_more(
    approving: Workspace, sandbox: Served
) -> None:
    """Together they hold 2,500 distinct numbers, and nothing was sent that the plan did not announce."""
    people(approving, range(2500))
    approving.write(shop(campaign(MANY)))
    plan = approving.plan(exit=2)
    (change,) = plan["changes"]
    assert change["batches"] == {"create": 3, "modify": 0, "delete": 0, "unchanged": 0}
    assert plan["estimate"] == {
        **{"messages": 2500, "parts": 2500},
        **{"balance": 10_000_000, "balance_after": 9_997_500},
    }
    sandbox.forget()
    approving.apply()
    assert sandbox.writes() == [("POST", "/v1/schedule/batch")] * 3
    assert sorted(map(len, placed(sandbox))) == [500, 1000, 1000]
    assert len(set().union(*placed(sandbox))) == 2500


def test_edits_of_recipients_touch_the_fewest_schedules(approving: Workspace, sandbox: Served) -> None:
    """Everyone keeps their place; who is new goes where something changes anyway, or where there is room."""
    people(approving, range(2500))
    approving.write(shop(campaign(MANY)))
    approving.apply()
    steps: list[tuple[tuple[range, ...], dict[str, int]]] = [
        ((range(1, 2500), range(9000, 9001)), {"modify": 1}),
        ((range(1, 2500), range(9000, 9002)), {"modify": 1}),
        ((range(1, 2500), range(9000, 9602)), {"modify": 1, "create": 1}),
        ((range(1, 2000), range(9000, 9602)), {"modify": 1}),
        ((range(1, 1000),), {"modify": 1, "delete": 3}),
        ((range(9000, 9001),), {"modify": 1}),
    ]
    for numbers, expected in steps:
        people(approving, *numbers)
        batches = approving.plan(exit=2)["changes"][0]["batches"]
        assert {what: n for what, n in batches.items() if n and what != "unchanged"} == expected
        before = places(sandbox)
        approving.apply()
        after = places(sandbox)
        assert after.keys() == {f"199{number:08}" for each in numbers for number in each}
        assert all(after[number] == before[number] for number in before.keys() & after.keys())


def places(sandbox: Served) -> dict[str, str]:
    """The one schedule that holds each number."""
    found = [(r["mobile"], id) for id, s in sandbox.schedules().items() for r in s["recipients"]]
    assert len(found) == len(dict(found))
    return dict(found)


def test_other_params_of_one_recipient_touch_one_schedule(approving: Workspace, sandbox: Served) -> None:
    """The parameters of a recipient are part of what is compared, though the state holds only digests."""
    people(approving, range(2500))
    approving.write(shop(campaign(MANY)))
    approving.apply()
    text = (approving.folder / "people.csv").read_text()
    approving.write(text.replace(",1234\n", ",changed\n"), "people.csv")
    (change,) = approving.plan(exit=2)["changes"]
    assert change["batches"] == {"create": 0, "modify": 1, "delete": 0, "unchanged": 2}
    assert {"path": "recipients_changed", "before": None, "after": 1} in change["fields"]
    approving.apply()


def test_another_time_is_a_put(approving: Workspace, sandbox: Served) -> None:
    """An edit of send_time changes the schedule where it is."""
    approving.write(shop(campaign(several(1, 2))))
    approving.apply()
    before = sandbox.schedules().keys()
    approving.write(shop(campaign(several(1, 2), at="2099-03-02T09:00:00+09:00")))
    (change,) = approving.plan(exit=2)["changes"]
    assert change["fields"] == [
        {"path": "send_time", "before": "2099-03-01 10:00:00", "after": "2099-03-02 08:00:00"}
    ]
    approving.apply()
    assert sandbox.schedules().keys() == before
    assert [s["send_time"] for s in sandbox.schedules().values()] == ["2099-03-02 08:00:00"]


@pytest.mark.parametrize(("old", "new"), [(ONE, several(1, 2)), (several(1, 2), ONE)])
def test_one_recipient_becomes_many_and_back(
    approving: Workspace, sandbox: Served, old: str, new: str
) -> None:
    """The old schedule is deleted before the new one is placed: never both alive."""
    approving.write(shop(campaign(old)))
    approving.apply()
    approving.write(shop(campaign(new)))
    assert actions(approving.plan(exit=2)) == {"campaign.sale": "replace"}
    sandbox.forget()
    approving.apply()
    assert [method for method, _ in sandbox.writes()] == ["DELETE", "POST"]
    assert len(sandbox.schedules()) == 1


@pytest.mark.parametrize(
    "new", [campaign(several(1, 3)), campaign(ONE), campaign(several(1, 2), at="2099-03-02 10:00:00")]
)
def test_nothing_is_changed_shortly_before_its_time(approving: Workspace, sandbox: Served, new: str) -> None:
    """Inside the freeze window edits are held; a removal is not, and nothing is ever sent late."""
    approving.write(shop(campaign(several(1, 2))))
    approving.apply()
    soon = at(SOON, approving)
    soon.write(shop(new))
    assert held(soon.plan(exit=0)) == {"campaign.sale": "inside-freeze-window"}
    soon.apply()
    soon.write(shop())
    assert actions(soon.plan(exit=2)) == {"campaign.sale": "delete"}
    soon.apply()
    assert sandbox.schedules() == {}


def test_an_old_name_places_nobody_whom_the_renamed_campaign_still_has(
    approving: Workspace, sandbox: Served
) -> None:
    """An old checkout renamed it shortly before its time: the right one does not schedule it once more."""
    approving.write(shop(campaign(several(1, 2))))
    approving.apply()
    soon, new = at(SOON, approving), campaign(several(3), name="fair", at="2099-03-02 10:00:00")
    soon.write(shop(new + "    moved_from: sale\n"))
    assert held(soon.apply()) == {"campaign.fair": "inside-freeze-window"}
    soon.write(shop(campaign(several(1, 2)), new))
    assert held(soon.apply()) == dict.fromkeys(("campaign.fair", "campaign.sale"), "inside-freeze-window")
    assert len(sandbox.schedules()) == 1
    later = at(LATER, approving)
    sandbox.clock(LATER)
    assert len(sandbox.outbox()) == 2
    later.apply()
    assert len(sandbox.outbox()) == 2
    assert held(later.plan(exit=0))["campaign.sale"] == "already-sent"


def test_an_old_name_is_placed_once_the_renamed_campaign_has_let_its_people_go(
    approving: Workspace, sandbox: Served
) -> None:
    """In the same run where that works, and not at all where it does not."""
    approving.write(shop(campaign(several(1, 2))))
    approving.apply()
    approving.write(shop(campaign(several(1, 2), name="fair") + "    moved_from: sale\n"))
    approving.apply()
    approving.write(shop(campaign(several(1, 2)), campaign(several(3), name="fair")))
    sandbox.fault("status", "PUT", "/v1/schedule", status=403, code=50007, times=9)
    assert outcomes(approving.apply(exit=1)) == {"campaign.fair": "failed", "campaign.sale": "skipped"}
    assert len(sandbox.schedules()) == 1
    sandbox.control("DELETE", "faults")
    assert outcomes(approving.apply()) == {"campaign.fair": "done", "campaign.sale": "done"}
    assert sorted(len(s["recipients"]) for s in sandbox.schedules().values()) == [1, 2]
    assert approving.plan()["changes"] == []


def test_a_campaign_that_comes_too_late_is_never_sent(approving: Workspace, sandbox: Served) -> None:
    """A time that has come, or is less than a minute away, is stuck until a person moves it."""
    approving.write(shop(campaign(several(1, 2))))
    for time in ("2099-03-01T09:59:01+08:00", AFTER):
        late = at(time, approving)
        assert held(late.plan(exit=1)) == {"campaign.sale": "send-time-passed"}
        late.apply("--detailed-exitcode", exit=1)
    assert sandbox.schedules() == {}


def test_a_sent_campaign_stays_as_it_was(approving: Workspace, sandbox: Served) -> None:
    """Once sent it is unchanged; edits come too late, and its name never sends again."""
    approving.write(shop(campaign(several(1, 2))))
    approving.apply()
    after = at(AFTER, approving)
    assert len(sandbox.control("GET", "outbox")) == 2
    assert after.plan(exit=0)["summary"]["unchanged"] == 2
    after.write(shop(campaign(several(1, 2), at="2099-04-01 10:00:00")))
    assert held(after.plan(exit=0)) == {"campaign.sale": "already-sent"}
    after.apply()
    later = at(LATER, after)
    later.write(shop())
    assert actions(later.plan(exit=2)) == {"campaign.sale": "forget"}
    sandbox.forget()
    later.apply()
    assert sandbox.writes() == []
    later.write(shop(campaign(several(1, 2), at="2099-04-01 10:00:00")))
    assert held(later.plan(exit=0)) == {"campaign.sale": "already-sent"}
    later.write(shop(campaign(several(1, 2), at="2099-04-01 10:00:00", name="sale-2")))
    assert actions(later.plan(exit=2)) == {"campaign.sale-2": "create"}


def test_a_campaign_removed_just_after_its_time_is_still_stopped_if_it_can_be(
    approving: Workspace, sandbox: Served
) -> None:
    """For ten minutes after its time a removal sends a DELETE; that it was sent is then remembered."""
    approving.write(shop(campaign(several(1, 2))))
    approving.apply()
    after = at(AFTER, approving)
    after.write(shop())
    assert actions(after.plan(exit=2)) == {"campaign.sale": "delete"}
    after.apply()
    after.write(shop(campaign(several(1, 2), at="2099-04-01 10:00:00")))
    assert held(after.plan(exit=0)) == {"campaign.sale": "already-sent"}


def test_a_campaign_removed_from_the_file_is_deleted(approving: Workspace, sandbox: Served) -> None:
    """The definition is the wish: without it all schedules go, and the name is free again."""
    people(approving, range(1500))
    approving.write(shop(campaign(MANY)))
    approving.apply()
    approving.write(shop())
    (change,) = approving.plan(exit=2)["changes"]
    assert (change["action"], change["batches"]["delete"]) == ("delete", 2)
    approving.apply()
    assert sandbox.schedules() == {}
    approving.write(shop(campaign(several(1, 2))))
    approving.apply()
    assert len(sandbox.schedules()) == 1


def test_a_campaign_stopped_behind_our_back_stays_stopped(approving: Workspace, sandbox: Served) -> None:
    """Somebody may have had a reason: stuck until --recreate, even when its entry went and came back."""
    approving.write(shop(campaign(several(1, 2))))
    approving.apply()
    (schedule_id,) = sandbox.schedules()
    sandbox.raw("DELETE", f"schedule/{schedule_id}")
    assert held(approving.plan(exit=1)) == {"campaign.sale": "cancelled-outside"}
    approving.apply("--detailed-exitcode", exit=1)
    approving.write(shop())
    approving.apply()
    approving.write(shop(campaign(several(1, 2))))
    assert held(approving.plan(exit=0)) == {"campaign.sale": "cancelled"}
    assert actions(approving.plan("--recreate", "campaign.sale", exit=2)) == {"campaign.sale": "create"}
    approving.apply("--recreate", "campaign.sale")
    assert len(sandbox.schedules()) == 1


def test_one_vanished_schedule_of_several_keeps_its_recipients_out(
    approving: Workspace, sandbox: Served
) -> None:
    """Nobody is placed anywhere while one schedule is gone; removals from the others go on."""
    people(approving, range(1500))
    approving.write(shop(campaign(MANY)))
    approving.apply()
    gone = max(sandbox.schedules().values(), key=lambda s: len(s["recipients"]))
    sandbox.raw("DELETE", f"schedule/{gone['schedule_id']}")
    kept = {r["mobile"] for s in sandbox.schedules().values() for r in s["recipients"]}
    people(approving, range(1490), range(8000, 8010))
    plan = approving.plan(exit=1)
    assert held(plan) == {"campaign.sale": "cancelled-outside"}
    approving.apply("--detailed-exitcode", exit=1)
    still = {r["mobile"] for s in sandbox.schedules().values() for r in s["recipients"]}
    assert still == {n for n in kept if int(n) < 19900001490}
    approving.apply("--recreate", "campaign.sale")
    assert len({r["mobile"] for s in sandbox.schedules().values() for r in s["recipients"]}) == 1500


def test_a_campaign_changed_behind_our_back_is_overwritten_only_on_request(
    approving: Workspace, sandbox: Served
) -> None:
    """Another time than we set is stuck until --overwrite sets it again."""
    approving.write(shop(campaign(several(1, 2))))
    approving.apply()
    ((schedule_id, schedule),) = sandbox.schedules().items()
    body = {
        "send_time": "2099-03-05 10:00:00",
        "temp_id": schedule["temp_id"],
        "recipients": [{"mobile": r["mobile"], "temp_para": r["temp_para"]} for r in schedule["recipients"]],
    }
    assert sandbox.raw("PUT", f"schedule/batch/{schedule_id}", body) == 200
    assert held(approving.plan(exit=1)) == {"campaign.sale": "changed-outside"}
    approving.apply("--detailed-exitcode", exit=1)
    assert sandbox.schedules()[schedule_id]["send_time"] == "2099-03-05 10:00:00"
    approving.apply("--overwrite", "campaign.sale")
    assert sandbox.schedules()[schedule_id]["send_time"] == "2099-03-01 10:00:00"


def test_a_number_in_two_schedules_of_a_campaign_is_refused(approving: Workspace, sandbox: Served) -> None:
    """A person would get the message twice: exit 5, and nothing lifts it."""
    people(approving, range(1001))
    approving.write(shop(campaign(MANY)))
    approving.apply()
    small = min(sandbox.schedules().values(), key=lambda s: len(s["recipients"]))
    body = {
        "send_time": small["send_time"],
        "temp_id": small["temp_id"],
        "recipients": [{"mobile": "19900000001", "temp_para": {"order": "1"}}],
    }
    sandbox.raw("PUT", f"schedule/batch/{small['schedule_id']}", body)
    refused = approving.apply(exit=5)
    assert codes(refused) == {"recipient-twice"}
    assert "199****0001" in json.dumps(refused)


@pytest.mark.parametrize(
    "sandbox", [{"beliefs": Beliefs(opted_out=frozenset({"19900000002"}))}], indirect=True
)
def test_who_is_refused_by_jsms_is_left_out(approving: Workspace, sandbox: Served) -> None:
    """An opted-out number is recorded as refused, is no reason for another request, and is counted."""
    approving.write(shop(campaign(several(1, 2))))
    approving.apply()
    assert placed(sandbox) == [{"19900000001"}]
    status = approving.run("status", "--format", "json").json
    assert [(c["phase"], c["recipients"], c["failed"]) for c in status["campaigns"]] == [("scheduled", 1, 1)]
    assert "1 refused by JSMS" in approving.run("status").stdout
    approving.write(shop(campaign(several(1, 2, order="9"))))
    sandbox.forget()
    approving.apply()
    assert len(sandbox.writes()) == 1, "an edited entry is tried again, once"
    approving.write(shop(campaign(several(1, order="9"))))
    assert approving.plan(exit=0)["changes"] == []


@pytest.mark.parametrize(
    "sandbox", [{"beliefs": Beliefs(opted_out=frozenset({"19900000001", "19900000002"}))}], indirect=True
)
def test_a_campaign_of_nobody_converges_too(approving: Workspace, sandbox: Served) -> None:
    """When every recipient is refused, the next plan is empty all the same."""
    approving.write(shop(campaign(several(1, 2))))
    approving.apply()
    approving.write(shop())
    approving.apply()
    assert sandbox.schedules() == {}


def test_a_renamed_campaign_is_only_recorded(approving: Workspace, sandbox: Served) -> None:
    """moved_from needs no request; the old name sends nothing again either."""
    approving.write(shop(campaign(several(1, 2))))
    approving.apply()
    new = campaign(several(1, 2), name="spring", text="template: offer\n    moved_from: sale")
    approving.write(shop(new))
    sandbox.forget()
    assert actions(approving.plan(exit=2)) == {"campaign.spring": "record"}
    approving.apply()
    assert sandbox.writes() == []
    after = at(AFTER, approving)
    again = campaign(several(1, 2), at="2099-04-01 10:00:00")
    after.write(shop(campaign(several(1, 2), name="spring"), again))
    assert held(after.plan(exit=0)) == {"campaign.sale": "already-sent"}


def test_a_campaign_may_use_a_template_that_is_managed_elsewhere(
    approving: Workspace, sandbox: Served
) -> None:
    """Its audit is awaited, its variables are checked, and an id that cannot be seen is taken as it is."""
    sandbox.audit("manual")
    sandbox.raw("POST", "templates", {"template": "您的包裹{{order}}到了。", "type": 2})
    temp_id = max(sandbox.templates())
    elsewhere = f"temp_id: {temp_id}"
    approving.write(shop(campaign(several(1, 2), text=elsewhere)))
    assert held(approving.plan(exit=0)) == {"campaign.sale": "template-not-approved"}
    approving.apply("--detailed-exitcode", exit=4)
    sandbox.approve(temp_id)
    approving.write(shop(campaign(several(1, 2), text=elsewhere).replace("order:", "number:")))
    wrong = approving.run("plan", "--format", "json")
    assert (wrong.exit, [p["code"] for p in wrong.json["problems"]]) == (3, ["params-missing"])
    assert approving.run("apply", "--auto-approve").exit == 3
    assert sandbox.schedules() == {}
    approving.write(shop(campaign(several(1, 2), text=elsewhere)))
    approving.apply()
    assert [s["temp_id"] for s in sandbox.schedules().values()] == [temp_id]


def test_an_unknown_template_id_is_refused_by_jsms_and_told(approving: Workspace) -> None:
    """50013 is no reason to hold the campaign, since the vendor's templates may not be readable."""
    approving.write(shop(campaign(several(1, 2), text="temp_id: 4711")))
    assert actions(approving.plan(exit=2)) == {"campaign.sale": "create"}
    (outcome,) = approving.apply(exit=1)["outcomes"]
    assert (outcome["result"], outcome["error"]["code"]) == ("failed", 50013)
    assert approving.state.campaign(outcome["address"]) is None


def test_the_vendors_own_template_can_be_scheduled(approving: Workspace, sandbox: Served) -> None:
    """temp_id 1 exists without us and takes a code."""
    approving.write(shop(campaign(several(1, 2).replace("order", "code"), text="temp_id: 1")))
    approving.apply()
    assert len(sandbox.schedules()) == 1


def test_a_changed_tag_alone_is_noted_and_not_applied(approving: Workspace, sandbox: Served) -> None:
    """No recipient ever sees the tag, and PUT does not take it."""
    approving.write(shop(campaign(several(1, 2), text="template: offer\n    tag: 春季")))
    approving.apply()
    assert [s["tag"] for s in sandbox.schedules().values()] == ["春季"]
    approving.write(shop(campaign(several(1, 2), text="template: offer\n    tag: 夏季")))
    plan: dict[str, Any] = approving.plan(exit=0)
    assert plan["changes"] == []
    assert any("tag" in note for note in plan["notes"])


def test_a_removed_text_goes_after_its_campaigns(approving: Workspace, sandbox: Served) -> None:
    """Template and campaign removed together: the campaign goes first, in one apply."""
    approving.write(shop(campaign(several(1, 2))))
    approving.apply()
    approving.write("version: 1\ntemplates:\n  next: {type: notification, content: 新的短信。}\n")
    sandbox.forget()
    done = approving.apply()
    assert outcomes(done) == {"template.next": "done", "campaign.sale": "done", "template.offer": "done"}
    assert [method for method, _ in sandbox.writes()] == ["POST", "DELETE", "DELETE"]
    assert [path.split("/")[2] for _, path in sandbox.writes()] == ["templates", "schedule", "templates"]


def test_a_low_balance_is_told_and_tried_again(approving: Workspace, sandbox: Served) -> None:
    """A campaign that is placed all the same is refused by JSMS, and tried again by the next apply."""
    approving.write(shop(campaign(several(1, 2))))
    sandbox.control("PUT", "balance", {"app_balance": 1})
    ran = approving.run("apply", "--auto-approve", "--allow", "insufficient-balance", "--format", "json")
    assert [o["error"]["code"] for o in ran.json["outcomes"]] == [50014]
    sandbox.control("PUT", "balance", {"app_balance": 100})
    approving.apply()
    assert len(set().union(*placed(sandbox))) == 2, ran
