"""What may come of one address: changes with their steps, held changes, refusals."""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from jsms_sync.model.events import Event
from jsms_sync.model.records import Happened
from jsms_sync.model.resources import Address, Form, Position, Problem, Recipient, Template
from jsms_sync.model.rolls import Lengths


class Action(StrEnum):
    """What a change does."""

    CREATE = "create"
    MODIFY = "modify"
    REPLACE = "replace"
    DELETE = "delete"
    RETIRE = "retire"
    FORGET = "forget"
    RECORD = "record"


class Reason(StrEnum):
    """Why there is a change; for display only, apply never branches on it."""

    NEW = "new"
    DEFINITION_CHANGED = "definition-changed"
    DRIFTED = "drifted"
    DELETED_OUTSIDE = "deleted-outside"
    SUPERSEDED = "superseded"
    DEFINITION_REMOVED = "definition-removed"
    TEMPLATE_SWITCHED = "template-switched"


class HeldCode(StrEnum):
    """Why a change must wait."""

    AWAITING_APPROVAL = "awaiting-approval"
    UNDER_REVIEW = "under-review"
    REJECTED = "rejected"
    TEMPLATE_NOT_APPROVED = "template-not-approved"
    ALREADY_SENT = "already-sent"
    SEND_TIME_PASSED = "send-time-passed"
    INSIDE_FREEZE_WINDOW = "inside-freeze-window"
    CANCELLED = "cancelled"
    CANCELLED_OUTSIDE = "cancelled-outside"
    CHANGED_OUTSIDE = "changed-outside"
    TEMPLATE_MISSING = "template-missing"
    UNREADABLE = "unreadable"
    UNKNOWN_OUTCOME = "unknown-outcome"
    GRACE_PERIOD = "grace-period"


STUCK = frozenset(
    {
        HeldCode.REJECTED,
        HeldCode.SEND_TIME_PASSED,
        HeldCode.CANCELLED_OUTSIDE,
        HeldCode.CHANGED_OUTSIDE,
        HeldCode.TEMPLATE_MISSING,
    }
)
"""Held in a way that only a person can end."""

AUDIT_PENDING = frozenset({HeldCode.AWAITING_APPROVAL, HeldCode.UNDER_REVIEW, HeldCode.TEMPLATE_NOT_APPROVED})
"""Held until an audit ends."""


AFTER_APPROVAL = "after approval"
AFTER_GRACE = "after the grace period"
"""The events that `next` names before its colon; `7d after approval` is the end of a grace period too."""


class RefusalCode(StrEnum):
    """Which safety rule stops the apply."""

    PROTECTED = "protected"
    OVER_LIMIT = "over-limit"
    NO_STATE = "no-state"
    FORGETFUL_STATE = "forgetful-state"
    NOT_ALL_FILES = "not-all-files"
    EMPTY_DEFINITIONS = "empty-definitions"
    TOO_MANY_MISSING = "too-many-missing"
    RECIPIENT_TWICE = "recipient-twice"
    CLOCK_SKEW = "clock-skew"
    INSUFFICIENT_BALANCE = "insufficient-balance"
    OUTSIDE_MARKETING_HOURS = "outside-marketing-hours"
    BLACKOUT = "blackout"
    TEMPLATE_IN_USE = "template-in-use"


NEVER_ALLOWED = frozenset({RefusalCode.PROTECTED, RefusalCode.NO_STATE, RefusalCode.RECIPIENT_TWICE})
"""Refusals that `--allow` does not lift."""


@dataclass(frozen=True, slots=True)
class FileRows:
    """Recipients of a campaign's file by their numbers in it: they are read when their request is built.

    `names` are the parameters that are sent (None: all), `lengths` those of the values.
    """

    numbers: "array[int]" = field(repr=False)
    names: frozenset[str] | None
    lengths: Lengths = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, slots=True)
class Kept:
    """Recipients who stay in a schedule just as it has them: they are read from it when it is changed."""

    count: int
    lengths: Lengths = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return self.count


@dataclass(frozen=True, slots=True)
class Draft:
    """What a schedule shall be, its template still by address (or by literal id) until the request is built.

    `members` are the digests of the recipients, packed.
    """

    form: Form
    send_time: datetime
    template: Address | int
    recipients: tuple[Recipient, ...] | FileRows | Kept = field(repr=False)
    members: bytes = field(repr=False)
    sign_id: int | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class SubmitTemplate:
    """POST a new revision."""

    template: Template


@dataclass(frozen=True, slots=True)
class ResubmitTemplate:
    """PUT a rejected revision, which goes to the audit again under the same id."""

    template: Template
    temp_id: int


@dataclass(frozen=True, slots=True)
class DeleteTemplate:
    """DELETE one revision."""

    temp_id: int
    event: Happened


@dataclass(frozen=True, slots=True)
class PlaceBatch:
    """POST a new schedule."""

    key: str
    draft: Draft


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """PUT a pending schedule as a whole; `send_time` is when it goes out until then."""

    key: str
    schedule_id: str
    draft: Draft
    send_time: datetime


@dataclass(frozen=True, slots=True)
class DropBatch:
    """DELETE a schedule, which goes out at `send_time` until then."""

    key: str
    schedule_id: str
    send_time: datetime


TemplateStep = SubmitTemplate | ResubmitTemplate | DeleteTemplate
CampaignStep = PlaceBatch | ChangeBatch | DropBatch
Step = TemplateStep | CampaignStep


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """How many batches of a campaign are touched, and how."""

    create: int = 0
    modify: int = 0
    delete: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One action on one address.

    `before` and `after` are for display; `steps` are the requests, `opening` is recorded before the first
    of them leaves, `closing` once all of them are done. `expected_approval` is when the text that it submits
    or waits for should be through its audit. `depends_on` has changes of its own that have to be done before.
    """

    address: Address
    action: Action
    reason: Reason
    remote_id: int | str | None = None
    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)
    source: Position | None = None
    next: tuple[str, ...] = ()
    batches: BatchCounts | None = None
    steps: tuple[Step, ...] = field(default=(), repr=False)
    opening: tuple[Event, ...] = field(default=(), repr=False)
    closing: tuple[Event, ...] = field(default=(), repr=False)
    expected_approval: datetime | None = None
    depends_on: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A change that must wait; not a failure. `expected_approval` is when its audit should be over."""

    address: Address
    code: HeldCode
    reason: str
    next: tuple[str, ...] = ()
    expected_approval: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A safety rule stops the whole apply; `override` is what to type to lift it, if anything does."""

    code: RefusalCode
    reason: str
    address: Address | None = None
    override: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """All that comes of one address; `events` record what was observed, and are no change."""

    changes: tuple[Change, ...] = ()
    held: tuple[Held, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()

    def __add__(self, other: "Decision") -> "Decision":
        """Both decisions as one."""
        return merged((self, other))


def merged(decisions: Iterable[Decision]) -> Decision:
    """All the decisions as one, in their order."""
    every = tuple(decisions)
    return Decision(
        tuple(change for decision in every for change in decision.changes),
        tuple(held for decision in every for held in decision.held),
        tuple(refusal for decision in every for refusal in decision.refusals),
        tuple(problem for decision in every for problem in decision.problems),
        tuple(note for decision in every for note in decision.notes),
        tuple(event for decision in every for event in decision.events),
    )
