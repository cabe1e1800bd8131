"""What one apply is handed, and the checks that every write passes right before its bytes leave."""

import threading
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from jsms_sync.api.client import Client
from jsms_sync.applying.refresh import Told, untold
from jsms_sync.errors import JsmsSyncError
from jsms_sync.model.decisions import Draft, FileRows, RefusalCode
from jsms_sync.model.digests import Digester
from jsms_sync.model.records import CampaignRecord, State
from jsms_sync.model.resources import Address, Recipient
from jsms_sync.state.store import Store

LATEST = timedelta(seconds=60)
"""A schedule is placed only when its time is further away than this (promise 3)."""

CANCELLED = "cancelled"
"""The code of what was not done because `cancel` has stopped the campaign."""


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


@dataclass(slots=True)
class Refusals:
    """How many recipients of each campaign JSMS refused, and how many it may; None is no limit.

    Threads share it: an answer is counted before the next request of the campaign is checked.
    """

    most: int | None = None
    allowed: frozenset[Address] = frozenset()
    counted: Counter[Address] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, before: Mapping[Address, int]) -> None:
        """Counts those whom earlier runs recorded."""
        self.counted.update(before)

    def count(self, address: Address, refused: int) -> None:
        """Counts what one answer brought."""
        with self.lock:
            self.counted[address] += refused

    def check(self, address: Address) -> None:
        """Raises Halted once JSMS has refused more of the campaign's recipients than it may."""
        refused = self.counted[address]
        if self.most is not None and refused > self.most and address not in self.allowed:
            told = f"JSMS refused {refused:,} of its recipients, more than max_failed ({self.most:,})"
            raise Halted(
                f"{told}, so nobody else is placed; take them out, or --allow over-limit={address}",
                code=RefusalCode.OVER_LIMIT,
            )


@dataclass(frozen=True, slots=True)
class Run:
    """One apply: the service, the store, the clock, and the wish to stop, all handed in.

    `reader` is what campaigns with a recipients file need. `former` are the names under which campaigns stood
    before this apply renamed them; `campaign` is the one that is being worked on, under each of its names:
    what `cancel` says of any of them counts. `told` hears of each step that ends.
    """

    client: Client
    store: Store
    digester: Digester
    clock: Callable[[], datetime]
    freeze: timedelta
    parallelism: int
    stopping: threading.Event = field(default_factory=threading.Event)
    allowed_in_use: frozenset[Address] = frozenset()
    refusals: Refusals = field(default_factory=Refusals)
    new_id: Callable[[], str] = lambda: str(uuid.uuid4())
    former: Mapping[Address, Address] = field(default_factory=dict)
    campaign: tuple[Address, ...] = ()
    reader: Reader | None = None
    told: Told = untold

    def on(self, campaign: Address) -> "Run":
        """The same run, at work on that campaign."""
        return replace(self, campaign=(campaign, self.former.get(campaign, campaign)))

    def check_wanted(self) -> None:
        """Raises Halted once the user has asked to stop, or `cancel` has stopped the campaign.

        Raises Stale once the state is no longer ours, or not for as long as the request may take (promise 6).
        """
        self.store.check_held()
        if self.stopping.is_set():
            raise Halted("not started, because you asked to stop", code="interrupted")
        stop = self.store.stop() if self.campaign else None
        if stop is not None and any(map(stop.stops, self.campaign)):
            raise Halted(f"{self.campaign[0]} was stopped by `cancel`", code=CANCELLED)

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
    if any(b.target.temp_id == temp_id and not b.is_over(now) for b in batches):
        return True
    return any(i.target is not None and i.target.temp_id == temp_id for i in state.intents)
