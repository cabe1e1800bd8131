"""The events that change the state, each small whatever the size of the state, and their one fold."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TypeVar

import msgspec

from jsms_sync.model.records import (
    Batch,
    CampaignRecord,
    HistoryEntry,
    Intent,
    LastApply,
    Moment,
    Record,
    Restored,
    Revision,
    State,
    TemplateRecord,
)
from jsms_sync.model.resources import Address

K = TypeVar("K")
V = TypeVar("V")


class _Event(msgspec.Struct, frozen=True, tag_field="event", omit_defaults=True, forbid_unknown_fields=True):
    """What all events share: a name in the journal, and strictness when read back."""


class TemplateSet(_Event, frozen=True, tag="template-set"):
    """What is recorded of a template's definition."""

    address: Address
    source: str
    protect: bool
    retire_after: timedelta | None


class Serves(_Event, frozen=True, tag="serves"):
    """Another revision serves, or none does."""

    address: Address
    serving: int | None


class RevisionSet(_Event, frozen=True, tag="revision-set"):
    """A revision is recorded, anew or again."""

    address: Address
    revision: Revision


class RevisionDropped(_Event, frozen=True, tag="revision-dropped"):
    """A revision is no longer recorded."""

    address: Address
    temp_id: int


class CampaignSet(_Event, frozen=True, tag="campaign-set"):
    """What is recorded of a campaign beside its batches."""

    address: Address
    source: str
    template: str | None
    cancelled: bool


class BatchSet(_Event, frozen=True, tag="batch-set"):
    """A batch is recorded, anew or again."""

    address: Address
    key: str
    batch: Batch


class BatchDropped(_Event, frozen=True, tag="batch-dropped"):
    """A batch is no longer recorded."""

    address: Address
    key: str


class Moved(_Event, frozen=True, tag="moved"):
    """A record goes on under another address, with its open intents."""

    address: Address
    to: Address


class Forgotten(_Event, frozen=True, tag="forgotten"):
    """An address is no longer recorded."""

    address: Address


class IntentOpened(_Event, frozen=True, tag="intent-opened"):
    """A write is announced."""

    intent: Intent


class IntentClosed(_Event, frozen=True, tag="intent-closed"):
    """The outcome of an announced write is known."""

    id: str


class Remembered(_Event, frozen=True, tag="remembered"):
    """Something enters the history."""

    entry: HistoryEntry


class Bound(_Event, frozen=True, tag="bound"):
    """The state belongs to this account and its digests to this key."""

    account: str
    key_id: str | None


class Settled(_Event, frozen=True, tag="settled"):
    """A restored state is known to be whole: for that campaign, or without an address for everything."""

    address: Address | None


class CallbackTaken(_Event, frozen=True, tag="callback-taken"):
    """A callback was taken in; nonces that were signed before `after` can be forgotten."""

    nonce: str
    at: Moment
    after: Moment


class Applied(_Event, frozen=True, tag="applied"):
    """A plan is carried out."""

    last: LastApply


_RecordEvent = TemplateSet | Serves | RevisionSet | RevisionDropped | CampaignSet | BatchSet | BatchDropped
_OtherEvent = (
    Moved | Forgotten | IntentOpened | IntentClosed | Remembered | Bound | Settled | CallbackTaken | Applied
)
Event = _RecordEvent | _OtherEvent


class Ledger:
    """A state in the making: takes events one by one, at a cost that does not grow with the state."""

    def __init__(self, state: State) -> None:
        self._origin = state
        self._bound = Bound(state.account or "", state.key_id)
        self._resources = dict(state.resources)
        self._intents = {intent.id: intent for intent in state.intents}
        self._history = dict.fromkeys(state.history)
        self._restored, self._nonces = state.restored, dict(state.nonces)
        self._last_apply = state.last_apply

    def state(self) -> State:
        """The state as it stands after all events taken."""
        return msgspec.structs.replace(
            self._origin,
            account=self._bound.account or None,
            key_id=self._bound.key_id,
            resources=dict(self._resources),
            intents=tuple(self._intents.values()),
            history=tuple(self._history),
            restored=self._restored,
            nonces=dict(self._nonces),
            last_apply=self._last_apply,
        )

    def campaign(self, address: Address) -> CampaignRecord:
        """The campaign's record, an empty one where there is none."""
        record = self._resources.get(address)
        return record if isinstance(record, CampaignRecord) else CampaignRecord()

    def template(self, address: Address) -> TemplateRecord:
        """The template's record, an empty one where there is none."""
        record = self._resources.get(address)
        return record if isinstance(record, TemplateRecord) else TemplateRecord()

    def take(self, event: Event) -> None:
        """Fold one event in; taking the same event again changes nothing more."""
        match event:
            case Moved():
                self._move(event)
            case Forgotten(address):
                self._resources.pop(address, None)
            case IntentOpened(intent):
                self._intents[intent.id] = intent
            case IntentClosed(id):
                self._intents.pop(id, None)
            case Remembered(entry):
                # What happens again at the same instant is the last thing that happened, and stands once.
                self._history.pop(entry, None)
                self._history[entry] = None
            case Bound():
                self._bound = event
            case Settled(address):
                self._restored = _settled(self._restored, address)
            case CallbackTaken(nonce, at, after):
                kept = {known: signed for known, signed in self._nonces.items() if signed >= after}
                self._nonces = {**kept, nonce: at}
            case Applied(last):
                self._last_apply = last
            case _:
                self._resources[event.address] = self._changed(event)

    def _changed(self, event: _RecordEvent) -> Record:
        match event:
            case TemplateSet(address, source, protect, retire_after):
                return msgspec.structs.replace(
                    self.template(address), source=source, protect=protect, retire_after=retire_after
                )
            case Serves(address, serving):
                return msgspec.structs.replace(self.template(address), serving=serving)
            case RevisionSet(address, revision):
                template = self.template(address)
                return msgspec.structs.replace(
                    template, revisions={**template.revisions, revision.temp_id: revision}
                )
            case RevisionDropped(address, temp_id):
                template = self.template(address)
                return msgspec.structs.replace(template, revisions=_without(template.revisions, temp_id))
            case CampaignSet(address, source, name, cancelled):
                return msgspec.structs.replace(
                    self.campaign(address), source=source, template=name, cancelled=cancelled
                )
            case BatchSet(address, key, batch):
                campaign = self.campaign(address)
                return msgspec.structs.replace(campaign, batches={**campaign.batches, key: batch})
            case BatchDropped(address, key):  # pragma: no branch - the last of the union
                campaign = self.campaign(address)
                return msgspec.structs.replace(campaign, batches=_without(campaign.batches, key))

    def _move(self, event: Moved) -> None:
        if event.address in self._resources:
            self._resources[event.to] = self._resources.pop(event.address)
        for id, intent in self._intents.items():
            if intent.address == event.address:
                self._intents[id] = msgspec.structs.replace(intent, address=event.to)
        if self._restored is not None and event.address in self._restored.settled:
            self._restored = _settled(self._restored, event.to)


def _settled(restored: Restored | None, address: Address | None) -> Restored | None:
    if restored is None or address is None:
        return None
    settled = dict.fromkeys((*restored.settled, address))
    return msgspec.structs.replace(restored, settled=tuple(settled))


def _without(mapping: Mapping[K, V], key: K) -> dict[K, V]:
    return {k: v for k, v in mapping.items() if k != key}


def fold(state: State, events: Iterable[Event]) -> State:
    """The state after the events."""
    ledger = Ledger(state)
    for event in events:
        ledger.take(event)
    return ledger.state()
