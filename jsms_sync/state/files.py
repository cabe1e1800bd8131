"""The few file operations that the state rests on, in one place so that a test can break each of them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from jsms_sync.errors import OperationFailed

# Windows would translate line ends without O_BINARY; other systems have no such flag.
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
# macOS and Windows lack fdatasync, and fsync does at least as much.
_sync = getattr(os, "fdatasync", os.fsync)


class Files:
    """The real file system; whoever hands in another one decides what becomes of each operation."""

    def read(self, path: Path) -> bytes | None:
        """The bytes of the file, None where there is none."""
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None

    def open(self, path: Path) -> int:
        """A new file for reading and writing, for its owner's eyes only; an existing one is an OSError."""
        return os.open(path, _FLAGS, 0o600)

    def write(self, file: int, data: bytes, offset: int) -> None:
        """All the bytes stand in the file from that offset on."""
        os.lseek(file, offset, os.SEEK_SET)
        view = memoryview(data)
        while view:
            view = view[os.write(file, view) :]

    def sync(self, file: int) -> None:
        """What was written to the file outlives a power cut."""
        _sync(file)

    def close(self, file: int) -> None:
        """The file is no longer open."""
        os.close(file)

    def replace(self, source: Path, target: Path) -> None:
        """The source takes the name of the target, at one instant."""
        os.replace(source, target)

    def unlink(self, path: Path) -> None:
        """There is no file of that name."""
        path.unlink(missing_ok=True)

    def sync_folder(self, folder: Path) -> None:
        """Names created, replaced and removed in the folder outlive a power cut."""
        if os.name == "nt":  # pragma: no cover - Windows cannot open a folder, and NTFS logs its names
            return
        file = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def put(files: Files, path: Path, data: bytes) -> None:
    """The file holds exactly the data, durably; before that instant it is what it was. OSError else."""
    draft = path.with_name(path.name + ".tmp")
    files.unlink(draft)
    try:
        _fill(files, draft, data)
        files.replace(draft, path)
    except OSError:
        with suppress(OSError):
            files.unlink(draft)
        raise
    files.sync_folder(path.parent)


def _fill(files: Files, path: Path, data: bytes) -> None:
    file = files.open(path)
    try:
        files.write(file, data, 0)
        files.sync(file)
    finally:
        files.close(file)


@contextmanager
def told(doing: str, *, help: str = "") -> Iterator[None]:
    """An OSError inside becomes an OperationFailed that says what was being done."""
    try:
        yield
    except OSError as error:
        raise OperationFailed(f"{doing} failed: {error.strerror or error}.", help=help) from error
