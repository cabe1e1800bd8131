"""A folder with definitions and a state, and the command line run in it, as tests see it."""

import io
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from documents import check_told
from served import Served

from jsms_sync.cli.main import run as run_in_process
from jsms_sync.model.records import State
from jsms_sync.state.local import LocalBackend

STATE = "jsms-sync.state.json"
METHODS = {"create": "POST", "replace": "POST", "modify": "PUT", "retire": "DELETE"}
"""What each change of a template, but for its deletion, sends once."""
TAKE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "jsms_sync", *sys.argv[1:]])
"""


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    exit: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.stdout)

    @property
    def told(self) -> str:
        """Everything that was said."""
        return self.stdout + self.stderr

    @property
    def words(self) -> str:
        """Everything that was said, however its lines were broken."""
        return " ".join(self.told.split())


@dataclass(frozen=True)
class Workspace:
    """A folder of its own; commands run in it with a small environment of their own."""

    folder: Path
    served: Served | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    def write(self, text: str, name: str = "templates.yaml") -> Path:
        """Writes a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def having(self, **environment: str | None) -> "Workspace":
        """The same folder, with these variables; None unsets one."""
        merged = {**self.environment, **environment}
        kept = {name: value for name, value in merged.items() if value is not None}
        return Workspace(self.folder, self.served, kept)

    def run(self, *arguments: str, stdin: bytes = b"") -> Ran:
        """Runs a command in this process: quick, and with the same code as the real one."""
        stdout, stderr = io.StringIO(), io.StringIO()
        before, terminal = dict(os.environ), sys.stdin
        try:
            sys.stdin = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
            _set_environment(_bare(self.environment))
            with redirect_stdout(stdout), redirect_stderr(stderr):
                code = run_in_process(["-C", str(self.folder), *arguments])
        finally:
            sys.stdin = terminal
            _set_environment(before)
        ran = Ran(int(code), stdout.getvalue(), stderr.getvalue())
        assert "Traceback" not in ran.told
        check_told(arguments, ran.stdout)
        return ran

    def start(self, *arguments: str, measured: bool = True) -> subprocess.Popen[str]:
        """Starts a command in a process of its own, in this folder.

        Who will be killed cannot hand in what was measured of its coverage, so need not be slowed down by it.
        """
        return subprocess.Popen(
            [sys.executable, "-m", "jsms_sync", *arguments],
            cwd=self.folder,
            env=_bare(self.environment, measured=measured),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def spawn(self, *arguments: str) -> Ran:
        """Runs a command in a process of its own, to its end."""
        with self.start(*arguments) as process:
            return ended(process)

    def on_terminal(self, *arguments: str, answer: str = "") -> Ran:
        """Runs a command on a terminal of its own, where somebody answers its question."""
        ours, theirs = os.openpty()
        process = subprocess.Popen(
            [sys.executable, "-c", TAKE_TERMINAL, *arguments],
            cwd=self.folder,
            env=_bare(self.environment),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        said = _conversation(ours, answer.encode())
        os.close(ours)
        return Ran(process.wait(20), said.decode(), "")

    def plan(self, *arguments: str, exit: int | Iterable[int] = (0, 2)) -> Any:
        """The plan as JSON, with a detailed exit code that has to be one of these."""
        ran = self.run("plan", "--format", "json", "--detailed-exitcode", *arguments)
        assert ran.exit in ({exit} if isinstance(exit, int) else set(exit)), ran
        return ran.json

    def apply(self, *arguments: str, exit: int = 0) -> Any:
        """Applies, and checks what holds after every apply; the document of its outcomes.

        Apply does what the plan announces and nothing else (promise 7), and after a success without anything
        held the next plan is empty (promise 8).
        """
        looked = [a for a in arguments if a not in ("--new-state", "--detailed-exitcode")]
        announced = self._announced(self.plan(*looked, exit=range(10)))
        before = self.served.counted() if self.served else Counter()
        ran = self.run("apply", "--format", "json", "--auto-approve", *arguments)
        assert ran.exit == exit, ran
        document = ran.json
        if self.served and exit in (0, 4):
            assert self.served.counted() - before == announced
        if exit == 0 and not document["held"]:
            files = [each for pair in pairwise(looked) if pair[0] == "-f" for each in pair]
            assert self.plan(*files, exit=0)["changes"] == []
        return document

    def _announced(self, plan: Mapping[str, Any]) -> Counter[tuple[str, str]]:
        """The writes that a plan announces: how many of each method to each endpoint."""
        return Counter(write for change in plan["changes"] for write in self._writes(change))

    def _writes(self, change: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        if change["kind"] == "campaign":
            for verb, method in (("create", "POST"), ("modify", "PUT"), ("delete", "DELETE")):
                yield from [(method, "schedule")] * change.get("batches", {}).get(verb, 0)
        elif change["action"] == "delete":
            # All its revisions, of which the plan names the serving one.
            record = self.state.template(change["address"])
            yield from [("DELETE", "templates")] * len(record.revisions if record else ())
        elif change["action"] in METHODS:
            yield METHODS[change["action"]], "templates"

    @property
    def state(self) -> State:
        """The state, with what a journal adds to it."""
        snapshot = LocalBackend(self.folder / STATE).read()
        assert snapshot is not None
        return snapshot.state

    @property
    def outputs(self) -> dict[str, int]:
        """The ids that applications use."""
        found: dict[str, int] = self.run("outputs", "--format", "json").json["templates"]
        return found


def at(time: str, workspace: Workspace) -> Workspace:
    """The workspace and its sandbox at that time."""
    assert workspace.served is not None
    workspace.served.clock(time)
    return workspace.having(JSMS_SYNC_NOW=time)


def _bare(environment: Mapping[str, str], *, measured: bool = True) -> dict[str, str]:
    """Nothing of the surroundings but what Python, and the measuring of its coverage, need."""
    needed = ("PATH", "HOME", "TMPDIR", *(("COVERAGE_FILE", "COVERAGE_PROCESS_CONFIG") if measured else ()))
    return {**{name: os.environ[name] for name in needed if name in os.environ}, **environment}


def _set_environment(environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


def ended(process: subprocess.Popen[str], timeout: float = 60) -> Ran:
    """How the process ended, within so many seconds."""
    try:
        stdout, stderr = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        stdout, stderr = process.communicate()
        raise AssertionError(f"still running after {timeout} s:\n{stdout}{stderr}") from None
    return Ran(process.returncode, stdout, stderr)


def _conversation(terminal: int, answer: bytes) -> bytes:
    """All that is said on the terminal, its question answered.

    The answer is given again while nothing follows: a terminal that is just changing its mode forgets an
    end of input, and Python a signal that comes right before it begins to read.
    """
    said, asked = b"", False
    until = time.monotonic() + 60
    while time.monotonic() < until:
        ready = bool(select.select([terminal], [], [], 1)[0])
        piece = _read(terminal) if ready else b""
        if ready and not piece:
            return said
        said += piece
        if not ready if asked else said.rstrip().endswith(b"[y/N]:"):
            os.write(terminal, answer)
            asked = True
    raise AssertionError(f"it neither ended nor went on: {said!r}")


def _read(terminal: int) -> bytes:
    """What comes next, empty at the end: Linux then answers EIO."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def held(document: Mapping[str, Any]) -> dict[str, str]:
    """What is held, and why."""
    return {entry["address"]: entry["code"] for entry in document["held"]}


def actions(plan: Mapping[str, Any]) -> dict[str, str]:
    """What a plan does about each address that it changes."""
    return {change["address"]: change["action"] for change in plan["changes"]}


def outcomes(document: Mapping[str, Any]) -> dict[str, str]:
    """What came of each address that an apply changed."""
    return {outcome["address"]: outcome["result"] for outcome in document["outcomes"]}


def codes(document: Mapping[str, Any]) -> set[str]:
    """The codes of the refusals."""
    return {refusal["code"] for refusal in document["refusals"]}
