"""The safety rules that span addresses; each refusal says what lifts it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from jsms_sync.model.decisions import Action, Change, Refusal, RefusalCode
from jsms_sync.model.records import State
from jsms_sync.model.resources import Address, Definitions, kind_of
from jsms_sync.model.settings import Limits
from jsms_sync.planning.choices import Choices, override


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of the run itself: where the state is, whether it exists, what was asked for."""

    state_exists: bool
    new_state: bool = False
    state_is_local: bool = True
    in_ci: bool = False


def start_refusals(circumstances: Circumstances, choices: Choices) -> tuple[Refusal, ...]:
    """Whether an apply may start at this state location at all (architecture, promise 5)."""
    if circumstances.state_exists:
        return ()
    if not circumstances.new_state:
        reason = "there is no state here; without it everything would be created, and sent, once more"
        return (Refusal(RefusalCode.NO_STATE, reason, override="--new-state, when this really is the first"),)
    forgetful = circumstances.state_is_local and circumstances.in_ci
    if forgetful and not choices.allows(RefusalCode.FORGETFUL_STATE, None):
        reason = "this CI runner's disk forgets: a state kept here is lost with the next run"
        return (_refusal(RefusalCode.FORGETFUL_STATE, reason),)
    return ()


def _refusal(code: RefusalCode, reason: str, address: Address | None = None) -> Refusal:
    allowed = override(code, address)
    return Refusal(code, reason, address, f"--allow {allowed}" if allowed else "")


def plan_refusals(
    definitions: Definitions,
    state: State,
    changes: tuple[Change, ...],
    *,
    missing: int,
    existing: frozenset[str],
    choices: Choices,
    limits: Limits,
) -> Iterator[Refusal]:
    """The refusals of a whole plan, those that were allowed left out."""
    for refusal in (
        *_empty(definitions, state),
        *_not_all_files(definitions, state, changes, existing),
        *_over_limit(changes, choices, limits),
        *_too_many_missing(missing, limits),
        *_too_many_recipients(definitions, changes, limits),
    ):
        if not choices.allows(refusal.code, refusal.address):
            yield refusal


def _empty(definitions: Definitions, state: State) -> Iterator[Refusal]:
    if definitions.is_empty and state.resources:
        reason = f"nothing is defined, and all that is recorded would go: {len(state.resources)} in number"
        yield _refusal(RefusalCode.EMPTY_DEFINITIONS, reason)


def _not_all_files(
    definitions: Definitions, state: State, changes: Iterable[Change], existing: frozenset[str]
) -> Iterator[Refusal]:
    """A file that exists but was not loaded still defines what it defined."""
    unloaded = existing - set(definitions.files)
    for change in changes:
        record = state.resources.get(change.address)
        if change.action is Action.DELETE and record is not None and record.source in unloaded:
            reason = f"it was defined in {record.source}, which exists but was not loaded"
            yield _refusal(RefusalCode.NOT_ALL_FILES, reason, change.address)


def _over_limit(changes: Iterable[Change], choices: Choices, limits: Limits) -> Iterator[Refusal]:
    deletes = [c.address for c in changes if c.action is Action.DELETE]
    counted = [address for address in deletes if not choices.allows_delete(address)]
    if len(counted) > limits.max_deletes:
        reason = f"{len(counted)} deletes, more than max_deletes ({limits.max_deletes}): {', '.join(counted)}"
        yield _refusal(RefusalCode.OVER_LIMIT, reason)


def _too_many_missing(missing: int, limits: Limits) -> Iterator[Refusal]:
    if missing > limits.max_missing:
        reason = (
            f"{missing} recorded templates are gone at once, more than max_missing ({limits.max_missing})"
        )
        yield _refusal(RefusalCode.TOO_MANY_MISSING, reason)


def _too_many_recipients(
    definitions: Definitions, changes: Iterable[Change], limits: Limits
) -> Iterator[Refusal]:
    for change in changes:
        campaign = definitions.campaigns.get(change.address)
        people = len(campaign.recipients) if campaign and _sends(change.action) else 0
        if people > limits.max_recipients:
            reason = f"{people:,} recipients, more than max_recipients ({limits.max_recipients:,})"
            yield _refusal(RefusalCode.OVER_LIMIT, reason, change.address)


def clock_refusals(
    skew: timedelta | None, changes: Iterable[Change], choices: Choices, limits: Limits
) -> Iterator[Refusal]:
    """A clock that is off sends late or never, or forgets what is pending; deletes go on (promise 3)."""
    timed = any(kind_of(c.address) == "campaign" and c.action is not Action.DELETE for c in changes)
    if skew is None or not timed or abs(skew) <= limits.max_skew:
        return
    if not choices.allows(RefusalCode.CLOCK_SKEW, None):
        seconds = int(skew.total_seconds())
        yield _refusal(RefusalCode.CLOCK_SKEW, f"the service's clock is {seconds:+d} s off this machine's")


def _sends(action: Action) -> bool:
    return action in (Action.CREATE, Action.MODIFY, Action.REPLACE)


def in_use_refusals(
    changes: Iterable[Change],
    revisions: Mapping[Address, frozenset[int]],
    used: frozenset[int],
    choices: Choices,
) -> Iterator[Refusal]:
    """A template that a pending campaign still needs is not deleted: the campaign would fail at its time."""
    for change in changes:
        taken = revisions.get(change.address, frozenset()) & used
        wanted = change.action is Action.DELETE and kind_of(change.address) == "template" and taken
        if wanted and not choices.allows(RefusalCode.TEMPLATE_IN_USE, change.address):
            reason = f"a campaign that stays still uses {', '.join(map(str, sorted(taken)))}"
            yield _refusal(RefusalCode.TEMPLATE_IN_USE, reason, change.address)
