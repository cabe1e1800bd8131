"""The order of an apply, and what of a plan must not grow with everything that is remembered."""

from itertools import permutations

import builders as b
import pytest

from jsms_sync.model.decisions import Action, Change, Reason
from jsms_sync.model.events import Moved
from jsms_sync.model.records import Happened, HistoryEntry
from jsms_sync.model.resources import Address, Campaign, Template
from jsms_sync.planning.decide import make_plan
from jsms_sync.planning.history import by_address, was_cancelled, was_sent
from jsms_sync.planning.moves import moves
from jsms_sync.planning.order import in_order, stage_of

STAGES = [
    {"template create", "template modify", "template replace", "template record", "campaign record"},
    {"campaign delete", "campaign forget"},
    {"campaign create", "campaign modify", "campaign replace"},
    {"template delete", "template retire", "template forget"},
]
C, D = Address("campaign.c"), Address("campaign.d")


def change(line: str, name: str = "n") -> Change:
    """The change of that kind and action."""
    kind, action = line.split()
    return Change(Address(f"{kind}.{name}"), Action(action), Reason.NEW)


@pytest.mark.parametrize(
    ("line", "stage"), [(line, number) for number, lines in enumerate(STAGES) for line in sorted(lines)]
)
def test_each_action_has_its_stage(line: str, stage: int) -> None:
    """Templates come first and go last, campaigns go before others are created (architecture §6)."""
    assert stage_of(change(line)) == (stage, False)


def test_inside_a_stage_changes_come_by_address() -> None:
    """Whatever order they were decided in."""
    wanted = [
        *(change("template create", "a"), change("template replace", "b")),
        *(change("campaign delete", "z"), change("campaign create", "a"), change("campaign modify", "b")),
        change("template retire", "a"),
    ]
    for mixed in permutations(wanted):
        assert list(in_order(mixed)) == wanted


def test_a_plan_is_in_the_order_in_which_it_is_carried_out() -> None:
    """A rename and an edit of one address, a delete, a create and a retire stand in their stages."""
    known = b.state(
        {
            "template.t": b.template_record(b.revision(10, served=True), b.revision(11, "x"), serving=10),
            "campaign.d": b.campaign_record({"1": b.batch()}),
            "campaign.f": b.campaign_record({"2": b.batch("2", "e")}),
        }
    )
    wanted = b.definitions(
        b.template(),
        b.template("u", "new"),
        b.campaign("c", "g"),
        b.campaign("e", "e f", moved_from="f"),
    )
    plan = make_plan(b.look(wanted, known, b.observed(known, people={"2": "e"})))
    assert [f"{change.action} {change.address}" for change in plan.changes] == [
        "record campaign.e",
        "create template.u",
        "delete campaign.d",
        "create campaign.c",
        "modify campaign.e",
        "retire template.t",
    ]


def entry(address: Address, event: Happened, moved_to: Address | None = None) -> HistoryEntry:
    """Something that happened."""
    return HistoryEntry(address, event, b.NOON, moved_to=moved_to)


@pytest.mark.parametrize(
    ("entries", "sent", "cancelled"),
    [
        ([], False, False),
        ([entry(C, Happened.SENT)], True, False),
        ([entry(C, Happened.PRESUMED_SENT)], True, False),
        ([entry(D, Happened.SENT)], False, False),
        ([entry(C, Happened.CANCELLED)], False, True),
        ([entry(C, Happened.CANCELLED_OUTSIDE)], False, True),
        ([entry(C, Happened.CANCELLED), entry(C, Happened.DELETED)], False, False),
        ([entry(C, Happened.CANCELLED), entry(C, Happened.MOVED, D)], False, True),
        ([entry(C, Happened.SENT), entry(C, Happened.CANCELLED)], True, True),
        ([entry(C, Happened.MOVED, D), entry(D, Happened.SENT)], True, False),
        ([entry(C, Happened.MOVED, D), entry(D, Happened.DELETED)], False, False),
        ([entry(C, Happened.MOVED, D), entry(D, Happened.MOVED, C), entry(C, Happened.SENT)], True, False),
        ([entry(C, Happened.MOVED, C)], False, False),
    ],
)
def test_history_keeps_what_became_of_a_name(
    entries: list[HistoryEntry], sent: bool, cancelled: bool
) -> None:
    """A name that was sent under any later name was sent; the last ending tells whether it was stopped."""
    known = b.state(history=entries)
    history = by_address(known)
    assert was_sent(known, history, C, b.NOON) is sent
    assert was_cancelled(history, C) is cancelled


@pytest.mark.parametrize(
    ("at", "gone", "sent"), [("-1m", False, True), ("-1m", True, False), ("+1m", False, False)]
)
def test_a_name_was_sent_when_what_was_moved_from_it_was(at: str, gone: bool, sent: bool) -> None:
    """What somebody stopped outside before its time never was, before and after it is forgotten."""
    record = b.campaign_record({"1": b.batch("1", at=at, gone=gone)})
    known = b.state({D: record}, history=[entry(C, Happened.MOVED, D)])
    assert was_sent(known, by_address(known), C, b.NOON) is sent


def test_a_rename_is_recorded_once() -> None:
    """Only while the old name is recorded and neither the new one is nor the old one is defined."""
    old = b.template_record(b.revision(), serving=10)
    wanted = b.definitions(b.template(moved_from="u"))
    assert moves(wanted, b.state({"template.u": old}), b.NOON).events == (
        Moved(Address("template.u"), Address("template.t")),
    )
    assert not moves(wanted, b.state({"template.u": old, "template.t": old}), b.NOON).changes
    assert not moves(
        b.definitions(*wanted.templates.values(), b.template("u")), b.state({"template.u": old}), b.NOON
    ).changes
    assert not moves(wanted, b.state(), b.NOON).changes
    assert not moves(wanted, b.state({"campaign.u": b.campaign_record()}), b.NOON).changes


def test_the_intents_of_an_address_are_its_own() -> None:
    """And those of no other."""
    own, other = b.intent("POST", "campaign.c", id="1"), b.intent("POST", "campaign.d", id="2")
    assert b.state(intents=[own, other]).intents_of(C) == (own,)


def test_a_plan_of_much_needs_no_more_looks_at_each_than_a_plan_of_little() -> None:
    """Thousands of addresses with intents and history come to a plan in time."""
    size = 2000
    templates = {
        f"template.t{n}": b.template_record(b.revision(n, served=True), serving=n) for n in range(1, size)
    }
    campaigns = {f"campaign.c{n}": b.campaign_record({"1": b.batch(f"{n}")}) for n in range(1, size)}
    intents = [
        b.intent("POST", f"campaign.c{n}", id=f"i{n}", batch="2", target=b.target("c"))
        for n in range(1, size)
    ]
    history = [entry(Address(f"campaign.c{n}"), Happened.DELETED) for n in range(1, size)]
    known = b.state({**templates, **campaigns}, intents=intents, history=history)
    resources: list[Template | Campaign] = [b.template(f"t{n}") for n in range(1, size)]
    resources += [b.campaign(f"c{n}", template=f"t{n}") for n in range(1, size)]
    plan = make_plan(b.look(b.definitions(*resources), known))
    assert plan.summary["unchanged"] == size - 1
    assert plan.summary["held"] == size - 1
