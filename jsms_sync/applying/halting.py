"""One DELETE of an emergency stop, what its answer means, and the time by which that is judged."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from jsms_sync.api.client import Client
from jsms_sync.applying.campaigns import WRONG_STATUS
from jsms_sync.applying.refresh import PROBE, UNKNOWN_SCHEDULE, read_schedule
from jsms_sync.errors import ApiError, ApiRefusal, Exit
from jsms_sync.model.observed import Gone, ScheduleSeen, SeenSchedule, Unreadable
from jsms_sync.model.outcomes import Trouble
from jsms_sync.state.store import Backend

TRIES = 3
"""How often a schedule is deleted again, each time with the repeats of every DELETE."""


class Fate(Enum):
    """What became of one schedule."""

    DELETED = auto()
    SENT = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class Attempt:
    """How the latest DELETE of a schedule ended, and how many there were."""

    fate: Fate
    trouble: Trouble | None = None
    tries: int = 1

    @property
    def is_final(self) -> bool:
        """Whether it is not tried again."""
        return self.fate is not Fate.FAILED or self.tries >= TRIES


@dataclass(frozen=True, slots=True)
class Pace:
    """Waiting and its clock, in seconds, handed in so that tests need not wait."""

    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Halting:
    """One cancel: the service, the place of the state, our clock.

    `is_exact` says that the clock is the service's, as under `--now`, so that no other is asked for.
    """

    client: Client
    place: Backend
    clock: Callable[[], datetime]
    parallelism: int
    pace: Pace = Pace()
    is_exact: bool = False

    @property
    def skew(self) -> timedelta | None:
        """How far the service's clock is ahead of ours; None before it has told its time."""
        return timedelta() if self.is_exact else self.client.clock_skew

    def now(self) -> datetime:
        """The time by the service's clock, as far as it is known; ours may be ahead, or behind."""
        return self.clock() + (self.skew or timedelta())

    def ask_the_time(self) -> None:
        """The service has told its time, unless it never does.

        Raises ApiError when it does not answer, or refuses the credentials.
        """
        try:
            self.client.templates.get(PROBE)
        except ApiError as error:
            has_answered = isinstance(error, ApiRefusal) or self.skew is not None
            if error.exit is Exit.CREDENTIALS or not has_answered:
                raise


def deleted(halting: Halting, id: str, at: datetime) -> Attempt:
    """What a DELETE of the schedule comes to; `at` is when it is to be sent."""
    try:
        halting.client.schedules.delete(id)
    except ApiRefusal as refusal:
        if refusal.exit is Exit.CREDENTIALS:
            raise
        return Attempt(_meaning(halting, id, at, refusal), Trouble.of(refusal))
    except ApiError as error:
        return Attempt(Fate.FAILED, Trouble.of(error))
    return Attempt(Fate.DELETED)


def _meaning(halting: Halting, id: str, at: datetime, refusal: ApiRefusal) -> Fate:
    """What a refusal tells: gone before its time, sent, or still there (architecture §6, promise 1)."""
    now = halting.now()
    if refusal.number not in (UNKNOWN_SCHEDULE, WRONG_STATUS):
        return Fate.FAILED
    if at <= now:
        return Fate.SENT
    if refusal.number == UNKNOWN_SCHEDULE:
        return Fate.DELETED
    match _seen(halting, id):
        case Gone():
            return Fate.DELETED
        case SeenSchedule(send_time=shown) if shown <= now:
            return Fate.SENT
    return Fate.FAILED


def _seen(halting: Halting, id: str) -> ScheduleSeen:
    try:
        return read_schedule(halting.client, id)
    except ApiError as error:
        return Unreadable(error.message)
