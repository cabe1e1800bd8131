"""Definitions as YAML text: the fields of an entry as lines of a block, or all on one line."""

from collections.abc import Callable, Iterator, Mapping

from jsms_sync.definitions.scalar_text import literal, quoted, scalar
from jsms_sync.model.privacy import Mobile, Params
from jsms_sync.model.resources import Recipient

Value = str | int | Mobile | Params | tuple[Recipient, ...]
Fields = Mapping[str, Value]
"""What an entry says, by key; numbers and parameters stay wrapped until they are written."""

Write = Callable[[str], str]
"""How a text is written inside of braces."""


def block(name: str, fields: Fields, step: int) -> Iterator[str]:
    """The lines of the entry, `step` spaces deeper at each level, the name at the margin."""
    yield f"{_in_flow(name)}:"
    for key, value in fields.items():
        yield from (f"{' ' * step}{line}" if line else "" for line in _field(key, value, step))


def _field(key: str, value: Value, step: int) -> Iterator[str]:
    lines = literal(value) if isinstance(value, str) else None
    if lines is not None:
        yield f"{key}: |-"
        yield from (f"{' ' * step}{line}" if line else "" for line in lines)
    elif isinstance(value, tuple):
        yield f"{key}:"
        yield from (f"{' ' * step}- {_recipient(recipient, _in_flow)}" for recipient in value)
    else:
        yield f"{key}: {scalar(value) if isinstance(value, str) else _value(value, _in_flow)}"


def flow(name: str, fields: Fields, *, as_json: bool) -> str:
    """The entry on one line, for a mapping in braces; as JSON where all around it is."""
    write = quoted if as_json else _in_flow
    return f"{write(name)}: {_braces(fields, write)}"


def _in_flow(text: str) -> str:
    return scalar(text, in_flow=True)


def _braces(fields: Fields, write: Write) -> str:
    return "{" + ", ".join(f"{write(key)}: {_value(value, write)}" for key, value in fields.items()) + "}"


def _value(value: Value, write: Write) -> str:
    match value:
        case str():
            return write(value)
        case int():
            return str(value)
        case Mobile():
            return quoted(value.reveal())
        case Params():
            return _braces(value.reveal(), write)
        case _:
            return "[" + ", ".join(_recipient(recipient, write) for recipient in value) + "]"


def _recipient(recipient: Recipient, write: Write) -> str:
    params: Fields = {"params": recipient.params} if recipient.params.names else {}
    return _braces({"mobile": recipient.mobile, **params}, write)
