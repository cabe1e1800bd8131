"""What long work says of itself on a terminal."""

import errno
import io
import os
import signal
import termios
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from jsms_sync.cli.interrupt import stopped_by_signals
from jsms_sync.cli.main import run
from jsms_sync.cli.progress import CLEAR, Meter, clear
from jsms_sync.errors import Exit
from jsms_sync.reports.progress_text import progress_line


@pytest.mark.parametrize(
    ("done", "of", "seconds", "told"),
    [
        (0, 0, 9, "Reading"),
        (0, 2_000, 3, "Reading · 0 of 2,000"),
        (40, 2_000, 0.5, "Reading · 40 of 2,000"),
        (500, 2_000, 2, "Reading · 500 of 2,000 · 250/s · 7 s left"),
        (2, 20, 10, "Reading · 2 of 20 · one in 5 s · 2 min left"),
        (100, 2_000, 60, "Reading · 100 of 2,000 · 2/s · 20 min left"),
        (1, 100, 60, "Reading · 1 of 100 · one in 60 s · 1 h 40 min left"),
        (20, 20, 10, "Reading · 20 of 20"),
    ],
)
def test_a_line_tells_how_much_how_fast_and_how_long_yet(
    done: int, of: int, seconds: float, told: str
) -> None:
    """A rate is told once there is one, and the time left is rounded up."""
    assert progress_line("Reading", done, of, seconds) == told


def test_a_line_is_never_wrapped() -> None:
    """The last column stays free: a line that wraps cannot be rewritten."""
    assert progress_line("Reading from JSMS", 40, 2_000, 0.5, columns=20) == "Reading from JSMS ·"


def test_nothing_of_a_hidden_line_stays() -> None:
    """It is cleared once, and only where there was one."""
    stream = io.StringIO()
    meter = Meter(stream, "Reading", shown=True)
    for _ in range(2):
        with meter.hidden():
            stream.write("said")
    assert stream.getvalue() == f"{CLEAR}saidsaid"


def test_the_line_follows_the_work() -> None:
    """What was told last is shown at the next look."""
    stream = io.StringIO()
    meter = Meter(stream, "Reading", since=time.monotonic() + 60)
    meter.told(3, 10)
    meter.rewrite()
    assert stream.getvalue() == f"{CLEAR}Reading · 3 of 10"


def test_a_stream_that_is_no_terminal_is_left_alone() -> None:
    """No control character reaches a file."""
    stream = io.StringIO()
    clear(stream)
    assert stream.getvalue() == ""


class Gone(io.StringIO):
    """A terminal whose window was closed."""

    def write(self, text: str) -> int:
        """As the system answers then."""
        raise OSError(errno.EIO, "Input/output error")


def test_a_terminal_that_is_gone_stops_no_work() -> None:
    """Somebody closed the window while an apply went on."""
    meter = Meter(Gone(), "Applying")
    meter.rewrite()
    with meter.hidden():
        meter.told(3, 10)
    assert (meter.done, meter.of) == (3, 10)


def test_whom_nobody_hears_is_stopped_cleanly_all_the_same() -> None:
    """The window was closed, and then came SIGTERM."""
    with redirect_stderr(Gone()), stopped_by_signals() as stopping:
        signal.raise_signal(signal.SIGTERM)
    assert stopping.is_set()


def test_a_command_works_without_stderr(tmp_path: Path) -> None:
    """It is started with `2>&-`: Python has None there."""
    (tmp_path / "templates.yaml").write_text("version: 1\ntemplates: {}\n", encoding="utf-8")
    with redirect_stderr(None), redirect_stdout(io.StringIO()):
        assert run(["-C", str(tmp_path), "validate"]) == Exit.DONE
        with stopped_by_signals() as stopping:
            signal.raise_signal(signal.SIGINT)
    assert stopping.is_set()


def test_the_line_fits_its_own_terminal() -> None:
    """What is asked for its columns is the terminal of the line: stdout may be a file."""
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (24, 20))
    with os.fdopen(theirs, "w") as stream:
        meter = Meter(stream, "Reading from JSMS")
        meter.told(40, 2_000)
        meter.rewrite()
        said = os.read(ours, 1_000).decode()
    os.close(ours)
    assert said == f"{CLEAR}Reading from JSMS ·"


def test_an_exit_code_says_how_it_ended_when_nobody_hears(tmp_path: Path) -> None:
    """The error cannot be told, and no other one takes its place."""
    (tmp_path / "templates.yaml").write_text("version: 1\ntemplates: {a: {}}\n", encoding="utf-8")
    with redirect_stderr(Gone()), redirect_stdout(io.StringIO()):
        assert run(["-C", str(tmp_path), "plan", "--offline"]) == Exit.INVALID
