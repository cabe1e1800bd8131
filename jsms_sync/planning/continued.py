"""`apply --continue`: what the last apply had to leave for later, and nothing else."""

from jsms_sync.errors import Stale
from jsms_sync.model.records import LastApply, State
from jsms_sync.model.resources import Address
from jsms_sync.planning.plan import Plan
from jsms_sync.planning.saved import narrowed

APPLY = "Plan what is defined now, and apply that; --continue only ends what an apply has begun."


def continued(plan: Plan, state: State) -> Plan:
    """What the last apply had left for later, as far as it is possible by now.

    Raises Stale where nothing was applied yet, or the definitions are not those that were.
    """
    last = state.last_apply
    if last is None:
        raise Stale("there is nothing to continue: no apply is recorded here", help=APPLY)
    if last.definitions_digest != plan.origin.definitions_digest:
        raise Stale("the definitions are not those of the last apply", help=APPLY)
    waiting = frozenset(last.waiting)
    return narrowed(plan, lambda change: change.address in waiting, "that the last apply did not leave open")


def last_apply(plan: Plan, state: State, *, continues: bool) -> LastApply | None:
    """What is to be recorded of this apply; None where the state says the same already.

    What waits is what is held, and what later runs still have to do; a continuation adds nothing to that.
    """
    found = waiting(plan)
    before = state.last_apply
    if continues and before is not None:
        found &= frozenset(before.waiting)
    now = LastApply(
        plan_id=plan.origin.id,
        definitions_digest=plan.origin.definitions_digest,
        at=plan.origin.created_at,
        waiting=tuple(sorted(found)),
    )
    told = before and (before.definitions_digest, before.waiting)
    return None if told == (now.definitions_digest, now.waiting) else now


def waiting(plan: Plan) -> frozenset[Address]:
    """The addresses of which something is held, or is to come after what is done now."""
    held = {held.address for held in plan.held}
    return frozenset(held | {change.address for change in plan.changes if change.next})
