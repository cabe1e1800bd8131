"""The state in a store that others use too: one document, a stop mark and a lock, whatever the store is."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import msgspec

from jsms_sync.errors import InvalidInput, MissingCredentials, OperationFailed, Stale
from jsms_sync.model.records import State
from jsms_sync.model.stop import Stop
from jsms_sync.state import stops
from jsms_sync.state.copies import BACKUP, DAMAGED
from jsms_sync.state.document import check_not_newer, decode, encode
from jsms_sync.state.lock import this_process
from jsms_sync.state.remote_held import RemoteState
from jsms_sync.state.remote_place import DOCUMENT, Blob, Conflict, Grip, Opened, Place, written
from jsms_sync.state.remote_stops import clear_stop, leave_stop, read_stop
from jsms_sync.state.store import Choose, Found, Holder, Replaced, Snapshot, Store, no_state

ATTEMPTS = 20
"""How often a holder records again what it found, when that changes meanwhile."""
UNKNOWN = 100_000
"""More writes than a document that can no longer be read may have seen since a copy of it was made."""
STOPPED = "`cancel` has stopped campaigns; the next command that takes the state records it."
UNSEEN = (
    "whether `cancel` has stopped campaigns cannot be seen: the stop mark beside the state may not be read"
)
TAKEN_OVER = (
    "The lock was taken over from a run that had not ended; what it was about to do is in the intents."
)


@dataclass(frozen=True, slots=True)
class RemoteBackend:
    """A state at that place."""

    place: Place

    @property
    def location(self) -> str:
        """The location as it may be shown."""
        return self.place.location

    @property
    def is_local(self) -> bool:
        """That it is not."""
        return False

    def exists(self) -> bool:
        """Whether there is a document."""
        with self.place.opened() as place:
            return place.fetch(DOCUMENT) is not None

    def prove(self) -> None:
        """The store keeps the promises that the lock rests on; OperationFailed where it does not."""
        with self.place.opened() as place:
            place.prove()

    def read(self, *, heeding: bool = True) -> Snapshot | None:
        """The state with what the stop mark adds to it, None where there is none.

        Needs no lock, writes nothing. Raises Stale when one of them cannot be read.
        """
        with self.place.opened() as place:
            # Before the document: a mark that is empty by then was recorded in it.
            stop, notes = _seen_stop(place, self.location) if heeding else (None, ())
            blob = place.fetch(DOCUMENT)
        if blob is None:
            return None
        state = decode(blob.data, self.location)
        return Snapshot(self.location, stops.with_stop(state, stop) if stop else state, notes)

    def leave_stop(self, stop: Stop) -> None:
        """The stop mark says this beside what it said; needs no lock of the state.

        Raises OperationFailed when it cannot be left, Stale when what stands there cannot be read.
        """
        with self.place.opened() as place:
            leave_stop(place, self.location, this_process("cancel"), stop)

    def create(self, state: State, *, owner: Holder | None = None) -> None:
        """The state is kept here. Raises InvalidInput where a state exists."""
        with self.place.opened() as place:
            place.prove()
            self._create(place, state, owner or this_process("init"))

    def _create(self, place: Opened, state: State, owner: Holder) -> None:
        with place.locked(owner, 0) as grip:
            exists = place.fetch(DOCUMENT) is not None
            if not exists:
                with suppress(Conflict):
                    _write(place, grip, state, None, state.serial)
                    return
            message = f"There is a state at {self.location} already, and it was not touched."
            raise InvalidInput(message, code="state-exists")

    def replace(self, choose: Choose, *, owner: Holder, timeout: float = 0) -> Replaced:
        """The state that `choose` makes of what stands here is kept here, and that is copied first.

        It works where the document is lost or damaged, too. Raises what `choose` raises, and StateLocked.
        """
        with self.place.opened() as place, place.locked(owner, timeout) as grip:
            blob = place.fetch(DOCUMENT)
            if blob is None:
                place.prove()
            known = self._decoded(blob)
            new = choose(Found(known, exists=blob is not None))
            backup, notes = self._copied(place, blob, known)
            serial = _next_serial(new, known, exists=blob is not None)
            self._told(place, grip, new, blob.version if blob else None, serial)
            return Replaced(backup, notes)

    def back_up(self, state: State) -> str:
        """Where the state was copied to, in the same store."""
        with self.place.opened() as place:
            return place.keep(_copy_name(BACKUP), encode(state, backup=True))

    def unlock(self, owner: Holder, id: str | None = None) -> None:
        """Nobody holds the state; whoever held it under that id can no longer write it.

        Raises StateLocked, with the id, where somebody holds it under another one.
        """
        with self.place.opened() as place, place.locked(owner, 0, id) as grip:
            if place.fetch(DOCUMENT) is not None:
                self._settled(place, grip, owner)

    @contextmanager
    def hold(self, *, owner: Holder, timeout: float = 0) -> Iterator[Store]:
        """The state is held; what is committed is written at once.

        What `cancel` has stopped is recorded before, and what it stopped meanwhile after that. Where the lock
        was taken over, the document is written first, so that the former holder can write it no more.

        Raises StateLocked when it is still locked after so many seconds, Refused where there is no state,
        Stale when it cannot be read, OperationFailed when it could not be written at the end.
        """
        with self.place.opened() as place:
            if place.fetch(DOCUMENT) is None:
                raise no_state(self.location)
            with place.locked(owner, timeout) as grip:
                state, version = self._settled(place, grip, owner)
                notes = (TAKEN_OVER,) if grip.took_over else ()
                held = RemoteState(self.location, place, grip, state, version, notes)
                try:
                    yield held
                finally:
                    held.close()
                    self._record_stop(place, grip, owner)

    def _record_stop(self, place: Opened, grip: Grip, owner: Holder) -> None:
        if read_stop(place, self.location)[0] is not None:
            # Without the lock it is not ours to record: the next holder does.
            with suppress(Stale):
                grip.check(1)
                self._settled(place, grip, owner)

    def _settled(self, place: Opened, grip: Grip, owner: Holder) -> tuple[State, str]:
        """The state with the stop mark recorded in it, which then is empty, and its version."""
        fences = grip.took_over
        for _ in range(ATTEMPTS):
            blob = place.fetch(DOCUMENT)
            if blob is None:
                raise no_state(self.location)
            state, version = decode(blob.data, self.location), blob.version
            stop, _ = read_stop(place, self.location)
            after = stops.with_stop(state, stop) if stop else state
            if after is not state or fences:
                try:
                    state, version = _write(place, grip, after, version, state.serial + 1)
                except Conflict:
                    continue
                fences = False
            if stop is None or clear_stop(place, self.location, owner, stop):
                return state, version
        raise OperationFailed(f"The state {self.location} changes faster than it can be taken.")

    def _told(self, place: Opened, grip: Grip, state: State, version: str | None, serial: int) -> None:
        try:
            _write(place, grip, state, version, serial)
        except Conflict as error:
            raise Stale(
                f"The state {self.location} was written by somebody else meanwhile, and not replaced.",
                help="Look at it with `jsms-sync state pull`, then try again.",
            ) from error

    def _decoded(self, blob: Blob | None) -> State | None:
        if blob is None:
            return None
        check_not_newer(blob.data, self.location)
        with suppress(Stale):
            return decode(blob.data, self.location)
        return None

    def _copied(
        self, place: Opened, blob: Blob | None, known: State | None
    ) -> tuple[str | None, tuple[str, ...]]:
        if blob is None:
            return None, ()
        if known is not None:
            return place.keep(_copy_name(BACKUP), encode(known, backup=True)), ()
        kept = place.keep(_copy_name(DAMAGED), blob.data)
        return None, (f"What stood at {self.location} could not be read; its bytes are in {kept}.",)


def _seen_stop(place: Opened, location: str) -> tuple[Stop | None, tuple[str, ...]]:
    """The mark and what there is to say of it.

    Where anybody may read a state but not list what is beside it, a store refuses what is not there (S3
    answers 403 without s3:ListBucket, docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html): that is
    enough for a look. Whoever holds the state still has to read the mark.
    """
    try:
        stop, _ = read_stop(place, location)
    except MissingCredentials:
        return None, (UNSEEN,)
    return stop, (STOPPED,) if stop else ()


def _write(place: Opened, grip: Grip, state: State, expected: str | None, serial: int) -> tuple[State, str]:
    """The state as it stands in the store now, under that serial and a mark of its own, and its version."""
    state = msgspec.structs.replace(state, serial=serial, folded=str(uuid4()))
    data = encode(state)
    return state, written(place, DOCUMENT, data, expected, lambda found: found == data, grip.id)


def _next_serial(new: State, known: State | None, *, exists: bool) -> int:
    """A number that no document here has had: GitLab takes none twice, and a damaged one does not tell."""
    if known is None and exists:
        return new.serial + UNKNOWN
    return max(new.serial, known.serial if known else 0) + 1


def _copy_name(word: str) -> str:
    return f"{word}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:6]}"
