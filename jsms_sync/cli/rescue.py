"""What an apply knows when its state cannot be written: into another file, and as lines to copy."""

import os
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from jsms_sync.cli.options import STATE, Common
from jsms_sync.model.records import State
from jsms_sync.model.resources import Address
from jsms_sync.planning.created import created_since
from jsms_sync.state.store import Store


class Watched:
    """Watches a state while it is held: ids that are durable nowhere in the end are told."""

    def __init__(self, common: Common) -> None:
        self._common = common
        self._held: tuple[Store, State] | None = None

    def watch(self, store: Store) -> None:
        """This one is held from now on."""
        self._held = store, store.state

    def __enter__(self) -> "Watched":
        return self

    def __exit__(self, *_: object) -> None:
        if self._held is None:
            return
        store, before = self._held
        document, created = store.unsaved(), created_since(before, store.state)
        if document is not None and created:
            _rescue(self._common, document, created)


def _rescue(common: Common, document: bytes, created: Mapping[Address, tuple[str, ...]]) -> None:
    path = _kept(document, (common.chdir, Path(tempfile.gettempdir())))
    settling = [
        " ".join(("jsms-sync resolve", address, *(f"--created {id}" for id in ids)))
        for address, ids in created.items()
    ]
    if path is not None:
        _tell(
            f"What this run knows is in {path}. Once the state can be written again, take it back:",
            f"jsms-sync state push {path}",
        )
    _tell("These ids may be recorded nowhere else. Where a plan shows unknown-outcome:", *settling)


def _kept(document: bytes, folders: tuple[Path, ...]) -> Path | None:
    """The file that holds the document now, for its owner's eyes only; the first folder that takes it."""
    name = f"{STATE}.rescue-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}"
    for folder in folders:
        path = folder / name
        try:
            _write(path, document)
        except OSError:
            path.unlink(missing_ok=True)
        else:
            return path
    return None


def _write(path: Path, data: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _tell(sentence: str, *lines: str) -> None:
    """Also with --quiet: it is known nowhere else."""
    click.echo(sentence, err=True)
    for line in lines:
        click.echo(f"    {line}", err=True)
