"""A process that may die: at its n-th file operation, request or pause; from then on nothing of it works."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Literal

from jsms_sync.state.files import Files

Moment = Literal["file", "request", "pause"]
"""Where a process can die: before a file operation, before a request leaves, while it waits to try again."""


class Killed(BaseException):
    """The process is gone, with everything in its memory; what has left on the wire still arrives."""


class Fate:
    """What becomes of one process, safe between its threads.

    It dies at the n-th `moment`, or never; `full` are the numbers of the file operations that find no room.
    """

    def __init__(self, moment: Moment | None = None, number: int = 1, full: range = range(0)) -> None:
        self._moment, self._left, self._full = moment, number, full
        self._lock, self._operations = Lock(), 0
        self.dead = False

    @property
    def is_kind(self) -> bool:
        """Whether nothing happens to the process."""
        return self._moment is None and not self._full

    def reach(self, moment: Moment, last: Callable[[], None] = lambda: None) -> None:
        """Raises Killed from the fatal moment on; `last` is what is still done in that very moment."""
        with self._lock:
            if self.dead:
                raise Killed
            self._left -= moment == self._moment
            if moment == self._moment and self._left <= 0:
                self.dead = True
                last()
                raise Killed

    def check_room(self) -> None:
        """Raises OSError for the operations that find the disk full."""
        with self._lock:
            self._operations += 1
            if self._operations in self._full:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class MortalFiles(Files):
    """The files of such a process. Nothing is synced: SIGKILL takes nothing that was written."""

    def __init__(self, fate: Fate) -> None:
        self._fate = fate

    def _reach(self) -> None:
        self._fate.reach("file")
        self._fate.check_room()

    def read(self, path: Path) -> bytes | None:
        """The bytes, None where there is no file."""
        self._reach()
        return super().read(path)

    def open(self, path: Path) -> int:
        """A new file."""
        self._reach()
        return super().open(path)

    def write(self, file: int, data: bytes, offset: int) -> None:
        """All of the data, or half of it in the moment of death or on a full disk."""

        def half() -> None:
            super(MortalFiles, self).write(file, data[: len(data) // 2], offset)

        self._fate.reach("file", half)
        try:
            self._fate.check_room()
        except OSError:
            half()
            raise
        super().write(file, data, offset)

    def sync(self, file: int) -> None:
        """A moment like any other."""
        self._reach()

    def replace(self, source: Path, target: Path) -> None:
        """The source takes the target's name."""
        self._reach()
        super().replace(source, target)

    def unlink(self, path: Path) -> None:
        """There is no such file."""
        self._reach()
        super().unlink(path)

    def sync_folder(self, folder: Path) -> None:
        """A moment like any other."""
        self._reach()
