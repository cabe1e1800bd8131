"""A plan that was saved, read by somebody, and applied: just that, once, or not at all."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from served import Served
from workspace import Workspace, actions, outcomes

pytestmark = pytest.mark.story

EARLIER = "2099-03-01T07:00:00+08:00"
BEFORE = "2099-03-01T08:00:00+08:00"
NEXT_WEEK = "2099-03-08T08:00:01+08:00"
OFFER = "  offer: {type: notification, content: '您的订单{{order}}已发出。'}\n"
MORE = "  hello: {type: notification, content: '{{name}}，您好。'}\n"
GREETING = """\
  greeting:
    template: hello
    send_time: 2099-03-20 11:00:00
    recipients_file: names.csv
"""
SALE = """\
campaigns:
  sale:
    template: offer
    send_time: 2099-03-20 10:00:00
    recipients_file: people.csv
"""


def shop(*templates: str, sale: bool = True) -> str:
    """Definitions of these templates, and of the campaign."""
    return f"version: 1\ntemplates:\n{''.join(templates)}{SALE if sale else ''}"


@pytest.fixture
def here(workspace: Workspace, sandbox: Served) -> Workspace:
    """A template that is approved, and a campaign of three whose plan is saved in `plan.json`."""
    workspace.write(shop(OFFER, sale=False))
    workspace.write("mobile,order\n19900000001,1\n19900000002,2\n19900000003,3\n", "people.csv")
    workspace.write("version: 1\n", "jsms-sync.yaml")
    sandbox.clock(EARLIER)
    workspace.having(JSMS_SYNC_NOW=EARLIER).apply("--new-state")
    sandbox.approve(*sandbox.templates())
    sandbox.clock(BEFORE)
    at = workspace.having(JSMS_SYNC_NOW=BEFORE)
    at.apply()
    at.write(shop(OFFER))
    saved(at)
    sandbox.forget()
    return at


def saved(workspace: Workspace, *arguments: str) -> dict[str, Any]:
    """The plan, saved in `plan.json`."""
    ran = workspace.run("plan", "--out", "plan.json", "--format", "json", *arguments)
    assert ran.exit == 0, ran
    document: dict[str, Any] = ran.json
    return document


def test_a_saved_plan_is_carried_out_without_a_question_and_once(here: Workspace, sandbox: Served) -> None:
    """Its id is that of the outcomes; the second time it no longer fits, and nothing is sent."""
    ran = here.run("apply", "plan.json", "--format", "json")
    assert ran.exit == 0, ran
    plan = json.loads((here.folder / "plan.json").read_text())
    assert (ran.json["plan_id"], outcomes(ran.json)) == (plan["id"], {"campaign.sale": "done"})
    assert len(sandbox.writes()) == 1
    again = here.run("apply", "plan.json")
    assert (again.exit, len(sandbox.writes())) == (6, 1)
    assert "the state was written since" in again.stderr
    assert "a plan can be applied once" in again.stderr


def test_it_holds_no_number_value_or_secret(here: Workspace) -> None:
    """Recipients count by keyed digests, so the file can be an artefact of a pipeline."""
    text = (here.folder / "plan.json").read_text()
    assert "199000" not in text
    assert here.environment["JSMS_MASTER_SECRET"] not in text


def edited(name: str, text: str) -> Callable[[Workspace, Served], Workspace]:
    """Something else in that file."""

    def change(workspace: Workspace, _sandbox: Served) -> Workspace:
        workspace.write(text, name)
        return workspace

    return change


def rewritten(**values: str) -> Callable[[Workspace, Served], Workspace]:
    """Other values in the saved plan."""

    def change(workspace: Workspace, _sandbox: Served) -> Workspace:
        plan = json.loads((workspace.folder / "plan.json").read_text())
        workspace.write(json.dumps({**plan, **values}), "plan.json")
        return workspace

    return change


def later(workspace: Workspace, sandbox: Served) -> Workspace:
    """A week has passed."""
    sandbox.clock(NEXT_WEEK)
    return workspace.having(JSMS_SYNC_NOW=NEXT_WEEK)


def another_state(workspace: Workspace, _sandbox: Served) -> Workspace:
    """Another state stands there."""
    (workspace.folder / "jsms-sync.state.json").unlink()
    assert workspace.run("init").exit == 0
    return workspace


def another_account(workspace: Workspace, sandbox: Served) -> Workspace:
    """The plan is another account's, as is the state."""
    return rewritten(account="f" * 16)(workspace, sandbox)


def deleted_outside(workspace: Workspace, sandbox: Served) -> Workspace:
    """Somebody deleted the template in the console."""
    (temp_id,) = (each for each in sandbox.templates() if each != 1)
    assert sandbox.raw("DELETE", f"templates/{temp_id}") == 200
    sandbox.forget()
    return workspace


MISFITS: dict[str, tuple[Callable[[Workspace, Served], Workspace], str]] = {
    "definitions": (edited("templates.yaml", shop(OFFER) + "# soon\n"), "templates.yaml has changed"),
    "recipients": (edited("people.csv", "mobile,order\n19900000009,1\n"), "people.csv has changed"),
    "settings": (
        edited("jsms-sync.yaml", "version: 1\nlimits: {max_deletes: 1}\n"),
        "the settings are others",
    ),
    "tool": (rewritten(tool_version="99.0"), "jsms-sync 99.0 made it"),
    "expiry": (later, "it expired at 2099-03-08 00:00 UTC"),
    "account": (another_account, "it is for account ffffffffffffffff"),
    "state": (another_state, "it was made from another state"),
    "remote object": (deleted_outside, "campaign.sale: it is held, template-not-approved"),
}


@pytest.mark.parametrize("case", MISFITS)
def test_what_no_longer_fits_is_named_and_nothing_is_done(
    here: Workspace, sandbox: Served, case: str
) -> None:
    """Exit 6 says which of all that the plan was made from is another one now."""
    change, told = MISFITS[case]
    ran = change(here, sandbox).run("apply", "plan.json")
    assert (ran.exit, sandbox.writes()) == (6, []), ran
    assert told in ran.stderr
    assert "Make the plan again" in ran.stderr


def test_all_that_no_longer_fits_is_told_at_once(here: Workspace, sandbox: Served) -> None:
    """Every misfit has a line of its own."""
    for change, _ in (MISFITS["definitions"], MISFITS["recipients"], MISFITS["tool"]):
        change(here, sandbox)
    told = here.run("apply", "plan.json").stderr
    assert [line[:4] for line in told.splitlines()].count("  - ") == 3


def test_an_approval_makes_no_plan_stale_and_what_it_allows_waits(here: Workspace, sandbox: Served) -> None:
    """What was held when the plan was saved is not done, and apply says how much more is possible."""
    here.write(shop(OFFER, MORE) + GREETING)
    here.write("mobile,name\n19900000007,Li\n", "names.csv")
    assert here.run("apply", "--auto-approve", "--only", "template.hello").exit == 0
    assert actions(saved(here)) == {"campaign.sale": "create"}
    sandbox.approve(*(each for each in sandbox.templates() if each != 1))
    ran = here.run("apply", "plan.json", "--format", "text")
    assert ran.exit == 0, ran
    more = "1 more change is possible since the plan was saved, and not done here: campaign.greeting"
    assert more in ran.words
    assert len(sandbox.schedules()) == 1


def test_a_saved_plan_keeps_the_choices_it_was_made_with(here: Workspace, sandbox: Served) -> None:
    """`--only` of the plan holds for its apply, which takes no other."""
    here.write(shop(OFFER, MORE))
    saved(here, "--only", "template.hello")
    sandbox.forget()
    assert here.run("apply", "plan.json", "--only", "campaign.*").exit == 3
    assert here.run("apply", "plan.json", "--continue").exit == 3
    assert here.run("apply", "plan.json").exit == 0
    assert sandbox.writes() == [("POST", "/v1/templates")]


def test_what_is_no_saved_plan_is_told(here: Workspace) -> None:
    """Exit 3 for anything else, 6 for a newer version."""
    for text in ("", "[]", "{}", '{"format_version": 1}', "\ufeff{}", "version: 1"):
        here.write(text, "other.json")
        ran = here.run("apply", "other.json")
        assert (ran.exit, "is not a saved plan" in ran.stderr) == (3, True), ran
    here.write('{"format_version": 2}', "other.json")
    assert here.run("apply", "other.json").exit == 6
    assert here.run("apply", "nowhere.json").exit == 3


def test_the_digest_of_a_plan_is_agreed_on(here: Workspace, sandbox: Served) -> None:
    """A pipeline that plans again after the merge goes on only with the changes that were read."""
    digest = saved(here)["digest"]
    assert saved(here)["digest"] == digest
    here.write("mobile,order\n19900000001,1\n19900000002,2\n19900000003,4\n", "people.csv")
    ran = here.run("apply", "--auto-approve", "--plan-digest", digest)
    assert (ran.exit, sandbox.writes()) == (6, [])
    assert "the plan made now is another one" in ran.stderr
    here.write("mobile,order\n19900000001,1\n19900000002,2\n19900000003,3\n", "people.csv")
    assert here.run("apply", "--plan-digest", digest).exit == 3, "nobody is there to be asked"
    assert here.run("apply", "--auto-approve", "--plan-digest", digest).exit == 0
    assert len(sandbox.writes()) == 1
    assert here.run("apply", "--auto-approve", "--plan-digest", digest, "--continue").exit == 3


def test_a_continuation_does_what_was_left_open_and_nothing_else(here: Workspace, sandbox: Served) -> None:
    """A scheduled run places the campaign once its text is approved, and leaves all else to people."""
    here.write(shop(OFFER, MORE) + GREETING)
    here.write("mobile,name\n19900000007,Li\n", "names.csv")
    here.apply()
    sandbox.forget()
    ran = here.run("apply", "--continue", "--auto-approve")
    assert (ran.exit, sandbox.writes()) == (0, []), "the audit is open"
    sandbox.approve(*(each for each in sandbox.templates() if each != 1))
    (schedule_id,) = sandbox.schedules()
    offer = here.outputs["offer"]
    assert sandbox.raw("DELETE", f"schedule/{schedule_id}") == 200
    assert sandbox.raw("DELETE", f"templates/{offer}") == 200
    sandbox.forget()
    ran = here.run("apply", "--continue", "--auto-approve")
    assert (ran.exit, sandbox.writes()) == (0, [("POST", "/v1/schedule/batch")]), ran
    assert "1 more change is possible that the last apply did not leave open" in ran.told
    assert "not done here: template.offer" in ran.words


def test_a_continuation_needs_the_definitions_of_the_last_apply(here: Workspace, sandbox: Served) -> None:
    """Exit 6 for others, and where nothing was applied: what is new has to be planned and read."""
    ran = here.run("apply", "--continue", "--auto-approve")
    assert (ran.exit, sandbox.writes()) == (6, [])
    assert "the definitions are not those of the last apply" in ran.stderr
    ran = here.run("apply", "--continue", "--auto-approve", "--new-state", "--state", "another.json")
    assert ran.exit == 6
    assert "no apply is recorded" in ran.stderr


def test_a_continuation_that_finds_nothing_to_do_writes_nothing(here: Workspace) -> None:
    """It can run every ten minutes for a year."""
    here.apply()
    before = (here.folder / "jsms-sync.state.json").read_bytes()
    assert here.run("apply", "--continue", "--auto-approve").exit == 0
    assert (here.folder / "jsms-sync.state.json").read_bytes() == before


def _other_action(plan: dict[str, Any]) -> None:
    plan["changes"][0]["action"] = "delete"


def _other_field(plan: dict[str, Any]) -> None:
    plan["changes"][0]["fields"][0]["after"] = "2099-01-01 10:00:00"


def _no_changes(plan: dict[str, Any]) -> None:
    plan["changes"].clear()


@pytest.mark.parametrize("change", [_other_action, _other_field, _no_changes])
def test_a_plan_that_was_rewritten_is_not_applied(
    here: Workspace, sandbox: Served, change: Callable[[dict[str, Any]], None]
) -> None:
    """What is read in the file is what is done, or nothing is: exit 6."""
    plan = json.loads((here.folder / "plan.json").read_text())
    change(plan)
    here.write(json.dumps(plan), "plan.json")
    ran = here.run("apply", "plan.json")
    assert (ran.exit, "saved with" in ran.stderr) == (6, True), ran
    assert sandbox.writes() == []
