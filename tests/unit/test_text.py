"""The text of a message: variables, length, parts (`jsms-api.md §11`)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jsms_sync.model.text import length, parts, variables


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("", ()),
        ("您的验证码是{{code}}", ("code",)),
        ("{{b}}{{a}}{{b}}", ("b", "a")),
        ("{{order_no}} {{A1}}", ("order_no", "A1")),
        ("{{ code }} {{}} {{a-b}} {{_a}} {code} {{a_}}", ()),
        ("{{{code}}}", ("code",)),
    ],
)
def test_variables_are_named_once_in_order(content: str, names: tuple[str, ...]) -> None:
    """A variable is letters and digits between two braces on each side."""
    assert variables(content) == names


@pytest.mark.parametrize(("text", "counted"), [("", 0), ("abc", 3), ("极光", 2), ("a\nb", 4), ("\n", 2)])
def test_every_character_counts_one_and_a_newline_two(text: str, counted: int) -> None:
    """Whatever the script."""
    assert length(text) == counted


@pytest.mark.parametrize(
    ("characters", "billed"), [(0, 1), (1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)]
)
def test_parts_at_their_borders(characters: int, billed: int) -> None:
    """One up to 70, else one per 67."""
    assert parts(characters) == billed


@given(st.integers(0, 5000))
def test_a_longer_text_never_has_fewer_parts(characters: int) -> None:
    """And never more than one more."""
    assert parts(characters) <= parts(characters + 1) <= parts(characters) + 1
