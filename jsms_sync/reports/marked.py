"""Two texts compared character by character, for people who have to see what changed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

TOKEN = re.compile(r"\{\{\w*\}\}|[A-Za-z0-9]+|.", re.DOTALL)
"""What changes as a whole: a variable, a word or number of ASCII, any other character."""
MOST = 1000
"""Of more tokens nothing is marked; the longest text that JSMS takes has a few hundred."""
ALIKE = 0.3
"""Of texts that have less in common the marks would be noise."""


class Segment(NamedTuple):
    """A stretch of a text, and whether the other text lacks it."""

    text: str
    changed: bool


Segments = tuple[Segment, ...]


def compared(before: str, after: str) -> tuple[Segments, Segments]:
    """Both texts in stretches that are in the other one and stretches that are not.

    Texts that have next to nothing in common are each one changed stretch.
    """
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    if max(len(old), len(new)) > MOST:
        return (Segment(before, True),), (Segment(after, True),)
    matched = list(_runs(SequenceMatcher(None, old, new, autojunk=False).get_opcodes(), old, new))
    kept = sum(len(was) for same, was, _ in matched if same)
    if kept < ALIKE * max(len(before), len(after)):
        return (Segment(before, True),), (Segment(after, True),)
    return _joined((was, not same) for same, was, _ in matched), _joined(
        (now, not same) for same, _, now in matched
    )


def is_partial(segments: Segments) -> bool:
    """Whether some of the text changed and some did not, so that marks say something."""
    return len({segment.changed for segment in segments}) > 1


def _runs(
    codes: Sequence[tuple[str, int, int, int, int]], old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[bool, str, str]]:
    """Whether it is the same, what was there, what is there; one character between two changes is chance."""
    for index, (word, i, j, m, n) in enumerate(codes):
        was, now = "".join(old[i:j]), "".join(new[m:n])
        alone = len(was) == 1 and 0 < index < len(codes) - 1
        yield word == "equal" and not alone, was, now


def _joined(stretches: Iterable[tuple[str, bool]]) -> Segments:
    found: list[Segment] = []
    for text, changed in stretches:
        if found and found[-1].changed == changed:
            found[-1] = Segment(found[-1].text + text, changed)
        elif text:
            found.append(Segment(text, changed))
    return tuple(found)
