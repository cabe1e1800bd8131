"""The balance before and after, and whether it pays for everything that is scheduled."""

import builders as b
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jsms_sync.model.resources import Campaign
from jsms_sync.planning.balance import UNREAD, Balance, with_balance
from jsms_sync.planning.choices import NOTHING_CHOSEN, Choices
from jsms_sync.planning.cost import Bill
from jsms_sync.planning.decide import make_plan
from jsms_sync.planning.plan import Plan

AMOUNTS = st.integers(0, 50)


def planned(*campaigns: Campaign) -> Plan:
    """A plan where t (notification) is approved, m (marketing) too, and d is scheduled for three people."""
    known = b.state(
        {
            "template.t": b.template_record(b.revision(10, served=True), serving=10),
            "template.m": b.template_record(b.revision(20, type="marketing", served=True), serving=20),
            "campaign.d": b.campaign_record({"1": b.batch("1", "x y z")}),
        }
    )
    wanted = b.definitions(b.template(), b.template("m", type="marketing"), *campaigns)
    return make_plan(b.look(wanted, known, b.observed(known, people={"1": "x y z"})))


D = b.campaign("d", "x y z")


@pytest.mark.parametrize(
    ("campaigns", "balance", "shown", "missing"),
    [
        ((D, b.campaign("c", "a b")), Balance(5), (5, 0), 0),
        ((D, b.campaign("c", "a b")), Balance(4), (4, -1), 1),
        ((D, b.campaign("c", "a b")), Balance(0, 5), (5, 0), 0),
        ((D, b.campaign("c", "a b")), Balance(2, 3), (5, 0), 0),
        ((D, b.campaign("c", "a b")), Balance(0, 0, 9), (0, -5), 5),
        ((D, b.campaign("c", "a b", template="m")), Balance(0, 3, 2), (5, 0), 0),
        ((D, b.campaign("c", "a b", template="m")), Balance(1, 9, 1), (11, 6), 0),
        ((D, b.campaign("c", "a b", template="m")), Balance(0, 9, 1), (10, 5), 1),
        ((b.campaign("d", "x y"),), Balance(0), (0, -2), 0),
        ((b.campaign("d", "x y z", at="+2d"),), Balance(0), (0, -3), 0),
        ((b.campaign("d", "x y z w"),), Balance(3), (3, -1), 1),
    ],
)
def test_everything_that_is_scheduled_has_to_be_paid(
    campaigns: tuple[Campaign, ...], balance: Balance, shown: tuple[int, int], missing: int
) -> None:
    """Special balances pay for their type, the general one for any; what adds nothing is not refused."""
    plan = with_balance(planned(*campaigns), balance, NOTHING_CHOSEN)
    assert (plan.estimate.balance, plan.estimate.balance_after) == shown
    assert [refusal.code.value for refusal in plan.refusals] == ["insufficient-balance"] * bool(missing)
    told = f": {missing} parts are missing" if missing > 1 else ": 1 part is missing"
    assert all(refusal.reason.endswith(told) for refusal in plan.refusals)
    allowed = with_balance(planned(*campaigns), balance, Choices(allow=frozenset({"insufficient-balance"})))
    assert allowed.refusals == ()


@pytest.mark.parametrize(
    ("balance", "template", "reason"),
    [
        (
            Balance(1, owner="account"),
            "t",
            "everything that is scheduled then takes 5 parts, 3 of them scheduled already; the account's"
            " balance pays for 1: 4 parts are missing",
        ),
        (
            Balance(0, 9, 1),
            "m",
            "everything that is scheduled then takes 5 parts, 3 of them scheduled already; the app's"
            " balance pays for 10 (1 of them only for marketing, 9 only for the rest): 1 part is missing",
        ),
    ],
)
def test_a_refusal_says_what_is_missing_and_of_what(balance: Balance, template: str, reason: str) -> None:
    """Where the sum would suffice, it says that the special balances pay for their own type only."""
    plan = with_balance(planned(D, b.campaign("c", "a b", template=template)), balance, NOTHING_CHOSEN)
    (refusal,) = plan.refusals
    assert (refusal.reason, refusal.address) == (reason, None)
    assert refusal.override == "--allow insufficient-balance"


def test_the_first_campaign_is_told_without_what_is_scheduled_already() -> None:
    """Nothing else is there."""
    plan = with_balance(planned(b.campaign("c", "a b")), Balance(0), NOTHING_CHOSEN)
    assert [r.reason for r in plan.refusals] == []
    known = b.state({"template.t": b.template_record(b.revision(10, served=True), serving=10)})
    alone = make_plan(b.look(b.definitions(b.template(), b.campaign("c", "a b")), known))
    (refusal,) = with_balance(alone, Balance(0), NOTHING_CHOSEN).refusals
    assert refusal.reason == (
        "everything that is scheduled then takes 2 parts; the app's balance pays for 0: 2 parts are missing"
    )


def test_a_balance_that_could_not_be_read_is_noted() -> None:
    """Nothing is refused for what nobody knows."""
    plan = with_balance(planned(D, b.campaign("c")), None, NOTHING_CHOSEN)
    assert (plan.estimate.balance, plan.refusals) == (None, ())
    assert plan.notes[-1] == UNREAD


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
def test_what_is_lacking_is_what_no_assignment_of_purses_can_pay(
    general: int, industry: int, marketing: int, parts: int, of_marketing: int
) -> None:
    """With just so much more of any type it suffices, and with one less it does not."""
    bill = Bill(1, parts + of_marketing, 1, 1, of_marketing)
    lacking = Balance(general, industry, marketing).lacks(bill)
    assert Balance(general + lacking, industry, marketing).lacks(bill) == 0
    if lacking:
        assert Balance(general + lacking - 1, industry, marketing).lacks(bill) == 1
