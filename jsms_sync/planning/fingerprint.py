"""What a change and a whole plan come to, as digests that a later plan can be compared with."""

import hashlib
from collections.abc import Iterable

import msgspec

from jsms_sync.model.decisions import (
    Change,
    ChangeBatch,
    DeleteTemplate,
    Draft,
    DropBatch,
    PlaceBatch,
    ResubmitTemplate,
    Step,
    SubmitTemplate,
)
from jsms_sync.model.resources import Template


def fingerprint(change: Change) -> str:
    """`sha256:` and the hash of what the change does and shows; two of them agree only on the same requests.

    Recipients count by their keyed digests. Where a definition stands and when an audit may end do not count.
    """
    steps = [_said(step) for step in change.steps]
    told = [
        change.address,
        change.action.value,
        change.remote_id,
        dict(change.before),
        dict(change.after),
        steps,
    ]
    return _hash(msgspec.json.encode(told))


def plan_digest(account: str | None, fingerprints: Iterable[str]) -> str:
    """`sha256:` and the hash of the account and of every change, whatever their order."""
    return _hash(msgspec.json.encode([account, sorted(fingerprints)]))


def _hash(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _said(step: Step) -> list[object]:
    match step:
        case SubmitTemplate(template):
            return ["submit", *_text(template)]
        case ResubmitTemplate(template, temp_id):
            return ["resubmit", temp_id, *_text(template)]
        case DeleteTemplate(temp_id):
            return ["delete", temp_id]
        case PlaceBatch(key, draft):
            return ["place", key, *_drafted(draft)]
        case ChangeBatch(key, schedule_id, draft):
            return ["change", key, schedule_id, *_drafted(draft)]
        case DropBatch(key, schedule_id):  # pragma: no branch - the last of the union
            return ["drop", key, schedule_id]


def _text(template: Template) -> list[object]:
    return [template.type, template.content, template.ttl, template.remark]


def _drafted(draft: Draft) -> list[object]:
    members = hashlib.sha256(draft.members).hexdigest()
    when = draft.send_time.timestamp()
    return [draft.form, when, draft.template, members, len(draft.members), draft.sign_id, draft.tag]
