"""From one request of the JSMS API to its answer: authentication, routing, body, endpoint, and the bytes."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias

from jsms_sync.sandbox import accounts, messages, receipts, schedules, shapes, signs, templates
from jsms_sync.sandbox.app_state import admit
from jsms_sync.sandbox.codes import CODES, Refusal
from jsms_sync.sandbox.forms import Part, read_form
from jsms_sync.sandbox.world import World

_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

_VALID: Final = "/v1/codes/{}/valid"

Account: TypeAlias = Literal["app", "dev"]
Payload: TypeAlias = Mapping[str, Any] | list[dict[str, Any]] | None
# Gets the world, the id in the path ("" where there is none) and the body: an object, or a form's parts.
Handle: TypeAlias = Callable[[World, str, Any], Payload]


@dataclass(frozen=True)
class Request:
    """One request as it came over the wire; the path is decoded and without its query."""

    method: str
    path: str
    authorization: bytes | None = None
    content_type: str = ""
    raw: bytes = b""
    client: str = "127.0.0.1"

    @cached_property
    def body(self) -> shapes.Body:
        """The JSON object of the body, refused with 50017, 50003 or 50007 when it is none."""
        if _is_foreign(self.content_type):
            raise Refusal(50017)
        return shapes.read_object(self.raw)

    @property
    def form(self) -> tuple[Part, ...]:
        """The fields of a form in the body, refused with 50017, 50003 or 50007 when it is none."""
        return read_form(self.content_type, self.raw)


@dataclass(frozen=True)
class Reply:
    """An answer before it is on the wire; `payload` is what it says, for the request log."""

    status: int
    content_type: str
    body: bytes
    payload: Payload = None


@dataclass(frozen=True)
class Resource:
    """One path of the API and what its methods do; {} in it stands for an id."""

    path: str
    methods: Mapping[str, Handle]
    account: Account = "app"
    is_form: bool = False
    is_sending: bool = False

    @cached_property
    def segments(self) -> list[str]:
        """The path between its slashes."""
        return self.path.split("/")


def _app_balance(world: World, _id: str, _body: object) -> Payload:
    world.check_interval("app", world.beliefs.balance_interval, 50009)
    return accounts.app_view(world.store.balance(), world.beliefs)


def _dev_balance(world: World, _id: str, _body: object) -> Payload:
    world.check_interval("dev", world.beliefs.balance_interval, 50009)
    return accounts.dev_view(world.store.balance())


# Literal paths before those with an id: /schedule/batch is no schedule.
RESOURCES: Final = (
    Resource("/v1/templates", {"POST": templates.create}),
    Resource(
        "/v1/templates/{}", {"GET": templates.read, "PUT": templates.resubmit, "DELETE": templates.delete}
    ),
    Resource("/v1/schedule", {"POST": schedules.create_single}),
    Resource("/v1/schedule/batch", {"POST": schedules.create_batch}),
    Resource("/v1/schedule/batch/{}", {"PUT": schedules.replace_batch}),
    Resource(
        "/v1/schedule/{}",
        {"GET": schedules.read, "PUT": schedules.replace_single, "DELETE": schedules.delete},
    ),
    Resource("/v1/accounts/app", {"GET": _app_balance}),
    Resource("/v1/accounts/dev", {"GET": _dev_balance}, account="dev"),
    Resource("/v1/codes", {"POST": messages.send_code}, is_sending=True),
    Resource(_VALID, {"POST": messages.verify}, is_sending=True),
    Resource("/v1/voice_codes", {"POST": messages.send_voice_code}, is_sending=True),
    Resource("/v1/messages", {"POST": messages.send_message}, is_sending=True),
    Resource("/v1/messages/batch", {"POST": messages.send_messages}, is_sending=True),
    Resource("/v1/sign", {"POST": signs.create}, is_form=True),
    Resource(
        "/v1/sign/{}",
        {"POST": signs.update, "PUT": signs.put, "GET": signs.read, "DELETE": signs.delete},
        is_form=True,
    ),
    Resource("/v1/report", {"GET": receipts.reports}),
    Resource("/v1/reply", {"GET": receipts.replies}),
)


def answer(world: World, request: Request) -> Reply:
    """The answer of JSMS, after its effect; a refusal has none.

    Checked in the order of jsms-api.md §10: authentication, path, method, content type, body, endpoint.
    """
    try:
        resource, found_id = find(request.path)
        _authenticate(world, request.authorization, resource)
        admit(world.app, request.client, resource is not None and resource.is_sending, world.beliefs)
        known, handle = _handle(resource, request.method)
        world.settle()
        if request.method == "GET":
            return accepted(handle(world, found_id, {}))
        body = _body(known, request)
        with world.store.writing():
            return accepted(handle(world, found_id, body))
    except Refusal as refusal:
        return refused(refusal.code.number, refusal.status, refusal.said)


def _body(resource: Resource, request: Request) -> shapes.Body | tuple[Part, ...]:
    if request.method not in ("POST", "PUT"):
        return {}
    return request.form if resource.is_form else request.body


def accepted(payload: Payload) -> Reply:
    """Status 200 with compact JSON, or with an empty body after a DELETE (jsms-api.md §1.1, §4.6)."""
    body = b"" if payload is None else _encode(payload).encode()
    return Reply(200, "application/json", body, payload)


def refused(number: int, status: int | None = None, said: Mapping[str, object] | None = None) -> Reply:
    """A return code as JSMS says it, with its own HTTP status unless another is given (jsms-api.md §1.1)."""
    code = CODES[number]
    payload = {**(said or {}), "error": {"code": code.number, "message": code.message}}
    return Reply(status or code.http, "application/json;charset=UTF-8", _encode(payload).encode(), payload)


def find(path: str) -> tuple[Resource | None, str]:
    """The resource at a path and the id in it; None for a path that JSMS does not have."""
    segments = path.rstrip("/").split("/")
    for resource in RESOURCES:
        if len(resource.segments) == len(segments):
            pairs = list(zip(resource.segments, segments, strict=True))
            if all(mine in ("{}", theirs) for mine, theirs in pairs):
                return resource, next((theirs for mine, theirs in pairs if mine == "{}"), "")
    return None, ""


def _handle(resource: Resource | None, method: str) -> tuple[Resource, Handle]:
    if resource is None:
        raise Refusal(50016)
    if method not in resource.methods:
        raise Refusal(50018)
    return resource, resource.methods[method]


def _authenticate(world: World, authorization: bytes | None, resource: Resource | None) -> None:
    if not authorization:
        if resource and resource.path == _VALID and not world.beliefs.valid_needs_auth:
            return
        raise Refusal(50001)
    pair, settings = _credentials(authorization), world.settings
    known = {
        "app": f"{settings.app_key}:{settings.master_secret}",
        "dev": f"{settings.dev_key}:{settings.dev_secret}",
    }
    if pair not in (known.values() if resource is None else (known[resource.account],)):
        raise Refusal(50002)


def _credentials(authorization: bytes) -> str | None:
    scheme, _, token = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        return base64.b64decode(token.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _is_foreign(content_type: str) -> bool:
    """Only what can be no JSON: curl's -d says form-urlencoded, other clients text/plain or nothing."""
    media = content_type.partition(";")[0].strip().lower()
    family, _, kind = media.partition("/")
    return (
        family in ("multipart", "image", "audio", "video") or kind in ("xml", "html") or kind.endswith("+xml")
    )
