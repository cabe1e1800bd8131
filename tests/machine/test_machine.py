"""Lives of a team, made up by Hypothesis: in none of them is a promise broken."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from life import Life
from service import serving

EVERY_DAY, NIGHTLY, SHARDS = 60, 2000, 8
STEPS = 30
PLAYED = "lives played"
"""The property by which a report says how many examples there were."""


def play(examples: int, record: Callable[[str, object], None]) -> None:
    """Plays so many lives."""
    lives: list[None] = []
    with serving() as service:

        def born() -> Life:
            lives.append(None)
            return Life(service)

        try:
            run_state_machine_as_test(
                born,
                settings=settings(
                    max_examples=examples,
                    stateful_step_count=STEPS,
                    deadline=None,
                    report_multiple_bugs=False,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            record(PLAYED, len(lives))


def test_no_promise_is_broken(record_property: Callable[[str, object], None]) -> None:
    """Whatever people, auditors, wire, disk and clock do, and however often an apply is killed."""
    play(EVERY_DAY, record_property)


@pytest.mark.nightly
@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_promise_is_broken_in_many_lives(
    record_property: Callable[[str, object], None], shard: int
) -> None:
    """The same, for a night; in shards, so that each core has its own."""
    play(NIGHTLY // SHARDS, record_property)
