"""`resolve`: settle an outcome that is unknown."""

import click

from jsms_sync.cli.loading import load, load_valid
from jsms_sync.cli.looking import digester_of
from jsms_sync.cli.options import Common, command
from jsms_sync.cli.session import Connection, backend, clock, connected, offline, owner
from jsms_sync.cli.terminal import complain, hint, notes, say, say_json, start_logging
from jsms_sync.errors import Exit, InvalidInput
from jsms_sync.model.digests import Digester
from jsms_sync.model.events import Event
from jsms_sync.model.records import State
from jsms_sync.model.resources import Address, Definitions, RecipientsFile, kind_of
from jsms_sync.model.rolls import Roll
from jsms_sync.planning.document import FORMAT_VERSION, Json
from jsms_sync.planning.doubts import doubts_document
from jsms_sync.planning.history import by_address, unsettled
from jsms_sync.planning.surgery import address_of
from jsms_sync.reports.doubts_text import doubts_text
from jsms_sync.state.store import no_state


@command("resolve", example="jsms-sync resolve template.login-code --created 37582")
@click.argument("address")
@click.option("--created", multiple=True, metavar="ID", help="It exists, with this id; repeatable.")
@click.option("--not-created", "is_not_created", is_flag=True, help="It does not exist.")
def resolve(
    common: Common, format: str, address: str, created: tuple[str, ...], is_not_created: bool
) -> Exit:
    """Settle an unknown outcome, after a look into the JSMS console.

    Without --created and --not-created it shows what to look for. Each id is read first, and must fit what
    was sent: nothing is adopted that does not. After `state restore` or `state rm`, when nothing that was
    sent is recorded, it must fit the definition.
    """
    start_logging(common)
    if created and is_not_created:
        raise InvalidInput("--created and --not-created cannot both be true", code="usage")
    if not created and not is_not_created:
        return _shown(common, format, Address(address))
    with (
        connected(common) as connection,
        backend(common).hold(owner=owner("resolve"), timeout=common.lock_timeout) as store,
    ):
        notes(common, store.notes)
        connection.identity.check(store.state)
        where = Address(address)
        store.commit(*_settling(common, connection, store.state, where, created))
        left = sum(intent.creates for intent in store.state.intents_of(where))
        record = store.state.campaign(where)
    if created and record is not None and record.cancelled:
        hint(common, f"Note: {address} is cancelled: `jsms-sync cancel {address}` deletes what was recorded.")
    return _told(format, address, created, left)


def _shown(common: Common, format: str, address: Address) -> Exit:
    """What is known of it, so that a person can say what became of it; exit 3, since nobody has."""
    place = backend(common)
    snapshot = place.read()
    if snapshot is None:
        raise no_state(place.location)
    state, identity = snapshot.state, offline(common)
    identity.check(state)
    definitions, digester = load(common).definitions, digester_of(identity, state)
    is_unsettled = bool(unsettled(state, by_address(state), address))
    roll = _roll(definitions, digester, address)
    document = doubts_document(state, definitions, digester, address, is_unsettled=is_unsettled, roll=roll)
    if not document["doubts"]:
        raise InvalidInput(
            f"nothing of {address} is in doubt, so neither --created nor --not-created would say anything",
            help="`jsms-sync plan` shows what is, as unknown-outcome.",
        )
    return _asked(format, document, address)


def _roll(definitions: Definitions, digester: Digester, address: Address) -> Roll | None:
    """The recipients of that campaign, if a file holds them."""
    from jsms_sync.definitions.rolls import read_roll

    campaign = definitions.campaigns.get(address)
    file = campaign.recipients if campaign else None
    return read_roll(file, digester, None) if isinstance(file, RecipientsFile) else None


def _asked(format: str, document: Json, address: Address) -> Exit:
    error = InvalidInput(
        "say what became of it: --created ID or --not-created",
        help=f"Look in the JSMS console, then `jsms-sync resolve {address} --created ID`, or --not-created.",
        code="confirmation-missing",
    )
    if format == "json":
        say_json(document)
    else:
        say(doubts_text(document))
        complain(error)
    return error.exit


def _settling(
    common: Common, connection: Connection, state: State, where: Address, created: tuple[str, ...]
) -> tuple[Event, ...]:
    """The events that settle it, by what was announced, else by what is defined."""
    from jsms_sync.applying import adopt
    from jsms_sync.applying import resolve as resolving

    now = clock(common)()
    announced = any(intent.creates for intent in state.intents_of(where))
    if announced or not unsettled(state, by_address(state), where):
        if not created:
            return resolving.not_created(state, where)
        digester = digester_of(connection.identity, state)
        return resolving.created(connection.client, state, digester, where, created, now)
    if not created:
        return adopt.nothing_there(state, address_of(where), now)
    from jsms_sync.definitions.rolls import read_roll

    definitions, _ = load_valid(common)
    digester = digester_of(connection.identity, state)
    return adopt.adopted(
        connection.client,
        state,
        definitions,
        digester,
        where,
        created,
        now,
        lambda file, names: read_roll(file, digester, names),
    )


def _told(format: str, address: str, created: tuple[str, ...], left: int) -> Exit:
    if format == "json":
        ids = [int(id) if kind_of(Address(address)) == "template" else id for id in created]
        say_json({"format_version": FORMAT_VERSION, "address": address, "created": ids, "in_doubt": left})
    else:
        what = ", ".join(created) if created else "it was not created"
        say(f"{address}: recorded ({what})." + (f" {left} more in doubt.\n" if left else "\n"))
    return Exit.DONE
