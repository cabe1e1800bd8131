"""The message as a phone shows it: its pieces, and where each billed part begins."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from jsms_sync.model.resources import Recipient, TemplateType
from jsms_sync.model.text import LONG_PART, OPT_OUT, SINGLE_PART, VARIABLE, length, parts, signature_length


class Role(StrEnum):
    """What a piece of a message is."""

    SIGNATURE = "signature"
    TEXT = "text"
    VARIABLE = "variable"
    VALUE = "value"
    OPT_OUT = "opt-out"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a message; `counted` characters of it are billed, which are not those of a placeholder."""

    role: Role
    text: str = field(repr=False)
    counted: int


@dataclass(frozen=True, slots=True)
class Message:
    """One message, part by part."""

    parts: tuple[tuple[Piece, ...], ...]
    characters: int

    @property
    def text(self) -> str:
        """All of it as one text."""
        return "".join(piece.text for part in self.parts for piece in part)


def capacity(billed: int) -> int:
    """The most characters of a message of so many parts."""
    return SINGLE_PART if billed == 1 else billed * LONG_PART


def message_of(
    content: str, type: TemplateType, signature: str | None, recipient: Recipient | None = None
) -> Message:
    """The message to the recipient; to nobody in particular it has placeholders, which count nothing."""
    pieces = [*_signed(signature), *_filled(content, recipient)]
    if type is TemplateType.MARKETING:
        pieces.append(Piece(Role.OPT_OUT, OPT_OUT, length(OPT_OUT)))
    characters = sum(piece.counted for piece in pieces)
    return Message(_in_parts(pieces, parts(characters)), characters)


def _signed(signature: str | None) -> Iterator[Piece]:
    shown = "【签名】" if signature is None else f"【{signature}】"
    yield Piece(Role.SIGNATURE, shown, signature_length(signature))


def _filled(content: str, recipient: Recipient | None) -> Iterator[Piece]:
    values = recipient.params.reveal() if recipient else {}
    # Splitting at a pattern with one group brings text and names in turn.
    for index, text in enumerate(VARIABLE.split(content)):
        if index % 2 == 0:
            yield Piece(Role.TEXT, text, length(text))
        elif recipient is None:
            yield Piece(Role.VARIABLE, f"{{{{{text}}}}}", 0)
        else:
            value = values.get(text, "")
            yield Piece(Role.VALUE, value, length(value))


def _in_parts(pieces: Iterable[Piece], billed: int) -> tuple[tuple[Piece, ...], ...]:
    """The pieces cut where parts begin: one part holds all up to 70 characters, else each holds 67."""
    most = capacity(billed) // billed
    filled: list[list[Piece]] = [[] for _ in range(billed)]
    offset = 0
    for piece in pieces:
        for cut in _cut(piece, offset, most):
            # A placeholder at the very end of a full part counts nothing, and opens no other.
            filled[min(offset // most, billed - 1)].append(cut)
            offset += cut.counted
    return tuple(tuple(part) for part in filled)


def _cut(piece: Piece, offset: int, most: int) -> Iterator[Piece]:
    """The stretches of the piece that lie in one part each; signature and placeholders stay whole.

    A newline, which counts 2, belongs to the part in which it begins.
    """
    in_one_part = offset % most + piece.counted <= most
    if piece.role in (Role.SIGNATURE, Role.VARIABLE) or (piece.text and in_one_part):
        yield piece
        return
    begin, reached = 0, offset
    for index, character in enumerate(piece.text):
        if reached // most > offset // most:
            yield Piece(piece.role, piece.text[begin:index], reached - offset)
            begin, offset = index, reached
        reached += length(character)
    if begin < len(piece.text):
        yield Piece(piece.role, piece.text[begin:], reached - offset)
