"""`cancel`: the emergency stop, which needs no plan and waits for no lock."""

from datetime import datetime, timedelta

import click

from jsms_sync.cli.options import Common, command
from jsms_sync.cli.progress import progress
from jsms_sync.cli.session import Clock, backend, clock, connected, looks_ahead, offline
from jsms_sync.cli.terminal import complain, hint, notes, paint, say, say_json, start_logging
from jsms_sync.errors import Exit, InvalidInput, JsmsSyncError, OperationFailed, fold
from jsms_sync.kinds.campaign_stop import every_campaign
from jsms_sync.model.ending import Ending
from jsms_sync.model.records import State
from jsms_sync.model.resources import Address, campaign_address, kind_of
from jsms_sync.planning.history import by_address, was_cancelled, was_sent
from jsms_sync.planning.surgery import address_of, unknown_address
from jsms_sync.reports.cancel_json import cancel_document
from jsms_sync.reports.cancel_text import cancel_text
from jsms_sync.state.store import Backend, no_state, read_regardless

AGAIN = "What is cancelled stays so: `jsms-sync apply --recreate ADDRESS` schedules it again."
UNMARKED = (
    "No stop mark could be left, so a running apply may go on: stop it, then cancel again. What was deleted "
    "is held as cancelled-outside by the next apply."
)
MARKED = (
    "the stop mark was left, so a running apply schedules nothing more; what is scheduled may still be there"
)


@command("cancel", example="jsms-sync cancel campaign.spring-sale")
@click.argument("names", nargs=-1, metavar="[CAMPAIGN]...")
@click.option("--all", "is_all", is_flag=True, help="Every campaign that is recorded or defined.")
def cancel(common: Common, format: str, names: tuple[str, ...], is_all: bool) -> Exit:
    """Stop campaigns at once: what is scheduled is deleted, and nothing more is scheduled.

    It needs no plan, asks no question, and waits for no lock: a running apply obeys it before each request.
    The next apply does not undo it.
    """
    start_logging(common)
    if bool(names) == is_all:
        raise InvalidInput("name the campaigns to stop, or all of them with --all", code="usage")
    now, place = clock(common), backend(common)
    identity = offline(common)
    if looks_ahead(common) and not (common.sandbox or identity.loopback):
        raise InvalidInput("--now is for looking ahead; a cancel at JSMS happens now", code="usage")
    state = _state(common, place, names, now())
    identity.check(state)
    return _cancelled(common, format, place, now, state, _known(common, names, state))


def _state(common: Common, place: Backend, names: tuple[str, ...], now: datetime) -> State:
    """The state; where it cannot be read, what was named is stopped as far as a mark can do that."""
    try:
        snapshot = read_regardless(place)
    except JsmsSyncError:
        _mark_unread(common, place, names, now)
        raise
    if snapshot is None:
        raise no_state(place.location)
    notes(common, snapshot.notes)
    return snapshot.state


def _mark_unread(common: Common, place: Backend, names: tuple[str, ...], now: datetime) -> None:
    from jsms_sync.applying.cancel import Marking
    from jsms_sync.model.stop import Stop, Stopped

    marking = Marking(place)
    marking.leave(Stop({address: Stopped(now) for address in map(_address, names)}, None if names else now))
    notes(common, [MARKED] if marking.trouble is None else [])


def _address(name: str) -> Address:
    """The campaign of that name; InvalidInput for what cannot be one."""
    address = address_of(name if "." in name else campaign_address(name))
    if kind_of(address) != "campaign":
        raise InvalidInput(f"{address} is no campaign, so nothing was stopped", help="Write campaign.NAME.")
    return address


def _known(common: Common, names: tuple[str, ...], state: State) -> frozenset[Address]:
    """The campaigns of these names; InvalidInput when one is neither recorded nor defined.

    Until an apply has recorded a rename, what is scheduled stands under the old name: that is meant too.
    """
    addresses, recorded = frozenset(map(_address, names)), frozenset(every_campaign(state))
    if addresses <= recorded:
        return addresses
    defined, _ = _defined(common)
    known = recorded | defined.keys()
    for address in sorted(addresses - known):
        raise unknown_address(address, known, "recorded or defined, so nothing was stopped")
    former = {defined[address] for address in addresses - recorded}
    return addresses | {address for address in former if address in recorded}


def _defined(common: Common) -> tuple[dict[Address, Address | None], tuple[str, ...]]:
    """The campaigns that the definitions name, each with its former name, and why some may be missing."""
    from jsms_sync.definitions.names import addresses

    found, problems = addresses(common.settings.definitions, common.chdir)
    told = (f"{each.position}: {each.message}; campaigns that only stand there go on" for each in problems)
    return {a: former for a, former in found.items() if kind_of(a) == "campaign"}, tuple(told)


def _cancelled(
    common: Common, format: str, place: Backend, now: Clock, state: State, addresses: frozenset[Address]
) -> Exit:
    from jsms_sync.applying.cancel import Marking, Named, mark, stop
    from jsms_sync.applying.halting import Halting

    named, since, marking = Named(addresses, every=not addresses), now(), Marking(place)
    marking.leave(mark(named, state, since))
    told: tuple[str, ...] = ()
    try:
        with connected(common) as connection, progress(common, "Deleting what is scheduled"):
            client, exact = connection.client, looks_ahead(common)
            halting = Halting(client, place, now, common.parallelism, is_exact=exact)
            endings = stop(halting, named, marking, since)
            if named.every:
                rest, told = _defined(common)
                never = _never_scheduled(state, frozenset(rest), halting.now())
                endings += stop(halting, Named(never), marking, since)
    except BaseException:
        notes(common, [MARKED] if marking.trouble is None else [])
        raise
    return _told(common, format, endings, marking.trouble, told + _other_clock(common, halting.skew))


def _other_clock(common: Common, skew: timedelta | None) -> tuple[str, ...]:
    """That the two clocks differ: the first thing that somebody would blame for what was not stopped."""
    if skew is None or abs(skew) <= common.settings.limits.max_skew:
        return ()
    told = f"the service's clock is {skew.total_seconds():+.0f} s off this machine's"
    return (f"{told}; what was sent already was judged by the service's",)


def _never_scheduled(state: State, defined: frozenset[Address], now: datetime) -> frozenset[Address]:
    """Those of the campaigns that only stand in their definition, and would be scheduled one day."""
    history, unrecorded = by_address(state), defined - {*every_campaign(state)}
    over = {a for a in unrecorded if was_cancelled(history, a) or was_sent(state, history, a, now)}
    return unrecorded - over


def _told(
    common: Common,
    format: str,
    endings: tuple[Ending, ...],
    unmarked: JsmsSyncError | None,
    told: tuple[str, ...],
) -> Exit:
    document = cancel_document(endings, unmarked, told)
    say_json(document) if format == "json" else say(cancel_text(document, paint()))
    notes(common, told)
    if unmarked is not None:
        complain(unmarked)
        complain(OperationFailed(UNMARKED))
    elif endings:
        hint(common, AGAIN)
    return fold([*(ending.exit for ending in endings), *([Exit.FAILED] if unmarked else [])])
