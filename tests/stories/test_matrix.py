"""An apply dies at each of its steps, or meets each fault at each request: nothing is lost or there twice."""

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from aftermath import recorded, resolve_all
from furnished import LATER, WRITES, furnish, reached
from served import Served
from workspace import STATE, Workspace, ended

from jsms_sync.sandbox import controller
from jsms_sync.sandbox.controller import FaultKind
from jsms_sync.sandbox.settings import Settings

pytestmark = [pytest.mark.story, pytest.mark.no_cover]

EVERY = 30
"""The everyday tier dies before every 30th step, and the nightly one before each."""
FAULTS: dict[str, tuple[FaultKind, dict[str, int]]] = {
    "drop-before": ("drop-before", {}),
    "drop-after": ("drop-after", {}),
    "500": ("status", {"status": 500}),
    "429": ("status", {"status": 429}),
    "403": ("status", {"status": 403, "code": 50012}),
    "500-after": ("status-after", {"status": 500}),
    "delay": ("delay", {"delay_ms": 30}),
    "truncate": ("truncate", {}),
    "html": ("html", {}),
    "out-of-freq": ("out-of-freq", {}),
}
Property = Callable[[str, object], None]


@dataclass(frozen=True)
class Worlds:
    """A furnished world, of which each crash gets a copy; what kills, and what peace reaches."""

    origin: Path
    library: Path
    wanted: list[Any]

    @contextmanager
    def copy(self, path: Path) -> Iterator[tuple[Workspace, Served]]:
        """The world as it was just before the apply."""
        shutil.copytree(self.origin, path)
        with served(path) as sandbox:
            sandbox.clock(LATER)
            sandbox.audit("approve")
            sandbox.forget()
            yield Workspace(path / "shop", sandbox, {**sandbox.environment, "JSMS_SYNC_NOW": LATER}), sandbox

    def dies(self, workspace: Workspace, step: int) -> bool:
        """Whether an apply came as far as that step, and died just before it."""
        killing = {"LD_PRELOAD": str(self.library), "DIES_AT_STEP": str(step), "PYTHONDONTWRITEBYTECODE": "1"}
        here = replace(workspace, environment={**workspace.environment, **killing})
        with here.start("apply", "--auto-approve", "--parallelism", "2", measured=False) as process:
            ran = ended(process)
        assert "Traceback" not in ran.told
        assert ran.exit in (0, -9), ran
        return ran.exit == -9


@contextmanager
def served(path: Path) -> Iterator[Served]:
    """A sandbox whose data are in that folder."""
    with controller.sandbox(Settings(db=str(path / "jsms.sqlite3"))) as found:
        yield Served(found.access)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """The origin of all worlds."""
    path = tmp_path_factory.mktemp("crash")
    compiler = shutil.which("cc")
    if compiler is None or os.name != "posix":
        pytest.skip("needs a C compiler (cc) for the library that counts the steps of a process")
    library, source = path / "dying.so", Path(__file__).parents[1] / "dying.c"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    origin = path / "origin"
    (origin / "shop").mkdir(parents=True)
    with served(origin) as sandbox:
        furnish(Workspace(origin / "shop", sandbox, sandbox.environment), sandbox)
    worlds = Worlds(origin, library, [])
    with worlds.copy(path / "peace") as (workspace, sandbox):
        finish(workspace, sandbox)
        return replace(worlds, wanted=reached(sandbox))


def finish(workspace: Workspace, sandbox: Served) -> int:
    """Says what became of what is in doubt, applies until nothing is left to do; how many doubts."""
    doubts = resolve_all(workspace, sandbox)
    for hour in (10, 11, 12):
        now = LATER.replace("T09", f"T{hour}")
        sandbox.clock(now)
        workspace = workspace.having(JSMS_SYNC_NOW=now)
        workspace.apply(exit=0)
    assert workspace.plan(exit=0)["summary"]["held"] == 0
    state = workspace.state
    assert (state.intents, recorded(state)) == ((), {*map(str, sandbox.templates()), *sandbox.schedules()})
    return doubts


def test_an_apply_in_peace_has_every_kind_of_write_to_do(worlds: Worlds, tmp_path: Path) -> None:
    """So that a crash can come in the middle of each."""
    with worlds.copy(tmp_path / "world") as (workspace, sandbox):
        workspace.apply()
        assert sandbox.counted() == WRITES


@pytest.mark.parametrize(
    "first",
    [pytest.param(n, marks=[] if n == 1 else [pytest.mark.nightly]) for n in range(1, EVERY + 1)],
)
def test_an_apply_that_dies_at_any_step_can_be_finished(
    worlds: Worlds, tmp_path: Path, first: int, record_property: Property
) -> None:
    """Every object is recorded or named by an intent, and peace would have reached the same."""
    doubts: Counter[int] = Counter()
    for step in count(first, EVERY):
        with worlds.copy(tmp_path / str(step)) as (workspace, sandbox):
            if not worlds.dies(workspace, step):
                break
            assert (workspace.folder / STATE).exists()
            doubts[finish(workspace, sandbox)] += 1
            assert reached(sandbox) == worlds.wanted, step
        shutil.rmtree(tmp_path / str(step))
    assert doubts
    record_property("crashes", f"{doubts.total()}, of which {doubts.total() - doubts[0]} left a doubt")


@pytest.mark.parametrize(
    ("kind", "requests"),
    [
        *((kind, range(2 * n, 2 * n + 1)) for n, kind in enumerate(FAULTS)),
        *(pytest.param(kind, range(100), marks=pytest.mark.nightly) for kind in FAULTS),
    ],
    ids=[f"{kind}-{which}" for which in ("one", "each") for kind in FAULTS],
)
def test_an_apply_that_meets_a_fault_at_any_request_can_be_finished(
    worlds: Worlds, tmp_path: Path, kind: str, requests: range, record_property: Property
) -> None:
    """It converges by itself or names what is unknown, whatever the line did to whichever request."""
    fault, more = FAULTS[kind]
    exits: Counter[int] = Counter()
    for skip in requests:
        with worlds.copy(tmp_path / str(skip)) as (workspace, sandbox):
            sandbox.fault(fault, skip=skip, **more)
            ran = workspace.run("apply", "--auto-approve", "--parallelism", "1")
            assert ran.exit in (0, 1, 8), ran
            if sandbox.faults_left():
                break
            doubts = finish(workspace, sandbox)
            assert (ran.exit == 8) == (doubts > 0)
            assert reached(sandbox) == worlds.wanted
        exits[ran.exit] += 1
        shutil.rmtree(tmp_path / str(skip))
    assert exits
    record_property("faults", f"{kind}: exit codes {dict(sorted(exits.items()))}")
