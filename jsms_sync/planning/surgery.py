"""What a person may do to the record itself: rename, take out, replace. No request is sent for any of it."""

import difflib
import re
from collections.abc import Iterable
from datetime import datetime

import msgspec

from jsms_sync.errors import InvalidInput, Refused
from jsms_sync.model.events import Event, Forgotten, Remembered
from jsms_sync.model.records import (
    Batch,
    CampaignRecord,
    Happened,
    HistoryEntry,
    Record,
    Restored,
    State,
    TemplateRecord,
)
from jsms_sync.model.resources import Address, kind_of
from jsms_sync.planning.moves import moving

ADDRESS = re.compile(r"(template|campaign)\.[a-z0-9][a-z0-9_-]{0,62}")
"""Contract §1."""


def address_of(text: str) -> Address:
    """The text as an address; InvalidInput when it cannot be one."""
    if not ADDRESS.fullmatch(text):
        raise InvalidInput(f"{text!r} is not an address", help="Write template.NAME or campaign.NAME.")
    return Address(text)


def unknown_address(text: str, known: Iterable[Address], where: str) -> InvalidInput:
    """That nothing of the name is there, with the address that was probably meant."""
    near = difflib.get_close_matches(text, sorted(known), n=1)
    help = f"Did you mean {near[0]}?" if near else "`jsms-sync state list` shows what is recorded."
    return InvalidInput(f"{text} is not {where}", help=help, code="unknown-address")


def recorded(state: State, text: str) -> tuple[Address, Record]:
    """The address and its record; InvalidInput when nothing of the name is recorded."""
    address = address_of(text)
    if address not in state.resources:
        raise unknown_address(text, state.resources, "recorded")
    return address, state.resources[address]


def moved(state: State, old_name: str, new_name: str, now: datetime) -> tuple[Event, ...]:
    """The events of a rename; InvalidInput across kinds, or where something is recorded already."""
    (old, _), new = recorded(state, old_name), address_of(new_name)
    if kind_of(old) != kind_of(new):
        raise InvalidInput(f"{old} cannot become {new}: a record stays of its kind")
    if new in state.resources or state.intents_of(new):
        raise InvalidInput(
            f"{new} is recorded already", help=f"`jsms-sync state show {new}` shows what stands there."
        )
    return moving(state, old, new, now)


def taken_out(state: State, name: str, now: datetime, *, leave_schedules: bool) -> tuple[Event, ...]:
    """The events that take an address out of the state; its ids and its ending stay in the history.

    Refused while an outcome is open, while it is protected, and while it has schedules that will still be
    sent, unless those are to be left to themselves.
    """
    address, record = recorded(state, name)
    if state.intents_of(address):
        raise Refused(
            f"the outcome of a write to {address} is not known yet",
            help=f"An apply settles it, or `jsms-sync resolve {address}` for something that was created.",
            code="unknown-outcome",
        )
    if isinstance(record, TemplateRecord):
        entries = _template_entries(address, record, now)
    else:
        entries = _campaign_entries(address, record, now, leave_schedules=leave_schedules)
    return (*map(Remembered, entries), Forgotten(address))


def _template_entries(address: Address, record: TemplateRecord, now: datetime) -> list[HistoryEntry]:
    if record.protect:
        raise Refused(
            f"{address} is protected",
            help="Protection ends by an apply with `protect: false` in its definition.",
            code="protected",
        )
    return [HistoryEntry(address, Happened.FORGOTTEN, now, temp_id) for temp_id in record.revisions]


def _campaign_entries(
    address: Address, record: CampaignRecord, now: datetime, *, leave_schedules: bool
) -> list[HistoryEntry]:
    batches = list(record.batches.values())
    pending = [b for b in batches if not b.is_over(now) and not b.gone]
    if pending and not leave_schedules:
        surely, first = ("may", "An apply looks at them first. ") if _are_unseen(pending) else ("will", "")
        several = f"{len(pending)} schedules" if len(pending) > 1 else "a schedule"
        still = f"{several} of {address} {surely} still be sent"
        raise Refused(
            f"{still}, and nothing could stop them any more",
            help=f"{first}To delete them at JSMS, remove its definition and apply. "
            "To leave them to themselves: --leave-schedules.",
            code="still-scheduled",
        )
    ending = _ending(record, now, is_pending=bool(pending))
    if not batches:
        return [HistoryEntry(address, ending, now)]
    return [HistoryEntry(address, ending, now, b.schedule_id, b.time) for b in batches]


def _are_unseen(batches: Iterable[Batch]) -> bool:
    """Whether nobody has looked at one of them since an old copy became the state."""
    return any(batch.unseen for batch in batches)


def _ending(record: CampaignRecord, now: datetime, *, is_pending: bool) -> Happened:
    """What the history will tell of the name, so that it is not created again by accident."""
    if any(batch.time <= now and not batch.gone for batch in record.batches.values()):
        return Happened.SENT
    if record.cancelled and not is_pending:
        return Happened.CANCELLED
    if any(batch.gone for batch in record.batches.values()) and not is_pending:
        return Happened.CANCELLED_OUTSIDE
    return Happened.FORGOTTEN


def pushed(new: State, current: State | None, *, exists: bool, place: str, now: datetime) -> State:
    """The state that is pushed; Refused where it is not a later one of the state that stands there.

    Schedules that it does not know any more may exist, so then it counts as restored (promise 5).
    """
    if current is None and exists:
        raise _not_pushed(f"what stands at {place} cannot be read, so nothing can be compared with it")
    if current is not None and current.lineage != new.lineage:
        raise _not_pushed(f"it has the lineage {new.lineage}, and the state at {place} {current.lineage}")
    if current is not None and new.serial < current.serial:
        raise _not_pushed(f"its serial {new.serial} is older than that of the state, {current.serial}")
    if current is not None and _scheduled(current) - _scheduled(new):
        return restored(new, now)
    return new


def restored(copy: State, now: datetime) -> State:
    """The copy as a state: it knows neither what was scheduled since, nor what was moved to a later time."""
    resources = {address: _of_a_copy(record) for address, record in copy.resources.items()}
    return msgspec.structs.replace(copy, restored=Restored(now), resources=resources)


def _of_a_copy(record: Record) -> Record:
    if not isinstance(record, CampaignRecord):
        return record
    # What is only presumed to have been sent has no id, and can never be looked at.
    batches = {
        key: msgspec.structs.replace(batch, unseen=bool(batch.schedule_id) and not batch.gone)
        for key, batch in record.batches.items()
    }
    return msgspec.structs.replace(record, batches=batches)


def _scheduled(state: State) -> set[str]:
    """What may be at JSMS for campaigns: the ids of schedules, and those of announced POSTs."""
    records = (record for record in state.resources.values() if isinstance(record, CampaignRecord))
    ids = {batch.schedule_id for record in records for batch in record.batches.values()}
    return ids | {i.id for i in state.intents if i.creates and kind_of(i.address) == "campaign"}


def _not_pushed(why: str) -> Refused:
    return Refused(
        f"not pushed: {why}",
        help="`jsms-sync state restore FILE` puts it there all the same, and holds campaigns that it does "
        "not record; or name another place with --state.",
        code="not-its-successor",
    )
