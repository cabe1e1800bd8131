"""Renames: `moved_from` moves a record to its new address, without a request."""

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import datetime

from jsms_sync.model.decisions import Action, BatchCounts, Change, Decision, Reason, merged
from jsms_sync.model.events import CampaignSet, Event, Moved, Remembered
from jsms_sync.model.records import CampaignRecord, Happened, HistoryEntry, State
from jsms_sync.model.resources import Address, Definitions, Resource, kind_of, name_of

Users = Mapping[str, Sequence[tuple[Address, CampaignRecord]]]
"""Recorded campaigns, by the name of the template that they send."""


def moves(
    definitions: Definitions, state: State, now: datetime, left_out: Container[Address] = ()
) -> Decision:
    """Every rename that is still to be recorded; without its old name in the state it was done before."""
    resources: tuple[Resource, ...] = (*definitions.templates.values(), *definitions.campaigns.values())
    renamed = [each for each in resources if each.moved_from and each.address not in left_out]
    users = _users(state) if renamed else {}
    return merged(_move(resource, definitions, state, users, now) for resource in renamed)


def _users(state: State) -> Users:
    """The campaigns of each template, by its name."""
    users: dict[str, list[tuple[Address, CampaignRecord]]] = {}
    for address, record in state.resources.items():
        if isinstance(record, CampaignRecord) and record.template:
            users.setdefault(record.template, []).append((address, record))
    return users


def _move(
    resource: Resource, definitions: Definitions, state: State, users: Users, now: datetime
) -> Decision:
    new = resource.address
    old = Address(f"{kind_of(new)}.{resource.moved_from}")
    if old not in state.resources or definitions.get(old):
        return Decision()
    if new in state.resources:
        told = f"{new} is recorded itself, so its `moved_from: {resource.moved_from}` is not followed"
        return Decision(notes=(f"{told}: {old} goes, as its definition did",))
    campaign, template = state.campaign(old), state.template(old)
    change = Change(
        new,
        Action.RECORD,
        Reason.DEFINITION_CHANGED,
        remote_id=template.serving if template else None,
        before={"address": old},
        after={"address": new},
        source=resource.source,
        batches=BatchCounts(unchanged=len(campaign.batches)) if campaign else None,
    )
    return Decision(changes=(change,), events=tuple(_events(old, new, users, now)))


def moving(state: State, old: Address, new: Address, now: datetime) -> tuple[Event, ...]:
    """The events that make the record go on under another address of its kind."""
    return tuple(_events(old, new, _users(state), now))


def _events(old: Address, new: Address, users: Users, now: datetime) -> Iterator[Event]:
    yield Moved(old, new)
    if kind_of(old) == "campaign":
        yield Remembered(HistoryEntry(old, Happened.MOVED, now, moved_to=new))
        return
    for address, record in users.get(name_of(old), ()):
        yield CampaignSet(address, record.source, name_of(new), record.cancelled)
