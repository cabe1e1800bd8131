"""What `api` commands read from files and print: JSMS's own field names, with nothing masked."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from jsms_sync.errors import InvalidInput
from jsms_sync.model.privacy import Mobile, Params
from jsms_sync.model.resources import Recipient

if TYPE_CHECKING:
    from jsms_sync import api

Document = Mapping[str, object]


def recipients(path: Path) -> tuple[Recipient, ...]:
    """The recipients in a file: JSON as on the wire, or CSV whose other columns are the parameters.

    An empty cell is no parameter. InvalidInput tells what is wrong, without any number.
    """
    return _from_json(path, _bytes(path)) if path.suffix.lower() == ".json" else _from_csv(path)


def image(path: Path) -> "api.Image":
    """The picture in that file."""
    from jsms_sync.api.bodies import Image

    return Image(path.name, _bytes(path))


def template(template: "api.Template") -> Document:
    """A template as `GET /templates/{id}` answers it."""
    return {name: getattr(template, name) for name in type(template).__slots__}


def schedule(schedule: "api.Schedule") -> Document:
    """A schedule as `GET /schedule/{id}` answers it."""
    return {
        "schedule_id": schedule.schedule_id,
        "send_time": schedule.send_time,
        "temp_id": schedule.temp_id,
        "recipients": [
            {"msg_id": one.msg_id, "mobile": one.mobile.reveal(), "temp_para": one.temp_para.reveal()}
            for one in schedule.recipients
        ],
    }


def batch(reply: "api.BatchReply") -> Document:
    """What became of a batch schedule."""
    return {
        "schedule_id": reply.schedule_id,
        "success_count": reply.success_count,
        "failure_count": reply.failure_count,
        "failure_recipients": [failure(one) for one in reply.failures],
    }


def messages(reply: "api.MessagesReply") -> Document:
    """What became of a batch of messages."""
    return {
        "success_count": reply.success_count,
        "failure_count": reply.failure_count,
        "recipients": [
            {"msg_id": one.msg_id, "mobile": one.mobile.reveal()}
            | (failure(one.failure) if one.failure else {})
            for one in reply.recipients
        ],
    }


def failure(failure: "api.Failure") -> dict[str, object]:
    """One refused recipient; the code is text here, as on the wire (`jsms-api.md §9` row 4)."""
    from jsms_sync.api.codes import explain

    return {
        "error_code": str(failure.code),
        "error_message": explain(failure.code).message,
        "mobile": failure.mobile.reveal(),
        "temp_para": failure.temp_para.reveal(),
    }


def verification(verification: "api.Verification") -> Document:
    """Whether a code is right, and why not."""
    error = verification.error
    said = {} if error is None else {"error": {"code": error.number, "message": error.message}}
    return {"is_valid": verification.is_valid, **said}


def signature(signature: "api.Signature") -> Document:
    """A signature as `GET /sign/{id}` answers it, with 0 and 1."""
    flags = {"is_default": signature.is_default, "use_status": signature.in_use}
    told = {name: None if flag is None else int(flag) for name, flag in flags.items()}
    return {"sign_id": signature.sign_id, "sign": signature.sign, "status": signature.status, **told}


def balance(prefix: str, balance: "api.Balance") -> Document:
    """A balance with the names of `app` or of `dev`."""
    return {f"{prefix}_{name}": getattr(balance, name) for name in type(balance).__slots__}


def reports(found: Iterable["api.Report"]) -> list[Document]:
    """Delivery reports as `GET /report` answers them."""
    return [
        {
            "msgId": one.msg_id,
            "phone": one.mobile.reveal(),
            "receiveTime": _time(one.receive_time),
            "status": one.status,
        }
        for one in found
    ]


def replies(found: Iterable["api.Reply"]) -> list[Document]:
    """Replies as `GET /reply` answers them."""
    return [
        {"phone": one.mobile.reveal(), "replyTime": _time(one.reply_time), "content": one.content}
        for one in found
    ]


def _time(text: str) -> object:
    """Milliseconds as the number that they are; any other text as it came."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else text


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or error}") from None


def _from_csv(path: Path) -> tuple[Recipient, ...]:
    from jsms_sync.definitions.plain import MOBILE_COLUMN, rows_of

    return tuple(
        Recipient(Mobile(row.pop(MOBILE_COLUMN)), Params({name: cell for name, cell in row.items() if cell}))
        for row in rows_of(path)
    )


def _from_json(path: Path, data: bytes) -> tuple[Recipient, ...]:
    try:
        listed = json.loads(data.decode("utf-8-sig"), parse_int=str, parse_float=str)
        listed = listed["recipients"] if isinstance(listed, dict) else listed
        return tuple(map(_recipient, listed if isinstance(listed, list) else [None]))
    except (ValueError, KeyError, RecursionError):
        raise InvalidInput(
            f"{path} is not a JSON list of recipients",
            help='Write [{"mobile": "13812345678", "temp_para": {"name": "value"}}].',
        ) from None


def _recipient(entry: object) -> Recipient:
    fields = entry if isinstance(entry, dict) else {}
    mobile, values = fields.get("mobile"), fields.get("temp_para")
    values = {} if values is None else values
    if not isinstance(mobile, str) or not isinstance(values, dict):
        raise ValueError
    if not all(isinstance(value, str) for value in values.values()):
        raise ValueError
    return Recipient(Mobile(mobile), Params(values))
