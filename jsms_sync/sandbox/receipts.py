"""Reports and replies that the app pulls; each can be read once (jsms-api.md §8.1)."""

from __future__ import annotations

from typing import Any

from jsms_sync.sandbox.codes import Refusal
from jsms_sync.sandbox.sending import callback_urls
from jsms_sync.sandbox.world import World

_DAY = 86400


def reports(world: World, _id: str, _body: object) -> list[dict[str, Any]]:
    """GET /report: what became of messages, up to 500 of them."""
    since, until = _window(world, "SMS_REPORT")
    with world.store.writing():
        found = world.store.mail.take_reports(since, until)
    return [each.wire() for each in found]


def replies(world: World, _id: str, _body: object) -> list[dict[str, Any]]:
    """GET /reply: what people texted back, up to 500 of them."""
    since, until = _window(world, "SMS_REPLY")
    with world.store.writing():
        found = world.store.mail.take_replies(since, until)
    return [each.wire() for each in found]


def _window(world: World, event: str) -> tuple[float, float]:
    """The time whose records can be pulled now, which is none while they go to a callback."""
    beliefs, now = world.beliefs, world.now().timestamp()
    if event in callback_urls(world.store):
        if beliefs.pull_with_callback_code:
            raise Refusal(beliefs.pull_with_callback_code)
        return 0, -1
    world.check_interval(event, beliefs.pull_interval, beliefs.pull_too_soon_code)
    return now - beliefs.records_kept_days * _DAY, now
