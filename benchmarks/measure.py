"""Medians of interleaved rounds, and ratios against a floor of the same run."""

import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Ours against the floor: medians in seconds; `number` of things done where the rate counts."""

    what: str
    floor_is: str
    ours: float
    floor: float
    reach: str
    number: int = 0

    @property
    def ratio(self) -> float:
        return self.ours / self.floor

    def __str__(self) -> str:
        cells = (
            self._took(self.ours),
            self.floor_is,
            self._took(self.floor),
            f"{self.ratio:.2f} ×",
            self.reach,
        )
        return f"| {self.what} | {' | '.join(cells)} |"

    def _took(self, seconds: float) -> str:
        return f"{seconds:.3f} s" + (f" ({self.number / seconds:,.0f}/s)" if self.number else "")


HEADER = "| work | ours | measured against | floor | ratio | reach |\n|---|---|---|---|---|---|"


def compare(
    what: str, ours: Work, floor_is: str, floor: Work, rounds: int, *, reach: str, number: int = 0
) -> Row:
    """Both works in turn, so that a machine that slows down slows both."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for times, work in zip(taken, (ours, floor), strict=True):
            started = time.perf_counter()
            work()
            times.append(time.perf_counter() - started)
    medians = [statistics.median(times) for times in taken]
    return Row(what=what, floor_is=floor_is, ours=medians[0], floor=medians[1], reach=reach, number=number)


def process(*command: str, folder: str | None = None, environment: dict[str, str] | None = None) -> Work:
    """A whole process as work; one that fails is an error."""

    def work() -> None:
        subprocess.run(command, check=True, capture_output=True, cwd=folder, env=environment)

    return work


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown."""
    return "\n".join([HEADER, *map(str, rows)])
