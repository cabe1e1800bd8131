"""Rekey: every pending schedule's members digested anew under the key in use, with GETs only."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from jsms_sync.api.client import Client
from jsms_sync.applying.refresh import read_schedule
from jsms_sync.kinds.campaign_rekey import rekeyed
from jsms_sync.model.digests import Digester
from jsms_sync.model.events import BatchSet, Bound, Event
from jsms_sync.model.records import Batch, CampaignRecord, State
from jsms_sync.model.resources import Address


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """What is to be recorded; which schedules stay under their old key, and why; what got lost on the way."""

    events: tuple[Event, ...]
    left: tuple[tuple[Address, str, str], ...]
    schedules: int
    refused: int


def rekey(client: Client, state: State, digester: Digester, now: datetime, *, parallelism: int) -> Rekeyed:
    """What comes of every pending schedule that is recorded under another key."""
    old = _under_another_key(state, digester, now)
    with ThreadPoolExecutor(parallelism) as pool:
        seen = pool.map(lambda each: read_schedule(client, each[2].schedule_id), old)
        found = [
            (address, key, batch, rekeyed(batch, shown, digester))
            for (address, key, batch), shown in zip(old, seen, strict=True)
        ]
    done = [(address, key, batch, new) for address, key, batch, new in found if isinstance(new, Batch)]
    left = [(address, batch.schedule_id, why) for address, _, batch, why in found if isinstance(why, str)]
    events = tuple(BatchSet(address, key, new) for address, key, _, new in done)
    changes = events or state.key_id not in (None, digester.key_id)
    bound = (Bound(state.account or "", digester.key_id),) if changes else ()
    refused = sum(len(batch.refused) for _, _, batch, _ in done)
    return Rekeyed((*events, *bound), tuple(left), len(done), refused)


def _under_another_key(state: State, digester: Digester, now: datetime) -> list[tuple[Address, str, Batch]]:
    return [
        (address, key, batch)
        for address, record in state.resources.items()
        if isinstance(record, CampaignRecord)
        for key, batch in record.batches.items()
        if batch.target.key_id != digester.key_id and batch.time > now and not batch.gone
    ]
