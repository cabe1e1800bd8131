"""Text on lines of a terminal: the columns of a character, and where a line may end."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

WIDTH = 80
"""The columns of a terminal that nobody has made wider."""
CLOSING = tuple("，。！？；：、）》”’」⟧,.!?;:)")
"""What no line begins with."""
QUOTED = re.compile("`[^`]*`")
HELD_SPACE = "\x1f"
"""Stands for a space at which no line ends; texts that are shown hold no control character of their own."""


class Cell(NamedTuple):
    """Something that stays together on a line, and the role it is painted in."""

    text: str
    role: str
    width: int


def width(character: str) -> int:
    """The columns of a character in a terminal."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def columns(text: str) -> int:
    """The columns of a text in a terminal."""
    return len(text) if text.isascii() else sum(map(width, text))


def cells(text: str, role: str, room: int) -> Iterator[Cell]:
    """Words of ASCII stay together, as far as they fit on a line; anything else may begin one."""
    word = ""
    for character in text:
        if _is_of_word(character) and len(word) < room:
            word += character
            continue
        if word:
            yield Cell(word, role, len(word))
        word = character if _is_of_word(character) else ""
        if not word:
            yield Cell(character, role, width(character))
    if word:
        yield Cell(word, role, len(word))


def _is_of_word(character: str) -> bool:
    return "!" <= character <= "~" or character == HELD_SPACE


def lines(found: Iterable[Cell], room: int) -> Iterator[list[Cell]]:
    """The cells on lines, as phones break them: no line begins with a space or with closing punctuation."""
    line: list[Cell] = []
    taken = 0
    for cell in found:
        if cell.text == "\n":
            yield line
            line, taken = [], 0
        elif taken + cell.width <= room:
            line.append(cell)
            taken += cell.width
        else:
            carried = _carried(line, cell, room)
            yield line[: len(line) - len(carried)]
            line = [] if cell.text == " " else [*carried, cell]
            taken = _width(line)
    yield line


def _carried(line: list[Cell], cell: Cell, room: int) -> list[Cell]:
    """The end of the line that has to go with the cell to the next one, so that nothing closing begins it."""
    index = len(line)
    while index and _closes(line[index] if index < len(line) else cell):
        index -= 1
    fits = _width(line[index:]) + cell.width <= room
    return line[index:] if index and fits else []


def _width(line: Iterable[Cell]) -> int:
    return sum(cell.width for cell in line)


def _closes(cell: Cell) -> bool:
    return bool(cell.text) and all(character in CLOSING for character in cell.text)


def hung(prefix: str, text: str) -> str:
    """The text after its prefix on lines of a terminal, the further ones as far in as the first.

    What stands in backticks, a command say, stays on one line where it fits.
    """
    indent = columns(prefix)
    room = WIDTH - indent
    if columns(text) <= room and "\n" not in text:
        return (prefix + text.rstrip()).replace(HELD_SPACE, " ")
    held = QUOTED.sub(lambda found: found[0].replace(" ", HELD_SPACE), text)
    told = ["".join(cell.text for cell in line).rstrip() for line in lines(cells(held, "", room), room)]
    return "\n".join([prefix + told[0], *(" " * indent + line for line in told[1:])]).replace(HELD_SPACE, " ")
