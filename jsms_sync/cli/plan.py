"""`plan` and `show`: what an apply would do."""

import json
from pathlib import Path

import click

from jsms_sync.cli.loading import load_valid
from jsms_sync.cli.looking import Wanted, observed_plan, offline_plan
from jsms_sync.cli.options import Common, choices, command, overrides, without_recipients
from jsms_sync.cli.plan_views import plan_views
from jsms_sync.cli.reviewed import no_plan, read_plan
from jsms_sync.cli.session import backend, clock, connected, offline
from jsms_sync.cli.terminal import hint, start_logging
from jsms_sync.cli.views import as_json, overwrite, tell
from jsms_sync.errors import Exit, Stale, fold
from jsms_sync.planning.document import FORMAT_VERSION, Json, plan_document
from jsms_sync.planning.plan import Plan
from jsms_sync.reports.apply_command import next_command
from jsms_sync.reports.plan_text import plan_text

FORMATS = ("text", "json", "markdown", "html")


@command(
    "plan",
    example="jsms-sync plan -f templates.yaml --detailed-exitcode",
    formats=FORMATS,
    reports=FORMATS,
)
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Save the plan.")
@click.option("--offline", "is_offline", is_flag=True, help="Ask nothing of JSMS; plan from the state alone.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes, 1 when stuck.")
@without_recipients
@overrides
def plan(
    common: Common,
    format: str,
    out: Path | None,
    is_offline: bool,
    detailed_exitcode: bool,
    without_recipients: bool,
    **overriding: tuple[str, ...],
) -> Exit:
    """Show what an apply would do. Sends GETs only, and writes no state."""
    start_logging(common)
    definitions, problems = load_valid(common, with_recipients=not without_recipients)
    wanted = Wanted(common, definitions, problems, clock(common)(), choices(**overriding))
    made = _planned(wanted, is_offline=is_offline)
    document = plan_document(made)
    if out is not None:
        overwrite(common.chdir / out, as_json(document))
    told = tell(common, format, plan_views(document))
    if format == "text":
        _what_next(common, made, document, out)
    return fold(made.exits(detailed=detailed_exitcode) | {told})


def _planned(wanted: Wanted, *, is_offline: bool) -> Plan:
    snapshot = backend(wanted.common).read()
    state, notes = (snapshot.state, snapshot.notes) if snapshot else (None, ())
    if is_offline:
        return offline_plan(wanted, offline(wanted.common), state, notes)
    with connected(wanted.common) as connection:
        return observed_plan(wanted, connection, state, notes)[0]


def _what_next(common: Common, made: Plan, document: Json, out: Path | None) -> None:
    if out is not None:
        again = f"Saved to {out}; `jsms-sync show {out}` shows it again"
        hint(common, again + ("." if made.without_recipients else ", and"))
        if not made.without_recipients:
            hint(common, f"`{next_command(document, str(out))}` carries out just that.")
    elif made.changes and not made.refusals and not made.without_recipients:
        hint(common, f"Run `{next_command(document)}` to carry it out.")


@command(
    "show", example="jsms-sync show plan.json --format html > plan.html", formats=FORMATS, reports=FORMATS
)
@click.argument("saved", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
def show(common: Common, format: str, saved: Path) -> Exit:
    """Show a saved plan."""
    path = common.chdir / saved
    try:
        document = json.loads(read_plan(path))
        if isinstance(document, dict) and document.get("format_version", FORMAT_VERSION) != FORMAT_VERSION:
            raise Stale(f"{path} was saved by another version of jsms-sync", help="Make the plan again.")
        plan_text(document)
        return tell(common, format, plan_views(document))
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        raise no_plan(path) from None
