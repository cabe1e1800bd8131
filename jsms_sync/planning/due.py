"""The alarm before a campaign goes out: which of those that are due are not what they should be."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from jsms_sync.model.decisions import STUCK, Action, HeldCode
from jsms_sync.model.digests import ENTRY
from jsms_sync.model.records import Batch, CampaignRecord, State
from jsms_sync.model.resources import Address, Campaign, Definitions, Severity, kind_of
from jsms_sync.planning.document import Json, china_iso
from jsms_sync.planning.future import Awaited
from jsms_sync.planning.plan import Plan

TOO_LATE = STUCK | {HeldCode.UNKNOWN_OUTCOME}
"""What is still worth an alarm once the time has passed: a person has to do something about it."""
KEEPS = frozenset({Action.RECORD, Action.FORGET})


@dataclass(frozen=True, slots=True)
class NotReady:
    """A campaign that is due and not fully scheduled on the desired text, and why."""

    address: Address
    send_time: datetime
    why: str


def not_ready(
    definitions: Definitions, observed: State, plan: Plan, now: datetime, until: datetime
) -> tuple[NotReady, ...]:
    """Every campaign due by then that is not ready, by its time; `observed` is the state after the look.

    Recipients that JSMS refused for good do not count: no apply could bring them in.
    """
    recorded = (address for address in observed.resources if kind_of(address) == "campaign")
    found = []
    for address in {*definitions.campaigns, *recorded}:
        desired = definitions.campaigns.get(address)
        batches = _batches(observed.campaign(address))
        at = _next_time(desired, batches, now)
        if at is not None and at <= until:
            why = tuple(_reasons(address, desired, batches, plan, is_past=at <= now))
            found += [NotReady(address, at, "; ".join(why))] if why else []
    return tuple(sorted(found, key=lambda each: (each.send_time, each.address)))


def _batches(record: CampaignRecord | None) -> tuple[Batch, ...]:
    return tuple(record.batches.values()) if record else ()


def _next_time(desired: Campaign | None, batches: Iterable[Batch], now: datetime) -> datetime | None:
    """When something happens next: the nearest time to come, of the definition or of a schedule."""
    times = [batch.target.send_time for batch in batches if not batch.gone]
    times += [desired.send_time] if desired else []
    return min((at for at in times if at > now), default=max(times, default=None))


def _reasons(
    address: Address, desired: Campaign | None, batches: tuple[Batch, ...], plan: Plan, *, is_past: bool
) -> Iterator[str]:
    held = [entry for entry in plan.held if entry.address == address]
    yield from (entry.reason for entry in held if not is_past or entry.code in TOO_LATE)
    if is_past:
        return
    yield from (refusal.reason for refusal in plan.refusals if refusal.address == address)
    errors = (p for p in plan.problems if p.severity is Severity.ERROR and p.address == address)
    yield from (error.message for error in errors)
    changes = [c for c in plan.changes if c.address == address and c.action not in KEEPS]
    yield from (f"an apply would {change.action} it" for change in changes)
    wait = plan.waits.get(address)
    if wait is not None and wait.pending:
        yield f"it is scheduled with an older text than that of {_text(wait.awaited)}"
    missing = _missing(desired, batches)
    if missing and not held and not changes:
        yield f"{missing} of its recipients are not scheduled"


def _text(text: Awaited) -> str:
    return f"{text.template}" + (f" ({text.temp_id})" if text.temp_id else "")


def _missing(desired: Campaign | None, batches: Iterable[Batch]) -> int:
    """How many of the desired recipients are neither scheduled nor refused."""
    known = sum(len(batch.target.members) // ENTRY + len(batch.refused) for batch in batches)
    return max(len(desired.recipients) - known, 0) if desired else 0


def due_document(until: datetime, found: Iterable[NotReady]) -> Json:
    """What `status --due` adds to its document."""
    entries = [{"address": x.address, "send_time": china_iso(x.send_time), "why": x.why} for x in found]
    return {"until": china_iso(until), "not_ready": entries}
