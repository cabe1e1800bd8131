"""A deletion and a creation of equal content in one plan: probably a rename that was not said to be one."""

from collections.abc import Hashable, Iterator, Mapping, Sequence

from jsms_sync.kinds.template_settle import desired_text
from jsms_sync.model.decisions import Action, Change, PlaceBatch, SubmitTemplate
from jsms_sync.model.digests import unpack
from jsms_sync.model.records import Record, State, TemplateRecord
from jsms_sync.model.resources import Address, Definitions, name_of


def rename_notes(changes: Sequence[Change], definitions: Definitions, state: State) -> Iterator[str]:
    """For each creation whose content an address without a definition still has, how to say that it is it."""
    gone = _gone(changes, definitions, state)
    created = (change for change in changes if gone and change.action is Action.CREATE)
    for change in created:
        old = next((gone[content] for content in _made(change) if content in gone), None)
        if old is not None:
            yield (
                f"{change.address} has the content of {old}, whose definition is gone. Is this a rename? "
                f"Then give it `moved_from: {name_of(old)}`, and nothing is created or deleted"
            )


def _gone(changes: Sequence[Change], definitions: Definitions, state: State) -> Mapping[Hashable, Address]:
    """What would be deleted, or would be if it were not protected, by its content."""
    deleted = {change.address for change in changes if change.action is Action.DELETE}
    protected = {
        address
        for address, record in state.resources.items()
        if isinstance(record, TemplateRecord) and record.protect and definitions.get(address) is None
    }
    going = sorted(deleted | protected, reverse=True)
    return {content: address for address in going for content in _held(state.resources[address])}


def _held(record: Record) -> Iterator[Hashable]:
    """The texts of a template; who is texted when by a campaign."""
    if isinstance(record, TemplateRecord):
        yield from (text for r in record.revisions.values() for text in (r.sent, r.echo) if text is not None)
        return
    targets = [batch.target for batch in record.batches.values()]
    yield frozenset((t.send_time, *member) for t in targets for member in unpack(t.members).items())


def _made(change: Change) -> Iterator[Hashable]:
    """The same of what a change creates."""
    for step in change.steps:
        if isinstance(step, SubmitTemplate):
            yield desired_text(step.template)
    drafts = [step.draft for step in change.steps if isinstance(step, PlaceBatch)]
    if drafts:
        yield frozenset((d.send_time, *member) for d in drafts for member in unpack(d.members).items())
