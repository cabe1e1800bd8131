"""Previews as text: each message in a bubble, as a phone would show it."""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from jsms_sync.planning.preview import Audience, Elsewhere, Message, Piece, Preview, Previews, Role, Sample
from jsms_sync.reports.paint import Paint, plain
from jsms_sync.reports.words import count, visible

INSIDE = 40
"""The columns of a bubble's text."""
ROLES = {
    Role.SIGNATURE: "dim",
    Role.TEXT: "",
    Role.VARIABLE: "strong",
    Role.VALUE: "strong",
    Role.OPT_OUT: "dim",
}
BORDER = "held"
CLOSING = tuple("，。！？；：、）》”’」,.!?;:)")


class Cell(NamedTuple):
    """Something that stays together on a line, and the role it is painted in."""

    text: str
    role: str
    width: int


def preview_text(found: Previews, paint: Paint = plain) -> str:
    """Every template with its message and what its campaigns pay for it."""
    blocks = [*(_preview(one, paint) for one in found.templates), *map(_elsewhere, found.elsewhere)]
    return "\n".join(blocks) or "Nothing is defined.\n"


def _elsewhere(campaign: Elsewhere) -> str:
    return f"{campaign.address} sends template {campaign.temp_id}, whose text is not defined here.\n"


def _preview(one: Preview, paint: Paint) -> str:
    lines = [f"{paint('strong', one.address)} ({one.type.word})"]
    lines += [*_bubble(one.message, paint), f"  {cost(one)}"]
    for audience in one.audiences:
        lines.append(f"  {audience_cost(audience)}")
        for sample in audience.samples:
            lines += ["", f"  {sample_title(sample)}", *_bubble(sample.message, paint)]
    if any(len(message.parts) > 1 for message in _messages(one)):
        lines.append(paint("dim", f"  {marker(2)} stands where the second part begins, and so on."))
    return "".join(f"{line}\n" for line in lines)


def _messages(one: Preview) -> Iterator[Message]:
    yield one.message
    yield from (sample.message for audience in one.audiences for sample in audience.samples)


def cost(one: Preview) -> str:
    """How long the message is, what it costs, and how long its values may be at that price."""
    counted, billed = count(one.message.characters, "character", "characters"), _parts(one.message)
    if not one.variables:
        return f"{counted}: {billed}"
    names = ", ".join(f"{{{{{name}}}}}" for name in one.variables)
    return f"{counted} without the values of {names}: {billed} while these have at most {one.room} together"


def _parts(message: Message) -> str:
    return count(len(message.parts), "part", "parts")


def audience_cost(audience: Audience) -> str:
    """How many recipients a campaign has, and what they cost."""
    few, many = audience.fewest, audience.most
    each = count(many, "part", "parts") if few == many else f"{few} to {many} parts"
    people = count(audience.recipients, "recipient", "recipients")
    return f"{audience.address}: {people}, {each} each, {count(audience.total, 'part', 'parts')} in all"


def sample_title(sample: Sample) -> str:
    """Whose message it is, and its cost."""
    whose = f"{sample.which.value.capitalize()}, to {sample.mobile!r}"
    return f"{whose}: {sample.message.characters} characters, {_parts(sample.message)}"


def marker(part: int) -> str:
    """The sign that stands where the part begins."""
    return f"⟪{part}⟫"


def _bubble(message: Message, paint: Paint) -> Iterator[str]:
    yield f"  ╭{'─' * (INSIDE + 2)}╮"
    for line in _lines(_cells(message)):
        fill = " " * (INSIDE - sum(cell.width for cell in line))
        shown = "".join(paint(cell.role, cell.text) if cell.role else cell.text for cell in line)
        yield f"  │ {shown}{fill} │"
    yield f"  ╰{'─' * (INSIDE + 2)}╯"


def _cells(message: Message) -> Iterator[Cell]:
    for number, part in enumerate(message.parts, 1):
        if number > 1:
            yield Cell(marker(number), BORDER, len(marker(number)))
        for piece in part:
            yield from _of_piece(piece)


def _of_piece(piece: Piece) -> Iterator[Cell]:
    """Words of ASCII stay together; anything else may begin a line."""
    role, word = ROLES[piece.role], ""
    for character in piece.text:
        if "!" <= character <= "~" and len(word) < INSIDE:
            word += character
            continue
        if word:
            yield Cell(word, role, len(word))
        word = character if "!" <= character <= "~" else ""
        if not word:
            yield _single(character, role)
    if word:
        yield Cell(word, role, len(word))


def _single(character: str, role: str) -> Cell:
    if character == "\n":
        return Cell("\n", role, 0)
    shown = visible(character)
    return Cell(shown, role, len(shown) if shown != character else width(character))


def width(character: str) -> int:
    """The columns of a character in a terminal."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _lines(cells: Iterable[Cell]) -> Iterator[list[Cell]]:
    """The cells on lines, as phones break them: no line begins with a space or with closing punctuation."""
    line: list[Cell] = []
    for cell in cells:
        if cell.text == "\n":
            yield line
            line = []
        elif sum(other.width for other in line) + cell.width <= INSIDE:
            line.append(cell)
        else:
            carried = line[-1:] if cell.text in CLOSING and len(line) > 1 else []
            carried = [last for last in carried if last.width + cell.width <= INSIDE]
            yield line[: len(line) - len(carried)]
            line = [] if cell.text == " " else [*carried, cell]
    yield line
