"""The lock in a store that compares versions: a lease that is renewed, and runs out when its holder dies.

Who finds it run out takes it over. That is safe because nobody writes a state without comparing its version,
and whoever takes over raises that version first: the former holder finds out with its next write.
Times are compared on the store's clock, or on one machine's own; never one machine's with another's.
"""

import hashlib
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Protocol

import msgspec

from jsms_sync.errors import JsmsSyncError, Stale, StateLocked
from jsms_sync.state.remote_place import LOCK, Blob, Conflict, Opened, written
from jsms_sync.state.store import Holder, told_holder

PAUSE = 0.5
"""Seconds between two looks at a lock that somebody else has."""
AGAIN = 2.0
"""Seconds until a renewal that failed is tried again."""


@dataclass(frozen=True, slots=True)
class Terms:
    """For how many seconds a lease holds, and how often it is renewed."""

    seconds: float = 120
    renewed_every: float = 30


TERMS = Terms()


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """What the lock says; without a holder it is free. `renewals` makes each one different.

    Its times are by the holder's clock, and for people only.
    """

    format_version: Literal[1] = 1
    id: str
    holder: Holder | None
    acquired: datetime
    renewed: datetime
    seconds: float
    renewals: int = 0


class Clocked(Opened, Protocol):
    """A store that compares versions, and says what time it is."""

    def now(self) -> datetime:
        """The time by the clock that `Blob.modified` is of."""
        ...


def elapsed() -> float:
    """Seconds by a clock that nobody sets; where there is one, it goes on while the machine sleeps."""
    boot: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


def encode(lease: Lease) -> bytes:
    """The lease as JSON, for people too."""
    return msgspec.json.format(msgspec.json.encode(lease), indent=2) + b"\n"


def decode(data: bytes, shown: str) -> Lease:
    """The lease; what cannot be read counts as somebody's, by an id that is made of its bytes."""
    with suppress(msgspec.MsgspecError, UnicodeDecodeError):
        return msgspec.json.decode(data, type=Lease)
    id = f"unreadable-{hashlib.sha256(data).hexdigest()[:12]}"
    now = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    holder = Holder(0, "unknown", f"somebody ({shown} cannot be read)", now)
    return Lease(id=id, holder=holder, acquired=now, renewed=now, seconds=float("inf"))


class HeldLease:
    """A lease in our hands, with a thread that renews it."""

    def __init__(self, place: Clocked, location: str, lease: Lease, terms: Terms) -> None:
        self._place, self.location, self._lease, self._terms = place, location, lease, terms
        self._guard, self._ended = threading.Lock(), threading.Event()
        self._version: str | None = None
        self._until, self._lost = 0.0, False
        self.took_over = False

    @property
    def id(self) -> str:
        """The id of the lease."""
        return self._lease.id

    def start(self, known: Blob | None, *, took_over: bool) -> None:
        """It is ours in place of what was found; Conflict when somebody was quicker."""
        self.took_over = took_over
        self._put(known.version if known else None, self._lease)
        threading.Thread(target=self._renew_on_time, daemon=True, name="lease").start()

    def check(self, seconds: float) -> None:
        """It holds for at least that long; Stale when it does not and cannot be renewed."""
        with suppress(JsmsSyncError):
            if self._until - elapsed() < seconds:
                self._renew()
        if self._lost or self._until - elapsed() < seconds:
            raise self._gone()

    def release(self) -> None:
        """The lock is free, unless somebody else has it by now; it runs out where the store is silent."""
        self._ended.set()
        with self._guard, suppress(Conflict, JsmsSyncError):
            if not self._lost:
                lease = msgspec.structs.replace(self._lease, holder=None)
                self._put(self._version, lease)

    def _renew_on_time(self) -> None:
        pause = self._terms.renewed_every
        while not self._ended.wait(pause) and not self._lost:
            pause = self._terms.renewed_every
            try:
                self._renew()
            except JsmsSyncError:
                pause = min(AGAIN, self._terms.renewed_every)

    def _renew(self) -> None:
        with self._guard:
            if self._lost or self._ended.is_set():
                return
            renewals = self._lease.renewals + 1
            lease = msgspec.structs.replace(self._lease, renewals=renewals, renewed=datetime.now(UTC))
            try:
                self._put(self._version, lease)
            except Conflict:
                self._lost = True

    def _put(self, expected: str | None, lease: Lease) -> None:
        # Counted from before the request left, so that no clock but ours decides when to stop.
        until = elapsed() + self._terms.seconds
        self._version = written(self._place, LOCK, encode(lease), expected, self._is_ours)
        self._lease, self._until = lease, until

    def _is_ours(self, data: bytes) -> bool:
        return decode(data, LOCK).id == self._lease.id

    def _gone(self) -> Stale:
        why = "somebody else has taken it" if self._lost else "it could not be renewed in time"
        return Stale(
            f"The lock of the state {self.location} is lost: {why}. Nothing more was sent or recorded.",
            help="Look with `jsms-sync plan`, then apply again.",
            code="lock-lost",
        )


@contextmanager
def leased(
    place: Clocked, location: str, owner: Holder, timeout: float, instead_of: str | None, terms: Terms
) -> Iterator[HeldLease]:
    """The lease is ours for the length of the block, also in place of the one of the id `instead_of`.

    Raises StateLocked after so many seconds.
    """
    held = _taken(place, HeldLease(place, location, _new(owner, terms), terms), timeout, instead_of)
    try:
        yield held
    finally:
        held.release()


def _taken(place: Clocked, held: HeldLease, timeout: float, instead_of: str | None) -> HeldLease:
    deadline, watch = time.monotonic() + timeout, _Watch(place)
    while True:
        blob = place.fetch(LOCK)
        if blob is None:
            # The first lock at this place; that there is one says from then on that the store was tried.
            place.prove()
        holder = _holder(blob, held.location)
        may_take = holder is None or holder.id == instead_of or watch.has_run_out(blob, holder)
        if may_take:
            with suppress(Conflict):
                held.start(blob, took_over=holder is not None)
                return held
        if holder is not None and not may_take and time.monotonic() >= deadline:
            raise _somebody_else(held.location, holder)
        time.sleep(min(PAUSE, max(deadline - time.monotonic(), 0)))


def _holder(blob: Blob | None, shown: str) -> Lease | None:
    """The lease that somebody has, None where the lock is free."""
    lease = decode(blob.data, shown) if blob else None
    return lease if lease is not None and lease.holder is not None else None


def _new(owner: Holder, terms: Terms) -> Lease:
    now = datetime.now(UTC)
    return Lease(id=str(uuid.uuid4()), holder=owner, acquired=now, renewed=now, seconds=terms.seconds)


class _Watch:
    """For how long a lease has stood unchanged: by the store's clock at the first look, by ours after it."""

    def __init__(self, place: Clocked) -> None:
        self._place, self._version = place, ""
        self._age = self._since = 0.0

    def has_run_out(self, blob: Blob | None, lease: Lease) -> bool:
        if blob is None:
            return True
        if blob.version != self._version:
            age = (self._place.now() - blob.modified).total_seconds() if blob.modified else 0.0
            self._version, self._age, self._since = blob.version, age, time.monotonic()
        return self._age + time.monotonic() - self._since > lease.seconds


def _somebody_else(location: str, lease: Lease) -> StateLocked:
    assert lease.holder is not None  # a free lease is taken, not reported
    who = told_holder(lease.holder, lease.acquired)
    help = (
        "Wait until it is done, or give --lock-timeout SECONDS to wait here. The lock of a runner that died "
        f"ends by itself {lease.seconds:.0f} seconds after it was last renewed "
        f"({lease.renewed:%Y-%m-%d %H:%M:%S %Z}); to end it now: `jsms-sync state unlock {lease.id}`."
    )
    return StateLocked(f"The state {location} is locked: {who}.", help=help)
