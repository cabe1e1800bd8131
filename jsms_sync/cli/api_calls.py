"""The calls of `api` as a table: their options are the arguments of the client's calls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from jsms_sync.cli import api_options as option
from jsms_sync.cli import api_wire as wire

if TYPE_CHECKING:
    from jsms_sync.api.client import Client

Given = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One subcommand: what it says of itself, its options, and how its answer is got.

    `posts` holds where a lost answer leaves it unknown whether something was sent or created.
    """

    name: str
    line: str
    example: str
    options: tuple[click.Parameter, ...]
    answer: "Callable[[Client, Given], object]"
    posts: bool = False


def _form(given: Given) -> Mapping[str, Any]:
    """The arguments of a call that hands in a form."""
    from jsms_sync.api.signatures import LATEST, SignatureForm

    fields = {name: value for name, value in given.items() if name not in ("sign_id", "era")}
    return {"form": SignatureForm(**fields), "era": given["era"] or LATEST}


def _update_template(client: "Client", given: Given) -> object:
    client.templates.update(**given)
    return {"temp_id": given["temp_id"]}


def _update_schedule(client: "Client", given: Given) -> object:
    client.schedules.update(**given)
    return {"schedule_id": given["schedule_id"]}


def _update_sign(client: "Client", given: Given) -> object:
    client.signatures.update(given["sign_id"], **_form(given))
    return {"sign_id": given["sign_id"]}


def _balance(client: "Client", given: Given) -> object:
    if given["dev"]:
        return wire.balance("dev", client.accounts.dev())
    return wire.balance("app", client.accounts.app())


def _deleted(delete: Callable[..., None], given: Given) -> object:
    """What stands for the empty answer to a DELETE."""
    delete(**given)
    return {}


CALLS = (
    Call(
        "codes",
        "Text a verification code that JSMS makes up.",
        "--mobile 13812345678 --temp-id 1",
        (option.MOBILE, option.TEMP_ID, option.SIGN_ID),
        lambda client, given: {"msg_id": client.codes.send(**given)},
        posts=True,
    ),
    Call(
        "voice-codes",
        "Speak a verification code in a call.",
        "--mobile 13812345678 --ttl 60",
        (option.MOBILE, *option.VOICE),
        lambda client, given: {"msg_id": client.codes.send_voice(**given)},
        posts=True,
    ),
    Call(
        "valid",
        "Check a verification code; exit 1 when it is not right.",
        "288193860302 --code 123456",
        (option.MSG_ID, option.CODE),
        lambda client, given: wire.verification(client.codes.verify(**given)),
        posts=True,
    ),
    Call(
        "message",
        "Send a template message to one number.",
        "--mobile 13812345678 --temp-id 1250 --temp-para order=1001",
        (option.MOBILE, option.TEMP_ID, option.TEMP_PARA, option.SIGN_ID),
        lambda client, given: {"msg_id": client.messages.send(**given)},
        posts=True,
    ),
    Call(
        "messages-batch",
        "Send a template message to up to 1000 numbers; exit 1 when some were refused.",
        "--temp-id 1250 --recipients recipients.csv",
        (option.TEMP_ID, option.RECIPIENTS, option.SIGN_ID, option.TAG),
        lambda client, given: wire.messages(client.messages.send_batch(**given)),
        posts=True,
    ),
    Call(
        "schedule create",
        "Schedule a message to one number.",
        "--send-time '2027-03-01 10:00:00' --mobile 13812345678 --temp-id 1250",
        option.ONE,
        lambda client, given: {"schedule_id": client.schedules.create(**given)},
        posts=True,
    ),
    Call(
        "schedule create-batch",
        "Schedule a message to up to 1000 numbers; exit 1 when some were refused.",
        "--send-time '2027-03-01 10:00:00' --temp-id 1250 --recipients recipients.csv",
        (*option.MANY, option.TAG),
        lambda client, given: wire.batch(client.schedules.create_batch(**given)),
        posts=True,
    ),
    Call(
        "schedule update",
        "Replace the whole of a pending schedule for one number.",
        "SCHEDULE_ID --send-time '2027-03-01 10:00:00' --mobile 13812345678 --temp-id 1250",
        (option.SCHEDULE_ID, *option.ONE),
        _update_schedule,
    ),
    Call(
        "schedule update-batch",
        "Replace the whole of a pending batch; exit 1 when some numbers were refused.",
        "SCHEDULE_ID --send-time '2027-03-01 10:00:00' --temp-id 1250 --recipients recipients.csv",
        (option.SCHEDULE_ID, *option.MANY),
        lambda client, given: wire.batch(client.schedules.update_batch(**given)),
    ),
    Call(
        "schedule get",
        "Show a schedule, single or batch.",
        "1a886e7c-a267-49e6-9970-0d396ca5bb1e",
        (option.SCHEDULE_ID,),
        lambda client, given: wire.schedule(client.schedules.get(**given)),
    ),
    Call(
        "schedule delete",
        "Delete a pending schedule, single or batch.",
        "1a886e7c-a267-49e6-9970-0d396ca5bb1e",
        (option.SCHEDULE_ID,),
        lambda client, given: _deleted(client.schedules.delete, given),
    ),
    Call(
        "template create",
        "Submit a template for its audit.",
        "--type verification --ttl 120 --template '您的验证码是{{code}}，2分钟内有效。'",
        option.TEMPLATE,
        lambda client, given: {"temp_id": client.templates.create(**given)},
        posts=True,
    ),
    Call(
        "template update",
        "Submit a rejected template again.",
        "37582 --type notification --template '您的订单{{order}}已发出。'",
        (option.WHICH_TEMPLATE, *option.TEMPLATE),
        _update_template,
    ),
    Call(
        "template get",
        "Show a template with the status of its audit.",
        "37582",
        (option.WHICH_TEMPLATE,),
        lambda client, given: wire.template(client.templates.get(**given)),
    ),
    Call(
        "template delete",
        "Delete a template.",
        "37582",
        (option.WHICH_TEMPLATE,),
        lambda client, given: _deleted(client.templates.delete, given),
    ),
    Call(
        "sign create",
        "Apply for a signature.",
        "--era 2018-11 --sign 极光 --type 1 --image licence.png",
        option.FORM,
        lambda client, given: {"sign_id": client.signatures.create(**_form(given))},
        posts=True,
    ),
    Call(
        "sign update",
        "Apply again for a rejected signature.",
        "37582 --era 2018-11 --sign 极光 --type 1 --image licence.png",
        (option.WHICH_SIGN, *option.FORM),
        _update_sign,
        posts=True,
    ),
    Call(
        "sign get",
        "Show a signature with the status of its audit.",
        "37582",
        (option.WHICH_SIGN,),
        lambda client, given: wire.signature(client.signatures.get(**given)),
    ),
    Call(
        "sign delete",
        "Delete a signature.",
        "37582",
        (option.WHICH_SIGN,),
        lambda client, given: _deleted(client.signatures.delete, given),
    ),
    Call("balance", "Show how many messages are left.", "--dev", (option.DEV,), _balance),
    Call(
        "report",
        "Fetch delivery reports; JSMS gives each out once, and your application may want them.",
        "> reports.json",
        (),
        lambda client, given: wire.reports(client.receipts.reports()),
    ),
    Call(
        "reply",
        "Fetch replies; JSMS gives each out once, and your application may want them.",
        "> replies.json",
        (),
        lambda client, given: wire.replies(client.receipts.replies()),
    ),
)
"""Every endpoint (contract §1)."""
