"""Which addresses one plan is about: `--only` and `--exclude`, closed over what depends on what."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from jsms_sync.errors import InvalidInput
from jsms_sync.kinds.campaign_facts import CampaignView
from jsms_sync.kinds.template import TemplateView
from jsms_sync.model.decisions import Action, Change, PlaceBatch
from jsms_sync.model.digests import unpack
from jsms_sync.model.records import CampaignRecord, State, TemplateRecord
from jsms_sync.model.resources import Address, Definitions, Resource, kind_of, name_of, template_address
from jsms_sync.planning.choices import Choices
from jsms_sync.planning.surgery import unknown_address

SHOWN = 5
"""How many of the addresses that are left out a note names."""

Edge = tuple[Address, Address]
"""An address, and one that it needs."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What is left out of a plan, and why, in sentences; without a choice that is nothing."""

    left_out: frozenset[Address] = frozenset()
    why: tuple[str, ...] = ()

    def without(self, stranded: Mapping[Address, str]) -> "Selection":
        """The selection without those as well, each with the reason."""
        return Selection(self.left_out | stranded.keys(), (*self.why, *stranded.values()))

    @property
    def notes(self) -> tuple[str, ...]:
        """That the plan is partial, where it is."""
        if not self.left_out:
            return ()
        named = ", ".join(sorted(self.left_out)[:SHOWN])
        more = f" and {len(self.left_out) - SHOWN} more" if len(self.left_out) > SHOWN else ""
        return (f"this plan is partial; left out: {named}{more}", *self.why)


def check_named(definitions: Definitions, state: State, choices: Choices) -> None:
    """Raises InvalidInput when an override names an address that it can do nothing about."""
    known = _known(definitions, state)
    for address in sorted(choices.supersede | choices.recreate | choices.overwrite):
        if address not in known:
            raise unknown_address(address, known, "defined or recorded")
    for option, kind, addresses in (
        ("--supersede", "template", choices.supersede),
        ("--recreate", "campaign", choices.recreate),
        ("--overwrite", "campaign", choices.overwrite),
    ):
        for address in sorted(addresses):
            if kind_of(address) != kind:
                raise InvalidInput(f"{option} {address}: it takes the address of a {kind}", code="usage")


def select(definitions: Definitions, state: State, choices: Choices) -> Selection:
    """What `--only` and `--exclude` leave out; InvalidInput for a pattern that fits nothing.

    A rename is one with its old name. A campaign brings its template. The deletion of a template brings the
    deletions of its campaigns, and goes when one of them does: without them it could not be carried out.
    """
    if not choices.only and not choices.exclude:
        return Selection()
    known = _known(definitions, state)
    renames, deletions = list(_renames(definitions)), list(_deletions(definitions, state))
    named = (c for c in definitions.campaigns.values() if c.template)
    templates = [(c.address, template_address(c.template or "")) for c in named]
    only = _closed(_matched(choices.only, known) or known, [*renames, *deletions, *templates])
    out = _closed(_matched(choices.exclude, known), [*renames, *((b, a) for a, b in deletions)])
    return Selection(frozenset(known - (only - out)))


def _known(definitions: Definitions, state: State) -> frozenset[Address]:
    """Every address that a plan could tell of."""
    defined = (*definitions.templates, *definitions.campaigns)
    return frozenset((*defined, *state.resources, *(intent.address for intent in state.intents)))


def _matched(patterns: Iterable[str], known: frozenset[Address]) -> set[Address]:
    found: set[Address] = set()
    for pattern in sorted(patterns):
        matched = {address for address in known if fnmatchcase(address, pattern)}
        if not matched:
            raise unknown_address(pattern, known, "defined or recorded")
        found |= matched
    return found


def _renames(definitions: Definitions) -> Iterator[Edge]:
    resources: tuple[Resource, ...] = (*definitions.templates.values(), *definitions.campaigns.values())
    for resource in resources:
        if resource.moved_from:
            old = Address(f"{kind_of(resource.address)}.{resource.moved_from}")
            yield resource.address, old
            yield old, resource.address


def _deletions(definitions: Definitions, state: State) -> Iterator[Edge]:
    """Templates whose definition is gone, each with the campaigns of it whose definition is gone too."""
    gone = {a: record for a, record in state.resources.items() if definitions.get(a) is None}
    campaigns = [(a, record) for a, record in gone.items() if isinstance(record, CampaignRecord)]
    for address, record in gone.items():
        if isinstance(record, TemplateRecord):
            yield from ((address, c) for c, campaign in campaigns if _uses(campaign, address, record))


def _uses(campaign: CampaignRecord, address: Address, template: TemplateRecord) -> bool:
    ids = {batch.target.temp_id for batch in campaign.batches.values()}
    return campaign.template == name_of(address) or bool(ids & template.revisions.keys())


def _closed(start: Iterable[Address], edges: Iterable[Edge]) -> set[Address]:
    """Those, and all that they need, and so on."""
    needs: dict[Address, set[Address]] = {}
    for address, needed in edges:
        needs.setdefault(address, set()).add(needed)
    found, new = set(start), set(start)
    while new:
        new = {needed for address in new for needed in needs.get(address, ())} - found
        found |= new
    return found


def stranded(
    definitions: Definitions,
    state: State,
    selection: Selection,
    templates: Mapping[Address, TemplateView],
    campaigns: Mapping[Address, CampaignView],
) -> dict[Address, str]:
    """The campaigns that cannot go without what was left out, each with the reason."""
    if not selection.left_out:
        return {}
    chosen = {a: view for a, view in campaigns.items() if a not in selection.left_out}
    found = dict(_unserved(definitions, state, selection, templates, chosen))
    deleted = {a: view for a, view in campaigns.items() if a in selection.left_out}
    found.update(_doubled(state, deleted, chosen))
    return found


def _unserved(
    definitions: Definitions,
    state: State,
    selection: Selection,
    templates: Mapping[Address, TemplateView],
    chosen: Mapping[Address, CampaignView],
) -> Iterator[tuple[Address, str]]:
    """What an apply sends with is what is recorded; an approval that is left out is not recorded."""
    for campaign in definitions.campaigns.values():
        template = template_address(campaign.template or "")
        if campaign.address in chosen and template in selection.left_out and template in templates:
            record = state.template(template)
            if templates[template].serving.temp_id != (record.serving if record else None):
                why = f"{campaign.address} is left out too: another text of {template} serves by now"
                yield campaign.address, f"{why}, which is to be recorded first"


def _doubled(
    state: State, deleted: Mapping[Address, CampaignView], chosen: Mapping[Address, CampaignView]
) -> Iterator[tuple[Address, str]]:
    """A campaign is not created while one that would be deleted texts the same people at the same time."""
    goes = [a for a, view in deleted.items() if any(c.action is Action.DELETE for c in view.decision.changes)]
    for address, view in chosen.items():
        for change in view.decision.changes:
            if same := next((other for other in goes if _overlaps(change, state.campaign(other))), None):
                why = f"{address} is left out too: {same}, which is to be deleted, texts the same people"
                yield address, f"{why} at the same time"


def _overlaps(change: Change, record: CampaignRecord | None) -> bool:
    placed = [step.draft for step in change.steps if isinstance(step, PlaceBatch)]
    targets = [batch.target for batch in record.batches.values()] if record else []
    return any(
        draft.send_time == target.send_time and unpack(draft.members).keys() & unpack(target.members).keys()
        for draft in placed
        for target in targets
    )
