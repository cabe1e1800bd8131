"""Phone numbers as files write them: made the 11 digits that JSMS takes, and keys to compare them by."""

import re
import sys
from array import array
from collections.abc import Sequence

from jsms_sync.definitions.wording import MOBILE

_NOISE = re.compile(r"[\s\u200b\u2010-\u2015\uff0d-]+")
"""White space, also without width, and hyphens and dashes, also of full width."""
_PREFIX = re.compile(r"(?:\+|00)?86(?=1[3-9][0-9]{9}$)")
_FULL_WIDTH = {ord("０") + digit: str(digit) for digit in range(10)} | {ord("＋"): "+"}
_SECOND = "3456789"
LENGTH = 11
"""Digits of a number."""
_PADDING = "00000"
"""With it a number is 16 digits, which as hexadecimal are 8 bytes."""
_BETWEEN = f"\n{_PADDING}"
"""White space between bytes is nothing to `fromhex`, and shows here that all numbers have their length."""


def normalised(written: str) -> str:
    """The number without what spreadsheets put around it: +86, spaces, hyphens, digits of full width."""
    return _PREFIX.sub("", _NOISE.sub("", written.translate(_FULL_WIDTH)))


def keys_of(mobiles: Sequence[str]) -> "array[int] | None":
    """A key for each number; None unless all of them are written just as JSMS takes them."""
    if not mobiles:
        return array("Q")
    joined, step, ends = _BETWEEN.join(mobiles), LENGTH + len(_BETWEEN), "\n" * (len(mobiles) - 1)
    if joined.count("\n") != len(ends) or joined[LENGTH::step] != ends:
        return None
    if len(joined) != step * len(mobiles) - len(_BETWEEN) or not joined.isascii():
        return None
    if joined[::step].strip("1") or joined[1::step].strip(_SECOND):
        return None
    return array("Q", bytes.fromhex(_PADDING + joined)) if joined.replace("\n", "").isdecimal() else None


def number_of(key: int) -> str:
    """The number whose key that is."""
    return key.to_bytes(8, sys.byteorder).hex().removeprefix(_PADDING)


def key_of(mobile: str) -> int | None:
    """The key of a number; None where it is not one."""
    return array("Q", bytes.fromhex(_PADDING + mobile))[0] if MOBILE.fullmatch(mobile) else None
