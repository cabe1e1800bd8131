"""The changes that the campaign's table ends in: which schedule is placed, changed or dropped."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import replace

from jsms_sync.kinds.batches import Placement, Rows, Wanted, next_keys, place
from jsms_sync.kinds.campaign_settle import Standing, Standings, is_comparable
from jsms_sync.kinds.campaign_shown import shown_after, shown_before
from jsms_sync.kinds.campaign_wanted import Case, entry_of, number_of
from jsms_sync.model.decisions import (
    Action,
    BatchCounts,
    CampaignStep,
    Change,
    ChangeBatch,
    Decision,
    Draft,
    DropBatch,
    FileRows,
    Kept,
    PlaceBatch,
    Reason,
)
from jsms_sync.model.digests import each, halves
from jsms_sync.model.events import BatchDropped, CampaignSet, Event
from jsms_sync.model.events import Settled as SettledNow
from jsms_sync.model.observed import SeenSchedule
from jsms_sync.model.resources import Address, Recipient, RecipientsFile, template_address
from jsms_sync.model.rolls import Roll


def converge(case: Case) -> Decision:
    """The requests that bring the batches to what is wanted; none when they are there already."""
    changing = frozenset(b.key for b in case.live if _differs(case, b))
    if case.wanted is None:
        return _unread(case, changing)
    wanted = replace(case.wanted, left_out=_left_out(case, case.wanted))
    made = tuple(_staying(case, wanted, changing) if case.stays else _placing(case, wanted, changing))
    changes = (_change(case, made),) if made else ()
    return Decision(changes=changes) + _tag_note(case) + _suppressed_note(case)


def _placing(case: Case, wanted: Wanted, changing: frozenset[str]) -> Iterator[CampaignStep]:
    current = {b.key: b.members for b in case.live if b.members is not None}
    placement = place(wanted, current, changing, may_place=case.may_place)
    for standing in case.live:
        if step := _step(case, wanted, standing, placement, changing):
            yield step
    yield from _placed(case, wanted.roll, placement.new)


def _staying(case: Case, wanted: Wanted, changing: frozenset[str]) -> Iterator[CampaignStep]:
    for standing in case.live:
        if step := _stay(case, wanted, standing, changing):
            yield step


def _unread(case: Case, changing: frozenset[str]) -> Decision:
    """What can be told without the recipients file: such a plan is never applied."""
    told = f"{case.desired.address}: its recipients file was not read, so its recipients are not compared"
    steps = tuple(_put(b, _keeping(case, b, b.members or b"")) for b in case.live if b.key in changing)
    creates = not case.live and case.may_place and not case.stays
    changes = (_change(case, steps),) if steps or creates else ()
    return Decision(changes=changes, notes=(told,)) + _tag_note(case)


def _left_out(case: Case, wanted: Wanted) -> frozenset[int]:
    """Who is not placed: those in doubt, and those whom JSMS refused as they are now."""
    return case.in_doubt | {number_of(r) for r in case.refused if wanted.has_entry(*entry_of(r.member))}


def _placed(case: Case, roll: Roll, chunks: Iterable[Rows]) -> tuple[PlaceBatch, ...]:
    keys = next_keys((*case.record.batches, *(d.batch for d in case.settled.doubts if d.batch)))
    return tuple(PlaceBatch(key, _draft(case, roll, rows)) for key, rows in zip(keys, chunks, strict=False))


def _differs(case: Case, standing: Standings) -> bool:
    """Whether time, text or signature have to be set; a changed tag alone is not, nobody ever sees it."""
    target = standing.batch.target
    switched = not case.stays and target.temp_id != case.serving.temp_id
    signed = target.sign_id != case.desired.sign_id or standing.batch.doubtful
    moved = target.send_time != case.desired.send_time
    return switched or signed or moved or standing.standing is Standing.CHANGED


def _step(
    case: Case, wanted: Wanted, standing: Standings, placement: Placement, changing: frozenset[str]
) -> CampaignStep | None:
    is_changing = standing.key in changing
    rows = placement.kept.get(standing.key)
    if rows is None:
        # Its members are not known, so they cannot be told, either.
        return _put(standing, _keeping(case, standing, b"")) if is_changing else None
    if rows:
        differs = is_changing or standing.key in placement.differing
        return _put(standing, _draft(case, wanted.roll, rows, standing)) if differs else None
    # Nobody is left in it but recipients who were refused: without them a PUT would say nothing.
    refused, are_known = _still_refused(case, wanted, standing)
    is_changing = is_changing or bool(standing.members)
    if not refused or (is_changing and not are_known):
        return drop(standing)
    return _put(standing, _draft(case, wanted.roll, refused, standing)) if is_changing else None


def _stay(case: Case, wanted: Wanted, standing: Standings, changing: frozenset[str]) -> CampaignStep | None:
    """The step for a batch whose text and params stay as they are: people only leave it."""
    is_changing = standing.key in changing
    if standing.members is None:
        return _put(standing, _keeping(case, standing, b"")) if is_changing else None
    kept = _still_wanted(case, wanted, standing.members)
    if kept:
        differs = is_changing or kept != standing.members
        return _put(standing, _keeping(case, standing, kept)) if differs else None
    refused, _ = _still_refused(case, wanted, standing)
    # What was sent for those who were refused cannot be told by now, so nobody is left to name.
    return drop(standing) if not refused or is_changing or standing.members else None


def _still_wanted(case: Case, wanted: Wanted, members: bytes) -> bytes:
    gone, doubted = {refused.member for refused in case.refused}, case.in_doubt
    mobiles, _ = halves(members)
    there = zip(mobiles, each(members), strict=True)
    return b"".join(e for m, e in there if wanted.has(m) and m not in doubted and e not in gone)


def _put(standing: Standings, draft: Draft) -> ChangeBatch:
    return ChangeBatch(standing.key, standing.batch.schedule_id, draft, standing.time)


def drop(standing: Standings) -> DropBatch:
    """The DELETE of a schedule."""
    return DropBatch(standing.key, standing.batch.schedule_id, standing.time)


def _still_refused(case: Case, wanted: Wanted, standing: Standings) -> tuple[Rows, bool]:
    """The rows of those who were refused in that batch and are still wanted, and if these are sure."""
    numbers = [(r, *entry_of(r.member)) for r in standing.batch.refused]
    if not is_comparable(standing.batch.target, case.digester):
        return range(len(numbers)), False
    same = [m for r, m, p in numbers if (wanted.has(m) if case.stays else wanted.has_entry(m, p))]
    return [wanted.rows[mobile] for mobile in same], not case.stays


def _draft(case: Case, roll: Roll, rows: Rows, old: Standings | None = None) -> Draft:
    """The schedule of those rows, in the order of the definition."""
    rows = array("I", sorted(rows))
    return Draft(
        case.desired.form,
        case.desired.send_time,
        _reference(case),
        _recipients(case, roll, rows),
        roll.pack(rows),
        case.desired.sign_id,
        old.batch.target.tag if old else case.desired.tag,
    )


def _recipients(case: Case, roll: Roll, rows: "array[int]") -> tuple[Recipient, ...] | FileRows:
    known, names = case.desired.recipients, case.serving.variables
    if isinstance(known, RecipientsFile):
        return FileRows(rows, names, roll.lengths_of(rows))
    some = (known[row] for row in rows)
    return tuple(one if names is None else Recipient(one.mobile, one.params.only(names)) for one in some)


def _keeping(case: Case, old: Standings, members: bytes) -> Draft:
    """The schedule with just those of its members, whose params stay as they are."""
    target = old.batch.target
    return Draft(
        case.desired.form,
        case.desired.send_time,
        target.temp_id if case.stays else _reference(case),
        _kept(old, members),
        members,
        case.desired.sign_id,
        target.tag,
    )


def _kept(old: Standings, members: bytes) -> tuple[Recipient, ...] | Kept:
    stay = set(each(members))
    rows = [row for row, entry in enumerate(each(old.roll.members)) if entry in stay]
    if isinstance(old.seen, SeenSchedule):
        return tuple(old.seen.recipients[row] for row in rows)
    return Kept(len(stay), old.roll.lengths_of(rows))


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
        before=shown_before(case),
        after=shown_after(case, frozenset(step.key for step in steps)),
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


def _tag_note(case: Case) -> Decision:
    tags = {standing.batch.target.tag for standing in case.live}
    if not case.live or tags == {case.desired.tag}:
        return Decision()
    return Decision(notes=(f"{case.desired.address}: a changed tag is not applied; no recipient sees it",))


def _suppressed_note(case: Case) -> Decision:
    if not case.desired.suppressed:
        return Decision()
    told = f"{case.desired.suppressed} left out, because `suppress` names their numbers"
    return Decision(notes=(f"{case.desired.address}: {told}",))


def replace_form(case: Case) -> Decision:
    """One recipient became many, or many one: the old schedules go first, never both alive."""
    wanted = case.wanted
    chunks = place(wanted, {}, frozenset(), may_place=True).new if wanted else ()
    new = _placed(case, wanted.roll, chunks) if wanted else ()
    return Decision(changes=(_change(case, (*map(drop, case.live), *new), Action.REPLACE),))
