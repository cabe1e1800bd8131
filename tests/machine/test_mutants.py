"""The machine is as strong as the mutants that it catches: each of them breaks one promise."""

from collections.abc import Callable

import pytest
from mutants import MUTANTS, Mutant
from play import player
from promises import Broken

pytestmark = pytest.mark.no_cover

WITHIN, WITHIN_A_NIGHT = 60, 400
"""So many lives does a mutant have before it must have been caught."""
OTHERS = 1000
"""Where the runs begin that were not chosen because they catch soon."""


def _check_caught(mutant: Mutant, within: int, first: int, record: Callable[[str, object], None]) -> None:
    """Always the same lives, with one thread each: what is caught once is caught every time."""
    with player(mutant.parts, threads=1) as playing:
        with pytest.raises(Broken) as broken:
            playing.play_many(within, first)
        told = f"caught in life {len(playing.lives)}: {broken.value.promise}"
    record(f"mutant that {mutant.name}", told)
    assert broken.value.promise in mutant.breaks


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda each: each.name)
def test_a_mutant_is_caught(mutant: Mutant, record_property: Callable[[str, object], None]) -> None:
    """By one of the promises that it breaks."""
    _check_caught(mutant, WITHIN, mutant.first, record_property)


@pytest.mark.nightly
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda each: each.name)
def test_a_mutant_is_caught_in_any_lives(
    mutant: Mutant, record_property: Callable[[str, object], None]
) -> None:
    """Also in lives that nobody has chosen, though it may take many."""
    _check_caught(mutant, WITHIN_A_NIGHT, OTHERS, record_property)
