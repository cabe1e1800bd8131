"""Medians of interleaved rounds, their spread, and ratios against a floor of the same run."""

import os
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Work = Callable[[], object]
LOOK = 0.02
"""Seconds between two looks at the memory of a process."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured: how often, and which part of the full size."""

    rounds: int = 5
    part: int = 1

    def of(self, size: int) -> int:
        """That size, or the part of it."""
        return size // self.part


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Ours against the floor, in seconds of each round; `number` of things done where the rate counts.

    `most` and `least` are what the ratio, ours to floor, is to reach.
    """

    what: str
    floor_is: str
    ours: Sequence[float]
    floor: Sequence[float]
    most: float | None = None
    least: float | None = None
    number: int = 0

    @property
    def ratio(self) -> float:
        """How many times as long as the floor; by medians."""
        return statistics.median(self.ours) / statistics.median(self.floor)

    @property
    def reaches(self) -> bool:
        """Whether the ratio is where it is to be."""
        return (self.most is None or self.ratio <= self.most) and (
            self.least is None or self.ratio >= self.least
        )

    def __str__(self) -> str:
        cells = (self.what, self._took(self.ours), self.floor_is, self._took(self.floor))
        return f"| {' | '.join(cells)} | {self._ratio()} | {self._reach()} |"

    def _took(self, seconds: Sequence[float]) -> str:
        median = statistics.median(seconds)
        rate = f" ({self.number / median:,.0f}/s)" if self.number else ""
        return f"{told(median)}{rate}"

    def _ratio(self) -> str:
        each = sorted(ours / floor for ours, floor in zip(self.ours, self.floor, strict=False))
        spread = f" ({each[0]:.2f}–{each[-1]:.2f})" if len(each) > 1 else ""
        return f"**{self.ratio:.2f} ×**{spread}"

    def _reach(self) -> str:
        bounds = [f"≤ {self.most:.3g} ×"] if self.most else []
        bounds += [f"≥ {self.least:g} ×"] if self.least else []
        return f"{' '.join(bounds)}{'' if self.reaches else ': **missed**'}" if bounds else ""


def told(seconds: float) -> str:
    """Seconds with three digits that count."""
    return (
        f"{seconds * 1000:.0f} ms"
        if seconds < 1
        else f"{seconds:.2f} s"
        if seconds < 10
        else f"{seconds:.1f} s"
    )


HEADER = "| work | ours | measured against | that | ratio (spread) | to reach |\n|---|---|---|---|---|---|"


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown."""
    return "\n".join([HEADER, *map(str, rows)])


def seconds(work: Work) -> float:
    """How long it took."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_turn(rounds: int, *works: Work) -> list[list[float]]:
    """The seconds of each work, round after round, so that a machine that slows down slows all."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for times, work in zip(taken, works, strict=True):
            times.append(seconds(work))
    return taken


def compare(
    what: str,
    ours: Work,
    floor_is: str,
    floor: Work,
    rounds: int,
    *,
    most: float | None = None,
    least: float | None = None,
    number: int = 0,
) -> Row:
    """Both works in turn, as a row."""
    mine, theirs = in_turn(rounds, ours, floor)
    return Row(what=what, floor_is=floor_is, ours=mine, floor=theirs, most=most, least=least, number=number)


@dataclass(frozen=True, slots=True)
class Took:
    """A process: its seconds, and the most memory it had, in MB."""

    seconds: float
    peak: float


def process(*command: str, folder: Path | None = None, environment: Mapping[str, str] | None = None) -> Took:
    """A process from start to end; one that fails is an error, with what it said."""
    with tempfile.TemporaryFile() as errors:
        began, peaks = time.perf_counter(), [0.0]
        ran = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        over = threading.Event()
        watcher = threading.Thread(target=_watch, args=(ran.pid, over, peaks))
        watcher.start()
        status = ran.wait()
        took = time.perf_counter() - began
        over.set()
        watcher.join()
        errors.seek(0)
        assert status == 0, (command, status, errors.read()[-2_000:].decode(errors="replace"))
    return Took(took, max(peaks))


def clear_surroundings() -> None:
    """Takes away what would change what is measured.

    In a pipeline (`CI`) no new local state is begun; loopback is not reached through a proxy.
    """
    for name in list(os.environ):
        if name == "CI" or name.startswith("JSMS_"):
            del os.environ[name]
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"


def _watch(pid: int, over: threading.Event, peaks: list[float]) -> None:
    """Looks at the most memory again and again: what the system tells at the end counts our own as well."""
    while not over.wait(LOOK):
        try:
            told = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        except OSError:
            return
        peaks += [int(line.split()[1]) / 1024 for line in told.splitlines() if line.startswith("VmHWM")]
