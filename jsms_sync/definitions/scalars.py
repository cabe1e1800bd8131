"""What a scalar without quotes means, by the core schema of YAML 1.2 and nothing more."""

import math
import re

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER_STARTS = frozenset("0123456789+-.")
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_BASED = re.compile(r"0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")
_AMBIGUOUS = re.compile(r"[-+]?0[0-9]+|\+[0-9]+")


def plain(text: str) -> Scalar:
    """The value of a scalar that was written without quotes (YAML 1.2.2 §10.3.2).

    Dates, `yes`, `12:30:00` and `1_000` are text. So are the infinities, not-a-number and whole
    numbers of more than 18 digits, which no definition can mean, and what `is_ambiguous`.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS or _AMBIGUOUS.fullmatch(text):
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    return _real(text)


def is_ambiguous(text: str) -> bool:
    """Whether YAML readers disagree about the digits: a leading 0 is octal in YAML 1.1, a + may be lost."""
    return text[:1] in _NUMBER_STARTS and _AMBIGUOUS.fullmatch(text) is not None


def _real(text: str) -> Scalar:
    if not _FLOAT.fullmatch(text) or text.lstrip("+-").isdigit():
        return text
    value = float(text)
    return value if math.isfinite(value) else text
