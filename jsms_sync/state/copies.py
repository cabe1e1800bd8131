"""Copies that a person's intervention leaves beside the state; no later run overwrites them."""

from datetime import datetime
from itertools import count
from pathlib import Path

from jsms_sync.model.records import State
from jsms_sync.state.document import encode
from jsms_sync.state.files import Files, put, told

BACKUP, DAMAGED, JOURNAL = "backup", "damaged", "journal"


def back_up(files: Files, document: Path, state: State, now: datetime) -> Path:
    """Where the state was copied to, marked as a backup; OperationFailed when it could not be."""
    return keep(files, document, BACKUP, encode(state, backup=True), now)


def keep(files: Files, document: Path, word: str, data: bytes, now: datetime) -> Path:
    """Where the bytes were copied to, beside the document; OperationFailed when they could not be."""
    path = _unused(document, f".{word}-{now:%Y%m%dT%H%M%SZ}")
    with told(f"Writing the copy {path}", help="Nothing was changed."):
        put(files, path, data)
    return path


def _unused(document: Path, suffix: str) -> Path:
    names = (f"{document.name}{suffix}{f'-{n}' if n > 1 else ''}" for n in count(1))
    return next(path for name in names if not (path := document.with_name(name)).exists())
