"""What one apply is handed, and the checks that every write passes right before its bytes leave."""

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from jsms_sync.api.client import Client
from jsms_sync.errors import JsmsSyncError
from jsms_sync.model.decisions import Draft, FileRows
from jsms_sync.model.digests import Digester
from jsms_sync.model.records import CampaignRecord, State
from jsms_sync.model.resources import Address, Recipient
from jsms_sync.state.store import Store

LATEST = timedelta(seconds=60)
"""A schedule is placed only when its time is further away than this (promise 3)."""


class Halted(JsmsSyncError):
    """A check right before the bytes left said no, so nothing was sent."""

    code = "halted"


class Reader(Protocol):
    """What brings back the recipients of a file, a batch at a time."""

    def check(self, address: Address) -> None:
        """Raises Stale when the campaign's file is not the one that was checked any more."""
        ...

    def fetch(self, address: Address, rows: FileRows) -> tuple[Recipient, ...]:
        """The recipients of those rows of the campaign's file. Raises Stale when the file has changed."""
        ...


@dataclass(frozen=True, slots=True)
class Run:
    """One apply: the service, the store, the clock, and the wish to stop, all handed in.

    `reader` is what campaigns with a recipients file need.
    """

    client: Client
    store: Store
    digester: Digester
    clock: Callable[[], datetime]
    freeze: timedelta
    parallelism: int
    stopping: threading.Event = field(default_factory=threading.Event)
    allowed_in_use: frozenset[Address] = frozenset()
    new_id: Callable[[], str] = lambda: str(uuid.uuid4())
    reader: Reader | None = None

    def check_wanted(self) -> None:
        """Raises Halted once the user has asked to stop."""
        if self.stopping.is_set():
            raise Halted("not started, because you asked to stop", code="interrupted")

    def check_placing(self, draft: Draft) -> None:
        """Raises Halted when a schedule would be placed too late (promise 3)."""
        self.check_wanted()
        if draft.send_time - self.clock() <= LATEST:
            raise Halted("its send_time has come; it is never sent late", code="send-time-passed")

    def check_changing(self, draft: Draft, recorded: datetime) -> None:
        """Raises Halted when a schedule would be changed inside the freeze window."""
        self.check_placing(draft)
        if min(draft.send_time, recorded) - self.clock() < self.freeze:
            raise Halted("its time is too near to change it now", code="inside-freeze-window")


def is_used(state: State, temp_id: int, now: datetime) -> bool:
    """Whether a schedule that may still be sent, or an open intent, needs that revision."""
    records = (record for record in state.resources.values() if isinstance(record, CampaignRecord))
    batches = (batch for record in records for batch in record.batches.values() if not batch.gone)
    if any(b.target.temp_id == temp_id and b.target.send_time > now for b in batches):
        return True
    return any(i.target is not None and i.target.temp_id == temp_id for i in state.intents)
