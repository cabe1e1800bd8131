"""The campaign: one decision table, whose first fitting row decides (architecture §5)."""

from collections.abc import Callable
from datetime import timedelta

from jsms_sync.kinds.campaign_cancelled import cancelled
from jsms_sync.kinds.campaign_changes import converge, replace_form
from jsms_sync.kinds.campaign_facts import CampaignFacts, CampaignView
from jsms_sync.kinds.campaign_removed import removed
from jsms_sync.kinds.campaign_settle import Look, Settled, Standing, settle, twice
from jsms_sync.kinds.campaign_uncovered import uncovered
from jsms_sync.kinds.campaign_unsettled import unsettled, waiting
from jsms_sync.kinds.campaign_wanted import Case, is_edited, is_uncovered
from jsms_sync.model.decisions import Decision, Held, HeldCode, Refusal, RefusalCode
from jsms_sync.model.events import CampaignSet
from jsms_sync.model.records import CampaignRecord
from jsms_sync.model.resources import Campaign, Form, Problem, RecipientsFile, Severity
from jsms_sync.model.rolls import Roll, roll_of
from jsms_sync.model.wire import china_time

LATEST = timedelta(seconds=60)
"""A campaign is created only when its time is further away than this."""


def decide(facts: CampaignFacts) -> CampaignView:
    """What to do about the campaign."""
    look = Look(facts.address, facts.seen, facts.intents, facts.now, facts.digester)
    settled = settle(facts.record or CampaignRecord(), look)
    observed = Decision(events=settled.events)
    if facts.desired is None:
        return CampaignView(observed + removed(facts.address, facts.record, settled, facts.now), settled)
    # Before the case is made: both take the most room that there is room for.
    observed += _twice(facts, settled)
    case = Case.of(
        facts.desired,
        facts.record,
        settled,
        facts.serving,
        facts.digester,
        _roll(facts, facts.desired),
        recreate=facts.recreate,
        unsettled=facts.unsettled,
    )
    decided = next(decision for row in ROWS if (decision := row(facts, case)) is not None)
    told = {held.code for held in decided.held}
    noted = tuple(held for held in _notes(case) if held.code not in told)
    observed += _header(facts, case) + _unknown_text(case) + _other_key(case)
    return CampaignView(observed + Decision(held=noted) + decided, settled, case.still_refused)


def _roll(facts: CampaignFacts, desired: Campaign) -> Roll | None:
    """Everybody who is wanted; None where their file was not read."""
    if isinstance(desired.recipients, RecipientsFile):
        return facts.roll
    return roll_of(desired.recipients, facts.digester, facts.serving.variables)


def _twice(facts: CampaignFacts, settled: Settled) -> Decision:
    found = twice(settled.batches)
    if not found:
        return Decision()
    reason = f"{len(found)} of its numbers are scheduled in two batches: {', '.join(found[:5])}"
    return Decision(refusals=(Refusal(RefusalCode.RECIPIENT_TWICE, reason, facts.address),))


def _header(facts: CampaignFacts, case: Case) -> Decision:
    """Another file, or another name for the template in use, is recorded without being a change."""
    record, desired = case.record, case.desired
    used = {standing.batch.target.temp_id for standing in case.live}
    name = desired.template if used == {case.serving.temp_id} else record.template
    # What could not be stopped, and shall not be any more, is as before.
    stays = record.cancelled and not (facts.recreate and case.live)
    header = CampaignSet(facts.address, desired.source.file, name, stays)
    known = CampaignSet(facts.address, record.source, record.template, record.cancelled)
    return Decision(events=(header,) if facts.record and header != known else ())


def _unknown_text(case: Case) -> Decision:
    """The vendor's template 1 may not be readable, so a text that is not shown is only warned about."""
    if not case.serving.unknown or case.settled.standing(Standing.PASSED):
        return Decision()
    message = f"template {case.desired.temp_id} is not known to JSMS; its text and variables are not checked"
    help = "check the temp_id; the vendor's own template 1 may not be readable"
    where, address = case.desired.source, case.desired.address
    return Decision(problems=(Problem("template-unknown", Severity.WARNING, message, where, help, address),))


def _other_key(case: Case) -> Decision:
    if case.knows_refused:
        return Decision()
    told = "its refused recipients were recorded under another hash key, so nobody new is placed"
    return Decision(notes=(f"{case.desired.address}: {told}",))


def _hold(case: Case, code: HeldCode, reason: str, *later: str) -> Decision:
    return Decision(held=(Held(case.desired.address, code, reason, later),))


def _cancelled(facts: CampaignFacts, case: Case) -> Decision | None:
    if facts.recreate or not (case.record.cancelled or (facts.record is None and facts.was_cancelled)):
        return None
    return cancelled(case)


def _cancelled_outside(facts: CampaignFacts, case: Case) -> Decision | None:
    """Recorded or just seen; while other batches are still pending, they go on below."""
    gone, pending = case.settled.standing(Standing.GONE), _pending(case)
    if facts.recreate or not gone or pending:
        return None
    return _gone(case)


def _gone(case: Case) -> Decision:
    gone = case.settled.standing(Standing.GONE)
    many = f"{len(gone)} of its {len(case.settled.batches)} schedules vanished before their time"
    told = many if len(case.settled.batches) > 1 else "its schedule vanished before its time"
    reason = f"{told}, not by us"
    return _hold(
        case, HeldCode.CANCELLED_OUTSIDE, reason, f"--recreate {case.desired.address} places them again"
    )


def _pending(case: Case) -> bool:
    passed = case.settled.standing(Standing.PASSED)
    return not passed and bool(case.settled.standing(Standing.PENDING, Standing.CHANGED, Standing.UNREADABLE))


def _sent(facts: CampaignFacts, case: Case) -> Decision | None:
    if not case.settled.batches and facts.was_sent:
        return _hold(case, HeldCode.ALREADY_SENT, "a campaign of this name was sent; a new name sends again")
    if not case.settled.standing(Standing.PASSED):
        return None
    if not is_edited(case):
        return Decision()
    return _hold(case, HeldCode.ALREADY_SENT, "it was sent, so edits come too late; a new name sends again")


def _unknown(facts: CampaignFacts, case: Case) -> Decision | None:
    """Batches go on beside one in doubt; everything waits where that could bring both forms to life."""
    if not case.settled.doubts:
        return None
    same = {doubt.target.form for doubt in case.settled.doubts if doubt.target} <= {Form.BATCH}
    goes_on = case.settled.batches or (case.doubts_known and not _is_late(facts, case))
    return None if case.desired.form is Form.BATCH and same and goes_on else _in_doubt(case)


def _unsettled(facts: CampaignFacts, case: Case) -> Decision | None:
    return unsettled(case) if case.is_unsettled and not case.settled.batches else None


def _in_doubt(case: Case) -> Decision:
    reason = f"{len(case.settled.doubts)} of its schedules may or may not have been created: `resolve` it"
    way_out = f"`jsms-sync resolve {case.desired.address}` says how"
    return _hold(case, HeldCode.UNKNOWN_OUTCOME, reason, way_out)


def _is_late(facts: CampaignFacts, case: Case) -> bool:
    return case.desired.send_time <= facts.now + LATEST


def _too_late(facts: CampaignFacts, case: Case) -> Decision | None:
    if not _is_late(facts, case) or (case.live and case.desired.send_time > facts.now):
        return None
    if case.settled.standing(Standing.UNREADABLE) and not case.live:
        return None
    when = china_time(case.desired.send_time)
    if case.live:
        later = china_time(min(batch.time for batch in case.live))
        reason = f"its send_time {when} (China time) has come, but it was moved: it goes out at {later}"
        return _hold(case, HeldCode.SEND_TIME_PASSED, reason, "after an edit of send_time: modify")
    reason = f"its send_time {when} (China time) has come; it is never sent late"
    return _hold(case, HeldCode.SEND_TIME_PASSED, reason, "after an edit of send_time: create")


def _changed_outside(facts: CampaignFacts, case: Case) -> Decision | None:
    changed = case.settled.standing(Standing.CHANGED)
    if not changed or facts.overwrite:
        return None
    reason = f"{len(changed)} of its schedules show another time, text or recipients than we set"
    way_out = f"--overwrite {facts.address} sets them again"
    way_out = f"after an edit of send_time, {way_out}" if _is_late(facts, case) else way_out
    return _hold(case, HeldCode.CHANGED_OUTSIDE, reason, way_out)


def _text_unreadable(facts: CampaignFacts, case: Case) -> Decision | None:
    if not case.serving.unreadable:
        return None
    return _hold(case, HeldCode.UNREADABLE, case.serving.unreadable)


def _template_missing(facts: CampaignFacts, case: Case) -> Decision | None:
    lost = [b for b in case.live if b.batch.target.temp_id in facts.missing]
    if not lost or case.desired.template is None or facts.serving.ready:
        return None
    reason = f"template {lost[0].batch.target.temp_id} is gone: the campaign will fail at its time"
    return _hold(case, HeldCode.TEMPLATE_MISSING, reason, "after approval of its successor: switch")


def _uncovered(facts: CampaignFacts, case: Case) -> Decision | None:
    """Params that a template managed elsewhere does not find are a mistake in the definition."""
    if case.desired.temp_id is None or not is_uncovered(case):
        return None
    return Decision(problems=(uncovered(case.desired, case.serving.variables or frozenset()),))


def _not_approved(facts: CampaignFacts, case: Case) -> Decision | None:
    """Nothing is created before the audit is over; what is pending goes on."""
    if case.serving.ready or case.live or case.settled.standing(Standing.UNREADABLE):
        return None
    return _hold(case, HeldCode.TEMPLATE_NOT_APPROVED, _why_not(case), "after approval: create")


def _why_not(case: Case) -> str:
    named = case.desired.template or f"{case.desired.temp_id}"
    return f"the text of template {named} is not approved yet"


def _form(facts: CampaignFacts, case: Case) -> Decision | None:
    if not case.live or all(b.batch.target.form is case.desired.form for b in case.live):
        return None
    if not case.serving.ready or case.stays:
        return _hold(case, HeldCode.TEMPLATE_NOT_APPROVED, _why_not(case), "after approval: replace")
    if not case.may_place or case.settled.doubts:
        return waiting(case)
    if _is_frozen(facts, case):
        return _frozen(facts, case)
    return replace_form(case)


def _converge(facts: CampaignFacts, case: Case) -> Decision:
    decision = converge(case)
    if decision.changes and case.live and _is_frozen(facts, case):
        return _frozen(facts, case)
    return (_switch_waits(case) if case.stays else Decision()) + waiting(case) + decision


def _notes(case: Case) -> tuple[Held, ...]:
    """What keeps some recipients from being placed, while the rest goes on."""
    noted = Decision()
    if case.settled.standing(Standing.GONE) and not case.recreate:
        noted += _gone(case)
    if unreadable := case.settled.standing(Standing.UNREADABLE):
        reason = f"{len(unreadable)} of its schedules could not be read, so nobody is placed"
        noted += _hold(case, HeldCode.UNREADABLE, reason)
    if case.settled.doubts:
        noted += _in_doubt(case)
    return noted.held


def _switch_waits(case: Case) -> Decision:
    return _hold(
        case, HeldCode.TEMPLATE_NOT_APPROVED, _why_not(case), "after approval: switch text and params"
    )


def _is_frozen(facts: CampaignFacts, case: Case) -> bool:
    times = [case.desired.send_time, *(b.time for b in case.live)]
    return min(times) - facts.now < max(facts.freeze, LATEST)


def _frozen(facts: CampaignFacts, case: Case) -> Decision:
    seconds = int(max(facts.freeze, LATEST).total_seconds())
    reason = f"its time is nearer than {seconds // 60} minutes, so it stays as it is"
    return _hold(case, HeldCode.INSIDE_FREEZE_WINDOW, reason)


ROWS: tuple[Callable[[CampaignFacts, Case], Decision | None], ...] = (
    _cancelled,
    _cancelled_outside,
    _sent,
    _unknown,
    _unsettled,
    _changed_outside,
    _too_late,
    _text_unreadable,
    _template_missing,
    _uncovered,
    _not_approved,
    _form,
    _converge,
)
"""The rows of the table in the order in which they are asked; the last one always fits."""
