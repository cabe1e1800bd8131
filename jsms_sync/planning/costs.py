"""What every campaign costs, by what is decided about it."""

from collections.abc import Mapping
from datetime import datetime

from jsms_sync.kinds.campaign_facts import CampaignView
from jsms_sync.kinds.campaign_settle import Standing
from jsms_sync.model.decisions import ChangeBatch, DropBatch, PlaceBatch
from jsms_sync.model.resources import Address, Campaign, Definitions
from jsms_sync.planning.cost import Bill, Cost, Costs, Tariff, desired_text, recorded_bill, total
from jsms_sync.planning.plan import Estimate


def costs_of(
    definitions: Definitions, views: Mapping[Address, CampaignView], tariff: Tariff, now: datetime
) -> Costs:
    """The cost of each campaign."""
    return {
        a: _cost(view, definitions.campaigns.get(a), definitions, tariff, now) for a, view in views.items()
    }


def estimate(costs: Costs) -> Estimate:
    """The messages and parts of every schedule that is placed or changed; an unknown text counts one part."""
    changed = total(cost.changed for cost in costs.values())
    return Estimate(changed.messages, changed.parts)


def _cost(
    view: CampaignView, desired: Campaign | None, definitions: Definitions, tariff: Tariff, now: datetime
) -> Cost:
    """What the campaign costs, before and after what is decided; schedules in doubt count as placed."""
    steps = [step for change in view.decision.changes for step in change.steps]
    drafts = [step.draft for step in steps if isinstance(step, PlaceBatch | ChangeBatch)]
    touched = {step.key for step in steps if isinstance(step, ChangeBatch | DropBatch)}
    pending = view.settled.standing(Standing.PENDING, Standing.CHANGED, Standing.UNREADABLE)
    doubted = [recorded_bill(doubt.target) for doubt in view.settled.doubts if doubt.target]
    before = {standing.key: tariff.standing(standing) for standing in pending}
    stays = [bill for key, bill in before.items() if key not in touched]
    changed = total(map(tariff.draft, drafts))
    after = total((*stays, *doubted, changed))
    waits = not view.settled.batches and not after.messages
    wanted = _wanted(desired, definitions, tariff) if waits and desired and now < desired.send_time else None
    return Cost(total((*before.values(), *doubted)), after, changed, wanted)


def _wanted(desired: Campaign, definitions: Definitions, tariff: Tariff) -> Bill:
    return tariff.campaign(desired, desired_text(desired, definitions, tariff.texts))
