"""Outcomes as JSON (contract §5)."""

from collections import Counter
from collections.abc import Iterable, Sequence

from jsms_sync.api.codes import explain
from jsms_sync.model.decisions import Held, Refusal
from jsms_sync.model.outcomes import Outcome, RefusedRecipient, Result, Trouble
from jsms_sync.planning.document import FORMAT_VERSION, Json, held_document, refusal_document

SHOWN = 5
"""How many of the refused are named."""


def outcome_document(outcome: Outcome) -> Json:
    """One outcome; `remote_id`, `error` and `refused` only where there is one."""
    document: Json = {
        "address": outcome.address,
        "action": outcome.action.value,
        "result": outcome.result.value,
    }
    if outcome.remote_id is not None:
        document["remote_id"] = outcome.remote_id
    if outcome.trouble is not None:
        document["error"] = error_document(outcome.trouble)
    if outcome.refused:
        document["refused"] = _refused(outcome.refused)
    return document


def _refused(refused: Iterable[RefusedRecipient]) -> list[Json]:
    """Whom JSMS refused, by code: how many, why, and a few of them, masked."""
    by_code: dict[int, list[RefusedRecipient]] = {}
    for each in refused:
        by_code.setdefault(each.code, []).append(each)
    return [
        {
            "code": code,
            "count": len(found),
            "message": explain(code).meaning,
            "recipients": [repr(each.mobile) for each in found[:SHOWN]],
        }
        for code, found in sorted(by_code.items())
    ]


def error_document(trouble: Trouble) -> Json:
    """What went wrong; `code` is JSMS's number where there is one."""
    code = trouble.code if trouble.number is None else trouble.number
    return {"code": code, "message": trouble.message, "http_status": trouble.http_status}


def apply_document(
    plan_id: str | None, outcomes: Sequence[Outcome], held: Sequence[Held], refusals: Sequence[Refusal]
) -> Json:
    """What an apply came to, failure included."""
    counted = Counter(outcome.result for outcome in outcomes)
    summary = {result.value: counted[result] for result in Result}
    return {
        "format_version": FORMAT_VERSION,
        "plan_id": plan_id,
        "outcomes": [outcome_document(outcome) for outcome in outcomes],
        "held": [held_document(entry) for entry in held],
        "refusals": [refusal_document(refusal) for refusal in refusals],
        "summary": {**summary, "held": len(held), "refused": len(refusals)},
    }
