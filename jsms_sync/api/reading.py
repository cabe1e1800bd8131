"""The parts of a reply, each read from parsed JSON, in which numbers are text (`answers.parse`).

Every reader raises Unusable, or another ValueError, for a value of another shape.
"""

import re
from collections.abc import Mapping

from jsms_sync.model.privacy import Mobile, Params


class Unusable(ValueError):
    """A reply that does not say what was asked for."""


_NUMBER = re.compile(r"-?[0-9]{1,18}")
# An uuid in every document (`jsms-api.md §1`); nothing that would need care in a URL, a state or a terminal.
_SCHEDULE_ID = re.compile(r"(?!\.{1,2}$)[!-~]{1,128}")
# Digits or an uuid (`jsms-api.md §9` row 1).
_MESSAGE_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,127}")


def must(holds: bool) -> None:
    """What has to hold for the reply to be of use."""
    if not holds:
        raise Unusable


def fields(value: object) -> Mapping[str, object]:
    """The value as a JSON object."""
    if not isinstance(value, dict):
        raise Unusable
    return value


def entries(value: object) -> list[object]:
    """The value as a JSON array."""
    if not isinstance(value, list):
        raise Unusable
    return value


def text(value: object) -> str:
    """The value as a text that can be stored."""
    if not isinstance(value, str):
        raise Unusable
    value.encode()  # a ValueError for a lone surrogate, which is legal in JSON and can be stored nowhere
    return value


def number(value: object) -> int:
    """The value as a whole number, written as a number or as text."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise Unusable
    return int(value)


def number_or(value: object, otherwise: int) -> int:
    """The value as a whole number, or the other one when it is none."""
    try:
        return number(value)
    except Unusable:
        return otherwise


def positive(value: object) -> int:
    """The value as a number that can be an id."""
    found = number(value)
    must(found > 0)
    return found


def scalar(value: object) -> str:
    """A value of any scalar type as the text that was written; null is empty."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
    return text(value)


def params(value: object) -> Params:
    """A `temp_para`; null and nothing are no parameters."""
    return Params({text(name): scalar(given) for name, given in fields(value or {}).items()})


def mobile(value: object) -> Mobile:
    """A phone number, written as text or as a number."""
    return Mobile(text(value))


def schedule_id(value: object) -> str:
    """The id of a schedule."""
    if not isinstance(value, str) or not _SCHEDULE_ID.fullmatch(value):
        raise Unusable
    return value


def message_id(value: object) -> str:
    """The id of a message as text: JSMS writes it as text here and as a number there."""
    if not isinstance(value, str) or not _MESSAGE_ID.fullmatch(value):
        raise Unusable
    return value
