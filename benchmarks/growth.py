"""Time and memory against size: templates by the thousand, recipients by the million."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import texts
from benchmarks.measure import Row, Scale, Took, process
from benchmarks.served import TOOL, Service, served

TEMPLATES = (100, 1_000, 10_000)


@dataclass(frozen=True, slots=True)
class Point:
    """One size, and what a plan of it took: the medians of some rounds."""

    size: int
    seconds: float
    peak: float


@dataclass(frozen=True, slots=True)
class Curve:
    """What was planned, and a point for each size."""

    what: str
    points: tuple[Point, ...]

    def __str__(self) -> str:
        told = (f"{at.size:,} in {at.seconds:.2f} s with {at.peak:.0f} MB" for at in self.points)
        return f"{self.what}: {', '.join(told)}"


def rows(scale: Scale, folder: Path) -> tuple[list[Row], list[str]]:
    """Ten times as many templates take eleven times as long at most, and as much memory."""
    curves, found = templates(scale, folder)
    return found, [str(curve) for curve in curves]


def templates(scale: Scale, folder: Path) -> tuple[list[Curve], list[Row]]:
    """A plan without any change of each size, read from the service and from the state alone."""
    works = {"plan of templates": (), "plan --offline of templates": ("--offline",)}
    taken: dict[str, list[tuple[int, list[Took]]]] = {what: [] for what in works}
    for size in map(scale.of, TEMPLATES):
        place = texts.write(folder, size)
        with served(folder) as service:
            _applied(service, place)
            for what, options in works.items():
                rounds = [_plan(service, place, *options) for _ in range(max(3, scale.rounds // 2))]
                taken[what].append((size, rounds))
    curves = [
        Curve(what, tuple(point(size, rounds) for size, rounds in each)) for what, each in taken.items()
    ]
    return curves, [row for what, each in taken.items() for row in _linear(what, each[-2:])]


def point(size: int, rounds: Sequence[Took]) -> Point:
    """The medians."""
    seconds = statistics.median(took.seconds for took in rounds)
    return Point(size, seconds, statistics.median(took.peak for took in rounds))


def _linear(what: str, pair: Sequence[tuple[int, list[Took]]]) -> list[Row]:
    (few, little), (many, much) = pair
    whole = f"{what}, {many:,} without a change"
    time = Row(
        what=whole,
        floor_is=f"{few:,}",
        ours=[took.seconds for took in much],
        floor=[took.seconds for took in little],
        most=11,
    )
    memory = max(took.peak for took in much) / max(took.peak for took in little)
    assert memory <= 11, (whole, memory)
    return [time]


def _applied(service: Service, place: Path) -> None:
    options = ("-f", ".", "--parallelism", "16", "--auto-approve")
    for more in (("--new-state",), ()):
        process(*TOOL, "apply", *options, *more, folder=place, environment=service.environment)


def _plan(service: Service, place: Path, *options: str) -> Took:
    command = (*TOOL, "plan", "-f", ".", "--parallelism", "16", "--detailed-exitcode", *options)
    return process(*command, folder=place, environment=service.environment)
