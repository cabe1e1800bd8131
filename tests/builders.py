"""Small values for tests of the pure core: each builder says only what the test is about.

Recipients are written as letters, `a b=2`, where the value after `=` is that of the variable `n` (else 1).
Moments are written as distances from `NOON`: `+1d`, `-90s`.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from jsms_sync.model.digests import Digester, pack
from jsms_sync.model.observed import Gone, Observed, ScheduleSeen, SeenSchedule, SeenTemplate, TemplateSeen
from jsms_sync.model.observed import Unreadable as NotRead
from jsms_sync.model.privacy import Mobile, Params, Secret
from jsms_sync.model.records import (
    Audit,
    Batch,
    CampaignRecord,
    HistoryEntry,
    Intent,
    Record,
    Refused,
    Restored,
    Revision,
    State,
    Submission,
    Target,
    TemplateRecord,
    Text,
)
from jsms_sync.model.resources import (
    Address,
    Campaign,
    Definitions,
    Form,
    Position,
    Recipient,
    Template,
    TemplateType,
)
from jsms_sync.model.settings import DEFAULT_SETTINGS, Limits
from jsms_sync.planning.choices import NOTHING_CHOSEN, Choices
from jsms_sync.planning.decide import Look
from jsms_sync.planning.plan import Origin

LINEAGE = "3f0f2b56-7b0e-4a57-8f5e-1d6f0a0c2b11"
NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)
DIGESTER = Digester(Secret("a master secret"), LINEAGE)
OTHER_KEY = Digester(Secret("another secret"), LINEAGE)
FILE = "templates.yaml"
HERE = Position(FILE, 3, 3)
GREETING = "Hi {{n}}"
ORIGIN = Origin("1b6c", NOON, "0.1", "0123456789abcdef", LINEAGE, 4, "sha256:0")

LETTERS = 9000

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def span(text: str) -> timedelta:
    """The distance that `+1d` or `-90s` means."""
    return timedelta(seconds=int(text[:-1]) * UNITS[text[-1]])


def moment(text: str) -> datetime:
    """The moment that far from `NOON`."""
    return NOON + span(text)


def text_of(content: str, type: str = "notification", ttl: int | None = None) -> Text:
    """A text as revisions carry it."""
    return Text(content, TemplateType[type.upper()], ttl)


def template(
    name: str = "t",
    content: str = GREETING,
    type: str = "notification",
    *,
    file: str = FILE,
    retire_after: str | None = None,
    **more: Any,
) -> Template:
    """A template as defined."""
    after = span(retire_after) if retire_after else None
    return Template(
        name, TemplateType[type.upper()], content, Position(file, 3, 3), retire_after=after, **more
    )


def revision(
    temp_id: int = 10,
    content: str | None = GREETING,
    status: str = "approved",
    *,
    type: str = "notification",
    ttl: int | None = None,
    age: str = "-5d",
    echo: str | None = None,
    imported: bool = False,
    unread: bool = False,
    superseded: str | None = None,
    **more: Any,
) -> Revision:
    """A revision as recorded; `imported` when we never sent it, `unread` when it was never read."""
    sent = None if content is None or imported else text_of(content, type, ttl)
    shown = echo if echo is not None else content
    return Revision(
        temp_id,
        moment(age),
        sent=sent,
        echo=None if shown is None or unread else text_of(shown, type, ttl),
        status=Audit(status),
        superseded_at=moment(superseded) if superseded else None,
        **more,
    )


def mobile(letter: str) -> Mobile:
    """The number of a recipient who is called by a letter, or by a number."""
    return Mobile(f"1390000{int(letter) if letter.isdigit() else LETTERS + ord(letter):04}")


def recipient(word: str, names: Iterable[str] = ("n",)) -> Recipient:
    """The recipient that `a` or `a=2` means."""
    letter, _, value = word.partition("=")
    return Recipient(mobile(letter), Params(dict.fromkeys(names, value or "1")))


def recipients(words: str, names: Iterable[str] = ("n",)) -> tuple[Recipient, ...]:
    """The recipients that `a b=2` means; `1..3` are three who are called by numbers."""
    first, dots, last = words.partition("..")
    each = map(str, range(int(first), int(last) + 1)) if dots else words.split()
    return tuple(recipient(word, tuple(names)) for word in each)


def digests(people: Iterable[Recipient], digester: Digester = DIGESTER) -> dict[bytes, bytes]:
    """The members of a batch that holds those recipients."""
    return {digester.mobile(r.mobile): digester.params(r.params) for r in people}


def campaign(
    name: str = "c",
    people: str = "a b",
    *,
    at: str = "+1d",
    form: str = "batch",
    names: Iterable[str] = ("n",),
    template: str | None = "t",
    temp_id: int | None = None,
    file: str = FILE,
    **more: Any,
) -> Campaign:
    """A campaign as defined; `names` are the parameters that each recipient has."""
    known = None if temp_id else template
    source = Position(file, 3, 3)
    return Campaign(
        name,
        moment(at),
        Form(form),
        recipients(people, names),
        source,
        template=known,
        temp_id=temp_id,
        **more,
    )


def target(
    people: str = "a b",
    *,
    at: str = "+1d",
    form: str = "batch",
    temp_id: int = 10,
    names: Iterable[str] = ("n",),
    key: Digester = DIGESTER,
    sign_id: int | None = None,
    tag: str | None = None,
) -> Target:
    """What a schedule is meant to be."""
    members = pack(digests(recipients(people, names), key))
    return Target(Form(form), moment(at), temp_id, members, sign_id, tag, key.key_id)


def batch(
    key: str = "1",
    people: str = "a b",
    *,
    refused: Mapping[str, int] | None = None,
    doubtful: bool = False,
    gone: bool = False,
    unseen: bool = False,
    shown_time: str | None = None,
    **meant: Any,
) -> Batch:
    """A schedule as recorded; `refused` are recipients with the code that JSMS gave."""
    aim = target(people, **meant)
    digester = meant.get("key", DIGESTER)
    codes = (refused or {}).items()
    members = [(pack(digests(recipients(word), digester)), code) for word, code in codes]
    return Batch(
        schedule_id(key),
        aim,
        moment("-2d"),
        refused=tuple(Refused(member, code) for member, code in members),
        doubtful=doubtful,
        gone=gone,
        unseen=unseen,
        shown_time=moment(shown_time) if shown_time else None,
    )


def schedule_id(key: str) -> str:
    """The id of the schedule that is recorded under that key."""
    return f"s{key}" if key else ""


def seen_template(
    temp_id: int, text: Text, status: str = "approved", remark: str | None = None
) -> SeenTemplate:
    """A template as GET shows it."""
    return SeenTemplate(temp_id, text, remark, Audit(status))


def seen_batch(
    key: str = "1",
    people: str = "a b",
    *,
    at: str = "+1d",
    temp_id: int = 10,
    names: Iterable[str] = ("n",),
) -> SeenSchedule:
    """A schedule as GET shows it."""
    return SeenSchedule(schedule_id(key), moment(at), temp_id, recipients(people, names))


def intent(
    method: str,
    address: str,
    *,
    id: str = "i",
    action: str = "create",
    at: str = "-1h",
    says: str | None = None,
    remark: str | None = None,
    submitted: Submission | None = None,
    **more: Any,
) -> Intent:
    """A write that was announced and whose outcome is not recorded; `says` is a template's content."""
    said = Submission(text_of(says), remark) if says is not None else submitted
    return Intent(id, Address(address), action, method, moment(at), submission=said, **more)


def state(
    records: Mapping[str, Record] | None = None,
    *,
    intents: Iterable[Intent] = (),
    history: Iterable[HistoryEntry] = (),
    restored: Restored | None = None,
) -> State:
    """A state that remembers just that."""
    resources = {Address(address): record for address, record in (records or {}).items()}
    account, key = "0123456789abcdef", DIGESTER.key_id
    return State(LINEAGE, 4, account, key, None, resources, tuple(intents), tuple(history), restored=restored)


def template_record(
    *revisions: Revision, file: str = FILE, serving: int | None = None, **more: Any
) -> Record:
    """A template as recorded."""
    known = {each.temp_id: each for each in revisions}
    return TemplateRecord(file, serving=serving, revisions=known, **more)


def campaign_record(
    batches: Mapping[str, Batch] | None = None,
    *,
    file: str = FILE,
    template: str | None = "t",
    cancelled: bool = False,
) -> Record:
    """A campaign as recorded."""
    return CampaignRecord(file, template, cancelled, dict(batches or {}))


def definitions(*resources: Template | Campaign, files: tuple[str, ...] = (FILE,)) -> Definitions:
    """What was loaded."""
    return Definitions(
        {each.address: each for each in resources if isinstance(each, Template)},
        {each.address: each for each in resources if isinstance(each, Campaign)},
        files,
        "sha256:0",
    )


def observed(
    known: State,
    templates: Mapping[int, TemplateSeen] | None = None,
    schedules: Mapping[str, ScheduleSeen] | None = None,
    *,
    people: Mapping[str, str] | None = None,
    clock_skew: timedelta | None = None,
) -> Observed:
    """What a look shows: all that is recorded, just as it is recorded, but for what is given.

    `people` are the recipients of recorded batches by key, which the record itself does not know.
    """
    shown: dict[int, TemplateSeen] = {}
    for record in known.resources.values():
        if isinstance(record, TemplateRecord):
            for temp_id, each in record.revisions.items():
                text = each.echo or each.sent
                assert text is not None
                shown[temp_id] = SeenTemplate(temp_id, text, each.remark, each.status)
    placed: dict[str, ScheduleSeen] = {}
    for record in known.resources.values():
        for key, each in record.batches.items() if isinstance(record, CampaignRecord) else ():
            there = recipients((people or {}).get(key, "a b"))
            aim = each.target
            placed[each.schedule_id] = SeenSchedule(each.schedule_id, aim.send_time, aim.temp_id, there)
    return Observed({**shown, **(templates or {})}, {**placed, **(schedules or {})}, clock_skew=clock_skew)


def look(
    wanted: Definitions,
    known: State,
    shown: Observed | None = None,
    *,
    now: datetime = NOON,
    choices: Choices = NOTHING_CHOSEN,
    limits: Limits = DEFAULT_SETTINGS.limits,
    existing: Iterable[str] = (),
    digester: Digester = DIGESTER,
) -> Look:
    """Everything that a plan is made from."""
    return Look(
        ORIGIN,
        wanted,
        known,
        shown if shown is not None else observed(known),
        now,
        digester,
        choices,
        limits,
        frozenset(existing),
    )


GONE = Gone()
UNREADABLE = NotRead("out of order")
