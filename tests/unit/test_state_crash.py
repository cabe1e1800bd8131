"""Promise 2: a crash at any instant leaves every commit that had returned."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from breaking_files import CutFiles, PowerCut
from recorded import commits, full_state

from jsms_sync.model.events import Event, fold
from jsms_sync.model.records import State
from jsms_sync.state.document import decode
from jsms_sync.state.local import LocalBackend
from jsms_sync.state.lock import this_process

ME = this_process("apply")
COMMITS = commits(4)


def content(state: State) -> State:
    """The state but for its serial and the journal last folded."""
    return msgspec.structs.replace(state, serial=0, folded=None)


def after(count: int) -> State:
    """The content after that many commits."""
    events: list[Event] = [event for some in COMMITS[:count] for event in some]
    return content(fold(full_state(), events))


def check(path: Path, returned: int) -> None:
    """Every commit that had returned is there, at most one more is; the document is whole at every moment."""
    possible = [after(count) for count in (returned, returned + 1)]
    decode(path.read_bytes(), "the document")
    snapshot = LocalBackend(path).read()
    assert snapshot is not None
    assert content(snapshot.state) in possible
    with LocalBackend(path).hold(owner=ME) as store:
        assert content(store.state) == content(snapshot.state)
    assert content(decode(path.read_bytes(), "the document")) == content(snapshot.state)
    assert not path.with_name("state.json.journal").exists()


def test_killed_at_every_operation(tmp_path: Path) -> None:
    """SIGKILL before each write (half of it done), sync, rename and removal, over two runs of two commits."""
    search = os.pathsep.join(place or os.getcwd() for place in sys.path)
    script = Path(__file__).with_name("killed_runs.py")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": search},
    )
    runs = int(done.stdout)
    assert runs > 35
    for number in range(1, runs + 1):
        returned = tmp_path / str(number) / "returned"
        path = tmp_path / str(number) / "state.json"
        if path.exists():
            check(path, len(returned.read_bytes()) if returned.exists() else 0)
        else:
            assert not returned.exists()


def work(path: Path, files: CutFiles) -> int:
    """How many commits of two runs returned before the power was cut."""
    returned = 0
    try:
        for first in (0, 2):
            with LocalBackend(path, files).hold(owner=ME) as store:
                for events in COMMITS[first : first + 2]:
                    store.commit(*events)
                    returned += 1
    except PowerCut:
        pass
    return returned


def recover(path: Path, files: CutFiles) -> None:
    """A run that does nothing but recover, as far as the power lets it."""
    try:
        with LocalBackend(path, files).hold(owner=ME):
            pass
    except PowerCut:
        pass


@pytest.mark.parametrize(
    ("worst", "first"),
    [
        pytest.param(False, False, id="unsynced is kept"),
        pytest.param(True, False, id="unsynced is lost"),
        pytest.param(True, True, id="unsynced is lost, but for removals"),
    ],
)
def test_the_power_is_cut_at_every_operation(worst: bool, first: bool, tmp_path: Path) -> None:
    """Also when the disk kept only what was synced, and when the power is cut again while recovering."""
    for fatal in range(1, 1000):
        for second in range(1, 100):
            folder = tmp_path / f"{fatal}-{second}"
            folder.mkdir()
            path = folder / "state.json"
            LocalBackend(path).create(full_state())
            files = CutFiles(folder, fatal, first)
            returned = work(path, files)
            if worst:
                files.lose_unsynced()
            again = CutFiles(folder, second, first)
            recover(path, again)
            if worst:
                again.lose_unsynced()
            check(path, returned)
            if not again.off:
                break
        if not files.off:
            break
    assert fatal > 30
