"""The schedule endpoints (jsms-api.md §4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from jsms_sync.sandbox import accounts
from jsms_sync.sandbox.codes import Refusal
from jsms_sync.sandbox.delivery import failure
from jsms_sync.sandbox.means import Means, any_means, usable_means
from jsms_sync.sandbox.rules_schedules import (
    Order,
    Verdict,
    affordable,
    cost,
    judge,
    read_batch,
    read_single,
    rendered,
)
from jsms_sync.sandbox.shapes import Body
from jsms_sync.sandbox.store import Schedule
from jsms_sync.sandbox.world import World


def create_single(world: World, _id: str, body: Body) -> dict[str, Any]:
    """POST /schedule: one recipient; anything wrong refuses the whole."""
    return _store_single(world, read_single(body, world.now(), world.beliefs), old=None)


def replace_single(world: World, schedule_id: str, body: Body) -> dict[str, Any]:
    """PUT /schedule/{id}: the schedule is replaced wholly, its id stays."""
    old = _open_schedule(world, schedule_id, "single")
    return _store_single(world, read_single(body, world.now(), world.beliefs), old)


def create_batch(world: World, _id: str, body: Body) -> dict[str, Any]:
    """POST /schedule/batch: the recipients that can be taken; the others are listed (partial success)."""
    return _store_batch(world, read_batch(body, world.now(), world.beliefs), old=None)


def replace_batch(world: World, schedule_id: str, body: Body) -> dict[str, Any]:
    """PUT /schedule/batch/{id}: as POST, on the same id."""
    old = _open_schedule(world, schedule_id, "batch")
    if world.beliefs.put_keeps_tag:
        body = body | {"tag": old.tag}
    return _store_batch(world, read_batch(body, world.now(), world.beliefs), old)


def read(world: World, schedule_id: str, _body: Body) -> dict[str, Any]:
    """GET: one shape for both kinds, without sign_id, tag, kind, status and refused recipients (§4.5)."""
    schedule = world.store.schedule(schedule_id)
    if schedule is None or schedule.status == "deleted":
        raise Refusal(50028)
    if schedule.status != "pending" and not world.beliefs.sent_is_readable:
        raise Refusal(50028)
    return {
        "schedule_id": schedule.schedule_id,
        "send_time": schedule.send_time,
        "temp_id": schedule.temp_id,
        "recipients": schedule.recipients,
    }


def delete(world: World, schedule_id: str, _body: Body) -> None:
    """DELETE: a pending schedule is never sent; one path for both kinds (§4.6)."""
    old = _pending(world, schedule_id, world.beliefs.delete_of_deleted_code)
    world.store.save_schedule(replace(old, status="deleted", recipients=[], failures=[], parts=0))


def _pending(world: World, schedule_id: str, code_of_deleted: int) -> Schedule:
    schedule = world.store.schedule(schedule_id)
    if schedule is None:
        raise Refusal(50028)
    if schedule.status == "deleted":
        raise Refusal(code_of_deleted)
    if schedule.status != "pending":
        raise Refusal(50029)
    return schedule


def _open_schedule(world: World, schedule_id: str, kind: str) -> Schedule:
    schedule = _pending(world, schedule_id, world.beliefs.put_of_deleted_code)
    if schedule.kind != kind:
        raise Refusal(world.beliefs.other_kind_code)
    return schedule


def _store_single(world: World, order: Order, old: Schedule | None) -> dict[str, Any]:
    means, recipient = _means(world, order), order.recipients[0]
    opted_out = world.store.numbers.opted_out()
    text = rendered(recipient, means.template.template, world.beliefs, opted_out)
    schedule = _schedule(world, order, means, Verdict(((recipient, text),), ()), "single", old)
    world.store.save_schedule(schedule)
    return {"schedule_id": schedule.schedule_id}


def _store_batch(world: World, order: Order, old: Schedule | None) -> dict[str, Any]:
    means = _means(world, order)
    opted_out = world.store.numbers.opted_out()
    verdict = judge(order.recipients, means.template.template, world.beliefs, opted_out)
    if not world.beliefs.batch_needs_money_for_all:
        left = _left(world, means.template.type, old)
        verdict = affordable(verdict, left, means.sign.sign, means.template.type, world.beliefs)
    schedule = _schedule(world, order, means, verdict, "batch", old)
    if verdict.taken or world.beliefs.schedule_of_nobody_exists:
        world.store.save_schedule(schedule)
    return {
        "schedule_id": schedule.schedule_id,
        "success_count": len(verdict.taken),
        "failure_count": len(verdict.refused),
        "failure_recipients": schedule.failures,
    }


def _means(world: World, order: Order) -> Means:
    find = usable_means if world.beliefs.schedules_need_approval else any_means
    means = find(world.store, order.temp_id, order.sign_id, world.beliefs)
    if means.template.type not in world.beliefs.schedulable_types:
        raise Refusal(50025)
    return means


def _schedule(
    world: World, order: Order, means: Means, verdict: Verdict, kind: str, old: Schedule | None
) -> Schedule:
    parts = cost(verdict.taken, means.sign.sign, means.template.type, world.beliefs)
    _check_balance(world, parts, means.template.type, old)
    return Schedule(
        schedule_id=old.schedule_id if old else str(uuid4()),
        kind=kind,
        send_time=order.send_time,
        send_at=order.send_at.timestamp(),
        temp_id=order.temp_id,
        sign_id=order.sign_id,
        tag=order.tag,
        parts=parts,
        recipients=[
            {"msg_id": msg_id} | recipient.echo()
            for msg_id, (recipient, _) in zip(_msg_ids(world, verdict, old), verdict.taken, strict=True)
        ],
        failures=[failure(code, recipient.echo()) for recipient, code in verdict.refused],
    )


def _check_balance(world: World, parts: int, template_type: int, old: Schedule | None) -> None:
    if parts > _left(world, template_type, old):
        raise Refusal(50014)


def _left(world: World, template_type: int, old: Schedule | None) -> int:
    """The parts that can be paid."""
    balance = world.store.balance()
    left = accounts.available(balance, accounts.purses(balance, template_type, world.beliefs))
    frozen = world.store.frozen_parts(but=old.schedule_id if old else "")
    return left - frozen if world.beliefs.pending_freezes_balance else left


def _msg_ids(world: World, verdict: Verdict, old: Schedule | None) -> list[str]:
    """New ids, or (a belief) the old ones of the numbers that stay."""
    fresh = world.store.take_msg_ids(len(verdict.taken))
    if old is None or world.beliefs.put_renews_msg_ids:
        return fresh
    kept = {entry["mobile"]: entry["msg_id"] for entry in old.recipients}
    return [kept.pop(recipient.mobile, new) for new, (recipient, _) in zip(fresh, verdict.taken, strict=True)]
