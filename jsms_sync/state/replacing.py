"""Another document in the place of a local state: what stood there is kept as a copy first."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from jsms_sync.errors import Stale
from jsms_sync.model.events import fold
from jsms_sync.model.records import State
from jsms_sync.state.copies import BACKUP, DAMAGED, JOURNAL, keep
from jsms_sync.state.document import check_not_newer, encode
from jsms_sync.state.files import Files, put, told
from jsms_sync.state.joined import joined
from jsms_sync.state.journal import Origin, Replay, replay
from jsms_sync.state.places import Places
from jsms_sync.state.store import Choose, Found, Replaced

Copies = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class _Standing:
    """What stands at the place, as bytes; `state` is None where they are no state, or there are none."""

    document: bytes | None
    journal: bytes | None
    state: State | None
    origin: Origin | None


def replace_document(files: Files, places: Places, choose: Choose) -> Replaced:
    """The state that `choose` makes of what stands there is the document; its lock must be held.

    Where the old document is lost, a journal that continues the new one is folded into it: together they
    are the truth. Raises OperationFailed, with all as it was, when a copy cannot be written.
    """
    standing = _look(files, places)
    new = choose(Found(standing.state, exists=standing.document is not None))
    kept, steps = _continued(new, standing, places)
    copies = tuple(_copies(standing, is_folded=bool(steps)))
    now = datetime.now(UTC)
    paths = {word: keep(files, places.document, word, data, now) for word, data in copies}
    with told(f"Writing the state {places.document}", help="What stood there is in the copies."):
        put(files, places.document, encode(_numbered(kept, standing)))
        files.unlink(places.journal)
    return Replaced(paths.get(BACKUP), tuple(_notes(paths, steps, places)))


def _look(files: Files, places: Places) -> _Standing:
    with told(f"Reading the state {places.document}"):
        document, journal = files.read(places.document), files.read(places.journal)
    if document is not None:
        check_not_newer(document, str(places.document))
    origin = _replayed(journal, places).origin
    with suppress(Stale):
        state = joined(document, journal, places)[0] if document is not None else None
        return _Standing(document, journal, state, origin)
    return _Standing(document, journal, None, origin)


def _replayed(journal: bytes | None, places: Places) -> Replay:
    with suppress(Stale):
        return Replay(None) if journal is None else replay(journal, str(places.journal))
    return Replay(None)


def _continued(new: State, standing: _Standing, places: Places) -> tuple[State, int]:
    """The new state with the journal's steps where they continue it, and how many those are."""
    found = _replayed(standing.journal, places)
    if standing.state is not None or found.origin is None or found.origin.journal == new.folded:
        return new, 0
    fits = (found.origin.lineage, found.origin.base_serial) == (new.lineage, new.serial)
    return (fold(new, found.events), len(found.events)) if fits else (new, 0)


def _copies(standing: _Standing, *, is_folded: bool) -> Iterator[tuple[str, bytes]]:
    if standing.state is not None:
        yield BACKUP, encode(standing.state, backup=True)
        return
    if standing.document is not None:
        yield DAMAGED, standing.document
    if standing.journal is not None and not is_folded:
        yield JOURNAL, standing.journal


def _numbered(new: State, standing: _Standing) -> State:
    """Newer than both, and naming the journal beside it, in case that outlives a crash right here."""
    serial = max(new.serial, standing.state.serial if standing.state else 0) + 1
    folded = standing.origin.journal if standing.origin else new.folded
    return msgspec.structs.replace(new, serial=serial, folded=folded)


def _notes(paths: dict[str, Path], steps: int, places: Places) -> Iterator[str]:
    if DAMAGED in paths:
        yield f"What stood at {places.document} could not be read; its bytes are in {paths[DAMAGED]}."
    if JOURNAL in paths:
        yield f"Its journal does not continue this state; its bytes are in {paths[JOURNAL]}."
    if steps:
        yield f"{steps} steps of {places.journal} continue this state, and were folded in."
