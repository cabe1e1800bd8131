"""A text is rejected: a callback brings the reason, and whatever tells of the text tells the reason."""

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from served import Served
from workspace import STATE, Workspace

from jsms_sync.state.local import LocalBackend
from jsms_sync.state.lock import this_process

pytestmark = pytest.mark.story

ROOT = Path(__file__).parents[2]
TEXT = "您的订单{{order}}已由{{carrier}}发出。"
REASON = "链接未报备"
SHOP = f"""\
version: 1
templates:
  order-shipped:
    type: notification
    content: {TEXT}
"""


@pytest.fixture
def submitted(workspace: Workspace, sandbox: Served) -> int:
    """A text that waits for its audit; its temp_id."""
    workspace.write(SHOP)
    workspace.apply("--new-state")
    sandbox.forget()
    return sandbox.texts()[TEXT]


def body(
    sandbox: Served, type: str, data: object, *, nonce: int = 1, age: float = 0, **changed: str
) -> bytes:
    """The body of a callback as JSMS would post it, signed so many hours ago."""
    at = int((datetime.now(UTC) - timedelta(hours=age)).timestamp() * 1000)
    access = sandbox.access
    said = f"appKey={access.app_key}&appMasterSecret={access.master_secret}&nonce={nonce}&timestamp={at}"
    form = {
        "nonce": nonce,
        "timestamp": at,
        "signature": hashlib.sha1(said.encode()).hexdigest(),
        "type": type,
    }
    return urlencode({**form, "data": json.dumps(data), **changed}).encode()


def rejected(sandbox: Served, temp_id: int, reason: str | None = REASON, **more: object) -> bytes:
    """That the text was rejected."""
    data = {"tempId": temp_id, "status": 2, "refuseReason": reason}
    return body(sandbox, "SMS_TEMPLATE", data, **more)  # type: ignore[arg-type]  # passed through


def test_a_number_in_a_reason_is_masked(workspace: Workspace, sandbox: Served, submitted: int) -> None:
    """Auditors quote what they please; the state keeps no number of it, and nobody shows one."""
    sandbox.reject(submitted)
    said = rejected(sandbox, submitted, "请删除13812345678及更多")
    ran = workspace.run("callback", "ingest", stdin=said)
    assert "138****5678" in ran.stdout
    assert "138****5678" in workspace.run("status").stdout
    assert b"13812345678" not in b"".join(p.read_bytes() for p in workspace.folder.iterdir() if p.is_file())


def test_the_reason_is_told_everywhere(workspace: Workspace, sandbox: Served, submitted: int) -> None:
    """status, plan and state show it, as text and as JSON; the next submission clears it."""
    sandbox.reject(submitted)
    ran = workspace.run("callback", "ingest", stdin=rejected(sandbox, submitted))
    assert (ran.exit, ran.stdout) == (0, f"template.order-shipped: {submitted} was rejected: {REASON}\n")
    assert sandbox.requests() == []
    assert f"reason: {REASON}" in workspace.run("status").stdout
    (entry,) = workspace.run("status", "--format", "json").json["templates"]
    assert (entry["phase"], entry["refuse_reason"]) == ("rejected", REASON)
    assert f"{submitted} was rejected ({REASON}): edit" in workspace.run("plan").stdout
    assert REASON in workspace.plan(exit=1)["held"][0]["reason"]
    assert REASON in workspace.run("plan", "--offline").stdout
    assert f"refuse_reason: {REASON}" in workspace.run("state", "show", "template.order-shipped").stdout
    assert REASON in workspace.apply()["held"][0]["reason"]
    workspace.write(SHOP.replace("订单{{order}}", "包裹{{order}}"))
    (change,) = workspace.plan(exit=2)["changes"]
    assert {"path": "refuse_reason", "before": REASON, "after": None} in change["fields"]
    workspace.apply()
    sandbox.reject(submitted, "另一个原因")
    (entry,) = workspace.run("status", "--format", "json").json["templates"]
    assert (entry["phase"], entry["refuse_reason"]) == ("rejected", None)


def test_an_approval_is_recorded_too(workspace: Workspace, sandbox: Served, submitted: int) -> None:
    """The state knows of it, and who serves is recorded by the next apply."""
    sandbox.approve()
    told = body(sandbox, "SMS_TEMPLATE", {"tempId": submitted, "status": 1, "refuseReason": None})
    ran = workspace.run("callback", "ingest", "--format", "json", stdin=told + b"\n")
    assert ran.json == {
        "format_version": 1,
        "type": "SMS_TEMPLATE",
        "result": "recorded",
        "address": "template.order-shipped",
        "temp_id": submitted,
        "status": "approved",
        "refuse_reason": None,
    }
    record = workspace.state.template("template.order-shipped")  # type: ignore[arg-type]  # an address
    assert record is not None
    assert (record.revisions[submitted].status, record.serving) == ("approved", None)
    workspace.apply()
    assert workspace.outputs == {"order-shipped": submitted}


def test_a_callback_is_taken_once(workspace: Workspace, sandbox: Served, submitted: int) -> None:
    """Played again it is refused, and old nonces are forgotten with the window."""
    told = rejected(sandbox, submitted)
    assert workspace.run("callback", "ingest", stdin=told).exit == 0
    again = workspace.run("callback", "ingest", "--format", "json", stdin=told)
    assert (again.exit, again.json["error"]["code"]) == (3, "callback-replayed")
    assert workspace.run("callback", "ingest", stdin=rejected(sandbox, submitted, nonce=2, age=13)).exit == 0
    assert set(workspace.state.nonces) == {"1", "2"}
    later = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    told = rejected(sandbox, submitted, nonce=3, age=-2)
    assert workspace.run("callback", "ingest", "--now", later, stdin=told).exit == 0
    assert set(workspace.state.nonces) == {"1", "3"}


def test_what_is_not_from_jsms_is_not_acted_on(workspace: Workspace, sandbox: Served, submitted: int) -> None:
    """Exit 3: forged, too old, no callback at all; the state is as it was."""
    before = workspace.run("state", "pull").stdout
    refused = {
        "forged": rejected(sandbox, submitted, signature="0" * 40),
        "old": rejected(sandbox, submitted, age=15),
        "ahead": rejected(sandbox, submitted, age=-15),
        "empty": b"",
        "JSON": b'{"tempId": 1}',
        "huge": b"a" * 1_000_001,
    }
    for name, told in refused.items():
        ran = workspace.run("callback", "ingest", "--format", "json", stdin=told)
        assert (ran.exit, ran.json["error"]["code"]) == (3, "invalid-callback"), name
    assert workspace.run("callback", "ingest", "--window", "20", stdin=refused["old"]).exit == 0
    nobody = workspace.having(JSMS_MASTER_SECRET=None)
    assert nobody.run("callback", "ingest", stdin=refused["forged"]).exit == 9
    assert before != workspace.run("state", "pull").stdout


def test_what_is_of_no_use_here_is_accepted(workspace: Workspace, sandbox: Served, submitted: int) -> None:
    """Exit 0 with a note and nothing written: JSMS need not repeat it."""
    report = {"msgId": "1857496", "phone": "13000000000", "receiveTime": 1492150740292, "status": 4001}
    of_no_use = {
        "the state knows no template 57496": rejected(sandbox, 57496),
        "the status 7 is not": body(sandbox, "SMS_TEMPLATE", {"tempId": submitted, "status": 7}),
        "a delivery report names": body(sandbox, "SMS_REPORT", report),
        "a reply belongs to": body(sandbox, "SMS_REPLY", {"phone": "13000000000", "content": "TD"}),
        "the state records templates": body(sandbox, "SMS_SIGN", {"signId": 123, "status": 1}),
        "a type that came after": body(sandbox, "SMS_LATER\x1b", {}),
    }
    before = workspace.run("state", "pull").stdout
    for says, told in of_no_use.items():
        ran = workspace.run("callback", "ingest", stdin=told)
        assert (ran.exit, says in ran.stdout) == (0, True), ran
        assert "13000000000" not in ran.told
        assert "\x1b" not in ran.told
        assert workspace.run("callback", "ingest", "--format", "json", stdin=told).json["note"]
    assert workspace.run("state", "pull").stdout == before


def test_a_late_callback_does_not_undo_what_is_known(
    workspace: Workspace, sandbox: Served, submitted: int
) -> None:
    """The reason is kept for the next look; the status, and whether the reason stands, a GET decides."""
    sandbox.approve()
    workspace.apply()
    assert workspace.run("callback", "ingest", stdin=rejected(sandbox, submitted)).exit == 0
    workspace.plan(exit=0)
    workspace.apply()
    record = workspace.state.template("template.order-shipped")  # type: ignore[arg-type]  # an address
    assert record is not None
    assert (record.revisions[submitted].status, record.revisions[submitted].refuse_reason) == (
        "approved",
        None,
    )


def test_the_reason_of_an_earlier_submission_is_not_that_of_the_next(
    workspace: Workspace, sandbox: Served, submitted: int
) -> None:
    """JSMS repeats callbacks for half a day; what was resubmitted meanwhile is not explained by one."""
    late = rejected(sandbox, submitted, "旧的原因", age=1)
    sandbox.reject(submitted)
    workspace.write(SHOP.replace("订单{{order}}", "包裹{{order}}"))
    workspace.apply()
    ran = workspace.run("callback", "ingest", stdin=late)
    assert (ran.exit, "before it was submitted again" in ran.stdout) == (0, True), ran
    (entry,) = workspace.run("status", "--format", "json").json["templates"]
    assert (entry["phase"], entry["refuse_reason"]) == ("auditing", None)
    record = workspace.state.template("template.order-shipped")  # type: ignore[arg-type]  # an address
    assert record is not None
    assert record.revisions[submitted].status == "auditing"
    sandbox.reject(submitted)
    now = rejected(sandbox, submitted, "新的原因", nonce=2)
    assert workspace.run("callback", "ingest", stdin=now).exit == 0
    assert "reason: 新的原因" in workspace.run("status").stdout


def test_a_reason_cannot_move_a_cursor(workspace: Workspace, sandbox: Served, submitted: int) -> None:
    """What others wrote is shown, and does nothing."""
    sandbox.reject(submitted)
    told = rejected(sandbox, submitted, "\x1b[2Jno\nreason")
    ran = workspace.run("callback", "ingest", stdin=told)
    assert ran.stdout.endswith("was rejected: \\u001b[2Jno⏎reason\n")
    for command in ("status", "plan"):
        ran = workspace.run(command)
        assert "\\u001b[2Jno⏎reason" in ran.stdout
        assert "\x1b" not in ran.stdout


def test_it_needs_the_state_of_that_account(workspace: Workspace, sandbox: Served, submitted: int) -> None:
    """No state is 5, one of another account 6, one in use 7: not taken in, so JSMS tries again later."""
    told = rejected(sandbox, submitted)
    assert workspace.run("callback", "ingest", "--state", "nowhere.json", stdin=told).exit == 5
    pulled = workspace.run("state", "pull").json
    workspace.write(json.dumps({**pulled, "account": "0" * 16}), "other.json")
    assert workspace.run("callback", "ingest", "--state", "other.json", stdin=told).exit == 6
    with LocalBackend(workspace.folder / STATE).hold(owner=this_process("apply")):
        assert workspace.run("callback", "ingest", stdin=told).exit == 7
    assert workspace.run("callback", "ingest", stdin=told).exit == 0


def test_the_embedded_sandbox_has_credentials_of_its_own(workspace: Workspace) -> None:
    """--sandbox checks the signature of the sample pair, against the state of the sandbox."""
    ran = workspace.having(JSMS_APP_KEY=None).run("callback", "ingest", "--sandbox", stdin=b"nonsense")
    assert ran.exit == 3


@contextmanager
def serving(workspace: Workspace) -> Iterator[str]:
    """The server of the guide, in a process of its own; its URL."""
    (shown,) = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/callbacks.md").read_text(), re.M | re.S)
    assert shown == (ROOT / "examples" / "callback_server.py").read_text()
    here = {name: os.environ[name] for name in ("HOME", "COVERAGE_FILE") if name in os.environ}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with subprocess.Popen(
        [sys.executable, "-", "0"],
        cwd=workspace.folder,
        env={**here, **workspace.environment, "PATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(shown)
        process.stdin.close()
        process.stdin = None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def test_the_server_of_the_guide_takes_real_callbacks(
    workspace: Workspace, sandbox: Served, submitted: int
) -> None:
    """The sandbox checks its URL, posts the end of an audit, and the state has the reason."""
    with serving(workspace) as url:
        sandbox.control("PUT", "callbacks", {"url": url})
        sandbox.reject(submitted, REASON)
        deadline = time.monotonic() + 20
        while "waiting" in {each["status"] for each in sandbox.control("GET", "callbacks")["callbacks"]}:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        (posted,) = sandbox.control("GET", "callbacks")["callbacks"]
    assert posted["status"] == "done", posted
    (entry,) = workspace.run("status", "--format", "json").json["templates"]
    assert entry["refuse_reason"] == REASON
