"""`status` and `outputs`: how things stand, and the ids for application code."""

import re
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import click

from jsms_sync.cli.loading import load_valid
from jsms_sync.cli.looking import Wanted
from jsms_sync.cli.options import Common, command
from jsms_sync.cli.pinned import check_pinned
from jsms_sync.cli.polling import seen
from jsms_sync.cli.session import Connection, backend, clock, connected
from jsms_sync.cli.standing import Standing, look
from jsms_sync.cli.status_views import status_views
from jsms_sync.cli.terminal import doubts, hint, notes, paint, say, say_json, start_logging
from jsms_sync.cli.views import tell, write_reports
from jsms_sync.errors import Exit, InvalidInput, fold
from jsms_sync.model.records import Audit
from jsms_sync.model.wire import china_time
from jsms_sync.planning.document import FORMAT_VERSION
from jsms_sync.planning.status import in_phase
from jsms_sync.planning.status import outputs as serving
from jsms_sync.reports.outputs import env_text, yaml_text
from jsms_sync.reports.status_text import status_text


def _duration(_context: click.Context, _option: click.Parameter, text: str | None) -> timedelta | None:
    """The duration that the option names, as definitions write one."""
    from jsms_sync.definitions.times import duration

    if text is not None and not re.fullmatch("[0-9]{1,4}[smhd]", text):
        raise click.BadParameter("write a number and a unit, s, m, h or d, for example 24h")
    return None if text is None else duration(text)


@command(
    "status",
    example="jsms-sync status --due 24h",
    formats=("text", "json", "markdown"),
    reports=("text", "json", "markdown"),
)
@click.option("--watch", is_flag=True, help="Look again and again, until no audit is open.")
@click.option(
    "--due",
    metavar="DURATION",
    callback=_duration,
    help="Exit 1 unless all that is due within 24h, say, is ready.",
)
def status(common: Common, format: str, watch: bool, due: timedelta | None) -> Exit:
    """Show how audits and campaigns stand. Sends GETs only, and writes no state."""
    start_logging(common)
    if watch and format != "text":
        raise InvalidInput("--watch shows text; leave --format out", code="usage")
    definitions, problems = load_valid(common)
    time = clock(common)
    wanted = Wanted(common, definitions, problems, time())
    with connected(common) as connection:
        standing = _watch(wanted, connection, time, due) if watch else look(wanted, connection, due)
    views = status_views(standing.document)
    if format == "text" and not watch:
        notes(common, standing.notes)
    written = write_reports(common, views) if watch else tell(common, format, views)
    return fold({written, Exit.DONE if standing.is_ready else Exit.FAILED})


def _watch(
    wanted: Wanted, connection: Connection, time: Callable[[], datetime], due: timedelta | None
) -> Standing:
    """How everything stands once no audit is open; shows what is new, on a terminal every look."""
    common, shown = wanted.common, None
    for _, (now, standing) in seen(
        lambda: _look(wanted, connection, time(), due), lambda told: hint(common, told)
    ):
        _show(common, standing, shown, now)
        shown = standing
        if not in_phase(standing.document, Audit.AUDITING):
            return standing
    raise AssertionError("looks without a time-out do not end")


def _look(
    wanted: Wanted, connection: Connection, now: datetime, due: timedelta | None
) -> tuple[datetime, Standing]:
    return now, look(replace(wanted, now=now), connection, due)


def _show(common: Common, standing: Standing, shown: Standing | None, now: datetime) -> None:
    if shown is None:
        notes(common, standing.notes)
    text = status_text(standing.document, paint())
    if sys.stdout.isatty():
        click.clear()
        say(f"{text}\n{paint()('dim', f'{china_time(now)} China time; Ctrl-C ends this.')}\n")
    elif standing.is_news_after(shown):
        say(text if shown is None else f"\n{text}")


@command(
    "outputs", example="jsms-sync outputs --format env > jsms.env", formats=("text", "json", "env", "yaml")
)
def outputs(common: Common, format: str) -> Exit:
    """Print the recorded serving temp_id of every template, for application code. Asks nothing of JSMS."""
    place = backend(common)
    snapshot = place.read()
    if snapshot:
        check_pinned(common, snapshot.state)
    ids = serving(snapshot.state) if snapshot else {}
    notes(common, doubts(snapshot.state) if snapshot else ())
    match format:
        case "json":
            say_json({"format_version": FORMAT_VERSION, "templates": ids})
        case "env":
            say(env_text(ids))
        case "yaml" if not ids:
            say("{}\n")
        case _:
            say(yaml_text(ids))
    if snapshot is None:
        notes(common, [f"there is no state at {place.location}, so nothing is known of any template"])
    elif not ids:
        hint(common, "Note: no template serves yet; an apply after its approval records it.")
    return Exit.DONE
