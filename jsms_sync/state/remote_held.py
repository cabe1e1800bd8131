"""A remote state while it is held: each write is the whole document, one for all who commit at a time."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import uuid4

import msgspec

from jsms_sync.errors import JsmsSyncError, OperationFailed, Stale
from jsms_sync.model.events import Event, IntentClosed, IntentOpened, Ledger
from jsms_sync.model.records import CampaignRecord, Intent, State, TemplateRecord
from jsms_sync.model.resources import Address
from jsms_sync.model.stop import Stop
from jsms_sync.state.document import decode, encode
from jsms_sync.state.journal import encode as encode_event
from jsms_sync.state.remote_place import BACKUP, DOCUMENT, Conflict, Grip, Opened, Unanswered, written
from jsms_sync.state.remote_stops import read_stop
from jsms_sync.state.turns import Turns

REQUEST = 45.0
"""Seconds for which the lock has to hold when a request leaves: 5 to connect, 30 to read, and a margin."""


class RemoteState:
    """The `Store` of a remote state; `close` writes what no commit could.

    What could not be written stays in the ledger and goes with the next write. Each write names this run, so
    that one whose answer was lost is recognized when it is read back.
    """

    def __init__(
        self, location: str, place: Opened, grip: Grip, state: State, version: str, notes: tuple[str, ...]
    ) -> None:
        self.location, self.notes = location, notes
        self._place, self._grip, self._version = place, grip, version
        self._base, self._serial, self._run = state, state.serial, str(uuid4())
        self._turns, self._closed = Turns(), False
        self._ledger, self._cached, self._changed = Ledger(state), state, False
        self._lost: Stale | None = None

    @property
    def state(self) -> State:
        """The state after every commit so far."""
        with self._turns.lock:
            if self._changed:
                self._cached, self._changed = self._ledger.state(), False
            return self._cached

    def template(self, address: Address) -> TemplateRecord:
        """The template's record, an empty one where there is none."""
        with self._turns.lock:
            return self._ledger.template(address)

    def campaign(self, address: Address) -> CampaignRecord:
        """The campaign's record, an empty one where there is none."""
        with self._turns.lock:
            return self._ledger.campaign(address)

    def intents_of(self, address: Address) -> tuple[Intent, ...]:
        """The open intents of the address."""
        return self.state.intents_of(address)

    def stop(self) -> Stop | None:
        """The stop mark as it stands at this moment, None where there is none: one question to the store.

        Raises OperationFailed or Stale when it cannot be read: then no request of a campaign may leave.
        """
        return read_stop(self._place, self.location)[0]

    def check_held(self) -> None:
        """The lock holds for as long as a request may take; Stale when it is lost."""
        if self._lost is not None:
            raise self._lost
        self._grip.check(REQUEST)

    def commit(self, *events: Event) -> None:
        """The events are in the store's document, all or none of them.

        Raises OperationFailed when they are not known to be: then nothing that they announce may leave.
        Their intents are withdrawn; all else is tried again with the next commit and at the end. Raises Stale
        when somebody else has written the state, or has its lock.
        """
        if not events:
            return
        announces = any(isinstance(event, IntentOpened) for event in events)
        if announces:
            self.check_held()
        ticket = self._take(events)
        try:
            self._turns.settle(ticket, self._write)
            if announces:
                self.check_held()
        except BaseException:
            self._withdraw(events)
            raise

    def unsaved(self) -> bytes | None:
        """The document of the state where a part of it is in no store; None where all of it is."""
        if not self._turns.unsettled:
            return None
        return encode(msgspec.structs.replace(self.state, serial=self._serial + 1, folded=self._run))

    def close(self) -> None:
        """Everything committed is in the store; OperationFailed or Stale when that cannot be."""
        with self._turns.lock:
            self._turns.await_writer()
            self._closed = True
        try:
            self._turns.settle(self._turns.queued, self._write)
        except JsmsSyncError as error:
            steps = self._turns.unsettled
            lost = f"The last {steps} steps of this run could be written nowhere."
            raise type(error)(f"{error.message} {lost}", help=error.help, code=error.code) from error

    def _take(self, events: Sequence[Event]) -> int:
        for event in events:
            encode_event(event)  # what no document can hold is refused before it spoils the others
        with self._turns.lock:
            if self._closed:
                raise OperationFailed(f"The state {self.location} is no longer held; nothing was recorded.")
            self._changed = True
            for event in events:
                self._ledger.take(event)
            self._turns.queued += 1
            return self._turns.queued

    def _withdraw(self, events: Sequence[Event]) -> None:
        """Writes that were announced in vain never left, so nobody shall have to resolve them."""
        opened = [event.intent.id for event in events if isinstance(event, IntentOpened)]
        if opened:
            with suppress(OperationFailed):
                self._take([IntentClosed(id) for id in opened])

    def _write(self) -> None:
        if self._lost is not None:
            raise self._lost
        if self._turns.settled == 0 and not self._place.keeps_versions:
            self._place.keep(BACKUP, encode(self._base, backup=True))
        with self._turns.lock:
            state, queued = self._ledger.state(), self._turns.queued
        # Whatever became of it, no other document may ever carry this serial (GitLab refuses a second one).
        self._serial += 1
        data = encode(msgspec.structs.replace(state, serial=self._serial, folded=self._run))
        try:
            self._version = written(self._place, DOCUMENT, data, self._version, self._is_ours, self._grip.id)
        except Conflict as error:
            self._lost = self._fenced()
            raise self._lost from error
        except Unanswered as error:
            help = error.help or "Nothing that was not recorded was sent; see that the store can be reached."
            raise OperationFailed(error.message, help=help) from error
        with self._turns.lock:
            self._turns.settled = queued

    def _is_ours(self, data: bytes) -> bool:
        with suppress(JsmsSyncError):
            return decode(data, self.location).folded == self._run
        return False

    def _fenced(self) -> Stale:
        return Stale(
            f"The state {self.location} was taken over by somebody else: it, or its lock, is no longer what "
            "this run left there. Nothing more was recorded or sent.",
            help="Look with `jsms-sync plan`, then apply again.",
            code="lock-lost",
        )
