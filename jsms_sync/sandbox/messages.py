"""The sending endpoints: codes, voice codes, their verification, one message and many (jsms-api.md §3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from jsms_sync.sandbox.codes import Refusal
from jsms_sync.sandbox.delivery import failure
from jsms_sync.sandbox.means import Means, usable_means
from jsms_sync.sandbox.outgoing import Outgoing
from jsms_sync.sandbox.rules_messages import (
    MessageOrder,
    made_up_code,
    read_code,
    read_message,
    read_messages,
    read_voice,
    spoken,
)
from jsms_sync.sandbox.rules_schedules import Recipient
from jsms_sync.sandbox.rules_templates import VERIFICATION
from jsms_sync.sandbox.sending import Message
from jsms_sync.sandbox.shapes import Body
from jsms_sync.sandbox.store_numbers import SentCode
from jsms_sync.sandbox.world import World


def send_code(world: World, _id: str, body: Body) -> dict[str, Any]:
    """POST /codes: a code that JSMS makes up, texted with a verification template (§3.1)."""
    order = read_message({key: value for key, value in body.items() if key != "temp_para"})
    means = usable_means(world.store, order.temp_id, order.sign_id, world.beliefs)
    if world.beliefs.codes_need_verification and means.template.type != VERIFICATION:
        raise Refusal(50025)
    msg_id = _code_id(world)
    code = world.app.code or made_up_code(msg_id)
    outgoing = Outgoing(world)
    message = outgoing.take(means, Recipient(order.recipients[0].mobile, {"code": code}), msg_id, "code")
    outgoing.leave()
    _remember(world, message, code, world.beliefs.code_ttl or means.template.ttl or 0)
    return {"msg_id": msg_id}


def send_voice_code(world: World, _id: str, body: Body) -> dict[str, Any]:
    """POST /voice_codes: a code of the caller's or a made up one, spoken in a call (§3.2)."""
    order, outgoing = read_voice(body, world.beliefs), Outgoing(world)
    if world.beliefs.opt_out_covers_voice and order.mobile in outgoing.opted_out:
        raise Refusal(50024)
    msg_id = _code_id(world)
    code = order.code or world.app.code or made_up_code(msg_id)
    message = outgoing.take_call(order.mobile, spoken(code, order.voice_lang), msg_id)
    outgoing.leave()
    if world.beliefs.voice_codes_can_be_verified:
        _remember(world, message, code, order.ttl)
    return {"msg_id": msg_id}


def _code_id(world: World) -> str:
    return str(uuid4()) if world.beliefs.code_ids_are_uuids else world.store.take_msg_ids(1)[0]


def _remember(world: World, message: Message, code: str, ttl: float) -> None:
    expires_at = world.now().timestamp() + ttl
    world.store.codes.add(SentCode(message.msg_id, message.mobile, code, expires_at))


def verify(world: World, msg_id: str, body: Body) -> dict[str, Any]:
    """POST /codes/{msg_id}/valid: right once, until it expires; else is_valid is false, with why (§3.3)."""
    try:
        given = read_code(body)
        _check_code(world.store.codes.one(msg_id), given, world.now())
    except Refusal as refusal:
        status = world.beliefs.invalid_code_status
        raise Refusal(refusal.code.number, {"is_valid": False}, status) from None
    world.store.codes.verify(msg_id)
    return {"is_valid": True}


def _check_code(code: SentCode | None, given: str, now: datetime) -> None:
    if code is None:
        raise Refusal(50026)
    if code.is_verified:
        raise Refusal(50012)
    if now.timestamp() >= code.expires_at:
        raise Refusal(50011)
    if given != code.code:
        raise Refusal(50010)


def send_message(world: World, _id: str, body: Body) -> dict[str, Any]:
    """POST /messages: one recipient; anything wrong refuses the whole; msg_id is a number (§3.4)."""
    order = read_message(body)
    means, outgoing = _sendable(world, order), Outgoing(world)
    msg_id = world.store.take_msg_ids(1)[0]
    _take(world, outgoing, means, order.recipients[0], msg_id)
    outgoing.leave()
    return {"msg_id": int(msg_id)}


def send_messages(world: World, _id: str, body: Body) -> dict[str, Any]:
    """POST /messages/batch: who can be reached is, in the order of the request; partial success (§3.5)."""
    order = read_messages(body)
    means, outgoing = _sendable(world, order), Outgoing(world)
    msg_ids = world.store.take_msg_ids(len(order.recipients))
    said = [
        _outcome(world, outgoing, means, recipient, msg_id)
        for msg_id, recipient in zip(msg_ids, order.recipients, strict=True)
    ]
    if not outgoing.taken and world.beliefs.batch_of_failures_is_refused:
        raise Refusal(int(said[0]["error_code"]))
    outgoing.leave()
    sent = len(outgoing.taken)
    return {"success_count": sent, "failure_count": len(said) - sent, "recipients": said}


def _outcome(
    world: World, outgoing: Outgoing, means: Means, recipient: Recipient, msg_id: str
) -> dict[str, Any]:
    """What the answer says of one recipient; those that are refused have a msg_id too."""
    try:
        _take(world, outgoing, means, recipient, msg_id)
    except Refusal as refusal:
        if refusal.code.number == 50014 and world.beliefs.batch_needs_money_for_all:
            raise
        return failure(refusal.code, {"msg_id": msg_id} | recipient.echo())
    return {"msg_id": msg_id, "mobile": recipient.mobile}


def _take(world: World, outgoing: Outgoing, means: Means, recipient: Recipient, msg_id: str) -> None:
    """Takes one message; a code in it cannot be verified by JSMS, unless believed otherwise (§3.4)."""
    message = outgoing.take(means, recipient, msg_id, "message")
    if world.beliefs.message_codes_can_be_verified and means.template.type == VERIFICATION:
        code = str((recipient.temp_para or {}).get("code", ""))
        _remember(world, message, code, means.template.ttl or 0)


def _sendable(world: World, order: MessageOrder) -> Means:
    means = usable_means(world.store, order.temp_id, order.sign_id, world.beliefs)
    if means.template.type not in world.beliefs.sendable_types:
        raise Refusal(50025)
    return means
