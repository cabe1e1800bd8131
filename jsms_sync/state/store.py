"""What a backend of the state offers, wherever it keeps it; all other rooms know only this."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from jsms_sync.errors import JsmsSyncError, Refused
from jsms_sync.model.events import Event
from jsms_sync.model.records import CampaignRecord, Intent, State, TemplateRecord
from jsms_sync.model.resources import Address
from jsms_sync.model.stop import Stop


class Holder(msgspec.Struct, frozen=True):
    """Who holds a lock and since when; `command` is a verb, never arguments, `job` the URL of a CI job."""

    pid: int
    host: str
    command: str
    since: datetime
    job: str | None = None


def told_holder(holder: Holder, since: datetime) -> str:
    """Who holds a lock, in words."""
    when = since.strftime("%Y-%m-%d %H:%M:%S %Z").strip()
    job = f", {holder.job}" if holder.job else ""
    return f"{holder.command!r} (process {holder.pid} on {holder.host!r}{job}) holds it since {when}"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state as read without a lock; `notes` are sentences about how it was found."""

    location: str
    state: State
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What stands where a state is to be put: no state where there is none, or none that can be read."""

    state: State | None
    exists: bool


Choose = Callable[[Found], State]
"""From what stands there to the state that shall stand there; it may refuse by raising."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """Where the state that stood there was copied to, if one did; `notes` tell of what else was kept."""

    backup: Path | str | None
    notes: tuple[str, ...] = ()


def no_state(location: str) -> Refused:
    """That there is no state where one is needed."""
    help = "Create one with `jsms-sync init`, or name with --state the one that knows what exists at JSMS."
    return Refused(f"There is no state at {location}.", code="no-state", help=help)


class Store(Protocol):
    """A state that is held, safe between threads; every look at it is cheap.

    `notes` are sentences about how the state was found.
    """

    @property
    def location(self) -> str:
        """Where the state is kept, as the user named it."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found out of the ordinary, in sentences."""
        ...

    @property
    def state(self) -> State:
        """The state after every commit so far."""
        ...

    def template(self, address: Address) -> TemplateRecord:
        """The template's record, an empty one where there is none."""
        ...

    def campaign(self, address: Address) -> CampaignRecord:
        """The campaign's record, an empty one where there is none."""
        ...

    def intents_of(self, address: Address) -> tuple[Intent, ...]:
        """The open intents of the address."""
        ...

    def stop(self) -> Stop | None:
        """The stop mark as it stands at this moment, None where there is none; a look at it is cheap.

        Raises OperationFailed or Stale when it cannot be read: then no request of a campaign may leave.
        """
        ...

    def check_held(self) -> None:
        """The state is still held, and longer than a request may take; Stale else, and nothing may leave.

        Cheap, and asked right before the bytes of every request leave.
        """
        ...

    def commit(self, *events: Event) -> None:
        """The events are durable, all or none of them.

        Raises OperationFailed when they are not known to be: then nothing that they announce may leave.
        Their intents are withdrawn; all else is tried again with the next commit and at the end. Raises Stale
        when somebody else holds the state by now: then nothing more can be recorded.
        """
        ...

    def unsaved(self) -> bytes | None:
        """The document of the state where a part of it is durable nowhere; None where all of it is."""
        ...


class Backend(Protocol):
    """A place that can keep one state."""

    @property
    def location(self) -> str:
        """Where the state is kept, as the user named it."""
        ...

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine's disk, and lost with it."""
        ...

    def exists(self) -> bool:
        """Whether there is a state."""
        ...

    def prove(self) -> None:
        """What the lock rests on holds at this place; OperationFailed where it does not."""
        ...

    def read(self, *, heeding: bool = True) -> Snapshot | None:
        """The state as it stands, without a lock; None where there is none.

        With what a stop mark says, unless only what is recorded is wanted, because that cannot be read.
        """
        ...

    def leave_stop(self, stop: Stop) -> None:
        """The stop mark says this beside what it said, durably and at once; needs no lock.

        What several leave at a time adds up. Raises OperationFailed when it cannot be left, Stale when what
        stands there cannot be read. The next holder records it in the state, and only then removes it.
        """
        ...

    def create(self, state: State, *, owner: Holder | None = None) -> None:
        """The state is kept here; one that exists is never overwritten (InvalidInput)."""
        ...

    def replace(self, choose: Choose, *, owner: Holder, timeout: float = 0) -> Replaced:
        """The state that `choose` makes of what stands here is kept here, and that is copied first."""
        ...

    def back_up(self, state: State) -> Path | str:
        """Where the state was copied to, as people may be told; no later run overwrites that."""
        ...

    def unlock(self, owner: Holder, id: str | None = None) -> None:
        """Nobody holds the state; StateLocked, saying what to do, where somebody does.

        Whoever held it under that id is locked out: what it still wants to write is refused.
        """
        ...

    def hold(self, *, owner: Holder, timeout: float = 0) -> AbstractContextManager[Store]:
        """The state is held by the owner alone for the length of the block; a stop mark is recorded first.

        Raises StateLocked when somebody else holds it after so many seconds, Refused where there is none.
        """
        ...


def read_regardless(place: Backend) -> Snapshot | None:
    """What is recorded at least: a stop mark that cannot be read keeps nothing from being deleted."""
    try:
        return place.read()
    except JsmsSyncError:
        return place.read(heeding=False)
