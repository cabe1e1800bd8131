"""From a connection and a state to a plan: the first half of the sentence that the program is."""

import os
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from jsms_sync import __version__
from jsms_sync.cli.options import Common
from jsms_sync.cli.pinned import check_pinned
from jsms_sync.cli.progress import progress
from jsms_sync.cli.session import Connection, Identity, clock, looks_ahead
from jsms_sync.definitions.uncollected import uncollected
from jsms_sync.model.decisions import Action, Change
from jsms_sync.model.digests import Digester
from jsms_sync.model.events import Bound, Event
from jsms_sync.model.observed import Observed
from jsms_sync.model.privacy import Secret
from jsms_sync.model.records import State
from jsms_sync.model.resources import Address, Definitions, Problem, RecipientsFile, kind_of
from jsms_sync.model.rolls import Roll
from jsms_sync.model.text import signature_length
from jsms_sync.planning.balance import with_balance
from jsms_sync.planning.choices import NOTHING_CHOSEN, Choices
from jsms_sync.planning.decide import Look, make_plan, wanted_variables
from jsms_sync.planning.messages import with_messages
from jsms_sync.planning.plan import Origin, Plan
from jsms_sync.planning.selection import check_named

READING = "Reading from JSMS"
"""What the look at the service is called while it lasts."""
NO_STATE = "there is no state here yet: everything counts as new, and apply will need --new-state"
OFFLINE = "offline: compared with what is recorded, and not with what is at JSMS now"
OTHER_KEY = (
    "recipients and parameters are not compared: the digests in the state need the key that they were made"
    " with (JSMS_MASTER_SECRET or JSMS_SYNC_HASH_KEY)"
)


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


def binding(identity: Identity, state: State) -> tuple[Event, ...]:
    """What makes a new state belong to the account, and names the key of its digests."""
    if state.account is not None or identity.account is None:
        return ()
    return (Bound(identity.account, digester_of(identity, state).key_id),)


def observed_plan(
    wanted: Wanted,
    connection: Connection,
    state: State | None,
    notes: tuple[str, ...] = (),
    *,
    priced: bool = True,
) -> tuple[Plan, Observed]:
    """The plan after a look at the service, GETs only, with notes of how the state was read.

    Where it is to be `priced`, the balance is read when campaigns would change.
    """
    from jsms_sync.applying.refresh import read_balance, refresh

    known = state or State(lineage="")
    connection.identity.check(known)
    common = wanted.common
    with uncollected(), progress(common, READING) as meter:
        observed = refresh(
            connection.client,
            wanted.definitions,
            known,
            wanted.now,
            parallelism=common.parallelism,
            digester=digester_of(connection.identity, known),
            told=meter.told,
        )
    if looks_ahead(common):
        observed = replace(observed, clock_skew=None)
    # The look took its time: what came due meanwhile was sent, and did not vanish.
    wanted = replace(wanted, now=clock(common)())
    plan = _plan(wanted, connection.identity, state, observed, notes)
    if priced and any(_costs(change) and kind_of(change.address) == "campaign" for change in plan.changes):
        plan = with_balance(plan, read_balance(connection.client), wanted.choices)
    return plan, observed


def _costs(change: Change) -> bool:
    sends = change.action in (Action.CREATE, Action.MODIFY, Action.REPLACE)
    return sends and kind_of(change.address) == "campaign"


def offline_plan(
    wanted: Wanted, identity: Identity, state: State | None, notes: tuple[str, ...] = ()
) -> Plan:
    """The plan from the state alone; nothing is asked of JSMS, and it says what that leaves out."""
    known = state or State(lineage="")
    identity.check(known)
    check_pinned(wanted.common, known)
    has_campaigns = any(kind_of(address) == "campaign" for address in known.resources)
    is_other = has_campaigns and digester_of(identity, known).key_id != known.key_id
    left_out = (OFFLINE, *((OTHER_KEY,) if is_other else ()))
    return _plan(wanted, identity, state, Observed(), (*left_out, *notes))


def _plan(
    wanted: Wanted,
    identity: Identity,
    state: State | None,
    observed: Observed,
    notes: tuple[str, ...] = (),
) -> Plan:
    known, settings = state or State(lineage=""), wanted.common.settings
    check_named(wanted.definitions, known, wanted.choices)
    origin = Origin(
        str(uuid.uuid4()),
        wanted.now,
        __version__,
        identity.account,
        state.lineage if state else None,
        known.serial,
        wanted.definitions.digest,
        settings.digest,
        wanted.common.paths,
        wanted.definitions.hashes,
        wanted.choices,
        options_again(wanted.common),
    )
    look = Look(
        origin,
        wanted.definitions,
        known,
        observed,
        wanted.now,
        digester_of(identity, known),
        choices=wanted.choices,
        limits=settings.limits,
        existing=_existing(wanted.common, known),
        problems=wanted.problems,
        notes=(*notes, *(() if state or wanted.common.sandbox else (NO_STATE,))),
        signature=signature_length(settings.signature),
    )
    with uncollected(), progress(wanted.common, "Comparing"):
        made = make_plan(replace(look, rolls=_rolls(look)))
    return with_messages(made, wanted.definitions, settings.signature)


def _rolls(look: Look) -> dict[Address, Roll]:
    """The recipients of every campaign with a file that was read. Raises Stale when a file has changed."""
    from jsms_sync.definitions.rolls import read_roll

    files = {
        address: campaign.recipients
        for address, campaign in look.definitions.campaigns.items()
        if isinstance(campaign.recipients, RecipientsFile) and campaign.recipients.is_read
    }
    variables = wanted_variables(look, files)
    return {address: read_roll(file, look.digester, variables[address]) for address, file in files.items()}


def options_again(common: Common) -> tuple[str, ...]:
    """What chose folder, account and state on the command line, for whoever applies the same.

    A location with a scheme may hold credentials; such ones are for the environment or the settings. An
    absolute folder is where one machine keeps its clone.
    """
    folder = None if common.chdir.is_absolute() or common.chdir == Path() else str(common.chdir)
    base_url = common.base_url if common.base_url and "@" not in common.base_url else None
    state = common.state if common.state and "://" not in common.state else None
    files = None if Path(common.recipients_dir or "/").is_absolute() else common.recipients_dir
    recipients = ("--recipients-dir", files)
    given = (("-C", folder), ("--env", common.env), ("--base-url", base_url), ("--state", state), recipients)
    named = tuple(word for option, value in given if value for word in (option, value))
    return (*named, *(("--sandbox",) if common.sandbox else ()))


def _existing(common: Common, state: State) -> frozenset[str]:
    """The recorded source files that still exist (contract §6)."""
    sources = {record.source for record in state.resources.values() if record.source}
    return frozenset(source for source in sources if os.path.exists(common.chdir / source))


def plan_for(wanted: Wanted, identity: Identity, state: State, observed: Observed) -> Plan:
    """The plan from what was observed before, and a state that may not be saved yet."""
    return _plan(wanted, identity, state, observed)
