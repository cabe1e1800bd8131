"""Small things that every text report says the same way."""

import unicodedata

LONGEST = 400


def one_line(value: object) -> str:
    """The value on one line: line breaks as ⏎, nothing that could move a terminal's cursor."""
    text = visible(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def visible(value: object) -> str:
    """The whole value on one line, everything in it for the eye: what others wrote must not move a cursor."""
    text = as_written(value)
    return text if text.isprintable() else "".join(map(_shown, text))


def as_written(value: object) -> str:
    """The value as people write it in YAML: `true`, and not `True`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown(character: str) -> str:
    if character == "\n":
        return "⏎"
    # Control, format (bidirectional marks among them), surrogate and private characters.
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
        return f"\\u{ord(character):04x}"
    return character


def china_minute(iso: str) -> str:
    """A time of a document, which is in China time, as people read it: to the minute."""
    return iso[:16].replace("T", " ")


def each(fewest: int | None, most: int | None) -> str:
    """How many parts one message has: `2 each`, `1 to 3 each`; one each, or unknown, goes without saying."""
    if fewest is None or most is None or most == 1:
        return ""
    return f" ({fewest} each)" if fewest == most else f" ({fewest} to {most} each)"


def count(number: int, one: str, many: str) -> str:
    """The number with its word."""
    return f"{number:,} {one if number == 1 else many}"
