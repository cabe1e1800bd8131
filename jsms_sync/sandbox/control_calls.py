"""What calls of the control plane have in common: their signature, and what is wrong with their bodies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from jsms_sync.sandbox.world import World

Body: TypeAlias = Mapping[str, Any]
# Gets the world, what the path names ("" where it names nothing) and the JSON body ({} where none is read).
Call: TypeAlias = Callable[[World, Any, Body], object]
# Of seconds and milliseconds; what is more can only be a mistake.
_MOST: Final = 10**10


class Missing(Exception):
    """The object that a control call names does not exist."""


def check_fields(body: Body, known: tuple[str, ...]) -> None:
    """ValueError with a sentence for a field that the call does not have."""
    for field in body:
        if field not in known:
            raise ValueError(f"there is no field {field!r} here, only {', '.join(known)}")


def number(name: str, value: object) -> float:
    """A number of seconds or milliseconds; ValueError with a sentence for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST:
        raise ValueError(f"{name} is a number from 0 to {_MOST}")
    return value


def audit_of(body: Body) -> tuple[int, str | None]:
    """What an audit came to, and why; ValueError with a sentence for anything else."""
    check_fields(body, ("status", "reason"))
    status, reason = body.get("status"), body.get("reason")
    if type(status) is not int or status not in (1, 2):
        raise ValueError("status is 1 (approved) or 2 (rejected)")
    if reason is not None and not isinstance(reason, str):
        raise ValueError("reason is a text")
    return status, reason
