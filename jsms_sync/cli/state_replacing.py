"""`state push` and `state restore`: another document becomes the state."""

import sys
from pathlib import Path

import click
import msgspec

from jsms_sync.cli.options import Common, command
from jsms_sync.cli.pinned import check_pinned
from jsms_sync.cli.session import backend, clock, owner
from jsms_sync.cli.terminal import hint, notes, say, say_json
from jsms_sync.errors import Exit, InvalidInput, Stale
from jsms_sync.model.events import Settled
from jsms_sync.model.records import State
from jsms_sync.planning.document import FORMAT_VERSION
from jsms_sync.planning.surgery import pushed, restored
from jsms_sync.state.document import DAMAGED, decode
from jsms_sync.state.store import Found, Replaced

LOSES = (
    "It does not know schedules that the state knew. Campaigns that it does not record are held until they "
    "are settled: compare with the JSMS console, then `jsms-sync state restore --settled`.\n"
)


def _read(folder: Path, file: str, *, backups: bool = False) -> State:
    """The state in the file, `-` being stdin."""
    try:
        data = sys.stdin.buffer.read() if file == "-" else (folder / file).read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}") from None
    try:
        return decode(data, "on stdin" if file == "-" else str(folder / file), backups=backups)
    except Stale as error:
        if error.help == DAMAGED:
            # The state that stands is not this document.
            error.help = "The state was left as it is. Give what `state pull` printed, or a whole backup."
        raise


@command("push", example="jsms-sync state push copy.json")
@click.argument("document", metavar="FILE")
def push(common: Common, format: str, document: str) -> Exit:
    """Put a document in the place of the state; `-` reads it from stdin.

    It has to be of the same lineage and not older, as one that was pulled and edited is. Where it does not
    know schedules that the state knew, campaigns that it does not record are held, as after a restore.
    """
    new, place, now = _read(common.chdir, document), backend(common), clock(common)()
    check_pinned(common, new)
    chosen = new

    def choose(found: Found) -> State:
        nonlocal chosen
        chosen = pushed(new, found.state, exists=found.exists, place=place.location, now=now)
        return chosen

    replaced = place.replace(choose, owner=owner("state push"), timeout=common.lock_timeout)
    told = f"{document} is the state now.\n"
    return _told(common, format, "push", told + (LOSES if chosen is not new else ""), replaced)


@command("restore", example="jsms-sync state restore jsms-sync.state.json.backup")
@click.argument("document", metavar="[FILE]", required=False)
@click.option("--settled", is_flag=True, help="Everything has been compared with the JSMS console.")
def restore(common: Common, format: str, document: str | None, settled: bool) -> Exit:
    """Make a backup, or a copy, the state; also where the state is lost or damaged.

    A copy does not know what was scheduled after it was made. So from then on campaigns that it does not
    record are held, each until `--recreate` or `resolve` settles it, or all of them until
    `state restore --settled` says that a person has compared with the JSMS console.
    """
    if settled == (document is not None):
        raise InvalidInput(
            "say what to restore, or --settled after that: FILE or --settled",
            help="First restore FILE, then compare with the JSMS console, then `state restore --settled`.",
            code="usage",
        )
    return _settle(common, format) if document is None else _restore(common, format, document)


def _restore(common: Common, format: str, file: str) -> Exit:
    copy, place, now = _read(common.chdir, file, backups=True), backend(common), clock(common)()
    check_pinned(common, copy)

    def choose(found: Found) -> State:
        nonces = {**copy.nonces, **(found.state.nonces if found.state else {})}
        return restored(msgspec.structs.replace(copy, nonces=nonces), now)

    replaced = place.replace(choose, owner=owner("state restore"), timeout=common.lock_timeout)
    told = (
        f"{file} is the state now. Campaigns that it does not record are held until they are settled: "
        "compare with the JSMS console, then `jsms-sync state restore --settled`.\n"
    )
    return _told(common, format, "restore", told, replaced)


def _settle(common: Common, format: str) -> Exit:
    place = backend(common)
    with place.hold(owner=owner("state restore"), timeout=common.lock_timeout) as store:
        check_pinned(common, store.state)
        notes(common, store.notes)
        if store.state.restored is None:
            raise InvalidInput("this state was not restored, so there is nothing to settle")
        backup = place.back_up(store.state)
        store.commit(Settled(None))
    told = "Settled: campaigns that are not recorded count as new from now on.\n"
    return _told(common, format, "restore", told, Replaced(backup))


def _told(common: Common, format: str, verb: str, told: str, replaced: Replaced) -> Exit:
    backup = str(replaced.backup) if replaced.backup else None
    if format == "json":
        document = {"format_version": FORMAT_VERSION, "verb": verb, "backup": backup}
        say_json({**document, "notes": list(replaced.notes)})
        return Exit.DONE
    say(told)
    notes(common, replaced.notes)
    if backup:
        hint(common, f"The state as it was before is in {backup}.")
    return Exit.DONE
