"""The text of a message: its variables, its length and its billed parts, as JSMS counts them."""

import math
import re

VARIABLE = re.compile(r"\{\{([A-Za-z0-9]+(?:_[A-Za-z0-9]+)*)\}\}")

SINGLE_PART = 70
LONG_PART = 67
OPT_OUT = "拒收请回复R"
"""What the platform appends to marketing texts (`jsms-api.md §9` row 23)."""
UNKNOWN_SIGNATURE = 10
"""The length assumed for a signature of unknown text: 8 characters and its brackets (`jsms-api.md §11`)."""


def variables(content: str) -> tuple[str, ...]:
    """The names of the template's variables, each once, in order of appearance (`jsms-api.md §11`)."""
    return tuple(dict.fromkeys(VARIABLE.findall(content)))


def length(text: str) -> int:
    """The characters JSMS counts: each is 1, a newline 2 (`jsms-api.md §11`)."""
    return len(text) + text.count("\n")


def signature_length(text: str | None) -> int:
    """The characters of 【signature】, brackets included; the longest there can be where it is not known."""
    return UNKNOWN_SIGNATURE if text is None else length(text) + len("【】")


def parts(characters: int) -> int:
    """The billed parts of a message of that length: one up to 70 characters, else one per 67."""
    return 1 if characters <= SINGLE_PART else math.ceil(characters / LONG_PART)
