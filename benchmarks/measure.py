"""Medians of interleaved rounds, and ratios against a floor of the same run."""

import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Row:
    """Ours against the floor: medians in seconds."""

    what: str
    floor_is: str
    ours: float
    floor: float

    @property
    def ratio(self) -> float:
        return self.ours / self.floor

    def __str__(self) -> str:
        return (
            f"| {self.what} | {self.ours:.3f} s | {self.floor_is} | {self.floor:.3f} s | {self.ratio:.2f} × |"
        )


HEADER = "| work | ours | measured against | floor | ratio |\n|---|---|---|---|---|"


def compare(what: str, ours: Work, floor_is: str, floor: Work, rounds: int) -> Row:
    """Both works in turn, so that a machine that slows down slows both."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for times, work in zip(taken, (ours, floor), strict=True):
            started = time.perf_counter()
            work()
            times.append(time.perf_counter() - started)
    return Row(what, floor_is, statistics.median(taken[0]), statistics.median(taken[1]))


def process(*command: str, folder: str | None = None, environment: dict[str, str] | None = None) -> Work:
    """A whole process as work; one that fails is an error."""

    def work() -> None:
        subprocess.run(command, check=True, capture_output=True, cwd=folder, env=environment)

    return work


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown."""
    return "\n".join([HEADER, *map(str, rows)])
