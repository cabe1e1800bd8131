"""`apply`: plan, ask, and carry it out; every outcome is told as it comes."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import click

from jsms_sync.cli.interrupt import stopped_by_signals
from jsms_sync.cli.loading import load_valid
from jsms_sync.cli.looking import Wanted, binding, digester_of, observed_plan
from jsms_sync.cli.options import Common, choices, command, overrides
from jsms_sync.cli.progress import progress
from jsms_sync.cli.rescue import Watched
from jsms_sync.cli.reviewed import Agreed, agreed_on, check_alone, check_fits, read_saved
from jsms_sync.cli.session import Clock, Connection, backend, clock, connected, looks_ahead, owner
from jsms_sync.cli.starting import circumstances, new_state_at
from jsms_sync.cli.telling import Teller
from jsms_sync.cli.terminal import check_confirmable, complain, notes, start_logging
from jsms_sync.errors import Exit, InvalidInput, JsmsSyncError
from jsms_sync.model.decisions import Action, HeldCode, RefusalCode
from jsms_sync.model.events import Applied
from jsms_sync.model.observed import by_service
from jsms_sync.model.outcomes import Outcome, Result
from jsms_sync.model.resources import Address, kind_of
from jsms_sync.planning.choices import Choices
from jsms_sync.planning.continued import last_apply
from jsms_sync.planning.plan import Plan, held_exits
from jsms_sync.planning.safety import start_refusals
from jsms_sync.state.store import Backend, Store


@dataclass(frozen=True, slots=True)
class Manner:
    """How an apply was asked for."""

    format: str
    auto_approve: bool
    detailed: bool
    agreed: Agreed
    continues: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """What an apply came to, and every exit code that it asks for."""

    plan: Plan
    outcomes: tuple[Outcome, ...]
    exits: set[Exit]


@command(
    "apply",
    example="jsms-sync apply -f templates.yaml --auto-approve",
    formats=("text", "json", "jsonl"),
    reports=("text", "json", "markdown", "html"),
)
@click.argument("saved", metavar="[FILE]", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@click.option("--new-state", is_flag=True, help="There is no state yet, and this really is the first apply.")
@click.option("--plan-digest", metavar="DIGEST", help="Only if the plan made now has that digest.")
@click.option("--continue", "continues", is_flag=True, help="Only what the last apply left for later.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 4 when something waits for its audit.")
@overrides
def apply(
    common: Common,
    format: str,
    saved: Path | None,
    auto_approve: bool,
    new_state: bool,
    plan_digest: str | None,
    continues: bool,
    detailed_exitcode: bool,
    **overriding: tuple[str, ...],
) -> Exit:
    """Plan, ask, and carry the plan out: templates, then campaigns, then what is left over.

    With FILE, a plan that `plan --out FILE` saved, nobody is asked, and just that is carried out.
    """
    start_logging(common)
    chosen = choices(**overriding)
    if saved is not None:
        check_alone(plan_digest, continues, *overriding.values())
    check_confirmable(auto_approve or saved is not None)
    plan = read_saved(common.chdir / saved) if saved is not None else None
    if plan is not None:
        common = replace(common, file=common.file or plan.made_from.paths)
        chosen = plan.made_from.chosen.choices
    agreed = agreed_on(plan, plan_digest, continues=continues)
    manner = Manner(format, auto_approve or plan is not None, detailed_exitcode, agreed, continues)
    definitions, problems = load_valid(common)
    wanted = Wanted(common, definitions, problems, clock(common)(), chosen)
    with connected(common) as connection:
        _check_time(common, connection)
        check_fits(plan, wanted, connection.identity.account)
        place = backend(common)
        where = circumstances(common, place, new_state=new_state)
        if refusals := start_refusals(where, chosen):
            return Teller(common, manner.format).refused(refusals)
        new_state_at(place)
        return _hold_and_apply(wanted, connection, place, manner)


def _check_time(common: Common, connection: Connection) -> None:
    """Looking ahead with writes is for sandboxes only (contract §1)."""
    if looks_ahead(common) and not connection.identity.loopback:
        raise InvalidInput(
            "--now is for looking ahead; an apply at JSMS happens now",
            help="Leave out --now and JSMS_SYNC_NOW, or look ahead with `jsms-sync plan`.",
            code="usage",
        )


def _hold_and_apply(wanted: Wanted, connection: Connection, place: Backend, manner: Manner) -> Exit:
    """Tells how it ended only once the state is written: nothing may be said after the one document."""
    common, ended = wanted.common, None
    teller = Teller(common, manner.format)
    with Watched(common) as watched:
        try:
            with place.hold(owner=owner("apply"), timeout=common.lock_timeout) as store:
                watched.watch(store)
                notes(common, store.notes)
                ended = _apply(wanted, connection, store, manner, teller)
        except JsmsSyncError as error:
            if ended is None:
                raise
            complain(error)
            ended.exits.add(error.exit)
    return teller.ended(ended.plan, ended.outcomes, ended.exits)


def _apply(wanted: Wanted, connection: Connection, store: Store, manner: Manner, teller: Teller) -> Ended:
    made, _ = observed_plan(wanted, connection, store.state)
    plan = manner.agreed(made, store.state)
    teller.plan(plan, asking=not manner.auto_approve)
    if plan.is_invalid or plan.refusals:
        exits = plan.exits(detailed=False) | held_exits(plan.held, stuck=manner.detailed)
        return Ended(plan, (), exits | _in_doubt(store))
    if plan.changes and not manner.auto_approve and not click.confirm("Carry this out?", err=True):
        raise InvalidInput("not confirmed, so nothing was done", code="confirmation-missing")
    _record_start(plan, connection, store, manner)
    with stopped_by_signals() as stopping:
        outcomes = _carried_out(plan, wanted, connection, store, teller, stopping)
        exits = {Exit.INTERRUPTED} if stopping.is_set() else set()
    exits |= {outcome.exit for outcome in outcomes} | _in_doubt(store) | _standing(plan, outcomes, manner)
    return Ended(plan, outcomes, exits)


def _carried_out(
    plan: Plan,
    wanted: Wanted,
    connection: Connection,
    store: Store,
    teller: Teller,
    stopping: threading.Event,
) -> tuple[Outcome, ...]:
    from jsms_sync.applying.apply import apply as carry_out
    from jsms_sync.applying.run import Refusals, Run
    from jsms_sync.definitions.fetching import Fetcher

    run = Run(
        connection.client,
        store,
        digester_of(connection.identity, store.state),
        _service_clock(wanted.common, connection),
        wanted.common.settings.limits.freeze,
        wanted.common.parallelism,
        stopping,
        _allowed(wanted.choices, RefusalCode.TEMPLATE_IN_USE),
        Refusals(wanted.common.settings.limits.max_failed, _allowed(wanted.choices, RefusalCode.OVER_LIMIT)),
        reader=Fetcher(wanted.definitions.campaigns),
    )
    outcomes = []
    with progress(wanted.common, "Applying") as meter:
        for outcome in carry_out(plan, replace(run, told=meter.told)):
            outcomes.append(outcome)
            with meter.hidden():
                teller.outcome(outcome)
    return tuple(outcomes)


def _service_clock(common: Common, connection: Connection) -> Clock:
    """The time of JSMS once it has told that ours is off; under `--now` that time."""
    ours, tolerated = clock(common), common.settings.limits.max_skew
    if looks_ahead(common):
        return ours
    return lambda: by_service(ours(), connection.client.clock_skew, tolerated)


def _record_start(plan: Plan, connection: Connection, store: Store, manner: Manner) -> None:
    """The first apply makes the state belong to the account; each says what it leaves for later."""
    last = last_apply(plan, store.state, continues=manner.continues)
    applied = (Applied(last),) if last else ()
    store.commit(*binding(connection.identity, store.state), *applied)


def _in_doubt(store: Store) -> set[Exit]:
    """While a POST is in doubt every apply ends in 8 (contract §6)."""
    return {Exit.UNKNOWN} if any(intent.creates for intent in store.state.intents) else set()


def _standing(plan: Plan, outcomes: Iterable[Outcome], manner: Manner) -> set[Exit]:
    """The codes that what is held asks for, and what was submitted just now and waits for its audit."""
    found = held_exits(plan.held, stuck=manner.detailed, waiting=manner.detailed)
    found |= {Exit.UNKNOWN for held in plan.held if held.code is HeldCode.UNKNOWN_OUTCOME}
    waits = manner.detailed and any(_submitted(outcome) for outcome in outcomes)
    return found | ({Exit.WAITING} if waits else set())


def _submitted(outcome: Outcome) -> bool:
    submits = outcome.action in (Action.CREATE, Action.MODIFY, Action.REPLACE)
    return submits and outcome.result is Result.DONE and kind_of(outcome.address) == "template"


def _allowed(chosen: Choices, code: RefusalCode) -> frozenset[Address]:
    """The addresses for which that refusal is lifted."""
    prefix = f"{code}="
    return frozenset(Address(what.removeprefix(prefix)) for what in chosen.allow if what.startswith(prefix))
