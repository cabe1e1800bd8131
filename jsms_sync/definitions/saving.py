"""Files saved whole or not at all: beside the old one first, then in its place."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from jsms_sync.errors import OperationFailed, Stale


def save(path: Path, before: bytes | None, after: bytes) -> None:
    """The file holds exactly the new bytes, at one instant; its mode stays, and a link leads to it as before.

    Raises Stale when it is not what it was when it was read, OperationFailed when it cannot be written.
    """
    try:
        target = path.resolve()
        if (target.read_bytes() if target.exists() else None) != before:
            raise Stale(f"{path} was changed while this ran, and was left alone", help="Run it again.")
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, after, stat.S_IMODE(target.stat().st_mode) if before is not None else None)
    except OSError as error:
        raise OperationFailed(f"{path} cannot be written: {error.strerror or error}") from None


def _replace(target: Path, data: bytes, mode: int | None) -> None:
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    draft.unlink(missing_ok=True)
    try:
        with draft.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if mode is not None:
            draft.chmod(mode)
        draft.replace(target)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """The new name outlives a power cut."""
    if os.name == "nt":  # pragma: no cover - Windows cannot open a folder, and NTFS logs its names
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
