"""`apply`: plan, ask, and carry it out; every outcome is told as it comes."""

import sys
from dataclasses import dataclass

import click

from jsms_sync.cli.interrupt import stopped_by_signals
from jsms_sync.cli.loading import load_valid
from jsms_sync.cli.looking import Wanted, digester_of, observed_plan
from jsms_sync.cli.options import Common, choices, command, overrides
from jsms_sync.cli.session import Connection, backend, clock, connected, looks_ahead, owner
from jsms_sync.cli.starting import circumstances, new_state_at
from jsms_sync.cli.telling import Teller
from jsms_sync.cli.terminal import notes, start_logging
from jsms_sync.errors import Exit, InvalidInput
from jsms_sync.model.decisions import RefusalCode
from jsms_sync.model.events import Bound
from jsms_sync.model.resources import Address
from jsms_sync.planning.choices import Choices
from jsms_sync.planning.plan import Plan, held_exits
from jsms_sync.planning.safety import DEFAULTS, start_refusals
from jsms_sync.state.store import Store


@dataclass(frozen=True, slots=True)
class Manner:
    """How an apply was asked for."""

    format: str
    auto_approve: bool
    detailed: bool


@command(
    "apply", example="jsms-sync apply -f templates.yaml --auto-approve", formats=("text", "json", "jsonl")
)
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@click.option("--new-state", is_flag=True, help="There is no state yet, and this really is the first apply.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 4 when something waits for its audit.")
@overrides
def apply(
    common: Common,
    format: str,
    auto_approve: bool,
    new_state: bool,
    detailed_exitcode: bool,
    **overriding: tuple[str, ...],
) -> Exit:
    """Plan, ask, and carry the plan out: templates, then campaigns, then what is left over."""
    start_logging(common)
    chosen = choices(**overriding)
    _check_confirmable(auto_approve)
    definitions, problems = load_valid(common)
    wanted = Wanted(common, definitions, problems, clock(common)(), chosen)
    manner = Manner(format, auto_approve, detailed_exitcode)
    with connected(common) as connection:
        _check_time(common, connection)
        place = backend(common)
        where = circumstances(common, place, new_state=new_state)
        if refusals := start_refusals(where, chosen):
            return Teller(common, manner.format).refused(refusals)
        new_state_at(place)
        with place.hold(owner=owner("apply"), timeout=common.lock_timeout) as store:
            notes(common, store.notes)
            return _hold_and_apply(wanted, connection, store, manner)


def _check_confirmable(auto_approve: bool) -> None:
    if not auto_approve and not sys.stdin.isatty():
        raise InvalidInput(
            "nobody is there to be asked, so nothing was done",
            help="Give --auto-approve to apply without a question.",
            code="confirmation-missing",
        )


def _check_time(common: Common, connection: Connection) -> None:
    """Looking ahead with writes is for sandboxes only (contract §1)."""
    if looks_ahead(common) and not connection.identity.loopback:
        raise InvalidInput("--now is for looking ahead; an apply at JSMS happens now", code="usage")


def _hold_and_apply(wanted: Wanted, connection: Connection, store: Store, manner: Manner) -> Exit:
    teller = Teller(wanted.common, manner.format)
    plan, _ = observed_plan(wanted, connection, store.state)
    teller.plan(plan, asking=not manner.auto_approve)
    if plan.is_invalid or plan.refusals:
        return teller.ended(plan, (), plan.exits(detailed=False))
    if plan.changes and not manner.auto_approve and not click.confirm("Carry this out?", err=True):
        raise InvalidInput("not confirmed, so nothing was done", code="confirmation-missing")
    _bind(connection, store)
    with stopped_by_signals() as stopping:
        from jsms_sync.applying.apply import apply as carry_out
        from jsms_sync.applying.run import Run

        run = Run(
            connection.client,
            store,
            digester_of(connection.identity, store.state),
            clock(wanted.common),
            DEFAULTS.freeze,
            wanted.common.parallelism,
            stopping,
            _allowed_in_use(wanted.choices),
        )
        outcomes = []
        for outcome in carry_out(plan, run):
            outcomes.append(outcome)
            teller.outcome(outcome)
        interrupted = stopping.is_set()
    exits = {outcome.exit for outcome in outcomes} | _standing(plan, store, manner)
    return teller.ended(plan, outcomes, exits | ({Exit.INTERRUPTED} if interrupted else set()))


def _bind(connection: Connection, store: Store) -> None:
    """The first apply makes the state belong to the account, and names the key of its digests."""
    account, state = connection.identity.account, store.state
    if state.account is None and account is not None:
        store.commit(Bound(account, digester_of(connection.identity, state).key_id))


def _standing(plan: Plan, store: Store, manner: Manner) -> set[Exit]:
    """The codes that what is held, and what is still in doubt, ask for."""
    found = held_exits(plan.held, stuck=manner.detailed, waiting=manner.detailed)
    in_doubt = any(intent.creates for intent in store.state.intents)
    return found | ({Exit.UNKNOWN} if in_doubt else set())


def _allowed_in_use(chosen: Choices) -> frozenset[Address]:
    prefix = f"{RefusalCode.TEMPLATE_IN_USE}="
    return frozenset(Address(what.removeprefix(prefix)) for what in chosen.allow if what.startswith(prefix))
