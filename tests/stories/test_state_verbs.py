"""The state is lost, damaged, renamed, taken apart and put together again: no campaign goes out twice."""

import json
from pathlib import Path

import pytest
from served import Served
from workspace import STATE, Workspace, actions, at, held, outcomes

pytestmark = pytest.mark.story

TEXT = "您的订单{{order}}已由{{carrier}}发出。"
FIRST = """\
  pilot:
    template: order-shipped
    send_time: 2099-03-02 09:00:00
    recipients:
      - {mobile: "19912345678", params: {order: "1002", carrier: 中通}}
      - {mobile: "19912345679", params: {order: "1003", carrier: 圆通}}
"""
SECOND = FIRST.replace("pilot", "second").replace("1991234", "1551234")
ALONE = """\
  alone:
    template: order-shipped
    send_time: 2099-03-01 09:30:00
    mobile: "19912345670"
    params: {order: "1001", carrier: 顺丰}
"""


def shop(*campaigns: str, name: str = "order-shipped", more: str = "") -> str:
    """Definitions of a template and these campaigns."""
    text = f"  {name}: {{type: notification, content: '{TEXT}'{more}}}\n"
    below = "campaigns:\n" + "".join(campaigns).replace("order-shipped", name) if campaigns else ""
    return f"version: 1\ntemplates:\n{text}{below}"


@pytest.fixture
def standing(workspace: Workspace, sandbox: Served) -> Workspace:
    """A template and a campaign in place at a JSMS that approves at once."""
    sandbox.audit("approve")
    workspace.write(shop(FIRST))
    workspace.apply("--new-state")
    workspace.apply()
    sandbox.forget()
    return workspace


def backups(workspace: Workspace) -> set[str]:
    """The backups that surgery has left."""
    return {path.name for path in workspace.folder.glob(f"{STATE}.backup-*")}


def the_id(sandbox: Served, mobile: str) -> str:
    """The schedule that holds the number."""
    (found,) = (
        id for id, s in sandbox.schedules().items() if mobile in {r["mobile"] for r in s["recipients"]}
    )
    return found


def test_list_show_and_pull_send_nothing(standing: Workspace, sandbox: Served) -> None:
    """They tell addresses, ids and records, without a number, a value or a secret."""
    temp_id, schedule = sandbox.texts()[TEXT], the_id(sandbox, "19912345678")
    listed = standing.run("state", "list", "--format", "json").json
    assert [(e["address"], e["ids"]) for e in listed["resources"]] == [
        ("campaign.pilot", [schedule]),
        ("template.order-shipped", [temp_id]),
    ]
    text = standing.run("state", "list").stdout
    assert f"campaign.pilot          {schedule}\n" in text
    shown = standing.run("state", "show", "campaign.pilot")
    assert "members: 2 recipients" in shown.stdout
    assert schedule in shown.stdout
    record = standing.run("state", "show", "template.order-shipped", "--format", "json").json
    assert record["record"]["serving"] == temp_id
    assert list(record["record"]["revisions"]) == [str(temp_id)]
    pulled = standing.run("state", "pull")
    assert pulled.json == json.loads((standing.folder / STATE).read_bytes())
    for told in (text, shown.stdout, pulled.stdout):
        assert "199123" not in told
        assert "中通" not in told
    near = standing.run("state", "show", "campaign.pilots")
    assert near.exit == 3
    assert "Did you mean campaign.pilot?" in near.stderr
    assert sandbox.requests() == []
    assert backups(standing) == set()


def test_what_was_pulled_and_edited_is_pushed(standing: Workspace, sandbox: Served) -> None:
    """The state before it stays as a backup; an older one, or another lineage, is refused."""
    pulled = standing.run("state", "pull").json
    pulled["resources"]["template.order-shipped"]["retire_after"] = "P7D"
    standing.write(json.dumps(pulled), "edited.json")
    pushed = standing.run("state", "push", "edited.json", "--format", "json")
    assert pushed.exit == 0, pushed
    assert Path(pushed.json["backup"]).name in backups(standing)
    assert standing.state.serial == pulled["serial"] + 1
    again = standing.run("state", "push", "edited.json")
    assert again.exit == 5
    assert "state restore" in again.stderr
    standing.write(json.dumps({**pulled, "lineage": "another", "serial": 99}), "other.json")
    assert standing.run("state", "push", "other.json").exit == 5
    for name, exit in (("no.json", 3), ("templates.yaml", 6), (f"{STATE}.backup", 6)):
        assert standing.run("state", "push", name).exit == exit
    assert sandbox.requests() == []
    plan = standing.plan(exit=2)
    assert actions(plan) == {"template.order-shipped": "record"}


@pytest.mark.parametrize("command", [("restore", "copy.json"), ("push", "copy.json")])
def test_a_state_of_a_newer_version_is_not_replaced(standing: Workspace, command: tuple[str, ...]) -> None:
    """Exit 6, and the file stays untouched: what it knows would be lost (contract §6)."""
    standing.write(standing.run("state", "pull").stdout, "copy.json")
    newer = (standing.folder / STATE).read_text().replace('"format_version": 1', '"format_version": 2')
    standing.write(newer, STATE)
    ran = standing.run("state", *command)
    assert (ran.exit, "newer jsms-sync" in ran.stderr) == (6, True), ran
    assert (standing.folder / STATE).read_text() == newer


def test_a_pushed_state_that_forgets_a_schedule_texts_nobody_again(
    standing: Workspace, sandbox: Served
) -> None:
    """Its campaign is held until a person has compared with the console, as after a restore."""
    pulled = standing.run("state", "pull").json
    del pulled["resources"]["campaign.pilot"]
    standing.write(json.dumps(pulled), "edited.json")
    pushed = standing.run("state", "push", "edited.json")
    assert (pushed.exit, "does not know schedules" in pushed.words) == (0, True), pushed
    assert held(standing.plan()) == {"campaign.pilot": "unknown-outcome"}
    (id,) = sandbox.schedules()
    assert standing.run("resolve", "campaign.pilot", "--created", id).exit == 0
    standing.plan(exit=0)


def test_a_state_moves_to_another_place(standing: Workspace) -> None:
    """Pulled from one location, pushed to one where nothing is."""
    standing.write(standing.run("state", "pull").stdout, "copy.json")
    assert standing.run("state", "push", "copy.json", "--state", "elsewhere.json").exit == 0
    assert standing.plan("--state", "elsewhere.json", exit=0)["summary"]["unchanged"] == 2


def test_a_renamed_record_goes_on_under_its_new_name(standing: Workspace, sandbox: Served) -> None:
    """mv records it, the YAML is renamed by hand, and the next plan is empty."""
    for pair in (("template.order-shipped", "template.shipped"), ("campaign.pilot", "campaign.vip")):
        ran = standing.run("state", "mv", *pair)
        assert ran.exit == 0, ran
        assert "Its definition has to have that name too" in ran.stdout
        assert "backup-" in ran.stderr
    assert len(backups(standing)) == 2
    standing.write(shop(FIRST.replace("pilot", "vip"), name="shipped"))
    standing.plan(exit=0)
    standing.apply()
    assert sandbox.writes() == []
    assert standing.run("state", "mv", "campaign.vip", "template.vip").exit == 3


def test_a_campaign_is_taken_out_by_an_explicit_word_and_never_sent_twice(
    standing: Workspace, sandbox: Served
) -> None:
    """Its name is held until a person has looked: its schedule is adopted again when its id is given."""
    refused = standing.run("state", "rm", "campaign.pilot", "--format", "json")
    assert (refused.exit, refused.json["error"]["code"]) == (5, "still-scheduled")
    removed = standing.run("state", "rm", "campaign.pilot", "--leave-schedules", "--format", "json")
    assert removed.exit == 0, removed
    assert sandbox.requests() == []
    assert held(standing.apply(exit=8)) == {"campaign.pilot": "unknown-outcome"}
    assert sandbox.writes() == []
    assert standing.run("status", "--format", "json").json["campaigns"][0]["phase"] == "unknown"
    schedule = the_id(sandbox, "19912345678")
    assert schedule in standing.run("state", "show", "campaign.pilot").stdout
    settled = standing.run("resolve", "campaign.pilot", "--created", schedule)
    assert settled.exit == 0, settled
    standing.apply()
    assert sandbox.writes() == []


def test_a_campaign_that_is_known_not_to_exist_is_created_again(standing: Workspace, sandbox: Served) -> None:
    """A person who deleted it in the console says so, and it counts as new."""
    schedule = the_id(sandbox, "19912345678")
    standing.run("state", "rm", "campaign.pilot", "--leave-schedules")
    assert sandbox.raw("DELETE", f"schedule/{schedule}") == 200
    assert standing.run("resolve", "campaign.pilot", "--not-created").exit == 0
    assert outcomes(standing.apply()) == {"campaign.pilot": "done"}


def test_a_template_is_taken_out_and_adopted_again(standing: Workspace, sandbox: Served) -> None:
    """Its ids stay in the history; a text that is not the defined one is not adopted."""
    temp_id = sandbox.texts()[TEXT]
    standing.run("state", "rm", "campaign.pilot", "--leave-schedules")
    assert standing.run("state", "rm", "template.order-shipped").exit == 0
    assert str(temp_id) in standing.run("state", "show", "template.order-shipped").stdout
    assert standing.run("resolve", "template.order-shipped", "--created", "1").exit == 3
    assert standing.run("resolve", "template.order-shipped", "--created", "x").exit == 3
    assert standing.run("resolve", "template.order-shipped", "--created", str(temp_id)).exit == 0
    schedule = the_id(sandbox, "19912345678")
    assert standing.run("resolve", "campaign.pilot", "--created", schedule).exit == 0
    standing.apply()
    assert standing.outputs == {"order-shipped": temp_id}
    assert sandbox.writes() == []


def test_protection_is_not_taken_out(standing: Workspace) -> None:
    """It ends by an apply with `protect: false` alone."""
    standing.write(shop(FIRST, more=", protect: true"))
    standing.apply()
    ran = standing.run("state", "rm", "template.order-shipped")
    assert ran.exit == 5
    assert "protect: false" in ran.stderr


def test_a_restored_backup_texts_nobody_again(standing: Workspace, sandbox: Served) -> None:
    """Campaigns that it does not know are held, each until it is settled; the rest goes on."""
    standing.write(shop(FIRST, SECOND, ALONE))
    standing.apply()
    (standing.folder / STATE).unlink()
    refused = standing.run("plan", "--state", f"{STATE}.backup")
    assert refused.exit == 6
    assert "state restore" in refused.stderr
    restored = standing.run("state", "restore", f"{STATE}.backup", "--format", "json")
    assert restored.exit == 0, restored
    sandbox.forget()
    assert held(standing.plan(exit=0)) == dict.fromkeys(
        ("campaign.second", "campaign.alone"), "unknown-outcome"
    )
    applied = standing.apply(exit=8)
    assert held(applied) == dict.fromkeys(("campaign.second", "campaign.alone"), "unknown-outcome")
    assert sandbox.writes() == []
    second, alone = the_id(sandbox, "15512345678"), the_id(sandbox, "19912345670")
    assert standing.run("resolve", "campaign.second", "--created", alone).exit == 3
    assert standing.run("resolve", "campaign.alone", "--created", second).exit == 3
    assert standing.run("resolve", "campaign.alone", "--created", alone, "--created", alone).exit == 3
    assert standing.run("resolve", "campaign.pilots", "--created", alone).exit == 3
    assert standing.run("resolve", "campaign.second", "--created", second).exit == 0
    assert standing.run("resolve", "campaign.alone", "--created", alone).exit == 0
    standing.apply()
    assert sandbox.writes() == []
    assert {s["status"] for s in sandbox.schedules().values()} == {"pending"}


def test_a_person_who_has_compared_settles_everything(standing: Workspace, sandbox: Served) -> None:
    """After `--settled` what is not recorded counts as new; --recreate does that for one."""
    standing.write(standing.run("state", "pull").stdout, "copy.json")
    assert standing.run("state", "restore", "--settled").exit == 3
    assert standing.run("state", "restore").exit == 3
    assert standing.run("state", "restore", "copy.json", "--settled").exit == 3
    restored = standing.run("state", "restore", "copy.json")
    assert restored.exit == 0
    assert "--settled" in restored.stdout
    assert "backup-" in restored.stderr
    assert "This state was restored" in standing.run("state", "list").stdout
    standing.write(shop(FIRST, SECOND, ALONE))
    assert outcomes(standing.apply("--recreate", "campaign.alone", exit=8)) == {"campaign.alone": "done"}
    assert held(standing.plan(exit=0)) == {"campaign.second": "unknown-outcome"}
    settled = standing.run("state", "restore", "--settled", "--format", "json")
    assert settled.exit == 0
    assert Path(settled.json["backup"]).exists()
    assert outcomes(standing.apply()) == {"campaign.second": "done"}


def test_what_an_old_copy_calls_over_may_still_be_stopped(standing: Workspace, sandbox: Served) -> None:
    """An apply has moved it to a later time since: it is read, settled or not, until it was sent."""
    standing.write(standing.run("state", "pull").stdout, "copy.json")
    standing.write(shop(FIRST.replace("2099-03-02", "2099-03-06")))
    standing.apply()
    assert standing.run("state", "restore", "copy.json").exit == 0
    assert standing.run("state", "restore", "--settled").exit == 0
    later = at("2099-03-04T09:30:00+08:00", standing)
    assert held(later.plan(exit=1)) == {"campaign.pilot": "changed-outside"}
    assert later.run("state", "rm", "campaign.pilot").exit == 5
    ran = later.run("cancel", "--all")
    assert (ran.exit, "1 schedule deleted" in ran.stdout) == (0, True), ran
    assert sandbox.schedules() == {}


def test_what_was_sent_long_ago_is_looked_at_once_after_a_restore(
    standing: Workspace, sandbox: Served
) -> None:
    """The first apply finds that it was sent, and from then on it costs nothing."""
    standing.write(standing.run("state", "pull").stdout, "copy.json")
    assert standing.run("state", "restore", "copy.json").exit == 0
    later = at("2099-04-01T09:30:00+08:00", standing)
    sandbox.forget()
    later.apply()
    assert {each["path"] for each in sandbox.requests()} >= {f"/v1/schedule/{the_id(sandbox, '19912345678')}"}
    sandbox.forget()
    assert later.plan()["changes"] == []
    assert not [each for each in sandbox.requests() if "schedule" in each["path"]]


def test_what_was_sent_stays_sent_after_a_restore(standing: Workspace, sandbox: Served) -> None:
    """A cancel is told so by JSMS, and does not make it a cancelled one that could be scheduled again."""
    later = at("2099-04-01T09:30:00+08:00", standing)
    later.write(later.run("state", "pull").stdout, "copy.json")
    assert later.run("state", "restore", "copy.json").exit == 0
    refused = later.run("state", "rm", "campaign.pilot")
    assert (refused.exit, "An apply looks at them first" in refused.stderr) == (5, True)
    assert "1 schedule was sent already" in later.run("cancel", "--all").stdout
    assert held(later.apply("--recreate", "campaign.pilot")) == {}
    assert later.run("status", "--format", "json").json["campaigns"][0]["phase"] == "sent"


def test_what_is_presumed_to_have_been_sent_stands_in_nobody_s_way_after_a_restore(
    standing: Workspace, sandbox: Served
) -> None:
    """It has no id that could be looked at: its definition can go, and digests get a new key."""
    standing.write(shop(FIRST, SECOND))
    sandbox.fault("drop-after", "POST", "/v1/schedule/batch")
    standing.apply(exit=8)
    later = at("2099-03-10T09:30:00+08:00", standing)
    later.apply()
    later.write(later.run("state", "pull").stdout, "copy.json")
    for arguments in (("copy.json",), ("--settled",)):
        assert later.run("state", "restore", *arguments).exit == 0
    assert later.having(JSMS_SYNC_HASH_KEY="another " * 8).run("state", "rekey").exit == 0
    assert later.plan()["changes"] == []
    later.write(shop(FIRST, ALONE.replace("2099-03-01", "2099-04-01")))
    assert outcomes(later.apply()) == {"campaign.second": "done", "campaign.alone": "done"}


def test_schedules_that_were_left_to_themselves_are_those_of_the_older_name_too(
    standing: Workspace, sandbox: Served
) -> None:
    """Taken out under its new name, a campaign is not scheduled again under the old one."""
    renamed = FIRST.replace("pilot:", "other:")
    standing.write(shop(renamed + "    moved_from: pilot\n"))
    standing.apply()
    assert standing.run("state", "rm", "campaign.other", "--leave-schedules").exit == 0
    standing.write(shop(FIRST))
    assert held(standing.apply(exit=8)) == {"campaign.pilot": "unknown-outcome"}
    sandbox.raw("DELETE", f"schedule/{the_id(sandbox, '19912345678')}")
    assert standing.run("resolve", "campaign.pilot", "--not-created").exit == 0
    assert outcomes(standing.apply()) == {"campaign.pilot": "done"}


def test_a_damaged_state_is_restored(standing: Workspace, sandbox: Served) -> None:
    """Its bytes are kept aside, and the copy takes its place."""
    copy = standing.run("state", "pull").stdout
    standing.write(copy, "copy.json")
    standing.write("<<<<<<< ours\n" + copy, STATE)
    assert standing.run("plan").exit == 6
    assert standing.run("state", "list").exit == 6
    ran = standing.run("state", "restore", "copy.json")
    assert ran.exit == 0, ran
    assert "could not be read" in ran.stderr
    standing.plan(exit=0)
    assert len(list(standing.folder.glob(f"{STATE}.damaged-*"))) == 1


def test_digests_follow_a_changed_secret(standing: Workspace, sandbox: Served) -> None:
    """Under another key nobody new is placed; `rekey` reads the pending schedules and all goes on."""
    other = standing.having(JSMS_SYNC_HASH_KEY="another secret")
    other.write(shop(FIRST.replace("1002", "2002")))
    sandbox.forget()
    ran = other.run("state", "rekey", "--format", "json")
    assert ran.exit == 0, ran
    assert (ran.json["schedules"], ran.json["left"]) == (1, [])
    assert {each["method"] for each in sandbox.requests()} == {"GET"}
    assert outcomes(other.apply()) == {"campaign.pilot": "done"}
    again = other.run("state", "rekey")
    assert (again.exit, again.stdout) == (0, "0 schedules are under the present key now.\n")


def test_a_schedule_that_was_changed_outside_keeps_its_digests(standing: Workspace, sandbox: Served) -> None:
    """Rekeying must not hide it: exit 1, and the plan still tells."""
    schedule, temp_id = the_id(sandbox, "19912345678"), sandbox.texts()[TEXT]
    body = {
        "send_time": "2099-03-05 10:00:00",
        "temp_id": temp_id,
        "recipients": [{"mobile": "19912345678", "temp_para": {"order": "1", "carrier": "2"}}],
    }
    assert sandbox.raw("PUT", f"schedule/batch/{schedule}", body) == 200
    ran = standing.having(JSMS_SYNC_HASH_KEY="another secret").run("state", "rekey")
    assert ran.exit == 1
    assert f"{schedule} stays as it is: it shows another time" in ran.stdout
    assert held(standing.plan(exit=1)) == {"campaign.pilot": "changed-outside"}


def test_no_verb_works_without_a_state(workspace: Workspace) -> None:
    """Exit 5 and `no-state`, but for those that bring one."""
    verbs = (
        ("list",),
        ("show", "template.t"),
        ("pull",),
        ("mv", "template.t", "template.u"),
        ("rm", "template.t"),
        ("rekey",),
        ("restore", "--settled"),
    )
    for verb in verbs:
        ran = workspace.run("state", *verb, "--format", "json")
        assert (ran.exit, ran.json["error"]["code"]) == (5, "no-state"), verb


def test_a_lock_that_nobody_holds_is_no_lock(standing: Workspace) -> None:
    """`unlock` says so; while a process holds it, that process has to end."""
    standing.write(
        '{"pid": 1, "host": "h", "command": "apply", "since": "2027-01-01T00:00:00Z"}', f"{STATE}.lock"
    )
    ran = standing.run("state", "unlock", "some-id", "--format", "json")
    assert (ran.exit, ran.json["locked"]) == (0, False)
    assert "is not locked" in standing.run("state", "unlock").stdout
