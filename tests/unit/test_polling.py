"""Polite polling: seconds at first, a minute in the end, and never quite in step."""

from dataclasses import dataclass, field
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jsms_sync.cli.polling import FIRST, JITTER, LONGEST, Pace, looks, seen
from jsms_sync.errors import NotSent


@dataclass
class Watch:
    """A clock that only sleeping moves; `slow` seconds go by at each look."""

    chance: float = 0.5
    slow: float = 0
    now: float = 1000
    slept: list[float] = field(default_factory=list)

    @property
    def pace(self) -> Pace:
        """This clock, handed in."""
        return Pace(lambda: self.now, self.sleep, lambda: self.chance)

    def sleep(self, seconds: float) -> None:
        """Time goes by."""
        self.slept.append(seconds)
        self.now += seconds

    def looks(self, timeout: float) -> list[float]:
        """When each look began, each taking its time."""
        found = []
        for gone in looks(self.pace, timeout):
            found.append(gone)
            self.now += self.slow
        return found


def test_pauses_grow_from_seconds_to_a_minute() -> None:
    """The first look comes at once, and nobody asks more often than once a minute in the long run."""
    watch = Watch()
    first = list(islice(looks(watch.pace), 15))
    assert first[0] == 0
    assert watch.slept[0] == FIRST == 2
    assert watch.slept[-1] == LONGEST == 60
    assert watch.slept == sorted(watch.slept)
    assert sum(watch.slept) / len(watch.slept) > 20


@given(st.floats(0, 1, exclude_max=True), st.floats(0, 1000), st.floats(0, 5))
def test_the_last_look_is_at_the_end_of_the_time_out(chance: float, timeout: float, slow: float) -> None:
    """Each pause differs by chance, but not by much, and none goes beyond the end."""
    watch = Watch(chance, slow)
    found = watch.looks(timeout)
    assert found[0] == 0
    assert found[-1] <= timeout + 0.001
    assert found[-1] + slow >= timeout - 0.001
    assert all(later > earlier for earlier, later in pairwise(found))
    for pause, usual in zip(watch.slept[:-1], (2, 3, 4.5, 6.75), strict=False):
        assert abs(pause - usual) <= usual * JITTER + 0.001


@pytest.mark.parametrize("slow", [0, 3])
def test_without_any_time_there_is_one_look(slow: float) -> None:
    """A time-out of 0 asks how it is now."""
    assert Watch(slow=slow).looks(0) == [0]


def test_a_service_that_cannot_be_reached_for_a_while_is_told_and_asked_again() -> None:
    """Looks that succeed are handed on, those that did not are told."""
    answers = iter((1, NotSent("no route"), NotSent("no route"), 4))
    told: list[str] = []
    found = seen(lambda: answer(next(answers)), told.append, Watch().pace)
    assert list(islice(found, 2)) == [(0, 1), (9.5, 4)]
    assert told == ["no route; trying again"] * 2


def answer(what: int | NotSent) -> int:
    """What a look finds, unless it fails."""
    if isinstance(what, NotSent):
        raise what
    return what


def test_a_service_that_was_never_reached_is_an_error() -> None:
    """Nobody waits for a typing error in an address."""
    with pytest.raises(NotSent):
        list(seen(lambda: answer(NotSent("no route")), print, Watch().pace))
