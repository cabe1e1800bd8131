"""Waiting for people at JSMS: `wait`, `status --watch`, and the alarm of 09:00."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from served import Served
from workspace import Ran, Workspace, ended

from jsms_sync import definitions
from jsms_sync.api.client import Client
from jsms_sync.api.credentials import Credentials
from jsms_sync.cli.looking import Wanted
from jsms_sync.cli.options import Common
from jsms_sync.cli.polling import Pace
from jsms_sync.cli.session import Connection, Identity
from jsms_sync.cli.wait import wait_for_audits
from jsms_sync.model.privacy import Secret
from jsms_sync.sandbox.settings import Access

pytestmark = pytest.mark.story

OLD, NEW = "您的订单{{order}}已发出。", "您的订单{{order}}已经发出，请留意查收。"
TEMPLATE, CODE = "template.order-shipped", "template.login-code"
EVE = "2099-03-01 08:00:00"
"""A Sunday morning in China, 25 hours before the campaign: nobody approves anything before it."""


def shop(content: str = OLD, *, time: str = "2099-03-02 09:00:00") -> str:
    """Two templates, and a campaign that uses one of them."""
    return f"""\
version: 1
templates:
  login-code: {{type: verification, content: "您的验证码是{{{{code}}}}", ttl: 60}}
  order-shipped: {{type: notification, content: "{content}"}}
campaigns:
  pilot:
    template: order-shipped
    send_time: {time}
    mobile: "19912345678"
    params: {{order: "1001"}}
"""


def ids(sandbox: Served) -> tuple[int, int]:
    """The temp_ids of both texts, which are submitted at once and so come in any order."""
    texts = sandbox.texts()
    shipped = texts.pop(OLD)
    (code,) = texts.values()
    return code, shipped


@pytest.fixture
def submitted(workspace: Workspace) -> Workspace:
    """Both texts are in their audit."""
    workspace.write(shop())
    workspace.apply("--new-state")
    return workspace


@pytest.fixture
def scheduled(submitted: Workspace, sandbox: Served) -> Workspace:
    """Both texts are approved, and the campaign is scheduled."""
    sandbox.approve()
    submitted.apply()
    return submitted


@dataclass
class Hours:
    """A clock that only sleeping moves, and what happens at JSMS during each sleep."""

    happens: Iterator[Callable[[], object]]
    now: float = 0
    slept: list[float] = field(default_factory=list)

    @property
    def pace(self) -> Pace:
        """This clock, handed in."""
        return Pace(lambda: self.now, self.sleep, lambda: 0.5)

    def sleep(self, seconds: float) -> None:
        """Time goes by, and something happens."""
        self.now += seconds
        self.slept.append(seconds)
        next(self.happens, lambda: None)()


@contextmanager
def looking(there: Workspace, access: Access) -> Iterator[tuple[Wanted, Connection]]:
    """What a command that looks has in its hands."""
    common = Common((), None, access.base_url, False, None, None, 4, 0, there.folder, 0, False)
    wanted = Wanted(common, definitions.load(common.paths, folder=there.folder).definitions, (), _now())
    credentials = Credentials(access.app_key, Secret(access.master_secret))
    with Client(credentials, base_url=access.base_url) as client:
        yield wanted, Connection(client, Identity(None, None, loopback=True))


def waited(
    there: Workspace, access: Access, *happens: Callable[[], object], timeout: float | None = None
) -> tuple[dict[str, str], Hours]:
    """How a wait ended during which this happened, pause by pause, and how long it took."""
    hours = Hours(iter(happens))
    with looking(there, access) as (wanted, connection):
        found = wait_for_audits(wanted, connection, _now, timeout=timeout, pace=hours.pace)
    return {address: verdict.value for (address, _), verdict in found.items()}, hours


def _now() -> datetime:
    return datetime.now(UTC)


def test_a_wait_ends_when_the_last_audit_does(
    submitted: Workspace, sandbox: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """However many looks that takes; each news is told once, and a long silence is broken."""
    code, shipped = ids(sandbox)

    def nothing() -> None:
        """A look without news."""

    many = [nothing] * 25
    found, hours = waited(
        submitted, sandbox.access, lambda: sandbox.approve(code), *many, lambda: sandbox.reject(shipped)
    )
    assert found == {CODE: "approved", TEMPLATE: "rejected"}
    assert len(hours.slept) == 27
    told = capsys.readouterr().err.splitlines()
    assert [line.partition(" since")[0] for line in told if "Still" not in line] == [
        f"{CODE} {code}: auditing",
        f"{TEMPLATE} {shipped}: auditing",
        f"{CODE} {code}: approved",
        f"{TEMPLATE} {shipped}: rejected",
    ]
    assert len([line for line in told if line.startswith("Still waiting for 1 audit, after 1")]) == 1


def test_a_wait_sees_what_others_apply_meanwhile(submitted: Workspace, sandbox: Served) -> None:
    """A text that was withdrawn for a newer one is waited for no more, but the newer one is."""
    code, shipped = ids(sandbox)

    def supersede() -> None:
        submitted.write(shop(NEW))
        submitted.apply("--supersede", TEMPLATE)

    found, hours = waited(
        submitted,
        sandbox.access,
        supersede,
        lambda: sandbox.approve(code),
        lambda: sandbox.raw("DELETE", f"templates/{sandbox.texts()[NEW]}"),
        timeout=30,
    )
    assert shipped not in sandbox.templates()
    assert found == {CODE: "approved", TEMPLATE: "auditing"}, "so young that it may only not be seen yet"
    assert hours.now == 30


def test_what_cannot_be_read_is_open(
    submitted: Workspace, sandbox: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody knows how it stands, so a wait goes on, and says why."""
    _, shipped = ids(sandbox)
    sandbox.fault("status", "GET", f"/v1/templates/{shipped}", times=1, status=403, code=50007)
    found, hours = waited(submitted, sandbox.access, sandbox.approve)
    assert (set(found.values()), len(hours.slept)) == ({"approved"}, 1)
    assert f"{shipped} could not be read" in capsys.readouterr().err


def test_wait_has_the_exit_codes_of_the_contract(submitted: Workspace, sandbox: Served) -> None:
    """4 when it takes too long, 0 when all were approved, 1 when one was rejected, before the wait too."""
    state = (submitted.folder / "jsms-sync.state.json").read_bytes()
    late = submitted.run("wait", "--timeout", "0", "--format", "json")
    assert (late.exit, late.json["templates"][0]["phase"]) == (4, "auditing")
    code, shipped = ids(sandbox)
    sandbox.approve(code)
    sandbox.reject(shipped)
    bad = submitted.run("wait")
    assert (bad.exit, "rejected" in bad.stdout, f"{shipped}: rejected" in bad.stderr) == (1, True, True)
    assert (submitted.folder / "jsms-sync.state.json").read_bytes() == state, "no state is written"
    submitted.apply()
    assert submitted.run("wait", "--format", "json").exit == 1, (
        "recorded by now, and approved no more than before"
    )
    again = {"template": OLD, "type": 2}
    assert sandbox.raw("PUT", f"templates/{shipped}", again) == 200
    assert submitted.run("wait", "--timeout", "0").exit == 4, "somebody has submitted it again in the console"
    sandbox.approve(shipped)
    assert submitted.run("wait", "-q").exit == 0
    assert submitted.run("wait", "--timeout", "soon").exit == 3
    assert submitted.run("wait", "--base-url", "http://127.0.0.1:9/v1").exit == 1, "nobody is there"


def test_wait_really_waits(submitted: Workspace, sandbox: Served) -> None:
    """With the clock of the machine: the approval comes while it sleeps."""
    with submitted.start("wait", "--timeout", "30") as process:
        _until(lambda: len(sandbox.requests()) >= 4, process)
        sandbox.approve()
        ran = ended(process)
    assert ran.exit == 0, ran
    assert ran.stdout.count("approved") == 2


def _until(met: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    while not met():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


@pytest.mark.parametrize("command", [("wait",), ("wait", "--format", "json"), ("status", "--watch")])
def test_ctrl_c_ends_the_waiting(submitted: Workspace, sandbox: Served, command: tuple[str, ...]) -> None:
    """Exit 130, no traceback, and one document where JSON was asked for."""
    sandbox.forget()
    with submitted.start(*command) as process:
        _until(lambda: len(sandbox.requests()) >= 2, process)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        ran = ended(process)
    assert (ran.exit, "Traceback" in ran.told) == (130, False), ran
    assert "json" not in command or json.loads(ran.stdout)["error"]["exit"] == 130


def watched(there: Workspace, sandbox: Served, *arguments: str) -> Ran:
    """How a watch went during which both texts were approved."""
    with there.start("status", "--watch", *arguments) as process:
        _until(lambda: len(sandbox.requests()) >= 2, process)
        time.sleep(0.3)
        sandbox.approve()
        return ended(process)


def test_a_watch_tells_what_is_new_and_ends_when_no_audit_is_open(
    submitted: Workspace, sandbox: Served
) -> None:
    """Elsewhere than on a terminal a new block comes only when something changed."""
    sandbox.forget()
    ran = watched(submitted, sandbox)
    before, after = ran.stdout.split("\n\n")
    assert (ran.exit, before.count("auditing"), after.count("approved")) == (0, 2, 2)
    assert submitted.run("status", "--watch", "--format", "json").exit == 3
    assert watched(submitted.having(JSMS_SYNC_NOW=EVE), sandbox, "--due", "48h").exit == 1


def test_a_watch_on_a_terminal_clears_it(scheduled: Workspace) -> None:
    """And says of when the picture is."""
    ran = scheduled.on_terminal("status", "--watch")
    assert (ran.exit, ran.stdout.count("\x1b[2J"), "Ctrl-C ends this" in ran.stdout) == (0, 1, True), ran


def due(there: Workspace, now: str = EVE, due: str = "48h") -> tuple[int, dict[str, str]]:
    """What the alarm says at that time."""
    ran = there.having(JSMS_SYNC_NOW=now).run("status", "--due", due, "--format", "json")
    return ran.exit, {each["address"]: each["why"] for each in ran.json["due"]["not_ready"]}


def test_the_alarm_rings_until_a_campaign_is_scheduled_on_the_desired_text(
    workspace: Workspace, sandbox: Served
) -> None:
    """From the first plan to a change of the text; what is due later is nobody's worry now."""
    workspace.write(shop())
    why = "the text of template order-shipped is not approved yet"
    assert due(workspace) == (1, {"campaign.pilot": why})
    assert due(workspace, due="24h") == (0, {})
    workspace.apply("--new-state")
    assert due(workspace) == (1, {"campaign.pilot": why})
    sandbox.approve()
    assert due(workspace) == (1, {"campaign.pilot": "an apply would create it"})
    workspace.apply()
    assert due(workspace) == (0, {})
    ahead = workspace.having(JSMS_SYNC_NOW=EVE)
    assert "every campaign is ready" in ahead.run("status", "--due", "48h").stdout
    workspace.write(shop(NEW))
    workspace.apply()
    new = sandbox.texts()[NEW]
    older = f"it is scheduled with an older text than that of {TEMPLATE} ({new})"
    assert due(workspace) == (1, {"campaign.pilot": older})
    told = ahead.run("status", "--due", "48h").stdout
    assert f"✗ campaign.pilot at 2099-03-02 09:00: {older}" in told
    assert f"waits for {TEMPLATE} {new}, approval expected" in " ".join(told.split())
    sandbox.approve()
    assert due(workspace) == (1, {"campaign.pilot": "an apply would modify it"})
    workspace.apply()
    assert due(workspace) == (0, {})


@pytest.mark.parametrize("wrong", ["soon", "24", "1d12h", "-1h", "99999d", ""])
def test_a_duration_is_a_number_and_a_unit(workspace: Workspace, wrong: str) -> None:
    """Everything else is told, with an example."""
    ran = workspace.run("status", "--due", wrong)
    assert (ran.exit, "for example 24h" in ran.stderr) == (3, True), ran


def test_what_cannot_be_read_is_no_failure_of_status_but_an_alarm(
    scheduled: Workspace, sandbox: Served
) -> None:
    """Only plan, apply and drift exit 1 for it (contract §2); a campaign that nobody can see is not ready."""
    for exit, arguments in ((1, ("plan",)), (0, ("status",)), (1, ("status", "--due", "48h"))):
        sandbox.fault("status", "GET", "/v1/schedule", times=1, status=403, code=50007)
        ran = scheduled.having(JSMS_SYNC_NOW=EVE).run(*arguments)
        assert ran.exit == exit, ran
        assert "could not be read" in ran.stderr or arguments == ("plan",)
    assert "could not be read" in ran.stdout


def test_an_unknown_outcome_is_told_by_all_who_look(workspace: Workspace, sandbox: Served) -> None:
    """Exit 8 is for apply; the others tell of it and keep their code (contract §2)."""
    workspace.write("version: 1\ntemplates:\n  lost: {type: notification, content: 丢了。}\n")
    sandbox.fault("drop-after", "POST", "/v1/templates")
    assert workspace.run("apply", "--auto-approve", "--new-state").exit == 8
    for command in ("status", "wait", "drift", "outputs"):
        ran = workspace.run(command)
        assert (ran.exit, "jsms-sync resolve template.lost --created ID" in ran.stderr) == (0, True), ran


def test_the_plan_warns_of_a_campaign_whose_text_will_be_too_late(
    scheduled: Workspace, sandbox: Served
) -> None:
    """In its text and in the notes of its JSON: the old text, or none at all."""
    scheduled.write(shop(NEW))
    ahead = scheduled.having(JSMS_SYNC_NOW=EVE)
    old = "campaign.pilot: at 2099-03-02 09:00 (China time) the OLD text will be sent; "
    expected = f"the approval of {TEMPLATE} is not expected before 2099-03-02 13:30"
    assert ahead.plan(exit=2)["notes"] == [old + expected]
    assert f"Note: {old}" in ahead.run("plan").words + " "
    assert scheduled.plan(exit=2)["notes"] == [], "there is time enough"
    scheduled.write(shop(NEW).replace("pilot", "second"))
    missed = "campaign.second: it will be missed, its time is 2099-03-02 09:00 (China time); "
    assert missed + expected in ahead.plan(exit=2)["notes"]


READING = (
    ("plan",),
    ("plan", "--out", "plan.json"),
    ("status",),
    ("status", "--due", "24h"),
    ("status", "--watch"),
    ("status", "--watch", "--due", "24h"),
    ("outputs",),
    ("wait",),
    ("wait", "--timeout", "0"),
)


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_looking_sends_nothing_but_gets(
    workspace: Workspace, sandbox: Served, command: tuple[str, ...], tmp_path: Path
) -> None:
    """Whatever there would be to do: new, changed, renamed and removed things, and an audit that is over."""
    sandbox.audit("approve")
    workspace.write(shop())
    workspace.apply("--new-state")
    workspace.apply()
    edited = (
        shop(NEW)
        .replace("login-code", "sign-in")
        .replace("09:00", "10:00")
        .replace("type: ver", "moved_from: login-code, type: ver")
    )
    workspace.write(edited.replace("pilot", "second") + edited.partition("campaigns:\n")[2])
    workspace.apply()
    workspace.write(shop(OLD + "！").replace("pilot", "third"))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    sandbox.forget()
    assert workspace.run(*command).exit in (0, 1, 2, 5)
    assert {request["method"] for request in sandbox.requests()} <= {"GET"}
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.name != "plan.json"}
    assert after == before, "and no file is written, but for the plan that was asked for"
