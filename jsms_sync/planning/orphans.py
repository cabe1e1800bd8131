"""A campaign that is defined no more with a POST in doubt: nobody in it is placed under another name."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from jsms_sync.kinds.campaign_facts import CampaignView
from jsms_sync.model.decisions import Action, Change, Held, HeldCode, PlaceBatch
from jsms_sync.model.digests import unpack
from jsms_sync.model.events import IntentClosed
from jsms_sync.model.records import Intent
from jsms_sync.model.resources import Address, Definitions, kind_of


def held_back(
    views: Mapping[Address, CampaignView], definitions: Definitions, intents: Iterable[Intent], key_id: str
) -> dict[Address, CampaignView]:
    """The new campaigns that are held because a POST in doubt of a removed one may hold numbers of theirs.

    It may be the same campaign under another name (architecture §6, promise 10): placed once more, it would
    be sent twice. Where the members in doubt are unknown, every new campaign is held.
    """
    orphans = tuple(_orphans(definitions, _open(intents, views.values())))
    return {
        address: _held(view, orphan)
        for address, view in views.items()
        if orphans and (orphan := _met(view, orphans, key_id)) is not None
    }


def _open(intents: Iterable[Intent], views: Iterable[CampaignView]) -> Iterator[Intent]:
    """The POSTs that stay in doubt after what was observed."""
    events = (event for view in views for event in view.decision.events)
    closed = {event.id for event in events if isinstance(event, IntentClosed)}
    return (intent for intent in intents if intent.creates and intent.id not in closed)


def _orphans(definitions: Definitions, intents: Iterable[Intent]) -> Iterator[Intent]:
    for intent in intents:
        if kind_of(intent.address) == "campaign" and not definitions.get(intent.address):
            yield intent


def _met(view: CampaignView, orphans: tuple[Intent, ...], key_id: str) -> Intent | None:
    """The first orphan that a new campaign may be the same as."""
    match view.decision.changes:
        case (Change(action=Action.CREATE) as change,):
            placed = _placed(change)
            return next((orphan for orphan in orphans if _may_share(orphan, placed, key_id)), None)
        case _:
            return None


def _placed(change: Change) -> frozenset[bytes]:
    drafts = (step.draft for step in change.steps if isinstance(step, PlaceBatch))
    return frozenset(mobile for draft in drafts for mobile in unpack(draft.members))


def _may_share(orphan: Intent, placed: frozenset[bytes], key_id: str) -> bool:
    target = orphan.target
    if target is None or target.key_id != key_id:
        return True
    return not placed.isdisjoint(unpack(target.members))


def _held(view: CampaignView, orphan: Intent) -> CampaignView:
    reason = (
        f"{orphan.address} is not defined any more, may have been scheduled and has numbers in common: "
        "`resolve` it first"
    )
    held = (Held(change.address, HeldCode.UNKNOWN_OUTCOME, reason) for change in view.decision.changes)
    return replace(view, decision=replace(view.decision, changes=(), held=(*view.decision.held, *held)))
