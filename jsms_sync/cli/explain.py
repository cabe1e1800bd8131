"""`explain`: what a code means and what to do next."""

import click

from jsms_sync.cli.options import Common, command
from jsms_sync.cli.terminal import paint, say, say_json
from jsms_sync.errors import Exit, InvalidInput
from jsms_sync.reports.explanation_text import explained_document, explained_text, listed_text
from jsms_sync.reports.explanations import Explanation, explanations, find, near

ALL = "`jsms-sync explain` lists all codes."
UNDOCUMENTED = "The public list of JSMS codes ends in 2018; look in the JSMS console, or ask JSMS support."


def _codes(_context: click.Context, _argument: click.Parameter, begun: str) -> list[str]:
    every = dict.fromkeys(one.code for part in explanations().values() for one in part)
    return [code for code in every if code.startswith(begun)]


@command("explain", example="jsms-sync explain content-brackets")
@click.argument("code", required=False, shell_complete=_codes)
def explain(common: Common, format: str, code: str | None) -> Exit:
    """Say what a code means and what to do next. Lists all codes without CODE.

    CODE is that of a problem, a held change, a refusal, an error, an exit, or a number from JSMS.
    """
    if code is None:
        _list(format)
        return Exit.DONE
    found = find(code)
    if not found:
        raise _unknown(code)
    _tell(found, format)
    return Exit.DONE


def _list(format: str) -> None:
    parts = explanations()
    if format == "json":
        say_json(explained_document(one for part in parts.values() for one in part))
    else:
        say(listed_text(parts, paint()))


def _tell(found: tuple[Explanation, ...], format: str) -> None:
    if format == "json":
        say_json(explained_document(found))
    else:
        say(explained_text(found, paint()))


def _unknown(code: str) -> InvalidInput:
    meant = near(code)
    help = f"Did you mean {' or '.join(meant)}? {ALL}" if meant else ALL
    if code.isdecimal() and len(code) == 5:
        help = f"{UNDOCUMENTED} {ALL}"
    return InvalidInput(f"no code {code!r} is known", help=help, code="unknown-code")
