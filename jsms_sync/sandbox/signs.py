"""The signature endpoints (jsms-api.md §7)."""

from __future__ import annotations

from typing import Any

from jsms_sync.sandbox.codes import Refusal
from jsms_sync.sandbox.forms import Part
from jsms_sync.sandbox.rules_signs import read_application
from jsms_sync.sandbox.rules_templates import AUDITING, REJECTED
from jsms_sync.sandbox.shapes import as_id
from jsms_sync.sandbox.store_signs import Sign
from jsms_sync.sandbox.world import World


def create(world: World, _id: str, form: tuple[Part, ...]) -> dict[str, Any]:
    """POST: a new signature under audit, one at a time (50103)."""
    new = read_application(form, world.beliefs)
    _check_none_waits(world)
    sign_id = world.store.signs.add(new, world.now().timestamp())
    world.audit_new()
    return {"sign_id": sign_id}


def update(world: World, sign_id: str, form: tuple[Part, ...]) -> dict[str, Any]:
    """POST and PUT: a rejected signature under audit again, with its id."""
    old = _stored(world, sign_id)
    if old.status != REJECTED:
        raise Refusal(world.beliefs.sign_not_rejected_code)
    new = read_application(form, world.beliefs)
    _check_none_waits(world)
    world.store.signs.change(old.sign_id, new, world.now().timestamp())
    world.audit_new()
    return {"sign_id": old.sign_id}


def put(world: World, sign_id: str, form: tuple[Part, ...]) -> dict[str, Any]:
    """PUT: as POST, where it is believed that JSMS still has it (jsms-api.md §9 row 19)."""
    if not world.beliefs.sign_put:
        raise Refusal(50018)
    return update(world, sign_id, form)


def read(world: World, sign_id: str, _form: object) -> dict[str, Any]:
    """GET: the text, the status of its audit, and two flags as 0 or 1; never the reason."""
    sign = _stored(world, sign_id)
    return {
        "sign_id": sign.sign_id,
        "sign": sign.sign,
        "status": sign.status,
        "is_default": sign.is_default,
        "use_status": sign.use_status,
    }


def delete(world: World, sign_id: str, _form: object) -> None:
    """DELETE: gone, whatever its status; but not the default one (50105)."""
    sign = _stored(world, sign_id)
    if sign.is_default:
        raise Refusal(50105)
    world.store.signs.remove(sign.sign_id)


def _stored(world: World, sign_id: str) -> Sign:
    number = as_id(sign_id)
    sign = None if number is None else world.store.signs.one(number)
    if sign is None:
        raise Refusal(50102)
    return sign


def _check_none_waits(world: World) -> None:
    if any(sign.status == AUDITING for sign in world.store.signs.all()):
        raise Refusal(50103)
