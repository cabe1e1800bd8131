"""Adopting what exists at JSMS: whether it may be, and what is then recorded of it."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from jsms_sync.errors import Exit
from jsms_sync.kinds.batches import next_keys
from jsms_sync.kinds.template_changes import header
from jsms_sync.kinds.template_settle import desired_text
from jsms_sync.model.digests import Digester, pack
from jsms_sync.model.events import BatchSet, CampaignSet, Event, RevisionSet, Serves
from jsms_sync.model.observed import Gone, Observed, SeenSchedule, SeenTemplate, Unreadable
from jsms_sync.model.records import (
    Audit,
    Batch,
    CampaignRecord,
    Record,
    Revision,
    State,
    Target,
    TemplateRecord,
    Text,
)
from jsms_sync.model.resources import Address, Campaign, Template, kind_of, name_of
from jsms_sync.model.text import variables


@dataclass(frozen=True, slots=True)
class Wish:
    """An address, and the ids that shall become its own; `place` is the line that asks for it, if any."""

    address: Address
    ids: tuple[str, ...]
    place: str = ""


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a wish cannot be granted, and what to do about it."""

    wish: Wish
    message: str
    help: str
    code: str = "does-not-fit"
    exit: Exit = Exit.INVALID


def recorded_ids(record: Record | None) -> frozenset[str]:
    """The ids of the record's remote objects."""
    match record:
        case TemplateRecord(revisions=revisions):
            return frozenset(map(str, revisions))
        case CampaignRecord(batches=batches):
            return frozenset(batch.schedule_id for batch in batches.values() if batch.schedule_id)
        case _:
            return frozenset()


def is_recorded(wish: Wish, state: State) -> bool:
    """Whether there is nothing left to record: an import before this one came as far as that."""
    return frozenset(wish.ids) <= recorded_ids(state.resources.get(wish.address))


def taken(wishes: Iterable[Wish], state: State) -> Iterator[Objection]:
    """Ids that another address holds, and addresses that hold other ids."""
    holders = {(kind_of(a), id): a for a, record in state.resources.items() for id in recorded_ids(record)}
    for wish in wishes:
        for id in wish.ids:
            holder = holders.setdefault((kind_of(wish.address), id), wish.address)
            if holder != wish.address:
                message = f"{id} cannot become {wish.address}: it belongs to {holder}"
                help = f"Leave {id} out; a new name for {holder} is written with `moved_from`."
                yield Objection(wish, message, help, "id-taken")
        known = recorded_ids(state.resources.get(wish.address))
        if known and not is_recorded(wish, state):
            message = f"{wish.address} is recorded already, with {', '.join(sorted(known))}"
            yield Objection(wish, message, "Choose another name for it.", "address-taken")


def unread(wishes: Iterable[Wish], observed: Observed) -> Iterator[Objection]:
    """Ids that JSMS does not know or did not show."""
    for wish in wishes:
        for id in wish.ids:
            match seen_of(wish.address, id, observed):
                case Gone():
                    message = f"{id} cannot become {wish.address}: this app has nothing of that id"
                    help = "Compare the id with the JSMS console, and the appKey with the app that it is of."
                    yield Objection(wish, message, help, "unknown-id", Exit.FAILED)
                case Unreadable(why):
                    message = f"{id} cannot become {wish.address} now, because it could not be read: {why}"
                    yield Objection(wish, message, "Try again later.", "unreadable", Exit.FAILED)


def seen_of(address: Address, id: str, observed: Observed) -> object:
    """What was seen of the id, as the kind that the address is of."""
    return observed.templates[int(id)] if kind_of(address) == "template" else observed.schedules[id]


def schedules(wish: Wish, observed: Observed) -> tuple[SeenSchedule, ...]:
    """What was seen of a campaign's schedules, in the order of their ids."""
    found = (observed.schedules[id] for id in wish.ids)
    return tuple(seen for seen in found if isinstance(seen, SeenSchedule))


def torn(wish: Wish, observed: Observed) -> Iterator[Objection]:
    """What keeps schedules from being batches of one campaign."""
    seen = schedules(wish, observed)
    differing = [
        word
        for word, values in (
            ("time", {schedule.send_time for schedule in seen}),
            ("template", {schedule.temp_id for schedule in seen}),
        )
        if len(values) > 1
    ]
    if differing:
        message = f"the schedules of {wish.address} differ in their {' and '.join(differing)}"
        yield Objection(wish, message, "Import them as campaigns of their own, each with a name.")
    everybody = [recipient.mobile for schedule in seen for recipient in schedule.recipients]
    if not everybody:
        message = f"{wish.address} cannot be written: nobody is in its schedule"
        yield Objection(wish, message, "Leave it out; it will reach nobody.")
    if len(set(everybody)) < len(everybody):
        message = f"{len(everybody) - len(set(everybody))} of the numbers of {wish.address} are in it twice"
        several = "Delete one of the schedules in the JSMS console, or import them as campaigns of their own."
        alone = "Nobody is named twice in a definition: leave the schedule out until it was sent."
        yield Objection(wish, message, several if len(seen) > 1 else alone)
    yield from _superfluous(wish, seen, observed)


def _superfluous(wish: Wish, seen: Iterable[SeenSchedule], observed: Observed) -> Iterator[Objection]:
    """Parameters that no text shows: a definition never sends them, so that the schedule would differ."""
    found = set[str]()
    for schedule in seen:
        template = observed.templates.get(schedule.temp_id)
        if isinstance(template, SeenTemplate):
            names = {name for recipient in schedule.recipients for name in recipient.params.names}
            found |= names - set(variables(template.text.content))
    if found:
        message = f"{wish.address} has parameters that its text does not show: {', '.join(sorted(found))}"
        help = "What is defined is sent without them, so the first apply would change the schedule. "
        how = "Set it without them (`jsms-sync api schedule --help`), or leave it out until it was sent."
        yield Objection(wish, message, help + how)


def serving_names(
    wishes: Iterable[Wish], defined: Container[Address], state: State, observed: Observed
) -> dict[int, str]:
    """The names of the defined templates that serve, or will by being adopted, by their temp_id."""
    names = {
        record.serving: name_of(address)
        for address, record in state.resources.items()
        if isinstance(record, TemplateRecord) and record.serving is not None and address in defined
    }
    for wish in wishes:
        seen = observed.templates.get(int(wish.ids[0])) if kind_of(wish.address) == "template" else None
        if isinstance(seen, SeenTemplate) and seen.status is Audit.APPROVED:
            names.setdefault(seen.temp_id, name_of(wish.address))
    return names


def adopted_template(desired: Template, seen: SeenTemplate, state: State, now: datetime) -> tuple[Event, ...]:
    """What is recorded of a template that was found; an approved one may be in use, so that it has served."""
    text, wanted, record = seen.text, desired_text(desired), state.template(desired.address)
    approved = seen.status is Audit.APPROVED
    revision = Revision(
        seen.temp_id,
        now,
        # A definition cannot say CR LF, and what it says instead is as good as sent.
        sent=wanted if wanted != text and wanted == _with_lf(text) else None,
        remark=desired.remark if desired.remark == _lf(seen.remark or "") else seen.remark,
        echo=text,
        status=seen.status,
        served=approved,
    )
    serves = (Serves(desired.address, seen.temp_id),) if approved else ()
    return (header(desired, record), RevisionSet(desired.address, revision), *serves)


def _with_lf(text: Text) -> Text:
    return Text(_lf(text.content), text.type, text.ttl)


def _lf(text: str) -> str:
    return text.replace("\r\n", "\n")


def adopted_campaign(
    desired: Campaign, seen: Iterable[SeenSchedule], state: State, digester: Digester, now: datetime
) -> tuple[Event, ...]:
    """What is recorded of schedules that were found; what no GET shows is believed of the definition."""
    record = state.campaign(desired.address) or CampaignRecord()
    told = CampaignSet(desired.address, desired.source.file, desired.template, record.cancelled)
    batches = zip(next_keys(record.batches), seen, strict=False)
    return (told, *(BatchSet(desired.address, k, found_batch(desired, s, digester, now)) for k, s in batches))


def found_batch(desired: Campaign, seen: SeenSchedule, digester: Digester, now: datetime) -> Batch:
    """The record of a schedule that was found; form, signature and tag, which no GET shows, as defined."""
    members = {digester.mobile(r.mobile): digester.params(r.params) for r in seen.recipients}
    target = Target(
        desired.form,
        seen.send_time,
        seen.temp_id,
        pack(members),
        desired.sign_id,
        desired.tag,
        digester.key_id,
    )
    # Several can only be in a batch.
    return Batch(seen.schedule_id, target, now, form_assumed=len(seen.recipients) == 1)
