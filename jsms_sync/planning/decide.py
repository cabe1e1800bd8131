"""One look at everything becomes a plan: every address decided, then what spans addresses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from jsms_sync.kinds.campaign import decide as decide_campaign
from jsms_sync.kinds.campaign_facts import CampaignFacts, CampaignView
from jsms_sync.kinds.template import TemplateFacts, TemplateView, retirements
from jsms_sync.kinds.template import decide as decide_template
from jsms_sync.model.decisions import Change, Decision, Refusal, merged
from jsms_sync.model.digests import Digester
from jsms_sync.model.events import fold
from jsms_sync.model.observed import Observed, SeenTemplate, by_service
from jsms_sync.model.records import Intent, State
from jsms_sync.model.resources import (
    Address,
    Campaign,
    Definitions,
    Problem,
    RecipientsFile,
    TemplateType,
    kind_of,
    template_address,
)
from jsms_sync.model.rolls import Roll
from jsms_sync.model.serving import Serving
from jsms_sync.model.settings import DEFAULT_SETTINGS, Limits
from jsms_sync.model.text import UNKNOWN_SIGNATURE
from jsms_sync.planning.choices import NOTHING_CHOSEN, Choices
from jsms_sync.planning.cost import Costs, Tariff, Texts
from jsms_sync.planning.costs import costs_of, estimate
from jsms_sync.planning.future import Waits, awaited, changes_with_future, held_with_future, too_late, waits
from jsms_sync.planning.guards import foreseen, send_refusals, sends
from jsms_sync.planning.history import History, by_address, unsettled, was_cancelled, was_sent
from jsms_sync.planning.moves import moves
from jsms_sync.planning.order import in_order
from jsms_sync.planning.other_names import held_for_heirs, held_for_orphans
from jsms_sync.planning.plan import Origin, Plan
from jsms_sync.planning.renames import rename_notes
from jsms_sync.planning.safety import (
    clock_refusals,
    in_use_refusals,
    plan_refusals,
)
from jsms_sync.planning.selection import Selection, select, stranded
from jsms_sync.planning.uses import gone_ids, named_ids, serving_of, used_ids


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that a plan is made from; `existing` are the recorded source files that still exist.

    `rolls` are the recipients whom a file holds, with just the parameters that `wanted_variables` names.
    """

    origin: Origin
    definitions: Definitions
    state: State
    observed: Observed
    now: datetime
    digester: Digester
    choices: Choices = NOTHING_CHOSEN
    limits: Limits = DEFAULT_SETTINGS.limits
    existing: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    signature: int = UNKNOWN_SIGNATURE
    """The characters of the signature with its brackets."""
    rolls: Mapping[Address, Roll] = field(default_factory=dict)

    @property
    def by_service(self) -> datetime:
        """Now, by the service's clock where ours is off: no plan of templates alone is refused for that."""
        return by_service(self.now, self.observed.clock_skew, self.limits.max_skew)


def make_plan(look: Look) -> Plan:
    """The plan for what was looked at."""
    selection = select(look.definitions, look.state, look.choices)
    moved = moves(look.definitions, look.state, look.now, selection.left_out)
    look = replace(look, state=fold(look.state, moved.events))
    known = _Known.of(look.state)
    templates, views, campaigns = _viewed(look, known)
    selection = selection.without(stranded(look.definitions, look.state, selection, views, campaigns))
    chosen = {a: view for a, view in views.items() if a not in selection.left_out}
    campaigns = _in_turn(look, known.history, selection, campaigns)
    used = used_ids(campaigns.values(), look.state.intents, look.by_service)
    used |= named_ids(look.definitions, look.by_service)
    texts = _texts(look.observed, views)
    costs = costs_of(look.definitions, campaigns, Tariff(texts, look.signature, look.rolls), look.now)
    refused = {address: view.refused for address, view in campaigns.items() if view.refused}
    leaving = (retirements(templates[a], view, used) for a, view in chosen.items())
    decided = merged(
        (moved, *(v.decision for v in chosen.values()), *(v.decision for v in campaigns.values()), *leaving)
    )
    coming = awaited(views, look.now)
    waiting = waits(look.definitions.campaigns, campaigns, coming)
    return Plan(
        look.origin,
        changes_with_future(in_order(decided.changes), coming, waiting),
        held_with_future(sorted(decided.held, key=lambda held: held.address), coming, waiting),
        (
            *decided.refusals,
            *_refusals(look, decided.changes, views, used),
            *_send_refusals(look, decided.changes, texts, refused, costs),
        ),
        (*look.problems, *decided.problems),
        _notes(look, selection, decided, texts, waiting),
        estimate(costs),
        decided.events,
        _unchanged(look.definitions, decided, selection),
        waiting,
        costs,
        refused,
        any(_is_unread(campaign) for campaign in look.definitions.campaigns.values()),
    )


def _in_turn(
    look: Look, history: History, selection: Selection, campaigns: dict[Address, CampaignView]
) -> dict[Address, CampaignView]:
    """The campaigns of this run; those wait that may have people of another name's."""
    key_id, out = look.digester.key_id, selection.left_out
    campaigns = campaigns | held_for_heirs(campaigns, history, key_id, out)
    campaigns |= {a: _idle(campaigns[a]) for a in campaigns.keys() & out}
    return campaigns | held_for_orphans(campaigns, look.definitions, look.state.intents, key_id)


def _viewed(
    look: Look, known: "_Known"
) -> tuple[dict[Address, TemplateFacts], dict[Address, TemplateView], dict[Address, CampaignView]]:
    """Every address decided by itself; campaigns after their templates."""
    templates = {address: _template_facts(look, known, address) for address in _all(look, "template")}
    views = {address: decide_template(facts) for address, facts in templates.items()}
    missing = gone_ids(look.state, views.values())
    campaigns = {
        a: decide_campaign(_campaign_facts(look, known, a, views, missing)) for a in _all(look, "campaign")
    }
    return templates, views, campaigns


def _is_unread(campaign: Campaign) -> bool:
    return isinstance(campaign.recipients, RecipientsFile) and not campaign.recipients.is_read


@dataclass(frozen=True, slots=True)
class _Known:
    """The state's intents and history by address, so that nobody has to search them address by address."""

    intents: Mapping[Address, tuple[Intent, ...]]
    history: History

    @classmethod
    def of(cls, state: State) -> "_Known":
        intents: dict[Address, list[Intent]] = {}
        for intent in state.intents:
            intents.setdefault(intent.address, []).append(intent)
        return cls({address: tuple(found) for address, found in intents.items()}, by_address(state))


def _all(look: Look, kind: str) -> list[Address]:
    """Every address of the kind that is defined, recorded, or has an open intent."""
    defined = (*look.definitions.templates, *look.definitions.campaigns)
    intents = (intent.address for intent in look.state.intents)
    return sorted({a for a in (*defined, *look.state.resources, *intents) if kind_of(a) == kind})


def _template_facts(look: Look, known: _Known, address: Address) -> TemplateFacts:
    return TemplateFacts(
        address,
        look.definitions.templates.get(address),
        look.state.template(address),
        look.observed.templates,
        known.intents.get(address, ()),
        look.by_service,
        supersede=address in look.choices.supersede,
    )


def _campaign_facts(
    look: Look,
    known: _Known,
    address: Address,
    views: Mapping[Address, TemplateView],
    missing: frozenset[int],
) -> CampaignFacts:
    desired, record = look.definitions.campaigns.get(address), look.state.campaign(address)
    return CampaignFacts(
        address,
        desired,
        record,
        look.observed.schedules,
        known.intents.get(address, ()),
        look.now,
        _serving(look, desired, views),
        look.digester,
        missing=missing,
        was_sent=was_sent(look.state, known.history, address, look.now),
        was_cancelled=was_cancelled(known.history, address),
        recreate=address in look.choices.recreate,
        overwrite=address in look.choices.overwrite,
        freeze=look.limits.freeze,
        roll=look.rolls.get(address),
        unsettled=unsettled(look.state, known.history, address),
    )


def wanted_variables(look: Look, addresses: Iterable[Address]) -> dict[Address, frozenset[str] | None]:
    """The variables of the text that each of those campaigns would send; None where nobody knows them."""
    moved = moves(look.definitions, look.state, look.now)
    look = replace(look, state=fold(look.state, moved.events))
    known, views = _Known.of(look.state), dict[Address, TemplateView]()
    found: dict[Address, frozenset[str] | None] = {}
    for address in addresses:
        desired = look.definitions.campaigns[address]
        if desired.template is not None:
            template = template_address(desired.template)
            views[template] = views.get(template) or decide_template(_template_facts(look, known, template))
        found[address] = _serving(look, desired, views).variables
    return found


def _serving(look: Look, desired: Campaign | None, views: Mapping[Address, TemplateView]) -> Serving:
    if desired is None:
        return Serving()
    if desired.temp_id is not None:
        return serving_of(desired.temp_id, look.observed.templates.get(desired.temp_id))
    view = views.get(template_address(desired.template or ""))
    return view.serving if view else Serving()


def _refusals(
    look: Look, changes: tuple[Change, ...], views: Mapping[Address, TemplateView], used: frozenset[int]
) -> Iterable[Refusal]:
    yield from plan_refusals(
        look.definitions,
        look.state,
        changes,
        missing=sum(len(view.settled.missing) for view in views.values()),
        existing=look.existing,
        choices=look.choices,
        limits=look.limits,
    )
    revisions = {address: view.settled.known_ids for address, view in views.items()}
    yield from in_use_refusals(changes, revisions, used, look.choices)
    yield from clock_refusals(look.observed.clock_skew, changes, look.choices, look.limits)


def _send_refusals(
    look: Look, changes: tuple[Change, ...], texts: Texts, refused: Mapping[Address, int], costs: Costs
) -> Iterable[Refusal]:
    sent = sends(changes, look.state, texts)
    return send_refusals(sent, refused, costs, look.choices, look.limits)


def _texts(observed: Observed, views: Mapping[Address, TemplateView]) -> Texts:
    """The text behind every reference that a draft may hold."""
    texts: dict[Address | int, tuple[str, TemplateType]] = {}
    for temp_id, seen in observed.templates.items():
        if isinstance(seen, SeenTemplate):
            texts[temp_id] = (seen.text.content, seen.text.type)
    for address, view in views.items():
        if view.serving.content is not None and view.serving.type is not None:
            texts[address] = (view.serving.content, view.serving.type)
    return texts


def _notes(
    look: Look, selection: Selection, decided: Decision, texts: Texts, waiting: Waits
) -> tuple[str, ...]:
    renames = rename_notes(decided.changes, look.definitions, look.state)
    refused = foreseen(look.definitions, decided.held, texts, look.choices, look.limits)
    late = too_late(waiting, look.now, look.limits.freeze)
    return (*look.notes, *selection.notes, *decided.notes, *renames, *refused, *late)


def _idle(view: CampaignView) -> CampaignView:
    """The same campaign where nothing is done about it."""
    return replace(view, decision=Decision())


def _unchanged(definitions: Definitions, decided: Decision, selection: Selection) -> int:
    touched = {c.address for c in decided.changes} | {h.address for h in decided.held}
    touched |= {r.address for r in decided.refusals if r.address} | selection.left_out
    return len([a for a in (*definitions.templates, *definitions.campaigns) if a not in touched])
