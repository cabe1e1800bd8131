"""Previews as text: each message in a bubble, as a phone would show it."""

from collections.abc import Iterator

from jsms_sync.planning.message import Message, Role
from jsms_sync.planning.preview import Audience, Elsewhere, Preview, Previews, Sample
from jsms_sync.reports.columns import Cell, cells, hung, lines
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


def preview_text(found: Previews, paint: Paint = plain) -> str:
    """Every template with its message and what its campaigns pay for it."""
    blocks = [*(_preview(one, paint) for one in found.templates), *map(_elsewhere, found.elsewhere)]
    return "\n".join(blocks) or "Nothing is defined.\n"


def _elsewhere(campaign: Elsewhere) -> str:
    return f"{campaign.address} sends template {campaign.temp_id}, whose text is not defined here.\n"


def _preview(one: Preview, paint: Paint) -> str:
    told = [f"{paint('strong', one.address)} ({one.type.word})"]
    told += [*_bubble(one.message, paint), hung("  ", cost(one))]
    for audience in one.audiences:
        told.append(hung("  ", audience_cost(audience)))
        for sample in audience.samples:
            told += ["", f"  {sample_title(sample)}", *_bubble(sample.message, paint)]
    if any(len(message.parts) > 1 for message in _messages(one)):
        told.append(paint("dim", f"  {marker(2)} stands where the second part begins, and so on."))
    return "".join(f"{line}\n" for line in told)


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
    for line in lines(_cells(message), INSIDE):
        fill = " " * (INSIDE - sum(cell.width for cell in line))
        shown = "".join(paint(cell.role, cell.text) if cell.role else cell.text for cell in line)
        yield f"  │ {shown}{fill} │"
    yield f"  ╰{'─' * (INSIDE + 2)}╯"


def _cells(message: Message) -> Iterator[Cell]:
    for number, part in enumerate(message.parts, 1):
        if number > 1:
            yield Cell(marker(number), BORDER, len(marker(number)))
        for piece in part:
            # A character that would move the cursor is told, but for the end of a line.
            shown = "\n".join(map(visible, piece.text.split("\n")))
            yield from cells(shown, ROLES[piece.role], INSIDE)
