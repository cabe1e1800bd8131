"""`import`: what exists at JSMS becomes a definition and a record, once the plan for it is empty."""

import click

from jsms_sync.cli.import_list import from_file, stop, wishes
from jsms_sync.cli.options import Common, choices, command
from jsms_sync.cli.session import backend, connected
from jsms_sync.cli.starting import circumstances
from jsms_sync.cli.terminal import hint, notes, paint, say, say_json, start_logging
from jsms_sync.errors import Exit, InvalidInput, Refused
from jsms_sync.planning.adoption import Wish
from jsms_sync.planning.safety import start_refusals
from jsms_sync.reports.imports import import_text
from jsms_sync.state.store import Backend

NEXT = "Commit the definitions before anybody else applies: what is recorded but not defined is deleted."


@command("import", example="jsms-sync import template.login-code 37582")
@click.argument("address", required=False)
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--from", "listed", metavar="CSV", help="Many at once: a file with the columns address,id.")
@click.option("--to", metavar="FILE", help="Where new entries go.  [default: the first file that is read]")
@click.option("--new-state", is_flag=True, help="There is no state yet, and nothing was ever recorded.")
@click.option("--allow", multiple=True, metavar="WHAT", help="local-state: keep a new state on a CI runner.")
def import_(
    common: Common,
    format: str,
    address: str | None,
    ids: tuple[str, ...],
    listed: str | None,
    to: str | None,
    new_state: bool,
    allow: tuple[str, ...],
) -> Exit:
    """Adopt what exists at JSMS: write its definition, record its id. Sends GETs only.

    A campaign of several schedules takes all their ids. An entry that exists is only recorded, and must say
    what JSMS shows. Nothing is saved unless the plan for all of it is empty.
    """
    start_logging(common)
    asked = _asked(common, address, ids, listed)
    # Imported here: `import --help` needs no YAML.
    from jsms_sync.cli.importing import adopt, surveyed

    found = surveyed(common, to)
    place = backend(common)
    with connected(common) as connection:
        _check_start(common, place, new_state=new_state, allow=allow)
        document = adopt(common, connection, place, asked, found)
    if format == "json":
        say_json(document)
    else:
        say(import_text(document, paint()))
        notes(common, document["notes"])
        hint(common, NEXT)
    return Exit.DONE


def _asked(common: Common, address: str | None, ids: tuple[str, ...], listed: str | None) -> tuple[Wish, ...]:
    if bool(listed) == bool(address) or bool(address) != bool(ids):
        help = "Give ADDRESS ID, as in `template.login-code 37582`, or --from CSV."
        told = "say only once what is to be imported" if listed and address else "say what is to be imported"
        raise InvalidInput(told, help=help, code="usage")
    if listed is None:
        found, objections = wishes((address or "", id, "") for id in ids)
    else:
        found, objections = from_file(common.chdir / listed, listed)
    stop(objections)
    if not found:
        raise InvalidInput(f"{listed} has no rows, so nothing was done", code="usage")
    return found


def _check_start(common: Common, place: Backend, *, new_state: bool, allow: tuple[str, ...]) -> None:
    """Raises Refused where there is no state, unless a new one was asked for (contract §6)."""
    where = circumstances(common, place, new_state=new_state)
    for refusal in start_refusals(where, choices(allow)):
        lifted = f"To do it all the same: {refusal.override}" if refusal.override else ""
        raise Refused(refusal.reason, help=lifted, code=refusal.code.value)
