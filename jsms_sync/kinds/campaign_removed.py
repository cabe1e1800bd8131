"""What becomes of a campaign whose definition is gone, and what the history tells of it then."""

from datetime import datetime, timedelta

from jsms_sync.kinds.campaign_changes import drop
from jsms_sync.kinds.campaign_settle import Settled, Standing, Standings
from jsms_sync.model.decisions import Action, BatchCounts, Change, Decision, Held, HeldCode, Reason
from jsms_sync.model.events import Event, Forgotten, Remembered
from jsms_sync.model.records import CampaignRecord, Happened, HistoryEntry
from jsms_sync.model.resources import Address

RECENT = timedelta(minutes=10)
"""For this long after its time a removed campaign is still deleted: it may not have been sent yet."""


def removed(address: Address, record: CampaignRecord | None, settled: Settled, now: datetime) -> Decision:
    """What a removed definition means: delete what may still be sent, forget what was sent or stopped."""
    doubts = Decision()
    if settled.doubts:
        reason = f"{len(settled.doubts)} of its schedules may or may not have been created: `resolve` it"
        doubts = Decision(held=(Held(address, HeldCode.UNKNOWN_OUTCOME, reason),))
    alive = tuple(b for b in settled.batches if may_be_sent(b, now))
    if record is None or (settled.doubts and not alive):
        return doubts
    ending = Remembered(_ending(address, record, settled, now))
    closing: tuple[Event, ...] = () if settled.doubts else (ending, Forgotten(address))
    action = Action.DELETE if alive else Action.FORGET
    ids = [b.batch.schedule_id for b in settled.batches]
    change = Change(
        address,
        action,
        Reason.DEFINITION_REMOVED,
        remote_id=ids[0] or None if len(ids) == 1 else None,
        batches=BatchCounts(delete=len(alive), unchanged=len(ids) - len(alive)),
        steps=tuple(map(drop, alive)),
        closing=closing,
    )
    return doubts + Decision(changes=(change,))


def may_be_sent(standing: Standings, now: datetime) -> bool:
    """Whether the schedule may still be sent, or just have been."""
    if standing.standing is Standing.PASSED:
        return now - standing.time < RECENT
    return standing.standing is not Standing.GONE


def _ending(address: Address, record: CampaignRecord, settled: Settled, now: datetime) -> HistoryEntry:
    """What the history will tell of the name."""
    sent = [b for b in settled.standing(Standing.PASSED) if not may_be_sent(b, now)]
    if sent:
        return HistoryEntry(address, Happened.SENT, now, send_time=sent[0].time)
    if record.cancelled:
        return HistoryEntry(address, Happened.CANCELLED, now)
    if settled.standing(Standing.GONE):
        return HistoryEntry(address, Happened.CANCELLED_OUTSIDE, now)
    return HistoryEntry(address, Happened.DELETED, now)
