"""The lock: between processes, and after their death."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from recorded import full_state

from jsms_sync.errors import Exit, OperationFailed, StateLocked
from jsms_sync.state.local import LocalBackend
from jsms_sync.state.lock import locked, this_process

HOLDER = """
import sys
from pathlib import Path
from jsms_sync.state.local import LocalBackend
from jsms_sync.state.lock import this_process
with LocalBackend(Path(sys.argv[1])).hold(owner=this_process("apply")):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process holds the state until its standard input ends."""
    search = os.pathsep.join(place or os.getcwd() for place in sys.path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": search},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a state was created."""
    path = tmp_path / "state.json"
    LocalBackend(path).create(full_state())
    return path


def test_the_second_process_is_told_who_holds_it(path: Path) -> None:
    """Exit 7 names process, host, command and time of the first; readers need no lock."""
    with another_process(path) as process:
        me = this_process("apply")
        with pytest.raises(StateLocked) as caught, LocalBackend(path).hold(owner=me):
            raise AssertionError
        assert caught.value.exit is Exit.LOCKED
        words = (
            str(path),
            "'apply'",
            f"process {process.pid}",
            repr(me.host),
            f"since {me.since:%Y-%m-%d}",
            "UTC",
        )
        assert [word for word in words if word not in caught.value.message] == []
        assert "--lock-timeout" in caught.value.help
        assert LocalBackend(path).read() is not None
        process.communicate()
    with LocalBackend(path).hold(owner=me) as store:
        assert store.state == full_state()


def test_killing_the_holder_frees_the_lock(path: Path) -> None:
    """After kill -9 the next process holds the state at once, whatever the lock file says."""
    with another_process(path) as process:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert path.with_name("state.json.lock").read_bytes()
    with LocalBackend(path).hold(owner=this_process("apply")):
        assert str(os.getpid()) in path.with_name("state.json.lock").read_text()


def test_waiting_for_the_lock(path: Path) -> None:
    """With a time-out the second waits until the first is done, and no longer than the time-out."""
    backend, me = LocalBackend(path), this_process("apply")
    done = threading.Event()

    def first() -> None:
        with backend.hold(owner=me):
            held.set()
            done.wait(5)

    held = threading.Event()
    thread = threading.Thread(target=first)
    thread.start()
    assert held.wait(5)
    start = time.monotonic()
    with pytest.raises(StateLocked), backend.hold(owner=me, timeout=0.12):
        raise AssertionError
    assert 0.12 <= time.monotonic() - start < 2
    threading.Timer(0.1, done.set).start()
    with backend.hold(owner=me, timeout=5):
        assert done.is_set()
    thread.join()


@pytest.mark.parametrize("note", [b"", b"{}", b"\xff", b'{"pid": 1}', b"not json"])
def test_a_lock_that_does_not_say_who_holds_it(note: bytes, tmp_path: Path) -> None:
    """The lock counts, not what its file says."""
    lock = tmp_path / "state.json.lock"
    with locked(lock, this_process("apply"), 0):
        lock.write_bytes(note)
        with pytest.raises(StateLocked, match="another process holds it"), locked(lock, this_process("x"), 0):
            raise AssertionError


def test_a_lock_that_cannot_be_opened(path: Path) -> None:
    """The error names the lock file and what its folder must be."""
    path.with_name("state.json.lock").unlink()
    path.with_name("state.json.lock").mkdir()
    with pytest.raises(OperationFailed, match=r"state\.json\.lock failed: Is a directory") as caught:
        LocalBackend(path).hold(owner=this_process("apply")).__enter__()
    assert "writable" in caught.value.help
