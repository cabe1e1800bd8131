"""Lives of a team, made up by Hypothesis: in none of them is a promise broken."""

from collections.abc import Callable

import pytest
from play import player

EVERY_DAY, NIGHTLY, SHARDS = 40, 2000, 20
PLAYED = "lives played"
"""The property by which a report says how many there were."""


def _play(lives: int, record: Callable[[str, object], None]) -> None:
    with player() as playing:
        try:
            playing.play_many(lives)
        finally:
            record(PLAYED, len(playing.lives))


def test_no_promise_is_broken(record_property: Callable[[str, object], None]) -> None:
    """Whatever people, auditors, wire, disk and clock do, and however often an apply is killed."""
    _play(EVERY_DAY, record_property)


@pytest.mark.nightly
@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_promise_is_broken_in_many_lives(
    record_property: Callable[[str, object], None], shard: int
) -> None:
    """The same for a night; in shards, so that every core has some."""
    _play(NIGHTLY // SHARDS, record_property)
