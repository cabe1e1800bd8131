"""A saved plan: what it was made from, whether that still holds, and what it lets an apply do."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from jsms_sync.errors import Stale
from jsms_sync.model.decisions import Change
from jsms_sync.model.records import State
from jsms_sync.model.resources import Address
from jsms_sync.planning.choices import Choices
from jsms_sync.planning.fields import differences
from jsms_sync.planning.fingerprint import fingerprint, plan_digest
from jsms_sync.planning.plan import Plan

LIFETIME = timedelta(days=7)
"""How long a saved plan can be applied: over a weekend and a public holiday, and not over a quarter."""
AGAIN = "Make the plan again, have it read, and apply that one."
SHOWN = 5
"""How many addresses a sentence names."""


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """The overrides and selections that the plan was made with, in order."""

    allow: tuple[str, ...] = ()
    supersede: tuple[str, ...] = ()
    recreate: tuple[str, ...] = ()
    overwrite: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @property
    def choices(self) -> Choices:
        """The same as the values that a plan is made with."""
        return Choices(
            frozenset(self.allow),
            frozenset(map(Address, self.supersede)),
            frozenset(map(Address, self.recreate)),
            frozenset(map(Address, self.overwrite)),
            frozenset(self.only),
            frozenset(self.exclude),
        )


def chosen(choices: Choices) -> Chosen:
    """The choices as a plan keeps them."""
    return Chosen(
        allow=tuple(sorted(choices.allow)),
        supersede=tuple(sorted(choices.supersede)),
        recreate=tuple(sorted(choices.recreate)),
        overwrite=tuple(sorted(choices.overwrite)),
        only=tuple(sorted(choices.only)),
        exclude=tuple(sorted(choices.exclude)),
    )


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan was made from: the paths as given, every file they led to by its hash, the choices."""

    paths: tuple[str, ...]
    files: Mapping[str, str]
    chosen: Chosen


class SavedState(msgspec.Struct, frozen=True, kw_only=True):
    """The state that the plan was made from; no lineage where there was none."""

    lineage: str | None
    serial: int


class SavedField(msgspec.Struct, frozen=True, kw_only=True):
    """One field as the plan shows it."""

    path: str
    before: object
    after: object


class SavedChange(msgspec.Struct, frozen=True, kw_only=True):
    """One change: by its fingerprint what it does, and what people read of it."""

    address: Address
    fingerprint: str
    action: str
    fields: tuple[SavedField, ...]


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """What of a saved plan counts when it is applied; all else in it is for people."""

    id: str
    created_at: datetime
    expires_at: datetime
    tool_version: str
    account: str | None
    state: SavedState
    settings_digest: str
    made_from: Made
    digest: str
    changes: tuple[SavedChange, ...]
    without_recipients: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What is there now, as far as it is known before anything is asked of state and service."""

    now: datetime
    tool_version: str
    account: str | None
    files: Mapping[str, str]
    settings_digest: str


def check_facts(saved: Saved, facts: Facts) -> None:
    """Raises Stale, naming everything that is no longer what the plan was made from and by."""
    _refuse([*_outdated(saved, facts), *_other_files(saved.made_from.files, facts.files)])


def covered(saved: Saved, plan: Plan, state: State) -> Plan:
    """What the saved plan lets an apply do of the plan made just now, under the saved plan's id.

    What has become possible since is left out, and a note tells how much. Raises Stale, naming every change
    that would no longer be the same, and the state when it was written meanwhile.
    """
    _refuse([*_other_state(saved.state, state), *_other_changes(saved, plan), *_rewritten(saved, plan)])
    planned = {change.fingerprint for change in saved.changes}
    kept = replace(plan, origin=replace(plan.origin, id=saved.id))
    return narrowed(kept, lambda change: fingerprint(change) in planned, "since the plan was saved")


def narrowed(plan: Plan, keeps: Callable[[Change], bool], since: str) -> Plan:
    """The plan with the changes that are to be kept alone, and a note about the others."""
    changes = tuple(change for change in plan.changes if keeps(change))
    if len(changes) == len(plan.changes):
        return plan
    left_out = sorted({change.address for change in plan.changes if change not in changes})
    named = ", ".join(left_out[:SHOWN]) + (", …" if len(left_out) > SHOWN else "")
    count = len(plan.changes) - len(changes)
    more = "1 more change is" if count == 1 else f"{count} more changes are"
    note = f"{more} possible {since}, and not done here: {named}"
    return replace(plan, changes=changes, notes=(*plan.notes, note))


def _refuse(misfits: list[str]) -> None:
    if misfits:
        raise Stale("the plan no longer fits:\n" + "\n".join(f"  - {each}" for each in misfits), help=AGAIN)


def _outdated(saved: Saved, facts: Facts) -> Iterator[str]:
    if saved.without_recipients:
        yield "it was made without the recipients files, so it is for reading only"
    if facts.now >= saved.expires_at:
        yield f"it expired at {saved.expires_at:%Y-%m-%d %H:%M} UTC; a plan is good for {LIFETIME.days} days"
    if facts.tool_version != saved.tool_version:
        yield f"jsms-sync {saved.tool_version} made it, and this is {facts.tool_version}"
    if saved.account and facts.account and facts.account != saved.account:
        yield f"it is for account {saved.account}, and these credentials belong to {facts.account}"
    if facts.settings_digest != saved.settings_digest:
        yield "the settings are others: limits, rules, timezone or signature"


def _other_files(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*before, *now}):
        if name not in now:
            yield f"{name} is not read any more"
        elif name not in before:
            yield f"{name} was not read then"
        elif before[name] != now[name]:
            yield f"{name} has changed"


def _other_state(before: SavedState, state: State) -> Iterator[str]:
    if before.lineage is None:
        if state.serial or state.resources or state.intents:
            yield "there was no state then, and now there is one"
    elif before.lineage != state.lineage:
        yield f"it was made from another state (lineage {before.lineage}, not {state.lineage})"
    elif before.serial != state.serial:
        yield (
            f"the state was written since: serial {state.serial}, not {before.serial}; "
            "a plan can be applied once"
        )


def _other_changes(saved: Saved, plan: Plan) -> Iterator[str]:
    reasons = {held.address: f"it is held, {held.code.value}: {held.reason}" for held in plan.held}
    found = {fingerprint(change) for change in plan.changes}
    addresses = {change.address for change in plan.changes}
    for address in sorted({each.address for each in saved.changes if each.fingerprint not in found}):
        other = "what would be done now is not what the plan shows"
        yield f"{address}: {other if address in addresses else reasons.get(address, 'nothing is to be done')}"


def _rewritten(saved: Saved, plan: Plan) -> Iterator[str]:
    """What of the file says something else than it was saved with: it was read, and would not be done."""
    if plan_digest(saved.account, (change.fingerprint for change in saved.changes)) != saved.digest:
        yield "its changes are not those that it was saved with"
    found = {fingerprint(change): change for change in plan.changes}
    for shown in saved.changes:
        change = found.get(shown.fingerprint)
        if change is not None and _shown(change) != (shown.address, shown.action, shown.fields):
            yield f"{shown.address}: the file shows something else than it was saved with"


def _shown(change: Change) -> tuple[Address, str, tuple[SavedField, ...]]:
    fields = differences(change.before, change.after)
    told = msgspec.json.encode([{"path": f.path, "before": f.before, "after": f.after} for f in fields])
    return change.address, change.action.value, msgspec.json.decode(told, type=tuple[SavedField, ...])
