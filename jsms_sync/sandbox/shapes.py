"""Values out of a request body: what is tolerated, and what is a wrong shape (50007).

null is the same as absent; an integer may come as a string of digits, a phone number as a number
(jsms-api.md §1 "Type tolerance"); unknown fields are ignored (§10).
"""

from __future__ import annotations

import json
from typing import Any, NoReturn, TypeAlias

from jsms_sync.sandbox.codes import Refusal

Body: TypeAlias = dict[str, Any]


def read_object(raw: bytes) -> Body:
    """The JSON object of a request body; refused with 50003 when empty and 50007 when it is anything else."""
    if not raw.strip():
        raise Refusal(50003)
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        # Lone surrogates and overflowing floats have no UTF-8 JSON: no answer could repeat them.
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Refusal(50007) from None
    if not isinstance(value, dict):
        raise Refusal(50007)
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def integer(body: Body, key: str) -> int | None:
    """The integer at a key, None when absent or an empty text."""
    value = body.get(key)
    if value == "":
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if value is None or type(value) is int:
        return value
    raise Refusal(50007)


def text(body: Body, key: str) -> str | None:
    """The string at a key, None when absent."""
    value = body.get(key)
    if value is None or isinstance(value, str):
        return value
    raise Refusal(50007)


def mobile(body: Body) -> str | None:
    """The phone number of a body or a recipient as text, None when absent or empty."""
    return digits(body, "mobile") or None


def digits(body: Body, key: str) -> str | None:
    """The code at a key as text, None when absent; some clients send it as a number."""
    value = body.get(key)
    return str(value) if type(value) is int else text(body, key)


def parameters(body: Body) -> Body | None:
    """The parameters as sent, None when absent; [] is {}, as PHP clients write an empty map."""
    value = body.get("temp_para")
    if value is None:
        return None
    if value == []:
        return {}
    if isinstance(value, dict) and all(_is_scalar(each) for each in value.values()):
        return value
    raise Refusal(50007)


def as_id(segment: str) -> int | None:
    """The number that a segment of a path is, None when it is none."""
    return int(segment) if segment.isascii() and segment.isdigit() and len(segment) < 20 else None


def _is_scalar(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)


def objects(body: Body, key: str) -> list[Body] | None:
    """The list of objects at a key, None when absent."""
    value = body.get(key)
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(each, dict) for each in value):
        return value
    raise Refusal(50007)
