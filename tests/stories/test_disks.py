"""Disks that are full or cannot be written, clocks that jump, locks of the dead: nothing is lost."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from served import Served
from workspace import Ran, Workspace

pytestmark = [pytest.mark.story, pytest.mark.no_cover]

SMALL = "256k"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 kB."""
    path = tmp_path / "disk"
    path.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(path)]
    if os.name != "posix" or subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a file system (root on Linux)")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", path], check=True)


def shop(count: int, padding: int = 0) -> str:
    """So many templates; the padding shifts where a line of the journal ends."""
    texts = (
        f"  t{n:02}: {{type: notification, content: '{'好' * padding}{n}号{{{{name}}}}'}}"
        for n in range(count)
    )
    return "\n".join(["version: 1", "templates:", *texts, ""])


def fill(disk: Path, left: int) -> None:
    """Nothing but that many bytes is left on the disk; blocks are of 4 kB."""
    size = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    (disk / "filler").write_bytes(b"\0" * (size - left))


def apply(workspace: Workspace, *arguments: str) -> Ran:
    """An apply with the state on that disk."""
    state = ("--state", "disk/jsms-sync.state.json")
    return workspace.run("apply", "--auto-approve", "--parallelism", "1", *state, *arguments)


@pytest.mark.parametrize("padding", range(0, 40, 8))
@pytest.mark.parametrize("left", [4096, 8192, 12288, 16384])
def test_a_disk_that_fills_up_during_an_apply_loses_nothing(
    workspace: Workspace, sandbox: Served, disk: Path, left: int, padding: int
) -> None:
    """What could not be announced was not sent; what was created is recorded, or in the rescue file."""
    sandbox.audit("approve")
    workspace.write(shop(2, padding))
    assert apply(workspace, "--new-state").exit == 0
    workspace.write(shop(40, padding))
    fill(disk, left)
    ran = apply(workspace)
    assert ran.exit in (1, 8), ran
    assert "No space left on device" in ran.told
    rescued = list(workspace.folder.glob("*.rescue-*"))
    (disk / "filler").unlink()
    if rescued:
        (path,) = rescued
        assert path.stat().st_mode & 0o777 == 0o600
        assert f"jsms-sync state push {path}" in ran.stderr
        state = ("--state", "disk/jsms-sync.state.json")
        assert workspace.run("state", "push", str(path), *state).exit == 0
    after = apply(workspace)
    assert after.exit == 0, after
    texts = [template["template"] for template in sandbox.templates().values()]
    assert (len(texts), len(set(texts))) == (40, 40)


def test_ids_that_could_be_written_nowhere_are_rescued(
    workspace: Workspace, sandbox: Served, disk: Path
) -> None:
    """Some ways in which a disk fills up leave an id that only the rescue file and stderr hold."""
    sandbox.audit("approve")
    state = ("--state", "disk/jsms-sync.state.json")
    for padding in range(0, 40, 4):
        workspace.write(shop(2, padding))
        assert apply(workspace, "--new-state").exit == 0
        workspace.write(shop(12, padding))
        fill(disk, 8192)
        ran = apply(workspace)
        told = re.findall(r"jsms-sync resolve template\.(t\d+) --created (\d+)\n", ran.stderr)
        (disk / "filler").unlink()
        if told:
            break
        for path in disk.iterdir():
            path.unlink()
    (path,) = workspace.folder.glob("*.rescue-*")
    resources = json.loads(path.read_text())["resources"]
    assert all(list(resources[f"template.{name}"]["revisions"]) == [id] for name, id in told)
    held = workspace.run("plan", *state, "--format", "json").json["held"]
    assert "unknown-outcome" in {each["code"] for each in held}
    assert workspace.run("state", "push", str(path), *state).exit == 0
    assert apply(workspace).exit == 0
    texts = [template["template"] for template in sandbox.templates().values()]
    assert sum(text.startswith("好" * padding) for text in texts) >= 12


def test_a_disk_that_cannot_be_written_stops_before_anything_is_sent(
    workspace: Workspace, sandbox: Served, disk: Path
) -> None:
    """Plans go on; an apply says what it could not write."""
    workspace.write(shop(1))
    assert apply(workspace, "--new-state").exit == 0
    workspace.write(shop(3))
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    sandbox.forget()
    assert workspace.run("plan", "--state", "disk/jsms-sync.state.json").exit == 0
    ran = apply(workspace)
    assert (ran.exit, sandbox.writes()) == (1, [])
    assert "Read-only file system" in ran.stderr
    assert str(disk) in ran.stderr


def test_a_clock_that_jumps_back_does_no_harm(workspace: Workspace, sandbox: Served) -> None:
    """What is recorded of the future is read as it stands; the plan is empty before and after."""
    sandbox.audit("approve")
    workspace.write(shop(2))
    now = datetime.now(UTC)
    for hours in (0, 5, -30, 48, -48):
        moment = (now + timedelta(hours=hours)).isoformat()
        sandbox.clock(moment)
        here = workspace.having(JSMS_SYNC_NOW=moment)
        here.apply("--new-state")
        assert here.run("status").exit == 0
        assert here.plan(exit=0)["summary"]["held"] == 0
    assert len(sandbox.templates()) == 2


def test_the_lock_of_a_host_that_died_holds_nobody_up(workspace: Workspace) -> None:
    """The file stays, the kernel's lock went with the process; what it says is not believed."""
    workspace.write(shop(1))
    workspace.apply("--new-state")
    dead = {"pid": 1, "host": "runner-that-died", "command": "apply", "since": "2020-01-01T00:00:00Z"}
    workspace.write(json.dumps(dead), "jsms-sync.state.json.lock")
    workspace.write(shop(2))
    workspace.apply()
    workspace.write("", "jsms-sync.state.json.lock")
    assert workspace.run("state", "unlock").exit == 0
