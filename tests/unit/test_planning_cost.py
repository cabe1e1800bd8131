"""What campaigns cost, as JSMS counts (architecture §7)."""

from dataclasses import replace

import builders as b
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jsms_sync.model.observed import Observed
from jsms_sync.model.privacy import Params
from jsms_sync.model.records import Record, State
from jsms_sync.model.resources import Campaign, TemplateType
from jsms_sync.model.text import signature_length
from jsms_sync.planning.cost import NOTHING, Bill, Cost, Costs, Pattern, total
from jsms_sync.planning.decide import make_plan
from jsms_sync.planning.plan import Estimate

NOTIFICATION, MARKETING = TemplateType.NOTIFICATION, TemplateType.MARKETING


@pytest.mark.parametrize(
    ("content", "type", "values", "parts"),
    [
        ("一" * 60, NOTIFICATION, {}, 1),
        ("一" * 61, NOTIFICATION, {}, 2),
        ("一" * 124, NOTIFICATION, {}, 2),
        ("一" * 125, NOTIFICATION, {}, 3),
        ("一" * 58 + "\n", NOTIFICATION, {}, 1),
        ("一" * 59 + "\n", NOTIFICATION, {}, 2),
        ("一" * 54, MARKETING, {}, 1),
        ("一" * 55, MARKETING, {}, 2),
        ("一" * 58 + "{{a}}", NOTIFICATION, {"a": "xy"}, 1),
        ("一" * 58 + "{{a}}", NOTIFICATION, {"a": "xyz"}, 2),
        ("一" * 58 + "{{a}}", NOTIFICATION, {"a": "\n"}, 1),
        ("一" * 58 + "{{a}}", NOTIFICATION, {"a": "\n."}, 2),
        ("一" * 56 + "{{a}}{{a}}", NOTIFICATION, {"a": "xyz"}, 2),
        ("一" * 60 + "{{a}}", NOTIFICATION, {}, 1),
        ("{{a}}", NOTIFICATION, {"a": "x" * 500, "b": "y" * 500}, 8),
    ],
)
def test_a_message_has_the_parts_that_jsms_bills(
    content: str, type: TemplateType, values: dict[str, str], parts: int
) -> None:
    """70 to one part, else 67 each, with a signature of 10 and, for marketing, the opt-out text of 6."""
    assert Pattern.of(content, type).parts(Params(values)) == parts


@pytest.mark.parametrize(("signature", "parts"), [("极光", 1), ("极光旗舰", 2), (None, 2)])
def test_the_signature_of_the_settings_counts_with_its_brackets(signature: str | None, parts: int) -> None:
    """A known signature counts its own length, an unknown one 10."""
    pattern = Pattern.of("一" * 65, NOTIFICATION, signature_length(signature))
    assert pattern.parts(Params()) == parts


def test_a_plan_counts_with_the_signature_it_is_given() -> None:
    """The estimate of a plan is for the signature in front of its texts."""
    known = b.state({"template.t": b.template_record(b.revision(10, "一" * 66, served=True), serving=10)})
    look = b.look(b.definitions(b.template(content="一" * 66), b.campaign("c", "a b")), known)
    assert make_plan(look).estimate == Estimate(2, 4)
    assert make_plan(replace(look, signature=4)).estimate == Estimate(2, 2)


@given(st.text("一\n", max_size=300), st.text(max_size=100))
def test_longer_values_never_cost_less(content: str, value: str) -> None:
    """Another character adds at most one part, and never takes one away."""
    pattern = Pattern.of(content + "{{a}}", MARKETING)
    before, after = (pattern.parts(Params({"a": text})) for text in (value, value + "x"))
    assert before <= after <= before + 1


def test_the_plan_counts_what_is_placed_or_changed() -> None:
    """Messages and parts of placed and changed schedules; an unknown text counts one part to a message."""
    served = b.template_record(b.revision(10, "一" * 60 + "{{n}}", served=True), serving=10)
    pending = b.campaign_record({"2": b.batch("2", "g h")})
    known = b.state({"template.t": served, "campaign.d": pending})
    wanted = b.definitions(
        b.template(content="一" * 60 + "{{n}}"),
        b.campaign("c", "a b"),
        b.campaign("d", "g h"),
        b.campaign("e", "e f", temp_id=1),
        b.campaign("f", "i", temp_id=7),
    )
    shown = b.observed(known, {1: b.GONE, 7: b.seen_template(7, b.text_of("{{n}}"))}, people={"2": "g h"})
    assert make_plan(b.look(wanted, known, shown)).estimate == Estimate(5, 7)
    assert make_plan(b.look(b.definitions(b.template()), known, shown)).estimate == Estimate(0, 0)


LONG = "x" * 130
"""Two parts more."""


def costing(known: State, *campaigns: Campaign, shown: Observed | None = None, now: str = "+0s") -> Costs:
    """The costs of a plan for the template t and these campaigns."""
    wanted = b.definitions(b.template(), *campaigns)
    return make_plan(b.look(wanted, known, shown, now=b.moment(now))).costs


def served(**campaigns: Record) -> State:
    """A state that knows the template t, and these campaigns."""
    text = b.template_record(b.revision(10, served=True), serving=10)
    return b.state({"template.t": text, **{f"campaign.{name}": r for name, r in campaigns.items()}})


def test_a_campaign_costs_what_its_real_recipients_cost() -> None:
    """The fewest, the most and all parts; nothing is scheduled before."""
    (cost,) = costing(served(), b.campaign("c", f"a b={LONG} d")).values()
    assert cost == Cost(NOTHING, Bill(3, 5, 1, 3), Bill(3, 5, 1, 3))


def test_what_stays_counts_before_and_after_and_what_goes_before_only() -> None:
    """One batch is changed, one stays, one is deleted; the estimate counts what is changed only."""
    record = b.campaign_record({"1": b.batch("1", "a b"), "2": b.batch("2", "d e f"), "3": b.batch("3", "g")})
    known = served(c=record)
    people = {"1": "a b", "2": "d e f", "3": "g"}
    shown = b.observed(known, people=people)
    (cost,) = costing(known, b.campaign("c", f"a b={LONG} d e f"), shown=shown).values()
    assert cost == Cost(Bill(6, 6, 1, 1), Bill(5, 7, 1, 3), Bill(2, 4, 1, 3))
    removed = costing(known, shown=shown)
    assert removed == {"campaign.c": Cost(Bill(6, 6, 1, 1), NOTHING)}


def test_schedules_that_were_not_read_and_those_in_doubt_count_one_part_a_message() -> None:
    """Their people are recorded, their values are not."""
    record = b.campaign_record({"1": b.batch("1", "a b"), "2": b.batch("2", "d", at="-1h")})
    doubt = b.intent("POST", "campaign.c", batch="3", target=b.target("e f g"))
    unknown = b.intent("POST", "campaign.c", id="j", batch="4")
    known = b.state({**served(c=record).resources}, intents=[doubt, unknown])
    costs = costing(known, b.campaign("c", "a b d e f g"), shown=b.observed(known, {}, {"s1": b.UNREADABLE}))
    unsure = Bill(5, 5, is_known=False)
    assert costs["campaign.c"] == Cost(unsure, unsure, NOTHING)


@pytest.mark.parametrize(
    ("desired", "expected"),
    [
        (b.campaign("c", f"a b={LONG}"), Bill(2, 4, 1, 3)),
        (b.campaign("c", "a b", temp_id=7), Bill(2, 2, 1, 1, 2)),
        (b.campaign("c", "a b", temp_id=8), Bill(2, 2, is_known=False)),
        (b.campaign("c", "a b", template="lost"), Bill(2, 2, is_known=False)),
        (b.campaign("c", "a b", at="-1h"), None),
    ],
)
def test_a_campaign_that_waits_says_what_it_would_cost(desired: Campaign, expected: Bill | None) -> None:
    """By the text that is desired, as far as anybody knows it; one whose time has passed costs nothing."""
    known = b.state({"template.t": b.template_record(b.revision(10, status="auditing"))})
    shown = b.observed(
        known, {7: b.seen_template(7, b.text_of(b.GREETING, "marketing"), "auditing"), 8: b.UNREADABLE}
    )
    (cost,) = costing(known, desired, shown=shown).values()
    assert cost == Cost(wanted=expected)


def test_no_people_cost_nothing() -> None:
    """Neither with a text nor without one."""
    assert Bill.unknown(0) == NOTHING == Bill.of(Pattern(70, ()), {}, MARKETING) == total(())
