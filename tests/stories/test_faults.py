"""The line to JSMS breaks in every way a sandbox can script: what is told, and what is never repeated."""

import re
from typing import Any

import pytest
from served import Served
from workspace import Workspace, actions, held, outcomes

pytestmark = [pytest.mark.story, pytest.mark.no_cover]

TEMPLATE = "  shipped: {type: notification, content: '您的订单{{order}}已发出。'}\n"
OTHER = "  other: {type: notification, content: '您的包裹已到达{{station}}。'}\n"
LONELY = """\
  lonely:
    template: shipped
    send_time: 2099-03-01 10:00:00
    mobile: "19912345678"
    params: {order: "1"}
"""
FEW = """\
  few:
    template: shipped
    send_time: 2099-03-01 11:00:00
    recipients:
      - {mobile: "19912345678", params: {order: "1"}}
      - {mobile: "19912345679", params: {order: "2"}}
"""
LATER = FEW.replace("few:", "more:").replace("03-01", "03-08").replace("199123", "199321")

IN_DOUBT: tuple[tuple[str, dict[str, int], bool], ...] = (
    ("drop-before", {}, False),
    ("drop-after", {}, True),
    ("status", {"status": 500}, False),
    ("status", {"status": 429}, False),
    ("status", {"status": 502}, False),
    ("status-after", {"status": 500}, True),
    ("truncate", {}, True),
    ("html", {}, True),
)
"""The faults after which nobody knows what a POST did, and whether it acted."""


def shop(*campaigns: str, templates: str = TEMPLATE) -> str:
    """Definitions of these."""
    below = "campaigns:\n" + "".join(campaigns) if campaigns else ""
    return f"version: 1\ntemplates:\n{templates}{below}"


@pytest.fixture
def approving(workspace: Workspace, sandbox: Served) -> Workspace:
    """A workspace at a JSMS that approves everything, with one approved template in place."""
    sandbox.audit("approve")
    workspace.write(shop())
    workspace.apply("--new-state")
    return workspace


PLACES = {
    "template.other": ("/v1/templates", (), TEMPLATE + OTHER),
    "campaign.few": ("/v1/schedule/batch", (FEW,), TEMPLATE),
    "campaign.lonely": ("/v1/schedule", (LONELY,), TEMPLATE),
}


@pytest.mark.parametrize("address", PLACES)
@pytest.mark.parametrize(("fault", "more", "acts"), IN_DOUBT)
def test_a_post_in_doubt_is_told_once_and_never_repeated(
    approving: Workspace, sandbox: Served, address: str, fault: str, more: dict[str, int], acts: bool
) -> None:
    """It ends in 8, the next apply in 8 too, without another POST; a person's word settles it for good."""
    path, campaigns, templates = PLACES[address]
    approving.write(shop(*campaigns, templates=templates))
    before = {*sandbox.templates(), *sandbox.schedules()}
    sandbox.fault(fault, "POST", path, **more)
    sandbox.forget()
    ended = approving.apply(exit=8)
    assert outcomes(ended) == {address: "unknown"}
    assert sandbox.writes() == [("POST", path)]
    again = approving.apply(exit=8)
    assert held(again) == {address: "unknown-outcome"}
    assert again["outcomes"] == []
    assert approving.run("plan", "--detailed-exitcode").exit == 0, "other commands keep their code"
    assert sandbox.writes() == [("POST", path)]
    made = [str(id) for id in {*sandbox.templates(), *sandbox.schedules()} - before]
    assert bool(made) is acts
    _settle(approving, address, made)
    approving.apply()
    assert len(sandbox.writes()) == (1 if acts else 2)


def _settle(workspace: Workspace, address: str, made: list[str]) -> None:
    """Resolves it, after ids that do not fit were refused."""
    state = workspace.state
    for wrong in (
        "1",
        "999999",
        "no-id",
        *map(str, workspace.served.templates() if workspace.served else ()),
    ):
        if wrong not in made:
            ran = workspace.run("resolve", address, "--created", wrong)
            assert (ran.exit, workspace.state) == (3, state), ran
    ran = workspace.run("resolve", address, *(["--created", made[0]] if made else ["--not-created"]))
    assert ran.exit == 0, ran
    assert workspace.run("resolve", address, "--not-created").exit == 3, "nothing is in doubt any more"


@pytest.mark.parametrize("address", PLACES)
@pytest.mark.parametrize(
    ("fault", "more", "code"),
    [("out-of-freq", {}, 50009), ("status", {"status": 403}, 50007), ("status", {"status": 400}, 50003)],
)
def test_a_refused_post_has_failed_and_is_tried_again_by_the_next_apply(
    approving: Workspace, sandbox: Served, address: str, fault: str, more: dict[str, int], code: int
) -> None:
    """A refusal is known not to have acted: exit 1, nothing recorded of it, and the next apply goes on."""
    path, campaigns, templates = PLACES[address]
    approving.write(shop(*campaigns, templates=templates))
    sandbox.fault(fault, "POST", path, **more)
    (outcome,) = approving.apply(exit=1)["outcomes"]
    assert (outcome["result"], outcome["error"]["code"]) == ("failed", code)
    assert address not in approving.state.resources
    assert approving.state.intents == ()
    approving.apply()


def test_a_slow_answer_is_an_answer(workspace: Workspace, sandbox: Served) -> None:
    """A delay alone changes nothing."""
    workspace.write(shop())
    sandbox.fault("delay", "POST", "/v1/templates", delay_ms=80)
    assert outcomes(workspace.apply("--new-state")) == {"template.shipped": "done"}


def test_refused_credentials_in_the_middle_end_in_nine(workspace: Workspace, sandbox: Served) -> None:
    """A POST that JSMS refuses for its credentials makes the apply end in 9."""
    workspace.write(shop())
    sandbox.fault("status", "POST", "/v1/templates", status=403, code=50036)
    assert outcomes(workspace.apply("--new-state", exit=9)) == {"template.shipped": "failed"}


def test_what_does_not_depend_on_a_doubt_goes_on(approving: Workspace, sandbox: Served) -> None:
    """While one intent is open every apply ends in 8, after doing all that is independent of it."""
    sandbox.fault("drop-after", "POST", "/v1/schedule/batch")
    approving.write(shop(FEW))
    approving.apply(exit=8)
    approving.write(shop(FEW, LONELY, LATER, templates=TEMPLATE + OTHER))
    ended = approving.apply(exit=8)
    assert outcomes(ended) == dict.fromkeys(("campaign.lonely", "campaign.more", "template.other"), "done")
    approving.write("version: 1\ntemplates: {}\n")
    refused = approving.apply(exit=8)
    assert {r["code"] for r in refused["refusals"]} >= {"empty-definitions"}, "refused, but still in doubt"


def test_a_batch_in_doubt_leaves_the_other_batches_of_its_campaign_alone(
    approving: Workspace, sandbox: Served
) -> None:
    """Of 2,500 recipients 1,000 are in doubt: the others are placed, edited and removed as usual."""
    rows = [f"199{n:08},{n}" for n in range(2500)]
    approving.write("\n".join(["mobile,order", *rows, ""]), "all.csv")
    mass = "  mass: {template: shipped, send_time: 2099-03-01 10:00:00, recipients_file: all.csv}\n"
    approving.write(shop(mass))
    sandbox.fault("status", "POST", "/v1/schedule/batch", status=502, skip=1)
    approving.apply("--parallelism", "1", exit=8)
    assert len(sandbox.schedules()) == 2
    approving.write("\n".join(["mobile,order", *rows[:-1], rows[-1] + "7", ""]), "all.csv")
    assert outcomes(approving.apply(exit=8)) == {"campaign.mass": "done"}
    assert approving.run("resolve", "campaign.mass", "--not-created").exit == 0
    approving.apply()
    mobiles = [r["mobile"] for s in sandbox.schedules().values() for r in s["recipients"]]
    assert (len(mobiles), len(set(mobiles))) == (2500, 2500)


WRITES: dict[str, tuple[str, str]] = {
    "modify template": ("PUT", "/v1/templates"),
    "delete template": ("DELETE", "/v1/templates"),
    "modify single": ("PUT", "/v1/schedule"),
    "modify batch": ("PUT", "/v1/schedule/batch"),
    "delete campaign": ("DELETE", "/v1/schedule"),
}


@pytest.fixture
def furnished(approving: Workspace, sandbox: Served) -> Workspace:
    """Everything in place, and one template rejected."""
    approving.write(shop(LONELY, FEW))
    approving.apply()
    sandbox.audit("manual")
    approving.write(shop(LONELY, FEW, templates=TEMPLATE + OTHER))
    approving.apply()
    sandbox.reject(sandbox.texts()["您的包裹已到达{{station}}。"])
    return approving


def edited(what: str) -> str:
    """The definitions whose apply does just that."""
    match what:
        case "modify template":
            return shop(LONELY, FEW, templates=TEMPLATE + OTHER.replace("包裹", "快递"))
        case "delete template":
            return shop(LONELY, FEW)
        case "modify single":
            return shop(LONELY.replace("03-01", "03-02"), FEW, templates=TEMPLATE + OTHER)
        case "modify batch":
            return shop(LONELY, FEW.replace("03-01", "03-02"), templates=TEMPLATE + OTHER)
        case _:
            return shop(LONELY, templates=TEMPLATE + OTHER)


REPEATED = [
    (what, fault, more)
    for what in WRITES
    for fault, more, _ in IN_DOUBT
    if what == "modify batch" or fault in ("drop-after", "status-after", "html")
]


@pytest.mark.parametrize(("what", "fault", "more"), REPEATED)
def test_other_writes_are_repeated_until_they_are_known(
    furnished: Workspace, sandbox: Served, what: str, fault: str, more: dict[str, int]
) -> None:
    """PUT and DELETE are tried again: the second attempt, or a look, tells that the work is done."""
    method, path = WRITES[what]
    furnished.write(edited(what))
    sandbox.fault(fault, method, path, **more)
    sandbox.forget()
    ran = furnished.run("apply", "--auto-approve", "--format", "json")
    assert (ran.exit, set(outcomes(ran.json).values())) == (0, {"done"}), ran
    assert {each for each, _ in sandbox.writes()} == {method}
    assert 1 <= len(sandbox.writes()) <= 2
    assert furnished.state.intents == ()
    assert furnished.run("plan", "--detailed-exitcode").exit in (0, 1)
    assert furnished.plan(exit=(0, 1))["changes"] == []


def test_two_failures_in_a_row_are_outlived(furnished: Workspace, sandbox: Served) -> None:
    """Status 500 twice for each of GET, PUT and DELETE is only a delay."""
    furnished.write(shop(FEW.replace("03-01", "03-02"), templates=TEMPLATE + OTHER))
    for method, path in (("GET", "/v1"), ("PUT", "/v1/schedule/batch"), ("DELETE", "/v1/schedule")):
        sandbox.fault("status", method, path, times=2, status=500)
    done = furnished.run("apply", "--auto-approve", "--format", "json")
    assert (done.exit, outcomes(done.json)) == (0, {"campaign.lonely": "done", "campaign.few": "done"})


@pytest.mark.parametrize("fault", ["drop-before", "drop-after"])
def test_a_write_that_never_gets_through_settles_itself(
    furnished: Workspace, sandbox: Served, fault: str
) -> None:
    """After four attempts PUT and DELETE have failed, exit 1; the next look tells, and nobody resolves."""
    furnished.write(shop(FEW.replace("03-01", "03-02"), templates=TEMPLATE + OTHER))
    for method in ("PUT", "DELETE"):
        sandbox.fault(fault, method, "/v1/schedule", times=4)
    assert set(outcomes(furnished.apply(exit=1)).values()) == {"failed"}
    assert {i.method for i in furnished.state.intents} == {"PUT", "DELETE"}
    acted = fault == "drop-after"
    expected = {"campaign.lonely": "forget" if acted else "delete"} | (
        {} if acted else {"campaign.few": "modify"}
    )
    assert actions(furnished.plan(exit=1)) == expected
    assert outcomes(furnished.apply()) == dict.fromkeys(expected, "done")
    assert furnished.state.intents == ()
    assert [s["send_time"][:10] for s in sandbox.schedules().values()] == ["2099-03-02"]


def test_an_object_that_cannot_be_read_is_held_and_not_missing(furnished: Workspace, sandbox: Served) -> None:
    """Its campaign or template is left alone, everything else goes on, and the exit code is 1."""
    shipped = sandbox.texts()["您的订单{{order}}已发出。"]
    sandbox.fault("status", "GET", f"/v1/templates/{shipped}", times=4, status=403, code=50007)
    plan = furnished.plan(exit=1)
    assert held(plan)["template.shipped"] == "unreadable"
    assert plan["changes"] == []


def test_one_failing_object_never_stops_the_others(workspace: Workspace, sandbox: Served) -> None:
    """Of five templates one is refused: the four others are there, exit 1, and the next apply adds it."""
    texts = "".join(TEMPLATE.replace("shipped", f"text-{n}").replace("已", f"{n}已") for n in range(5))
    workspace.write(shop(templates=texts))
    sandbox.fault("out-of-freq", "POST", "/v1/templates", skip=2)
    results = outcomes(workspace.apply("--new-state", "--parallelism", "1", exit=1))
    assert results == {f"template.text-{n}": "failed" if n == 2 else "done" for n in range(5)}
    assert actions(workspace.plan(exit=2)) == {"template.text-2": "create"}


def test_no_campaign_is_created_when_one_could_not_be_deleted(approving: Workspace, sandbox: Served) -> None:
    """The new campaign may be the old one under another name, so it waits for the delete."""
    approving.write(shop(FEW))
    approving.apply()
    approving.write(shop(FEW.replace("few:", "fewer:"), templates=TEMPLATE + OTHER))
    sandbox.fault("out-of-freq", "DELETE", "/v1/schedule")
    ended = approving.apply(exit=1)
    assert outcomes(ended) == {
        "campaign.few": "failed",
        "campaign.fewer": "skipped",
        "template.other": "done",
    }
    assert len(sandbox.schedules()) == 1
    approving.apply()
    assert len(sandbox.schedules()) == 1


def test_a_text_stays_while_a_campaign_could_not_be_switched(approving: Workspace, sandbox: Served) -> None:
    """The retirement of a text is skipped when the switch of a campaign away from it has failed."""
    text = shop(FEW, templates=TEMPLATE.replace("}'}", "}'}").replace("'}", "', retire_after: 1s}"))
    approving.write(text)
    approving.apply()
    old = sandbox.texts()["您的订单{{order}}已发出。"]
    approving.write(text.replace("已发出", "已寄出"))
    sandbox.audit("manual")
    approving.apply()
    sandbox.approve()
    sandbox.fault("out-of-freq", "PUT", "/v1/schedule")
    ended = approving.run("apply", "--auto-approve", "--format", "json")
    assert outcomes(ended.json)["campaign.few"] == "failed"
    assert old in sandbox.templates()
    late = approving.having(JSMS_SYNC_NOW="2099-02-01 00:00:00")
    sandbox.fault("out-of-freq", "PUT", "/v1/schedule")
    ended = late.run("apply", "--auto-approve", "--format", "json")
    assert outcomes(ended.json) == {"campaign.few": "failed", "template.shipped": "skipped"}
    assert old in sandbox.templates()
    assert outcomes(late.apply()) == {"campaign.few": "done", "template.shipped": "done"}
    assert old not in sandbox.templates()


def test_what_depends_on_a_failed_change_of_its_own_address_is_skipped(
    workspace: Workspace, sandbox: Served
) -> None:
    """The text under review is not retired when its successor could not be submitted."""
    workspace.write(shop())
    workspace.apply("--new-state")
    workspace.write(shop(templates=TEMPLATE.replace("已发出", "已寄出")))
    sandbox.fault("out-of-freq", "POST", "/v1/templates")
    ended = workspace.run(
        "apply", "--auto-approve", "--format", "json", "--supersede", "template.shipped"
    ).json
    assert [(o["action"], o["result"]) for o in ended["outcomes"]] == [
        ("replace", "failed"),
        ("retire", "skipped"),
    ]
    assert len(sandbox.templates()) == 1


def test_a_replacement_is_not_placed_when_the_old_schedule_stays(
    approving: Workspace, sandbox: Served
) -> None:
    """One recipient became many: without the DELETE there is no POST, and both never live together."""
    approving.write(shop(LONELY))
    approving.apply()
    approving.write(shop(FEW.replace("few:", "lonely:")))
    sandbox.fault("out-of-freq", "DELETE", "/v1/schedule")
    assert outcomes(approving.apply(exit=1)) == {"campaign.lonely": "failed"}
    assert [s["kind"] for s in sandbox.schedules().values()] == ["single"]
    approving.apply()
    assert [s["kind"] for s in sandbox.schedules().values()] == ["batch"]


def test_text_reports_name_what_went_wrong(approving: Workspace, sandbox: Served) -> None:
    """The lines of an apply say which object failed and why, and what to do about a doubt."""
    approving.write(shop(FEW, templates=TEMPLATE + OTHER))
    sandbox.fault("out-of-freq", "POST", "/v1/templates")
    sandbox.fault("drop-after", "POST", "/v1/schedule/batch")
    ran = approving.run("apply", "--auto-approve")
    assert ran.exit == 8
    assert re.search(r"✗ template\.other: create failed: .+", ran.stdout)
    assert re.search(r"\? campaign\.few: create unknown: .+", ran.stdout)
    assert "jsms-sync resolve" in ran.stdout


def test_events_stream_as_lines(approving: Workspace, sandbox: Served) -> None:
    """With jsonl each outcome is a line of its own, and the last line is the summary."""
    import json

    approving.write(shop(FEW, templates=TEMPLATE + OTHER))
    ran = approving.run("apply", "--auto-approve", "--format", "jsonl")
    events: list[dict[str, Any]] = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [e["event"] for e in events] == ["outcome", "outcome", "summary"]
    assert events[-1]["summary"]["done"] == 2
    failed = approving.run("apply", "--format", "jsonl")
    (line,) = failed.stdout.splitlines()
    assert (failed.exit, json.loads(line)["error"]["exit"]) == (3, 3), "before there is a result, too"
