"""Texts as YAML that every reader reads back as the same text, in the style that is easiest on the eye."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from yaml import ScalarNode
from yaml.resolver import Resolver

from jsms_sync.definitions.scalars import is_ambiguous, plain

_ESCAPES = {"\n": r"\n", "\r": r"\r", "\t": r"\t", '"': r"\"", "\\": r"\\"}
# Control and format characters, halves, line and paragraph separators, private and unassigned ones.
_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"})
_JOINER = "\u200d"
"""Part of many emoji, so that it stays as it is."""
_EDGE = re.compile(r"^\s|\s$")
_INDICATORS = "-?:,[]{}#&*!|>'\"%@`=~<"
_IN_FLOW = re.compile(r"[,:?#\[\]{}]")


def scalar(text: str, *, in_flow: bool = False) -> str:
    """The text on one line: without quotes where no reader could mistake it, else in quotes."""
    if _is_plain(text) and not (in_flow and _IN_FLOW.search(text)):
        return text
    if ('"' in text or "\\" in text) and _is_printable(text):
        return "'" + text.replace("'", "''") + "'"
    return quoted(text)


def quoted(text: str) -> str:
    """The text in double quotes, on one line, as JSON readers understand it too."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def literal(text: str) -> Sequence[str] | None:
    """The lines below a `|-`, without indentation; None where a block would not keep the text in sight.

    Blanks at either end of a line, and line breaks at either end of the text, are nothing to trust an editor
    with, and the reader drops trailing line breaks of blocks (contract §4).
    """
    lines = text.split("\n")
    if len(lines) < 2 or not lines[0] or not lines[-1]:
        return None
    kept = all(_is_printable(line) and not _EDGE.search(line) for line in lines)
    return lines if kept else None


def _is_plain(text: str) -> bool:
    if not text or text[0] in _INDICATORS or not _is_printable(text) or _EDGE.search(text):
        return False
    if ": " in text or " #" in text or text.endswith(":") or text.startswith(("---", "...")):
        return False
    return isinstance(plain(text), str) and not is_ambiguous(text) and _is_text_in_yaml_1_1(text)


def _is_text_in_yaml_1_1(text: str) -> bool:
    """Many readers are of that version, and take `no`, `12:30:00` and dates for something else."""
    resolver: Any = Resolver()
    return bool(resolver.resolve(ScalarNode, text, (True, False)) == "tag:yaml.org,2002:str")


def _is_printable(text: str) -> bool:
    return all(character == _escaped(character) or character in '"\\' for character in text)


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character == _JOINER or unicodedata.category(character) not in _UNSHOWN:
        return character
    # JSON has no escape for what lies beyond, and all of it may stand in a file.
    return f"\\u{ord(character):04x}" if character < "\U00010000" else character
