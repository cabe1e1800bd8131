"""What a report may emphasise, handed in so that reports know no terminal."""

from collections.abc import Callable

Paint = Callable[[str, str], str]
"""A role and a text → the text as it is shown."""


def plain(role: str, text: str) -> str:
    """The text as it is."""
    return text


COLOURS = {
    "create": "32",
    "modify": "33",
    "replace": "33",
    "delete": "31",
    "retire": "31",
    "forget": "90",
    "record": "36",
    "held": "35",
    "refused": "1;31",
    "done": "32",
    "skipped": "35",
    "failed": "1;31",
    "unknown": "1;31",
    "error": "1;31",
    "warning": "33",
    "removed": "31",
    "added": "32",
    "dim": "90",
    "strong": "1",
}


def coloured(role: str, text: str) -> str:
    """The text in the colours of a terminal; every role is told in words or signs as well."""
    return f"\x1b[{COLOURS[role]}m{text}\x1b[0m" if role in COLOURS else text
