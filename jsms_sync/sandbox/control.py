"""The control plane under /_sandbox: every call, and how it is asked and answered (contract.md §7)."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from jsms_sync.sandbox import console
from jsms_sync.sandbox import control_mail as mail
from jsms_sync.sandbox import control_world as world_calls
from jsms_sync.sandbox.control_calls import Body, Call, Missing, number
from jsms_sync.sandbox.world import World

CALLS: Final[tuple[tuple[str, str, Call], ...]] = (
    ("GET", "/_sandbox/state", world_calls.state),
    ("POST", "/_sandbox/reset", world_calls.reset),
    ("POST", "/_sandbox/templates/{temp_id:int}/audit", world_calls.audit_template),
    ("POST", "/_sandbox/signs/{sign_id:int}/audit", world_calls.audit_sign),
    ("POST", "/_sandbox/signs/{sign_id:int}/default", world_calls.make_default_sign),
    ("GET", "/_sandbox/audit", world_calls.show_audit),
    ("PUT", "/_sandbox/audit", world_calls.set_audit),
    ("GET", "/_sandbox/clock", world_calls.show_clock),
    ("PUT", "/_sandbox/clock", world_calls.set_clock),
    ("GET", "/_sandbox/latency", world_calls.show_latency),
    ("PUT", "/_sandbox/latency", world_calls.set_latency),
    ("PUT", "/_sandbox/balance", world_calls.set_balance),
    ("GET", "/_sandbox/app", world_calls.show_app),
    ("PUT", "/_sandbox/app", world_calls.set_app),
    ("GET", "/_sandbox/beliefs", world_calls.show_beliefs),
    ("PUT", "/_sandbox/beliefs", world_calls.set_beliefs),
    ("GET", "/_sandbox/black-words", world_calls.show_black_words),
    ("PUT", "/_sandbox/black-words", world_calls.set_black_words),
    ("GET", "/_sandbox/faults", world_calls.list_faults),
    ("POST", "/_sandbox/faults", world_calls.add_fault),
    ("DELETE", "/_sandbox/faults", world_calls.clear_faults),
    ("GET", "/_sandbox/outbox", mail.outbox),
    ("GET", "/_sandbox/codes", mail.codes),
    ("GET", "/_sandbox/numbers", mail.numbers),
    ("PUT", "/_sandbox/numbers/{mobile}", mail.set_number),
    ("GET", "/_sandbox/reports", mail.reports),
    ("GET", "/_sandbox/replies", mail.replies),
    ("POST", "/_sandbox/replies", mail.add_reply),
    ("GET", "/_sandbox/callbacks", mail.callbacks),
    ("PUT", "/_sandbox/callbacks", mail.set_callbacks),
    ("GET", "/_sandbox/requests", world_calls.list_requests),
    ("DELETE", "/_sandbox/requests", world_calls.clear_requests),
)
_VERSION: Final = "GET /_sandbox/version"
LISTED: Final = (
    "GET /_sandbox/",
    _VERSION,
    *(f"{method} {re.sub(':[a-z]+', '', path)}" for method, path, _ in CALLS),
)
_LONGEST_WAIT: Final = 60


def described() -> dict[str, str]:
    """What each call does, by its method and path; for the documents."""
    told = [inspect.getdoc(each) or "" for each in (_list_calls, _version, *(call for *_, call in CALLS))]
    return dict(zip(LISTED, told, strict=True))


def control_app(world: World) -> Starlette:
    """The application of everything outside /v1."""
    routes = [Route(path, _endpoint(world, call), methods=[method]) for method, path, call in CALLS]
    routes += [Route("/_sandbox/", _list_calls), Route("/_sandbox/version", _waiting(world))]
    routes.extend(console.ROUTES)
    return Starlette(
        routes=routes, middleware=[console.OWN_PAGES_ONLY], exception_handlers={HTTPException: _unknown}
    )


async def _list_calls(_request: Request) -> Response:
    """Every call of the control plane."""
    return JSONResponse({"calls": LISTED, "does": described()})


async def _unknown(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    sentence = f"there is no {request.method} {request.url.path} here"
    return JSONResponse({"error": sentence, "calls": LISTED}, status)


def _endpoint(world: World, call: Call) -> Callable[[Request], Awaitable[Response]]:
    async def run(request: Request) -> Response:
        body = await _read(request)
        world.settle()
        said = call(world, next(iter(request.path_params.values()), ""), body)
        if inspect.isawaitable(said):
            said = await said
        if request.method != "GET":
            world.touch()
        world.mark()
        return JSONResponse(said)

    return _told(run)


def _waiting(world: World) -> Callable[[Request], Awaitable[Response]]:
    async def run(request: Request) -> Response:
        return JSONResponse(await _version(world, request))

    return _told(run)


async def _version(world: World, request: Request) -> Any:
    """A number that differs after every change; ?after=N&timeout=S waits while it is still N."""
    seconds = min(number("timeout", _seconds(request.query_params.get("timeout", "30"))), _LONGEST_WAIT)
    world.settle()
    if request.query_params.get("after") == str(world.version):
        await world.seen.wait(seconds)
    return world_calls.version(world)


def _seconds(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) else None


def _told(run: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """The call, with what is wrong told in a sentence."""

    async def tell(request: Request) -> Response:
        try:
            return await run(request)
        except Missing as missing:
            return JSONResponse({"error": str(missing)}, 404)
        except ValueError as wrong:
            return JSONResponse({"error": str(wrong)}, 400)

    return tell


async def _read(request: Request) -> Body:
    raw = await request.body()
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise ValueError("the body is not JSON") from None
    if not isinstance(body, dict):
        raise ValueError("the body is not a JSON object")
    return body
