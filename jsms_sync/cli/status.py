"""`status` and `outputs`: how things stand, and the ids for application code."""

from jsms_sync.cli.loading import load_valid
from jsms_sync.cli.looking import Wanted, observed_plan
from jsms_sync.cli.options import Common, command
from jsms_sync.cli.session import backend, clock, connected
from jsms_sync.cli.terminal import hint, notes, paint, say, say_json, start_logging
from jsms_sync.errors import Exit, fold
from jsms_sync.model.events import fold as after
from jsms_sync.model.records import State
from jsms_sync.planning.document import FORMAT_VERSION
from jsms_sync.planning.plan import held_exits
from jsms_sync.planning.status import outputs as serving
from jsms_sync.planning.status import status_document
from jsms_sync.reports.outputs import env_text, yaml_text
from jsms_sync.reports.status_text import status_text


@command("status", example="jsms-sync status --format json")
def status(common: Common, format: str) -> Exit:
    """Show how audits and campaigns stand. Sends GETs only, and writes no state."""
    start_logging(common)
    definitions, problems = load_valid(common)
    wanted = Wanted(common, definitions, problems, clock(common)())
    snapshot = backend(common).read()
    state = snapshot.state if snapshot else State(lineage="")
    with connected(common) as connection:
        plan, _ = observed_plan(wanted, connection, snapshot.state if snapshot else None)
    document = status_document(definitions, state, after(state, plan.events), wanted.now, costs=plan.costs)
    if format == "json":
        say_json(document)
    else:
        notes(common, snapshot.notes if snapshot else ("there is no state here yet",))
        say(status_text(document, paint()))
    return fold(held_exits(plan.held))


@command(
    "outputs", example="jsms-sync outputs --format env > jsms.env", formats=("text", "json", "env", "yaml")
)
def outputs(common: Common, format: str) -> Exit:
    """Print the recorded serving temp_id of every template, for application code. Asks nothing of JSMS."""
    snapshot = backend(common).read()
    ids = serving(snapshot.state) if snapshot else {}
    match format:
        case "json":
            say_json({"format_version": FORMAT_VERSION, "templates": ids})
        case "env":
            say(env_text(ids))
        case _:
            say(yaml_text(ids))
    if not ids:
        hint(common, "Note: no template serves yet; an apply after its approval records it.")
    return Exit.DONE
