"""How an import tells of itself: the document of what was written where, and what a person should know."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from jsms_sync.definitions.adopted import Written
from jsms_sync.definitions.extending import Draft
from jsms_sync.model.events import Event
from jsms_sync.model.observed import Observed, SeenTemplate
from jsms_sync.model.records import State, TemplateRecord
from jsms_sync.model.resources import Address, Definitions, Form, Problem, RecipientsFile, kind_of
from jsms_sync.planning.adoption import Wish, is_recorded, schedules
from jsms_sync.planning.document import FORMAT_VERSION, Json, held_document
from jsms_sync.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class Adoption:
    """All that an import is going to save, and what proves that it fits; `before` is the state as it was."""

    wishes: tuple[Wish, ...]
    written: Mapping[Address, Written]
    drafts: tuple[Draft, ...]
    events: tuple[Event, ...]
    definitions: Definitions
    problems: tuple[Problem, ...]
    observed: Observed
    plan: Plan
    before: State
    now: datetime


def import_document(adoption: Adoption, location: str, *, is_new: bool) -> Json:
    """What was written where, as JSON."""
    addresses = {wish.address for wish in adoption.wishes}
    result = "created" if is_new else "extended" if adoption.events else "unchanged"
    return {
        "format_version": FORMAT_VERSION,
        "imported": [_entry(wish, adoption) for wish in adoption.wishes],
        "files": [
            {"file": draft.name, "result": "created" if draft.before is None else "extended"}
            for draft in adoption.drafts
        ],
        "state": {"location": location, "result": result},
        "held": [held_document(held) for held in adoption.plan.held if held.address in addresses],
        "notes": list(_notes(adoption)),
    }


def _entry(wish: Wish, adoption: Adoption) -> Json:
    desired = adoption.definitions.get(wish.address)
    assert desired is not None
    source = desired.source
    is_template = kind_of(wish.address) == "template"
    entry = adoption.written.get(wish.address)
    return {
        "address": wish.address,
        "remote_ids": [int(id) if is_template else id for id in wish.ids],
        "phase": _phase(wish, adoption),
        "entry": "written" if entry else "existing",
        "source": {"file": source.file, "line": source.line, "column": source.column},
        "recipients_file": entry.recipients_file if entry else None,
        "record": "existing" if is_recorded(wish, adoption.before) else "recorded",
    }


def _phase(wish: Wish, adoption: Adoption) -> str:
    """How it stands, in the words of `status`."""
    if kind_of(wish.address) == "template":
        seen = adoption.observed.templates[int(wish.ids[0])]
        assert isinstance(seen, SeenTemplate)
        return seen.status.value
    sent = any(s.send_time <= adoption.now for s in schedules(wish, adoption.observed))
    return "sent" if sent else "scheduled"


def _notes(adoption: Adoption) -> Iterator[str]:
    for wish in adoption.wishes:
        yield from _unseen(wish, adoption)
        for held in adoption.plan.held:
            if held.address == wish.address:
                yield f"{wish.address}: {held.reason}"
        yield from (note for note in adoption.plan.notes if note.startswith(f"{wish.address}:"))
    for problem in adoption.problems:
        if problem.address in adoption.written:
            yield f"{problem.position}: {problem.message} [{problem.code}]"


def _unseen(wish: Wish, adoption: Adoption) -> Iterator[str]:
    """What no GET shows of a schedule, and so had to be assumed (`jsms-api.md §4.5`)."""
    desired = adoption.definitions.campaigns.get(wish.address)
    if desired is None or is_recorded(wish, adoption.before):
        return
    if wish.address not in adoption.written:
        yield f"{wish.address}: JSMS does not show sign_id and tag, so those of the definition were recorded"
        return
    yield f"{wish.address}: JSMS shows neither sign_id nor tag; if it has one, write it into the entry"
    if desired.form is Form.SINGLE:
        yield f"{wish.address}: taken for a single schedule; if it is a batch of one, write `recipients`"
    if isinstance(desired.recipients, RecipientsFile):
        yield f"{wish.address}: {desired.recipients.name} holds phone numbers; decide who may read it"
    for address, record in adoption.before.resources.items():
        if isinstance(record, TemplateRecord) and desired.temp_id in record.revisions:
            yield f"{wish.address}: {desired.temp_id} is a text of {address} that does not serve"
