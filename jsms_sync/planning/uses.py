"""Which template ids are alive, and which a pending campaign still needs."""

from collections.abc import Iterable
from datetime import datetime

from jsms_sync.kinds.campaign import CampaignView
from jsms_sync.kinds.campaign_changes import RECENT
from jsms_sync.kinds.campaign_settle import Standing, Standings
from jsms_sync.kinds.template import TemplateView
from jsms_sync.model.decisions import ChangeBatch, DropBatch
from jsms_sync.model.observed import Gone, SeenTemplate, TemplateSeen, Unreadable
from jsms_sync.model.records import Audit
from jsms_sync.model.serving import Serving
from jsms_sync.model.text import variables


def serving_of(temp_id: int, seen: TemplateSeen | None) -> Serving:
    """What a template that is not managed here offers; one that is not readable at all is taken as it is.

    The vendor's template 1 may not be readable (architecture §5).
    """
    match seen:
        case SeenTemplate(text=text, status=Audit.APPROVED):
            names = frozenset(variables(text.content))
            return Serving(temp_id, names, ready=True, content=text.content, type=text.type)
        case SeenTemplate():
            return Serving()
        case Unreadable(why):
            return Serving(unreadable=f"template {temp_id} could not be read: {why}")
        case Gone() | None:
            return Serving(temp_id, ready=True)


def living_ids(views: Iterable[TemplateView]) -> frozenset[int]:
    """The ids of every revision that was not seen to be gone."""
    return frozenset(temp_id for view in views for temp_id in view.settled.known_ids)


def used_ids(views: Iterable[CampaignView], now: datetime) -> frozenset[int]:
    """The ids that pending schedules and open intents still use once this plan is done."""
    return frozenset(temp_id for view in views for temp_id in _used(view, now))


def _used(view: CampaignView, now: datetime) -> Iterable[int]:
    steps = [step for change in view.decision.changes for step in change.steps]
    switched = {step.key for step in steps if isinstance(step, ChangeBatch | DropBatch)}
    for standing in view.settled.batches:
        if standing.key not in switched and _may_be_sent(standing, now):
            yield standing.batch.target.temp_id
    for step in steps:
        if isinstance(step, ChangeBatch) and isinstance(step.draft.template, int):
            yield step.draft.template
    for doubt in view.settled.doubts:
        if doubt.target is not None:
            yield doubt.target.temp_id


def _may_be_sent(standing: Standings, now: datetime) -> bool:
    if standing.standing is Standing.PASSED:
        return now - standing.batch.target.send_time < RECENT
    return standing.standing is not Standing.GONE
