"""`wait`: look again and again until no audit is open."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import click

from jsms_sync.cli.loading import load_valid
from jsms_sync.cli.looking import Wanted
from jsms_sync.cli.options import Amount, Common, command
from jsms_sync.cli.polling import REAL, Pace, seen
from jsms_sync.cli.session import Connection, backend, clock, connected
from jsms_sync.cli.standing import Standing, look
from jsms_sync.cli.status_views import status_views
from jsms_sync.cli.terminal import hint, notes, start_logging
from jsms_sync.cli.views import tell
from jsms_sync.errors import Exit, fold
from jsms_sync.model.observed import Unreadable
from jsms_sync.model.records import Audit, State
from jsms_sync.planning.audits import (
    BAD,
    Key,
    Revisions,
    Verdict,
    Verdicts,
    auditing,
    revisions,
    undecided,
    verdicts,
)
from jsms_sync.planning.status import in_phase
from jsms_sync.reports.wait_text import news, still_waiting

SILENCE = 600.0
"""Seconds after which a wait says that it goes on: CI runners end what is silent for too long."""


@command(
    "wait",
    example="jsms-sync wait --timeout 14400 && jsms-sync apply --auto-approve",
    reports=("text", "json", "markdown"),
)
@click.option("--timeout", type=Amount(0), metavar="S", help="Give up after so many seconds.")
def wait(common: Common, format: str, timeout: float | None) -> Exit:
    """Wait until no audit of a submitted text is open.

    Exit 0: none is, and none was rejected; 1: a text was rejected; 4: it took longer than --timeout. Sends
    GETs only, seconds apart at first and a minute apart later on, and writes no state.
    """
    start_logging(common)
    definitions, problems = load_valid(common)
    time = clock(common)
    wanted = Wanted(common, definitions, problems, time())
    with connected(common) as connection:
        found = wait_for_audits(wanted, connection, time, timeout=timeout)
        standing = look(replace(wanted, now=time()), connection)
    notes(common, standing.notes)
    told = tell(common, format, status_views(standing.document))
    return fold(_exits(found, standing) | {told})


def _exits(found: Verdicts, standing: Standing) -> set[Exit]:
    """A text that was rejected before the wait began is as little approved as one that was during it."""
    failed = BAD & set(found.values()) or in_phase(standing.document, Audit.REJECTED)
    waiting = Verdict.OPEN in found.values()
    return ({Exit.FAILED} if failed else set()) | ({Exit.WAITING} if waiting else set())


def wait_for_audits(
    wanted: Wanted,
    connection: Connection,
    time: Callable[[], datetime],
    *,
    timeout: float | None = None,
    pace: Pace = REAL,
) -> Verdicts:
    """How the audits stood at the last look: none is open, or the seconds of the time-out are over.

    Raises NotSent when the service cannot be reached at the first look; later that only means another one.
    """
    common, followed = wanted.common, set[Key]()
    found: Verdicts = {}
    told = 0.0
    for gone, (known, standing, trouble) in seen(
        lambda: _look(wanted, connection, time(), followed), lambda line: hint(common, line), pace, timeout
    ):
        lines = (*news(known, found, standing), *trouble)
        if not lines and gone - told >= SILENCE:
            lines = (still_waiting(standing, gone),)
        hint(common, *lines)
        told, found = gone if lines else told, standing
        if Verdict.OPEN not in found.values():
            break
    return found


def _look(
    wanted: Wanted, connection: Connection, now: datetime, followed: set[Key]
) -> tuple[Revisions, Verdicts, tuple[str, ...]]:
    """What is recorded now, how the audits stand, and what could not be read; new ones are followed too."""
    from jsms_sync.applying.refresh import read_templates

    snapshot = backend(wanted.common).read()
    state = snapshot.state if snapshot else State(lineage="")
    connection.identity.check(state)
    known = revisions(wanted.definitions, state, now)
    ids = {temp_id for _, temp_id in undecided(known)}
    shown = read_templates(connection.client, ids, parallelism=wanted.common.parallelism)
    followed.update(auditing(known, shown))
    unread = ((id, each.why) for id, each in shown.items() if isinstance(each, Unreadable))
    trouble = tuple(f"{id} could not be read: {why}; trying again" for id, why in unread)
    return known, verdicts(followed, known, shown, now), trouble
