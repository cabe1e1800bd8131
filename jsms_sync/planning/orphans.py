"""A campaign that is defined no more with a POST in doubt: nobody in it is placed under another name."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from jsms_sync.model.decisions import Action, Change, Decision, Held, HeldCode, PlaceBatch
from jsms_sync.model.digests import unpack
from jsms_sync.model.events import Event, IntentClosed
from jsms_sync.model.records import Intent
from jsms_sync.model.resources import Definitions, kind_of


def hold_back(
    decided: Decision, definitions: Definitions, intents: Iterable[Intent], key_id: str
) -> Decision:
    """The decision, its new campaigns held whose numbers a POST in doubt of a removed campaign may hold too.

    It may be the same campaign under another name (architecture §6, promise 10): placed once more, it would
    be sent twice. Where the members in doubt are unknown, every new campaign is held.
    """
    orphans = tuple(_orphans(definitions, intents))
    held = tuple(_held(change, orphan) for change, orphan in _meeting(decided.changes, orphans, key_id))
    waiting = {each.address for each in held}
    going = tuple(change for change in decided.changes if change.address not in waiting)
    return replace(decided, changes=going, held=(*decided.held, *held))


def open_doubts(intents: Iterable[Intent], events: Iterable[Event]) -> tuple[Intent, ...]:
    """The POSTs that stay in doubt after what was observed."""
    closed = {event.id for event in events if isinstance(event, IntentClosed)}
    return tuple(intent for intent in intents if intent.creates and intent.id not in closed)


def _orphans(definitions: Definitions, intents: Iterable[Intent]) -> Iterator[Intent]:
    for intent in intents:
        if kind_of(intent.address) == "campaign" and not definitions.get(intent.address):
            yield intent


def _meeting(
    changes: Iterable[Change], orphans: tuple[Intent, ...], key_id: str
) -> Iterator[tuple[Change, Intent]]:
    """Each new campaign with the first orphan that it may be the same as."""
    for change in changes:
        if orphans and change.action is Action.CREATE and kind_of(change.address) == "campaign":
            placed = _placed(change)
            found = next((orphan for orphan in orphans if _may_share(orphan, placed, key_id)), None)
            if found is not None:
                yield change, found


def _placed(change: Change) -> frozenset[bytes]:
    drafts = (step.draft for step in change.steps if isinstance(step, PlaceBatch))
    return frozenset(mobile for draft in drafts for mobile in unpack(draft.members))


def _may_share(orphan: Intent, placed: frozenset[bytes], key_id: str) -> bool:
    target = orphan.target
    if target is None or target.key_id != key_id:
        return True
    return not placed.isdisjoint(unpack(target.members))


def _held(change: Change, orphan: Intent) -> Held:
    reason = (
        f"{orphan.address} is not defined any more, may have been scheduled and has numbers in common: "
        "`resolve` it first"
    )
    return Held(change.address, HeldCode.UNKNOWN_OUTCOME, reason)
