"""The machine is as strong as the mutants that it catches: each of them breaks one promise."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from life import Life
from mutants import MUTANTS, Mutant
from promises import Broken
from service import serving

WITHIN, WITHIN_A_NIGHT = 40, 1000
"""So many lives does a mutant have before it must have been caught."""
STEPS = 30


def caught(mutant: Mutant, within: int) -> tuple[str, int]:
    """The promise that the mutant was seen to break, and in which life.

    Always the same lives, with one thread each: what is caught once is caught every time.
    """
    lives: list[None] = []
    with serving() as service:

        def born() -> Life:
            lives.append(None)
            return Life(service, mutant.parts, threads=1)

        with pytest.raises(Broken) as broken:
            run_state_machine_as_test(
                born,
                settings=settings(
                    max_examples=within,
                    stateful_step_count=STEPS,
                    deadline=None,
                    database=None,
                    derandomize=True,
                    phases=[Phase.generate],
                    report_multiple_bugs=False,
                    suppress_health_check=list(HealthCheck),
                ),
            )
    return broken.value.promise, len(lives)


@pytest.mark.parametrize("mutant", [each for each in MUTANTS if each.quick], ids=lambda each: each.name)
def test_a_mutant_is_caught(mutant: Mutant, record_property: Callable[[str, object], None]) -> None:
    """By one of the promises that it breaks."""
    promise, life = caught(mutant, WITHIN)
    record_property(f"mutant: {mutant.name}", f"caught in life {life}: {promise}")
    assert promise in mutant.breaks


@pytest.mark.nightly
@pytest.mark.parametrize("mutant", [each for each in MUTANTS if not each.quick], ids=lambda each: each.name)
def test_a_shy_mutant_is_caught(mutant: Mutant, record_property: Callable[[str, object], None]) -> None:
    """The same for those that need a rarer life to show themselves."""
    promise, life = caught(mutant, WITHIN_A_NIGHT)
    record_property(f"mutant: {mutant.name}", f"caught in life {life}: {promise}")
    assert promise in mutant.breaks
