"""Ctrl-C: the first finishes what is in flight and saves, the second stops hard."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import click

from jsms_sync.cli.progress import clear
from jsms_sync.errors import Exit

SIGNALS = (signal.SIGINT, signal.SIGTERM)
STOPPING = "Stopping: what is in flight is finished and recorded. Once more stops hard."


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """An event that is set by the first signal; the second ends the process, the journal being durable."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            os._exit(Exit.INTERRUPTED)
        stopping.set()
        # Who closed the terminal is told nothing, and gets the clean stop all the same.
        with suppress(OSError):
            clear(sys.stderr)
            click.echo(STOPPING, err=True)

    before = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
