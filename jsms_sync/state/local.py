"""The state in a local file: a document, with its journal, lock and backup beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from jsms_sync.errors import InvalidInput, OperationFailed, Stale
from jsms_sync.model.records import State
from jsms_sync.model.stop import Stop
from jsms_sync.state import stops
from jsms_sync.state.copies import back_up
from jsms_sync.state.document import encode
from jsms_sync.state.files import Files, put, told
from jsms_sync.state.held import HeldState
from jsms_sync.state.joined import joined
from jsms_sync.state.journal import ORPHAN, Replay
from jsms_sync.state.lock import locked, this_process
from jsms_sync.state.places import Places
from jsms_sync.state.replacing import replace_document
from jsms_sync.state.store import Choose, Holder, Replaced, Snapshot, Store, no_state

ATTEMPTS = 100
"""How often a reader looks again when the document is replaced under its eyes."""
STOPPED = "`cancel` has stopped campaigns; the next command that takes the state records it."


@dataclass(frozen=True, slots=True)
class LocalBackend:
    """A state at that path; where the path is a link, everything is kept beside the file it leads to."""

    path: Path
    files: Files = field(default_factory=Files, compare=False, repr=False)

    @property
    def location(self) -> str:
        """The path as it was given."""
        return str(self.path)

    @property
    def is_local(self) -> bool:
        """That it is."""
        return True

    def prove(self) -> None:
        """The kernel keeps the lock, so there is nothing to try."""

    def exists(self) -> bool:
        """Whether there is a document; Stale where only its journal is left."""
        places = self._places()
        with told(f"Looking for {self.path}"):
            found, is_left = self.path.exists(), places.journal.exists()
        if is_left and not found:
            raise _orphaned(places)
        return found

    def read(self, *, heeding: bool = True) -> Snapshot | None:
        """The state with what journal and stop mark add to it, None where there is none.

        Needs no lock, writes nothing. Raises Stale when one of them cannot be read, or they do not belong
        together.
        """
        places = self._places()
        # Before the document: a mark that is gone by then was recorded in it.
        stop = stops.read(self.files, places) if heeding else None
        document, journal = self._both(places)
        if document is None:
            return None
        state, found = joined(document, journal, places)
        running = f"{len(found.events)} steps are in the journal: an apply is running or was interrupted."
        notes = (*([running] if found.events else []), *([STOPPED] if stop else []))
        return Snapshot(self.location, stops.with_stop(state, stop) if stop else state, notes)

    def leave_stop(self, stop: Stop) -> None:
        """The stop mark says this beside what it said; needs no lock of the state.

        Raises OperationFailed when it cannot be left, Stale when what stands there cannot be read.
        """
        stops.leave(self.files, self._places(), stop)

    def create(self, state: State, *, owner: Holder | None = None) -> None:
        """The state is kept here.

        Raises InvalidInput where a state exists, Stale where only its journal is left.
        """
        places = self._places()
        with locked(places.lock, owner or this_process("init"), 0):
            if self._both(places)[0] is not None:
                message = f"There is a state at {self.location} already, and it was not touched."
                raise InvalidInput(message, code="state-exists")
            with told(f"Writing the state {self.location}"):
                put(self.files, places.document, encode(state))

    def replace(self, choose: Choose, *, owner: Holder, timeout: float = 0) -> Replaced:
        """The state that `choose` makes of what stands here is kept here, and that is copied first.

        It works where the document is lost or damaged, too. Raises what `choose` raises, and StateLocked.
        """
        places = self._places()
        with locked(places.lock, owner, timeout):
            return replace_document(self.files, places, choose)

    def back_up(self, state: State) -> Path:
        """Where the state was copied to, beside its document."""
        return back_up(self.files, self._places().document, state, datetime.now(UTC))

    def unlock(self, owner: Holder, id: str | None = None) -> None:
        """Nobody holds the lock; StateLocked where somebody does: the kernel ends it with that process."""
        with locked(self._places().lock, owner, 0):
            return

    @contextmanager
    def hold(self, *, owner: Holder, timeout: float = 0) -> Iterator[Store]:
        """The state is held; a journal left over is folded in first, and what is committed at the end.

        What `cancel` has stopped is recorded before, and what it stopped meanwhile after that.

        Raises StateLocked when it is still locked after so many seconds, Refused where there is no state,
        Stale when it cannot be read, OperationFailed when it could not be written at the end.
        """
        places = self._places()
        if not self.exists():
            raise no_state(self.location)
        with locked(places.lock, owner, timeout):
            held = self._recovered(places)
            try:
                yield held
            finally:
                held.close()
                self._record_stop(places)

    def _places(self) -> Places:
        try:
            return Places(self.path.resolve())
        except (RuntimeError, ValueError) as error:
            raise InvalidInput(f"The state cannot be at {self.location}: {error}.") from error

    def _both(self, places: Places) -> tuple[bytes | None, bytes | None]:
        """Document and journal as they stood at one instant.

        A journal that adds something goes only after its document was replaced, and the next one comes later
        still; so they fit when the document is the same before and after the journal was read.
        """
        with told(f"Reading the state {self.location}"):
            for _ in range(ATTEMPTS):
                document = self.files.read(places.document)
                journal = self.files.read(places.journal)
                if self.files.read(places.document) == document:
                    break
            else:
                raise OperationFailed(f"The state {self.location} changes faster than it can be read.")
        if document is None and journal is not None:
            raise _orphaned(places)
        return document, journal

    def _recovered(self, places: Places) -> HeldState:
        document, journal = self._both(places)
        if document is None:
            raise no_state(self.location)
        state, found = joined(document, journal, places)
        if journal is not None:
            document, state = self._folded(places, document, state, found)
        document, state = stops.record(self.files, places, document, state)
        return HeldState(self.location, places, document, state, _notes(places, found), self.files)

    def _record_stop(self, places: Places) -> None:
        if stops.read_bytes(self.files, places) is not None:
            document, journal = self._both(places)
            if document is not None:
                stops.record(self.files, places, document, joined(document, journal, places)[0])

    def _folded(self, places: Places, document: bytes, state: State, found: Replay) -> tuple[bytes, State]:
        help = f"All that is recorded is in it and in {places.journal}: keep both, and try again."
        with told(f"Folding a journal into {places.document}", help=help):
            if found.origin is not None and found.events:
                state = msgspec.structs.replace(state, serial=state.serial + 1, folded=found.origin.journal)
                document = encode(state)
                put(self.files, places.document, document)
            self.files.unlink(places.journal)
        return document, state


def _notes(places: Places, found: Replay) -> tuple[str, ...]:
    folded = (
        f"An interrupted run had left {len(found.events)} steps in {places.journal}; they were folded in."
    )
    torn = f"The last line of {places.journal} was not finished, and was left out."
    return (*([folded] if found.events else []), *([torn] if found.torn else []))


def _orphaned(places: Places) -> Stale:
    return Stale(f"The journal {places.journal} is here, but its document is gone.", help=ORPHAN)
