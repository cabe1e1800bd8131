"""The rules for characters that people do not see or take for others: one function each."""

import re
import unicodedata
from collections.abc import Callable, Iterator

from jsms_sync.definitions.written import Written
from jsms_sync.model.resources import Problem

# What texts are made of: ASCII, Chinese, their punctuation, and a few signs. Anything else is looked at.
_ODD = re.compile(
    "[^\n -~\u3000-\u301f\u3400-\u4dbf\u4e00-\u9fff"
    "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff5e\uffe5“”‘’…—–·•×÷°±℃№→]"
)
# Format and control characters, selectors, fillers, and spaces that are none of the two usual ones.
_INVISIBLE = re.compile(
    "[\0-\x09\x0b-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    "\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]|(?<![\u2190-\u2bff\U0001f000-\U0001faff])[\ufe00-\ufe0f]"
)
# Pictures, stars and ornaments; ○ stays out, because it is written for zero in years.
_SYMBOLS = re.compile("[\u2580-\u25ca\u25cc-\u27bf\u2b00-\u2bff\u203b\u3030\ufffd\U0001f000-\U0001faff]")

_TWINS = {
    **dict(zip("АВЕЅІЈКМНОРСТУХаеорсухѕіјһӏԁԛԝ", "ABESIJKMHOPCTYXaeopcyxsijhldqw", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονιρ", "ABEZHIKMNOPTYXovip", strict=True)),
}
_LETTERS = "".join(_TWINS)
_FULL_WIDTH = "０-９Ａ-Ｚａ-ｚ"
# Mathematical letters, Kangxi radicals and compatibility ideographs: never typed, often pasted.
_DISGUISED = "\U0001d400-\U0001d7ff\u2f00-\u2fd5\uf900-\ufaff"
_LOOKALIKE = re.compile(f"[{_LETTERS}{_FULL_WIDTH}{_DISGUISED}]")
_ALWAYS = re.compile(f"[{_DISGUISED}]")
_WORD = re.compile(rf"[A-Za-z0-9{_LETTERS}{_FULL_WIDTH}]+")
_LINK_OR_VARIABLE = re.compile(
    r"(?:https?:|www\.)[^\s\u3000-\u303f\u3400-\u9fff，。！？；（）]+|\{\{[^{}]*\}\}"
)


def has_odd_characters(text: Written) -> bool:
    """Whether any rule about characters could have something to say: one search instead of many."""
    return _ODD.search(text.content) is not None


def invisible_characters(text: Written) -> Iterator[Problem]:
    """What nobody sees tells words apart that look the same; JSMS takes no special symbols (50052, 50054)."""
    found = _INVISIBLE.finditer(text.content)
    yield from _told(text, "invisible-character", ((m.start(), m[0]) for m in found), lambda _: "")


def special_symbols(text: Written) -> Iterator[Problem]:
    """JSMS takes no special symbols (50052, 50054); which ones they are is not documented."""
    found = _SYMBOLS.finditer(text.content)
    yield from _told(text, "special-symbol", ((m.start(), m[0]) for m in found), lambda _: "")


def lookalikes(text: Written) -> Iterator[Problem]:
    """A letter of another script in a word, a link or a variable's name looks right and is not."""
    content = text.content
    places = [(m.start(), m[0]) for m in _LOOKALIKE.finditer(content)]
    if places:
        suspect = set(_suspect(content))
        found = [(i, c) for i, c in places if i in suspect or _ALWAYS.match(c)]
        yield from _told(text, "lookalike-character", found, lambda c: f": it looks like `{_twin(c)}`")


def _suspect(content: str) -> Iterator[int]:
    """The characters of links and variables, and of words that mix scripts."""
    for found in _LINK_OR_VARIABLE.finditer(content):
        yield from range(*found.span())
    for found in _WORD.finditer(content):
        word = found[0]
        has_letter = re.search("[A-Za-z]", word)
        for index, character in enumerate(word, found.start()):
            # 5А with a Cyrillic А is a flat in a Russian address, 5Ｇ is a slip of the keyboard.
            if has_letter or (character not in _TWINS and re.search("[0-9]", word)):
                yield index


def _twin(character: str) -> str:
    return _TWINS.get(character) or unicodedata.normalize("NFKC", character)


def _told(
    text: Written,
    code: str,
    found: Iterator[tuple[int, str]] | list[tuple[int, str]],
    more: Callable[[str], str],
) -> Iterator[Problem]:
    """One problem for each of the characters, at the first place of it."""
    places: dict[str, list[int]] = {}
    for index, character in found:
        places.setdefault(character, []).append(index)
    for character, indices in places.items():
        name = unicodedata.name(character, "a control character")
        which = f"character {indices[0] + 1} of the text"
        which += f" and {len(indices) - 1} more" if len(indices) > 1 else ""
        message = f"`content` of {text.entry.address} holds U+{ord(character):04X} ({name}), {which}"
        yield text.problem(code, message + more(character), text.at(indices[0]))
