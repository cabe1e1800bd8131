"""Lives of a team, made up by Hypothesis: in none of them is a promise broken."""

from collections.abc import Callable

import pytest
from play import player

pytestmark = pytest.mark.no_cover

EVERY_DAY, NIGHTLY = 40, 2000
DAILY_SHARDS, NIGHTLY_SHARDS = 4, 20
"""So that every core has some of them."""
PLAYED = "lives played"
"""The property by which a report says how many there were."""


def _play(lives: int, record: Callable[[str, object], None]) -> None:
    with player() as playing:
        try:
            playing.play_many(lives)
        finally:
            record(PLAYED, len(playing.lives))


@pytest.mark.parametrize("shard", range(DAILY_SHARDS))
def test_no_promise_is_broken(record_property: Callable[[str, object], None], shard: int) -> None:
    """Whatever people, auditors, wire, disk and clock do, and however often an apply is killed."""
    _play(EVERY_DAY // DAILY_SHARDS, record_property)


@pytest.mark.nightly
@pytest.mark.parametrize("shard", range(NIGHTLY_SHARDS))
def test_no_promise_is_broken_in_many_lives(
    record_property: Callable[[str, object], None], shard: int
) -> None:
    """The same for a night."""
    _play(NIGHTLY // NIGHTLY_SHARDS, record_property)
