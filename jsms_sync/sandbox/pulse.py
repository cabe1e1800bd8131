"""Time passing without anybody asking: what is due happens, and callbacks are posted."""

from __future__ import annotations

import logging

from jsms_sync.sandbox.callbacks import post_due
from jsms_sync.sandbox.world import World

_log = logging.getLogger(__name__)
# A machine that slept finds the time changed when it wakes; so long may it take until that is noticed.
_LONGEST_SLEEP = 60.0
_SHORTEST_SLEEP = 0.01


async def beat(world: World) -> None:
    """Runs until cancelled; a bug is named on stderr and ends nothing."""
    while True:
        before = world.revision
        try:
            world.settle()
            await post_due(world)
        except Exception as bug:  # without this the sandbox would stand still, and nobody would know why
            _log.error("the sandbox failed as time passed: %r", bug)
            await world.changed.wait(_LONGEST_SLEEP)
        world.mark()
        if world.revision == before:
            await world.changed.wait(_seconds_to_next(world))


def _seconds_to_next(world: World) -> float | None:
    following = world.next_event()
    if world.clock.standing or following is None:
        return None
    return min(max((following - world.now()).total_seconds(), _SHORTEST_SLEEP), _LONGEST_SLEEP)
