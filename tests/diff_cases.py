"""Cases as files: what is defined, recorded, observed and announced, and the plan that has to come of it.

A file under `cases/diff` holds one row of a table (`row`), what its cases share (`world`), and the cases.
In a case `defined`, `record` and `seen` are those of `template.t` or `campaign.c`, whichever the folder is
about; other addresses stand under `templates` and `campaigns`. What is not in `seen` shows what is recorded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import builders as b
import yaml

from jsms_sync.model.decisions import (
    Change,
    ChangeBatch,
    DeleteTemplate,
    Draft,
    DropBatch,
    PlaceBatch,
    ResubmitTemplate,
    Step,
    SubmitTemplate,
)
from jsms_sync.model.digests import unpack
from jsms_sync.model.events import (
    BatchDropped,
    BatchSet,
    Bound,
    CallbackTaken,
    CampaignSet,
    Event,
    Forgotten,
    IntentClosed,
    IntentOpened,
    Moved,
    Remembered,
    RevisionDropped,
    RevisionSet,
    Serves,
    Settled,
    TemplateSet,
)
from jsms_sync.model.observed import Observed, ScheduleSeen, TemplateSeen
from jsms_sync.model.records import Batch, Happened, HistoryEntry, Intent, Record, Restored, State
from jsms_sync.model.resources import Address, Campaign, Recipient, Template
from jsms_sync.planning.choices import Choices
from jsms_sync.planning.decide import Look, make_plan
from jsms_sync.planning.plan import Plan

Fields = dict[str, Any]

FOLDER = Path(__file__).parent / "cases" / "diff"
APPROVED: Fields = {"defined": {}, "record": {"serving": 10, "revisions": {10: {"served": True}}}}
KEPT: Fields = {
    "defined": {"content": "kept"},
    "record": {"serving": 90, "revisions": {90: {"content": "kept", "served": True}}},
}
"""A template that no case is about, so that definitions are never empty."""
KNOWN = frozenset(
    {"name", "now", "defined", "record", "seen", "templates", "campaigns", "intents", "history", "restored"}
)
LATE = "is not expected before"
"""What a plan says of a campaign whose text will come too late: only some cases are about that."""
CHOSEN = frozenset({"allow", "supersede", "recreate", "overwrite", "only", "exclude"})


@dataclass(frozen=True)
class Case:
    """One case of one row."""

    row: str
    kind: str
    fields: Fields

    @property
    def id(self) -> str:
        """The row and the case, for people to read."""
        return f"{self.row}: {self.fields['name']}"

    @property
    def expected(self) -> Fields:
        """What the case expects."""
        return dict(self.fields["expect"])


def cases(kind: str) -> list[Case]:
    """Every case of that folder."""
    return [case for path in sorted((FOLDER / kind).glob("*.yaml")) for case in _cases_of(path, kind)]


def _cases_of(path: Path, kind: str) -> Iterator[Case]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    for fields in document["cases"]:
        merged = {**document.get("world", {}), **fields}
        unknown = merged.keys() - KNOWN - CHOSEN - {"expect", "other_key"}
        assert not unknown, f"{path.name}: {unknown}"
        yield Case(document["row"], kind, merged)


def plan_of(case: Case) -> Plan:
    """The plan for the case."""
    return make_plan(look_of(case))


def look_of(case: Case) -> Look:
    """Everything that the case's plan is made from."""
    fields = case.fields
    templates, campaigns = _entries(case, "template"), _entries(case, "campaign")
    wanted: list[Template | Campaign] = [
        b.template(n, **e["defined"]) for n, e in templates.items() if e.get("defined") is not None
    ]
    wanted += [b.campaign(n, **e["defined"]) for n, e in campaigns.items() if e.get("defined") is not None]
    records: dict[str, Record] = {}
    for name, entry in templates.items():
        if entry.get("record") is not None:
            records[f"template.{name}"] = _template_record(entry["record"])
    for name, entry in campaigns.items():
        if entry.get("record") is not None:
            records[f"campaign.{name}"] = _campaign_record(entry["record"])
    known = b.state(
        records,
        intents=[_intent(case, n, i) for n, i in enumerate(fields.get("intents", ()))],
        history=[_history(case, entry) for entry in fields.get("history", ())],
        restored=_restored(fields.get("restored")),
    )
    chosen = {name: frozenset(fields.get(name, ())) for name in CHOSEN}
    return b.look(
        b.definitions(*wanted),
        known,
        _observed(known, templates, campaigns),
        now=b.moment(fields.get("now", "+0s")),
        choices=Choices(**chosen),
        digester=b.OTHER_KEY if fields.get("other_key") else b.DIGESTER,
    )


def _entries(case: Case, kind: str) -> dict[str, Fields]:
    fields = case.fields
    default = {"t": APPROVED} if case.kind == "campaign" else {}
    entries = {**({"kept": KEPT, **default} if kind == "template" else {}), **fields.get(f"{kind}s", {})}
    if kind == case.kind:
        own = {key: fields[key] for key in ("defined", "record", "seen") if key in fields}
        entries["t" if kind == "template" else "c"] = own
    return entries


def _template_record(fields: Fields) -> Record:
    revisions = [b.revision(temp_id, **more) for temp_id, more in fields.get("revisions", {}).items()]
    after = b.span(fields["retire_after"]) if "retire_after" in fields else None
    rest = {key: value for key, value in fields.items() if key in ("serving", "protect", "file")}
    return b.template_record(*revisions, retire_after=after, **rest)


def _campaign_record(fields: Fields) -> Record:
    batches = {str(key): _batch(str(key), more) for key, more in fields.get("batches", {}).items()}
    rest = {key: value for key, value in fields.items() if key != "batches"}
    return b.campaign_record(batches, **rest)


def _batch(key: str, fields: Fields) -> Batch:
    more = dict(fields)
    if more.pop("other_key", False):
        more["key"] = b.OTHER_KEY
    aim = {name: value for name, value in more.items() if name not in ("seen", "key")}
    return b.batch(key, **aim) if "key" not in more else b.batch(key, **{**aim, "key": b.OTHER_KEY})


def _intent(case: Case, number: int, fields: Fields) -> Intent:
    more = {
        "address": "template.t" if case.kind == "template" else "campaign.c",
        "id": f"i{number}",
        **fields,
    }
    if "meant" in more:
        meant = dict(more.pop("meant"))
        key = b.OTHER_KEY if meant.pop("other_key", False) else b.DIGESTER
        more["target"] = b.target(**meant, key=key)
    return b.intent(**more)


def _restored(fields: Fields | None) -> Restored | None:
    return None if fields is None else Restored(b.moment("-1h"), tuple(fields.get("settled", ())))


def _history(case: Case, fields: Fields) -> HistoryEntry:
    address = fields.get("address", "template.t" if case.kind == "template" else "campaign.c")
    moved_to = Address(fields["moved_to"]) if "moved_to" in fields else None
    at = b.moment(fields.get("at", "-3d"))
    return HistoryEntry(
        Address(address), Happened(fields["event"]), at, fields.get("remote_id"), moved_to=moved_to
    )


def _observed(known: State, templates: Mapping[str, Fields], campaigns: Mapping[str, Fields]) -> Observed:
    texts: dict[int, TemplateSeen] = {}
    unread: set[int] = set()
    for entry in templates.values():
        for temp_id, shown in entry.get("seen", {}).items():
            if shown == "unread":
                unread.add(temp_id)
            else:
                texts[temp_id] = _seen_template(temp_id, shown)
    schedules: dict[str, ScheduleSeen] = {}
    for entry in campaigns.values():
        for key, fields in ((entry.get("record") or {}).get("batches") or {}).items():
            if (shown := fields.get("seen")) != "unread":
                schedules[b.schedule_id(str(key))] = _seen_schedule(str(key), fields, shown)
    all_seen = b.observed(known, texts)
    return Observed({id: seen for id, seen in all_seen.templates.items() if id not in unread}, schedules)


def _seen_template(temp_id: int, shown: Any) -> TemplateSeen:
    if shown == "gone":
        return b.GONE
    if shown == "unreadable":
        return b.UNREADABLE
    text = b.text_of(shown.get("content", b.GREETING), shown.get("type", "notification"), shown.get("ttl"))
    return b.seen_template(temp_id, text, shown.get("status", "approved"), shown.get("remark"))


def _seen_schedule(key: str, fields: Fields, shown: Any) -> ScheduleSeen:
    if shown == "gone":
        return b.GONE
    if shown == "unreadable":
        return b.UNREADABLE
    there = {name: fields[name] for name in ("people", "at", "temp_id", "names") if name in fields}
    return b.seen_batch(key, **{**there, **(shown or {})})


def shown(plan: Plan, case: Case) -> Fields:
    """The plan in the words of the cases, as much of it as the case looks at."""
    told: Fields = {
        "changes": [change_line(change) for change in plan.changes],
        "held": [f"{held.code} {held.address}" for held in plan.held],
        "refusals": [f"{r.code} {r.address}" if r.address else f"{r.code}" for r in plan.refusals],
        "problems": [f"{p.severity} {p.code} {p.address}" for p in plan.problems],
        "notes": [note for note in plan.notes if LATE not in note],
        "late": [note for note in plan.notes if LATE in note],
        "events": [event_line(event) for event in plan.events],
        "next": [line for entry in (*plan.changes, *plan.held) for line in entry.next],
        "says": " | ".join([*(h.reason for h in plan.held), *(r.reason for r in plan.refusals)]),
        "opening": sorted({event_line(e) for change in plan.changes for e in change.opening}),
        "closing": [event_line(event) for change in plan.changes for event in change.closing],
        "shown": {k: v for change in plan.changes for k, v in change.after.items()},
    }
    optional = ("late", "next", "says", "opening", "closing", "shown")
    return {key: value for key, value in told.items() if key not in optional or key in case.expected}


def wanted(case: Case) -> Fields:
    """What the case expects; what it is silent about has to be empty."""
    silent: Fields = {key: [] for key in ("changes", "held", "refusals", "problems", "notes", "events")}
    return {**silent, **case.expected}


def change_line(change: Change) -> str:
    """A change with its requests in one line."""
    known = "" if change.remote_id is None else f" {change.remote_id}"
    steps = "; ".join(step_line(step) for step in change.steps)
    after = f" after {' '.join(change.depends_on)}" if change.depends_on else ""
    told = f"{change.action} {change.address} ({change.reason}){known}{after}"
    return f"{told}: {steps}" if steps else told


def step_line(step: Step) -> str:
    """A request in a few words."""
    match step:
        case SubmitTemplate(template):
            return f"POST {template.content}"
        case ResubmitTemplate(template, temp_id):
            return f"PUT {temp_id} {template.content}"
        case DeleteTemplate(temp_id):
            return f"DELETE {temp_id}"
        case PlaceBatch(key, draft):
            return f"POST {key} {_draft_line(draft)}"
        case ChangeBatch(key, _, draft):
            return f"PUT {key} {_draft_line(draft)}"
        case DropBatch(key):
            return f"DELETE {key}"


def _draft_line(draft: Draft) -> str:
    assert len(draft.recipients) == len(unpack(draft.members)), "a draft and its digests tell the same"
    one = " single" if draft.form == "single" else ""
    sign = f" sign={draft.sign_id}" if draft.sign_id is not None else ""
    tag = f" tag={draft.tag}" if draft.tag is not None else ""
    return f"[{people(draft.recipients)}] {draft.template} {_after(draft.send_time)}{one}{sign}{tag}"


def people(everybody: tuple[Recipient, ...]) -> str:
    """The recipients as the cases write them; more than a few are counted."""
    return " ".join(map(_person, everybody)) if len(everybody) < 9 else f"{len(everybody)} people"


def _person(one: Recipient) -> str:
    number = int(one.mobile.reveal()[-4:])
    name = chr(number - b.LETTERS) if number > b.LETTERS else str(number)
    values = [value for value in one.params.reveal().values() if value != "1"]
    return f"{name}={values[0]}" if values else name


def _after(at: Any) -> str:
    seconds = int((at - b.NOON).total_seconds())
    unit = next(letter for letter, size in reversed(b.UNITS.items()) if seconds % size == 0)
    return f"{seconds // b.UNITS[unit]:+d}{unit}"


def event_line(event: Event) -> str:
    """An event in a few words."""
    match event:
        case TemplateSet(address, source, protect, retire_after):
            return f"{address} is in {source}, protect={protect}, retire_after={retire_after}"
        case Serves(address, serving):
            return f"{address} serves {serving}"
        case RevisionSet(_, revision):
            served = " served" if revision.served else ""
            old = f" superseded {_after(revision.superseded_at)}" if revision.superseded_at else ""
            sent = f" sent={revision.sent.content}" if revision.sent else ""
            echo = (
                f" echo={revision.echo.content}" if revision.echo and revision.echo != revision.sent else ""
            )
            return f"{revision.temp_id} is {revision.status}{served}{old}{sent}{echo}"
        case RevisionDropped(_, temp_id):
            return f"{temp_id} is dropped"
        case CampaignSet(address, source, template, cancelled):
            return f"{address} is in {source}, template={template}, cancelled={cancelled}"
        case BatchSet(_, key, batch):
            told = [name for name in ("doubtful", "gone", "unseen") if getattr(batch, name)]
            there = len(unpack(batch.target.members))
            shown = [f"shown {_after(batch.shown_time)}"] if batch.shown_time else []
            when = _after(batch.target.send_time)
            return " ".join([f"batch {key} is {there} people {when}", *told, *shown])
        case BatchDropped(_, key):
            return f"batch {key} is dropped"
        case Remembered(entry):
            return f"{entry.address} was {entry.event}" + (f" {entry.remote_id}" if entry.remote_id else "")
        case IntentClosed(id):
            return f"{id} is closed"
        case Moved(address, to):
            return f"{address} is now {to}"
        case Forgotten(address):
            return f"{address} is forgotten"
        case Settled(address):
            return f"{address} is settled"
        case IntentOpened() | Bound() | CallbackTaken():
            raise AssertionError("no plan announces or binds anything")
