"""`resolve`: settle an outcome that is unknown."""

import click

from jsms_sync.cli.looking import digester_of
from jsms_sync.cli.options import Common, command
from jsms_sync.cli.session import backend, clock, connected, owner
from jsms_sync.cli.terminal import notes, say, say_json, start_logging
from jsms_sync.errors import Exit, InvalidInput
from jsms_sync.model.resources import Address
from jsms_sync.planning.document import FORMAT_VERSION


@command("resolve", example="jsms-sync resolve template.login-code --created 37582")
@click.argument("address")
@click.option("--created", multiple=True, metavar="ID", help="It exists, with this id; repeatable.")
@click.option("--not-created", "is_not_created", is_flag=True, help="It does not exist.")
def resolve(
    common: Common, format: str, address: str, created: tuple[str, ...], is_not_created: bool
) -> Exit:
    """Settle an unknown outcome, after a look into the JSMS console.

    Each id is read first, and must fit what was sent: nothing is adopted that does not.
    """
    start_logging(common)
    if bool(created) == is_not_created:
        raise InvalidInput(
            "say what became of it: --created ID or --not-created", help="Look in the JSMS console first."
        )
    with (
        connected(common) as connection,
        backend(common).hold(owner=owner("resolve"), timeout=common.lock_timeout) as store,
    ):
        from jsms_sync.applying import resolve as resolving

        notes(common, store.notes)
        connection.identity.check(store.state)
        where, state = Address(address), store.state
        if is_not_created:
            events = resolving.not_created(state, where)
        else:
            digester = digester_of(connection.identity, state)
            events = resolving.created(connection.client, state, digester, where, created, clock(common)())
        store.commit(*events)
        left = sum(intent.creates for intent in store.state.intents_of(where))
    return _told(format, address, created, left)


def _told(format: str, address: str, created: tuple[str, ...], left: int) -> Exit:
    if format == "json":
        say_json(
            {"format_version": FORMAT_VERSION, "address": address, "created": list(created), "in_doubt": left}
        )
    else:
        what = ", ".join(created) if created else "it was not created"
        say(f"{address}: recorded ({what})." + (f" {left} more in doubt.\n" if left else "\n"))
    return Exit.DONE
