"""Resolve: a person says what became of a POST in doubt, and the service is read before it is believed."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from jsms_sync.api.client import Client
from jsms_sync.applying.refresh import read_schedule, read_template
from jsms_sync.errors import InvalidInput, OperationFailed
from jsms_sync.kinds.campaign_settle import is_comparable
from jsms_sync.model.digests import Digester, pack, unpack
from jsms_sync.model.events import BatchSet, Event, IntentClosed, RevisionSet
from jsms_sync.model.observed import Gone, SeenSchedule, SeenTemplate, Unreadable
from jsms_sync.model.records import Batch, CampaignRecord, Intent, Revision, State, TemplateRecord, Text
from jsms_sync.model.resources import Address, kind_of


def not_created(state: State, address: Address) -> tuple[Event, ...]:
    """The events that say that none of the address's POSTs in doubt has acted."""
    return tuple(IntentClosed(intent.id) for intent in _doubts(state, address))


def created(
    client: Client, state: State, digester: Digester, address: Address, ids: Sequence[str], now: datetime
) -> tuple[Event, ...]:
    """The events that adopt those ids, each of which must fit an intent; InvalidInput when one does not."""
    open_doubts = list(_doubts(state, address))
    if len(set(ids)) < len(ids):
        raise InvalidInput("the same id is given twice", help="Each doubt needs an id of its own.")
    events: list[Event] = []
    for id in ids:
        check_free(state, address, id)
        if kind_of(address) == "template":
            intent, event = _template(client, open_doubts, address, id, now)
        else:
            intent, event = _schedule(client, open_doubts, digester, address, id, now)
        open_doubts.remove(intent)
        events += [event, IntentClosed(intent.id)]
    return tuple(events)


def _doubts(state: State, address: Address) -> tuple[Intent, ...]:
    found = tuple(intent for intent in state.intents_of(address) if intent.creates)
    if not found:
        raise InvalidInput(
            f"nothing of {address} is in doubt", help="`jsms-sync plan` shows what is, as unknown-outcome."
        )
    return found


def check_free(state: State, address: Address, id: str) -> None:
    """Raises InvalidInput when the id is recorded already."""
    for other, record in state.resources.items():
        if id in _ids(record):
            raise InvalidInput(
                f"{id} is recorded already, for {other}", help=f"Give the id that is new for {address}."
            )


def _ids(record: TemplateRecord | CampaignRecord) -> set[str]:
    if isinstance(record, TemplateRecord):
        return {str(temp_id) for temp_id in record.revisions}
    return {batch.schedule_id for batch in record.batches.values()}


def _template(
    client: Client, doubts: Sequence[Intent], address: Address, id: str, now: datetime
) -> tuple[Intent, Event]:
    if not id.isascii() or not id.isdigit():
        raise InvalidInput(f"{id} is not a temp_id", help="Give the number that the JSMS console shows.")
    seen = read_template(client, int(id))
    check_read(seen, id)
    assert isinstance(seen, SeenTemplate)
    for intent in doubts:
        if intent.submission is not None and _may_show(seen.text, intent.submission.text):
            said = intent.submission
            revision = Revision(seen.temp_id, now, said.text, said.remark, seen.text, seen.status)
            return intent, RevisionSet(address, replace(revision, submitted_at=intent.at))
    raise _no_match(address, id, "its text is not the one that was submitted")


def _may_show(shown: Text, said: Text) -> bool:
    """Whether a service that trims a text or fills in a ttl may show it so (architecture §4, `echo`)."""
    return (shown.type, shown.content.strip()) == (said.type, said.content.strip())


def _schedule(
    client: Client, doubts: Sequence[Intent], digester: Digester, address: Address, id: str, now: datetime
) -> tuple[Intent, Event]:
    seen = read_schedule(client, id)
    check_read(seen, id)
    assert isinstance(seen, SeenSchedule)
    members = {digester.mobile(r.mobile): digester.params(r.params) for r in seen.recipients}
    for intent in doubts:
        target = intent.target
        if target is None or not is_comparable(target, digester) or intent.batch is None:
            continue
        same = (seen.send_time, seen.temp_id) == (target.send_time, target.temp_id)
        if same and members.items() <= unpack(target.members).items():
            batch = Batch(id, replace(target, members=pack(members)), now)
            return intent, BatchSet(address, intent.batch, batch)
    raise _no_match(address, id, "its time, template or recipients are not those that were submitted")


def check_read(seen: object, id: str) -> None:
    """Raises InvalidInput when nothing of that id exists, OperationFailed when it could not be read."""
    match seen:
        case Gone():
            raise InvalidInput(f"{id} is not known to this app", help="Look it up again in the JSMS console.")
        case Unreadable(why):
            raise OperationFailed(f"{id} could not be read: {why}", help="Try again later.")


def _no_match(address: Address, id: str, why: str) -> InvalidInput:
    return InvalidInput(
        f"{id} does not fit what is in doubt of {address}: {why}", help="Nothing was recorded."
    )
