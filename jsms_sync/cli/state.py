"""`state`: look into the state and mend it; every mending leaves a backup that no later run overwrites."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jsms_sync.cli.groups import group
from jsms_sync.cli.options import Common, command
from jsms_sync.cli.pinned import check_pinned
from jsms_sync.cli.session import backend, clock, owner
from jsms_sync.cli.state_rekey import rekey
from jsms_sync.cli.state_replacing import push, restore
from jsms_sync.cli.terminal import hint, notes, say, say_json
from jsms_sync.errors import Exit
from jsms_sync.planning.document import FORMAT_VERSION
from jsms_sync.planning.inventory import known_addresses, list_document, record_document
from jsms_sync.planning.surgery import address_of, moved, taken_out, unknown_address
from jsms_sync.reports.state_text import list_text, record_text
from jsms_sync.state.store import Snapshot, no_state

if TYPE_CHECKING:
    from jsms_sync.model.events import Event
    from jsms_sync.model.records import State

state = group("state", "Look into the state, and mend it; asks JSMS nothing but for `rekey`.", "state list")


def _snapshot(common: Common) -> Snapshot:
    place = backend(common)
    snapshot = place.read()
    if snapshot is None:
        raise no_state(place.location)
    check_pinned(common, snapshot.state)
    notes(common, snapshot.notes)
    return snapshot


@command("list", example="jsms-sync state list")
def list_addresses(common: Common, format: str) -> Exit:
    """List every recorded address with its ids."""
    document = list_document(_snapshot(common).state)
    say_json(document) if format == "json" else say(list_text(document))
    return Exit.DONE


@command("show", example="jsms-sync state show template.login-code")
@click.argument("address")
def show(common: Common, format: str, address: str) -> Exit:
    """Show what is recorded at an address, with its open writes and its history."""
    known, where = _snapshot(common).state, address_of(address)
    if where not in known_addresses(known):
        raise unknown_address(where, known_addresses(known), "recorded")
    if format == "json":
        say_json(record_document(known, where))
    else:
        say(record_text(record_document(known, where, keep=(bytes,))))
    return Exit.DONE


@command("pull", example="jsms-sync state pull > copy.json")
def pull(common: Common, format: str) -> Exit:
    """Print the state as its document, with what a journal adds to it."""
    from jsms_sync.state.document import encode

    say(encode(_snapshot(common).state).decode())
    return Exit.DONE


@command("mv", example="jsms-sync state mv template.welcome template.hello")
@click.argument("address")
@click.argument("to")
def mv(common: Common, format: str, address: str, to: str) -> Exit:
    """Record an address under another name of its kind, with its open writes.

    The definition has to be renamed too; `moved_from` there does both with the next apply.
    """
    told = f"{address} is now {to}. Its definition has to have that name too, or the next plan deletes it.\n"
    return _mend(common, format, "mv", told, lambda known, now: moved(known, address, to, now), to=to)


@command("rm", example="jsms-sync state rm template.welcome")
@click.argument("address")
@click.option("--leave-schedules", is_flag=True, help="Also when schedules of it will still be sent.")
def rm(common: Common, format: str, address: str, leave_schedules: bool) -> Exit:
    """Take an address out of the state; nothing is deleted at JSMS.

    Its ids stay in the history. A campaign that is defined under this name again is held, and never
    scheduled a second time by accident.
    """
    told = f"{address} is no longer recorded. What it was at JSMS is still there.\n"
    return _mend(
        common,
        format,
        "rm",
        told,
        lambda known, now: taken_out(known, address, now, leave_schedules=leave_schedules),
        address=address,
    )


def _mend(
    common: Common,
    format: str,
    verb: str,
    told: str,
    events: "Callable[[State, datetime], tuple[Event, ...]]",
    **said: str,
) -> Exit:
    """The events are recorded under the lock, after a backup."""
    place = backend(common)
    with place.hold(owner=owner(f"state {verb}"), timeout=common.lock_timeout) as store:
        check_pinned(common, store.state)
        notes(common, store.notes)
        changes = events(store.state, clock(common)())
        backup = place.back_up(store.state)
        store.commit(*changes)
    if format == "json":
        say_json({"format_version": FORMAT_VERSION, "verb": verb, **said, "backup": str(backup)})
    else:
        say(told)
        hint(common, f"The state as it was before is in {backup}.")
    return Exit.DONE


@command("unlock", example="jsms-sync state unlock")
@click.argument("id", required=False)
def unlock(common: Common, format: str, id: str | None) -> Exit:
    """End a lock that nobody holds any more, by the ID that the message of a locked state names.

    Whoever held it is locked out: what it still wants to record is refused, and it sends nothing more. Stop
    it first all the same. The lock of a local state is kept by the operating system and ends with the process
    that holds it, a crash included: there it is enough to stop that process, and no ID is needed.
    """
    place = backend(common)
    place.unlock(owner("state unlock"), id)
    if format == "json":
        say_json({"format_version": FORMAT_VERSION, "verb": "unlock", "id": id, "locked": False})
    else:
        name = Path(place.location).name if place.is_local else place.location
        say(f"The state {name} is not locked.\n")
    return Exit.DONE


for _each in (list_addresses, show, mv, rm, pull, push, restore, rekey, unlock):
    state.add_command(_each)
