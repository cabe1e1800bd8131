"""Words from the user's files as messages may show them, and what the user may have meant."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from jsms_sync.model.privacy import mask

_DIGITS = re.compile(r"[0-9]{7,}")
_LONGEST = 60


def shown(text: str) -> str:
    """The text on one line, cut short, with every run of digits that could be a number masked."""
    flat = " ".join(text.split())
    masked = _DIGITS.sub(lambda run: mask(run[0]), flat)
    return masked if len(masked) <= _LONGEST else masked[: _LONGEST - 1] + "…"


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, if one is near."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    near = get_close_matches(word.strip().casefold().replace(" ", "-"), by_folded, n=1, cutoff=0.7)
    return by_folded[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean …?`, or nothing when no known word is near."""
    near = closest(word, known)
    return f"did you mean `{near}`?" if near else ""


def quoted(words: Iterable[str]) -> str:
    """The words in backticks, with commas between them."""
    return ", ".join(f"`{word}`" for word in words)


_OWN_PARTS = {"templates": "template", "campaigns": "campaign"}


def subject(path: tuple[str | int, ...]) -> str:
    """What stands at the path, in words: `ttl` of template.login-code."""
    owner, rest = _owner(path)
    keys = [str(step) for step in rest if isinstance(step, str)]
    numbers = [step for step in rest if isinstance(step, int)]
    if numbers and not owner:
        return f"entry {numbers[-1] + 1} of `{shown('.'.join(keys))}`"
    if numbers:
        owner, keys = f"recipient {numbers[0] + 1} of {owner}", keys[1:]
    if not keys:
        return owner
    name = f"`{shown('.'.join(keys))}`"
    return f"{name} of {owner}" if owner else name


def _owner(path: tuple[str | int, ...]) -> tuple[str, tuple[str | int, ...]]:
    match path:
        case (("templates" | "campaigns") as section, str(name), *rest):
            return f"{_OWN_PARTS[section]}.{shown(name)}", tuple(rest)
        case ():
            return "the file", ()
        case _:
            return "", path


_NO_DIGIT = re.compile(r"[^0-9]")
MOBILE = re.compile(r"1[3-9][0-9]{9}")
"""A mainland number (`jsms-api.md §11`)."""


def mobile_shown(written: str) -> str:
    """What stands where a number is wanted, as far as a message may show it."""
    if not written:
        return "empty"
    digits = _NO_DIGIT.sub("", written)
    return f"`{mask(digits)}`" if len(digits) in range(10, 15) else f"this ({len(written)} characters)"


def mobile_help(written: str) -> str:
    """How to write the number, when one can be seen in the text."""
    digits = _NO_DIGIT.sub("", written)
    number = digits.removeprefix("00").removeprefix("86")
    if digits != written and MOBILE.fullmatch(number):
        return f"write {mask(number)}, its 11 digits only: no +86, spaces or hyphens"
    return ""
