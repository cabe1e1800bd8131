"""Our words for what a JSON Schema validator refuses: a table from its keywords to problems."""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from jsms_sync.definitions.places import Path
from jsms_sync.definitions.wording import (
    closest,
    did_you_mean,
    mobile_help,
    mobile_shown,
    quoted,
    shown,
    subject,
)
from jsms_sync.model.resources import TemplateType


class Fault(NamedTuple):
    """One refusal of the schema: where in the data, and what to say about it."""

    code: str
    path: Path
    message: str
    help: str = ""
    at_key: bool = False
    spoils: bool = True
    """Whether the value at the path cannot be used."""


def faults(error: Any) -> Iterator[Fault]:
    """What to say about one `jsonschema.ValidationError`; none of its own sentences is used."""
    path = tuple(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path:
        yield _name(path, error.instance)
        return
    words = _WORDS.get(error.validator)
    if words is None:
        yield Fault("does-not-fit", path, f"{subject(path)} does not fit the schema")
        return
    yield from words(path, error)


def _name(path: Path, name: str) -> Fault:
    here = (*path, name)
    if path[-1:] == ("params",):
        return Fault(
            "invalid-variable-name",
            here,
            f"{subject(path)}: `{shown(name)}` cannot be a variable",
            at_key=True,
        )
    return Fault("invalid-name", here, f"`{shown(name)}` cannot be a name", _name_help(name), at_key=True)


def _name_help(name: str) -> str:
    simple = re.sub(r"[^a-z0-9_-]+", "-", name.strip().lower()).strip("-_")
    return f"did you mean `{simple}`?" if simple and len(simple) <= 63 and simple != name else ""


_WANTED = {
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "a mapping (lines of `key: value`)",
    "array": "a list (lines that begin with `- `)",
}
_FOUND: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (type(None), "empty"),
    (bool, "true or false"),
    ((int, float), "a number"),
    (str, "text"),
    (dict, "a mapping"),
    (list, "a list"),
)


def _type(path: Path, error: Any) -> Iterator[Fault]:
    value, wanted = error.instance, error.validator_value
    first = wanted if isinstance(wanted, str) else wanted[0]
    found = next(words for kind, words in _FOUND if isinstance(value, kind))
    message = f"{subject(path)} has to be {_WANTED[first]}, and it is {found}"
    yield Fault("wrong-type", path, message, _type_help(path, value, first, error.schema))


def _type_help(path: Path, value: Any, wanted: str, schema: dict[str, Any]) -> str:
    if value is None:
        return (
            f"write `{path[0]}: {{}}` for none"
            if len(path) == 1 and wanted == "object"
            else ("write a value, or leave the key out")
        )
    if wanted == "string" and isinstance(value, bool | int | float):
        fits = re.search(schema.get("pattern", ""), str(value)) is not None
        return "put it in quotes" if fits else str(schema.get("description", ""))
    if wanted == "integer" and isinstance(value, str) and value.isdecimal():
        return "write it without quotes"
    if not path:
        return f"a file holds {quoted(schema.get('properties', {}))}"
    return str(schema.get("description", ""))


def _required(path: Path, error: Any) -> Iterator[Fault]:
    known = error.schema.get("properties", {})
    for key in error.validator_value:
        if key not in error.instance and not any(closest(other, known) == key for other in error.instance):
            help = known.get(key, error.schema).get("description", "")
            yield Fault(
                "missing-key", path, f"{subject(path)} has no `{key}`", help, at_key=True, spoils=False
            )


def _additional(path: Path, error: Any) -> Iterator[Fault]:
    known = list(error.schema["properties"])
    for key in error.instance:
        if key not in known:
            help = did_you_mean(key, known) or f"the keys here are {quoted(known)}"
            yield Fault(
                "unknown-key",
                (*path, key),
                f"{subject(path)} has an unknown key `{shown(key)}`",
                help,
                at_key=True,
            )


def _one_of(path: Path, error: Any) -> Iterator[Fault]:
    if not isinstance(error.instance, dict):
        # `required` lets everything pass that is no mapping; its type is a fault of its own.
        return
    choices = [choice["required"][0] for choice in error.validator_value]
    given = [key for key in choices if key in error.instance]
    message = (
        f"{subject(path)} has {' and '.join(f'`{key}`' for key in given)}: only one of them can be"
        if given
        else f"{subject(path)} needs one of {quoted(choices)}"
    )
    help = "keep one of them" if given else "add one of them"
    yield Fault("one-of", path, message, help, at_key=True, spoils=False)


def _enum(path: Path, error: Any) -> Iterator[Fault]:
    value = error.instance
    if path[-1] == "encoding":
        yield from _encoding(path, value, error.validator_value)
        return
    near = did_you_mean(value, error.validator_value) if isinstance(value, str) else ""
    if "off" in error.validator_value:
        near = "did you mean `off`?" if value is False else near
        yield Fault("invalid-level", path, f"{subject(path)} cannot be {_written(value)}", near)
        return
    if str(value) in ("1", "2", "3"):
        near = f"did you mean {TemplateType(int(value)).word}?"
    yield Fault("invalid-type", path, f"{subject(path)} cannot be {_written(value)}", near)


def _encoding(path: Path, value: object, known: list[str]) -> Iterator[Fault]:
    if isinstance(value, str):
        message = f"{subject(path)} cannot be {_written(value)}"
        help = did_you_mean(value, known) or f"one of {quoted(known)}"
        yield Fault("unknown-encoding", path, message, help)


def _const(path: Path, error: Any) -> Iterator[Fault]:
    message = f"this tool reads version 1 of this format, not {_written(error.instance)}"
    yield Fault("invalid-version", path, message)


_FIELDS = {
    "ttl": "invalid-ttl",
    "temp_id": "invalid-id",
    "sign_id": "invalid-id",
    "mobile": "invalid-mobile",
    "send_time": "invalid-send-time",
    "retire_after": "invalid-duration",
    "moved_from": "invalid-name",
    "template": "invalid-name",
    "freeze": "invalid-duration",
    "marketing_hours": "invalid-hours",
    "blackout": "invalid-date",
    "signature": "invalid-signature",
    "account": "invalid-account",
    "app_key_env": "invalid-variable",
    "master_secret_env": "invalid-variable",
    "base_url": "invalid-url",
}
_UNSHOWN = {"app_key_env", "master_secret_env", "base_url", "account"}
"""Where somebody may have written a secret."""


def _field(path: Path, error: Any) -> Iterator[Fault]:
    field = next(str(step) for step in reversed(path) if isinstance(step, str))
    if "columns" in path[:-1]:
        message = f"{subject(path)} cannot be {_written(error.instance)}"
        yield Fault("invalid-variable-name", path, message, "write `mobile` or the name of a variable")
    elif field.startswith("max_"):
        message = f"{subject(path)} cannot be {_written(error.instance)}"
        yield Fault("invalid-limit", path, message, _last_words(error.schema["description"]))
    elif field in _UNSHOWN:
        message = f"{subject(path)} cannot be this ({len(error.instance)} characters)"
        yield Fault(_FIELDS[field], path, message)
    elif field == "mobile":
        written = str(error.instance)
        message = f"{subject(path)} cannot be {mobile_shown(written)}"
        yield Fault("invalid-mobile", path, message, mobile_help(written))
    else:
        yield Fault(_FIELDS[field], path, f"{subject(path)} cannot be {_written(error.instance)}")


def _last_words(description: str) -> str:
    """What a limit's description ends in: what can be written."""
    wanted = description.rstrip(".").rpartition(". ")[2]
    return f"write {wanted[0].lower()}{wanted[1:]}"


def _too_long(path: Path, error: Any) -> Iterator[Fault]:
    message = f"{subject(path)} has {len(error.instance)} characters, more than {error.validator_value}"
    yield Fault(f"{path[-1]}-too-long", path, message)


def _empty(path: Path, error: Any) -> Iterator[Fault]:
    codes = {"content": "content-empty", "recipients": "no-recipients"}
    yield Fault(codes.get(str(path[-1]), "empty-text"), path, f"{subject(path)} is empty")


def _written(value: object) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return f"`{str(value).lower()}`"
        case str() | int() | float():
            return f"`{shown(str(value))}`"
    return "a list or a mapping"


_WORDS: dict[str, Callable[[Path, Any], Iterator[Fault]]] = {
    "type": _type,
    "required": _required,
    "additionalProperties": _additional,
    "oneOf": _one_of,
    "enum": _enum,
    "const": _const,
    "minimum": _field,
    "maximum": _field,
    "pattern": _field,
    "maxLength": _too_long,
    "minLength": _empty,
    "minItems": _empty,
}
