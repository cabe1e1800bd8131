"""What the state remembers: templates with their revisions, campaigns with their batches, intents, history.

No phone number, parameter value or secret has a place here: batch members are keyed digests.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec

from jsms_sync.model.resources import Address, Form, TemplateType

DIGEST = 8
"""Bytes of one keyed digest: an accidental match among a million is one in thirty million."""


Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time that knows its zone: one that does not could not be compared with any other."""


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What all recorded values share: frozen, and strict about fields when read back."""


class Audit(StrEnum):
    """How the audit of a template stands (`jsms-api.md §6.3`)."""

    AUDITING = "auditing"
    APPROVED = "approved"
    REJECTED = "rejected"


class Text(Value, frozen=True):
    """What makes one text different from another; ttl in seconds, for verification only."""

    content: str
    type: TemplateType
    ttl: int | None = None


class Revision(Value, frozen=True):
    """One remote template that carries or carried the text of an address.

    `sent` is what was submitted (None when imported), `echo` what the service first answered for it,
    `superseded_at` when an apply first recorded a newer serving revision, `submitted_at` when it last went to
    its audit where that was not at `created_at`.
    """

    temp_id: int
    created_at: Moment
    sent: Text | None = None
    remark: str | None = None
    echo: Text | None = None
    status: Audit = Audit.AUDITING
    served: bool = False
    superseded_at: Moment | None = None
    refuse_reason: str | None = None
    submitted_at: Moment | None = None

    @property
    def in_audit_since(self) -> datetime:
        """When its last audit began: a resubmission starts it anew (`jsms-api.md §6.2`)."""
        return self.submitted_at or self.created_at


class TemplateRecord(Value, frozen=True, tag_field="kind", tag="template"):
    """A template as last recorded; revisions stand in the order in which they were submitted."""

    source: str = ""
    protect: bool = False
    retire_after: timedelta | None = None
    serving: int | None = None
    revisions: Mapping[int, Revision] = {}


class Refused(Value, frozen=True):
    """A recipient that JSMS refused: keyed digest of number and parameters, and the code it gave."""

    member: bytes
    code: int


class Target(Value, frozen=True):
    """What one schedule is meant to be: everything a POST or PUT of it says, its members as digests.

    `members` is a run of entries of 16 bytes: keyed digest of the number, then of its parameters, under the
    key that `key_id` names; under another key nothing of it can be compared.
    """

    form: Form
    send_time: Moment
    temp_id: int
    members: bytes
    sign_id: int | None = None
    tag: str | None = None
    key_id: str = ""


class Batch(Value, frozen=True):
    """One remote schedule of a campaign, as last recorded.

    `doubtful` says that a PUT in doubt may have set another `sign_id` than recorded, which no GET shows.
    `gone` says that it vanished before its time without us. `form_assumed` says that it was made by somebody
    else: no GET tells a batch of one from a single schedule (`jsms-api.md §4.5`), and no PUT has told yet.
    `shown_time` is the later time that JSMS showed last, where somebody moved it outside. `unseen` says that
    it comes from an old copy of the state and was not looked at since, so that it may have been moved, too.
    """

    schedule_id: str
    target: Target
    created_at: Moment
    refused: tuple[Refused, ...] = ()
    doubtful: bool = False
    gone: bool = False
    form_assumed: bool = False
    shown_time: Moment | None = None
    unseen: bool = False

    @property
    def time(self) -> datetime:
        """When it goes out, as far as is known."""
        return self.shown_time or self.target.send_time

    def is_over(self, at: datetime) -> bool:
        """Whether it is certain by the record alone that it went out by then."""
        return self.time <= at and not self.unseen


class CampaignRecord(Value, frozen=True, tag_field="kind", tag="campaign"):
    """A campaign as last recorded; batches by key, `cancelled` when it was stopped on purpose."""

    source: str = ""
    template: str | None = None
    cancelled: bool = False
    batches: Mapping[str, Batch] = {}


Record = TemplateRecord | CampaignRecord


class Submission(Value, frozen=True):
    """What a template POST or PUT says."""

    text: Text
    remark: str | None = None


class Intent(Value, frozen=True):
    """A write, announced before it leaves; `remote_id` is what it acts on, None for a POST.

    `batch` is the key of the campaign's batch that is meant.
    """

    id: str
    address: Address
    action: str
    method: str
    at: Moment
    remote_id: int | str | None = None
    submission: Submission | None = None
    batch: str | None = None
    target: Target | None = None

    @property
    def creates(self) -> bool:
        """Whether it is a POST: the only kind that a person may have to resolve."""
        return self.method == "POST"


class Happened(StrEnum):
    """What history tells of an address."""

    SENT = "sent"
    PRESUMED_SENT = "presumed-sent"
    CANCELLED = "cancelled"
    CANCELLED_OUTSIDE = "cancelled-outside"
    DELETED = "deleted"
    DELETED_OUTSIDE = "deleted-outside"
    RETIRED = "retired"
    MOVED = "moved"
    FORGOTTEN = "forgotten"


class HistoryEntry(Value, frozen=True):
    """Something that happened to an address and must not be forgotten with its record."""

    address: Address
    event: Happened
    at: Moment
    remote_id: int | str | None = None
    send_time: Moment | None = None
    moved_to: Address | None = None


class Restored(Value, frozen=True):
    """That the state is a copy which a person put back, and for which campaigns it is known to be whole."""

    at: Moment
    settled: tuple[Address, ...] = ()


class LastApply(Value, frozen=True):
    """What was applied last, and the addresses of which something was held then or was to come later."""

    plan_id: str
    definitions_digest: str
    at: Moment
    waiting: tuple[Address, ...] = ()


class State(Value, frozen=True, omit_defaults=False):
    """Everything remembered; `key_id` names the key of the digests, `folded` the journal last folded in.

    `nonces` are those of the callbacks that were taken in, with the time at which each was signed.
    """

    lineage: str
    serial: int = 0
    account: str | None = None
    key_id: str | None = None
    folded: str | None = None
    resources: Mapping[Address, Record] = {}
    intents: tuple[Intent, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    restored: Restored | None = None
    nonces: Mapping[str, Moment] = {}
    last_apply: LastApply | None = None

    def template(self, address: Address) -> TemplateRecord | None:
        """The record of the template at that address."""
        record = self.resources.get(address)
        return record if isinstance(record, TemplateRecord) else None

    def campaign(self, address: Address) -> CampaignRecord | None:
        """The record of the campaign at that address."""
        record = self.resources.get(address)
        return record if isinstance(record, CampaignRecord) else None

    def intents_of(self, address: Address) -> tuple[Intent, ...]:
        """The open intents of that address."""
        return tuple(intent for intent in self.intents if intent.address == address)
