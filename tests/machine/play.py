"""Playing lives: in short runs, because the examples of one run of Hypothesis are much like each other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from life import Life
from service import Service, serving
from tool import SOUND, Parts

STEPS = 30
RUN = 10
"""So many lives are made up in one go."""


@dataclass
class Player:
    """Plays lives of a tool made of these parts, and counts them; the same ones again with one thread."""

    service: Service
    parts: Parts = SOUND
    threads: int = 4
    lives: list[Life] = field(default_factory=list)

    def play(self, lives: int, number: int | None = None) -> None:
        """So many lives; raises Broken. The `number` chooses which; None are others every time.

        Where it is given, a broken promise ends it at once: there is no simpler life to be looked for.
        """

        def born() -> Life:
            self.lives.append(Life(self.service, self.parts, self.threads))
            return self.lives[-1]

        phases = [Phase.generate] if number is not None else list(Phase)
        factory: Callable[[], Life] = born if number is None else seed(number)(born)
        run_state_machine_as_test(
            factory,  # type: ignore[arg-type]  # a factory does as well (hypothesis.stateful)
            settings=settings(
                max_examples=lives,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                phases=phases,
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )

    def play_many(self, lives: int, first: int | None = None) -> None:
        """So many lives, run by run, until a promise is broken; the runs are numbered from `first`."""
        for run in range(0, lives, RUN):
            self.play(min(RUN, lives - run), None if first is None else first + run // RUN)


@contextmanager
def player(parts: Parts = SOUND, threads: int = 4) -> Iterator[Player]:
    """A player with a service of its own."""
    with serving() as service:
        yield Player(service, parts, threads)
