"""The template: one decision table from what is desired, recorded and observed (architecture §4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from jsms_sync.kinds.template_changes import change, fates, header, recorded, removed, retire
from jsms_sync.kinds.template_settle import (
    Living,
    Settled,
    believed,
    carries,
    desired_text,
    reinstated,
    settle,
)
from jsms_sync.model.decisions import (
    AFTER_APPROVAL,
    AFTER_GRACE,
    Action,
    Decision,
    Held,
    HeldCode,
    Reason,
    ResubmitTemplate,
    SubmitTemplate,
    merged,
)
from jsms_sync.model.events import Event, RevisionSet, Serves, TemplateSet
from jsms_sync.model.observed import TemplateSeen
from jsms_sync.model.records import Audit, Intent, Revision, TemplateRecord
from jsms_sync.model.resources import Address, Template
from jsms_sync.model.serving import Serving
from jsms_sync.model.text import variables
from jsms_sync.model.wire import china_time

BEST_FIRST = (Audit.APPROVED, Audit.AUDITING, Audit.REJECTED)


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """All that is known of one template's address; `seen` holds what was read, by temp_id."""

    address: Address
    desired: Template | None
    record: TemplateRecord | None
    seen: Mapping[int, TemplateSeen]
    intents: tuple[Intent, ...]
    now: datetime
    supersede: bool = False


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A template after one look: the decision so far, and what the later stages need of it."""

    decision: Decision
    serving: Serving
    settled: Settled
    carrier: Living | None


def decide(facts: TemplateFacts) -> TemplateView:
    """What to do about the template; its retirements wait for the campaigns, see `retirements`."""
    record = facts.record or TemplateRecord()
    settled = settle(facts.address, record.revisions, facts.seen, facts.intents, facts.now)
    if facts.desired is not None:
        settled = believed(facts.address, settled, desired_text(facts.desired))
    carrier = _carrier(settled, facts.desired)
    serving = _serving(record, settled, carrier)
    if serving is None and record.serving in settled.missing:
        settled, serving = reinstated(facts.address, settled)
    observed = Decision(events=settled.events + _observations(facts, settled, serving, carrier))
    decision = observed + _held_or_changed(facts, settled, carrier)
    return TemplateView(decision, _for_campaigns(settled, serving, carrier), settled, carrier)


def _carrier(settled: Settled, desired: Template | None) -> Living | None:
    """The revision with the desired text: approved before auditing before rejected, then the newest."""
    if desired is None:
        return None
    text = desired_text(desired)
    carriers = [living for living in reversed(settled.living) if carries(living, text)]
    return min(carriers, key=lambda living: BEST_FIRST.index(living.revision.status), default=None)


def _serving(record: TemplateRecord, settled: Settled, carrier: Living | None) -> Living | None:
    """The approved carrier; while there is none, the one that served last."""
    if carrier is not None and carrier.revision.status is Audit.APPROVED:
        return carrier
    return next((x for x in settled.living if x.revision.temp_id == record.serving), None)


def _for_campaigns(settled: Settled, serving: Living | None, carrier: Living | None) -> Serving:
    """While a revision cannot be read it is not known which text serves, so campaigns wait for it."""
    if settled.unreadable:
        return Serving(unreadable="its template could not be read: " + "; ".join(settled.unreadable))
    if serving is None:
        return Serving()
    text = serving.text
    return Serving(
        serving.revision.temp_id,
        None if text is None else frozenset(variables(text.content)),
        ready=serving is carrier and serving.revision.status is Audit.APPROVED,
        content=text.content if text else None,
        type=text.type if text else None,
    )


def _observations(
    facts: TemplateFacts, settled: Settled, serving: Living | None, carrier: Living | None
) -> tuple[Event, ...]:
    """What apply records of who serves and of the file: no action, and no change."""
    record = facts.record
    if record is None:
        return ()
    events: list[Event] = []
    if facts.desired is not None and facts.desired.source.file != record.source:
        same = (record.protect, record.retire_after)
        events.append(TemplateSet(facts.address, facts.desired.source.file, *same))
    if serving is not None and serving is carrier:
        events += _successions(facts.address, settled, serving.revision, facts.now)
    temp_id = serving.revision.temp_id if serving else None
    lost = record.serving is not None and record.serving not in settled.known_ids
    if temp_id != record.serving and (serving is not None or lost):
        events.append(Serves(facts.address, temp_id))
    return tuple(events)


def _successions(address: Address, settled: Settled, serving: Revision, now: datetime) -> list[Event]:
    """The serving revision is marked as having served, every other that served as superseded since now."""
    events: list[Event] = []
    for living in settled.living:
        revision = living.revision
        if revision.temp_id == serving.temp_id:
            marked = replace(revision, served=True, superseded_at=None)
        elif revision.served and revision.superseded_at is None:
            marked = replace(revision, superseded_at=now)
        else:
            continue
        events += [RevisionSet(address, marked)] if marked != revision else []
    return events


def _held_or_changed(facts: TemplateFacts, settled: Settled, carrier: Living | None) -> Decision:
    if any(intent.creates for intent in facts.intents):
        reason = "a submission may or may not have arrived: `resolve` it"
        return _hold(facts, HeldCode.UNKNOWN_OUTCOME, reason, f"`jsms-sync resolve {facts.address}` says how")
    if settled.unreadable:
        return _hold(facts, HeldCode.UNREADABLE, "; ".join(settled.unreadable))
    if facts.desired is None:
        return removed(facts.address, facts.record, settled) if facts.record else Decision()
    if carrier is None:
        return recorded(facts.desired, facts.record) + _uncarried(facts, facts.desired, settled)
    return recorded(facts.desired, facts.record) + _carried(facts, facts.desired, settled, carrier)


def _hold(facts: TemplateFacts, code: HeldCode, reason: str, *later: str) -> Decision:
    return Decision(held=(Held(facts.address, code, reason, later),))


def _carried(facts: TemplateFacts, desired: Template, settled: Settled, carrier: Living) -> Decision:
    """The left half of the table: some revision has the desired text already."""
    revision, others = carrier.revision, _withdrawn(facts, settled, carrier)
    later = _fates(facts, desired, settled, carrier, *others)
    noted = (desired.remark or "") != (revision.remark or "")
    match revision.status:
        case Audit.APPROVED:
            return _remark_waits(facts, revision) if noted else Decision()
        case Audit.AUDITING:
            reason = f"{revision.temp_id} is waiting for its audit"
            held = _hold(facts, HeldCode.AWAITING_APPROVAL, reason, f"{AFTER_APPROVAL}: it serves", *later)
            held += merged(retire(facts.address, other) for other in others)
            return held + _remark_waits(facts, revision) if noted else held
        case Audit.REJECTED if noted:
            step = ResubmitTemplate(desired, revision.temp_id)
            return change(desired, Action.MODIFY, step, carrier, later=later)
        case _:
            why = f" ({revision.refuse_reason})" if revision.refuse_reason else ""
            reason = f"{revision.temp_id} was rejected{why}: edit its content or its remark"
            return _hold(
                facts, HeldCode.REJECTED, reason, "after an edit: submit it again, under the same id"
            )


def _withdrawn(facts: TemplateFacts, settled: Settled, carrier: Living | None) -> tuple[Living, ...]:
    """What is taken out of its audit, because it must not be approved: `--supersede` says so."""
    others = (living for living in settled.living if living is not carrier)
    return tuple(x for x in others if facts.supersede and x.revision.status is Audit.AUDITING)


def _fates(facts: TemplateFacts, desired: Template, settled: Settled, *excepted: Living) -> tuple[str, ...]:
    """What becomes of the other revisions once the desired text is approved."""
    return fates(desired, (living for living in settled.living if living not in excepted), facts.now)


def _remark_waits(facts: TemplateFacts, revision: Revision) -> Decision:
    told = f"{facts.address}: a changed remark alone is not submitted; it is a note to the auditor"
    return Decision(notes=(f"{told}, and {revision.temp_id} is {revision.status}",))


def _uncarried(facts: TemplateFacts, desired: Template, settled: Settled) -> Decision:
    """The right half of the table: no revision has the desired text, so the newest decides."""
    submit = SubmitTemplate(desired)
    if not settled.living:
        reason = Reason.DELETED_OUTSIDE if settled.missing else Reason.NEW
        return change(desired, Action.CREATE, submit, None, reason, opening=(header(desired, facts.record),))
    newest = settled.living[-1]
    temp_id = newest.revision.temp_id
    match newest.revision.status:
        case Audit.REJECTED if newest.text is not None and newest.text.type is desired.type:
            step, later = ResubmitTemplate(desired, temp_id), _fates(facts, desired, settled, newest)
            return change(desired, Action.MODIFY, step, newest, later=later)
        case Audit.AUDITING if not facts.supersede:
            return _hold(
                facts,
                HeldCode.UNDER_REVIEW,
                f"{temp_id}, with another text, is still in its audit",
                "after its audit: submit the new text",
                f"or now: --supersede {facts.address}",
            )
        case Audit.AUDITING:
            others = _withdrawn(facts, settled, None)
            later = _fates(facts, desired, settled, *others)
            replaced = change(desired, Action.REPLACE, submit, newest, later=later)
            return replaced + merged(retire(facts.address, other) for other in others)
        case _:
            why, later = _why_replaced(facts, desired, settled), _fates(facts, desired, settled)
            return change(desired, Action.REPLACE, submit, newest, why, later=later)


def _why_replaced(facts: TemplateFacts, desired: Template, settled: Settled) -> Reason | None:
    """That the desired text was there, and somebody else deleted it; None where another one is desired."""
    record, text = facts.record or TemplateRecord(), desired_text(desired)
    gone = (record.revisions[temp_id] for temp_id in settled.missing)
    return Reason.DELETED_OUTSIDE if any(text in (each.sent, each.echo) for each in gone) else None


def retirements(facts: TemplateFacts, view: TemplateView, used: frozenset[int]) -> Decision:
    """What of the template's superseded revisions goes now, or must wait.

    `used` are the temp_ids that a pending campaign or an open intent still uses after this plan.
    """
    carrier = view.carrier
    if facts.desired is None or carrier is None or carrier.revision.status is not Audit.APPROVED:
        return Decision()
    if view.decision.held:
        return Decision()
    others = (living for living in view.settled.living if living is not carrier)
    return merged(_retirement(facts, facts.desired, other, used) for other in others)


def _retirement(facts: TemplateFacts, desired: Template, living: Living, used: frozenset[int]) -> Decision:
    revision = living.revision
    if not revision.served and revision.temp_id not in used:
        return retire(facts.address, living)
    if not revision.served or desired.retire_after is None:
        return Decision()
    until = (revision.superseded_at or facts.now) + desired.retire_after
    if facts.now < until:
        reason = f"{revision.temp_id} was superseded and stays until {china_time(until)[:16]} (China time)"
        return _hold(facts, HeldCode.GRACE_PERIOD, reason, f"{AFTER_GRACE}: retire {revision.temp_id}")
    if revision.temp_id in used:
        reason = f"{revision.temp_id} is superseded, but a campaign still uses it"
        return _hold(facts, HeldCode.GRACE_PERIOD, reason, f"after that: retire {revision.temp_id}")
    return retire(facts.address, living)
