"""Whether the balance pays for everything that is scheduled, by the purses of JSMS (`jsms-api.md §5`)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from jsms_sync.model.decisions import Refusal, RefusalCode
from jsms_sync.planning.choices import Choices, override
from jsms_sync.planning.cost import Bill, total
from jsms_sync.planning.plan import Plan

UNREAD = (
    "the balance could not be read, so nobody can tell whether it suffices; where an app has none of its own,"
    " JSMS_DEV_KEY and JSMS_DEV_SECRET let the account's be read"
)


@dataclass(frozen=True, slots=True)
class Balance:
    """The parts that can be paid: of any type, of codes and notifications only, of marketing only.

    `owner` is who has them, the app or, where nothing is allotted to the app, the account.
    """

    general: int
    industry: int = 0
    marketing: int = 0
    owner: str = "app"

    def pays_for(self, bill: Bill) -> int:
        """The parts that can be paid of what such a bill consists of."""
        marketing = self.marketing if bill.marketing else 0
        return self.general + marketing + (self.industry if bill.parts > bill.marketing else 0)

    def lacks(self, bill: Bill) -> int:
        """The parts of the bill that neither the special purses nor the general one can pay."""
        industry = max(bill.parts - bill.marketing - self.industry, 0)
        marketing = max(bill.marketing - self.marketing, 0)
        return max(industry + marketing - self.general, 0)


def with_balance(plan: Plan, balance: Balance | None, choices: Choices) -> Plan:
    """The plan, with the balance before and after in its estimate, and refused where that does not suffice.

    What is scheduled already counts too: JSMS bills a schedule when it sends it.
    """
    if balance is None:
        return replace(plan, notes=(*plan.notes, UNREAD))
    before = total(cost.before for cost in plan.costs.values())
    after = total(cost.after for cost in plan.costs.values())
    there = balance.pays_for(after)
    priced = replace(plan.estimate, balance=there, balance_after=there - after.parts)
    refusals = tuple(_refusals(balance, before, after, choices))
    return replace(plan, estimate=priced, refusals=(*plan.refusals, *refusals))


def _refusals(balance: Balance, before: Bill, after: Bill, choices: Choices) -> Iterator[Refusal]:
    """What takes nothing more than is scheduled already is not refused: it may be the way out."""
    lacking, code = balance.lacks(after), RefusalCode.INSUFFICIENT_BALANCE
    if not lacking or after.parts <= before.parts or choices.allows(code, None):
        return
    pays = f"the {balance.owner}'s balance pays for {balance.pays_for(after):,}"
    if lacking > after.parts - balance.pays_for(after):
        pays += f" ({balance.marketing:,} of them only for marketing, {balance.industry:,} only for the rest)"
    needs = f"everything that is scheduled then takes {after.parts:,} parts"
    needs += f", {before.parts:,} of them scheduled already" if before.parts else ""
    missing = "1 part is" if lacking == 1 else f"{lacking:,} parts are"
    reason = f"{needs}; {pays}: {missing} missing"
    yield Refusal(code, reason, override=f"--allow {override(code, None)}")
