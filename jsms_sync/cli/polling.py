"""Polite polling: looks that begin some seconds apart and end up a minute apart, never quite in step."""

import math
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from jsms_sync.errors import NotSent

T = TypeVar("T")

FIRST, GROWTH, LONGEST = 2.0, 1.5, 60.0
"""Seconds between the first two looks, how much more from pause to pause, and the longest pause."""
JITTER = 0.2
"""How far a pause may differ, as a share of it: many runners that start together shall not stay together."""

TICK = 0.001
"""Seconds that are not worth another pause: clocks are not exact to the last digit."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Time as polling needs it, handed in so that no test has to wait; `chance` is uniform in [0, 1)."""

    elapsed: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


REAL = Pace()


def looks(pace: Pace = REAL, timeout: float | None = None) -> Iterator[float]:
    """The seconds gone by at each look: one at once, one at the time-out's end, and pauses between them."""
    start, pause = pace.elapsed(), FIRST
    while True:
        yield pace.elapsed() - start
        left = math.inf if timeout is None else start + timeout - pace.elapsed()
        if left < TICK:
            return
        pace.sleep(min(pause * (1 - JITTER + 2 * JITTER * pace.chance()), left))
        pause = min(pause * GROWTH, LONGEST)


def seen(
    look: Callable[[], T], sorry: Callable[[str], None], pace: Pace = REAL, timeout: float | None = None
) -> Iterator[tuple[float, T]]:
    """What each look that succeeded has found, with the seconds gone by.

    Raises NotSent when the service cannot be reached at first; later that is only told, and tried again.
    """
    reached = False
    for gone in looks(pace, timeout):
        try:
            found = look()
        except NotSent as error:
            if not reached:
                raise
            sorry(f"{error.message}; trying again")
        else:
            reached = True
            yield gone, found
