"""A deletion and a creation of equal content in one plan: probably a rename that was not said to be one."""

from collections.abc import Iterable, Iterator, Sequence

from jsms_sync.kinds.template_settle import desired_text
from jsms_sync.model.decisions import Action, Change, PlaceBatch, SubmitTemplate
from jsms_sync.model.digests import unpack
from jsms_sync.model.records import Record, State, TemplateRecord
from jsms_sync.model.resources import Address, Definitions, kind_of, name_of


def rename_notes(changes: Sequence[Change], definitions: Definitions, state: State) -> Iterator[str]:
    """For each creation whose content an address without a definition still has, how to say that it is it."""
    created = [change for change in changes if change.action is Action.CREATE]
    for old in sorted(_going(changes, definitions, state)):
        for new in (change.address for change in created if _is_same(change, old, state.resources[old])):
            yield (
                f"{new} has the content of {old}, whose definition is gone. Is this a rename? "
                f"Then give it `moved_from: {name_of(old)}`, and nothing is created or deleted"
            )


def _going(changes: Iterable[Change], definitions: Definitions, state: State) -> set[Address]:
    """What would be deleted, or would be if it were not protected."""
    undefined = {a: record for a, record in state.resources.items() if definitions.get(a) is None}
    kept = {a for a, record in undefined.items() if isinstance(record, TemplateRecord) and record.protect}
    return kept | {change.address for change in changes if change.action is Action.DELETE}


def _is_same(change: Change, old: Address, record: Record) -> bool:
    if kind_of(change.address) != kind_of(old):
        return False
    if isinstance(record, TemplateRecord):
        texts = {text for r in record.revisions.values() for text in (r.sent, r.echo) if text is not None}
        submitted = (step.template for step in change.steps if isinstance(step, SubmitTemplate))
        return any(desired_text(template) in texts for template in submitted)
    drafts = [step.draft for step in change.steps if isinstance(step, PlaceBatch)]
    targets = [batch.target for batch in record.batches.values()]
    placed = {(draft.send_time, *item) for draft in drafts for item in unpack(draft.members).items()}
    recorded = {(target.send_time, *item) for target in targets for item in unpack(target.members).items()}
    return bool(placed) and placed == recorded
