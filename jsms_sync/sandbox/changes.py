"""Something has changed: those who wait for it are told."""

from __future__ import annotations

import asyncio


class Changes:
    """A bell that wakes everybody who waits now; used inside one event loop."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def ring(self) -> None:
        """Wakes everybody who waits."""
        for event in self._waiting:
            event.set()

    async def wait(self, seconds: float | None) -> None:
        """Returns when it rings, or after so many seconds."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(event)
