"""Every command that knows the state, with a state in a shared store."""

import json
from pathlib import Path

import pytest
import state_stores
from served import Served
from state_kinds import REMOTE, Kept, kinds
from workspace import Workspace

from jsms_sync.errors import Exit
from jsms_sync.state.lock import this_process

pytestmark = pytest.mark.story

TEXTS = """\
version: 1
templates:
  one: {type: notification, content: '订单{{order}}已发货。'}
  two: {type: notification, content: '订单{{order}}已送达。'}
campaigns:
  spring:
    template: one
    send_time: 2099-03-01 10:00:00
    mobile: "15400000001"
    params: {order: "1"}
"""
SECRETS = ("hunter2", "S3RVER")


@pytest.fixture
def team(kept: Kept, tmp_path: Path, sandbox: Served) -> Workspace:
    """A folder whose state will be kept there; JSMS approves everything at once."""
    sandbox.audit("approve")
    environment = {**sandbox.environment, **kept.environment, "JSMS_SYNC_STATE": kept.location}
    workspace = Workspace(tmp_path, sandbox, environment)
    workspace.write(TEXTS)
    return workspace


@kinds("gitlab", "s3", "postgres")
def test_a_life_of_commands(team: Workspace, kept: Kept, sandbox: Served) -> None:
    """From `init` in CI over applies and mending to a restore: it all works, and nothing private is told."""
    in_ci = team.having(CI="true")
    told = [in_ci.run("init"), in_ci.run("init"), in_ci.run("doctor", "-vv")]
    assert [ran.exit for ran in told] == [0, 0, 0], told
    assert "created" in told[0].stdout
    assert "kept" in told[1].stdout
    told += [in_ci.run(*command) for command in (["apply", "--auto-approve", "-vv"],) * 2]
    assert [ran.exit for ran in told[-2:]] == [0, 0], told
    assert in_ci.plan(exit=0)["changes"] == []
    for command in (
        ["state", "list"],
        ["state", "show", "campaign.spring"],
        ["state", "pull"],
        ["status"],
        ["drift"],
        ["outputs"],
        ["doctor", "--config"],
        ["state", "mv", "template.two", "template.deux"],
        ["state", "rm", "template.deux"],
        ["state", "unlock"],
        ["state", "rekey"],
        ["cancel", "campaign.spring"],
        ["plan", "-vv", "--format", "json"],
        ["plan", "--offline"],
    ):
        ran = team.run(*command)
        assert ran.exit == 0, (command, ran)
        told.append(ran)
    copy = team.run("state", "pull").stdout
    team.write(copy, "copy.json")
    told += [team.run("state", "push", "copy.json"), team.run("state", "restore", "copy.json")]
    told.append(team.run("state", "restore", "--settled"))
    assert [ran.exit for ran in told[-3:]] == [0, 0, 0], told[-3:]
    assert kept.state.campaign("campaign.spring") is not None  # type: ignore[arg-type]  # an address
    files = [path.read_text(errors="replace") for path in team.folder.rglob("*") if path.is_file()]
    for text in [*(ran.told for ran in told), *files]:
        assert not any(secret in text for secret in SECRETS)


@kinds(*REMOTE)
def test_a_locked_state_is_exit_7_and_says_how_to_go_on(team: Workspace, kept: Kept) -> None:
    """Who changes something waits or is told; who looks is not kept from it; the id ends the lock."""
    assert team.run("apply", "--new-state", "--auto-approve").exit == 0
    hold = kept.open().hold(owner=this_process("apply"))
    hold.__enter__()
    for command in (["apply", "--auto-approve"], ["state", "rm", "template.one"], ["state", "unlock"]):
        ran = team.run(*command, "--format", "json")
        assert ran.exit == Exit.LOCKED, (command, ran)
        error = json.loads(ran.stdout)["error"]
        assert error["code"] == "locked"
        assert "since 20" in error["message"]
    assert team.run("plan").exit == 0
    assert team.run("state", "list").exit == 0
    id = error["help"].partition("state unlock ")[2].rstrip("`.")
    ran = team.run("state", "unlock", id, "--format", "json")
    assert (ran.exit, ran.json["locked"]) == (0, False)
    assert team.run("apply", "--auto-approve").exit == 0
    hold.__exit__(None, None, None)


@kinds(*REMOTE)
def test_cancel_waits_for_no_lock(team: Workspace, kept: Kept, sandbox: Served) -> None:
    """Its mark is seen by who holds the state, recorded when that ends, and obeyed by the next apply."""
    for _ in range(2):
        assert team.run("apply", "--new-state", "--auto-approve").exit == 0
    assert len(sandbox.schedules()) == 1
    with kept.open().hold(owner=this_process("apply")) as store:
        assert team.run("cancel", "campaign.spring").exit == 0
        stop = store.stop()
        assert stop is not None
        assert "campaign.spring" in stop.campaigns
    with kept.open().hold(owner=this_process("look")) as store:
        assert store.stop() is None
    assert sandbox.schedules() == {}
    held = team.plan(exit=0)["held"]
    assert [(each["address"], each["code"]) for each in held] == [("campaign.spring", "cancelled")]


@kinds("gitlab")
def test_a_plan_says_that_it_could_not_see_the_stop_mark(team: Workspace, kept: Kept) -> None:
    """Also with a look at JSMS: what `cancel` has stopped could stand there as if it went on."""
    assert team.run("apply", "--new-state", "--auto-approve").exit == 0
    assert kept.server is not None
    kept.server.is_public = True
    stranger = team.having(**dict.fromkeys(kept.environment))
    assert any("cannot be seen" in note for note in stranger.plan(exit=(0, 2))["notes"])
    assert not any("cannot be seen" in note for note in team.plan(exit=(0, 2))["notes"])


@kinds("gitlab")
def test_cancel_deletes_where_no_mark_can_be_left(team: Workspace, kept: Kept, sandbox: Served) -> None:
    """It says so, deletes all the same, and ends with 1."""
    for _ in range(2):
        assert team.run("apply", "--new-state", "--auto-approve").exit == 0
    assert kept.server is not None
    kept.server.faults["POST"] = [418] * 20
    ran = team.run("cancel", "--all")
    assert ran.exit == Exit.FAILED
    assert "No stop mark could be left" in ran.told
    assert sandbox.schedules() == {}


@pytest.mark.parametrize("server", ["localbucket", "s3rver"])
def test_doctor_and_init_tell_of_a_store_that_lies(server: str, tmp_path: Path, workspace: Workspace) -> None:
    """No state is made in it."""
    with getattr(state_stores, server)(tmp_path / "data") as endpoint:
        environment = state_stores.s3_environment(endpoint)
        team = workspace.having(**environment, JSMS_SYNC_STATE=f"s3://{state_stores.BUCKET}/state.json")
        ran = team.run("init")
        assert ran.exit == Exit.FAILED
        assert "no lock in it can be trusted" in ran.stderr


@kinds("gitlab", "http")
def test_a_store_without_credentials_is_exit_9(workspace: Workspace, kept: Kept) -> None:
    """What has to be set is named."""
    ran = workspace.having(JSMS_SYNC_STATE=kept.location).run("state", "list")
    assert ran.exit == Exit.CREDENTIALS
    assert "JSMS_SYNC_STATE_PASSWORD" in ran.stderr
