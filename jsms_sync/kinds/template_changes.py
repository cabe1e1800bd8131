"""The changes that the template's table ends in, with what a plan shows of them."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from jsms_sync.kinds.template_settle import Living, Settled, desired_text
from jsms_sync.model.decisions import (
    AFTER_APPROVAL,
    AFTER_GRACE,
    Action,
    Change,
    Decision,
    DeleteTemplate,
    Reason,
    Refusal,
    RefusalCode,
    Step,
)
from jsms_sync.model.events import Event, Forgotten, TemplateSet
from jsms_sync.model.records import Happened, Revision, TemplateRecord, Text
from jsms_sync.model.resources import Address, Template


def change(
    desired: Template,
    action: Action,
    step: Step,
    old: Living | None,
    reason: Reason | None = None,
    *,
    opening: tuple[Event, ...] = (),
    later: tuple[str, ...] = (),
) -> Decision:
    """The change that submits the desired text, with the old one beside it; `later` tells of the others."""
    made = Change(
        desired.address,
        action,
        reason or _why(desired, old),
        remote_id=old.revision.temp_id if old else None,
        before=_before(old) if old else {},
        after=_shown(desired_text(desired), desired.remark),
        source=desired.source,
        next=(f"{AFTER_APPROVAL}: {'the new text' if action is Action.REPLACE else 'it'} serves", *later),
        steps=(step,),
        opening=opening,
    )
    return Decision(changes=(made,))


def _before(old: Living) -> dict[str, object]:
    """The old text, with the reason for its rejection where a callback brought one."""
    shown, reason = _shown(old.text, old.revision.remark), old.revision.refuse_reason
    return {**shown, "refuse_reason": reason} if reason else shown


def _why(desired: Template, old: Living | None) -> Reason:
    """Drifted when we sent just what is desired and the service shows something else by now."""
    drifted = old is not None and old.revision.sent == desired_text(desired) and old.text != old.revision.sent
    return Reason.DRIFTED if drifted else Reason.DEFINITION_CHANGED


def fates(desired: Template, others: Iterable[Living], now: datetime) -> tuple[str, ...]:
    """What becomes of the template's other revisions once the desired text is approved."""
    return tuple(line for other in others for line in _fate(other.revision, desired.retire_after, now))


def _fate(revision: Revision, retire_after: timedelta | None, now: datetime) -> Iterator[str]:
    temp_id, since = revision.temp_id, revision.superseded_at
    if not revision.served:
        yield f"{AFTER_APPROVAL}: retire {temp_id}"
    elif retire_after is None:
        # Of one that was superseded before, it was said already.
        if since is None:
            told = "stays, because applications may still use it (no retire_after)"
            yield f"{AFTER_APPROVAL}: {temp_id} {told}"
    elif since is None:
        yield f"{duration(retire_after)} {AFTER_APPROVAL}: retire {temp_id}"
    else:
        event = AFTER_APPROVAL if since + retire_after <= now else AFTER_GRACE
        yield f"{event}: retire {temp_id}"


def duration(value: timedelta) -> str:
    """The duration as definitions write it: `7d`, `12h`, `30m`, `45s`."""
    seconds = int(value.total_seconds())
    for letter, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{letter}"
    return f"{seconds}s"


def _shown(text: Text | None, remark: str | None) -> dict[str, object]:
    shown: dict[str, object] = {"content": text.content, "type": text.type.word} if text else {}
    if text and text.ttl is not None:
        shown["ttl"] = text.ttl
    return {**shown, "remark": remark} if remark else shown


def header(desired: Template, record: TemplateRecord | None) -> TemplateSet:
    """What is recorded of the definition; protection ends only by an explicit `protect: false`."""
    kept = record.protect if record else False
    protect = kept if desired.protect is None else desired.protect
    return TemplateSet(desired.address, desired.source.file, protect, desired.retire_after)


def recorded(desired: Template, record: TemplateRecord | None) -> Decision:
    """A change of the state alone, when protection or retirement are defined otherwise than recorded."""
    if record is None or not record.revisions:
        return Decision()
    new = header(desired, record)
    before, after = _policy(record.protect, record.retire_after), _policy(new.protect, new.retire_after)
    if before == after:
        return _still_protected(desired) if new.protect and desired.protect is None else Decision()
    made = Change(
        desired.address,
        Action.RECORD,
        Reason.DEFINITION_CHANGED,
        remote_id=record.serving,
        before=before,
        after=after,
        source=desired.source,
        closing=(new,),
    )
    return Decision(changes=(made,))


def _still_protected(desired: Template) -> Decision:
    told = "it stays protected, although its definition does not say so: `protect: false` ends that"
    return Decision(notes=(f"{desired.address}: {told}",))


def _policy(protect: bool, retire_after: timedelta | None) -> dict[str, object]:
    return {"protect": protect, "retire_after": None if retire_after is None else duration(retire_after)}


def retire(address: Address, living: Living) -> Decision:
    """The change that deletes a superseded revision."""
    temp_id = living.revision.temp_id
    made = Change(
        address,
        Action.RETIRE,
        Reason.SUPERSEDED,
        remote_id=temp_id,
        before=_shown(living.text, living.revision.remark),
        steps=(DeleteTemplate(temp_id, Happened.RETIRED),),
    )
    return Decision(changes=(made,))


def removed(address: Address, record: TemplateRecord, settled: Settled) -> Decision:
    """What a removed definition means: delete all revisions, or forget what is gone already."""
    if not settled.living:
        made = Change(address, Action.FORGET, Reason.DEFINITION_REMOVED, closing=(Forgotten(address),))
        return Decision(changes=(made,))
    if record.protect:
        reason = "its definition is gone, but it is protected; put it back with `protect: false` to let it go"
        return Decision(refusals=(Refusal(RefusalCode.PROTECTED, reason, address),))
    newest = settled.living[-1]
    made = Change(
        address,
        Action.DELETE,
        Reason.DEFINITION_REMOVED,
        remote_id=record.serving or newest.revision.temp_id,
        before=_shown(newest.text, newest.revision.remark),
        steps=tuple(DeleteTemplate(x.revision.temp_id, Happened.DELETED) for x in settled.living),
        closing=(Forgotten(address),),
    )
    return Decision(changes=(made,))
