"""What the history tells of an address."""

from datetime import datetime

from jsms_sync.model.records import Happened, State
from jsms_sync.model.resources import Address

ENDINGS = frozenset(
    {Happened.SENT, Happened.PRESUMED_SENT, Happened.CANCELLED, Happened.CANCELLED_OUTSIDE, Happened.DELETED}
)
STOPPED = frozenset({Happened.CANCELLED, Happened.CANCELLED_OUTSIDE})
GONE_OUT = frozenset({Happened.SENT, Happened.PRESUMED_SENT})


def was_sent(
    state: State, address: Address, now: datetime, followed: frozenset[Address] = frozenset()
) -> bool:
    """Whether a campaign of this name was ever sent, also when it was renamed before that."""
    entries = [entry for entry in state.history if entry.address == address]
    if any(entry.event in GONE_OUT for entry in entries):
        return True
    names = {entry.moved_to for entry in entries if entry.moved_to} - followed - {address}
    return any(_has_passed(state, to, now) or was_sent(state, to, now, followed | {address}) for to in names)


def _has_passed(state: State, address: Address, now: datetime) -> bool:
    record = state.campaign(address)
    return record is not None and any(b.target.send_time <= now for b in record.batches.values())


def was_cancelled(state: State, address: Address) -> bool:
    """Whether the last thing that happened to a campaign of this name was that it was stopped."""
    events = [entry.event for entry in state.history if entry.address == address and entry.event in ENDINGS]
    return bool(events) and events[-1] in STOPPED
