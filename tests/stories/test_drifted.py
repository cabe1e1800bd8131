"""Somebody works in the console as well: drift tells what is not as recorded, and sends GETs only."""

import pytest
from served import Served
from workspace import Workspace, at, held, outcomes

pytestmark = pytest.mark.story

TEXT = "您的订单{{order}}已由{{carrier}}发出。"
SHOP = f"""\
version: 1
templates:
  order-shipped: {{type: notification, content: '{TEXT}'}}
  other: {{type: notification, content: '您的包裹已到达{{{{station}}}}。'}}
campaigns:
  pilot:
    template: order-shipped
    send_time: 2099-03-02 09:00:00
    recipients:
      - {{mobile: "19912345678", params: {{order: "1002", carrier: 中通}}}}
      - {{mobile: "19912345679", params: {{order: "1003", carrier: 圆通}}}}
"""


@pytest.fixture
def standing(workspace: Workspace, sandbox: Served) -> Workspace:
    """One text that serves a campaign, and one whose audit is open."""
    workspace.write(SHOP)
    workspace.apply("--new-state")
    sandbox.approve(sandbox.texts()[TEXT])
    workspace.apply()
    sandbox.forget()
    return workspace


def test_nothing_differs_after_an_apply(standing: Workspace, sandbox: Served) -> None:
    """Nor does the audit that ends meanwhile; definitions are not even read, and no state is written."""
    (standing.folder / "templates.yaml").write_text("nonsense: [")
    before = standing.run("state", "pull").stdout
    assert standing.run("drift").stdout == "Drift: none.\n"
    sandbox.approve()
    ran = standing.run("drift", "--format", "json")
    assert (ran.exit, ran.json["drift"], ran.json["unreadable"]) == (0, [], [])
    assert {each["method"] for each in sandbox.requests()} == {"GET"}
    assert standing.run("state", "pull").stdout == before


def test_what_was_done_outside_is_told(standing: Workspace, sandbox: Served) -> None:
    """Exit 2: a moved schedule, and a template that is gone, by address, with before and after."""
    ((schedule, _),) = sandbox.schedules().items()
    body = {
        "send_time": "2099-03-05 10:00:00",
        "temp_id": sandbox.texts()[TEXT],
        "recipients": [{"mobile": "19912345678", "temp_para": {"order": "1", "carrier": "2"}}],
    }
    assert sandbox.raw("PUT", f"schedule/batch/{schedule}", body) == 200
    ran = standing.run("drift", "--format", "json")
    assert ran.exit == 2
    (entry,) = ran.json["drift"]
    assert (entry["address"], entry["remote_id"], entry["reason"]) == ("campaign.pilot", schedule, "drifted")
    fields = {field["path"]: (field["before"], field["after"]) for field in entry["fields"]}
    assert fields["send_time"] == ("2099-03-02 09:00:00", "2099-03-05 10:00:00")
    assert (fields["recipients_removed"], fields["recipients_changed"]) == ((0, 1), (0, 1))
    text = standing.run("drift").stdout
    assert "      recorded  2099-03-02 09:00:00\n      observed  2099-03-05 10:00:00\n" in text
    assert "199123" not in text
    assert sandbox.raw("DELETE", f"schedule/{schedule}") == 200
    ran = standing.run("drift")
    assert ran.exit == 2
    assert f"- campaign.pilot: {schedule} does not exist any more\n" in ran.stdout
    assert {each["method"] for each in sandbox.requests()} == {"GET", "PUT", "DELETE"}


def test_what_cannot_be_read_is_a_failure(standing: Workspace, sandbox: Served) -> None:
    """Exit 1, whatever else differs: nobody knows how it stands."""
    temp_id = sandbox.texts()[TEXT]
    sandbox.fault("status", "GET", f"/v1/templates/{temp_id}", status=500, times=9)
    ran = standing.run("drift")
    assert ran.exit == 1
    assert "? template.order-shipped: could not be read\n" in ran.stdout
    assert "1 could not be read" in ran.stdout


def test_drift_needs_a_state_and_its_account(standing: Workspace) -> None:
    """Without a state nothing is recorded: a wrong place must not look like peace."""
    assert standing.run("drift", "--state", "nowhere.json").exit == 5
    assert standing.having(JSMS_APP_KEY="a" * 24).run("drift").exit == 6


def moved(workspace: Workspace, sandbox: Served, to: str) -> str:
    """Somebody moves the campaign to that time in the console; its schedule's id."""
    ((id, shown),) = sandbox.schedules().items()
    people = [{"mobile": r["mobile"], "temp_para": r["temp_para"]} for r in shown["recipients"]]
    body = {"send_time": to, "temp_id": sandbox.texts()[TEXT], "recipients": people}
    assert sandbox.raw("PUT", f"schedule/batch/{id}", body) == 200
    return id


def test_what_was_moved_outside_is_due_when_jsms_shows_it(standing: Workspace, sandbox: Served) -> None:
    """`status` tells the time at which it will be sent, and the alarm goes off for that one."""
    here = at("2099-02-25T09:00:00+08:00", standing)
    assert here.run("status", "--due", "24h").exit == 0
    moved(here, sandbox, "2099-02-25 11:00:00")
    ran = here.run("status", "--due", "24h", "--format", "json")
    assert ran.exit == 1, ran
    (due,) = ran.json["due"]["not_ready"]
    assert (due["address"], due["send_time"]) == ("campaign.pilot", "2099-02-25T11:00:00+08:00")
    assert ran.json["campaigns"][0]["send_time"] == "2099-02-25T11:00:00+08:00"


def test_what_was_moved_outside_and_sent_then_stands_in_nobody_s_way(
    standing: Workspace, sandbox: Served
) -> None:
    """It is told as sent, its definition can go, and another campaign is created."""
    moved(standing, sandbox, "2099-02-25 11:00:00")
    later = at("2099-02-25T12:00:00+08:00", standing)
    assert later.run("status", "--format", "json").json["campaigns"][0]["phase"] == "sent"
    assert held(later.plan(exit=0))["campaign.pilot"] == "already-sent"
    later.write(SHOP.replace("pilot:", "other:").replace("1991234567", "1991234560"))
    assert outcomes(later.apply()) == {"campaign.pilot": "done", "campaign.other": "done"}
    pending = [each for each in sandbox.schedules().values() if each["status"] == "pending"]
    assert [each["send_time"] for each in pending] == ["2099-03-02 09:00:00"]


def test_what_was_moved_to_a_later_time_outside_can_still_be_stopped(
    standing: Workspace, sandbox: Served
) -> None:
    """By the record its time is over; JSMS shows that it is still to be sent, and so do we."""
    moved(standing, sandbox, "2099-03-02 20:00:00")
    later = at("2099-03-02T09:30:00+08:00", standing)
    assert held(later.plan(exit=1))["campaign.pilot"] == "changed-outside"
    ran = later.run("cancel", "pilot")
    assert (ran.exit, "1 schedule deleted" in ran.stdout) == (0, True), ran
    assert sandbox.schedules() == {}
    assert held(later.apply())["campaign.pilot"] == "cancelled"


def test_what_was_moved_by_days_is_looked_at_until_it_was_sent(standing: Workspace, sandbox: Served) -> None:
    """Once an apply has seen the later time, the recorded one says no more that it was sent."""
    moved(standing, sandbox, "2099-03-06 09:00:00")
    assert held(at("2099-03-01T09:30:00+08:00", standing).apply())["campaign.pilot"] == "changed-outside"
    after = at("2099-03-04T09:30:00+08:00", standing)
    assert held(after.plan(exit=1))["campaign.pilot"] == "changed-outside"
    assert after.run("status", "--format", "json").json["campaigns"][0]["phase"] == "scheduled"
    after.write(SHOP.replace("2099-03-02", "2099-03-07"))
    assert outcomes(after.apply("--overwrite", "campaign.pilot")) == {"campaign.pilot": "done"}
    assert [each["send_time"] for each in sandbox.schedules().values()] == ["2099-03-07 09:00:00"]
    assert after.plan()["changes"] == []


@pytest.mark.parametrize("stopped_by_us", [False, True])
def test_what_was_moved_by_days_and_vanished_was_not_sent(
    standing: Workspace, sandbox: Served, stopped_by_us: bool
) -> None:
    """Deleted in the console, or by us with the answer lost, before the later time: nobody was texted."""
    id = moved(standing, sandbox, "2099-03-06 09:00:00")
    standing.having(JSMS_SYNC_NOW="2099-03-01T09:30:00+08:00").apply()
    later = at("2099-03-04T09:30:00+08:00", standing)
    if stopped_by_us:
        sandbox.fault("drop-after", "DELETE", f"/v1/schedule/{id}")
        assert "1 schedule deleted" in later.run("cancel", "pilot").stdout
    else:
        sandbox.raw("DELETE", f"schedule/{id}")
    code = "cancelled" if stopped_by_us else "cancelled-outside"
    assert held(later.apply())["campaign.pilot"] == code
    assert sandbox.outbox() == ()


def test_an_old_name_of_what_was_moved_by_days_and_sent_sends_nothing(
    standing: Workspace, sandbox: Served
) -> None:
    """Also where nobody has looked since."""
    renamed = SHOP.replace("pilot:", "other:")
    standing.write(f"{renamed}    moved_from: pilot\n")
    standing.apply()
    moved(standing, sandbox, "2099-03-06 09:00:00")
    standing.having(JSMS_SYNC_NOW="2099-03-01T09:30:00+08:00").apply()
    later = at("2099-03-07T09:30:00+08:00", standing)
    again = SHOP.split("campaigns:\n")[1].replace("2099-03-02", "2099-03-09")
    later.write(renamed + again)
    assert held(later.apply())["campaign.pilot"] == "already-sent"
    assert [each["status"] for each in sandbox.schedules().values()] == ["sent"]


def test_what_was_moved_by_days_is_stopped_with_everything_else(standing: Workspace, sandbox: Served) -> None:
    """`--all` means it too."""
    moved(standing, sandbox, "2099-03-06 09:00:00")
    standing.having(JSMS_SYNC_NOW="2099-03-01T09:30:00+08:00").apply()
    ran = at("2099-03-04T09:30:00+08:00", standing).run("cancel", "--all")
    assert (ran.exit, "1 schedule deleted" in ran.stdout) == (0, True), ran
    assert sandbox.schedules() == {}
