"""A request whose answer was lost: what is known of it is shown, and the id goes where it fits."""

from typing import Any

import pytest
from served import Served
from workspace import Workspace, held, outcomes

pytestmark = pytest.mark.story

TEXT = "您的订单{{order}}已发出。"
TEMPLATE = f"version: 1\ntemplates:\n  offer: {{type: notification, content: '{TEXT}', remark: 秘}}\n"
PEOPLE = 1500
SALE = """\
campaigns:
  sale:
    template: offer
    send_time: 2099-03-01 10:00:00
    sign_id: 1
    tag: 春季
    recipients_file: people.csv
"""


@pytest.fixture
def approved(workspace: Workspace, sandbox: Served) -> Workspace:
    """The template in place, and a campaign of two schedules to be placed."""
    sandbox.audit("approve")
    workspace.write(TEMPLATE)
    workspace.apply("--new-state")
    workspace.apply()
    rows = [f"199{n:08},{n}" for n in range(PEOPLE)]
    workspace.write("\n".join(["mobile,order", *rows, ""]), "people.csv")
    workspace.write(TEMPLATE + SALE)
    return workspace


def lose_answers(sandbox: Served, path: str, times: int) -> None:
    """The next POSTs there act, and their answers do not arrive."""
    fault = {"method": "POST", "path": path, "fault": "drop-after", "times": times}
    sandbox.control("POST", "faults", fault)


def doubts(workspace: Workspace, address: str) -> list[dict[str, Any]]:
    """What is known of the address's open requests."""
    ran = workspace.run("resolve", address, "--format", "json")
    assert ran.exit == 3, ran
    assert ran.json.keys() == {"format_version", "address", "doubts"}
    found: list[dict[str, Any]] = ran.json["doubts"]
    return found


def test_what_is_known_of_schedules_is_shown(approved: Workspace, sandbox: Served) -> None:
    """Time, template, text, count, tag and masked members of each, without a request and without the lock."""
    lose_answers(sandbox, "/v1/schedule/batch", 2)
    approved.apply(exit=8)
    sandbox.forget()
    found = doubts(approved, "campaign.sale")
    temp_id = sandbox.texts()[TEXT]
    assert [doubt.pop("announced") for doubt in found if True]
    common = {
        "action": "create",
        "send_time": "2099-03-01 10:00:00",
        "temp_id": temp_id,
        "template": "offer",
        "text": TEXT,
        "sign_id": 1,
        "tag": "春季",
    }
    assert sorted((doubt["recipients"] for doubt in found), reverse=True) == [1000, 500]
    assert all({key: doubt[key] for key in common} == common for doubt in found)
    assert {len(doubt["members"]) for doubt in found} == {3}
    text = approved.run("resolve", "campaign.sale")
    assert text.exit == 3
    assert "1,000 recipients, among them 199****0000, 199****0001, 199****0002\n" in text.stdout
    assert "  send_time:  2099-03-01 10:00:00 (China time)\n" in text.stdout
    assert "say what became of it: --created ID or --not-created" in text.stderr
    assert "19900000" not in text.told
    assert sandbox.requests() == []


def test_without_the_file_the_members_are_not_known(approved: Workspace, sandbox: Served) -> None:
    """Their count is; so it is under another key."""
    lose_answers(sandbox, "/v1/schedule/batch", 1)
    approved.apply(exit=8)
    other = approved.having(JSMS_SYNC_HASH_KEY="another key")
    assert [len(doubt["members"]) for doubt in doubts(other, "campaign.sale")] == [0]
    (approved.folder / "people.csv").unlink()
    (doubt,) = doubts(approved, "campaign.sale")
    assert doubt["members"] == []
    assert doubt["recipients"] in (1000, 500)
    (approved.folder / "templates.yaml").unlink()
    assert doubts(approved, "campaign.sale") == [doubt]


def test_each_id_goes_where_it_fits(approved: Workspace, sandbox: Served) -> None:
    """With several requests open, in any order and one at a time; then everything is as it was wanted."""
    lose_answers(sandbox, "/v1/schedule/batch", 2)
    approved.apply(exit=8)
    by_size = sorted(sandbox.schedules(), key=lambda id: len(sandbox.schedules()[id]["recipients"]))
    assert approved.run("resolve", "campaign.sale", "--created", by_size[0]).exit == 0
    (left,) = doubts(approved, "campaign.sale")
    assert left["recipients"] == 1000
    ran = approved.run("resolve", "campaign.sale", "--created", by_size[1], "--format", "json")
    assert (ran.exit, ran.json["in_doubt"]) == (0, 0)
    members = [
        len(b.target.members) // 16 for b in approved.state.resources["campaign.sale"].batches.values()
    ]  # type: ignore[index,union-attr]  # plain names
    assert sorted(members) == [500, 1000]
    sandbox.forget()
    approved.apply()
    assert sandbox.writes() == []


def test_what_is_known_of_a_template_is_shown(workspace: Workspace, sandbox: Served) -> None:
    """Its text, type and remark, as they were sent."""
    workspace.write(TEMPLATE)
    lose_answers(sandbox, "/v1/templates", 1)
    workspace.apply("--new-state", exit=8)
    (doubt,) = doubts(workspace, "template.offer")
    assert doubt.pop("announced")
    assert doubt == {"action": "create", "type": "notification", "text": TEXT, "ttl": None, "remark": "秘"}
    text = workspace.run("resolve", "template.offer").stdout
    assert f"  text:       {TEXT}\n" in text
    assert "ttl" not in text


def test_after_a_restore_the_definition_is_what_an_id_has_to_fit(
    approved: Workspace, sandbox: Served
) -> None:
    """Nothing that was sent is recorded, so it is shown as defined."""
    approved.apply()
    approved.run("state", "rm", "campaign.sale", "--leave-schedules")
    (doubt,) = doubts(approved, "campaign.sale")
    assert (doubt["action"], doubt["announced"], doubt["recipients"]) == ("defined", None, PEOPLE)
    assert (doubt["temp_id"], doubt["text"]) == (sandbox.texts()[TEXT], TEXT)
    assert "campaign.sale, as it is defined:" in approved.run("resolve", "campaign.sale").stdout
    assert held(approved.plan(exit=range(9))) == {"campaign.sale": "unknown-outcome"}


def test_where_nothing_is_in_doubt_nothing_is_shown(approved: Workspace, workspace: Workspace) -> None:
    """Exit 3, and for another account 6."""
    ran = approved.run("resolve", "campaign.sale")
    assert ran.exit == 3
    assert "nothing of campaign.sale is in doubt" in ran.stderr
    assert approved.having(JSMS_APP_KEY="b" * 24).run("resolve", "campaign.sale").exit == 6


def test_what_is_adopted_for_a_cancelled_campaign_is_told_to_be_alive(
    approved: Workspace, sandbox: Served
) -> None:
    """Whoever cancelled it before has to cancel it once more, now that its id is known."""
    lose_answers(sandbox, "/v1/schedule/batch", 2)
    approved.apply(exit=8)
    later = approved.having(JSMS_SYNC_NOW="2099-02-28T00:00:00+08:00")
    assert later.run("cancel", "sale").exit == 8
    ran = later.run("resolve", "campaign.sale", *(f"--created={id}" for id in sandbox.schedules()))
    assert ran.exit == 0
    assert "`jsms-sync cancel campaign.sale` deletes what was recorded" in ran.stderr
    assert outcomes(later.run("cancel", "sale", "--format", "json").json) == {"campaign.sale": "done"}
    assert sandbox.schedules() == {}


def test_what_is_adopted_after_a_restore_stays_cancelled(approved: Workspace, sandbox: Served) -> None:
    """The cancel came before the id was known; it is neither undone by that nor by the next apply."""
    approved.write(approved.run("state", "pull").stdout, "copy.json")
    approved.apply()
    approved.run("state", "restore", "copy.json")
    later = approved.having(JSMS_SYNC_NOW="2099-02-28T00:00:00+08:00")
    assert later.run("cancel", "sale").exit == 0
    ran = later.run("resolve", "campaign.sale", *(f"--created={id}" for id in sandbox.schedules()))
    assert ran.exit == 0, ran
    assert "`jsms-sync cancel campaign.sale` deletes what was recorded" in ran.stderr
    assert held(later.apply()) == {"campaign.sale": "cancelled"}
    assert later.run("cancel", "sale").exit == 0
    assert sandbox.schedules() == {}
