"""File systems that break: at a given operation, with an error, with a cut of the power, or with SIGKILL."""

import errno
import os
import signal
from collections.abc import Container
from pathlib import Path

from jsms_sync.state.files import Files


class CountingFiles(Files):
    """The real file system, with a number for each operation that changes something."""

    def __init__(self) -> None:
        self.operations: list[str] = []

    def about_to(self, operation: str) -> None:
        """The next operation is this one."""
        self.operations.append(operation)

    def open(self, path: Path) -> int:
        self.about_to(f"open {path.suffix}")
        return super().open(path)

    def write(self, file: int, data: bytes, offset: int) -> None:
        self.about_to("write")
        super().write(file, data, offset)

    def sync(self, file: int) -> None:
        self.about_to("sync")

    def replace(self, source: Path, target: Path) -> None:
        self.about_to(f"replace {target.suffix}")
        super().replace(source, target)

    def unlink(self, path: Path) -> None:
        self.about_to(f"unlink {path.suffix}")
        super().unlink(path)

    def sync_folder(self, folder: Path) -> None:
        self.about_to("sync_folder")


class FailingFiles(CountingFiles):
    """The operations of these numbers fail as on a full disk; a write leaves half of its data behind."""

    def __init__(self, failing: Container[int], error: int = errno.ENOSPC) -> None:
        super().__init__()
        self.failing, self.error = failing, error

    def about_to(self, operation: str) -> None:
        super().about_to(operation)
        if len(self.operations) in self.failing:
            raise OSError(self.error, os.strerror(self.error))

    def write(self, file: int, data: bytes, offset: int) -> None:
        try:
            super().write(file, data, offset)
        except OSError:
            Files.write(self, file, data[: len(data) // 2], offset)
            raise


class KilledFiles(CountingFiles):
    """The process kills itself before the operation of that number; of a write, half is done."""

    def __init__(self, fatal: int) -> None:
        super().__init__()
        self.fatal = fatal

    def about_to(self, operation: str) -> None:
        super().about_to(operation)
        if len(self.operations) == self.fatal and operation != "write":
            os.kill(os.getpid(), signal.SIGKILL)

    def write(self, file: int, data: bytes, offset: int) -> None:
        if len(self.operations) + 1 == self.fatal:
            Files.write(self, file, data[: len(data) // 2], offset)
            os.kill(os.getpid(), signal.SIGKILL)
        super().write(file, data, offset)


class PowerCut(BaseException):
    """The machine is off: no operation works any more."""


class _Inode:
    def __init__(self, data: bytes) -> None:
        self.data, self.durable = data, data


class CutFiles(CountingFiles):
    """The power is cut before the operation of that number; of a write, half is done.

    `lose_unsynced` then makes of the folder what a disk may at worst have kept: contents as last synced,
    names as when the folder was last synced; with `removals_first`, names removed since are gone already.
    """

    def __init__(self, folder: Path, fatal: int, removals_first: bool = False) -> None:
        super().__init__()
        self.removals_first = removals_first
        self.folder, self.fatal, self.off = folder, fatal, False
        self.inodes = {path.name: _Inode(path.read_bytes()) for path in folder.iterdir()}
        self.durable = dict(self.inodes)
        self.opened: dict[int, _Inode] = {}

    def about_to(self, operation: str) -> None:
        super().about_to(operation)
        self.off = self.off or len(self.operations) == self.fatal
        if self.off:
            raise PowerCut

    def read(self, path: Path) -> bytes | None:
        if self.off:
            raise PowerCut
        return super().read(path)

    def open(self, path: Path) -> int:
        file = super().open(path)
        self.inodes[path.name] = self.opened[file] = _Inode(b"")
        return file

    def write(self, file: int, data: bytes, offset: int) -> None:
        if len(self.operations) + 1 == self.fatal:
            Files.write(self, file, data[: len(data) // 2], offset)
        super().write(file, data, offset)
        inode = self.opened[file]
        inode.data = inode.data[:offset] + data + inode.data[offset + len(data) :]

    def sync(self, file: int) -> None:
        super().sync(file)
        self.opened[file].durable = self.opened[file].data

    def replace(self, source: Path, target: Path) -> None:
        super().replace(source, target)
        self.inodes[target.name] = self.inodes.pop(source.name)

    def unlink(self, path: Path) -> None:
        super().unlink(path)
        self.inodes.pop(path.name, None)
        if self.removals_first:
            self.durable.pop(path.name, None)

    def sync_folder(self, folder: Path) -> None:
        super().sync_folder(folder)
        self.durable = dict(self.inodes)

    def lose_unsynced(self) -> None:
        """Only what was synced is left."""
        for path in self.folder.iterdir():
            path.unlink()
        for name, inode in self.durable.items():
            (self.folder / name).write_bytes(inode.durable)
