"""The plan as JSON: the shape of contract §5, without a phone number, parameter value or secret."""

from datetime import UTC, datetime

from msgspec.structs import asdict

from jsms_sync.model.decisions import BatchCounts, Change, Held, Refusal
from jsms_sync.model.resources import Position, Problem, kind_of
from jsms_sync.model.wire import CHINA
from jsms_sync.planning.cost import Bill, Cost, Costs
from jsms_sync.planning.fields import differences
from jsms_sync.planning.fingerprint import fingerprint, plan_digest
from jsms_sync.planning.messages import PlannedMessage, Send
from jsms_sync.planning.plan import Origin, Plan
from jsms_sync.planning.saved import LIFETIME, chosen

FORMAT_VERSION = 1

Json = dict[str, object]
NO_COST = Cost()
WITHOUT_RECIPIENTS = "this plan was made without the recipients files, so it cannot be applied"


def plan_document(plan: Plan) -> Json:
    """The whole plan as values that JSON knows."""
    origin = plan.origin
    fingerprints = [fingerprint(change) for change in plan.changes]
    changes = zip(plan.changes, fingerprints, strict=True)
    document: Json = {
        "format_version": FORMAT_VERSION,
        "id": origin.id,
        "digest": plan_digest(origin.account, fingerprints),
        "created_at": _utc(origin.created_at),
        "expires_at": _utc(origin.created_at + LIFETIME),
        "tool_version": origin.tool_version,
        "account": origin.account,
        "state": {"lineage": origin.lineage, "serial": origin.serial},
        "definitions_digest": origin.definitions_digest,
        "settings_digest": origin.settings_digest,
        "made_from": _made_from(origin),
        "summary": plan.summary,
        "changes": [change_document(each, mark, plan.costs) for each, mark in changes],
        "held": [held_document(held) for held in plan.held],
        "refusals": [refusal_document(refusal) for refusal in plan.refusals],
        "problems": [problem_document(problem) for problem in plan.problems],
        "notes": [*plan.notes, *([WITHOUT_RECIPIENTS] if plan.without_recipients else [])],
        "estimate": {
            "messages": plan.estimate.messages,
            "parts": plan.estimate.parts,
            "balance": plan.estimate.balance,
            "balance_after": plan.estimate.balance_after,
        },
        "messages": [_message(message) for message in plan.messages],
        "sends": [_send(send) for send in plan.sends],
    }
    return document | ({"without_recipients": True} if plan.without_recipients else {})


def _made_from(origin: Origin) -> Json:
    """What `apply FILE` looks for again."""
    return {
        "paths": list(origin.paths),
        "files": dict(sorted(origin.files.items())),
        "chosen": {name: list(values) for name, values in asdict(chosen(origin.choices)).items()},
        "options": list(origin.options),
    }


def _message(message: PlannedMessage) -> Json:
    """A text as it is written, with its cost; the bubble of a phone is made from that."""
    shown = message.preview
    return {
        "address": shown.address,
        "type": shown.type.word,
        "signature": message.signature,
        "content": message.content,
        "characters": shown.message.characters,
        "parts": len(shown.message.parts),
        "room": shown.room if shown.variables else None,
    }


def _send(send: Send) -> Json:
    return {
        "address": send.address,
        "send_time": china_iso(send.send_time),
        "recipients": send.recipients,
        "template": send.template,
        "temp_id": send.temp_id,
    }


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def china_iso(moment: datetime | None) -> str | None:
    """The moment in China time, as ISO 8601 to the second; None where there is none."""
    return moment.astimezone(CHINA).isoformat(timespec="seconds") if moment else None


def change_document(change: Change, mark: str, costs: Costs) -> Json:
    """One change of a plan with its fingerprint; that of schedules with what the campaign then costs."""
    document: Json = {
        "address": change.address,
        "kind": kind_of(change.address),
        "action": change.action.value,
        "reason": change.reason.value,
        "remote_id": change.remote_id,
        "fields": [
            {"path": field.path, "before": field.before, "after": field.after}
            for field in differences(change.before, change.after)
        ],
        "source": _source(change.source),
        "next": list(change.next),
        "expected_approval": china_iso(change.expected_approval),
        "fingerprint": mark,
    }
    if change.batches is not None:
        document["batches"] = _counts(change.batches)
        document["cost"] = _cost(costs.get(change.address, NO_COST))
    return document


def bill_document(bill: Bill) -> Json:
    """What messages cost; the parts of one are null where a text or a value is not known."""
    return {
        "messages": bill.messages,
        "parts": bill.parts,
        "parts_min": bill.fewest if bill.is_known else None,
        "parts_max": bill.most if bill.is_known else None,
    }


def _cost(cost: Cost) -> Json:
    """With what is scheduled now, whose parts are null where they cannot be known."""
    before = cost.before
    return {
        **bill_document(cost.after),
        "messages_before": before.messages,
        "parts_before": before.parts if before.is_known else None,
    }


def _source(source: Position | None) -> Json | None:
    return {"file": source.file, "line": source.line, "column": source.column} if source else None


def _counts(batches: BatchCounts) -> Json:
    return {
        "create": batches.create,
        "modify": batches.modify,
        "delete": batches.delete,
        "unchanged": batches.unchanged,
    }


def held_document(held: Held) -> Json:
    """One held change."""
    return {
        "address": held.address,
        "code": held.code.value,
        "reason": held.reason,
        "next": list(held.next),
        "expected_approval": china_iso(held.expected_approval),
    }


def refusal_document(refusal: Refusal) -> Json:
    """One refusal."""
    return {
        "address": refusal.address,
        "code": refusal.code.value,
        "reason": refusal.reason,
        "override": refusal.override,
    }


def problem_document(problem: Problem) -> Json:
    """One problem of the definitions (contract §4)."""
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "help": problem.help,
        "file": problem.position.file,
        "line": problem.position.line,
        "column": problem.position.column,
        "address": problem.address,
    }
