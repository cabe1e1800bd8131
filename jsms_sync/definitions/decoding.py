"""Bytes of a file made text, without any character that a reader could silently change."""

import re

from jsms_sync.definitions.codes import problem
from jsms_sync.model.resources import Position, Problem

_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
# YAML 1.1 readers take NEL, LS and PS for line breaks and YAML 1.2 does not (YAML 1.2.2 §5.4);
# control characters and non-characters are outside what either may hold (§5.1).
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_BREAK = re.compile(r"\r\n|\r|\n")


def decode(file: str, data: bytes) -> str | Problem:
    """The text of the file, a byte order mark of UTF-8 taken away; or why it is none."""
    body = data.removeprefix(_BOM)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf_8(file, body, error.start)
    found = FORBIDDEN.search(text)
    if found is None:
        return text
    message = f"the invisible character U+{ord(found[0]):04X} stands here"
    return problem("invalid-character", place_in(file, text, found.start()), message)


def place_in(file: str, text: str, index: int) -> Position:
    """The position of the character at that index."""
    breaks = [found.end() for found in _BREAK.finditer(text, 0, index)]
    return Position(file, len(breaks) + 1, index - (breaks[-1] if breaks else 0) + 1)


def lines_of(text: str) -> list[str]:
    """The lines of the text without their ends, broken where YAML and CSV break them."""
    return _BREAK.split(text) if "\r" in text else text.split("\n")


def _not_utf_8(file: str, body: bytes, index: int) -> Problem:
    before = body[:index].decode("utf-8")
    position = place_in(file, before, len(before))
    if body.startswith(_WIDE_BOMS):
        return problem("not-utf-8", position, "the file is UTF-16, not UTF-8")
    return problem("not-utf-8", position, f"the byte 0x{body[index]:02x} is not UTF-8")
