"""The control plane under /_sandbox: look inside, audit, set the clock, script faults (contract.md §7)."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, TypeAlias, get_args

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from jsms_sync.sandbox import templates
from jsms_sync.sandbox.accounts import APP_FIELDS, DEV_FIELDS
from jsms_sync.sandbox.clock import at_once, written
from jsms_sync.sandbox.delivery import Audit
from jsms_sync.sandbox.faults import read_fault
from jsms_sync.sandbox.rules_templates import APPROVED, REJECTED
from jsms_sync.sandbox.settings import AuditMode
from jsms_sync.sandbox.store import Schedule
from jsms_sync.sandbox.world import World

Body: TypeAlias = Mapping[str, Any]
# Gets the world, the id in the path (0 where there is none) and the JSON body ({} where none is read).
Call: TypeAlias = Callable[[World, int, Body], object]


class Missing(Exception):
    """The object that a control call names does not exist."""


def state(world: World, _id: int, _body: Body) -> object:
    """GET /_sandbox/state: all objects that exist."""
    return {
        "now": written(world.now()),
        "balance": world.store.balance(),
        "templates": [templates.view(world, each) for each in world.store.templates()],
        "schedules": [_schedule_view(each) for each in world.store.schedules()],
        "signs": [asdict(each) for each in world.store.signs()],
    }


def _schedule_view(schedule: Schedule) -> dict[str, Any]:
    shown = (
        "schedule_id",
        "kind",
        "send_time",
        "temp_id",
        "sign_id",
        "tag",
        "status",
        "recipients",
        "failures",
    )
    return {name: getattr(schedule, name) for name in shown}


def reset(world: World, _id: int, _body: Body) -> object:
    """POST /_sandbox/reset: as new, with the settings it was started with."""
    world.reset()
    return {"now": written(world.now())}


def audit_template(world: World, temp_id: int, body: Body) -> object:
    """POST /_sandbox/templates/{id}/audit: decides on one template, whatever its status is."""
    _check_fields(body, ("status", "reason"))
    status, reason = body.get("status"), body.get("reason")
    if type(status) is not int or status not in (APPROVED, REJECTED):
        raise ValueError("status is 1 (approved) or 2 (rejected)")
    if reason is not None and not isinstance(reason, str):
        raise ValueError("reason is a text")
    with world.store.writing():
        if world.store.template(temp_id) is None:
            raise Missing(f"there is no template {temp_id}")
        world.store.set_status(temp_id, status, reason)
    return {"temp_id": temp_id, "status": status, "reason": reason}


def set_audit(world: World, _id: int, body: Body) -> object:
    """PUT /_sandbox/audit: what the auditor does with all that waits and all that comes."""
    _check_fields(body, ("mode", "delay"))
    mode, delay = body.get("mode", world.audit.mode), body.get("delay", 0)
    if mode not in get_args(AuditMode):
        raise ValueError(f"mode is one of {', '.join(get_args(AuditMode))}")
    world.audit = Audit(mode, _number("delay", delay))
    world.settle()
    return asdict(world.audit)


def set_clock(world: World, _id: int, body: Body) -> object:
    """PUT /_sandbox/clock: sets, advances or releases the clock; what is due by then happens."""
    _check_fields(body, ("now", "advance", "real"))
    if len(body) != 1:
        raise ValueError('give one of {"now": "ISO 8601"}, {"advance": seconds}, {"real": true}')
    if "now" in body:
        world.clock.set(_moment(body["now"]))
    elif "advance" in body:
        _advance(world, _number("advance", body["advance"]))
    elif body["real"] is True:
        world.clock.run()
    else:
        raise ValueError("real is true or left out")
    world.keep_clock()
    world.settle()
    return {"now": written(world.now()), "real": world.clock.standing is None}


def _moment(text: object) -> datetime:
    try:
        return at_once(datetime.fromisoformat(text if isinstance(text, str) else ""))
    except (ValueError, OverflowError):
        raise ValueError("now is an ISO 8601 time, such as 2027-03-01T10:00:00+08:00") from None


def _advance(world: World, seconds: float) -> None:
    try:
        world.clock.advance(seconds)
    except OverflowError:
        raise ValueError("advance leads past the year 9999") from None


def set_latency(world: World, _id: int, body: Body) -> object:
    """PUT /_sandbox/latency: milliseconds added to every /v1 answer."""
    _check_fields(body, ("ms",))
    world.latency_ms = _number("ms", body.get("ms"))
    return {"ms": world.latency_ms}


def set_balance(world: World, _id: int, body: Body) -> object:
    """PUT /_sandbox/balance: any of the fields of both balances; null is "nothing allotted"."""
    _check_fields(body, APP_FIELDS + DEV_FIELDS)
    for field, amount in body.items():
        if amount is not None and (type(amount) is not int or not 0 <= amount < 2**63):
            raise ValueError(f"{field} is a whole number from 0, or null")
    with world.store.writing():
        world.store.set_balance(body)
    return world.store.balance()


def add_fault(world: World, _id: int, body: Body) -> object:
    """POST /_sandbox/faults: scripts one fault."""
    fault = read_fault(body)
    world.faults.add(fault)
    return asdict(fault)


def list_faults(world: World, _id: int, _body: Body) -> object:
    """GET /_sandbox/faults: the faults still to come."""
    return world.faults.listed()


def clear_faults(world: World, _id: int, _body: Body) -> object:
    """DELETE /_sandbox/faults: none from now on."""
    return {"cleared": world.faults.clear()}


def outbox(world: World, _id: int, _body: Body) -> object:
    """GET /_sandbox/outbox: every message "sent", the oldest first."""
    return world.store.outbox()


def list_requests(world: World, _id: int, _body: Body) -> object:
    """GET /_sandbox/requests: the /v1 requests since the last DELETE, the oldest first."""
    return list(world.requests)


def clear_requests(world: World, _id: int, _body: Body) -> object:
    """DELETE /_sandbox/requests: forgets them."""
    count = len(world.requests)
    world.requests.clear()
    return {"cleared": count}


CALLS: Final[tuple[tuple[str, str, Call], ...]] = (
    ("GET", "/_sandbox/state", state),
    ("POST", "/_sandbox/reset", reset),
    ("POST", "/_sandbox/templates/{id:int}/audit", audit_template),
    ("PUT", "/_sandbox/audit", set_audit),
    ("PUT", "/_sandbox/clock", set_clock),
    ("PUT", "/_sandbox/latency", set_latency),
    ("PUT", "/_sandbox/balance", set_balance),
    ("GET", "/_sandbox/faults", list_faults),
    ("POST", "/_sandbox/faults", add_fault),
    ("DELETE", "/_sandbox/faults", clear_faults),
    ("GET", "/_sandbox/outbox", outbox),
    ("GET", "/_sandbox/requests", list_requests),
    ("DELETE", "/_sandbox/requests", clear_requests),
)
# Of seconds and milliseconds; what is more can only be a mistake.
_MOST: Final = 10**10
_LISTED: Final = tuple(f"{method} {path.replace('{id:int}', '{temp_id}')}" for method, path, _ in CALLS)


def control_app(world: World) -> Starlette:
    """The application of everything outside /v1."""
    routes = [Route(path, _endpoint(world, call), methods=[method]) for method, path, call in CALLS]
    routes.append(Route("/", _front_page))
    return Starlette(routes=routes, exception_handlers={HTTPException: _unknown})


async def _front_page(_request: Request) -> Response:
    """GET /: what can be asked of the sandbox."""
    lines = ["A local JSMS. Its API is under /v1; its control plane is:", "", *_LISTED, ""]
    return PlainTextResponse("\n".join(lines))


async def _unknown(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    sentence = f"there is no {request.method} {request.url.path} here"
    return JSONResponse({"error": sentence, "calls": _LISTED}, status)


def _endpoint(world: World, call: Call) -> Callable[[Request], Awaitable[Response]]:
    async def run(request: Request) -> Response:
        try:
            body = await _read(request)
            world.settle()
            return JSONResponse(call(world, request.path_params.get("id", 0), body))
        except Missing as missing:
            return JSONResponse({"error": str(missing)}, 404)
        except ValueError as wrong:
            return JSONResponse({"error": str(wrong)}, 400)

    return run


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


def _check_fields(body: Body, known: tuple[str, ...]) -> None:
    for field in body:
        if field not in known:
            raise ValueError(f"there is no field {field!r} here, only {', '.join(known)}")


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST:
        raise ValueError(f"{name} is a number from 0 to {_MOST}")
    return value
