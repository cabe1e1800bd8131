"""The error tree and the one exit code that is left of many."""

from collections.abc import Iterator
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jsms_sync import errors
from jsms_sync.errors import PRECEDENCE, Exit, JsmsSyncError, fold

CONTRACT = [Exit(number) for number in (8, 6, 7, 9, 1, 5, 3, 4, 2, 0)]


def every(kind: type[JsmsSyncError] = JsmsSyncError) -> Iterator[type[JsmsSyncError]]:
    """The class and all below it."""
    yield kind
    for below in kind.__subclasses__():
        if below.__module__ == errors.__name__:
            yield from every(below)


def test_the_precedence_is_that_of_the_contract() -> None:
    """8, 6, 7, 9, 1, 5, 3, 4, 2, 0 in that order (contract §2), and every other code has its place too."""
    assert [exit for exit in PRECEDENCE if exit in CONTRACT] == CONTRACT
    assert sorted(PRECEDENCE) == sorted(Exit)


@pytest.mark.parametrize("number", range(len(CONTRACT) - 1))
def test_of_two_codes_the_earlier_counts(number: int) -> None:
    """Whichever of them comes first."""
    for pair in permutations(CONTRACT[number : number + 2]):
        assert fold(pair) is CONTRACT[number]


@given(st.lists(st.sampled_from(Exit)))
def test_folding_is_blind_to_order_and_repetition(exits: list[Exit]) -> None:
    """And nothing at all is 0."""
    assert fold(exits) is fold(reversed(exits)) is fold([*exits, *exits]) is fold([fold(exits)])
    assert fold([]) is Exit.DONE


@pytest.mark.parametrize("kind", list(every()), ids=lambda kind: kind.__name__)
def test_every_error_stands_in_the_tree_with_its_code(kind: type[JsmsSyncError]) -> None:
    """The page opens with a tree of all classes; each has a sentence, an exit code and a word for scripts."""
    assert errors.__doc__ is not None
    assert kind.__name__ in errors.__doc__
    assert kind.__doc__
    assert kind.exit in Exit
    assert kind.code == kind.code.lower().strip()


def test_an_error_tells_what_happened_and_what_to_do() -> None:
    """The message is its text; the help and another code are given with it."""
    error = errors.InvalidInput("no such file", help="check the path", code="unreadable-file")
    assert (str(error), error.message, error.help) == ("no such file", "no such file", "check the path")
    assert (error.code, error.exit) == ("unreadable-file", Exit.INVALID)
    assert errors.InvalidInput("x").code == "invalid-input"
    assert errors.InvalidInput("x").help == ""


def test_what_jsms_says_comes_with_its_number_and_status() -> None:
    """A refusal knows both, a doubt may know the status; refused credentials have a code of their own."""
    refusal = errors.ApiRefusal(50014, 403, "no money", help="top it up")
    assert (refusal.number, refusal.http_status, refusal.exit) == (50014, 403, Exit.FAILED)
    assert refusal.retried is False
    assert errors.CredentialsRefusal(50002, 401, "auth failed").exit is Exit.CREDENTIALS
    assert errors.InDoubt("cut", http_status=502).http_status == 502
    assert errors.NotSent("refused").http_status is None
