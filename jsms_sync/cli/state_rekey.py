"""`state rekey`: the digests of pending campaigns under the key in use."""

from typing import TYPE_CHECKING

from jsms_sync.cli.looking import digester_of
from jsms_sync.cli.options import Common, command
from jsms_sync.cli.session import backend, clock, connected, owner
from jsms_sync.cli.terminal import hint, notes, say, say_json, start_logging
from jsms_sync.errors import Exit
from jsms_sync.planning.document import FORMAT_VERSION
from jsms_sync.reports.words import count

if TYPE_CHECKING:
    from jsms_sync.applying.rekey import Rekeyed


@command("rekey", example="jsms-sync state rekey")
def rekey(common: Common, format: str) -> Exit:
    """Digest the recipients of pending campaigns anew, under the present key. Sends GETs only.

    The key is JSMS_SYNC_HASH_KEY, else the master secret. Under another one than recorded, recipients cannot
    be compared, so nobody new is placed: run this once after the key was changed.
    """
    start_logging(common)
    with (
        connected(common) as connection,
        backend(common).hold(owner=owner("state rekey"), timeout=common.lock_timeout) as store,
    ):
        from jsms_sync.applying import rekey as rekeying

        notes(common, store.notes)
        state, now = store.state, clock(common)()
        connection.identity.check(state)
        digester = digester_of(connection.identity, state)
        found = rekeying.rekey(connection.client, state, digester, now, parallelism=common.parallelism)
        backup = str(backend(common).back_up(state)) if found.events else None
        store.commit(*found.events)
    return _told(common, format, found, backup)


def _told(common: Common, format: str, found: "Rekeyed", backup: str | None) -> Exit:
    left = [{"address": address, "schedule_id": id, "reason": why} for address, id, why in found.left]
    if format == "json":
        document = {"format_version": FORMAT_VERSION, "verb": "rekey", "schedules": found.schedules}
        say_json({**document, "refused_dropped": found.refused, "left": left, "backup": backup})
    else:
        say(f"{count(found.schedules, 'schedule is', 'schedules are')} under the present key now.\n")
        say("".join(f"{e['address']}: {e['schedule_id']} stays as it is: {e['reason']}\n" for e in left))
        _hints(common, found, backup)
    return Exit.FAILED if left else Exit.DONE


def _hints(common: Common, found: "Rekeyed", backup: str | None) -> None:
    if found.refused:
        told = count(found.refused, "recipient whom JSMS refused is", "recipients whom JSMS refused are")
        hint(common, f"Note: {told} in no schedule, and will be tried again by the next apply.")
    if backup:
        hint(common, f"The state as it was before is in {backup}.")
