"""Secrets, numbers and values never show what they hold, however they are turned into text."""

import copy
import json
import pickle
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jsms_sync.model.privacy import Mobile, Params, Secret, mask

NUMBER, VALUE = "13812345678", "hunter2"
PRIVATE = [Secret(VALUE), Mobile(NUMBER), Params({"name": VALUE})]


@pytest.mark.parametrize("private", PRIVATE, ids=lambda private: type(private).__name__)
@pytest.mark.parametrize("shown", [repr, str, "{}".format, "{!s}".format, "%s".__mod__, ascii])
def test_text_never_shows_what_is_private(private: object, shown: Callable[[object], str]) -> None:
    """Neither by repr, nor by str, nor by any way of formatting, nor inside another value."""
    for text in (shown(private), shown([private]), shown({"it": private})):
        assert VALUE not in text
        assert "1234" not in text


@pytest.mark.parametrize("private", PRIVATE, ids=lambda private: type(private).__name__)
@pytest.mark.parametrize(
    "turned", [pickle.dumps, copy.deepcopy, json.dumps, msgspec.json.encode, msgspec.to_builtins, vars]
)
def test_what_is_private_cannot_be_turned_into_data(
    private: object, turned: Callable[[object], object]
) -> None:
    """It cannot be pickled, copied out or encoded; only `reveal` gives it away."""
    with pytest.raises(TypeError):
        turned(private)


def test_reveal_is_the_way_out() -> None:
    """What went in comes out, and changing the copy changes nothing."""
    assert Secret(VALUE).reveal() == VALUE
    assert Mobile(NUMBER).reveal() == NUMBER
    params = Params({"name": VALUE})
    params.reveal()["name"] = "other"
    assert params.reveal() == {"name": VALUE}
    assert Params().reveal() == {}


@pytest.mark.parametrize(
    ("one", "same", "other"),
    [
        (Secret("a"), Secret("a"), Secret("b")),
        (Mobile("1"), Mobile("1"), Mobile("2")),
        (Params({"a": "1", "b": "2"}), Params({"b": "2", "a": "1"}), Params({"a": "1"})),
        (Secret("1"), Secret("1"), Mobile("1")),
        (Mobile("1"), Mobile("1"), "1"),
        (Params({}), Params(), {}),
    ],
)
def test_private_values_can_be_compared_and_looked_up(one: object, same: object, other: object) -> None:
    """Equal values are equal and found in a set; another value, or another type, is not."""
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert {one, same} == {one}


@pytest.mark.parametrize(
    ("digits", "shown"),
    [
        ("13812345678", "138****5678"),
        ("8613812345678", "86138****5678"),
        ("8613812345678" * 3, "861381****5678"),
        ("1381234567", "********67"),
        ("12345", "***45"),
        ("1234", "****"),
        ("", "****"),
    ],
)
def test_a_number_is_shown_as_little_as_helps(digits: str, shown: str) -> None:
    """A whole number shows three and four digits, a piece of one at most its last two."""
    assert mask(digits) == repr(Mobile(digits)) == shown


@given(st.text("0123456789", min_size=1, max_size=20))
def test_a_mask_always_hides_something(digits: str) -> None:
    """No number is ever shown whole."""
    assert digits not in mask(digits)


def test_params_show_their_names_alone() -> None:
    """The names come from the template, so they are not private."""
    params = Params({"name": VALUE, "code": "1"})
    assert repr(params) == "Params(name=…, code=…)"
    assert params.names == {"name", "code"}


def test_params_are_filled_in_and_narrowed() -> None:
    """Own values go over defaults, and what the text has no variable for is left out."""
    params = Params({"name": "a"}).over(Params({"name": "b", "shop": "c"}))
    assert params == Params({"name": "a", "shop": "c"})
    assert params.only(["shop", "unknown"]) == Params({"shop": "c"})
