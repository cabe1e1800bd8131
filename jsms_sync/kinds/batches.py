"""Which recipient belongs in which batch: the fewest requests that bring everyone to their place."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from jsms_sync.model.digests import Members

CAPACITY = 1000
"""Recipients that one schedule holds (`jsms-api.md §4.2`)."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where everyone goes: the members each known batch shall have, and the members of new ones."""

    kept: Mapping[str, Members] = field(default_factory=dict)
    new: tuple[Members, ...] = ()


def place(
    desired: Members, current: Mapping[str, Members], changing: frozenset[str], *, may_place: bool
) -> Placement:
    """Recipients stay in their batch; new ones fill first the batches that change anyway.

    Then they fill the fewest others, and only then open new batches. `changing` are the batches whose time,
    text or signature changes; without `may_place` nobody is put anywhere, and removals still happen.
    """
    kept = {key: {m: desired[m] for m in members if m in desired} for key, members in current.items()}
    settled = {mobile for members in kept.values() for mobile in members}
    waiting = ((m, p) for m, p in desired.items() if m not in settled) if may_place else iter(())
    touched = changing | {key for key in kept if kept[key] != current[key]}
    for key in sorted(kept, key=lambda key: (key not in touched, len(kept[key]))):
        kept[key].update(_take(waiting, CAPACITY - len(kept[key])))
    return Placement(kept, tuple(dict(chunk) for chunk in _chunks(waiting)))


def _take(waiting: Iterator[tuple[bytes, bytes]], room: int) -> Iterable[tuple[bytes, bytes]]:
    return [item for _, item in zip(range(room), waiting, strict=False)]


def _chunks(waiting: Iterator[tuple[bytes, bytes]]) -> Iterator[tuple[tuple[bytes, bytes], ...]]:
    while chunk := tuple(_take(waiting, CAPACITY)):
        yield chunk


def next_keys(taken: Iterable[str]) -> Iterator[str]:
    """Keys for new batches, none of them taken before."""
    number = max((int(key) for key in taken), default=0)
    while True:
        number += 1
        yield str(number)
