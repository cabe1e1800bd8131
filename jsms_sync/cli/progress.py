"""Progress on a terminal: one line on stderr, gone before anything else is said."""

import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TextIO

from jsms_sync.cli.options import Common
from jsms_sync.cli.session import in_ci
from jsms_sync.reports.progress_text import progress_line

CLEAR = "\r\x1b[K"
AT_FIRST, AGAIN = 0.4, 0.2
"""Seconds before the line is shown, for most work is over by then, and between two looks at it."""


@dataclass(slots=True)
class Meter:
    """How far one piece of work is: told from the thread that works, shown by another."""

    stream: TextIO
    what: str
    done: int = 0
    of: int = 0
    since: float = field(default_factory=time.monotonic)
    shown: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)
    over: threading.Event = field(default_factory=threading.Event)

    def told(self, done: int, of: int) -> None:
        """So much of it is done now."""
        self.done, self.of = done, of

    def show(self) -> None:
        """Rewrites the line until the work is over."""
        pause = AT_FIRST
        while not self.over.wait(pause):
            pause = AGAIN
            self.rewrite()

    def rewrite(self) -> None:
        """The line as it is now."""
        with self.lock:
            self._write(CLEAR + self._line())
            self.shown = True

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Nothing of the line is on the terminal while something else is said."""
        with self.lock:
            if self.shown:
                self._write(CLEAR)
                self.shown = False
            yield

    def _line(self) -> str:
        columns = shutil.get_terminal_size().columns
        return progress_line(self.what, self.done, self.of, time.monotonic() - self.since, columns)

    def _write(self, text: str) -> None:
        # The work goes on when the terminal is gone.
        with suppress(OSError):
            self.stream.write(text)
            self.stream.flush()


@contextmanager
def progress(common: Common, what: str) -> Iterator[Meter]:
    """A meter of that work, shown while the block lasts where somebody looks on."""
    meter = Meter(sys.stderr, what)
    if not _is_watched(common):
        yield meter
        return
    shower = threading.Thread(target=meter.show, daemon=True)
    shower.start()
    try:
        yield meter
    finally:
        meter.over.set()
        shower.join()
        with meter.hidden():
            pass


def _is_watched(common: Common) -> bool:
    """On a terminal that can rewrite a line, and where nothing else is told of each request."""
    can_rewrite = os.environ.get("TERM", "dumb") != "dumb"
    return sys.stderr.isatty() and can_rewrite and not (common.quiet or common.verbose or in_ci())


def clear(stream: TextIO) -> None:
    """For who interrupts: the line, if there is one, makes room."""
    if stream.isatty() and os.environ.get("TERM", "dumb") != "dumb":
        stream.write(CLEAR)
