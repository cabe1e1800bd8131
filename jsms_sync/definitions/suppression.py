"""Suppression lists: numbers that no campaign which names the list may text."""

from dataclasses import dataclass, replace

from jsms_sync.definitions.checking import look_at
from jsms_sync.definitions.findings import Source, Told, problems_of
from jsms_sync.definitions.recipients import Needs
from jsms_sync.definitions.tally import MOBILE_COLUMN, Asked
from jsms_sync.model.resources import Address, Position, Problem, Severity


@dataclass(frozen=True, slots=True, repr=False)
class Listed:
    """The keys of the numbers on a list, the hash of its file, and its errors."""

    keys: frozenset[int]
    sha256: bytes
    problems: list[Problem]


def numbers_in(source: Source, address: Address, position: Position) -> Listed:
    """The list, whose columns other than that of the numbers do not matter.

    A row that is no number is an error: whom it means would be texted. Raises as `check` does.
    """
    numbers = {header: meant for header, meant in source.columns.items() if meant == MOBILE_COLUMN}
    source = replace(source, columns=numbers, may_lack=True)
    blocks = source.opened()
    looked = look_at(source, Asked(address, position, None, Needs((), {})), blocks)
    errors = [found for found in looked.problems if found.severity is Severity.ERROR]
    told = [Told(looked.tally.bad, Severity.ERROR)]
    problems = problems_of(source, address, told, errors, looked.lines)
    return Listed(frozenset(looked.tally.keys), blocks.sha256, problems)
