"""Progress on a terminal: one line on stderr, gone before anything else is said."""

import io
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TextIO

from jsms_sync.cli.options import Common
from jsms_sync.cli.session import in_ci
from jsms_sync.reports.columns import WIDTH
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
        return progress_line(self.what, self.done, self.of, time.monotonic() - self.since, self._columns())

    def _columns(self) -> int:
        # Of this terminal: `shutil.get_terminal_size` asks stdout, which may be a file by now.
        with suppress(OSError):
            return os.get_terminal_size(self.stream.fileno()).columns or WIDTH
        return WIDTH

    def _write(self, text: str) -> None:
        # The work goes on when the terminal is gone.
        with suppress(OSError):
            self.stream.write(text)
            self.stream.flush()


@contextmanager
def progress(common: Common, what: str) -> Iterator[Meter]:
    """A meter of that work, shown while the block lasts where somebody looks on."""
    # Annotated, because who starts a command without stderr (`2>&-`) leaves None there.
    stream: TextIO | None = sys.stderr
    meter = Meter(stream or io.StringIO(), what)
    if stream is None or not _is_watched(common, stream):
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


def _is_watched(common: Common, stream: TextIO) -> bool:
    """Where a line can be rewritten, and nothing else is told of each request."""
    return _can_rewrite(stream) and not (common.quiet or common.verbose or in_ci())


def _can_rewrite(stream: TextIO) -> bool:
    return stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def clear(stream: TextIO | None) -> None:
    """For who interrupts: the line, if there is one, makes room."""
    if stream is not None and _can_rewrite(stream):
        stream.write(CLEAR)
