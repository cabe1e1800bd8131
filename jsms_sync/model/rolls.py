"""Recipients as digests and lengths: what comparing and counting need of people, and no more.

A million recipients are 16 MB here; as objects they would be a gigabyte.
"""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from jsms_sync.model.digests import ENTRY, Digester
from jsms_sync.model.privacy import Mobile, Params
from jsms_sync.model.resources import Recipient
from jsms_sync.model.text import length

SHOWN = 7
"""Of a number: its first three and last four digits, which is what a mask shows."""
HIDDEN = "*" * SHOWN
LENGTH = 11
"""Digits of a number."""

Lengths = Mapping[str, "array[int]"]
"""By the name of a parameter, the characters of everybody's value as JSMS counts them."""


@dataclass(frozen=True, slots=True)
class Roll:
    """Recipients in an order, each with an entry of digests, the lengths of its values, and perhaps a mask.

    `names` are the parameters that everybody has.
    """

    members: bytes = field(default=b"", repr=False)
    lengths: Lengths = field(default_factory=dict, repr=False)
    names: frozenset[str] = frozenset()
    masks: str = field(default="", repr=False)

    def __len__(self) -> int:
        return len(self.members) // ENTRY

    def pack(self, rows: Iterable[int]) -> bytes:
        """The entries of those rows, in an order that tells nothing."""
        members = self.members
        return b"".join(sorted([members[row * ENTRY : (row + 1) * ENTRY] for row in rows]))

    def lengths_of(self, rows: Sequence[int]) -> Lengths:
        """The lengths of those rows' values."""
        return {name: _picked(of, rows) for name, of in self.lengths.items()}

    def mask(self, row: int) -> str:
        """The number of that row as it may be shown."""
        shown = self.masks[row * SHOWN : (row + 1) * SHOWN] or HIDDEN
        return "****" if shown == HIDDEN else f"{shown[:3]}****{shown[3:]}"


def _picked(of: "array[int]", rows: Sequence[int]) -> "array[int]":
    return array("I", itemgetter(*rows)(of) if len(rows) > 1 else [of[row] for row in rows])


def roll_of(recipients: Sequence[Recipient], digester: Digester, names: frozenset[str] | None = None) -> Roll:
    """The roll of recipients who are at hand; digests are of just those parameters, of all where None."""
    mobiles = [recipient.mobile.reveal() for recipient in recipients]
    return rolled(mobiles, [recipient.params.reveal() for recipient in recipients], digester, names)


def rolled(
    mobiles: Sequence[str],
    values: Sequence[Mapping[str, str]],
    digester: Digester,
    names: frozenset[str] | None = None,
) -> Roll:
    """The roll of those numbers with those parameters, as `roll_of` gives it."""
    everywhere, anywhere = _names(values)
    columns = {name: [given.get(name, "") for given in values] for name in anywhere}
    sent = anywhere if names is None else anywhere & names
    if sent <= everywhere:
        members = digester.entries(mobiles, {name: columns[name] for name in sent})
    else:
        values = [{name: given[name] for name in given if name in sent} for given in values]
        each = zip(mobiles, values, strict=True)
        members = b"".join(digester.mobile(Mobile(m)) + digester.params(Params(given)) for m, given in each)
    return Roll(members, lengths(columns), everywhere, masks(mobiles))


def _names(values: Sequence[Mapping[str, str]]) -> tuple[frozenset[str], frozenset[str]]:
    """The parameters that everybody has, and those that anybody has."""
    first = frozenset(values[0]) if values else frozenset()
    if all(given.keys() == first for given in values):
        return first, first
    every = list(map(frozenset, values))
    return frozenset.intersection(*every), frozenset.union(*every)


def lengths(columns: Mapping[str, Sequence[str]]) -> Lengths:
    """The lengths of the values in each column."""
    return {name: array("I", map(_length(values), values)) for name, values in columns.items()}


def _length(values: Sequence[str]) -> Callable[[str], int]:
    """How those values are counted: as Python does, which is much quicker, where none has a newline."""
    return length if "\n" in "".join(values) else len


def masks(mobiles: Sequence[str]) -> str:
    """What may be shown of each number, one after the other; nothing of what is not a number."""
    if not set(map(len, mobiles)) <= {LENGTH} or not _is_digits("".join(mobiles)):
        return "".join(m[:3] + m[-4:] if len(m) == LENGTH and _is_digits(m) else HIDDEN for m in mobiles)
    digits, shown = "".join(mobiles).encode(), bytearray(SHOWN * len(mobiles))
    for place, digit in enumerate((0, 1, 2, 7, 8, 9, 10)):
        shown[place::SHOWN] = digits[digit::LENGTH]
    return shown.decode()


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
