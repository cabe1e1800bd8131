"""What a stop mark makes of the record of a campaign, and which schedules there are to stop."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from jsms_sync.model.events import BatchDropped, CampaignSet, Event, Remembered
from jsms_sync.model.records import CampaignRecord, Happened, HistoryEntry, Intent, State
from jsms_sync.model.resources import Address, kind_of
from jsms_sync.model.stop import Stop, Stopped


class Due(NamedTuple):
    """A recorded schedule and its time; where that is not sure, it may go out later than that."""

    schedule_id: str
    at: datetime
    is_sure: bool

    def is_over(self, by: datetime) -> bool:
        """Whether it had been sent by then."""
        return self.is_sure and self.at <= by


def stop_events(state: State, stop: Stop) -> tuple[Event, ...]:
    """What records the mark in the state; recording it once more changes nothing more."""
    return tuple(
        event for address, stopped in _stopped(state, stop) for event in cancelled(state, address, stopped)
    )


def _stopped(state: State, stop: Stop) -> Iterator[tuple[Address, Stopped]]:
    yield from stop.campaigns.items()
    if stop.every is not None:
        yield from (
            (address, Stopped(stop.every))
            for address in every_campaign(state)
            if address not in stop.campaigns
        )


def every_campaign(state: State) -> list[Address]:
    """All that are recorded or have an open intent."""
    known = {*state.resources, *(intent.address for intent in state.intents)}
    return sorted(address for address in known if kind_of(address) == "campaign")


def cancelled(state: State, address: Address, stopped: Stopped) -> Iterator[Event]:
    """The events that make a campaign `cancelled`; none for one that had been sent when it was stopped."""
    record = state.campaign(address)
    if record is None:
        yield Remembered(HistoryEntry(address, Happened.CANCELLED, stopped.at))
        return
    dropped = [key for key, batch in record.batches.items() if batch.schedule_id in stopped.deleted]
    yield from (BatchDropped(address, key) for key in dropped)
    if dropped or not is_over(record, state.intents_of(address), stopped.at):
        yield CampaignSet(address, record.source, record.template, cancelled=True)


def is_over(record: CampaignRecord, intents: Iterable[Intent], at: datetime) -> bool:
    """Whether all of the campaign had been sent by then, by the times that are known."""
    announced = list(intents)
    dues = schedules(record, announced)
    return bool(dues) and not any(i.creates for i in announced) and all(due.at <= at for due in dues)


def is_surely_over(record: CampaignRecord, intents: Iterable[Intent], at: datetime) -> bool:
    """Whether that is certain, because all of these times were seen."""
    announced = list(intents)
    return is_over(record, announced, at) and all(due.is_sure for due in schedules(record, announced))


def schedules(record: CampaignRecord, intents: Iterable[Intent]) -> list[Due]:
    """Each recorded schedule with its time; a PUT in doubt may have moved it to a later one."""
    meant = {i.remote_id: i.target.send_time for i in intents if i.target and not i.creates}
    batches = record.batches.values()
    return [
        Due(
            b.schedule_id,
            max(b.time, meant.get(b.schedule_id, b.time)),
            not b.unseen,
        )
        for b in batches
    ]
