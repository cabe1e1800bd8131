"""The emergency stop: whatever is running, locked, broken or in doubt, what can be stopped is stopped."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from served import Served
from workspace import STATE, Workspace, at, held, outcomes

from jsms_sync.model.records import CampaignRecord
from jsms_sync.model.wire import china_time
from jsms_sync.state.local import LocalBackend
from jsms_sync.state.lock import this_process

pytestmark = pytest.mark.story

TEMPLATE = "version: 1\ntemplates:\n  offer: {type: notification, content: '您的订单{{order}}已发出。'}\n"
BEFORE = "2099-03-01T08:00:00+08:00"
STOP = f"{STATE}.stop"


def campaign(name: str, *, at: str = "2099-03-01 10:00:00", first: int = 0) -> str:
    """A campaign to two people, who are in no other one with another number."""
    people = ", ".join(f'{{mobile: "199{n:08}", params: {{order: "1"}}}}' for n in (first, first + 1))
    return f"  {name}:\n    template: offer\n    send_time: {at}\n    recipients: [{people}]\n"


def shop(*campaigns: str) -> str:
    """Definitions of one template and these campaigns."""
    return TEMPLATE + ("campaigns:\n" + "".join(campaigns) if campaigns else "")


SALE, PILOT = campaign("sale"), campaign("pilot", first=10)


@pytest.fixture
def approved(workspace: Workspace, sandbox: Served) -> Workspace:
    """A workspace at a JSMS that approves at once, with the template in place, two hours before."""
    sandbox.audit("approve")
    sandbox.clock(BEFORE)
    here = workspace.having(JSMS_SYNC_NOW=BEFORE)
    here.write(shop())
    here.apply("--new-state")
    here.apply()
    sandbox.forget()
    return here


@pytest.fixture
def standing(approved: Workspace, sandbox: Served) -> Workspace:
    """The same with two campaigns scheduled."""
    approved.write(shop(SALE, PILOT))
    approved.apply()
    sandbox.forget()
    return approved


def cancelled(workspace: Workspace, *arguments: str, exit: int = 0) -> Any:
    """The document of a cancel that has to end like that."""
    ran = workspace.run("cancel", "--format", "json", *arguments)
    assert ran.exit == exit, ran
    return ran.json


def mark(workspace: Workspace) -> Any:
    """The stop mark; None where there is none."""
    path = workspace.folder / STOP
    return json.loads(path.read_bytes()) if path.exists() else None


def pending(sandbox: Served) -> set[str]:
    """The numbers of the first recipient of each schedule that is still to be sent."""
    found = (s for s in sandbox.schedules().values() if s["status"] == "pending")
    return {schedule["recipients"][0]["mobile"] for schedule in found}


def test_a_scheduled_campaign_is_stopped_and_stays_so(standing: Workspace, sandbox: Served) -> None:
    """Its schedules are deleted, the mark records it until the next apply, and only --recreate undoes it."""
    (id,) = (id for id, s in sandbox.schedules().items() if s["recipients"][0]["mobile"] == "19900000000")
    serial = standing.state.serial
    document = cancelled(standing, "campaign.sale")
    assert document["outcomes"] == [
        {
            "address": "campaign.sale",
            "action": "cancel",
            "result": "done",
            "schedules": {"deleted": 1, "sent": 0, "failed": 0, "unknown": 0},
        }
    ]
    assert document["mark"] == {"left": True}
    assert sandbox.writes() == [("DELETE", f"/v1/schedule/{id}")]
    left = mark(standing)
    assert left["campaigns"]["campaign.sale"]["ids"] == left["campaigns"]["campaign.sale"]["deleted"] == [id]
    assert json.loads((standing.folder / STATE).read_bytes())["serial"] == serial, "the mark is the record"
    assert held(standing.plan(exit=0)) == {"campaign.sale": "cancelled"}
    phases = {c["address"]: c["phase"] for c in standing.run("status", "--format", "json").json["campaigns"]}
    assert phases == {"campaign.sale": "cancelled", "campaign.pilot": "scheduled"}
    applied = standing.apply()
    assert held(applied) == {"campaign.sale": "cancelled"}
    assert mark(standing) is None
    assert pending(sandbox) == {"19900000010"}
    assert outcomes(standing.apply("--recreate", "campaign.sale")) == {"campaign.sale": "done"}
    assert pending(sandbox) == {"19900000000", "19900000010"}
    standing.plan(exit=0)


def test_a_plan_after_cancel_is_what_the_next_apply_starts_from(standing: Workspace) -> None:
    """The serial that a plan names is the one that the next holder of the state finds."""
    cancelled(standing, "sale")
    planned = standing.plan(exit=0)["state"]["serial"]
    with LocalBackend(standing.folder / STATE).hold(owner=this_process("test")) as store:
        assert store.state.serial == planned
    assert standing.plan(exit=0)["state"]["serial"] == planned


def test_names_are_checked_before_anything_is_stopped(standing: Workspace, sandbox: Served) -> None:
    """A name that nobody knows ends in 3 with the one that was meant; so do templates, and no name at all."""
    for names, told in (
        (("sale", "pilots"), "Did you mean campaign.pilot?"),
        (("template.offer",), "is no campaign"),
        (("Sale",), "is not an address"),
        ((), "--all"),
        (("sale", "--all"), "--all"),
    ):
        ran = standing.run("cancel", *names)
        assert ran.exit == 3, ran
        assert told in ran.stderr
    assert sandbox.requests() == []
    assert mark(standing) is None


def test_a_rename_that_was_not_applied_yet_is_stopped_too(standing: Workspace, sandbox: Served) -> None:
    """What is scheduled still stands under the old name; the apply that renames it leaves it stopped."""
    standing.write(shop(SALE.replace("sale:", "spring:\n    moved_from: sale"), PILOT))
    document = cancelled(standing, "spring")
    assert outcomes(document) == {"campaign.sale": "done", "campaign.spring": "done"}
    assert len(sandbox.schedules()) == 1
    assert held(standing.apply()) == {"campaign.spring": "cancelled"}
    assert len(sandbox.schedules()) == 1


def test_all_stops_everything_that_is_recorded_or_defined(standing: Workspace, sandbox: Served) -> None:
    """What was never scheduled is held as well, and nothing is asked: it works where nobody can answer."""
    standing.write(shop(SALE, campaign("later", first=20)))
    document = cancelled(standing, "--all")
    assert outcomes(document) == dict.fromkeys(("campaign.pilot", "campaign.sale", "campaign.later"), "done")
    assert pending(sandbox) == set()
    applied = standing.apply()
    assert held(applied) == dict.fromkeys(("campaign.sale", "campaign.later"), "cancelled")
    assert pending(sandbox) == set()
    assert cancelled(standing, "--all")["outcomes"] == []
    assert "Nothing is scheduled" in standing.run("cancel", "--all").stdout


def test_definitions_that_are_broken_or_gone_do_not_matter(standing: Workspace, sandbox: Served) -> None:
    """What is recorded needs no definition; what only stands in a broken file is told as not stopped."""
    standing.write("version: 1\ncampaigns: [")
    document = cancelled(standing, "campaign.sale")
    assert (outcomes(document), document["notes"]) == ({"campaign.sale": "done"}, [])
    unclosed = standing.run("cancel", "--all")
    assert unclosed.exit == 0, unclosed
    assert "Note: templates.yaml:2:" in unclosed.stderr
    assert "campaigns that only stand there go on" in unclosed.stderr
    (standing.folder / "templates.yaml").unlink()
    document = cancelled(standing, "--all")
    assert outcomes(document) == {}
    assert "there is no such file" in document["notes"][0]
    assert pending(sandbox) == set()


def test_an_entry_with_mistakes_is_known_by_name(standing: Workspace) -> None:
    """Whoever stops a campaign need not first repair its definition."""
    standing.write(shop(SALE, "  wrong:\n    template: nowhere\n    recipients_file: gone.csv\n"))
    assert outcomes(cancelled(standing, "wrong")) == {"campaign.wrong": "done"}


def test_what_was_sent_is_told(standing: Workspace, sandbox: Served) -> None:
    """It could not be stopped: exit 1, and it counts as sent; --all leaves it alone later."""
    soon = at("2099-03-01T10:01:00+08:00", standing)
    document = cancelled(soon, "sale", exit=1)
    (outcome,) = document["outcomes"]
    assert outcome["schedules"] == {"deleted": 0, "sent": 1, "failed": 0, "unknown": 0}
    assert outcome["error"]["code"] == "already-sent"
    assert "1 schedule was sent already" in soon.run("cancel", "sale").stdout
    later = at("2099-03-01T10:30:00+08:00", standing)
    sandbox.forget()
    assert cancelled(later, "--all")["outcomes"] == []
    assert sandbox.requests() == []
    assert cancelled(later, "sale", exit=1)["outcomes"][0]["schedules"]["sent"] == 1
    assert [each["method"] for each in sandbox.requests()] == ["DELETE"], (
        "it may have been moved in the console"
    )
    assert later.apply()["held"] == []


def test_a_clock_that_is_ahead_stops_it_all_the_same(approved: Workspace, sandbox: Served) -> None:
    """By this machine's clock it was sent half an hour ago, by that of JSMS it is still to be sent."""
    past = datetime.now(UTC) - timedelta(hours=1)
    there = at(past.isoformat(), approved)
    there.write(shop(campaign("sale", at=china_time(past + timedelta(minutes=30)))))
    there.apply()
    ahead = approved.having(JSMS_SYNC_NOW=None)
    ran = ahead.run("cancel", "sale")
    assert ran.exit == 0, ran
    assert "cancelled (1 schedule deleted)" in ran.stdout
    assert "Note: the service's clock is -36" in ran.stderr
    assert pending(sandbox) == set()
    assert held(there.apply()) == {"campaign.sale": "cancelled"}


def test_what_is_gone_already_is_as_good_as_deleted(standing: Workspace, sandbox: Served) -> None:
    """Somebody deleted it in the console a moment ago; the campaign counts as cancelled, not as changed."""
    (record,) = (r for a, r in standing.state.resources.items() if a == "campaign.sale")
    assert isinstance(record, CampaignRecord)
    assert sandbox.raw("DELETE", f"schedule/{record.batches['1'].schedule_id}") == 200
    assert cancelled(standing, "sale")["outcomes"][0]["schedules"]["deleted"] == 1
    assert held(standing.apply()) == {"campaign.sale": "cancelled"}


def test_faults_on_the_way_are_tried_again(standing: Workspace, sandbox: Served) -> None:
    """A DELETE whose answer is lost, or that never arrives, or is refused for a while, is repeated."""
    for fault in ("drop-after", "drop-before", "out-of-freq"):
        sandbox.control("POST", "faults", {"method": "DELETE", "path": "/v1/schedule", "fault": fault})
    assert outcomes(cancelled(standing, "--all")) == dict.fromkeys(
        ("campaign.pilot", "campaign.sale"), "done"
    )
    assert pending(sandbox) == set()


def test_what_cannot_be_deleted_is_named(standing: Workspace, sandbox: Served) -> None:
    """Exit 1 with its id; the campaign is held, status says that it will be sent, and cancel is repeated."""
    fault = {"method": "DELETE", "path": "/v1/schedule", "fault": "out-of-freq", "times": 50}
    sandbox.control("POST", "faults", fault)
    (id,) = cancelled(standing, "sale", exit=1)["outcomes"][0]["left"]
    text = standing.run("cancel", "sale")
    assert text.exit == 1
    assert id in text.stdout
    sandbox.control("DELETE", "faults")
    ran = standing.run("apply", "--auto-approve")
    assert ran.exit == 0, ran
    assert "1 of its schedules are still there" in ran.stdout
    assert standing.run("status", "--format", "json").json["campaigns"][1]["phase"] == "scheduled"
    assert standing.run("state", "rm", "campaign.sale").exit == 5
    assert pending(sandbox) == {"19900000000", "19900000010"}
    cancelled(standing, "sale")
    assert pending(sandbox) == {"19900000010"}
    assert held(standing.apply()) == {"campaign.sale": "cancelled"}


def test_what_could_not_be_stopped_can_be_wanted_again(standing: Workspace, sandbox: Served) -> None:
    """--recreate of a campaign that is still scheduled lets it be, and writes nothing to JSMS."""
    sandbox.control(
        "POST", "faults", {"method": "DELETE", "path": "/v1/schedule", "fault": "out-of-freq", "times": 50}
    )
    cancelled(standing, "sale", exit=1)
    sandbox.forget()
    assert standing.apply("--recreate", "campaign.sale")["held"] == []
    assert sandbox.writes() == []
    standing.plan(exit=0)


def test_refused_credentials_leave_the_mark(standing: Workspace, sandbox: Served) -> None:
    """Nothing can be deleted (9), but a running apply is stopped all the same, and that is said."""
    for wrong in (standing.having(JSMS_MASTER_SECRET="x" * 24), standing.having(JSMS_MASTER_SECRET=None)):
        ran = wrong.run("cancel", "sale")
        assert ran.exit == 9, ran
        assert "the stop mark was left" in ran.stderr
        assert "campaign.sale" in mark(standing)["campaigns"]
        (standing.folder / STOP).unlink()


def test_looking_ahead_is_for_sandboxes(standing: Workspace) -> None:
    """Under --now a cancel at JSMS itself ends in 3, without a mark and without a request."""
    ran = standing.run("cancel", "sale", "--base-url", "https://api.sms.jpush.cn/v1")
    assert ran.exit == 3
    assert mark(standing) is None


def test_another_account_is_refused(standing: Workspace) -> None:
    """Its schedules are not ours to stop, and no mark is left."""
    assert standing.having(JSMS_APP_KEY="a" * 24).run("cancel", "sale").exit == 6
    assert mark(standing) is None


def test_without_a_state_nothing_is_known(workspace: Workspace) -> None:
    """A mistyped location must not look like peace: exit 5."""
    ran = workspace.run("cancel", "--all")
    assert ran.exit == 5
    assert "There is no state" in ran.stderr


def test_a_state_that_cannot_be_read_still_gets_its_mark(standing: Workspace, sandbox: Served) -> None:
    """The ids are not known, but what is running stops: exit 6, and the mark is told of."""
    whole = (standing.folder / STATE).read_bytes()
    standing.write("{", STATE)
    ran = standing.run("cancel", "sale")
    assert ran.exit == 6
    assert "the stop mark was left" in ran.stderr
    (standing.folder / STATE).write_bytes(whole)
    assert held(standing.plan(exit=0))["campaign.sale"] == "cancelled"
    cancelled(standing, "--all")
    assert pending(sandbox) == set()


def test_where_no_mark_can_be_left_everything_is_deleted_all_the_same(
    standing: Workspace, sandbox: Served
) -> None:
    """It says so and ends in 1; the next apply holds what vanished as cancelled outside."""
    (standing.folder / f"{STOP}.lock").mkdir()
    ran = standing.run("cancel", "sale", "--format", "json")
    assert ran.exit == 1, ran
    assert ran.json["mark"]["left"] is False
    assert outcomes(ran.json) == {"campaign.sale": "done"}
    assert "No stop mark could be left" in ran.stderr
    assert pending(sandbox) == {"19900000010"}
    assert held(standing.apply()) == {"campaign.sale": "cancelled-outside"}


def test_a_damaged_mark_stops_everything_until_somebody_has_looked(standing: Workspace) -> None:
    """It is never taken for none: whoever needs the state ends in 6 and is told what to do."""
    standing.write("{", STOP)
    for command in (("plan",), ("apply", "--auto-approve")):
        ran = standing.run(*command)
        assert ran.exit == 6, ran
        assert "stop mark" in ran.stderr


@pytest.mark.parametrize("mark", ["", "{", '{"format_version": 9}', None])
def test_a_mark_that_cannot_be_read_keeps_nothing_from_being_deleted(
    standing: Workspace, sandbox: Served, mark: str | None
) -> None:
    """Empty, torn, newer or a folder: exit 1, it says that no mark was left, and all is deleted."""
    if mark is None:
        (standing.folder / STOP).mkdir()
    else:
        standing.write(mark, STOP)
    ran = standing.run("cancel", "--all", "--format", "json")
    assert ran.exit == 1, ran
    assert ran.json["mark"]["left"] is False
    assert set(outcomes(ran.json).values()) == {"done"}
    assert "stop mark" in ran.stderr
    assert pending(sandbox) == set()
