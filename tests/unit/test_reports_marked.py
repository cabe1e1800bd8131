"""What changed in a text, character by character, and on lines of a terminal."""

import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jsms_sync.reports.columns import CLOSING, HELD_SPACE, WIDTH, cells, columns, hung, lines
from jsms_sync.reports.marked import MOST, Segment, compared, is_partial
from jsms_sync.reports.paint import coloured, plain
from jsms_sync.reports.plan_fields import field_lines

TEXTS = st.text(st.sampled_from("您好，订单已发出。{}ab1 \n￥😀"), max_size=40)


def marks(before: str, after: str) -> list[str]:
    """Both texts with brackets round what changed; a text without a mark changed as a whole."""
    found = compared(before, after)
    return ["".join(f"[{s.text}]" if s.changed and is_partial(t) else s.text for s in t) for t in found]


@pytest.mark.parametrize(
    ("before", "after", "marked"),
    [
        ("因天气推迟送达。", "因大雪推迟送达。", ["因[天气]推迟送达。", "因[大雪]推迟送达。"]),
        ("已发出。", "已发出，请查收。", ["已发出。", "已发出[，请查收]。"]),
        ("您好，{{name}}！", "您好，{{nick}}！", ["您好，[{{name}}]！", "您好，[{{nick}}]！"]),
        ("2027-03-01 10:00", "2027-03-01 11:00", ["2027-03-01 [10]:00", "2027-03-01 [11]:00"]),
        ("甲乙丙丁戊己庚", "甲子丙丑戊己庚", ["甲[乙丙丁]戊己庚", "甲[子丙丑]戊己庚"]),
        ("notification", "marketing", ["notification", "marketing"]),
        ("春", "完全不同的一句话", ["春", "完全不同的一句话"]),
        ("same", "same", ["same", "same"]),
        ("", "new", ["", "new"]),
    ],
)
def test_what_changed_is_marked_in_both_texts(before: str, after: str, marked: list[str]) -> None:
    """Variables, words and numbers change as a whole; texts with little in common are not marked at all."""
    assert marks(before, after) == marked


@given(TEXTS, TEXTS)
def test_the_stretches_of_a_text_are_the_text(before: str, after: str) -> None:
    """Nothing is lost, added or empty, and neighbours differ in whether they changed."""
    for text, segments in zip((before, after), compared(before, after), strict=True):
        assert "".join(segment.text for segment in segments) == text
        assert all(a.changed != b.changed for a, b in pairwise(segments))
    kept = [tuple(s.text for s in segments if not s.changed) for segments in compared(before, after)]
    assert "".join(kept[0]) == "".join(kept[1])


def test_nobody_waits_for_the_comparison_of_giant_texts() -> None:
    """Beyond the length of any text that JSMS takes, all of it counts as changed."""
    giant = "长" * (MOST + 1)
    assert compared(giant, giant) == ((Segment(giant, True),), (Segment(giant, True),))


def field(before: object, after: object) -> dict[str, Any]:
    """A field as it stands in a document."""
    return {"path": "content", "before": before, "after": after}


def test_marks_are_brackets_with_and_without_colours() -> None:
    """What is red or green stands between brackets too, so that no meaning is in a colour alone."""
    change = field("因天气推迟送达。", "因大雪推迟送达。")
    told = list(field_lines(change, "replace", plain))
    assert told == [
        "    content:",
        "      before  因⟦天气⟧推迟送达。",
        "      after   因⟦大雪⟧推迟送达。",
    ]
    painted = "\n".join(field_lines(change, "replace", coloured))
    assert "\x1b[31m⟦天气⟧\x1b[0m" in painted
    assert "\x1b[32m⟦大雪⟧\x1b[0m" in painted
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == "\n".join(told)


@given(before=TEXTS, after=TEXTS, name=st.sampled_from(["content", "remark"]))
def test_fields_fit_a_terminal_and_hold_no_control_character(before: str, after: str, name: str) -> None:
    """No line of a field is wider than 80 columns, Chinese characters counted as two."""
    for line in field_lines({"path": name, "before": before * 5, "after": after * 5}, "replace", plain):
        assert columns(line) <= WIDTH
        assert line.isprintable()


def test_long_texts_hang_and_commands_stay_whole() -> None:
    """Further lines begin where the first text began, and what stands in backticks is not broken."""
    told = hung("Note: ", "您的订单" * 9 + " run `jsms-sync apply --auto-approve` to carry it out")
    first, second = told.split("\n")
    assert first == "Note: " + "您的订单" * 9
    assert second == "      run `jsms-sync apply --auto-approve` to carry it out"


@pytest.mark.parametrize(
    ("text", "count"), [("您" * 39, 1), ("您" * 39 + "a", 2), ("a" * 78, 1), ("a" * 77 + "您", 2)]
)
def test_a_line_is_as_wide_as_the_terminal(text: str, count: int) -> None:
    """80 columns are on one line, 81 are not."""
    assert len(hung("  ", text).split("\n")) == count
    assert hung("  ", "a\nb") == "  a\n  b"


@pytest.mark.parametrize("before", ["", "您" * 39])
def test_a_held_space_is_told_as_a_space(before: str) -> None:
    """On a line that fits as on one that is broken."""
    assert hung("  ", f"{before}a{HELD_SPACE}b").endswith("  a b")


@given(st.text(st.sampled_from("您好，。！ab ⟧"), max_size=200), st.integers(10, 60))
def test_lines_lose_nothing_but_spaces(text: str, room: int) -> None:
    """Whatever is broken into lines is all there, and each line fits."""
    told = ["".join(cell.text for cell in line) for line in lines(cells(text, "", room), room)]
    assert "".join(told).replace(" ", "") == text.replace(" ", "")
    assert all(columns(line) <= room for line in told)


@pytest.mark.parametrize("closing", CLOSING)
def test_nothing_closing_begins_a_line(closing: str) -> None:
    """Closing punctuation takes what it closes along to the next line, several of them too."""
    for tail in (closing, closing * 2):
        broken = list(lines(cells("一" * 9 + "二" + tail, "", 20), 20))
        assert "".join(cell.text for cell in broken[-1]).startswith("二")


def test_a_line_of_nothing_but_closing_characters_is_broken_somewhere() -> None:
    """What cannot be kept together is not."""
    assert ["".join(c.text for c in line) for line in lines(cells("。" * 11, "", 20), 20)] == [
        "。" * 10,
        "。",
    ]
