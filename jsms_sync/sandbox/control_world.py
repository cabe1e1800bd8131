"""Control calls about the sandbox as a whole: look inside, audit, set the clock, switch, script faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Final, get_args

from jsms_sync.sandbox import switches, templates
from jsms_sync.sandbox.accounts import APP_FIELDS, DEV_FIELDS
from jsms_sync.sandbox.app_state import changed
from jsms_sync.sandbox.audits import Audit, decide_sign, decide_template
from jsms_sync.sandbox.clock import at_once, written
from jsms_sync.sandbox.control_calls import Body, Missing, audit_of, check_fields, number
from jsms_sync.sandbox.faults import read_fault
from jsms_sync.sandbox.rules_templates import APPROVED
from jsms_sync.sandbox.settings import AuditMode
from jsms_sync.sandbox.store import Schedule
from jsms_sync.sandbox.store_signs import Sign
from jsms_sync.sandbox.world import World

_SCHEDULE_FIELDS: Final = (
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
_CLOCK: Final = ("now", "advance", "real", "pause", "next")


def state(world: World, _name: object, _body: Body) -> object:
    """All objects that exist, the balance and the clock."""
    return {
        "now": written(world.now()),
        "balance": world.store.balance(),
        "templates": [templates.view(world, each) for each in world.store.templates()],
        "schedules": [_schedule_view(each) for each in world.store.schedules()],
        "signs": [_sign_view(each) for each in world.store.signs.all()],
        **_pace(world),
    }


def _schedule_view(schedule: Schedule) -> dict[str, Any]:
    return {name: getattr(schedule, name) for name in _SCHEDULE_FIELDS}


def _sign_view(sign: Sign) -> dict[str, Any]:
    return {name: value for name, value in asdict(sign).items() if name != "submitted_at"}


def version(world: World) -> Mapping[str, Any]:
    """A number that differs after every change and every API request, and the clock's next event."""
    return {"version": world.version, **_pace(world)}


def _pace(world: World) -> dict[str, Any]:
    following = world.next_event()
    return {"real": world.clock.standing is None, "next": written(following) if following else None}


def reset(world: World, _name: object, _body: Body) -> object:
    """As new, with the settings it was started with."""
    world.reset()
    return {"now": written(world.now())}


def audit_template(world: World, temp_id: int, body: Body) -> object:
    """Decides on one template, whatever its status is: {"status": 1|2, "reason"}."""
    status, reason = audit_of(body)
    with world.store.writing():
        if world.store.template(temp_id) is None:
            raise Missing(f"there is no template {temp_id}")
        decide_template(world.store, temp_id, status, reason, world.now())
    return {"temp_id": temp_id, "status": status, "reason": reason}


def audit_sign(world: World, sign_id: int, body: Body) -> object:
    """Decides on one signature, whatever its status is: {"status": 1|2, "reason"}."""
    status, reason = audit_of(body)
    with world.store.writing():
        _known_sign(world, sign_id)
        decide_sign(world.store, sign_id, status, reason, world.beliefs, world.now())
    return {"sign_id": sign_id, "status": status, "reason": reason}


def make_default_sign(world: World, sign_id: int, body: Body) -> object:
    """Makes an approved signature the app's default, as its owner does in the console."""
    check_fields(body, ())
    with world.store.writing():
        if _known_sign(world, sign_id).status != APPROVED:
            raise ValueError(f"signature {sign_id} is not approved")
        world.store.signs.make_default(sign_id)
    return {"sign_id": sign_id, "is_default": 1}


def _known_sign(world: World, sign_id: int) -> Sign:
    sign = world.store.signs.one(sign_id)
    if sign is None:
        raise Missing(f"there is no signature {sign_id}")
    return sign


def show_audit(world: World, _name: object, _body: Body) -> object:
    """What the auditor does."""
    return asdict(world.audit)


def set_audit(world: World, _name: object, body: Body) -> object:
    """What the auditor does with all that waits and comes: {"mode": "manual"|"approve"|"reject", "delay"}."""
    check_fields(body, ("mode", "delay"))
    mode, delay = body.get("mode", world.audit.mode), body.get("delay", 0)
    if mode not in get_args(AuditMode):
        raise ValueError(f"mode is one of {', '.join(get_args(AuditMode))}")
    world.audit = Audit(mode, number("delay", delay))
    world.settle()
    return asdict(world.audit)


def show_clock(world: World, _name: object, _body: Body) -> object:
    """The time, whether it runs, and when something will happen next."""
    return {"now": written(world.now()), **_pace(world)}


def set_clock(world: World, _name: object, body: Body) -> object:
    """Sets it {"now"}, moves it {"advance": seconds} or {"next": true}, {"pause": true}, {"real": true}."""
    check_fields(body, _CLOCK)
    match list(body.items()):
        case [("now", text)]:
            world.clock.set(_moment(text))
        case [("advance", seconds)]:
            _advance(world, number("advance", seconds))
        case [("pause", True)]:
            world.clock.set(world.now())
        case [("next", True)]:
            world.clock.set(max(world.now(), world.next_event() or world.now()))
        case [("real", True)]:
            world.clock.run()
        case [(name, _)]:
            raise ValueError(f"{name} is true or left out")
        case _:
            raise ValueError(f"give one of {', '.join(_CLOCK)}")
    world.keep_clock()
    world.settle()
    return show_clock(world, _name, body)


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


def show_latency(world: World, _name: object, _body: Body) -> object:
    """The milliseconds added to every /v1 answer."""
    return {"ms": world.latency_ms}


def set_latency(world: World, _name: object, body: Body) -> object:
    """Milliseconds added to every /v1 answer: {"ms": 20}."""
    check_fields(body, ("ms",))
    world.latency_ms = number("ms", body.get("ms"))
    return {"ms": world.latency_ms}


def set_balance(world: World, _name: object, body: Body) -> object:
    """Any of the fields of both balances; null is "nothing allotted"."""
    check_fields(body, APP_FIELDS + DEV_FIELDS)
    for field, amount in body.items():
        if amount is not None and (type(amount) is not int or not 0 <= amount < 2**63):
            raise ValueError(f"{field} is a whole number from 0, or null")
    with world.store.writing():
        world.store.set_balance(body)
    return world.store.balance()


def show_app(world: World, _name: object, _body: Body) -> object:
    """What the console set for the app."""
    return asdict(world.app)


def set_app(world: World, _name: object, body: Body) -> object:
    """Any of {"sms_opened", "blacklisted", "ip_allowlist": [IPv4], "code": every code from now on}."""
    with world.store.writing():
        world.keep_app(changed(world.app, body))
    return asdict(world.app)


def show_beliefs(world: World, _name: object, _body: Body) -> object:
    """Every answer to what the API documents leave open."""
    return switches.shown(world.beliefs)


def set_beliefs(world: World, _name: object, body: Body) -> object:
    """Switches some of them: {"sent_is_readable": false}."""
    world.beliefs = switches.switched(world.beliefs, body)
    return switches.shown(world.beliefs)


def show_black_words(world: World, _name: object, _body: Body) -> object:
    """The words that no text may hold."""
    return {"words": list(world.beliefs.black_words)}


def set_black_words(world: World, _name: object, body: Body) -> object:
    """The words that no text may hold: {"words": [...]}."""
    check_fields(body, ("words",))
    words = body.get("words")
    if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
        raise ValueError("words is a list of texts")
    world.beliefs = replace(world.beliefs, black_words=tuple(words))
    return {"words": words}


def add_fault(world: World, _name: object, body: Body) -> object:
    """Scripts one: {"method", "path" (prefix), "times", "skip", "fault", "status", "code", "delay_ms"}."""
    fault = read_fault(body)
    world.faults.add(fault)
    return asdict(fault)


def list_faults(world: World, _name: object, _body: Body) -> object:
    """The faults still to come."""
    return world.faults.listed()


def clear_faults(world: World, _name: object, _body: Body) -> object:
    """No faults from now on."""
    return {"cleared": world.faults.clear()}


def list_requests(world: World, _name: object, _body: Body) -> object:
    """The /v1 requests since the last DELETE, the oldest first."""
    return list(world.requests)


def clear_requests(world: World, _name: object, _body: Body) -> object:
    """Forgets the /v1 requests."""
    count = len(world.requests)
    world.requests.clear()
    return {"cleared": count}
