"""What is known of a request whose answer was lost: all that a person needs to find it in the console."""

from collections.abc import Iterable, Iterator
from itertools import islice

from jsms_sync.kinds.campaign_settle import is_comparable
from jsms_sync.model.digests import ENTRY, Digester, halves
from jsms_sync.model.records import Intent, State, Submission, Target, TemplateRecord, Text
from jsms_sync.model.resources import (
    Address,
    Campaign,
    Definitions,
    RecipientsFile,
    Template,
    name_of,
    template_address,
)
from jsms_sync.model.rolls import Roll, roll_of
from jsms_sync.model.wire import china_time
from jsms_sync.planning.document import FORMAT_VERSION, Json

SHOWN = 3
"""Recipients who are named, masked: enough to recognise a schedule by."""


def doubts_document(
    state: State,
    definitions: Definitions,
    digester: Digester,
    address: Address,
    *,
    is_unsettled: bool,
    roll: Roll | None = None,
) -> Json:
    """Each open POST of the address; where the state is not whole instead, what is defined there.

    `roll` are the recipients of the address, where a file holds them. Times are China time, as in the
    console.
    """
    people = _people(definitions, digester, address) if roll is None else roll
    found = [
        _doubt(state, intent, people, digester) for intent in state.intents_of(address) if intent.creates
    ]
    if not found and is_unsettled:
        found = list(_defined(state, definitions, people, address))
    return {"format_version": FORMAT_VERSION, "address": address, "doubts": found}


def _people(definitions: Definitions, digester: Digester, address: Address) -> Roll:
    campaign = definitions.campaigns.get(address)
    recipients = campaign.recipients if campaign else ()
    return Roll() if isinstance(recipients, RecipientsFile) else roll_of(recipients, digester)


def _doubt(state: State, intent: Intent, people: Roll, digester: Digester) -> Json:
    document: Json = {"action": intent.action, "announced": china_time(intent.at)}
    if intent.submission is not None:
        return document | _submission(intent.submission)
    if intent.target is not None:
        members = tuple(islice(_known(intent.target, people, digester), SHOWN))
        return document | _schedule(state, intent.target, len(intent.target.members) // ENTRY, members)
    return document


def _submission(said: Submission) -> Json:
    return _text(said.text) | {"remark": said.remark}


def _text(text: Text) -> Json:
    return {"type": text.type.word, "text": text.content, "ttl": text.ttl}


def _schedule(state: State, target: Target, count: int, members: tuple[str, ...]) -> Json:
    return {
        "send_time": china_time(target.send_time),
        "temp_id": target.temp_id,
        "template": _owner(state, target.temp_id),
        "text": _content(state, target.temp_id),
        "recipients": count,
        "members": list(members),
        "sign_id": target.sign_id,
        "tag": target.tag,
    }


def _known(target: Target, people: Roll, digester: Digester) -> Iterator[str]:
    """The masked numbers of those who are defined and in the schedule; nobody is known under another key."""
    members = set(_numbers(target.members)) if is_comparable(target, digester) else set()
    return (people.mask(row) for row, mobile in enumerate(_numbers(people.members)) if mobile in members)


def _numbers(members: bytes) -> Iterable[int]:
    return halves(members)[0]


def _revisions(state: State) -> Iterator[tuple[Address, int, Text | None]]:
    for address, record in state.resources.items():
        if isinstance(record, TemplateRecord):
            for temp_id, revision in record.revisions.items():
                yield address, temp_id, revision.echo or revision.sent


def _owner(state: State, temp_id: int) -> str | None:
    return next((name_of(address) for address, known, _ in _revisions(state) if known == temp_id), None)


def _content(state: State, temp_id: int) -> str | None:
    texts = (text.content for _, known, text in _revisions(state) if known == temp_id and text)
    return next(texts, None)


def _defined(state: State, definitions: Definitions, people: Roll, address: Address) -> Iterator[Json]:
    """What the id has to fit, when nothing that was sent is recorded."""
    match definitions.get(address):
        case Template() as template:
            text = Text(template.content, template.type, template.ttl)
            yield {"action": "defined", "announced": None, **_text(text), "remark": template.remark}
        case Campaign() as campaign:
            yield {"action": "defined", "announced": None, **_campaign(state, campaign, people)}


def _campaign(state: State, campaign: Campaign, people: Roll) -> Json:
    record = state.template(template_address(campaign.template)) if campaign.template else None
    temp_id = campaign.temp_id if record is None else record.serving
    return {
        "send_time": china_time(campaign.send_time),
        "temp_id": temp_id,
        "template": campaign.template,
        "text": None if temp_id is None else _content(state, temp_id),
        "recipients": len(campaign.recipients),
        "members": [people.mask(row) for row in range(min(len(people), SHOWN))],
        "sign_id": campaign.sign_id,
        "tag": campaign.tag,
    }
