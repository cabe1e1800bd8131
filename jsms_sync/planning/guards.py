"""The guards of what is sent: hours of marketing, days without sends, parts, people whom JSMS refused.

They look at what would be sent at another time, with another text or to more people than now. Taking
people out, or a campaign away, is never refused: that is how a mistake is mended.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from jsms_sync.model.decisions import (
    AUDIT_PENDING,
    Change,
    ChangeBatch,
    Draft,
    Held,
    PlaceBatch,
    Refusal,
    RefusalCode,
)
from jsms_sync.model.digests import halves
from jsms_sync.model.records import CampaignRecord, State, Target
from jsms_sync.model.resources import Address, Definitions, TemplateType
from jsms_sync.model.settings import Hours, Limits
from jsms_sync.model.wire import CHINA, china_time
from jsms_sync.planning.choices import Choices, override
from jsms_sync.planning.cost import Costs, Texts, desired_text, total

Guard = tuple[RefusalCode, str]
"""A code, and the reason."""
SHOWN = 5
"""How many campaigns a reason names."""


@dataclass(frozen=True, slots=True)
class Send:
    """Something new that a campaign would send: when, whether it is marketing, and whether to new people."""

    address: Address
    send_time: datetime
    is_marketing: bool
    has_new_people: bool


def sends(changes: Iterable[Change], state: State, texts: Texts) -> tuple[Send, ...]:
    """What the changes would send that is not scheduled like that already."""
    return tuple(
        Send(change.address, new[0][0].send_time, _is_marketing(new, texts), any(more for _, more in new))
        for change in changes
        if (new := list(_new(change, state.campaign(change.address), texts)))
    )


def _new(change: Change, record: CampaignRecord | None, texts: Texts) -> Iterator[tuple[Draft, bool]]:
    """Each draft with something new in it, and whether that is people."""
    for step in change.steps:
        match step:
            case PlaceBatch(draft=draft):
                yield draft, True
            case ChangeBatch(key=key, draft=draft):
                target = record.batches[key].target if record else None
                more = target is None or not set(_numbers(draft.members)) <= set(_numbers(target.members))
                if more or target is None or not _is_same(draft, target, texts):
                    yield draft, more
            case _:
                pass


def _numbers(members: bytes) -> Iterable[int]:
    return halves(members)[0]


def _is_same(draft: Draft, target: Target, texts: Texts) -> bool:
    """Whether time and text are those that are scheduled."""
    text = texts.get(draft.template)
    told = draft.template == target.temp_id or (text is not None and text == texts.get(target.temp_id))
    return told and draft.send_time == target.send_time


def _is_marketing(new: Iterable[tuple[Draft, bool]], texts: Texts) -> bool:
    found = (texts.get(draft.template) for draft, _ in new)
    return any(text is not None and text[1] is TemplateType.MARKETING for text in found)


def send_refusals(
    sent: Iterable[Send], refused: Mapping[Address, int], costs: Costs, choices: Choices, limits: Limits
) -> Iterator[Refusal]:
    """The refusals of what would be sent, those that were allowed left out."""
    for each in sent:
        found = [*_time_guards(each, limits), *_refused_guard(each, refused.get(each.address, 0), limits)]
        for code, reason in found:
            if not choices.allows(code, each.address):
                yield Refusal(code, reason, each.address, f"--allow {override(code, each.address)}")
    yield from _parts(costs, choices, limits)


def _time_guards(send: Send, limits: Limits) -> Iterator[Guard]:
    """What the time of a send is refused for."""
    local, when = send.send_time.astimezone(CHINA), china_time(send.send_time)
    if send.is_marketing and not _within(limits.marketing_hours, local):
        reason = f"its text is marketing, and its send_time {when} (China time) is outside marketing_hours"
        yield RefusalCode.OUTSIDE_MARKETING_HOURS, f"{reason} ({limits.marketing_hours})"
    for days in limits.blackout:
        if days.first <= local.date() <= days.last:
            reason = f"its send_time {when} (China time) lies in the blackout {days}"
            yield RefusalCode.BLACKOUT, reason
            return


def _within(hours: Hours, local: datetime) -> bool:
    return hours.start <= local.time() < hours.end


def _refused_guard(send: Send, refused: int, limits: Limits) -> Iterator[Guard]:
    most = limits.max_failed
    if most is not None and refused > most and send.has_new_people:
        reason = f"JSMS refused {refused:,} of its recipients, more than max_failed ({most:,})"
        yield RefusalCode.OVER_LIMIT, f"{reason}, so nobody else is placed: take them out of its recipients"


def _parts(costs: Costs, choices: Choices, limits: Limits) -> Iterator[Refusal]:
    """The parts of what is placed or changed; of a run that adds none to those scheduled, none counts."""
    changed, code = total(cost.changed for cost in costs.values()).parts, RefusalCode.OVER_LIMIT
    adds = sum(cost.after.parts - cost.before.parts for cost in costs.values()) > 0
    if limits.max_parts is None or changed <= limits.max_parts or not adds or choices.allows(code, None):
        return
    dearest = sorted(costs, key=lambda address: (-costs[address].changed.parts, address))[:SHOWN]
    named = ", ".join(f"{a} {costs[a].changed.parts:,}" for a in dearest if costs[a].changed.parts)
    reason = f"the campaigns of this run take {changed:,} parts, more than max_parts ({limits.max_parts:,})"
    yield Refusal(code, f"{reason}: {named}", override=f"--allow {override(code, None)}")


def foreseen(
    definitions: Definitions, held: Iterable[Held], texts: Texts, choices: Choices, limits: Limits
) -> Iterator[str]:
    """A note for each campaign that waits for an audit, and whose time would be refused after it."""
    for entry in held:
        campaign = definitions.campaigns.get(entry.address)
        if campaign is None or entry.code not in AUDIT_PENDING:
            continue
        text = desired_text(campaign, definitions, texts)
        marketing = text is not None and text[1] is TemplateType.MARKETING
        send = Send(campaign.address, campaign.send_time, marketing, has_new_people=False)
        for code, reason in _time_guards(send, limits):
            if not choices.allows(code, campaign.address):
                yield f"{campaign.address} will be refused after the approval ({code}): {reason}"
