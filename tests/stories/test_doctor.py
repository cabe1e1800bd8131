"""`doctor`: what it says when all is well, and for each thing that can be wrong."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from served import Served
from workspace import STATE, Workspace

from jsms_sync.model.events import IntentOpened
from jsms_sync.model.records import Intent
from jsms_sync.model.resources import Address
from jsms_sync.state.local import LocalBackend
from jsms_sync.state.lock import this_process

pytestmark = pytest.mark.story

TEXTS = "version: 1\ntemplates:\n  one: {type: notification, content: 一。}\n"
CAMPAIGN = """version: 1
campaigns:
  pilot: {temp_id: 1, send_time: 2099-03-02 09:00:00, sign_id: 1, mobile: "15400000001", params: {code: "1"}}
"""
NAMES = [
    *("settings", "account", "credentials", "reachability", "clock", "balance", "signature", "state", "lock")
]


def examined(where: Workspace, *arguments: str, exit: int) -> dict[str, Any]:
    """What doctor says, by check."""
    ran = where.run("doctor", "--format", "json", *arguments)
    assert ran.exit == exit, ran
    document = ran.json
    assert [check["name"] for check in document["checks"]] == NAMES
    assert {check["exit"] for check in document["checks"] if check["result"] != "fail"} <= {0}
    found = {check["name"]: check for check in document["checks"]}
    counted = [check["result"] for check in found.values()]
    assert document["summary"] == {each: counted.count(each) for each in ("pass", "fail", "skipped")}
    text = where.run("doctor", *arguments)
    assert text.exit == exit
    assert all(check["message"].splitlines()[0] in text.stdout for check in found.values())
    return found


def failing(found: dict[str, Any]) -> list[str]:
    """The checks that failed; each says what to do."""
    wrong = [name for name, check in found.items() if check["result"] == "fail"]
    assert all(found[name]["hint"] for name in wrong)
    return wrong


@pytest.fixture
def standing(workspace: Workspace) -> Workspace:
    """A workspace where everything is in place."""
    workspace.write(TEXTS)
    workspace.apply("--new-state")
    return workspace


def test_all_is_well(standing: Workspace, sandbox: Served) -> None:
    """Everything passes or says why it was skipped; GETs only, and the state is as it was."""
    standing.write(CAMPAIGN, "campaign.yaml")
    before, state = sandbox.counted(), (standing.folder / STATE).read_bytes()
    found = examined(standing, "-f", "campaign.yaml", exit=0)
    assert {name for name, check in found.items() if check["result"] == "skipped"} == {"account"}
    assert "极光沙箱" in found["signature"]["message"]
    assert "10,000,000" in found["balance"]["message"]
    assert (sandbox.counted(), (standing.folder / STATE).read_bytes()) == (before, state)


def test_the_embedded_sandbox_is_well(tmp_path: Path) -> None:
    """Without an account and without a state nothing fails."""
    bare = Workspace(tmp_path)
    found = examined(bare, "--sandbox", exit=0)
    assert found["state"]["result"] == found["lock"]["result"] == "skipped"
    assert "no messages" not in found["balance"]["message"]


def test_settings_that_cannot_be_used(standing: Workspace, sandbox: Served) -> None:
    """Exit 3; nothing else is tried, since nobody knows where."""
    sandbox.forget()
    standing.write("version: 1\nlimits: {max_delets: 1}\n", "jsms-sync.yaml")
    found = examined(standing, exit=3)
    assert failing(found) == ["settings"]
    assert {check["result"] for name, check in found.items() if name != "settings"} == {"skipped"}
    assert sandbox.requests() == []


def test_credentials_that_are_missing_or_refused(standing: Workspace) -> None:
    """Exit 9; the state is looked at all the same."""
    found = examined(standing.having(JSMS_APP_KEY=None), exit=9)
    assert (failing(found), found["state"]["result"]) == (["credentials"], "pass")
    found = examined(standing.having(JSMS_MASTER_SECRET="wrong"), exit=9)
    assert (failing(found), found["reachability"]["result"]) == (["credentials"], "pass")
    found = examined(standing.having(JSMS_MASTER_SECRET="a b"), exit=3)
    assert failing(found) == ["credentials"]


def test_credentials_of_another_account(standing: Workspace, sandbox: Served) -> None:
    """Exit 6 where the environment pins the account, and where the state belongs to another one."""
    sandbox.forget()
    standing.write("version: 1\nenvironments: {live: {account: 0123456789abcdef}}\n", "jsms-sync.yaml")
    assert failing(examined(standing, "--env", "live", exit=6)) == ["account", "state"]
    assert sandbox.requests() == []
    own = examined(standing, exit=0)["credentials"]["message"].split()[-1]
    standing.write(f'version: 1\nenvironments: {{live: {{account: "{own}"}}}}\n', "jsms-sync.yaml")
    assert examined(standing, "--env", "live", exit=0)["account"]["result"] == "pass"
    found = examined(standing.having(JSMS_APP_KEY="c" * 24), exit=6)
    assert failing(found) == ["credentials", "state"]


def test_a_service_that_cannot_be_reached_or_does_not_make_sense(
    standing: Workspace, sandbox: Served
) -> None:
    """Exit 1, and what could not be asked is skipped."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        ran = standing.run("doctor", "--format", "json", "--base-url", nobody)
    found = {check["name"]: check for check in ran.json["checks"]}
    assert (ran.exit, failing(found)) == (1, ["reachability"])
    assert found["credentials"]["result"] == found["clock"]["result"] == "skipped"
    sandbox.fault("html", "GET", "/v1/accounts", times=100)
    ran = standing.run("doctor", "--format", "json")
    found = {check["name"]: check for check in ran.json["checks"]}
    assert (ran.exit, failing(found)) == (1, ["reachability"])


def test_a_base_url_that_may_not_be_used(standing: Workspace) -> None:
    """Plain http to somewhere else is refused before anything leaves."""
    ran = standing.run("doctor", "--format", "json", "--base-url", "http://203.0.113.1/v1")
    found = {check["name"]: check for check in ran.json["checks"]}
    assert (ran.exit, failing(found)) == (3, ["reachability"])


def test_a_clock_that_is_off(standing: Workspace, sandbox: Served) -> None:
    """Exit 1; under --now nothing is compared."""
    sandbox.clock((datetime.now(UTC) + timedelta(minutes=10)).isoformat())
    found = examined(standing, exit=1)
    assert failing(found) == ["clock"]
    assert "+6" in found["clock"]["message"] or "+59" in found["clock"]["message"]
    ahead = examined(standing, "--now", "2099-01-01T00:00:00+08:00", exit=0)
    assert ahead["clock"]["result"] == "skipped"


def test_a_balance_that_is_empty_or_not_allotted(standing: Workspace, sandbox: Served) -> None:
    """An app without messages fails; one that has none of its own is skipped, with the way to it."""
    sandbox.control("PUT", "balance", {"app_balance": 0})
    assert failing(examined(standing, exit=1)) == ["balance"]
    sandbox.control("PUT", "balance", {"app_balance": None})
    found = examined(standing, exit=0)
    assert (found["balance"]["result"], "--dev" in found["balance"]["hint"]) == ("skipped", True)


@pytest.mark.parametrize(
    ("settings", "text", "exit", "words"),
    [
        ("", CAMPAIGN, 0, "approved: 【极光沙箱】"),
        ("signature: 极光沙箱", CAMPAIGN, 0, "approved: 【极光沙箱】"),
        ("signature: 别的", CAMPAIGN, 1, "the settings say 【别的】"),
        ("signature: 别的", TEXTS, 0, "【别的】 is counted"),
        ("", TEXTS, 0, "10 characters are counted"),
        ("", CAMPAIGN.replace("sign_id: 1", "sign_id: 77"), 1, "50102"),
    ],
)
def test_signatures_that_campaigns_name(
    standing: Workspace, settings: str, text: str, exit: int, words: str
) -> None:
    """Each is read; JSMS cannot be asked for the default one, so without a name there is nothing to read."""
    standing.write(f"version: 1\n{settings}\n", "jsms-sync.yaml")
    standing.write(text, "here.yaml")
    ran = standing.run("doctor", "--format", "json", "-f", "here.yaml")
    (check,) = (check for check in ran.json["checks"] if check["name"] == "signature")
    assert (ran.exit, words in check["message"]) == (exit, True), check


def test_a_signature_in_its_audit(standing: Workspace) -> None:
    """A signature that is not approved yet would make its campaigns fail."""
    assert standing.served is not None
    sign_id = standing.served.control("GET", "state")["signs"][0]["sign_id"]
    standing.served.control("POST", f"signs/{sign_id}/audit", {"status": 2})
    standing.write(CAMPAIGN, "here.yaml")
    found = examined(standing, "-f", "here.yaml", exit=1)
    assert failing(found) == ["signature"]


def test_a_state_that_cannot_be_read(standing: Workspace) -> None:
    """Exit 6 as for an apply; what cannot be read cannot be held either."""
    standing.write("{}", STATE)
    found = examined(standing, exit=6)
    assert (failing(found), found["lock"]["result"]) == (["state"], "skipped")
    assert failing(examined(standing, "--state", "ftp://x/y", exit=3)) == ["state"]


def test_a_state_that_somebody_else_holds(standing: Workspace) -> None:
    """Exit 7, with who holds it."""
    with LocalBackend(standing.folder / STATE).hold(owner=this_process("apply")):
        found = examined(standing, exit=7)
    assert failing(found) == ["lock"]
    assert "'apply'" in found["lock"]["message"]
    assert failing(examined(standing, exit=0)) == []


def test_an_outcome_in_doubt_is_mentioned(standing: Workspace) -> None:
    """An open POST is no failure of the surroundings, but nobody should have to look for it."""
    now = datetime.now(UTC)
    intent = Intent("1", Address("template.one"), "create", "POST", now)
    with LocalBackend(standing.folder / STATE).hold(owner=this_process("apply")) as store:
        store.commit(IntentOpened(intent))
    assert "template.one" in examined(standing, exit=0)["state"]["hint"]


def test_the_settings_alone_need_nothing(tmp_path: Path) -> None:
    """`doctor --config` works offline, without credentials, and shows every origin."""
    bare = Workspace(tmp_path).having(JSMS_SYNC_BASE_URL="http://127.0.0.1:1/v1")
    bare.write(
        "version: 1\nlimits: {max_deletes: 9}\nenvironments: {live: {limits: {freeze: 1h}}}\n",
        "jsms-sync.yaml",
    )
    ran = bare.run("doctor", "--config", "--env", "live", "--state", "x.json", "--format", "json")
    assert ran.exit == 0
    origins = {each["key"]: each["origin"]["text"] for each in ran.json["settings"]}
    assert origins["state"] == "--state"
    assert origins["base_url"] == "JSMS_SYNC_BASE_URL"
    assert origins["limits.max_deletes"] == "jsms-sync.yaml:2:23"
    assert origins["limits.freeze"] == "jsms-sync.yaml:3:40 (environment live)"
    assert origins["limits.max_missing"] == "default"
    text = bare.run("doctor", "--config", "--env", "live").stdout
    assert len(text.splitlines()) == len(origins)
    bare.write("[", "jsms-sync.yaml")
    assert bare.run("doctor", "--config").exit == 3
