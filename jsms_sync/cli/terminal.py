"""What is written where: results to stdout, everything else to stderr, colour only on a terminal."""

import json
import logging
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from jsms_sync.cli.options import Common
from jsms_sync.errors import InvalidInput, JsmsSyncError
from jsms_sync.reports.paint import Paint, coloured, plain

if TYPE_CHECKING:
    from jsms_sync.model.records import State


def paint() -> Paint:
    """Colours on a terminal that wants them."""
    # Python has no stdout at all where it was closed before the start.
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    return coloured if is_terminal and "NO_COLOR" not in os.environ else plain


def say(text: str) -> None:
    """A part of the result, as it is."""
    click.echo(text, nl=False, color=True)


def say_json(document: object, *, indent: int | None = 2) -> None:
    """The result as one JSON document."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=indent))


def hint(common: Common, *lines: str) -> None:
    """Something worth knowing that is not the result."""
    if not common.quiet:
        for line in lines:
            _aside(line)


def complain(error: JsmsSyncError) -> None:
    """What went wrong and what to do next, in one or two lines."""
    _aside(f"Error: {error.message}")
    if error.help:
        _aside(f"       {error.help}")


def _aside(line: str) -> None:
    # Where the terminal is gone the exit code still says how it ended.
    with suppress(OSError):
        click.echo(line, err=True)


def check_confirmable(auto_approve: bool) -> None:
    """Raises InvalidInput where a question would have to be asked, and nobody is there."""
    if not auto_approve and not sys.stdin.isatty():
        raise InvalidInput(
            "nobody is there to be asked, so nothing was done",
            help="Give --auto-approve to go on without a question.",
            code="confirmation-missing",
        )


def start_logging(common: Common) -> None:
    """With -v each request is told on stderr; no message of ours holds anything private."""
    if common.verbose:
        logging.basicConfig(level=logging.DEBUG if common.verbose > 1 else logging.INFO, stream=sys.stderr)
        logging.getLogger("jsms_sync").setLevel(logging.DEBUG)


def doubts(state: "State") -> tuple[str, ...]:
    """A note for every address of which an outcome is unknown: each command tells of it (contract §2)."""
    addresses = sorted({intent.address for intent in state.intents if intent.creates})
    return tuple(
        f"the outcome of a request for {address} is unknown; `jsms-sync resolve {address} --created ID`, "
        "or `--not-created`, settles it"
        for address in addresses
    )


def notes(common: Common, found: Iterable[str]) -> None:
    """The notes, each marked as one."""
    hint(common, *(f"Note: {note}" for note in found))
