"""One running sandbox: its settings, data, clock, auditor, faults and the requests it has seen."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from jsms_sync.sandbox.app_state import App
from jsms_sync.sandbox.audits import Audit, decide_waiting, next_decision
from jsms_sync.sandbox.beliefs import Beliefs
from jsms_sync.sandbox.changes import Changes
from jsms_sync.sandbox.clock import Clock, at_once, written
from jsms_sync.sandbox.codes import Refusal
from jsms_sync.sandbox.delivery import settle
from jsms_sync.sandbox.faults import Faults
from jsms_sync.sandbox.settings import Settings
from jsms_sync.sandbox.store import Store

# A quarter of a million entries are some 100 MB; the oldest go first.
_LONGEST_LOG = 250_000


@dataclass
class World:
    """Everything a request can see or change; used by one thread at a time.

    All objects and messages, the balance, what the console set and a clock that was set live in the database;
    the auditor, faults, latency, beliefs and the request log belong to this process. `changed` rings when
    something has changed, `seen` with every request as well.
    """

    settings: Settings
    store: Store
    clock: Clock = field(default_factory=Clock)
    audit: Audit = field(default_factory=Audit)
    faults: Faults = field(default_factory=Faults)
    app: App = field(default_factory=App)
    beliefs: Beliefs = field(default_factory=Beliefs)
    latency_ms: float = 0
    pulled: dict[str, float] = field(default_factory=dict)
    changed: Changes = field(default_factory=Changes)
    seen: Changes = field(default_factory=Changes)
    _touched: int = 0
    _served: int = 0
    _marked: int = -1
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
        self.beliefs = self.settings.beliefs
        self.app = App(**json.loads(self.store.meta("app") or "{}"))

    def now(self) -> datetime:
        """The instant on the sandbox's clock."""
        return self.clock.now()

    def settle(self) -> None:
        """Lets everything happen that is due by now."""
        settle(self.store, self.audit, self.beliefs, self.now())

    def audit_new(self) -> None:
        """Decides at once on what was just submitted, when the auditor takes no time; in a transaction."""
        decide_waiting(self.store, self.audit, self.beliefs, self.now())

    def next_event(self) -> datetime | None:
        """When the next thing will happen by itself: a schedule, the end of an audit, a callback."""
        found = (
            self.store.next_schedule(),
            next_decision(self.store, self.audit),
            self.store.mail.next_callback(),
        )
        instants = [each for each in found if each is not None]
        return datetime.fromtimestamp(min(instants), UTC) if instants else None

    def check_interval(self, name: str, seconds: float, code: int) -> None:
        """Refuses a call with the code when the last one of the name was less than so many seconds ago."""
        now, last = self.now().timestamp(), self.pulled.get(name)
        if last is not None and 0 <= now - last < seconds:
            raise Refusal(code)
        self.pulled[name] = now

    def touch(self) -> None:
        """Counts a change that is not one of the database."""
        self._touched += 1

    def serve(self, entry: dict[str, Any]) -> None:
        """Logs a request of the API."""
        self.requests.append(entry)
        self._served += 1
        self.seen.ring()

    @property
    def version(self) -> int:
        """Another number after anything has changed or was asked for."""
        return self.store.changes + self._touched + self._served

    @property
    def revision(self) -> int:
        """Another number after anything has changed."""
        return self.store.changes + self._touched

    def mark(self) -> None:
        """Tells those who wait when something has changed since the last mark."""
        if self.revision != self._marked:
            self._marked = self.revision
            self.changed.ring()
            self.seen.ring()

    def keep_app(self, app: App) -> None:
        """Keeps what the console set for the app."""
        self.app = app
        self.store.set_meta("app", json.dumps(asdict(app)))

    def keep_clock(self) -> None:
        """Keeps the clock as it was set, for the processes that will open the database after this one."""
        standing = self.clock.standing
        self.store.set_meta("clock", written(standing) if standing else None)

    def reset(self) -> None:
        """Is as new, with the settings of this process."""
        self.store.reset()
        self.faults.clear()
        self.requests.clear()
        self.pulled.clear()
        self.latency_ms = 0
        self._begin(None)
