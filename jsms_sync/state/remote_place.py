"""What a remote store has to offer to keep a state: named parts with versions, and a lock."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from jsms_sync.errors import OperationFailed
from jsms_sync.state.store import Holder

Answer = TypeVar("Answer")

DOCUMENT, STOP, LOCK, BACKUP = "", "stop", "lock", "backup"
"""The parts of a state: what names each beside the location itself."""

PAUSES = (0.1, 0.5, 2.0)
"""What suits a store behind a network."""


class Conflict(Exception):
    """Something else stands there than what was expected."""


class LockLost(Conflict):
    """The store refuses the lock's id, whatever stands there."""


class Unanswered(OperationFailed):
    """The store gave no usable answer: what was asked of it may have been done."""


@dataclass(frozen=True, slots=True)
class Blob:
    """One part as it stands: its bytes, what tells them from any others that stood or will stand there.

    `modified` is by the store's own clock, None where the store does not say.
    """

    data: bytes
    version: str
    modified: datetime | None = None


class Grip(Protocol):
    """A lock while it is held."""

    @property
    def id(self) -> str:
        """What the store wants to be shown with writes under the lock."""
        ...

    @property
    def took_over(self) -> bool:
        """Whether it was taken from somebody: whose time had run out, or whom a person has locked out."""
        ...

    def check(self, seconds: float) -> None:
        """It is held for at least that long; it is renewed where needed. Raises Stale when it is lost."""
        ...


class Opened(Protocol):
    """A connection to the store, safe between threads."""

    @property
    def keeps_versions(self) -> bool:
        """Whether the store keeps what is overwritten, so that no backup of it needs to be made."""
        ...

    @property
    def pauses(self) -> tuple[float, ...]:
        """Seconds before a write is tried again whose outcome is not known, or which was refused."""
        ...

    def prove(self) -> None:
        """The store keeps the promises that the lock rests on; OperationFailed where it does not."""
        ...

    def fetch(self, part: str) -> Blob | None:
        """The part as it stands, None where there is none."""
        ...

    def put(self, part: str, data: bytes, expected: str | None, key: str = "") -> str:
        """The version of the part, which holds the data now and was of the expected version, None for absent.

        Raises Conflict when it was not, Unanswered when nobody knows; `key` is the lock's id.
        """
        ...

    def keep(self, part: str, data: bytes) -> str:
        """Where the data stands now, for people, whatever stood there."""
        ...

    def locked(
        self, owner: Holder, timeout: float, instead_of: str | None = None
    ) -> AbstractContextManager[Grip]:
        """The state's lock, for the length of the block; one of the id `instead_of` is taken away.

        Raises StateLocked when somebody else has it after so many seconds.
        """
        ...

    def alone(self, part: str, owner: Holder) -> AbstractContextManager[str]:
        """The key to write a part that is not under the state's lock; StateLocked when that is busy."""
        ...


class Place(Protocol):
    """Where a remote state is kept."""

    @property
    def location(self) -> str:
        """The location as it may be shown: without users and passwords."""
        ...

    def opened(self) -> AbstractContextManager[Opened]:
        """A connection for the length of the block."""
        ...


def persistent(ask: Callable[[], Answer], pauses: tuple[float, ...]) -> Answer:
    """What the store answers to something that may be asked twice; Unanswered when it never does."""
    for pause in pauses:
        with suppress(Unanswered):
            return ask()
        time.sleep(pause)
    return ask()


def written(
    place: Opened,
    part: str,
    data: bytes,
    expected: str | None,
    is_ours: Callable[[bytes], bool],
    key: str = "",
) -> str:
    """The version of the part, which holds the data now.

    A refusal is not believed before the part was read: an earlier attempt whose answer was lost may have
    done it. `is_ours` tells what nobody else can have written. Raises Conflict when somebody else has
    written, Unanswered when nothing is known.
    """
    trouble: Exception = Conflict(part)
    for pause in (*place.pauses, None):
        try:
            return place.put(part, data, expected, key)
        except (Conflict, Unanswered) as error:
            trouble = error
        if isinstance(trouble, Conflict):
            found = place.fetch(part)
            if found is not None and found.data == data:
                return found.version
            version = None if found is None else found.version
            if version != expected and not (found is not None and is_ours(found.data)):
                raise trouble
            expected = version
        if pause is not None:
            time.sleep(pause)
    if isinstance(trouble, Conflict) and not isinstance(trouble, LockLost):
        # Nobody has written there, so nobody has taken anything over.
        raise Unanswered("The store refused a write again and again, although nothing had changed there.")
    raise trouble
