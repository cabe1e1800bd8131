"""What of a long report is told where only so many characters are allowed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from jsms_sync.reports.markdown import size
from jsms_sync.reports.words import count

REST = "The report in text, JSON or HTML tells everything."


NOUNS = frozenset({"error", "warning", "note", "template", "campaign"})
"""What is counted as things; of changes it is said what becomes of them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to tell in a section: whole, or on one line; entries of a lower rank are told first.

    `what` names it where it is left out: `to create`, `held`.
    """

    section: str
    rank: int
    what: str
    whole: str
    line: str


@dataclass(frozen=True, slots=True)
class Fitted:
    """The texts that fit, by section and in their order, and what is told in part or not at all."""

    sections: dict[str, list[str]]
    shortened: int
    left_out: Counter[str]

    @property
    def lacking(self) -> list[str]:
        """What is not told, in Markdown and honestly: nobody may take a part for the whole."""
        told = ", ".join(_counted(number, what) for what, number in self.left_out.items())
        short = count(self.shortened, "entry is", "entries are")
        lines = [f"**This is not all of it: a comment has an end. Not told here: {told}.**"] if told else []
        lines += [f"**{short} told without details.**"] if self.shortened else []
        return [*lines, REST] if lines else []


def _counted(number: int, what: str) -> str:
    return count(number, what, f"{what}s" if what in NOUNS else what)


def fitted(entries: Sequence[Entry], room: int) -> Fitted:
    """As many entries as fit on one line each, then as many of these as fit whole."""
    ordered = sorted(range(len(entries)), key=lambda index: (entries[index].rank, index))
    told = dict(_first(((index, size(entries[index].line) + 1) for index in ordered), room))
    left = room - sum(told.values())
    grown = ((index, size(entries[index].whole) + 1 - told[index]) for index in ordered if index in told)
    whole = dict(_first(grown, left))
    sections: dict[str, list[str]] = {}
    for index, entry in enumerate(entries):
        if index in told:
            sections.setdefault(entry.section, []).append(entry.whole if index in whole else entry.line)
    short = sum(entries[index].whole != entries[index].line for index in told if index not in whole)
    return Fitted(sections, short, Counter(e.what for i, e in enumerate(entries) if i not in told))


def _first(sizes: Iterable[tuple[int, int]], room: int) -> Iterator[tuple[int, int]]:
    """Those that come first and fit together, up to the first that does not."""
    for index, each in sizes:
        if each > room:
            return
        room -= each
        yield index, each
