"""A part of the plan, and what people do to names: only, exclude, rename, protect."""

import pytest
from served import Served
from workspace import Workspace, actions, codes

pytestmark = pytest.mark.story

FIRST, SECOND = "您的订单{{order}}已由{{carrier}}发出。", "您的包裹已到达{{station}}。"
PEOPLE = """\
    recipients:
      - {mobile: "19912345678", params: {order: "1002", carrier: 中通}}
      - {mobile: "19912345679", params: {order: "1003", carrier: 圆通}}
"""


def template(name: str, content: str, more: str = "") -> str:
    """A template as defined."""
    return f"  {name}: {{type: notification, content: '{content}'{more}}}\n"


def campaign(name: str, template: str, more: str = "") -> str:
    """A campaign as defined."""
    return f"  {name}:\n    template: {template}\n    send_time: 2099-03-02 09:00:00\n{more}{PEOPLE}"


def shop(*templates: str, campaigns: tuple[str, ...] = ()) -> str:
    """Definitions of these."""
    below = "campaigns:\n" + "".join(campaigns) if campaigns else ""
    return f"version: 1\ntemplates:\n{''.join(templates)}{below}"


SHIPPED, ARRIVED = template("shipped", FIRST), template("arrived", SECOND)
PILOT = campaign("pilot", "shipped")


@pytest.fixture
def standing(workspace: Workspace, sandbox: Served) -> Workspace:
    """Two texts and a campaign in place at a JSMS that approves at once."""
    sandbox.audit("approve")
    workspace.write(shop(SHIPPED, ARRIVED, campaigns=(PILOT,)))
    workspace.apply("--new-state")
    workspace.apply()
    sandbox.forget()
    return workspace


def test_only_a_campaign_and_what_it_needs(workspace: Workspace, sandbox: Served) -> None:
    """The rest is left out and said to be; the next whole plan goes on with it."""
    sandbox.audit("approve")
    workspace.write(shop(SHIPPED, ARRIVED, campaigns=(PILOT,)))
    plan = workspace.plan("--only", "campaign.pilot", exit=2)
    assert actions(plan) == {"template.shipped": "create"}
    assert "this plan is partial; left out: template.arrived" in plan["notes"]
    apply = ("apply", "--auto-approve", "--only", "campaign.pilot")
    assert workspace.run(*apply, "--new-state").exit == 0
    assert "Note: this plan is partial" in workspace.run(*apply).stdout
    assert list(sandbox.texts()) == [FIRST]
    assert len(sandbox.schedules()) == 1
    assert actions(workspace.plan(exit=2)) == {"template.arrived": "create"}
    assert workspace.plan("--exclude", "template.*", exit=0)["changes"] == []


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--only", "template.shiped", "Did you mean template.shipped?"),
        ("--exclude", "nonsense*", "state list"),
        ("--only", "", "state list"),
        ("--supersede", "template.shiped", "Did you mean template.shipped?"),
        ("--recreate", "nonsense", "state list"),
        ("--overwrite", "campaign.nobody", "is not defined or recorded"),
        ("--overwrite", "template.shipped", "the address of a campaign"),
        ("--recreate", "template.shipped", "the address of a campaign"),
        ("--supersede", "campaign.pilot", "the address of a template"),
    ],
)
def test_a_pattern_or_an_override_that_fits_nothing_is_told(
    standing: Workspace, sandbox: Served, option: str, value: str, says: str
) -> None:
    """Exit 3, with what was probably meant: a typo must not look like an empty plan."""
    for command in (("plan",), ("plan", "--offline"), ("apply", "--auto-approve")):
        ran = standing.run(*command, option, value)
        assert (ran.exit, says in ran.stderr) == (3, True), ran
    assert sandbox.writes() == []


def test_a_partial_apply_does_what_its_plan_shows(standing: Workspace, sandbox: Served) -> None:
    """A deleted template takes its campaign along, in order; the other change waits."""
    standing.write(shop(template("arrived", SECOND + "请取件。")))
    plan = standing.plan("--only", "template.shipped", exit=2)
    assert actions(plan) == {"campaign.pilot": "delete", "template.shipped": "delete"}
    ran = standing.run("apply", "--auto-approve", "--only", "template.shipped")
    assert ran.exit == 0, ran
    assert [method for method, _ in sandbox.writes()] == ["DELETE", "DELETE"]
    assert list(sandbox.texts()) == [SECOND]
    assert actions(standing.plan(exit=2)) == {"template.arrived": "replace"}


def test_a_rename_that_was_not_said_to_be_one_is_asked_about(standing: Workspace, sandbox: Served) -> None:
    """The hint names `moved_from`, and following it sends nothing at all."""
    renamed = campaign("vip", "sent")
    standing.write(shop(template("sent", FIRST), ARRIVED, campaigns=(renamed,)))
    plan = standing.run("plan")
    assert "template.sent has the content of template.shipped" in plan.stdout
    assert "`moved_from: shipped`" in plan.stdout
    moved = template("sent", FIRST, ", moved_from: shipped")
    renamed = campaign("vip", "sent", "    moved_from: pilot\n")
    standing.write(shop(moved, ARRIVED, campaigns=(renamed,)))
    plan = standing.plan(exit=2)
    assert actions(plan) == {"template.sent": "record", "campaign.vip": "record"}
    standing.apply()
    assert sandbox.writes() == []
    standing.write(shop(template("sent", FIRST), ARRIVED, campaigns=(campaign("vip", "sent"),)))
    standing.plan(exit=0)


def test_a_campaign_that_was_renamed_the_same_way_is_never_scheduled_twice(
    standing: Workspace, sandbox: Served
) -> None:
    """Leaving its deletion out leaves its creation out too."""
    standing.write(shop(SHIPPED, ARRIVED, campaigns=(campaign("vip", "shipped"),)))
    plan = standing.plan("--exclude", "campaign.pilot", exit=0)
    assert "campaign.vip is left out too: campaign.pilot" in plan["notes"][1]
    assert "campaign.vip has the content of campaign.pilot" in standing.run("plan").stdout


def test_what_is_stuck_counts_beside_a_refusal(workspace: Workspace, sandbox: Served) -> None:
    """With --detailed-exitcode 1 comes before 5 (contract §2), for plan and apply alike."""
    workspace.write(shop(template("arrived", SECOND, ", protect: true"), SHIPPED))
    workspace.apply("--new-state")
    for temp_id in sandbox.templates():
        sandbox.reject(temp_id)
    workspace.write(shop(SHIPPED))
    for command in (("plan",), ("apply", "--auto-approve")):
        assert workspace.run(*command).exit == 5
        assert workspace.run(*command, "--detailed-exitcode").exit == 1


def test_a_protected_template_outlives_its_definition(standing: Workspace, sandbox: Served) -> None:
    """Exit 5, the plan shown in full, nothing done, the ways out named; `protect: false` lets it go."""
    standing.write(shop(SHIPPED, template("arrived", SECOND, ", protect: true"), campaigns=(PILOT,)))
    standing.apply()
    standing.write(shop(template("shipped", FIRST + "请查收。"), campaigns=(PILOT,)))
    for command in (
        ("plan",),
        ("apply", "--auto-approve"),
        ("apply", "--auto-approve", "--allow", "over-limit"),
    ):
        ran = standing.run(*command)
        assert ran.exit == 5
        assert "± template.shipped: replace" in ran.stdout
        assert "template.arrived: protected" in ran.stdout
        assert "put it back with `protect: false` to let it go" in ran.words
    assert sandbox.writes() == []
    assert codes(standing.plan(exit=5)) == {"protected"}
    standing.write(shop(SHIPPED, ARRIVED, campaigns=(PILOT,)))
    standing.plan(exit=0)
    standing.write(shop(SHIPPED, template("arrived", SECOND, ", protect: false"), campaigns=(PILOT,)))
    assert actions(standing.plan(exit=2)) == {"template.arrived": "record"}
    standing.apply()
    standing.write(shop(SHIPPED, campaigns=(PILOT,)))
    standing.apply()
    assert list(sandbox.texts()) == [FIRST]


def test_only_gets_are_sent_by_what_only_looks(standing: Workspace, sandbox: Served) -> None:
    """plan, status, drift, outputs, and every verb of `state`: GETs at most, and most of them nothing."""
    standing.write(standing.run("state", "pull").stdout, "copy.json")
    looking = (("plan",), ("status",), ("drift",), ("state", "rekey"))
    silent = (
        ("outputs",),
        ("plan", "--offline"),
        ("state", "list"),
        ("state", "show", "campaign.pilot"),
        ("state", "pull"),
        ("state", "mv", "campaign.pilot", "campaign.vip"),
        ("state", "mv", "campaign.vip", "campaign.pilot"),
        ("state", "rm", "template.arrived"),
        ("state", "restore", "copy.json"),
        ("state", "restore", "--settled"),
        ("state", "unlock"),
    )
    for command in looking:
        assert standing.having(JSMS_SYNC_HASH_KEY="another").run(*command).exit == 0
    assert {each["method"] for each in sandbox.requests()} == {"GET"}
    sandbox.forget()
    for command in silent:
        ran = standing.run(*command)
        assert ran.exit == 0, ran
    standing.write(standing.run("state", "pull").stdout, "again.json")
    assert standing.run("state", "push", "again.json").exit == 0
    assert sandbox.requests() == []
