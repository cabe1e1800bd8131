"""`api`: one call of the JSMS API each, its answer as JSON with JSMS's own names (contract §1)."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jsms_sync.cli import api_options as option
from jsms_sync.cli import api_wire as wire
from jsms_sync.cli.api_calls import CALLS, Call, Given
from jsms_sync.cli.groups import group
from jsms_sync.cli.options import Common, command
from jsms_sync.cli.session import Beside, connected
from jsms_sync.cli.terminal import say_json, start_logging
from jsms_sync.errors import Exit, InDoubt, OutcomeUnknown

if TYPE_CHECKING:
    from jsms_sync.api.client import Client


def _command(call: Call) -> click.Command:
    def function(common: Common, format: str, show_request: bool, **given: Any) -> Exit:
        start_logging(common)
        read = _read(common.chdir, given)
        beside = Beside(given.get("dev", False), _show if show_request else None)
        with connected(common, beside) as connection:
            document = _answer(call, connection.client, read)
        say_json(document)
        return Exit.FAILED if _says_no(document) else Exit.DONE

    function.__doc__ = call.line
    for parameter in (option.SHOW_REQUEST, *reversed(call.options)):
        function.__dict__.setdefault("__click_params__", []).append(parameter)
    example = f"jsms-sync api {call.name} {call.example}"
    return command(call.name.split()[-1], example=example, formats=("json",))(function)


def _show(request: str) -> None:
    click.echo(request, err=True)


def _read(folder: Path, given: Given) -> Given:
    """The arguments with every file read; paths are relative to `-C`."""
    read = dict(given)
    if "recipients" in given:
        read["recipients"] = wire.recipients(folder / given["recipients"])
    if "images" in given:
        read["images"] = tuple(wire.image(folder / path) for path in given["images"])
    for name in option.PICTURES:
        if given.get(name) is not None:
            read[name] = wire.image(folder / given[name])
    return read


def _answer(call: Call, client: "Client", given: Given) -> object:
    """The document; OutcomeUnknown when a POST may have acted."""
    try:
        return call.answer(client, given)
    except InDoubt as doubt:
        if not call.posts:
            raise
        raise OutcomeUnknown(doubt.message, help=doubt.help) from None


def _says_no(document: object) -> bool:
    """Whether the code is not right, or some recipients were refused."""
    match document:
        case {"is_valid": False}:
            return True
        case {"failure_count": int(count)}:
            return count > 0
    return False


def _tree() -> click.Group:
    """The commands as their names say, in a group for each first word of two."""
    groups = {
        "": group("api", "Make one call of the JSMS API; the answer is printed as JSON.", "api balance"),
        "schedule": group("schedule", "Scheduled messages.", "api schedule get SCHEDULE_ID"),
        "template": group("template", "Templates.", "api template get 37582"),
        "sign": group("sign", "Signatures.", "api sign get 37582"),
    }
    for call in CALLS:
        groups[call.name.rpartition(" ")[0]].add_command(_command(call))
    for name in filter(None, groups):
        groups[""].add_command(groups[name])
    return groups[""]


api = _tree()
