"""What later runs will do: which text each campaign waits for, until when, and whether that is in time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jsms_sync.kinds.campaign import LATEST
from jsms_sync.kinds.campaign_facts import CampaignView
from jsms_sync.kinds.campaign_settle import Standing
from jsms_sync.kinds.template import TemplateView
from jsms_sync.kinds.template_settle import Living
from jsms_sync.model.decisions import (
    AFTER_APPROVAL,
    Action,
    Change,
    Held,
    HeldCode,
    ResubmitTemplate,
    SubmitTemplate,
)
from jsms_sync.model.resources import Address, Campaign, kind_of, template_address
from jsms_sync.model.wire import china_time
from jsms_sync.planning.audit_hours import expected_approval, working_moment

SUBMITS = frozenset({Action.CREATE, Action.MODIFY, Action.REPLACE})
WAITING = frozenset({HeldCode.TEMPLATE_NOT_APPROVED, HeldCode.TEMPLATE_MISSING})
BLOCKED = frozenset(
    {
        HeldCode.CANCELLED,
        HeldCode.CHANGED_OUTSIDE,
        HeldCode.SEND_TIME_PASSED,
        HeldCode.INSIDE_FREEZE_WINDOW,
        HeldCode.UNREADABLE,
    }
)
"""Held for something that an approval does not end."""
PENDING = (Standing.PENDING, Standing.CHANGED, Standing.UNREADABLE)


@dataclass(frozen=True, slots=True)
class Awaited:
    """A text that is not approved yet.

    `template` is None for one that is not managed here, `temp_id` while it is not submitted, `expected` when
    nobody is auditing it. At `earliest` its approval can be reckoned with, if people do their part at once.
    """

    template: Address | None
    temp_id: int | None = None
    expected: datetime | None = None
    earliest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """A campaign that waits for a text.

    `pending` when it is scheduled with an older one meanwhile, `lost` when that one is gone, `switches` when
    it will change over by itself.
    """

    awaited: Awaited
    send_time: datetime
    pending: bool = False
    lost: bool = False
    switches: bool = False


Texts = Mapping[Address, Awaited]
Waits = Mapping[Address, Wait]


def awaited(views: Mapping[Address, TemplateView], now: datetime) -> Texts:
    """The desired texts that are not approved, by the address of their template."""
    found = ((address, _awaited(address, view, now)) for address, view in views.items())
    return {address: text for address, text in found if text is not None}


def _awaited(address: Address, view: TemplateView, now: datetime) -> Awaited | None:
    soonest = expected_approval(now)
    for step in (step for change in view.decision.changes for step in change.steps):
        match step:
            case SubmitTemplate():
                return Awaited(address, None, soonest, soonest)
            case ResubmitTemplate(temp_id=temp_id):
                return Awaited(address, temp_id, soonest, soonest)
    match [held.code for held in view.decision.held], view.carrier:
        case [HeldCode.AWAITING_APPROVAL], Living(revision):
            since = revision.in_audit_since
            return Awaited(address, revision.temp_id, expected_approval(since), _reckoned(since, now))
        case [HeldCode.REJECTED], Living(revision):
            return Awaited(address, revision.temp_id, None, soonest)
        case [HeldCode.UNDER_REVIEW], _:
            # The new text is submitted only once the audit of the other one is over.
            other = view.settled.living[-1].revision
            later = expected_approval(_reckoned(other.in_audit_since, now))
            return Awaited(address, None, later, later)
        case [HeldCode.UNKNOWN_OUTCOME], _:
            return Awaited(address)
        case _:
            return None


def _reckoned(since: datetime, now: datetime) -> datetime:
    """The end of an audit that began then and is still open now: people have to be at work for it."""
    return max(expected_approval(since), working_moment(now))


def waits(
    campaigns: Mapping[Address, Campaign], views: Mapping[Address, CampaignView], texts: Texts
) -> Waits:
    """Every defined campaign whose text is not approved yet, with what it waits for."""
    found = ((address, _wait(desired, views[address], texts)) for address, desired in campaigns.items())
    return {address: wait for address, wait in found if wait is not None}


def _wait(desired: Campaign, view: CampaignView, texts: Texts) -> Wait | None:
    codes = {held.code for held in view.decision.held}
    pending = () if view.settled.standing(Standing.PASSED) else view.settled.standing(*PENDING)
    waiting = bool(codes & WAITING)
    text = Awaited(None, desired.temp_id) if waiting else None
    if desired.template is not None:
        text = texts.get(template_address(desired.template))
    if text is None or not (waiting or pending):
        return None
    times = [standing.batch.target.send_time for standing in pending]
    send_time = desired.send_time if view.decision.changes or not times else min(times)
    lost, switches = HeldCode.TEMPLATE_MISSING in codes, bool(pending) and not codes & BLOCKED
    return Wait(text, send_time, bool(pending), lost, switches)


def changes_with_future(changes: Iterable[Change], texts: Texts, waits: Waits) -> tuple[Change, ...]:
    """The changes, each that submits a text with its expected approval and the campaigns that will switch."""
    return tuple(
        replace(
            change,
            next=_with_switches(change.next, change.address, waits),
            expected_approval=texts[change.address].expected,
        )
        if change.action in SUBMITS and kind_of(change.address) == "template"
        else change
        for change in changes
    )


def held_with_future(held: Iterable[Held], texts: Texts, waits: Waits) -> tuple[Held, ...]:
    """What is held, with the expected approval of the text that it waits for and what will follow it."""
    return tuple(_held(entry, texts, waits) for entry in held)


def _held(entry: Held, texts: Texts, waits: Waits) -> Held:
    match entry.code:
        case HeldCode.AWAITING_APPROVAL:
            following = _with_switches(entry.next, entry.address, waits)
            return replace(entry, next=following, expected_approval=texts[entry.address].expected)
        case HeldCode.UNDER_REVIEW:
            return replace(entry, expected_approval=texts[entry.address].expected)
        case HeldCode.TEMPLATE_NOT_APPROVED | HeldCode.TEMPLATE_MISSING if entry.address in waits:
            return replace(entry, expected_approval=waits[entry.address].awaited.expected)
        case _:
            return entry


def _with_switches(following: tuple[str, ...], template: Address, waits: Waits) -> tuple[str, ...]:
    """Once the new text serves, the pending campaigns go over to it, and only then old revisions go."""
    users = (a for a, wait in sorted(waits.items()) if wait.switches and wait.awaited.template == template)
    return (*following[:1], *(f"{AFTER_APPROVAL}: switch {user}" for user in users), *following[1:])


def too_late(waits: Waits, now: datetime, freeze: timedelta) -> Iterator[str]:
    """A note for each campaign whose time comes before the text that it waits for can be approved."""
    for address, wait in sorted(waits.items()):
        earliest = wait.awaited.earliest
        margin = max(freeze, LATEST) if wait.pending else LATEST
        if earliest is not None and now < wait.send_time < earliest + margin:
            yield f"{address}: {_late(wait)} {_minute(earliest)}"


def _late(wait: Wait) -> str:
    at = f"{_minute(wait.send_time)} (China time)"
    what = f"at {at} the OLD text will be sent" if wait.pending else f"it will be missed, its time is {at}"
    if wait.lost:
        what = f"at {at} it will fail, because its template is gone"
    return f"{what}; the approval of {wait.awaited.template} is not expected before"


def _minute(moment: datetime) -> str:
    return china_time(moment)[:-3]
