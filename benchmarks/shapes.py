"""What holds at any speed: linear growth, no request too many, no write that grows with what is recorded.

Nothing here is a time: calls, bytes and requests are counted, so that a busy machine changes nothing.
"""

import cProfile
import pstats
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks import texts
from benchmarks.measure import Row, Scale
from benchmarks.served import served
from benchmarks.service import created, plan_of
from jsms_sync import definitions
from jsms_sync.applying.refresh import refresh
from jsms_sync.model.records import State

FEW, MANY = 200, 2_000
LINEAR = 11.0
"""Ten times as much work for ten times as many, and one tenth for what is there once."""
SAME = 1.5
WRITTEN = Path("/proc/self/io")


def rows(scale: Scale, folder: Path) -> tuple[list[Row], list[str]]:
    """AssertionError for a shape that is not as it has to be."""
    with served(folder) as service, service.client(8) as client:
        states: dict[int, State] = {}
        written: dict[int, float] = {}
        for size in (FEW, MANY):
            loaded = definitions.load([str(texts.write(folder, size))], folder=folder).definitions
            service.heard()
            before = _written()
            states[size] = created(folder, loaded, client, parallelism=1)
            written[size] = (_written() - before) / size
            heard = service.heard()
            assert heard == {"POST": size, "GET": 1}, heard
            refresh(client, loaded, states[size], datetime.now(UTC), parallelism=8)
            assert service.heard() == {"GET": size}
    calls, memory = _growth(folder, states, _calls), _growth(folder, states, _peak)
    assert calls <= LINEAR, calls
    assert memory <= LINEAR, memory
    grown = written[MANY] / written[FEW] if written[FEW] else 1.0
    assert grown <= SAME, written
    return [], [
        f"A plan of {MANY:,} templates: {calls:.1f} × the calls, {memory:.1f} × the memory of one of {FEW}.",
        f"An apply of {size:,} creates sends {size:,} POSTs and one GET; a refresh sends one GET for each.",
        f"A create writes {grown:.2f} × the bytes beside {MANY:,} others that it writes beside {FEW}.",
    ]


def _growth(
    folder: Path, states: dict[int, State], measured: Callable[[Callable[[], object]], float]
) -> float:
    """How many times as much the tenfold takes."""
    few, many = (measured(partial(_planned, folder, size, states[size])) for size in (FEW, MANY))
    return many / few


def _planned(folder: Path, size: int, state: State) -> object:
    """A plan from the files on the disk, without a look at the service."""
    loaded = definitions.load([str(folder / f"definitions-{size}-1")], folder=folder).definitions
    plan = plan_of(loaded, state)
    assert not plan.changes
    return plan


def _calls(work: Callable[[], object]) -> float:
    work()
    profile = cProfile.Profile()
    profile.runcall(work)
    return float(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]  # its stub has it not


def _peak(work: Callable[[], object]) -> float:
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return float(peak)


def _written() -> int:
    """The bytes that this process has written so far; 0 where nobody counts them."""
    if not WRITTEN.exists():
        return 0
    return int(dict(line.split(": ") for line in WRITTEN.read_text().splitlines())["wchar"])
