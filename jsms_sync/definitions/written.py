"""A template's text with all that its rules ask for, looked up once: ten thousand of them take no time."""

from typing import NamedTuple

from jsms_sync.definitions.entries import Entry
from jsms_sync.model.resources import Position, Problem, TemplateType
from jsms_sync.model.text import OPT_OUT, VARIABLE, length

HOLE = "\0"
VERIFICATION = TemplateType.VERIFICATION.word
MARKETING = TemplateType.MARKETING.word


class TextLimits(NamedTuple):
    """The most characters of a message, and those that the signature takes of them, brackets included."""

    characters: int
    signature: int


class Written(NamedTuple):
    """One template as its rules see it.

    `names` has the variable of every place, repeated ones too; `fixed` is the content with HOLEs there.
    """

    entry: Entry
    content: str
    type: str | None
    names: tuple[str, ...]
    fixed: str
    limits: TextLimits

    @property
    def opt_out(self) -> int:
        """The characters of what the platform appends to the text."""
        return length(OPT_OUT) if self.type == MARKETING else 0

    def problem(self, code: str, message: str, place: Position | None = None) -> Problem:
        """A problem of the content, where it begins unless a place in it is known."""
        return self.entry.problem(code, place or self.entry.value("content"), message)

    def at(self, index: int) -> Position:
        """Where the character of that index is written; where the content begins, if that cannot be told.

        It can where the text stands on one line as it is, with quotes or without.
        """
        start = self.entry.value("content")
        line = self.entry.document.lines[start.line - 1][start.column - 1 :]
        quote = 1 if line[:1] in ('"', "'") else 0
        if not line[quote:].startswith(self.content[: index + 1]):
            return start
        return Position(start.file, start.line, start.column + quote + index)


def written(entry: Entry, limits: TextLimits) -> Written | None:
    """The text of the entry, if it can be used."""
    content = entry.text("content")
    if content is None:
        return None
    # Every other piece is the name of a variable.
    pieces = VARIABLE.split(content)
    names, fixed = tuple(pieces[1::2]), content
    if names:
        fixed = HOLE.join(pieces[::2])
    if HOLE in content:
        # An escape in double quotes.
        fixed = HOLE.join(piece.replace(HOLE, " ") for piece in pieces[::2])
    return Written(entry, content, entry.text("type"), names, fixed, limits)
