"""The proof that an adopted object is just what its definition says: the plan for it is empty."""

from collections.abc import Iterable, Iterator

from jsms_sync.errors import Exit
from jsms_sync.model.decisions import Change, Held, HeldCode
from jsms_sync.model.records import State
from jsms_sync.model.resources import Address, Campaign, Definitions, Severity, kind_of, template_address
from jsms_sync.planning.adoption import Objection, Wish
from jsms_sync.planning.fields import FieldChange, differences
from jsms_sync.planning.plan import Plan

AS_IT_IS = frozenset({HeldCode.AWAITING_APPROVAL, HeldCode.REJECTED, HeldCode.TEMPLATE_NOT_APPROVED})
"""Held by its audit alone: the definition and the object are the same."""


def misfits(
    wishes: Iterable[Wish], definitions: Definitions, state: State, plan: Plan
) -> Iterator[Objection]:
    """Whatever would have to be done about what was wished for; the plan is that for the state given."""
    for wish in wishes:
        yield from _moved(wish, definitions, state)
        yield from _other_template(wish, definitions, state)
        for change in plan.changes:
            if change.address == wish.address:
                yield _changed(wish, change)
        for held in plan.held:
            if held.address == wish.address and held.code not in AS_IT_IS:
                yield _held(wish, held)
        for refusal in plan.refusals:
            if refusal.address == wish.address:
                yield Objection(wish, f"{wish.address}: {refusal.reason}", "Nothing was recorded.")
        for problem in plan.problems:
            if problem.address == wish.address and problem.severity is Severity.ERROR:
                yield Objection(wish, f"{problem.position}: {problem.message}", problem.help, problem.code)


def _moved(wish: Wish, definitions: Definitions, state: State) -> Iterator[Objection]:
    """A record that comes with `moved_from` would be left behind, to be deleted."""
    desired = definitions.get(wish.address)
    if desired is None or desired.moved_from is None:
        return
    old = Address(f"{kind_of(wish.address)}.{desired.moved_from}")
    if old in state.resources:
        message = f"{wish.address} is the new name of {old}, whose record the next apply moves there"
        yield Objection(wish, message, "Run `jsms-sync apply`, or remove `moved_from` to have two of them.")


def _other_template(wish: Wish, definitions: Definitions, state: State) -> Iterator[Objection]:
    """A campaign names a template by name only when its schedules send a revision of that."""
    desired, record = definitions.campaigns.get(wish.address), state.campaign(wish.address)
    if not isinstance(desired, Campaign) or desired.template is None or record is None:
        return
    template = template_address(desired.template)
    known = state.template(template)
    for temp_id in sorted({batch.target.temp_id for batch in record.batches.values()}):
        if known is None or temp_id not in known.revisions:
            message = f"{wish.address} is to send {template}, but its schedule sends {temp_id}"
            help = f"Import {template} with {temp_id} first or with it, or write `temp_id: {temp_id}`."
            yield Objection(wish, message, help)


def _changed(wish: Wish, change: Change) -> Objection:
    told = "; ".join(map(_difference, differences(change.before, change.after)))
    where = f" at {change.source}" if change.source else ""
    message = f"{wish.address}{where} is not what JSMS shows for {', '.join(wish.ids)}: "
    help = "Write into the entry what JSMS has, or take the entry out to have it written."
    return Objection(wish, message + (told or f"the plan for it would be {change.action}"), help)


def _difference(field: FieldChange) -> str:
    """Counts of recipients have no before."""
    if field.path.startswith("recipients_"):
        return f"{field.path.replace('_', ' ')} in the definition: {field.after}"
    return f"`{field.path}` is {_shown(field.before)} there, and {_shown(field.after)} in the definition"


def _shown(value: object) -> str:
    return "nothing" if value is None else f"`{value}`"


def _held(wish: Wish, held: Held) -> Objection:
    exit = Exit.FAILED if held.code is HeldCode.UNREADABLE else Exit.INVALID
    message = f"{wish.address} would be held ({held.code}): {held.reason}"
    help = "; ".join(held.next) or "`jsms-sync plan` tells more."
    return Objection(wish, message, help, held.code.value, exit)
