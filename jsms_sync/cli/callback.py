"""`callback ingest`: what JSMS pushes, from stdin into the state (`jsms-api.md §8.2`)."""

import sys
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from jsms_sync.cli.groups import group
from jsms_sync.cli.options import Amount, Common, command
from jsms_sync.cli.session import backend, clock, credentials, offline, owner
from jsms_sync.cli.terminal import notes, say, say_json
from jsms_sync.errors import Exit, InvalidCallback
from jsms_sync.model.privacy import without_numbers
from jsms_sync.planning.document import FORMAT_VERSION
from jsms_sync.reports.words import one_line
from jsms_sync.state.store import Backend, no_state

if TYPE_CHECKING:
    from jsms_sync.api.callbacks import Event, TemplateAudited
    from jsms_sync.model.records import Audit, State
    from jsms_sync.planning.audited import Audited

LARGEST = 1_000_000
"""Bytes of a body: a thousand times what JSMS sends."""
WINDOW = 14.0
"""Hours: wider than JSMS's last repetition, which comes after 3 minutes, 1 hour and 12 hours (§8.2)."""

NOTHING_KEPT = {
    "SMS_REPORT": "a delivery report names a message and a number, and not the campaign they belong to; "
    "nothing was recorded",
    "SMS_REPLY": "a reply belongs to the person who wrote it, and to your application; nothing was recorded",
    "SMS_SIGN": "the state records templates and campaigns; `jsms-sync api sign get ID` shows the signature",
}
"""Why nothing of the other types is kept."""

callback = group("callback", "Take in what JSMS pushes to a URL of yours.", "callback ingest < body")


@dataclass(frozen=True, slots=True)
class _Manner:
    """Where a callback goes, and for how long it is accepted."""

    common: Common
    place: Backend
    window: timedelta


@command("ingest", example="jsms-sync callback ingest < body")
@click.option(
    "--window",
    type=Amount(0, 24 * 365, min_open=True),
    default=WINDOW,
    show_default=True,
    metavar="HOURS",
    help="Refuse a callback that was signed longer ago.",
)
def ingest(common: Common, format: str, window: float) -> Exit:
    """Take one callback from stdin, the body of JSMS's POST as it came, into the state.

    The end of an audit is recorded with the reason for a rejection, which JSMS tells nowhere else. Reports
    and replies are checked and accepted too, but nothing of them is kept. Asks nothing of JSMS.

    Exit 0: taken in, or of no use here (answer 200). Exit 3: forged, too old, seen before or unreadable, and
    not acted on (answer 403). Anything else, such as 7 while an apply holds the state: answer 503, and JSMS
    repeats it.
    """
    event = _read(common, window)
    manner = _Manner(common, backend(common), timedelta(hours=window))
    if event.type != "SMS_TEMPLATE":
        note = NOTHING_KEPT.get(event.type, "a type that came after the documents; nothing was recorded")
        return _told(format, event, {"note": note})
    return _told(format, event, _taken(manner, event))


def _read(common: Common, window: float) -> "Event":
    from jsms_sync.api.callbacks import read_callback

    body = sys.stdin.buffer.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise InvalidCallback(f"the callback is larger than {LARGEST:,} bytes", help="Refuse it with 403.")
    return read_callback(
        body.rstrip(b"\r\n"), credentials(common), now=clock(common)(), window=timedelta(hours=window)
    )


def _taken(manner: _Manner, event: "Event") -> dict[str, object]:
    """What became of the end of a template's audit; the lock is taken only where the state knows the id."""
    from jsms_sync.api.callbacks import TemplateAudited

    snapshot = manner.place.read()
    if snapshot is None:
        raise no_state(manner.place.location)
    offline(manner.common).check(snapshot.state)
    content = event.content
    assert isinstance(content, TemplateAudited)
    status = _status(content)
    if status is None:
        return _nothing(content, f"the status {content.status} is not one that is documented")
    why_not = _why_not(_audited(snapshot.state, event, status), content)
    return _nothing(content, why_not) if why_not else _recorded(manner, event, content, status)


def _why_not(found: "Audited | None", content: "TemplateAudited") -> str:
    """Why nothing is recorded of it; empty where something is."""
    if found is None:
        return f"the state knows no template {content.temp_id}"
    if found.is_outdated:
        return f"it answers what {content.temp_id} said before it was submitted again; nothing was recorded"
    return ""


def _nothing(content: "TemplateAudited", why: str) -> dict[str, object]:
    return {"temp_id": content.temp_id, "note": why}


def _status(content: "TemplateAudited") -> "Audit | None":
    from jsms_sync.kinds.template_wire import STATUSES

    return STATUSES.get(content.status)


def _audited(state: "State", event: "Event", status: "Audit") -> "Audited | None":
    from jsms_sync.api.callbacks import TemplateAudited
    from jsms_sync.planning.audited import audited

    content = event.content
    assert isinstance(content, TemplateAudited)
    return audited(state, content.temp_id, status, content.refuse_reason, event.sent_at)


def _recorded(
    manner: _Manner, event: "Event", content: "TemplateAudited", status: "Audit"
) -> dict[str, object]:
    from jsms_sync.model.events import CallbackTaken

    common, timeout = manner.common, manner.common.lock_timeout
    with manner.place.hold(owner=owner("callback ingest"), timeout=timeout) as store:
        notes(common, store.notes)
        if event.nonce in store.state.nonces:
            raise InvalidCallback(
                "this callback was taken in before",
                help="Refuse it with 403: JSMS gives each one a nonce of its own.",
                code="callback-replayed",
            )
        found = _audited(store.state, event, status)
        if found is None or found.is_outdated:
            return _nothing(content, _why_not(found, content))
        taken = CallbackTaken(event.nonce, event.sent_at, clock(common)() - manner.window)
        store.commit(*found.events, taken)
    return {
        "address": found.address,
        "temp_id": content.temp_id,
        "status": status.value,
        "refuse_reason": content.refuse_reason and without_numbers(content.refuse_reason),
    }


def _told(format: str, event: "Event", said: dict[str, object]) -> Exit:
    result = "recorded" if "address" in said else "nothing-recorded"
    if format == "json":
        say_json({"format_version": FORMAT_VERSION, "type": event.type, "result": result, **said})
    elif result == "recorded":
        why = f": {one_line(said['refuse_reason'])}" if said["refuse_reason"] else ""
        say(f"{said['address']}: {said['temp_id']} was {said['status']}{why}\n")
    else:
        say(f"{one_line(event.type)}: {said['note']}.\n")
    return Exit.DONE


callback.add_command(ingest)
