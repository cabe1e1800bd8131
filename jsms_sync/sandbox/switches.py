"""The beliefs as switches: shown as JSON, changed one by one, and printed as a table for the documents."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Final, get_args, get_type_hints

from jsms_sync.sandbox.beliefs import Beliefs
from jsms_sync.sandbox.codes import CODES

_PATTERNS: Final = ("mobile", "variable_name", "sign_name")
_OFFSETS: Final = ("send_time_offset",)
_MOST: Final = 10**10


def shown(beliefs: Beliefs) -> dict[str, Any]:
    """Every belief by its name, as JSON writes it."""
    return {each.name: _plain(getattr(beliefs, each.name)) for each in fields(Beliefs)}


def switched(beliefs: Beliefs, changes: Mapping[str, Any]) -> Beliefs:
    """The beliefs after some were changed; ValueError with a sentence for what cannot be one."""
    hints = get_type_hints(Beliefs)
    for name in changes:
        if name not in hints:
            raise ValueError(f"there is no belief {name!r}; GET /_sandbox/beliefs lists them")
    return replace(beliefs, **{name: _read(name, hints[name], value) for name, value in changes.items()})


def table() -> str:
    """Every switch with its default, what it means and the section of the API facts, as Markdown."""
    rows = ["| switch | default | means | facts |", "|---|---|---|---|"]
    for each in fields(Beliefs):
        default = json.dumps(_plain(each.default), ensure_ascii=False).replace("|", "\\|")
        rows.append(f"| `{each.name}` | `{default}` | {each.metadata['says']} | {each.metadata['source']} |")
    return "\n".join(rows)


def _plain(value: object) -> Any:
    match value:
        case frozenset():
            return sorted(value)
        case tuple():
            return list(value)
        case _:
            return value


def _read(name: str, hint: Any, value: object) -> Any:
    kinds = get_args(hint)
    if hint in (tuple[str, ...], tuple[float, ...]):
        return tuple(_each(name, kinds[0], value))
    if hint in (frozenset[str], frozenset[int]):
        return frozenset(_each(name, kinds[0], value))
    if value is None and type(None) in kinds:
        return None
    return _scalar(name, kinds[0] if kinds else hint, value)


def _each(name: str, kind: type, value: object) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{name} is a list")
    return [_scalar(name, kind, entry) for entry in value]


def _scalar(name: str, kind: type, value: object) -> Any:
    if name.endswith("_code") and (type(value) is not int or value not in CODES):
        raise ValueError(f"{name} is a return code of JSMS, such as 50007")
    if name in _PATTERNS:
        return _pattern(name, value)
    if kind is float and type(value) in (int, float):
        return _number(name, value)
    if type(value) is not kind:
        raise ValueError(f"{name} is {_WORDS[kind]}")
    return _number(name, value) if kind is int else value


_WORDS: Final = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


def _number(name: str, value: Any) -> Any:
    if name == "invalid_code_status" and not 200 <= value <= 599:
        raise ValueError(f"{name} is an HTTP status from 200 to 599")
    least, most = (-14, 14) if name in _OFFSETS else (0, _MOST)
    if not least <= value <= most:
        raise ValueError(f"{name} is a number from {least} to {most}")
    return value


def _pattern(name: str, value: object) -> str:
    try:
        return re.compile(value if isinstance(value, str) else "(").pattern
    except re.error:
        raise ValueError(f"{name} is a regular expression") from None
