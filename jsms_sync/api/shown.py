"""A request as it may be shown: what is sent, without credentials, numbers, values and codes."""

import json
from email import message_from_bytes
from email.policy import HTTP
from typing import Any

from jsms_sync.api.answers import Call
from jsms_sync.model.privacy import mask

HIDDEN = "…"
# Of the forms of jsms-api.md §7; the names are those of the wire.
_PERSONAL = frozenset({"legalPersonName", "legalPersonIdNumber", "socialCreditCode"})


def shown(call: Call[Any], base_url: str) -> str:
    """The request as text: its first line, its headers and its body, fit for a log (promise 9)."""
    lines = [f"{call.method} {base_url}{call.path}", "Authorization: Basic " + HIDDEN]
    if call.body is None:
        return "\n".join(lines)
    content_type = call.content_type.partition(";")[0]
    body = _json(call.body) if content_type == "application/json" else _form(call.body, call.content_type)
    return "\n".join([*lines, f"Content-Type: {content_type}", "", body])


def _json(body: bytes) -> str:
    return json.dumps(_masked("", json.loads(body)), ensure_ascii=False)


def _masked(name: str, value: object) -> object:
    match name, value:
        case "mobile", str():
            return mask(value)
        case "code", str():
            return HIDDEN
        case "temp_para", dict():
            return dict.fromkeys(value, HIDDEN)
        case _, dict():
            return {key: _masked(key, one) for key, one in value.items()}
        case _, list():
            return [_masked(name, one) for one in value]
    return value


def _form(body: bytes, content_type: str) -> str:
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = message_from_bytes(head + body, policy=HTTP)
    return "\n".join(_part(part) for part in message.iter_parts())


def _part(part: Any) -> str:
    """One field of a form; of a picture not even its file name, which may be somebody's own."""
    name = part.get_param("name", header="Content-Disposition")
    data = part.get_payload(decode=True)
    if part.get_filename() is not None:
        return f"{name}: {part.get_content_type()}, {len(data)} bytes"
    return f"{name}: {HIDDEN if name in _PERSONAL else data.decode()}"
