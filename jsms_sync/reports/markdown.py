"""Words and values for Markdown that others render: shown whatever they hold, and never obeyed."""

import re

from jsms_sync.reports.words import visible

SPECIAL = re.compile(r"[\\`*_\[\]<>&|~$#@!^%{}]|:(?=\S)")
"""What Markdown, HTML, or a code host's own references begin with."""
START = re.compile(r"[-+=]|[0-9]+[.)]")
"""What would begin a list, or underline a heading, at the start of a block."""
APART = "&#8203;"
"""A space of no width: code hosts look for @names, #numbers and links in what was rendered already."""
REFERS = frozenset("@#!~$%&:^")
WORDS = re.compile(r"(?i)\b(www(?=\.)|GH-(?=\d))")
QUOTED = re.compile("(`[^`]+`)")


def prose(value: object) -> str:
    """The value as part of a sentence, on one line; what stands in backticks is code."""
    pieces = QUOTED.split(" ".join(visible(value).split()))
    return "".join(code(piece[1:-1]) if index % 2 else _words(piece) for index, piece in enumerate(pieces))


def _words(text: str) -> str:
    told = WORDS.sub(lambda word: word[0] + APART, "".join(_shown(text, i) for i in range(len(text))))
    return f"&#{ord(text[0])};{told[1:]}" if START.match(text) else told


def _shown(text: str, index: int) -> str:
    character, following = text[index], text[index + 1 : index + 2]
    if not SPECIAL.match(text, index) or _is_of_a_time(text, index):
        return character
    refers = character in REFERS and following.strip()
    return f"&#{ord(character)};{APART if refers else ''}"


def _is_of_a_time(text: str, index: int) -> bool:
    around = text[max(index - 1, 0) : index], text[index + 1 : index + 2]
    return text[index] == ":" and all("0" <= each <= "9" for each in around)


def code(value: object) -> str:
    """The value letter by letter, on one line; code hosts look for no references in it."""
    text = visible(value)
    if not text:
        return "*(empty)*"
    fence = "`" * (longest_run(text) + 1)
    padded = text[0] == "`" or text[-1] == "`" or (text[0] == " " == text[-1] and text.strip())
    return f"{fence} {text} {fence}" if padded else f"{fence}{text}{fence}"


def block(text: str, language: str) -> str:
    """Lines of code, whatever backticks they hold."""
    fence = "`" * max(longest_run(text) + 1, 3)
    return f"{fence}{language}\n{text}\n{fence}"


def longest_run(text: str) -> int:
    """How many backticks stand next to each other at most."""
    return max(map(len, re.findall("`+", text)), default=0)


def size(text: str) -> int:
    """The characters as code hosts count them: those beyond the first plane count 2."""
    return len(text) + sum(character > "\uffff" for character in text)
