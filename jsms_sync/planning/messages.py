"""The texts that a plan is about and when they go out, for a reviewer who knows no ids."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from jsms_sync.model.resources import Address, Campaign, Definitions, template_address
from jsms_sync.planning.plan import Plan
from jsms_sync.planning.preview import Preview, template_preview


@dataclass(frozen=True, slots=True)
class PlannedMessage:
    """A defined text with what its message costs; its placeholders are shown, no value is known here."""

    preview: Preview
    content: str
    signature: str | None


@dataclass(frozen=True, slots=True)
class Send:
    """A campaign that is to go out; exactly one of `template` and `temp_id` says with which text."""

    address: Address
    send_time: datetime
    recipients: int
    template: Address | None = None
    temp_id: int | None = None


def with_messages(plan: Plan, definitions: Definitions, signature: str | None) -> Plan:
    """The plan with the defined texts of all that it changes or holds, and every future send of these."""
    concerned = _concerned(plan, definitions)
    messages = tuple(
        PlannedMessage(template_preview(template, signature), template.content, signature)
        for address, template in definitions.templates.items()
        if address in concerned
    )
    sends = sorted(_sends(plan, definitions, concerned), key=lambda send: (send.send_time, send.address))
    return replace(plan, messages=messages, sends=tuple(sends))


def _concerned(plan: Plan, definitions: Definitions) -> frozenset[Address]:
    """Every address that is changed or held, and the templates of the campaigns among them."""
    named = {change.address for change in plan.changes} | {held.address for held in plan.held}
    campaigns = (definitions.campaigns.get(address) for address in named)
    return frozenset(named | {text for each in campaigns if each and (text := _text(each))})


def _text(campaign: Campaign) -> Address | None:
    return template_address(campaign.template) if campaign.template is not None else None


def _sends(plan: Plan, definitions: Definitions, concerned: frozenset[Address]) -> Iterator[Send]:
    for address, campaign in definitions.campaigns.items():
        text = _text(campaign)
        is_future = campaign.send_time > plan.origin.created_at
        if is_future and (address in concerned or text in concerned):
            yield Send(address, campaign.send_time, len(campaign.recipients), text, campaign.temp_id)
