"""A store in memory that compares versions, with a clock and faults that a test sets."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from jsms_sync.state.leases import HeldLease, Terms, leased
from jsms_sync.state.remote_place import Blob, Conflict, Unanswered
from jsms_sync.state.store import Holder


@dataclass
class MemoryStore:
    """Place and connection in one. `faults` are taken one by one by writes.

    `before` and `after` are answers that got lost, before and after it was done; `conflict` is a refusal of
    what it could have done; `other` is somebody else who writes right before.
    """

    terms: Terms = field(default_factory=Terms)
    parts: dict[str, Blob] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    clock: datetime = datetime(2027, 3, 1, tzinfo=UTC)
    writes: int = 0
    proofs: int = 0
    away: bool = False
    location: str = "memory://prod"
    keeps_versions: bool = False
    pauses: tuple[float, ...] = (0.0, 0.0, 0.0)

    @contextmanager
    def opened(self) -> Iterator["MemoryStore"]:
        """Itself."""
        yield self

    def with_terms(self, terms: Terms) -> "MemoryStore":
        """The same parts, for somebody whose leases are of other terms."""
        return MemoryStore(terms, self.parts, self.faults, self.clock)

    def prove(self) -> None:
        """Counts how often it had to."""
        self.proofs += 1

    def fetch(self, part: str) -> Blob | None:
        """The part as it stands."""
        if self.away:
            raise Unanswered("the store is away")
        return self.parts.get(part)

    def put(self, part: str, data: bytes, expected: str | None, key: str = "") -> str:
        """The version now."""
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "other":
            there = self.parts.get(part)
            version = str(int(there.version if there else "0") + 1)
            self.parts[part] = Blob(there.data if there else b"{}", version, self.clock)
        if self.away or fault == "before":
            raise Unanswered("the store is away")
        known = self.parts.get(part)
        if fault == "conflict" or (known.version if known else None) != expected:
            raise Conflict(part)
        self.writes += 1
        version = str(int(expected or "0") + 1)
        self.parts[part] = Blob(data, version, self.clock)
        if fault == "after":
            raise Unanswered("the answer got lost")
        return version

    def keep(self, part: str, data: bytes) -> str:
        """Where it is."""
        self.parts[part] = Blob(data, "1", self.clock)
        return f"{self.location} {part}"

    def now(self) -> datetime:
        """The time that the test set."""
        return self.clock

    def passes(self, seconds: float) -> None:
        """So much time goes by for the store."""
        self.clock += timedelta(seconds=seconds)

    def locked(
        self, owner: Holder, timeout: float, instead_of: str | None = None
    ) -> AbstractContextManager[HeldLease]:
        """The lease."""
        return leased(self, self.location, owner, timeout, instead_of, self.terms)

    def alone(self, part: str, owner: Holder) -> AbstractContextManager[str]:
        """Everybody may write."""
        return nullcontext("")
