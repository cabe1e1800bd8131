"""One running sandbox: its settings, data, clock, auditor, faults and the requests it has seen."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jsms_sync.sandbox.beliefs import Beliefs
from jsms_sync.sandbox.clock import Clock, at_once, written
from jsms_sync.sandbox.delivery import Audit, decide_audits, settle
from jsms_sync.sandbox.faults import Faults
from jsms_sync.sandbox.settings import Settings
from jsms_sync.sandbox.store import Store

# A quarter of a million entries are some 100 MB; the oldest go first.
_LONGEST_LOG = 250_000


@dataclass
class World:
    """Everything a request can see or change; used by one thread at a time.

    Balance, templates, schedules, outbox and a clock that was set live in the database; the auditor, faults,
    latency and the request log belong to this process.
    """

    settings: Settings
    store: Store
    clock: Clock = field(default_factory=Clock)
    audit: Audit = field(default_factory=Audit)
    faults: Faults = field(default_factory=Faults)
    latency_ms: float = 0
    requests: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_LONGEST_LOG))

    @classmethod
    def of(cls, settings: Settings) -> World:
        """The world of the settings, its database opened; OSError when that cannot be."""
        world = cls(settings, Store(settings.db, settings.signature))
        world._begin(world.store.meta("clock"))
        return world

    def _begin(self, kept_clock: str | None) -> None:
        standing = self.settings.now or (datetime.fromisoformat(kept_clock) if kept_clock else None)
        self.clock = Clock(at_once(standing) if standing else None)
        self.audit = Audit(self.settings.audit, self.settings.audit_delay)

    @property
    def beliefs(self) -> Beliefs:
        """The answers to what the API documents leave open."""
        return self.settings.beliefs

    def now(self) -> datetime:
        """The instant on the sandbox's clock."""
        return self.clock.now()

    def settle(self) -> None:
        """Lets everything happen that is due by now."""
        settle(self.store, self.audit, self.beliefs, self.now())

    def audit_new(self) -> None:
        """Decides at once on what was just submitted, when the auditor takes no time; in a transaction."""
        decide_audits(self.store, self.audit, self.now())

    def keep_clock(self) -> None:
        """Keeps the clock as it was set, for the processes that will open the database after this one."""
        standing = self.clock.standing
        self.store.set_meta("clock", written(standing) if standing else None)

    def reset(self) -> None:
        """Is as new, with the settings of this process."""
        self.store.reset()
        self.faults.clear()
        self.requests.clear()
        self.latency_ms = 0
        self._begin(None)
