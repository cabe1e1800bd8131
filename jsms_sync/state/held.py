"""A local state while it is held: commits go to the journal, and at the end into the document."""

from collections.abc import Sequence
from contextlib import suppress
from threading import Lock
from uuid import uuid4

import msgspec

from jsms_sync.errors import OperationFailed, Stale
from jsms_sync.model.events import Event, IntentClosed, IntentOpened, Ledger
from jsms_sync.model.records import CampaignRecord, Intent, State, TemplateRecord
from jsms_sync.model.resources import Address
from jsms_sync.model.stop import Stop
from jsms_sync.state import stops
from jsms_sync.state.document import encode
from jsms_sync.state.files import Files, put, told
from jsms_sync.state.journal import Journal, Origin
from jsms_sync.state.journal import encode as encode_event
from jsms_sync.state.places import Places


class HeldState:
    """The `Store` of a local state; `close` folds what was committed into the document."""

    def __init__(
        self,
        location: str,
        places: Places,
        document: bytes,
        state: State,
        notes: tuple[str, ...],
        files: Files,
    ) -> None:
        self.location, self.notes = location, notes
        self._places, self._document, self._base, self._files = places, document, state, files
        self._lock = Lock()
        self._ledger, self._cached = Ledger(state), state
        origin = Origin(journal=str(uuid4()), lineage=state.lineage, base_serial=state.serial)
        self._journal = Journal(places.journal, origin, files)
        self._fresh, self._closed = True, False
        self._changed = False
        self._stop: tuple[bytes, Stop] | None = None

    @property
    def state(self) -> State:
        """The state after every commit so far."""
        with self._lock:
            if self._changed:
                self._cached, self._changed = self._ledger.state(), False
            return self._cached

    def template(self, address: Address) -> TemplateRecord:
        """The template's record, an empty one where there is none."""
        with self._lock:
            return self._ledger.template(address)

    def campaign(self, address: Address) -> CampaignRecord:
        """The campaign's record, an empty one where there is none."""
        with self._lock:
            return self._ledger.campaign(address)

    def intents_of(self, address: Address) -> tuple[Intent, ...]:
        """The open intents of the address."""
        return self.state.intents_of(address)

    def stop(self) -> Stop | None:
        """The stop mark as it stands at this moment, None where there is none.

        Raises OperationFailed or Stale when it cannot be read: then no request of a campaign may leave.
        """
        data, known = stops.read_bytes(self._files, self._places), self._stop
        if data is None:
            return None
        if known is None or known[0] != data:
            known = self._stop = data, stops.decode(data, str(self._places.stop))
        return known[1]

    def check_held(self) -> None:
        """It is: the kernel's lock ends with this process."""

    def commit(self, *events: Event) -> None:
        """The events are in the synced journal, all or none of them.

        Raises OperationFailed when they are not known to be: then nothing that they announce may leave.
        Their intents are withdrawn; all else is tried again with the next commit and at the end.
        """
        if not events:
            return
        ticket = self._take(events)
        try:
            self._journal.settle(ticket)
        except BaseException:
            self._withdraw(events)
            raise

    def unsaved(self) -> bytes | None:
        """The document of the state where a part of it is durable nowhere; None where all of it is."""
        return encode(self._folded()) if self._journal.unsettled else None

    def close(self) -> None:
        """Everything committed is in the document, and nothing more can be; idle holders wrote nothing.

        Raises OperationFailed when the document cannot be written, Stale when somebody without the lock has
        written it: then the journal stays, and the next holder starts from it.
        """
        with self._lock:
            self._closed = True
        if not self._fresh:
            self._fold()

    def _take(self, events: Sequence[Event]) -> int:
        encoded = [encode_event(event) for event in events]
        with self._lock:
            if self._closed:
                raise OperationFailed(f"The state {self.location} is no longer held; nothing was recorded.")
            self._back_up()
            self._changed = True
            for event in events:
                self._ledger.take(event)
            return self._journal.queue(encoded)

    def _back_up(self) -> None:
        if self._fresh:
            with told(f"Writing the backup {self._places.backup}", help="Nothing was changed."):
                put(self._files, self._places.backup, encode(self._base, backup=True))
            self._fresh = False

    def _withdraw(self, events: Sequence[Event]) -> None:
        """Writes that were announced in vain never left, so nobody shall have to resolve them."""
        opened = [event.intent.id for event in events if isinstance(event, IntentOpened)]
        if opened:
            with suppress(OperationFailed):
                self._take([IntentClosed(id) for id in opened])

    def _fold(self) -> None:
        folded = False
        try:
            with suppress(OperationFailed):
                self._journal.settle_all()
            self._check_document()
            with told(f"Writing the state {self._places.document}", help=self._where_the_truth_is()):
                put(self._files, self._places.document, encode(self._folded()))
            folded = True
        finally:
            self._journal.close(folded=folded)
        with suppress(OSError):
            self._files.unlink(self._places.journal)

    def _folded(self) -> State:
        state = self.state
        return msgspec.structs.replace(state, serial=state.serial + 1, folded=self._journal.id)

    def _check_document(self) -> None:
        with told(f"Reading the state {self._places.document}", help=self._where_the_truth_is()):
            current = self._files.read(self._places.document)
        if current is not None and current != self._document:
            message = (
                f"The state {self._places.document} was written by something that did not hold its lock."
            )
            raise Stale(message, help=self._where_the_truth_is())

    def _where_the_truth_is(self) -> str:
        kept = (
            f"What this run recorded is in {self._places.journal}, beside the document of serial "
            f"{self._base.serial}: keep both; the next command that takes the state folds it in."
        )
        if self._journal.unsettled:
            return f"{kept} The last {self._journal.unsettled} steps could be written nowhere."
        return kept
