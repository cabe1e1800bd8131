"""What the history tells of an address."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from jsms_sync.model.records import CampaignRecord, Happened, HistoryEntry, State
from jsms_sync.model.resources import Address
from jsms_sync.model.wire import CHINA

ENDINGS = frozenset(
    {
        Happened.SENT,
        Happened.PRESUMED_SENT,
        Happened.CANCELLED,
        Happened.CANCELLED_OUTSIDE,
        Happened.DELETED,
        Happened.FORGOTTEN,
    }
)
STOPPED = frozenset({Happened.CANCELLED, Happened.CANCELLED_OUTSIDE})
GONE_OUT = frozenset({Happened.SENT, Happened.PRESUMED_SENT})

History = Mapping[Address, Sequence[HistoryEntry]]
"""What happened to each address, oldest first."""


def by_address(state: State) -> History:
    """The state's history, so that each address finds its own part at once."""
    found: dict[Address, list[HistoryEntry]] = {}
    for entry in state.history:
        found.setdefault(entry.address, []).append(entry)
    return found


def was_sent(
    state: State,
    history: History,
    address: Address,
    now: datetime,
    followed: frozenset[Address] = frozenset(),
) -> bool:
    """Whether a campaign of this name was ever sent, also when it was renamed before that."""
    entries = history.get(address, ())
    if any(entry.event in GONE_OUT for entry in entries):
        return True
    followed |= {address}
    names = _next_names(history, address) - followed
    return any(_has_passed(state, to, now) or was_sent(state, history, to, now, followed) for to in names)


def _next_names(history: History, address: Address) -> set[Address]:
    return {entry.moved_to for entry in history.get(address, ()) if entry.moved_to}


def later_names(history: History, address: Address) -> set[Address]:
    """Every name under which something went on that once had this one."""
    found, ahead = set[Address](), {address}
    while ahead:
        ahead = {name for each in ahead for name in _next_names(history, each)} - found
        found |= ahead
    return found - {address}


def _has_passed(state: State, address: Address, now: datetime) -> bool:
    """Whether some schedule of it has come to its time, and had not vanished before that."""
    record = state.campaign(address) or CampaignRecord()
    return any(batch.time <= now and not batch.gone for batch in record.batches.values())


def was_cancelled(history: History, address: Address) -> bool:
    """Whether the last thing that happened to a campaign of this name was that it was stopped."""
    return _ending(history, address) in STOPPED


def was_forgotten(history: History, address: Address) -> bool:
    """Whether the last thing that happened to the name was that a person took it out of the state."""
    return _ending(history, address) is Happened.FORGOTTEN


def _ending(history: History, address: Address) -> Happened | None:
    events = [entry.event for entry in history.get(address, ()) if entry.event in ENDINGS]
    return events[-1] if events else None


def unsettled(state: State, history: History, address: Address) -> str:
    """Why something of that name may exist without being recorded; empty where the record is whole."""
    record = state.resources.get(address)
    if state.restored is not None and address not in state.restored.settled:
        since = f"{state.restored.at.astimezone(CHINA):%Y-%m-%d %H:%M}"
        return f"the state was restored at {since} (China time), so schedules of it may not be recorded"
    is_known = record.batches if isinstance(record, CampaignRecord) else record is not None
    if not is_known and any(was_forgotten(history, name) for name in forgettable(state, history, address)):
        return "it was taken out of the state by `state rm`, so schedules of it may not be recorded"
    return ""


def forgettable(state: State, history: History, address: Address) -> set[Address]:
    """The name, and those of its later names that are not recorded."""
    return {address} | {name for name in later_names(history, address) if name not in state.resources}
