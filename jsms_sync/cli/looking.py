"""From a connection and a state to a plan: the first half of the sentence that the program is."""

import os
import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from jsms_sync import __version__
from jsms_sync.cli.options import Common
from jsms_sync.cli.session import Connection, Identity, clock, looks_ahead
from jsms_sync.model.decisions import Action
from jsms_sync.model.digests import Digester
from jsms_sync.model.observed import Observed
from jsms_sync.model.privacy import Secret
from jsms_sync.model.records import State
from jsms_sync.model.resources import Definitions, Problem, kind_of
from jsms_sync.planning.choices import NOTHING_CHOSEN, Choices
from jsms_sync.planning.decide import Look, make_plan
from jsms_sync.planning.plan import Origin, Plan

NO_STATE = "there is no state here yet: everything counts as new, and apply will need --new-state"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a command was asked to look at."""

    common: Common
    definitions: Definitions
    problems: tuple[Problem, ...]
    now: datetime
    choices: Choices = NOTHING_CHOSEN


def digester_of(identity: Identity, state: State) -> Digester:
    """The digests under the key in use; without any key nothing recorded can be compared."""
    return Digester(identity.hash_key or Secret("none"), state.lineage)


def observed_plan(wanted: Wanted, connection: Connection, state: State | None) -> tuple[Plan, Observed]:
    """The plan after a look at the service, GETs only; the balance is read when campaigns would change."""
    from jsms_sync.applying.refresh import read_balance, refresh

    known = state or State(lineage="")
    connection.identity.check(known)
    common = wanted.common
    observed = refresh(
        connection.client, wanted.definitions, known, wanted.now, parallelism=common.parallelism
    )
    if looks_ahead(common):
        observed = replace(observed, clock_skew=None)
    # The look took its time: what came due meanwhile was sent, and did not vanish.
    wanted = replace(wanted, now=clock(common)())
    plan = _plan(wanted, connection.identity, state, observed)
    if any(_costs(change.action) and kind_of(change.address) == "campaign" for change in plan.changes):
        balance = read_balance(connection.client)
        plan = replace(plan, estimate=replace(plan.estimate, balance=balance))
    return plan, observed


def _costs(action: Action) -> bool:
    return action in (Action.CREATE, Action.MODIFY, Action.REPLACE)


def offline_plan(wanted: Wanted, identity: Identity, state: State | None) -> Plan:
    """The plan from the state alone; nothing is asked of JSMS."""
    identity.check(state or State(lineage=""))
    return _plan(wanted, identity, state, Observed())


def _plan(wanted: Wanted, identity: Identity, state: State | None, observed: Observed) -> Plan:
    known = state or State(lineage="")
    origin = Origin(
        str(uuid.uuid4()),
        wanted.now,
        __version__,
        identity.account,
        state.lineage if state else None,
        known.serial,
        wanted.definitions.digest,
    )
    look = Look(
        origin,
        wanted.definitions,
        known,
        observed,
        wanted.now,
        digester_of(identity, known),
        choices=wanted.choices,
        existing=_existing(wanted.common, known),
        problems=wanted.problems,
        notes=() if state or wanted.common.sandbox else (NO_STATE,),
    )
    return make_plan(look)


def _existing(common: Common, state: State) -> frozenset[str]:
    """The recorded source files that still exist (contract §6)."""
    sources = {record.source for record in state.resources.values() if record.source}
    return frozenset(source for source in sources if os.path.exists(common.chdir / source))
