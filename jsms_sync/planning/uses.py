"""Which template ids are alive, and which a pending campaign still needs."""

from collections.abc import Iterable
from datetime import datetime

from jsms_sync.kinds.campaign_facts import CampaignView
from jsms_sync.kinds.campaign_removed import may_be_sent
from jsms_sync.kinds.template import TemplateView
from jsms_sync.model.decisions import ChangeBatch, DropBatch
from jsms_sync.model.events import IntentClosed
from jsms_sync.model.observed import Gone, SeenTemplate, TemplateSeen, Unreadable
from jsms_sync.model.records import Audit, Happened, Intent, State
from jsms_sync.model.resources import Definitions
from jsms_sync.model.serving import Serving
from jsms_sync.model.text import variables

LEFT = frozenset({Happened.DELETED, Happened.DELETED_OUTSIDE, Happened.RETIRED})


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
        case Gone():
            return Serving(temp_id, ready=True, unknown=True)
        case _:
            return Serving(temp_id, ready=True)


def gone_ids(state: State, views: Iterable[TemplateView]) -> frozenset[int]:
    """The ids that once were revisions of ours and are gone by now, whoever deleted them."""
    settled = [view.settled for view in views]
    left = {e.remote_id for e in state.history if e.event in LEFT}
    missing = {temp_id for found in settled for temp_id in found.missing}
    known = {temp_id for found in settled for temp_id in found.known_ids}
    return frozenset(id for id in left | missing if isinstance(id, int)) - known


def used_ids(views: Iterable[CampaignView], intents: Iterable[Intent], now: datetime) -> frozenset[int]:
    """The ids that pending schedules and open intents still use once this plan is done."""
    every = tuple(views)
    closed = {e.id for view in every for e in view.decision.events if isinstance(e, IntentClosed)}
    meant = (i.target.temp_id for i in intents if i.target is not None and i.id not in closed)
    return frozenset((*meant, *(temp_id for view in every for temp_id in _used(view, now))))


def _used(view: CampaignView, now: datetime) -> Iterable[int]:
    steps = [step for change in view.decision.changes for step in change.steps]
    switched = {step.key for step in steps if isinstance(step, ChangeBatch | DropBatch)}
    for standing in view.settled.batches:
        if standing.key not in switched and may_be_sent(standing, now):
            yield standing.batch.target.temp_id
    for step in steps:
        if isinstance(step, ChangeBatch) and isinstance(step.draft.template, int):
            yield step.draft.template


def named_ids(definitions: Definitions, now: datetime) -> frozenset[int]:
    """The ids that campaigns name which are still to be sent, scheduled or not."""
    campaigns = definitions.campaigns.values()
    return frozenset(c.temp_id for c in campaigns if c.temp_id is not None and c.send_time > now)
