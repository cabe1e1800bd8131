"""Renames: `moved_from` moves a record to its new address, without a request."""

from collections.abc import Iterator
from datetime import datetime

from jsms_sync.model.decisions import Action, Change, Decision, Reason, merged
from jsms_sync.model.events import CampaignSet, Event, Moved, Remembered
from jsms_sync.model.records import CampaignRecord, Happened, HistoryEntry, State
from jsms_sync.model.resources import Address, Definitions, Resource, kind_of, name_of


def moves(definitions: Definitions, state: State, now: datetime) -> Decision:
    """Every rename that is still to be recorded; without its old name in the state it was done before."""
    resources: tuple[Resource, ...] = (*definitions.templates.values(), *definitions.campaigns.values())
    return merged(_move(resource, definitions, state, now) for resource in resources if resource.moved_from)


def _move(resource: Resource, definitions: Definitions, state: State, now: datetime) -> Decision:
    new = resource.address
    old = Address(f"{kind_of(new)}.{resource.moved_from}")
    if old not in state.resources or new in state.resources or definitions.get(old):
        return Decision()
    change = Change(
        new,
        Action.RECORD,
        Reason.DEFINITION_CHANGED,
        before={"address": old},
        after={"address": new},
        source=resource.source,
    )
    return Decision(changes=(change,), events=tuple(_events(old, new, state, now)))


def _events(old: Address, new: Address, state: State, now: datetime) -> Iterator[Event]:
    yield Moved(old, new)
    if kind_of(old) == "campaign":
        yield Remembered(HistoryEntry(old, Happened.MOVED, now, moved_to=new))
        return
    for address, record in state.resources.items():
        if isinstance(record, CampaignRecord) and record.template == name_of(old):
            yield CampaignSet(address, record.source, name_of(new), record.cancelled)
