"""The plan: plain values, the only thing that apply obeys."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from jsms_sync.errors import Exit
from jsms_sync.model.decisions import (
    AUDIT_PENDING,
    STUCK,
    Action,
    Change,
    Held,
    HeldCode,
    Refusal,
)
from jsms_sync.model.events import Event
from jsms_sync.model.resources import Address, Problem, Severity
from jsms_sync.planning.choices import NOTHING_CHOSEN, Choices
from jsms_sync.planning.cost import Costs
from jsms_sync.planning.future import Waits

if TYPE_CHECKING:
    from jsms_sync.planning.messages import PlannedMessage, Send


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the campaigns' changes will cost at worst; `balance` is None when it was not read.

    `balance_after` is what is left of it once everything that is scheduled then has been sent.
    """

    messages: int = 0
    parts: int = 0
    balance: int | None = None
    balance_after: int | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """What the plan was made from and by; `lineage` is None where there is no state yet.

    `paths` are the definitions as they were asked for, `files` the hashes of all that was read for them,
    `options` what else was given that an apply of the same has to be given.
    """

    id: str
    created_at: datetime
    tool_version: str
    account: str | None
    lineage: str | None
    serial: int
    definitions_digest: str
    settings_digest: str = ""
    paths: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    choices: Choices = NOTHING_CHOSEN
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What an apply would do, in order, what must wait, and what forbids it; `events` are observations.

    `waits` tells which text each campaign waits for, `costs` are those of campaigns, `refused` how many of
    their recipients JSMS refused before, for good. A plan made `without_recipients` that it needed is for
    looking at only. `messages` and `sends` are for display.
    """

    origin: Origin
    changes: tuple[Change, ...] = ()
    held: tuple[Held, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    estimate: Estimate = Estimate()
    events: tuple[Event, ...] = ()
    unchanged: int = 0
    waits: Waits = field(default_factory=dict)
    costs: Costs = field(default_factory=dict)
    refused: Mapping[Address, int] = field(default_factory=dict)
    without_recipients: bool = False
    messages: tuple["PlannedMessage", ...] = ()
    sends: tuple["Send", ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do now; what is held does not count."""
        return not self.changes

    @property
    def is_invalid(self) -> bool:
        """Whether the definitions have errors that only the service could show."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)

    @property
    def summary(self) -> dict[str, int]:
        """How many of each action, held, refused and unchanged."""
        counted = Counter(change.action for change in self.changes)
        actions = {action.value: counted[action] for action in Action}
        return {
            **actions,
            "held": len(self.held),
            "refused": len(self.refusals),
            "unchanged": self.unchanged,
        }

    def exits(self, *, detailed: bool) -> set[Exit]:
        """Every code of contract §2 that applies to showing this plan."""
        found = {Exit.REFUSED} if self.refusals else set()
        if self.is_invalid:
            found.add(Exit.INVALID)
        if detailed and not self.is_empty:
            found.add(Exit.CHANGES)
        return found | held_exits(self.held, stuck=detailed)


def held_exits(held: Iterable[Held], *, stuck: bool = False, waiting: bool = False) -> set[Exit]:
    """The codes that what is held asks for; stuck and waiting count only where they are asked for."""
    codes = {entry.code for entry in held}
    found = {Exit.FAILED} if HeldCode.UNREADABLE in codes or (stuck and codes & STUCK) else set()
    return found | ({Exit.WAITING} if waiting and codes & AUDIT_PENDING else set())
