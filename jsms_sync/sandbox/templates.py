"""The template endpoints (jsms-api.md §6)."""

from __future__ import annotations

from typing import Any

from jsms_sync.sandbox.beliefs import Beliefs
from jsms_sync.sandbox.codes import Refusal
from jsms_sync.sandbox.means import usable_sign
from jsms_sync.sandbox.rules_templates import VERIFICATION, Submission, check_rejected, read_submission
from jsms_sync.sandbox.shapes import Body, as_id
from jsms_sync.sandbox.store import Template
from jsms_sync.sandbox.world import World

_VENDORS = 1


def create(world: World, _id: str, body: Body) -> dict[str, Any]:
    """POST: a new template under audit."""
    temp_id = world.store.add_template(_submission(world, body), world.now().timestamp())
    world.audit_new()
    return {"temp_id": temp_id}


def resubmit(world: World, temp_id: str, body: Body) -> dict[str, Any]:
    """PUT: a rejected template under audit again, with its id; else 50047."""
    old = _stored(world, temp_id)
    check_rejected(old.status)
    new = _submission(world, body)
    if new.type != old.type and not world.beliefs.put_may_change_type:
        raise Refusal(50025)
    world.store.change_template(old.temp_id, new, world.now().timestamp())
    world.audit_new()
    return {"temp_id": old.temp_id}


def read(world: World, temp_id: str, _body: Body) -> dict[str, Any]:
    """GET: the text as it was sent, and the status of its audit; never the reason (jsms-api.md §6.3)."""
    return view(world, _stored(world, temp_id))


def view(world: World, template: Template) -> dict[str, Any]:
    """A template with the fields and in the order of jsms-api.md §6.3."""
    beliefs = world.beliefs
    return {
        "temp_id": template.temp_id,
        "template": template.template.strip() if beliefs.text_is_trimmed else template.template,
        "type": template.type,
        "ttl": _shown_ttl(template, beliefs),
        "remark": (template.remark if beliefs.remark_is_shown else None) or beliefs.empty_remark,
        "status": template.status,
    }


def _shown_ttl(template: Template, beliefs: Beliefs) -> int | None:
    if template.type != VERIFICATION:
        return beliefs.ttl_without_meaning
    most = beliefs.longest_shown_ttl
    return template.ttl if template.ttl is None or most is None else min(template.ttl, most)


def delete(world: World, temp_id: str, _body: Body) -> None:
    """DELETE: gone, whatever its status and whoever uses it (jsms-api.md §6.4)."""
    stored = _stored(world, temp_id)
    if stored.temp_id == _VENDORS and world.beliefs.default_template_is_the_vendors:
        raise Refusal(50013)
    code = world.beliefs.template_in_use_code
    if code and world.store.is_scheduled(stored.temp_id):
        raise Refusal(code)
    world.store.remove_template(stored.temp_id)


def _stored(world: World, temp_id: str) -> Template:
    number = as_id(temp_id)
    template = None if number is None else world.store.template(number)
    if template is None:
        raise Refusal(world.beliefs.unknown_template_code)
    return template


def _submission(world: World, body: Body) -> Submission:
    try:
        signature = usable_sign(world.store, None, world.beliefs).sign
    except Refusal:
        signature = None
    return read_submission(body, signature, world.beliefs)
