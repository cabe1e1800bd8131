"""Adopt: an id that the state does not know is recorded, once it was read and fits the definition."""

from collections.abc import Callable, Sequence
from datetime import datetime

from jsms_sync.api.client import Client
from jsms_sync.applying.refresh import read_schedule, read_template
from jsms_sync.applying.resolve import check_free, check_read
from jsms_sync.errors import InvalidInput
from jsms_sync.kinds.batches import next_keys
from jsms_sync.kinds.template_changes import header
from jsms_sync.kinds.template_settle import desired_text
from jsms_sync.model.digests import Digester, each
from jsms_sync.model.events import BatchSet, CampaignSet, Event, Remembered, RevisionSet, Settled
from jsms_sync.model.observed import SeenSchedule, SeenTemplate
from jsms_sync.model.records import Batch, CampaignRecord, Happened, HistoryEntry, Revision, State
from jsms_sync.model.resources import (
    Address,
    Campaign,
    Definitions,
    Form,
    Recipient,
    RecipientsFile,
    Resource,
    Template,
    template_address,
)
from jsms_sync.model.rolls import Roll, roll_of
from jsms_sync.planning.adoption import found_batch
from jsms_sync.planning.history import by_address, forgettable, was_cancelled, was_forgotten

Rolls = Callable[[RecipientsFile, frozenset[str]], Roll]


def _none(_file: RecipientsFile, _names: frozenset[str]) -> Roll:
    return Roll()


def nothing_there(state: State, address: Address, now: datetime) -> tuple[Event, ...]:
    """The events that say that nothing of the address exists but what is recorded."""
    history = by_address(state)
    names = (name for name in sorted(forgettable(state, history, address)) if was_forgotten(history, name))
    return (Settled(address), *(Remembered(HistoryEntry(name, Happened.DELETED, now)) for name in names))


def adopted(
    client: Client,
    state: State,
    definitions: Definitions,
    digester: Digester,
    address: Address,
    ids: Sequence[str],
    now: datetime,
    rolls: Rolls = _none,
) -> tuple[Event, ...]:
    """The events that record those ids; InvalidInput when one of them does not fit the definition.

    `rolls` reads who is in a recipients file, with just those parameters.

    The signature of a schedule cannot be read, and is taken to be the defined one (`jsms-api.md §4.5`).
    """
    if len(set(ids)) < len(ids):
        raise InvalidInput("the same id is given twice", help="Name each object once.")
    desired = definitions.get(address)
    if desired is None:
        raise InvalidInput(
            f"{address} is not defined, so nothing can be compared with its definition",
            help="Put its definition back, or name its file with -f.",
        )
    for id in ids:
        check_free(state, address, id)
    return (*_recorded(client, state, desired, digester, ids, now, rolls), Settled(address))


def _recorded(
    client: Client,
    state: State,
    desired: Resource,
    digester: Digester,
    ids: Sequence[str],
    now: datetime,
    rolls: Rolls,
) -> tuple[Event, ...]:
    if isinstance(desired, Template):
        revisions = (RevisionSet(desired.address, _revision(client, desired, id, now)) for id in ids)
        return (header(desired, state.template(desired.address)), *revisions)
    known = state.campaign(desired.address)
    record = known or CampaignRecord()
    keys = next_keys(record.batches)
    batches = (
        BatchSet(desired.address, key, _batch(client, state, desired, digester, id, now, rolls))
        for key, id in zip(keys, ids, strict=False)
    )
    # A cancel that came before its id was known is not undone by that.
    stopped = known.cancelled if known else was_cancelled(by_address(state), desired.address)
    head = CampaignSet(desired.address, desired.source.file, desired.template, stopped)
    return (head, *batches)


def _revision(client: Client, desired: Template, id: str, now: datetime) -> Revision:
    if not id.isascii() or not id.isdigit():
        raise InvalidInput(f"{id} is not a temp_id", help="Give the number that the JSMS console shows.")
    seen = read_template(client, int(id))
    check_read(seen, id)
    assert isinstance(seen, SeenTemplate)
    if seen.text != desired_text(desired):
        raise _no_fit(desired, id, "its text is another one")
    return Revision(seen.temp_id, now, seen.text, seen.remark, seen.text, seen.status)


def _batch(
    client: Client,
    state: State,
    desired: Campaign,
    digester: Digester,
    id: str,
    now: datetime,
    rolls: Rolls,
) -> Batch:
    seen = read_schedule(client, id)
    check_read(seen, id)
    assert isinstance(seen, SeenSchedule)
    why = _misfit(seen, desired, state)
    if not why and not _are_wanted(seen, desired, digester, rolls):
        why = "it has recipients, or parameters, that are not defined"
    if why:
        raise _no_fit(desired, id, why)
    return found_batch(desired, seen, digester, now)


def _misfit(seen: SeenSchedule, desired: Campaign, state: State) -> str:
    """Why the schedule is not one of that campaign; empty when it is."""
    if seen.send_time != desired.send_time:
        return "its send_time is another one"
    if seen.temp_id not in _temp_ids(desired, state):
        return f"its template {seen.temp_id} is not one that is recorded for {_reference(desired)}"
    single = desired.form is Form.SINGLE and len(seen.recipients) != 1
    return "it is not the schedule of one recipient" if single else ""


def _are_wanted(seen: SeenSchedule, desired: Campaign, digester: Digester, rolls: Rolls) -> bool:
    """Whether all in it are defined with their parameters; a definition may have more than the text needs."""
    by_names: dict[frozenset[str], list[Recipient]] = {}
    for recipient in seen.recipients:
        by_names.setdefault(recipient.params.names, []).append(recipient)
    return all(
        set(each(roll_of(shown, digester).members)) <= set(each(_wanted(desired, names, digester, rolls)))
        for names, shown in by_names.items()
    )


def _wanted(desired: Campaign, names: frozenset[str], digester: Digester, rolls: Rolls) -> bytes:
    """The entries of those who are defined with all of these parameters."""
    if isinstance(desired.recipients, RecipientsFile):
        return rolls(desired.recipients, names).members
    people = [recipient for recipient in desired.recipients if names <= recipient.params.names]
    return roll_of(people, digester, names).members


def _reference(desired: Campaign) -> Address | str:
    return template_address(desired.template) if desired.template else f"temp_id {desired.temp_id}"


def _temp_ids(desired: Campaign, state: State) -> frozenset[int]:
    if desired.template is None:
        return frozenset({desired.temp_id} if desired.temp_id is not None else ())
    record = state.template(template_address(desired.template))
    return frozenset(record.revisions if record else ())


def _no_fit(desired: Resource, id: str, why: str) -> InvalidInput:
    help = "Nothing was recorded. A template that is not recorded can be resolved before its campaigns."
    return InvalidInput(f"{id} does not fit the definition of {desired.address}: {why}", help=help)
