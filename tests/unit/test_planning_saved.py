"""What a saved plan is compared with, and what it lets an apply do."""

from dataclasses import replace

import builders as b
import msgspec
import pytest

from jsms_sync.errors import Stale
from jsms_sync.model.decisions import Action, Change, Held, HeldCode, Reason
from jsms_sync.model.records import LastApply, State
from jsms_sync.model.resources import Address
from jsms_sync.planning.choices import Choices
from jsms_sync.planning.continued import continued, last_apply
from jsms_sync.planning.document import plan_document
from jsms_sync.planning.plan import Plan
from jsms_sync.planning.saved import LIFETIME, Facts, Saved, check_facts, chosen, covered

FILES = {"people.csv": "a", "templates.yaml": "b"}
ORIGIN = replace(b.ORIGIN, files=FILES, settings_digest="sha256:1")
FACTS = Facts(b.NOON, "0.1", b.ORIGIN.account, FILES, "sha256:1")
STATE = State(b.LINEAGE, 4)


def change(name: str, *, next: tuple[str, ...] = ()) -> Change:
    """The creation of a template."""
    return Change(Address(f"template.{name}"), Action.CREATE, Reason.NEW, after={"content": name}, next=next)


def plan(*names: str) -> Plan:
    """A plan that creates these templates."""
    return Plan(ORIGIN, tuple(map(change, names)))


def saved(made: Plan) -> Saved:
    """The plan as it is read back from its file."""
    return msgspec.convert(plan_document(made), Saved, strict=False)


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (replace(FACTS, now=b.NOON + LIFETIME), ["it expired at 2027-01-08 12:00 UTC"]),
        (replace(FACTS, tool_version="0.2"), ["jsms-sync 0.1 made it, and this is 0.2"]),
        (replace(FACTS, account="f" * 16), ["it is for account 0123456789abcdef"]),
        (replace(FACTS, settings_digest="sha256:2"), ["the settings are others"]),
        (replace(FACTS, files={"templates.yaml": "b"}), ["people.csv is not read any more"]),
        (replace(FACTS, files={**FILES, "x.yaml": "c"}), ["x.yaml was not read then"]),
        (
            Facts(b.NOON, "0.2", None, {**FILES, "people.csv": "c"}, "sha256:2"),
            ["jsms-sync 0.1 made it", "the settings are others", "people.csv has changed"],
        ),
    ],
)
def test_everything_that_is_another_now_is_told(facts: Facts, told: list[str]) -> None:
    """Each has a line of its own, in a fixed order."""
    with pytest.raises(Stale) as caught:
        check_facts(saved(plan("a")), facts)
    lines = caught.value.message.splitlines()[1:]
    assert len(lines) == len(told)
    assert all(line.startswith(f"  - {each}") for line, each in zip(lines, told, strict=True))


def test_a_plan_without_recipients_is_never_applied() -> None:
    """Nobody knows whom it would have texted."""
    with pytest.raises(Stale, match="without the recipients files"):
        check_facts(saved(replace(plan("a"), without_recipients=True)), FACTS)


def test_what_is_still_the_same_is_not_told() -> None:
    """A moment before its end the plan fits, and without an appKey accounts are not compared."""
    check_facts(saved(plan("a")), replace(FACTS, now=b.NOON + LIFETIME / 2, account=None))
    check_facts(saved(replace(plan("a"), origin=replace(ORIGIN, account=None))), FACTS)


@pytest.mark.parametrize(
    ("origin", "state", "told"),
    [
        (ORIGIN, STATE, ""),
        (ORIGIN, State(b.LINEAGE, 5), "the state was written since: serial 5, not 4"),
        (ORIGIN, State("another", 4), "it was made from another state"),
        (replace(ORIGIN, lineage=None, serial=0), State("new"), ""),
        (replace(ORIGIN, lineage=None, serial=0), State("new", 1), "there was no state then"),
    ],
)
def test_the_state_must_be_the_one_that_the_plan_was_made_from(
    origin: b.Origin, state: State, told: str
) -> None:
    """Written by whomever, it is another one; created for this very apply, it is none."""
    made = replace(plan("a"), origin=origin)
    if not told:
        assert covered(saved(made), made, state).changes == made.changes
        return
    with pytest.raises(Stale, match=told):
        covered(saved(made), made, state)


def test_changes_that_are_others_now_are_named_with_the_reason() -> None:
    """What is held, what is gone, and what is done in another way."""
    held = Held(Address("template.a"), HeldCode.UNDER_REVIEW, "it is looked at")
    other = replace(change("b"), after={"content": "another text"})
    now = Plan(ORIGIN, (other, change("d")), (held,))
    with pytest.raises(Stale) as caught:
        covered(saved(plan("a", "b", "c", "d")), now, STATE)
    assert caught.value.message.splitlines()[1:] == [
        "  - template.a: it is held, under-review: it is looked at",
        "  - template.b: what would be done now is not what the plan shows",
        "  - template.c: nothing is to be done",
    ]


def test_what_is_possible_since_is_left_out_and_counted() -> None:
    """Also another change of an address that has one in the plan."""
    more = replace(change("a"), action=Action.RETIRE)
    now = replace(plan("a", *"bcdefgh"), origin=replace(ORIGIN, id="another"))
    found = covered(saved(plan("a")), replace(now, changes=(*now.changes, more)), STATE)
    assert (found.changes, found.origin.id) == (plan("a").changes, ORIGIN.id)
    (note,) = found.notes
    assert note == (
        "8 more changes are possible since the plan was saved, and not done here: "
        "template.a, template.b, template.c, template.d, template.e, …"
    )


def test_choices_come_back_from_a_saved_plan() -> None:
    """Every kind of them."""
    address = frozenset({Address("template.a")})
    choices = Choices(frozenset({"blackout"}), address, address, address, frozenset("a"), frozenset("b"))
    made = replace(plan("a"), origin=replace(ORIGIN, choices=choices))
    assert saved(made).made_from.chosen.choices == chosen(choices).choices == choices


def applied(*addresses: str, digest: str = ORIGIN.definitions_digest) -> State:
    """A state whose last apply left these addresses open."""
    waiting = tuple(map(Address, addresses))
    last = LastApply(plan_id="p", definitions_digest=digest, at=b.NOON, waiting=waiting)
    return msgspec.structs.replace(STATE, last_apply=last)


def test_a_continuation_does_what_the_last_apply_left_open() -> None:
    """Nothing else, and nothing at all with other definitions or after no apply."""
    assert continued(plan("a", "b"), applied("template.b", "template.c")).changes == plan("b").changes
    for state in (applied("template.b", digest="sha256:9"), STATE):
        with pytest.raises(Stale):
            continued(plan("a", "b"), state)


def test_an_apply_records_what_it_leaves_open() -> None:
    """What is held and what later runs have to do; a continuation never adds to that."""
    held = Held(Address("template.b"), HeldCode.REJECTED, "no")
    made = Plan(ORIGIN, (change("a", next=("after approval: retire 3",)), change("c")), (held,))
    found = last_apply(made, STATE, continues=False)
    assert found is not None
    assert (found.waiting, found.definitions_digest) == (("template.a", "template.b"), "sha256:0")
    assert last_apply(made, applied("template.a", "template.b"), continues=False) is None
    narrower = last_apply(made, applied("template.b", "template.c"), continues=True)
    assert narrower is not None
    assert narrower.waiting == ("template.b",)
