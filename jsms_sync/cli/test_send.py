"""`test-send`: one message of a campaign, to one number of your own."""

import re
from array import array
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from jsms_sync.cli.api_options import params_of
from jsms_sync.cli.loading import load_valid
from jsms_sync.cli.options import Common, command
from jsms_sync.cli.session import Connection, backend, clock, connected, looks_ahead
from jsms_sync.cli.terminal import check_confirmable, hint, say, say_json, start_logging
from jsms_sync.errors import Exit, InvalidInput
from jsms_sync.model.decisions import FileRows
from jsms_sync.model.privacy import Mobile, Params
from jsms_sync.model.records import State
from jsms_sync.model.resources import Campaign, Definitions, RecipientsFile, campaign_address
from jsms_sync.model.text import signature_length
from jsms_sync.planning.document import FORMAT_VERSION
from jsms_sync.planning.surgery import address_of, unknown_address
from jsms_sync.reports.words import count, one_line

if TYPE_CHECKING:
    from jsms_sync.planning.sample import Sample

_NOISE = re.compile(r"[\s-]+")
_PREFIX = re.compile(r"(?:\+|00)?86(?=1)")


def _number(_: click.Context, __: click.Parameter, text: str) -> Mobile:
    from jsms_sync.definitions.wording import MOBILE, mobile_shown

    number = _PREFIX.sub("", _NOISE.sub("", text))
    if not MOBILE.fullmatch(number):
        raise click.BadParameter(f"{mobile_shown(text)} is no mobile number of mainland China")
    return Mobile(number)


@command("test-send", example="jsms-sync test-send campaign.spring-sale --to 13812345678")
@click.argument("campaign")
@click.option("--to", required=True, callback=_number, metavar="NUMBER", help="A number of your own.")
@click.option(
    "--param",
    "params",
    multiple=True,
    callback=params_of,
    metavar="NAME=VALUE",
    help="Instead of the value of the first recipient; repeatable.",
)
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
def test_send(
    common: Common, format: str, campaign: str, to: Mobile, params: Params, auto_approve: bool
) -> Exit:
    """Send one message of a campaign to one number: now, with its approved text, for the price of a message.

    It has the values of the first recipient, and the campaign's signature. It is never sent twice by itself,
    and nothing of it is recorded.
    """
    start_logging(common)
    check_confirmable(auto_approve)
    definitions, _ = load_valid(common)
    desired = _campaign(definitions, campaign)
    snapshot = backend(common).read()
    with connected(common) as connection:
        if looks_ahead(common) and not connection.identity.loopback:
            raise InvalidInput("--now is for looking ahead; a message at JSMS is sent now", code="usage")
        state = snapshot.state if snapshot else State(lineage="")
        connection.identity.check(state)
        message = _sample(common, connection, state, definitions, desired, params)
        _confirm(common, message, desired, to, auto_approve=auto_approve)
        msg_id = connection.client.messages.send(
            mobile=to, temp_id=message.temp_id, temp_para=message.params, sign_id=message.sign_id
        )
    return _told(format, desired, message, to, msg_id)


def _campaign(definitions: Definitions, name: str) -> Campaign:
    address = address_of(name if "." in name else campaign_address(name))
    found = definitions.campaigns.get(address)
    if found is None:
        raise unknown_address(address, definitions.campaigns, "a campaign that is defined")
    return found


def _sample(
    common: Common,
    connection: Connection,
    state: State,
    definitions: Definitions,
    desired: Campaign,
    params: Params,
) -> "Sample":
    from jsms_sync.applying.sample import offered
    from jsms_sync.definitions.fetching import Fetcher
    from jsms_sync.planning.sample import sample

    serving = offered(connection.client, state, definitions, desired, clock(common)())
    if isinstance(desired.recipients, RecipientsFile):
        first = FileRows(array("I", [0]), None)
        desired = replace(desired, recipients=Fetcher(definitions.campaigns).fetch(desired.address, first))
    return sample(desired, serving, params, signature_length(common.settings.signature))


def _confirm(common: Common, message: "Sample", desired: Campaign, to: Mobile, *, auto_approve: bool) -> None:
    """Tells what is about to be sent, its values left out; InvalidInput unless that is confirmed."""
    shown = "a text that JSMS does not show" if message.content is None else one_line(message.content)
    named = ", ".join(sorted(message.params.names))
    parts = count(message.parts, "part", "parts")
    told = [f"{desired.address}, template {message.temp_id}, {parts}: {shown}"]
    told += [f"With the values of {named}."] if named else []
    if auto_approve:
        hint(common, *told)
        return
    click.echo("\n".join(told), err=True)
    if not click.confirm(f"Send it to {to!r} now?", err=True):
        raise InvalidInput("not confirmed, so nothing was sent", code="confirmation-missing")


def _told(format: str, desired: Campaign, message: "Sample", to: Mobile, msg_id: str) -> Exit:
    if format == "json":
        say_json(
            {
                "format_version": FORMAT_VERSION,
                "address": desired.address,
                "to": repr(to),
                "temp_id": message.temp_id,
                "parts": message.parts,
                "msg_id": msg_id,
            }
        )
    else:
        say(f"{desired.address}: sent to {to!r} (msg_id {msg_id}).\n")
    return Exit.DONE
