"""How everything stands: the phases of templates and campaigns, and what waits for what (contract §5)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from jsms_sync.kinds.template_settle import Living, carries, desired_text
from jsms_sync.model.digests import ENTRY
from jsms_sync.model.observed import SeenTemplate, TemplateSeen
from jsms_sync.model.records import Audit, Batch, CampaignRecord, Happened, Revision, State, TemplateRecord
from jsms_sync.model.resources import Address, Campaign, Definitions, Template, kind_of, name_of
from jsms_sync.planning.audit_hours import expected_approval
from jsms_sync.planning.cost import Cost, Costs
from jsms_sync.planning.document import FORMAT_VERSION, Json, bill_document, china_iso
from jsms_sync.planning.future import Wait, Waits
from jsms_sync.planning.history import History, by_address, unsettled, was_cancelled, was_sent

NOTHING: Waits = {}
NO_COSTS: Costs = {}
Texts = Mapping[int, TemplateSeen]
UNSEEN: Texts = {}
BEST_FIRST = (Audit.APPROVED, Audit.AUDITING, Audit.REJECTED)


def status_document(
    definitions: Definitions,
    recorded: State,
    observed: State,
    now: datetime,
    waits: Waits = NOTHING,
    costs: Costs = NO_COSTS,
    texts: Texts = UNSEEN,
) -> Json:
    """Every address with its phase; `observed` is the recorded state after `texts` and the rest were seen."""
    addresses = {*definitions.templates, *definitions.campaigns, *observed.resources}
    ordered = sorted(addresses | {intent.address for intent in observed.intents})
    history = by_address(observed)
    in_doubt = {intent.address for intent in observed.intents if intent.creates}
    unrecorded = (a for a in definitions.campaigns if observed.campaign(a) is None)
    in_doubt |= {a for a in unrecorded if unsettled(observed, history, a)}
    return {
        "format_version": FORMAT_VERSION,
        "templates": [
            _template(a, definitions.templates.get(a), recorded, observed, history, texts)
            for a in ordered
            if kind_of(a) == "template"
        ],
        "campaigns": [
            {
                **_campaign(a, definitions.campaigns.get(a), observed, history, now, in_doubt=a in in_doubt),
                **_waiting(waits.get(a)),
                "cost": _cost(costs.get(a)),
            }
            for a in ordered
            if kind_of(a) == "campaign"
        ],
    }


def _template(
    address: Address,
    desired: Template | None,
    recorded: State,
    observed: State,
    history: History,
    texts: Texts,
) -> Json:
    record = observed.template(address) or TemplateRecord()
    revision = _telling(record, desired, texts)
    before = recorded.template(address)
    since = revision.in_audit_since if revision and revision.status is Audit.AUDITING else None
    return {
        "address": address,
        "phase": revision.status.value if revision else _without_revision(address, history),
        "temp_id": revision.temp_id if revision else None,
        "serving_temp_id": before.serving if before and before.serving in record.revisions else None,
        "refuse_reason": revision.refuse_reason if revision else None,
        "since": china_iso(since),
        "expected_approval": china_iso(expected_approval(since) if since else None),
        "superseded": [r.temp_id for r in record.revisions.values() if r.superseded_at],
    }


def _telling(record: TemplateRecord, desired: Template | None, texts: Texts) -> Revision | None:
    """The revision that tells how the template stands: the one with the desired text, else the newest."""
    newest_first = list(record.revisions.values())[::-1]
    if desired is not None:
        text = desired_text(desired)
        carriers = [r for r in newest_first if carries(_living(r, texts.get(r.temp_id)), text)]
        newest_first = sorted(carriers, key=lambda r: BEST_FIRST.index(r.status)) or newest_first
    return newest_first[0] if newest_first else None


def _living(revision: Revision, seen: TemplateSeen | None) -> Living:
    """The revision with the text that was just seen, else the one that is recorded."""
    return Living(revision, seen.text if isinstance(seen, SeenTemplate) else revision.echo or revision.sent)


def _without_revision(address: Address, history: History) -> str:
    events = [entry.event for entry in history.get(address, ())]
    return "missing" if events and events[-1] is Happened.DELETED_OUTSIDE else "unsubmitted"


def _campaign(
    address: Address,
    desired: Campaign | None,
    observed: State,
    history: History,
    now: datetime,
    *,
    in_doubt: bool,
) -> Json:
    record = observed.campaign(address) or CampaignRecord()
    batches = list(record.batches.values())
    send_time = min((b.target.send_time for b in batches), default=desired.send_time if desired else None)
    placed = sum(len(b.target.members) // ENTRY for b in batches)
    return {
        "address": address,
        "phase": _phase(record, now, in_doubt=in_doubt) or _past(address, desired, observed, history, now),
        "send_time": china_iso(send_time),
        "batches": len(batches),
        "recipients": placed if batches else len(desired.recipients) if desired else 0,
        "failed": sum(len(b.refused) for b in batches),
        "failed_codes": _codes(batches),
    }


def _waiting(wait: Wait | None) -> Json:
    """Which text the campaign waits for, by its revision where it is submitted."""
    if wait is None:
        return {"waits_for": None, "expected_approval": None}
    text = wait.awaited
    return {
        "waits_for": {"address": text.template, "temp_id": text.temp_id},
        "expected_approval": china_iso(text.expected),
    }


def _codes(batches: Iterable[Batch]) -> list[Json]:
    """How many recipients JSMS refused with each code, the most frequent first."""
    counted = Counter(refused.code for batch in batches for refused in batch.refused)
    return [{"code": code, "count": count} for code, count in counted.most_common()]


def _cost(cost: Cost | None) -> Json | None:
    """What is scheduled costs, or where nothing is scheduled yet what would be; nothing once it was sent."""
    if cost is None:
        return None
    if cost.before.messages:
        return bill_document(cost.before)
    waiting = cost.wanted or (cost.after if cost.after.messages else None)
    return bill_document(waiting) if waiting else None


def _phase(record: CampaignRecord, now: datetime, *, in_doubt: bool) -> str:
    """What its schedules tell; nothing where it has none."""
    batches = record.batches.values()
    pending = [batch for batch in batches if not batch.is_over(now) and not batch.gone]
    if (record.cancelled and not pending) or any(batch.gone for batch in batches):
        return "cancelled"
    if any(batch.is_over(now) for batch in batches):
        return "sent"
    if in_doubt:
        return "unknown"
    return "scheduled" if batches else ""


def _past(
    address: Address, desired: Campaign | None, observed: State, history: History, now: datetime
) -> str:
    """What the history tells of a campaign without schedules."""
    if was_sent(observed, history, address, now):
        return "sent"
    if was_cancelled(history, address):
        return "cancelled"
    return "missed" if desired is None or desired.send_time <= now else "waiting"


def outputs(state: State) -> dict[str, int]:
    """The serving temp_id of every template, by name, as recorded."""
    records = ((a, r) for a, r in sorted(state.resources.items()) if isinstance(r, TemplateRecord))
    return {name_of(address): record.serving for address, record in records if record.serving is not None}


def in_phase(status: Json, phase: str) -> bool:
    """Whether some template of the document is in that phase."""
    templates = status["templates"]
    assert isinstance(templates, list)
    return any(template["phase"] == phase for template in templates)
