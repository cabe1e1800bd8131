"""The ASGI side of /v1: requests in, answers out, the request log, and the faults that befall them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any

from starlette.types import Receive, Scope, Send

from jsms_sync.sandbox.api import Reply, Request, answer, refused
from jsms_sync.sandbox.clock import written
from jsms_sync.sandbox.codes import Refusal
from jsms_sync.sandbox.faults import Fault
from jsms_sync.sandbox.world import World

# The ASGI extension with which the server hands out the means to cut a connection; see serve.py.
CUT = "jsms_sync.cut"
# jsms-api.md §1.1, as captured.
_CONTEXT = (b"x-application-context", b"sms-messages-web-api:product:9000")
_NO_BODY = (204, 304)

_log = logging.getLogger(__name__)


async def serve_v1(world: World, scope: Scope, receive: Receive, send: Send) -> None:
    """One request of the JSMS API; its effect is complete before any delay of its answer begins."""
    raw = await _read(scope, receive)
    if raw is None:
        return
    request = _request(scope, raw)
    fault = world.faults.take(request.method, request.path)
    if fault:
        world.touch()
    reply = act(world, request, fault)
    delay = world.latency_ms + (fault.delay_ms if fault else 0)
    if delay:
        await asyncio.sleep(delay / 1000)
    await _deliver(world, reply, fault, scope, receive, send)


async def _read(scope: Scope, receive: Receive) -> bytes | None:
    """The body, None when the connection went away before its end."""
    if scope["method"] not in ("POST", "PUT"):
        return b""
    body = bytearray()
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        body += event.get("body", b"")
        if not event.get("more_body"):
            return bytes(body)


def _request(scope: Scope, raw: bytes) -> Request:
    headers = dict(scope["headers"])
    content_type = headers.get(b"content-type", b"").decode("latin-1")
    client = (scope.get("client") or ("",))[0]
    return Request(scope["method"], scope["path"], headers.get(b"authorization"), content_type, raw, client)


def act(world: World, request: Request, fault: Fault | None) -> Reply:
    """The effect of a request under a fault, its entry in the log, and what would be answered."""
    real = _effect(world, request, fault)
    reply = _disguised(real, fault)
    status = None if fault and fault.fault == "drop-before" else reply.status
    world.serve(_entry(world, request, real, status))
    return reply


def _effect(world: World, request: Request, fault: Fault | None) -> Reply:
    match fault.fault if fault else None:
        case "drop-before" | "status":
            return _scripted(fault)
        case "out-of-freq":
            return refused(50009)
        case _:
            return _answer_or_50019(world, request)


def _answer_or_50019(world: World, request: Request) -> Reply:
    try:
        reply = answer(world, request)
        world.mark()
        return reply
    except Exception as bug:  # a bug of the sandbox answers as a bug of JSMS would, and is named on stderr
        _log.error("the sandbox failed at %s %s: %r", request.method, request.path, bug)
        return refused(50019)


def _disguised(real: Reply, fault: Fault | None) -> Reply:
    match fault.fault if fault else None:
        case "status-after":
            return _scripted(fault)
        case "html":
            return _page(200, "<p>Please sign in to this network.</p>")
        case _:
            return real


def _scripted(fault: Fault | None) -> Reply:
    status = (fault.status if fault else None) or 200
    code = fault.shown_code if fault else None
    if code:
        return refused(code, status)
    if status < 300:
        return Reply(status, "application/json", b"" if status in _NO_BODY else b"{}")
    return _page(status, "<center>nginx</center>")


def _page(status: int, text: str) -> Reply:
    """A page such as gateways answer with instead of JSMS."""
    page = f"<html><head><title>{status}</title></head><body><h1>{status}</h1>{text}</body></html>"
    return Reply(status, "text/html", b"" if status in _NO_BODY else page.encode())


def _entry(world: World, request: Request, real: Reply, status: int | None) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "method": request.method,
        "path": request.path,
        "status": status,
        "at": written(world.now()),
    }
    if request.path.startswith("/v1/schedule"):
        entry |= _about_schedule(request, real)
    return entry


def _about_schedule(request: Request, real: Reply) -> dict[str, str]:
    """The id that the path or the answer names, and the time as sent; what is not there is left out."""
    in_path = request.path.rstrip("/").removeprefix("/v1/schedule").removeprefix("/batch").strip("/")
    payload = real.payload if isinstance(real.payload, Mapping) else {}
    schedule_id = payload.get("schedule_id") or in_path
    try:
        send_time = request.body.get("send_time")
    except Refusal:
        send_time = None
    said = {"schedule_id": schedule_id, "send_time": send_time}
    return {key: value for key, value in said.items() if isinstance(value, str) and value}


async def _deliver(
    world: World, reply: Reply, fault: Fault | None, scope: Scope, receive: Receive, send: Send
) -> None:
    match fault.fault if fault else None:
        case "drop-before" | "drop-after":
            await _cut(scope, receive, at_once=True)
        case "truncate" if not reply.body:
            await _cut(scope, receive, at_once=True)
        case "truncate":
            await _start(world, reply, send)
            half = reply.body[: len(reply.body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
            await _cut(scope, receive, at_once=False)
        case _:
            await _start(world, reply, send)
            await send({"type": "http.response.body", "body": reply.body})


async def _start(world: World, reply: Reply, send: Send) -> None:
    headers = [
        *common_headers(world),
        (b"content-type", reply.content_type.encode()),
        (b"content-length", b"%d" % len(reply.body)),
    ]
    if reply.content_type != "text/html":
        headers.append(_CONTEXT)
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})


def common_headers(world: World) -> list[tuple[bytes, bytes]]:
    """What every answer carries; the date is the sandbox's."""
    date = formatdate(int(world.now().timestamp()), usegmt=True)
    return [(b"server", b"nginx"), (b"date", date.encode())]


async def _cut(scope: Scope, receive: Receive, *, at_once: bool) -> None:
    """Ends the TCP connection, after what was already answered unless at once, and waits until it is gone."""
    scope["extensions"][CUT]["cut"](at_once)
    while (await receive())["type"] != "http.disconnect":
        continue
