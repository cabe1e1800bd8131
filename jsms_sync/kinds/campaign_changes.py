"""The changes that the campaign's table ends in: which schedule is placed, changed or dropped."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from jsms_sync.kinds.batches import next_keys, place
from jsms_sync.kinds.campaign_settle import Settled, Standing, Standings, is_comparable
from jsms_sync.kinds.campaign_wanted import Case
from jsms_sync.model.decisions import (
    Action,
    BatchCounts,
    CampaignStep,
    Change,
    ChangeBatch,
    Decision,
    Draft,
    DropBatch,
    Held,
    HeldCode,
    PlaceBatch,
    Reason,
)
from jsms_sync.model.digests import Members, pack, without
from jsms_sync.model.events import BatchDropped, CampaignSet, Event, Forgotten, Remembered
from jsms_sync.model.events import Settled as SettledNow
from jsms_sync.model.records import DIGEST, CampaignRecord, Happened, HistoryEntry
from jsms_sync.model.resources import Address, Recipient, template_address
from jsms_sync.model.wire import china_time

RECENT = timedelta(minutes=10)
"""For this long after its time a removed campaign is still deleted: it may not have been sent yet."""


def converge(case: Case) -> Decision:
    """The requests that bring the batches to what is wanted; none when they are there already."""
    current = {b.key: b.members for b in case.live if b.members is not None}
    changing = frozenset(b.key for b in case.live if _differs(case, b))
    wanted = without(_unrefused(case), case.in_doubt)
    may_place = case.may_place and not case.stays
    placement = place(wanted, current, changing, may_place=may_place)
    steps = [_step(case, b, placement.kept.get(b.key), changing) for b in case.live]
    keys = next_keys((*case.record.batches, *(d.batch for d in case.settled.doubts if d.batch)))
    new = [PlaceBatch(key, _draft(case, members)) for key, members in zip(keys, placement.new, strict=False)]
    made: tuple[CampaignStep, ...] = (*(step for step in steps if step), *new)
    changes = (_change(case, made),) if made else ()
    return Decision(changes=changes) + _tag_note(case)


def _unrefused(case: Case) -> Members:
    refused = case.refused
    return {m: p for m, p in case.wanted.items() if m + p not in refused}


def _differs(case: Case, standing: Standings) -> bool:
    """Whether time, text or signature have to be set; a changed tag alone is not, nobody ever sees it."""
    target = standing.batch.target
    switched = not case.stays and target.temp_id != case.serving.temp_id
    signed = target.sign_id != case.desired.sign_id or standing.batch.doubtful
    moved = target.send_time != case.desired.send_time
    return switched or signed or moved or standing.standing is Standing.CHANGED


def _step(
    case: Case, standing: Standings, kept: Members | None, changing: frozenset[str]
) -> CampaignStep | None:
    batch, is_changing = standing.batch, standing.key in changing
    if kept is not None and not kept:
        # Nobody is left in it but recipients who were refused: without them a PUT would say nothing.
        kept, are_known = _still_refused(case, standing)
        is_changing = is_changing or bool(standing.members)
        if not kept or (is_changing and not are_known):
            return DropBatch(standing.key, batch.schedule_id, batch.target.send_time)
        if not is_changing:
            return None
    if not is_changing and (kept is None or kept == standing.members):
        return None
    return ChangeBatch(standing.key, batch.schedule_id, _draft(case, kept or {}, standing))


def _still_refused(case: Case, standing: Standings) -> tuple[Members, bool]:
    """Who was refused in that batch and is still wanted, and whether their params can be told by now."""
    refused = {r.member[:DIGEST]: r.member[DIGEST:] for r in standing.batch.refused}
    if not is_comparable(standing.batch.target, case.digester):
        return refused, False
    if case.stays:
        return {m: p for m, p in refused.items() if m in case.recipients}, False
    return {m: p for m, p in refused.items() if case.wanted.get(m) == p}, True


def _draft(case: Case, members: Members, old: Standings | None = None) -> Draft:
    known: Mapping[bytes, Recipient] = old.recipients if old and case.stays else case.recipients
    keeps = old is not None and case.stays
    return Draft(
        case.desired.form,
        case.desired.send_time,
        old.batch.target.temp_id if old is not None and keeps else _reference(case),
        tuple(known[mobile] for mobile in members if mobile in known),
        pack(members),
        case.desired.sign_id,
        old.batch.target.tag if old else case.desired.tag,
    )


def _reference(case: Case) -> Address | int:
    if case.desired.template is not None:
        return template_address(case.desired.template)
    assert case.desired.temp_id is not None
    return case.desired.temp_id


def _change(case: Case, steps: tuple[CampaignStep, ...], action: Action | None = None) -> Change:
    action = action or (Action.MODIFY if case.live else Action.CREATE)
    ids = [standing.batch.schedule_id for standing in case.live]
    return Change(
        case.desired.address,
        action,
        _reason(case),
        remote_id=ids[0] if len(ids) == 1 else None,
        before=_shown_before(case),
        after=_shown_after(case),
        source=case.desired.source,
        batches=_counts(case, steps),
        steps=steps,
        opening=_opening(case),
    )


def _reason(case: Case) -> Reason:
    if not case.live:
        return Reason.DELETED_OUTSIDE if case.settled.standing(Standing.GONE) else Reason.NEW
    if any(standing.standing is Standing.CHANGED for standing in case.live):
        return Reason.DRIFTED
    switched = any(standing.batch.target.temp_id != case.serving.temp_id for standing in case.live)
    same = case.desired.template is not None and case.record.template == case.desired.template
    return Reason.TEMPLATE_SWITCHED if switched and same and not case.stays else Reason.DEFINITION_CHANGED


def _opening(case: Case) -> tuple[Event, ...]:
    """A campaign that starts, or starts again, is recorded before its first schedule is announced."""
    address, source = case.desired.address, case.desired.source.file
    name = case.record.template if case.live and case.stays else case.desired.template
    header = CampaignSet(address, source, name, cancelled=False)
    if not case.recreate:
        return (header,)
    gone = (BatchDropped(address, standing.key) for standing in case.settled.standing(Standing.GONE))
    return (header, *gone, *([SettledNow(address)] if case.unsettled else []))


def _counts(case: Case, steps: tuple[CampaignStep, ...]) -> BatchCounts:
    made = [type(step) for step in steps]
    touched = made.count(ChangeBatch) + made.count(DropBatch)
    return BatchCounts(
        made.count(PlaceBatch), made.count(ChangeBatch), made.count(DropBatch), len(case.live) - touched
    )


def _shown_before(case: Case) -> dict[str, object]:
    if not case.live:
        return {}
    target = case.live[0].batch.target
    members = {m: p for b in case.live for m, p in (b.members or {}).items()}
    text = {"template": case.record.template} if case.record.template else {}
    return {
        "send_time": china_time(target.send_time),
        **text,
        "temp_id": target.temp_id,
        "sign_id": target.sign_id,
        "recipients": len(members),
    }


def _shown_after(case: Case) -> dict[str, object]:
    text = {"template": case.desired.template} if case.desired.template else {}
    shown: dict[str, object] = {
        "send_time": china_time(case.desired.send_time),
        **text,
        "temp_id": case.live[0].batch.target.temp_id if case.live and case.stays else case.serving.temp_id,
        "sign_id": case.desired.sign_id,
        "recipients": len(case.wanted),
    }
    return {**shown, **_edits(case)}


def _edits(case: Case) -> dict[str, object]:
    """How many recipients come, go, or get other parameters."""
    if not case.live:
        return {}
    old = {m: p for b in case.live for m, p in (b.members or {}).items()}
    counts = {
        "recipients_added": len(case.wanted.keys() - old.keys()),
        "recipients_removed": len(old.keys() - case.wanted.keys()),
        "recipients_changed": sum(old.get(m, p) != p for m, p in case.wanted.items()),
    }
    return {name: count for name, count in counts.items() if count}


def _tag_note(case: Case) -> Decision:
    tags = {standing.batch.target.tag for standing in case.live}
    if not case.live or tags == {case.desired.tag}:
        return Decision()
    return Decision(notes=(f"{case.desired.address}: a changed tag is not applied; no recipient sees it",))


def replace_form(case: Case) -> Decision:
    """One recipient became many, or many one: the old schedules go first, never both alive."""
    chunks = place(case.wanted, {}, frozenset(), may_place=True).new
    keys = next_keys(case.record.batches)
    new = [PlaceBatch(key, _draft(case, chunk)) for key, chunk in zip(keys, chunks, strict=False)]
    return Decision(changes=(_change(case, (*_drops(case.live), *new), Action.REPLACE),))


def _drops(standings: Iterable[Standings]) -> tuple[DropBatch, ...]:
    return tuple(DropBatch(s.key, s.batch.schedule_id, s.batch.target.send_time) for s in standings)


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
        steps=_drops(alive),
        closing=closing,
    )
    return doubts + Decision(changes=(change,))


def may_be_sent(standing: Standings, now: datetime) -> bool:
    """Whether the schedule may still be sent, or just have been."""
    if standing.standing is Standing.PASSED:
        return now - standing.batch.target.send_time < RECENT
    return standing.standing is not Standing.GONE


def _ending(address: Address, record: CampaignRecord, settled: Settled, now: datetime) -> HistoryEntry:
    """What the history will tell of the name."""
    sent = [b for b in settled.standing(Standing.PASSED) if not may_be_sent(b, now)]
    if sent:
        return HistoryEntry(address, Happened.SENT, now, send_time=sent[0].batch.target.send_time)
    if record.cancelled:
        return HistoryEntry(address, Happened.CANCELLED, now)
    if settled.standing(Standing.GONE):
        return HistoryEntry(address, Happened.CANCELLED_OUTSIDE, now)
    return HistoryEntry(address, Happened.DELETED, now)
