"""Which recipient belongs in which batch: the fewest requests that bring everyone to their place.

Recipients are rows of a roll here, and digests are integers: a million of them have to fit, and be quick.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, islice

from jsms_sync.model.digests import halves
from jsms_sync.model.rolls import Roll

CAPACITY = 1000
"""Recipients that one schedule holds (`jsms-api.md §4.2`)."""

Rows = Sequence[int]
"""Rows of a roll."""

_FREE = bytes((1, 0))
"""What a flag that says "placed" says of being free."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everybody who shall get a campaign: the roll, and for each number's digest its row.

    `rows` is empty where nobody needs to be found; `left_out` are digests of numbers that are not placed.
    """

    roll: Roll
    rows: Mapping[int, int]
    params: "array[int]"
    left_out: frozenset[int] = frozenset()

    @classmethod
    def of(cls, roll: Roll, *, found: bool = True) -> "Wanted":
        """The people of the roll; `found` says that they will have to be found by their numbers."""
        mobiles, params = halves(roll.members)
        return cls(roll, dict(zip(mobiles, range(len(mobiles)), strict=True)) if found else {}, params)

    def has(self, mobile: int) -> bool:
        """Whether the number is wanted."""
        return mobile in self.rows

    def has_entry(self, mobile: int, params: int) -> bool:
        """Whether the number is wanted with those parameters."""
        row = self.rows.get(mobile)
        return row is not None and self.params[row] == params


@dataclass(frozen=True, slots=True)
class Placement:
    """Where everyone goes: the rows of each known batch, those of new ones, and which batches differ."""

    kept: Mapping[str, Rows] = field(default_factory=dict)
    new: tuple[Rows, ...] = ()
    differing: frozenset[str] = frozenset()


def place(
    wanted: Wanted, current: Mapping[str, bytes], changing: frozenset[str], *, may_place: bool
) -> Placement:
    """Recipients stay in their batch; new ones fill first the batches that change anyway.

    Then they fill the fewest others, and only then open new batches. `current` are the packed members of the
    batches, `changing` those whose time, text or signature changes; without `may_place` nobody is put
    anywhere, and removals still happen.
    """
    placed = bytearray(len(wanted.roll))
    stays = {key: _staying(wanted, packed, placed) for key, packed in current.items()}
    differing = {key for key, (_, same) in stays.items() if not same}
    kept = {key: rows for key, (rows, _) in stays.items()}
    waiting = _waiting(wanted, placed) if may_place else iter(())
    touched = changing | differing
    for key in sorted(kept, key=lambda key: (key not in touched, len(kept[key]))):
        more = list(islice(waiting, CAPACITY - len(kept[key])))
        if not more:
            continue
        kept[key].extend(more)
        differing.add(key)
    return Placement(kept, tuple(_chunks(waiting)), frozenset(differing))


def _staying(wanted: Wanted, packed: bytes, placed: bytearray) -> tuple["array[int]", bool]:
    """The rows of those in the batch who are still wanted, and whether they are all and unchanged."""
    mobiles, params = halves(packed)
    found = list(map(wanted.rows.get, mobiles))
    if wanted.left_out:
        found = [None if m in wanted.left_out else r for m, r in zip(mobiles, found, strict=True)]
    rows = array("I", [row for row in found if row is not None])
    for row in rows:
        placed[row] = 1
    return rows, len(rows) == len(mobiles) and array("Q", map(wanted.params.__getitem__, rows)) == params


def _waiting(wanted: Wanted, placed: bytearray) -> Iterator[int]:
    """The rows of those who are in no batch, in their order."""
    free = compress(range(len(placed)), placed.translate(_FREE + bytes(254)))
    if not wanted.left_out:
        return free
    mobiles, _ = halves(wanted.roll.members)
    return (row for row in free if mobiles[row] not in wanted.left_out)


def _chunks(waiting: Iterator[int]) -> Iterator["array[int]"]:
    while chunk := array("I", islice(waiting, CAPACITY)):
        yield chunk


def next_keys(taken: Iterable[str]) -> Iterator[str]:
    """Keys for new batches, none of them taken before."""
    number = max((int(key) for key in taken), default=0)
    while True:
        number += 1
        yield str(number)
