"""Which recipient belongs in which batch."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, composite

from jsms_sync.kinds import batches
from jsms_sync.kinds.batches import CAPACITY, Wanted, next_keys
from jsms_sync.model.digests import ENTRY, Members, halves, pack, unpack
from jsms_sync.model.rolls import Roll

Batches = Mapping[str, Members]


@dataclass(frozen=True)
class Placement:
    """Where everyone goes, by digests instead of rows."""

    kept: Batches
    new: tuple[Members, ...]
    differing: frozenset[str]


def place(desired: Members, current: Batches, changing: frozenset[str], *, may_place: bool) -> Placement:
    """Places those who are desired, written as members in the order of their rows."""
    entries = [mobile + params for mobile, params in desired.items()]
    wanted = Wanted.of(Roll(b"".join(entries)))
    packed = {key: pack(members) for key, members in current.items()}
    found = batches.place(wanted, packed, changing, may_place=may_place)
    kept = {key: members_of(entries, rows) for key, rows in found.kept.items()}
    return Placement(kept, tuple(members_of(entries, rows) for rows in found.new), found.differing)


def members_of(entries: list[bytes], rows: batches.Rows) -> Members:
    """The members that those rows are, each row once."""
    packed = b"".join(entries[row] for row in rows)
    assert len(packed) == len(rows) * ENTRY
    assert len(unpack(packed)) == len(rows)
    return unpack(packed)


def name(number: int) -> bytes:
    """The digest of a number, or of parameters."""
    return number.to_bytes(8)


def crowd(first: int, after: int) -> dict[bytes, bytes]:
    """The members with those numbers."""
    return {name(number): name(0) for number in range(first, after)}


@composite
def full_and_partial(draw: DrawFn) -> Batches:
    """Batches as a campaign may have them, some full to the brim."""
    sizes = draw(st.lists(st.sampled_from([0, 1, 2, 5, CAPACITY - 1, CAPACITY]), max_size=4))
    starts = [sum(sizes[:number]) for number in range(len(sizes))]
    return {
        str(key): crowd(start, start + size)
        for key, (start, size) in enumerate(zip(starts, sizes, strict=True), 1)
    }


@composite
def edits(draw: DrawFn) -> tuple[Batches, Members, int]:
    """Batches, what is desired after a few edits of their members, and how many edits those were."""
    current = draw(full_and_partial())
    desired = {mobile: params for members in current.values() for mobile, params in members.items()}
    known = list(desired)
    touched = draw(st.lists(st.sampled_from(known), unique=True, max_size=6)) if known else []
    for mobile in touched:
        if draw(st.booleans()):
            del desired[mobile]
        else:
            desired[mobile] = name(1)
    added = draw(st.integers(0, 6))
    desired.update(crowd(1_000_000, 1_000_000 + added))
    return current, desired, len(touched) + added


@composite
def anything(draw: DrawFn) -> tuple[Batches, Members, frozenset[str]]:
    """Batches, what is desired, and which batches change anyway."""
    current, desired, _ = draw(edits())
    if draw(st.booleans()):
        desired = {**desired, **crowd(2_000_000, 2_000_000 + draw(st.integers(0, 2500)))}
    changing = draw(st.frozensets(st.sampled_from(sorted(current)))) if current else frozenset()
    return current, desired, changing


def everyone(placement: Placement) -> Counter[bytes]:
    """How often each number is placed."""
    every = [*placement.kept.values(), *placement.new]
    return Counter(mobile for members in every for mobile in members)


@given(anything())
def test_nobody_is_placed_twice_and_nobody_is_lost(case: tuple[Batches, Members, frozenset[str]]) -> None:
    """Everyone who is desired is in just one batch, with the desired params, and nobody else is."""
    current, desired, changing = case
    placement = place(desired, current, changing, may_place=True)
    assert everyone(placement) == Counter(desired.keys())
    placed = {m: p for members in (*placement.kept.values(), *placement.new) for m, p in members.items()}
    assert placed == desired


@given(anything())
def test_no_batch_is_over_capacity(case: tuple[Batches, Members, frozenset[str]]) -> None:
    """No schedule has more recipients than JSMS takes, and no new one has none."""
    placement = place(*case[1::-1], case[2], may_place=True)
    assert all(len(members) <= CAPACITY for members in placement.kept.values())
    assert all(0 < len(members) <= CAPACITY for members in placement.new)


@given(anything(), st.booleans())
def test_recipients_stay_where_they_are(
    case: tuple[Batches, Members, frozenset[str]], may_place: bool
) -> None:
    """Who is in a batch and is still desired is in the same batch afterwards."""
    current, desired, changing = case
    placement = place(desired, current, changing, may_place=may_place)
    assert placement.kept.keys() == current.keys()
    for key, members in current.items():
        assert {m for m in members if m in desired} <= placement.kept[key].keys()


@given(anything())
def test_without_may_place_nobody_is_placed(case: tuple[Batches, Members, frozenset[str]]) -> None:
    """While somebody's place is in doubt, batches only lose members, and no batch is opened."""
    current, desired, changing = case
    placement = place(desired, current, changing, may_place=False)
    assert not placement.new
    assert all(placement.kept[key].keys() <= members.keys() for key, members in current.items())


@given(edits())
def test_editing_k_recipients_touches_at_most_k_batches(case: tuple[Batches, Members, int]) -> None:
    """However large the campaign; a new batch is opened only when none has room."""
    current, desired, edited = case
    placement = place(desired, current, frozenset(), may_place=True)
    touched = [key for key, members in current.items() if placement.kept[key] != members]
    assert placement.differing == frozenset(touched)
    assert len(touched) + len(placement.new) <= edited
    if placement.new:
        assert all(len(members) == CAPACITY for members in placement.kept.values())


def test_new_ones_fill_first_the_batches_that_change_anyway_then_the_fewest_others() -> None:
    """Of two batches with room the changing one is filled first, then the one with the most room."""
    current = {"1": crowd(0, 10), "2": crowd(1000, 1999), "3": crowd(3000, 3500)}
    desired = {m: p for members in current.values() for m, p in members.items()} | crowd(5000, 5002)
    placement = place(desired, current, frozenset({"2"}), may_place=True)
    assert [len(placement.kept[key]) for key in current] == [11, 1000, 500]


def test_the_same_question_has_the_same_answer_whatever_the_order_of_the_definition() -> None:
    """Once everyone is placed, another order of the same recipients changes nothing."""
    current = {"1": crowd(0, 5), "2": crowd(5, 9)}
    desired = dict(reversed([(m, p) for members in current.values() for m, p in members.items()]))
    assert place(desired, current, frozenset(), may_place=True) == Placement(current, (), frozenset())


@given(anything(), st.integers(0, 3))
def test_who_is_left_out_is_taken_out_and_not_placed(
    case: tuple[Batches, Members, frozenset[str]], every: int
) -> None:
    """Those whose schedule is in doubt, or whom JSMS refused, are treated as if nobody wanted them."""
    current, desired, changing = case
    some = list(desired)[:: every + 1] if every else []
    wanted = Wanted.of(Roll(b"".join(mobile + params for mobile, params in desired.items())))
    numbers = frozenset(halves(b"".join(mobile + name(0) for mobile in some))[0])
    wanted = replace(wanted, left_out=numbers)
    packed = {key: pack(members) for key, members in current.items()}
    found = batches.place(wanted, packed, changing, may_place=True)
    entries = [mobile + params for mobile, params in desired.items()]
    rows = [row for each in (*found.kept.values(), *found.new) for row in each]
    assert Counter(entries[row][: ENTRY // 2] for row in rows) == Counter(desired.keys() - set(some))


def test_keys_of_new_batches_were_never_taken() -> None:
    """New keys go on after the highest, also where one in between is free."""
    assert list(islice(next_keys(["1", "10", "9"]), 2)) == ["11", "12"]
    assert next(next_keys([])) == "1"
