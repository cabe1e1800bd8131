"""The lock beside a local state: the kernel keeps it, so it ends with the process that holds it."""

import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from jsms_sync.errors import OperationFailed, StateLocked
from jsms_sync.state.files import told
from jsms_sync.state.store import Holder, told_holder

PAUSE = 0.05
"""Seconds between two attempts to take the lock."""


def this_process(command: str) -> Holder:
    """This process as a holder; the command is its verb, without arguments, since those may be private."""
    return Holder(pid=os.getpid(), host=platform.node(), command=command, since=datetime.now(UTC))


@contextmanager
def locked(path: Path, owner: Holder, timeout: float) -> Iterator[None]:
    """The lock file is held for the length of the block, and names its holder.

    Waits up to the timeout, in seconds. Raises StateLocked when somebody else holds it.
    """
    with told(f"Opening the lock {path}", help="The folder of the state must exist and be writable."):
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(file, path, time.monotonic() + timeout)
        _note(file, msgspec.json.encode(owner))
        try:
            yield
        finally:
            _note(file, b"")
    finally:
        os.close(file)


def _take(file: int, path: Path, deadline: float) -> None:
    # Imported here: it takes 40 ms, and commands that only read a state have no use for it.
    from portalocker import AlreadyLocked, LockException, LockFlags, lock

    while True:
        try:
            return lock(file, LockFlags.EXCLUSIVE | LockFlags.NON_BLOCKING)
        except AlreadyLocked:
            if time.monotonic() >= deadline:
                raise _somebody_else(path) from None
            time.sleep(min(PAUSE, max(deadline - time.monotonic(), 0)))
        except LockException as error:
            message = f"Locking {path} failed: {error}."
            help = "Keep the state on a file system that can lock files: a local disk."
            raise OperationFailed(message, help=help) from error


def _note(file: int, text: bytes) -> None:
    # What the file says is for people; the lock stands without it, so a full disk is no reason to stop.
    with suppress(OSError):
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, text)


def _somebody_else(path: Path) -> StateLocked:
    state = path.with_suffix("")
    help = (
        "Wait until it is done, or give --lock-timeout SECONDS to wait here. The lock ends with that process."
    )
    return StateLocked(f"The state {state} is locked: {_who(path)}.", help=help)


def _who(path: Path) -> str:
    try:
        holder = msgspec.json.decode(path.read_bytes(), type=Holder)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return "another process holds it"
    return told_holder(holder, holder.since)
