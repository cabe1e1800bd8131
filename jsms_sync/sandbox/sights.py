"""What the control plane shows of a sandbox, as values: messages, codes, templates, requests and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, TypeVar

Kind: TypeAlias = Literal["code", "voice", "message", "single", "batch"]
Recipient: TypeAlias = Mapping[str, Any]

AUDITING: Final = 0


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message that was "sent": `content` is the whole text with its signature."""

    msg_id: str
    mobile: str
    content: str
    kind: Kind
    at: datetime
    temp_id: int | None = None
    schedule_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Code:
    """One verification code that was sent, in the clear."""

    msg_id: str
    mobile: str
    code: str
    expires_at: datetime
    status: Literal["open", "verified", "expired"]


@dataclass(frozen=True, kw_only=True)
class Template:
    """One template; `status` is 0 auditing, 1 approved, 2 rejected (jsms-api.md §6.3)."""

    temp_id: int
    template: str
    type: int
    ttl: int | None
    remark: str | None
    status: int


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """One schedule that was not deleted; `send_time` as it was sent, recipients as the API shows them."""

    schedule_id: str
    kind: Literal["single", "batch"]
    send_time: str
    temp_id: int
    sign_id: int | None
    tag: str | None
    status: Literal["pending", "sent", "failed"]
    recipients: tuple[Recipient, ...]
    failures: tuple[Recipient, ...]


@dataclass(frozen=True, kw_only=True)
class Sign:
    """One signature; `status` as for templates, `images` the name, field and size of each picture."""

    sign_id: int
    sign: str
    status: int
    is_default: int
    use_status: int
    type: int | None
    remark: str | None
    reason: str | None
    fields: Mapping[str, str]
    images: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request that the API got; `status` is None where the connection was cut before an effect."""

    method: str
    path: str
    status: int | None
    at: datetime
    schedule_id: str | None = None
    send_time: str | None = None


@dataclass(frozen=True, kw_only=True)
class Report:
    """One delivery report that nobody has read yet (jsms-api.md §8.1)."""

    msg_id: str
    phone: str
    at: datetime
    status: int


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What somebody texted back, and nobody has read yet."""

    phone: str
    at: datetime
    content: str


@dataclass(frozen=True, kw_only=True)
class Callback:
    """One event for your application: `attempts` is what each POST met, `next` when the next one is due."""

    type: str
    data: Mapping[str, Any]
    status: Literal["waiting", "done", "failed"]
    attempts: tuple[Mapping[str, Any], ...]
    next: datetime | None


_INSTANTS: Final = ("at", "expires_at", "next")
_Sight = TypeVar("_Sight")


def read(kind: type[_Sight], said: Mapping[str, Any]) -> _Sight:
    """The value of a JSON object of the control plane; fields that the value does not have are left out."""
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]  # every kind here is a dataclass
    return kind(**{name: _value(name, value) for name, value in said.items() if name in known})


def read_all(kind: type[_Sight], said: Iterable[Mapping[str, Any]]) -> tuple[_Sight, ...]:
    """The values of a list of such objects."""
    return tuple(read(kind, each) for each in said)


def _value(name: str, value: Any) -> Any:
    if name in _INSTANTS and value is not None:
        return datetime.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value
