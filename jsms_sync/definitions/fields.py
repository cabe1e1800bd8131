"""Definitions as YAML text: the fields of an entry as lines of a block, or all on one line."""

from collections.abc import Iterator, Mapping

from jsms_sync.definitions.scalar_text import literal, quoted, scalar
from jsms_sync.model.privacy import Mobile, Params
from jsms_sync.model.resources import Recipient

Value = str | int | Mobile | Params | tuple[Recipient, ...]
Fields = Mapping[str, Value]
"""What an entry says, by key; numbers and parameters stay wrapped until they are written."""


def block(name: str, fields: Fields, step: int) -> Iterator[str]:
    """The lines of the entry, `step` spaces deeper at each level, the name at the margin."""
    yield f"{scalar(name, in_flow=True)}:"
    for key, value in fields.items():
        yield from (f"{' ' * step}{line}" for line in _field(key, value, step))


def _field(key: str, value: Value, step: int) -> Iterator[str]:
    lines = literal(value) if isinstance(value, str) else None
    if lines is not None:
        yield f"{key}: |-"
        yield from (f"{' ' * step}{line}" if line else "" for line in lines)
    elif isinstance(value, tuple):
        yield f"{key}:"
        yield from (f"{' ' * step}- {_recipient(recipient)}" for recipient in value)
    else:
        yield f"{key}: {_inline(value)}"


def flow(name: str, fields: Fields, *, as_json: bool) -> str:
    """The entry on one line, for a mapping in braces; as JSON where all around it is."""
    write = _json if as_json else _inline
    items = ", ".join(f"{_key(key, as_json)}: {write(value, in_flow=True)}" for key, value in fields.items())
    return f"{_key(name, as_json)}: {{{items}}}"


def _key(text: str, as_json: bool) -> str:
    return quoted(text) if as_json else scalar(text, in_flow=True)


def _inline(value: Value, *, in_flow: bool = False) -> str:
    match value:
        case str():
            return scalar(value, in_flow=in_flow)
        case int():
            return str(value)
        case Mobile():
            return quoted(value.reveal())
        case Params():
            pairs = (f"{scalar(k, in_flow=True)}: {scalar(v, in_flow=True)}" for k, v in _items(value))
            return "{" + ", ".join(pairs) + "}"
        case _:
            return "[" + ", ".join(map(_recipient, value)) + "]"


def _recipient(recipient: Recipient) -> str:
    params = f", params: {_inline(recipient.params)}" if recipient.params.names else ""
    return f"{{mobile: {_inline(recipient.mobile)}{params}}}"


def _json(value: Value, *, in_flow: bool = True) -> str:
    match value:
        case str():
            return quoted(value)
        case int():
            return str(value)
        case Mobile():
            return quoted(value.reveal())
        case Params():
            return "{" + ", ".join(f"{quoted(k)}: {quoted(v)}" for k, v in _items(value)) + "}"
        case _:
            return "[" + ", ".join(map(_json_recipient, value)) + "]"


def _json_recipient(recipient: Recipient) -> str:
    params = f', "params": {_json(recipient.params)}' if recipient.params.names else ""
    return f'{{"mobile": {_json(recipient.mobile)}{params}}}'


def _items(params: Params) -> list[tuple[str, str]]:
    return list(params.reveal().items())
