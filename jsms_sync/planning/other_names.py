"""A campaign that may be the same as one under another name: nobody in both is placed once more."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace

from jsms_sync.kinds.campaign_facts import CampaignView
from jsms_sync.kinds.campaign_settle import Standing
from jsms_sync.model.decisions import Action, Change, ChangeBatch, Held, HeldCode, PlaceBatch
from jsms_sync.model.digests import halves
from jsms_sync.model.events import IntentClosed
from jsms_sync.model.records import Intent
from jsms_sync.model.resources import Address, Definitions, kind_of
from jsms_sync.planning.history import History, later_names

Views = Mapping[Address, CampaignView]

ALIVE = (Standing.PENDING, Standing.CHANGED, Standing.UNREADABLE)


def held_for_orphans(
    views: Views, definitions: Definitions, intents: Iterable[Intent], key_id: str
) -> dict[Address, CampaignView]:
    """The new campaigns that are held because a POST in doubt of a removed one may hold numbers of theirs.

    It may be the same campaign under another name (architecture §6, promise 10): placed once more, it would
    be sent twice. Where the members in doubt are unknown, every new campaign is held.
    """
    orphans = tuple(_orphans(definitions, _open(intents, views.values())))
    found = {}
    for address, view in views.items() if orphans else ():
        placed = _placed(view)
        orphan = next((each for each in orphans if placed and _is_in_doubt(each, placed, key_id)), None)
        if orphan is not None:
            found[address] = _held(view, HeldCode.UNKNOWN_OUTCOME, _orphan_told(orphan))
    return found


def held_for_heirs(
    views: Views, history: History, key_id: str, left_out: Container[Address]
) -> dict[Address, CampaignView]:
    """The campaigns that wait because the one that went on from their name still has people of theirs.

    Until that one is as it is defined, its schedule is what this name once said; after that, who is in both
    is meant to be. Where this run changes it, that has to be done first; else they are held.
    """
    found, first = {}, _by_heirs(views, history, key_id)
    for address, heirs in first.items():
        # Who waits for a third one, or is left out, is not as it is defined in time.
        late = frozenset(heir for heir in heirs if heir in left_out or heir in first)
        why = next(
            (why for heir, sure in heirs.items() if (why := _why_held(heir, views[heir], sure, late))), None
        )
        found[address] = _held(views[address], *why) if why else _after(views[address], tuple(heirs))
    return found


def _by_heirs(views: Views, history: History, key_id: str) -> dict[Address, dict[Address, bool]]:
    """By name, who went on from it and has people who are added to it; False where a POST in doubt may."""
    found: dict[Address, dict[Address, bool]] = {}
    for address in views.keys() & history.keys():
        names = sorted(later_names(history, address) & views.keys())
        added = _added(views[address]) if names else frozenset[int]()
        heirs = {n: not _may_have(views[n], added, key_id) for n in names if _has(views[n], added, key_id)}
        found |= {address: heirs} if added and heirs else {}
    return found


def _open(intents: Iterable[Intent], views: Iterable[CampaignView]) -> Iterator[Intent]:
    """The POSTs that stay in doubt after what was observed."""
    events = (event for view in views for event in view.decision.events)
    closed = {event.id for event in events if isinstance(event, IntentClosed)}
    return (intent for intent in intents if intent.creates and intent.id not in closed)


def _orphans(definitions: Definitions, intents: Iterable[Intent]) -> Iterator[Intent]:
    for intent in intents:
        if kind_of(intent.address) == "campaign" and not definitions.get(intent.address):
            yield intent


def _placed(view: CampaignView) -> frozenset[int]:
    """The digests of the numbers that a new campaign would place."""
    match view.decision.changes:
        case (Change(action=Action.CREATE, steps=steps),):
            drafts = (step.draft for step in steps if isinstance(step, PlaceBatch))
            return frozenset(mobile for draft in drafts for mobile in halves(draft.members)[0])
        case _:
            return frozenset()


def _added(view: CampaignView) -> frozenset[int]:
    """The digests of the numbers that a campaign would place which is not scheduled for them by now."""
    steps = [step for change in view.decision.changes for step in change.steps]
    drafts = [step.draft for step in steps if isinstance(step, PlaceBatch | ChangeBatch)]
    own = {m for batch in view.settled.standing(*ALIVE) for m in halves(batch.members or b"")[0]}
    return frozenset(mobile for draft in drafts for mobile in halves(draft.members)[0]) - own


def _is_in_doubt(orphan: Intent, placed: frozenset[int], key_id: str) -> bool:
    target = orphan.target
    if target is None or target.key_id != key_id:
        return True
    return not placed.isdisjoint(halves(target.members)[0])


def _may_have(heir: CampaignView, added: frozenset[int], key_id: str) -> bool:
    """Whether a POST in doubt of it holds some of these numbers."""
    return any(_is_in_doubt(doubt, added, key_id) for doubt in heir.settled.doubts)


def _has(heir: CampaignView, added: frozenset[int], key_id: str) -> bool:
    """Whether it is, or may be, scheduled for some of these numbers, and is not as it is defined."""
    batches = heir.settled.standing(*ALIVE)
    has = any(b.members is None or not added.isdisjoint(halves(b.members)[0]) for b in batches)
    is_moving = bool(heir.decision.changes or heir.decision.held)
    return (has and is_moving) or _may_have(heir, added, key_id)


def _why_held(
    name: Address, heir: CampaignView, is_sure: bool, late: Container[Address]
) -> tuple[HeldCode, str] | None:
    """The code and reason where this run does not bring the heir to what its definition says."""
    if not is_sure:
        reason = f"{name} went on from this name and may be scheduled for numbers of it: `resolve` it first"
        return HeldCode.UNKNOWN_OUTCOME, reason
    if not heir.decision.held and name not in late:
        return None
    held = f", held {heir.decision.held[0].code}" if heir.decision.held else ""
    reason = f"{name} went on from this name and still has numbers of it, until it is as it is defined{held}"
    return HeldCode.INSIDE_FREEZE_WINDOW, reason


def _after(view: CampaignView, heirs: tuple[Address, ...]) -> CampaignView:
    """The same, done only after these; what is deleted goes before everything that is created, anyway."""
    changes = tuple(replace(change, depends_on=heirs) for change in view.decision.changes)
    return replace(view, decision=replace(view.decision, changes=changes))


def _orphan_told(orphan: Intent) -> str:
    return (
        f"{orphan.address} is not defined any more, may have been scheduled and has numbers in common: "
        "`resolve` it first"
    )


def _held(view: CampaignView, code: HeldCode, reason: str) -> CampaignView:
    held = (Held(change.address, code, reason) for change in view.decision.changes)
    return replace(view, decision=replace(view.decision, changes=(), held=(*view.decision.held, *held)))
