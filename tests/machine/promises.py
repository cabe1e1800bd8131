"""What must hold, whatever happens: each promise looks at what is there, or at what one apply did."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from service import Json, Objects
from tool import Ended
from wishes import PREFIX, Wishes

from jsms_sync.kinds.template_settle import desired_text
from jsms_sync.model.decisions import (
    Change,
    ChangeBatch,
    DeleteTemplate,
    DropBatch,
    PlaceBatch,
    ResubmitTemplate,
    Step,
    SubmitTemplate,
)
from jsms_sync.model.digests import Digester, unpack
from jsms_sync.model.privacy import Mobile, Params, Secret
from jsms_sync.model.records import DIGEST, CampaignRecord, Intent, Revision, State, TemplateRecord, Text
from jsms_sync.model.resources import Address, Form, TemplateType
from jsms_sync.model.wire import china_time, from_china_time

FREEZE = timedelta(minutes=5)
LATEST = timedelta(seconds=60)
ATTEMPTS = 4
"""How often one GET, PUT or DELETE may be tried; a POST once (architecture §6, promise 1)."""

UNKNOWN = "no object is unknown to the state unless an intent says so"
TWICE_SUBMITTED = "no text is submitted twice"
TWICE_SCHEDULED = "no number is scheduled twice in one campaign"
TWICE_SENT = "every recipient receives at most one message of a campaign"
NUMBERS_TOLD = "no phone number is in the state"
ONLY_THE_PLAN = "apply sends only what its plan lists"
TWICE_DELETED = "nothing is deleted twice"
INTERRUPTED = "an approved text serves until its successor is approved"
DOUBTED = "no text is submitted while an intent for it exists"
CARRIED = "no text is submitted while a revision carries it"
LATE = "no POST comes less than 60 s before its send_time"
FROZEN = "no PUT lies inside the freeze window"
STOPPED = "a campaign that somebody stopped outside stays stopped until --recreate"
LEFT_OPEN = "an apply in peace leaves no open intent"
NOT_EMPTY = "after a success the next plan is empty"
NOT_SERVED = "in the end every template serves"
NOT_SCHEDULED = "in the end everybody is scheduled who should be"
ENDLESS = "in peace a few applies empty the plan"
PEACE = "an apply in peace ends in peace"
TRUTH = "a true answer to an unknown outcome is taken"
PLAN_WRITES = "plan writes nothing"
OBEYED = "what cancel stopped is neither placed nor changed until --recreate"
STOPPED_IS_GONE = "what cancel calls stopped, or sent, is not there any more"
NO_STATE = "without a state nothing is done"
ALONE = "two applies never run on one state"
RECEIVED = "everybody receives a message who should"


class Broken(AssertionError):
    """A promise that was not kept, by its name."""

    def __init__(self, promise: str, detail: object) -> None:
        super().__init__(f"{promise}: {detail}")
        self.promise = promise


def keep(promise: str, held: bool, detail: object = "") -> None:
    """Raises Broken when the promise was not held."""
    if not held:
        raise Broken(promise, detail)


@dataclass(frozen=True)
class Scene:
    """Everything at one moment: what is remembered, and what exists."""

    state: State
    objects: Objects
    secret: Secret

    @property
    def recorded(self) -> dict[int | str, Address]:
        """Every id that the state holds, with its address."""
        found: dict[int | str, Address] = {}
        for address, record in self.state.resources.items():
            if isinstance(record, TemplateRecord):
                found |= dict.fromkeys(record.revisions, address)
            else:
                found |= {batch.schedule_id: address for batch in record.batches.values()}
        return found

    @property
    def doubts(self) -> list[Intent]:
        """The POSTs that may or may not have acted."""
        return [intent for intent in self.state.intents if intent.creates]

    def revisions(self, address: Address) -> Mapping[int, Revision]:
        """The recorded revisions of a template that exist at the service."""
        record = self.state.template(address) or TemplateRecord()
        return {id: each for id, each in record.revisions.items() if id in self.objects.templates}

    def approved(self, address: Address) -> set[int]:
        """The approved ones among them."""
        return {id for id in self.revisions(address) if self.objects.templates[id]["status"] == 1}

    def names(self, intent: Intent, id: int | str) -> bool:
        """Whether the intent announced just that object."""
        if isinstance(id, int):
            shown = self.objects.templates[id]
            said = intent.submission
            return said is not None and (
                (said.text.content.strip(), said.text.type) == (shown["template"].strip(), shown["type"])
            )
        shown, target = self.objects.schedules[id], intent.target
        if target is None or (china_time(target.send_time), target.temp_id) != (
            shown["send_time"],
            shown["temp_id"],
        ):
            return False
        return self._members(shown).items() <= unpack(target.members).items()

    def _members(self, schedule: Json) -> dict[bytes, bytes]:
        digester = Digester(self.secret, self.state.lineage)
        return {
            digester.mobile(Mobile(r["mobile"])): digester.params(Params(r.get("temp_para")))
            for r in schedule["recipients"]
        }

    def refused(self, address: Address, numbers: Iterable[str]) -> set[str]:
        """Those of the numbers that JSMS refused for the campaign, as recorded."""
        digester = Digester(self.secret, self.state.lineage)
        record = self.state.campaign(address) or CampaignRecord()
        members = {r.member[:DIGEST] for batch in record.batches.values() for r in batch.refused}
        return {number for number in numbers if digester.mobile(Mobile(number)) in members}

    def strangers(self, ids: Iterable[int | str]) -> tuple[dict[int | str, Address], set[int | str]]:
        """Of those ids, the ones that an intent of their own tells of, and the ones that nothing does."""
        doubts, told, untold = self.doubts, {}, set[int | str]()
        for id in ids:
            intent = next((each for each in doubts if self.names(each, id)), None)
            if intent is None:
                untold.add(id)
            else:
                doubts.remove(intent)
                told[id] = intent.address
        return told, untold


def text_of(shown: Json) -> Text:
    """A template as the service shows it."""
    type = TemplateType(shown["type"])
    return Text(shown["template"], type, shown["ttl"] if type is TemplateType.VERIFICATION else None)


def identity(recipient: Json) -> str:
    """The value that tells of which campaign a scheduled recipient is."""
    values = recipient["temp_para"]
    return str(values.get("n") or values["code"])


def is_of(shown: Json, name: str) -> bool:
    """Whether a schedule holds somebody of the campaign of that identity."""
    return any(identity(recipient) == name for recipient in shown["recipients"])


def check_scene(scene: Scene, lost: Set[int | str]) -> None:
    """What holds at every moment; `lost` are the objects that a restored state does not know."""
    _nothing_unknown(scene, lost)
    _no_text_twice(scene, lost)
    _nobody_scheduled_twice(scene)


def _nothing_unknown(scene: Scene, lost: Set[int | str]) -> None:
    existing: list[int | str] = [*scene.objects.templates, *scene.objects.pending]
    known = scene.recorded.keys() | lost
    _, untold = scene.strangers(id for id in existing if id not in known)
    keep(UNKNOWN, not untold, untold)


def _no_text_twice(scene: Scene, lost: Set[int | str]) -> None:
    """What a restored state did not know was submitted again, and another one may know both."""
    for address in scene.state.resources:
        living = {id: each for id, each in scene.revisions(address).items() if id not in lost}
        texts = Counter((each.sent, text_of(scene.objects.templates[id])) for id, each in living.items())
        keep(TWICE_SUBMITTED, all(n == 1 for n in texts.values()), (address, texts))


def _nobody_scheduled_twice(scene: Scene) -> None:
    everyone = (r for each in scene.objects.pending.values() for r in each["recipients"])
    counted = Counter((identity(r), r["mobile"]) for r in everyone)
    twice = [each for each, times in counted.items() if times > 1]
    keep(TWICE_SCHEDULED, not twice, twice)


def check_outbox(outbox: Iterable[Json], identities: Iterable[str]) -> None:
    """Nobody was texted twice by one campaign."""
    counted: Counter[tuple[str, str]] = Counter()
    for message in outbox:
        counted.update((k, message["mobile"]) for k in identities if k in message["content"])
    twice = [each for each, times in counted.items() if times > 1]
    keep(TWICE_SENT, not twice, twice)


def check_bytes(written: bytes) -> None:
    """No number stands anywhere in what was written."""
    keep(NUMBERS_TOLD, PREFIX.encode() not in written)


@dataclass(frozen=True)
class Deed:
    """One apply: what was there before and after, what it showed, how it ended, and what it sent.

    `cancelled` are the campaigns that were stopped before and not asked for again. `interfered` says that
    faults, a death, a full disk, time or somebody else stood in its way, `behind` is how far the service's
    clock is ahead of the tool's.
    """

    before: Scene
    after: Scene
    ended: Ended
    log: tuple[Json, ...]
    interfered: bool
    cancelled: Set[str]
    behind: timedelta

    @property
    def steps(self) -> Iterator[tuple[Change, Step]]:
        """Everything that the plan announced."""
        for change in self.ended.plan.changes if self.ended.plan else ():
            yield from ((change, step) for step in change.steps)

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Method and path of what was no GET."""
        return [(each["method"], each["path"]) for each in self.log if each["method"] != "GET"]

    @property
    def is_refused(self) -> bool:
        """Whether nothing may be done."""
        plan = self.ended.plan
        return plan is None or bool(plan.refusals) or plan.is_invalid


def check_deed(deed: Deed, wishes: Wishes, stopped: set[str]) -> None:
    """What holds for every apply."""
    _only_what_the_plan_shows(deed)
    _nothing_deleted_twice(deed)
    _texts_go_on_serving(deed, wishes)
    _nothing_submitted_again(deed, wishes)
    _in_time(deed)
    _one_alive(deed)
    _stays_stopped(deed, stopped)
    check_obeyed(deed.before, deed.after, deed.log, deed.cancelled)
    if not deed.interfered:
        _leaves_no_doubt(deed)


def _request(step: Step) -> tuple[str, str]:
    match step:
        case SubmitTemplate():
            return "POST", "/v1/templates"
        case ResubmitTemplate(temp_id=id):
            return "PUT", f"/v1/templates/{id}"
        case DeleteTemplate(temp_id=id):
            return "DELETE", f"/v1/templates/{id}"
        case PlaceBatch(draft=draft):
            return "POST", "/v1/schedule" + ("" if draft.form is Form.SINGLE else "/batch")
        case ChangeBatch(schedule_id=id, draft=draft):
            return "PUT", "/v1/schedule/" + ("" if draft.form is Form.SINGLE else "batch/") + id
        case DropBatch(schedule_id=id):
            return "DELETE", f"/v1/schedule/{id}"


def _only_what_the_plan_shows(deed: Deed) -> None:
    allowed: Counter[tuple[str, str]] = Counter()
    for _, step in deed.steps if not deed.is_refused else ():
        method, path = _request(step)
        allowed[method, path] += 1 if method == "POST" else ATTEMPTS
    more = Counter(deed.writes) - allowed
    keep(ONLY_THE_PLAN, not more, more)


def _nothing_deleted_twice(deed: Deed) -> None:
    objects = deed.before.objects
    existing = {f"/v1/templates/{id}" for id in objects.templates}
    existing |= {f"/v1/schedule/{id}" for id in objects.schedules}
    gone = [path for method, path in deed.writes if method == "DELETE" and path not in existing]
    blind = any(each["method"] == "GET" and each["status"] != 200 for each in deed.log)
    keep(TWICE_DELETED, blind or deed.interfered or not gone, gone)


def _texts_go_on_serving(deed: Deed, wishes: Wishes) -> None:
    for each in wishes.templates.values():
        before, after = deed.before.approved(each.address), deed.after.approved(each.address)
        keep(
            INTERRUPTED,
            not before or bool(after),
            (each.address, before),
        )
        lost = before - after
        carrying = after & set(_carriers(deed.after, each.address, desired_text(each)))
        keep(
            INTERRUPTED,
            not lost or bool(carrying),
            (each.address, lost, after),
        )


def _nothing_submitted_again(deed: Deed, wishes: Wishes) -> None:
    for change, step in deed.steps:
        if not isinstance(step, SubmitTemplate):
            continue
        text = desired_text(step.template)
        addresses = {change.address}
        old = Address(f"template.{step.template.moved_from}")
        if change.address not in deed.before.state.resources and wishes.definitions().get(old) is None:
            addresses.add(old)
        for address in addresses:
            doubted = [i for i in deed.before.doubts if i.address == address]
            keep(DOUBTED, not doubted, doubted)
            carriers = _carriers(deed.before, address, text)
            keep(CARRIED, not carriers, (address, carriers))


def _carriers(scene: Scene, address: Address, text: Text) -> list[int]:
    """The revisions that show the text, or that were sent it and show what they first showed for it."""
    found = []
    for id, each in scene.revisions(address).items():
        shown = text_of(scene.objects.templates[id])
        if shown == text or (each.sent == text and each.echo in (None, shown)):
            found.append(id)
    return found


def _in_time(deed: Deed) -> None:
    for each in deed.log:
        if not each["path"].startswith("/v1/schedule") or "send_time" not in each:
            continue
        at = datetime.fromisoformat(each["at"]) - deed.behind
        left = from_china_time(each["send_time"]) - at
        if each["method"] == "POST":
            keep(LATE, left > LATEST, each)
        if each["method"] == "PUT":
            old = deed.before.objects.schedules[each["schedule_id"]]["send_time"]
            until = from_china_time(old) - at
            keep(FROZEN, min(left, until) >= FREEZE, each)


def _one_alive(deed: Deed) -> None:
    """At no instant was somebody in two schedules: the old one goes before its successor (promise 4)."""
    shown = {**deed.after.objects.schedules, **deed.before.objects.schedules}
    changed = {each["schedule_id"] for each in deed.log if each["method"] == "PUT" and "schedule_id" in each}
    alive = set(deed.before.objects.pending) - changed
    for each in deed.log:
        id = each.get("schedule_id")
        if each["method"] == "DELETE":
            alive.discard(id)
        if each["method"] == "POST" and id in shown and id not in changed:
            alive.add(id)
            people = Counter((identity(r), r["mobile"]) for a in alive for r in shown[a]["recipients"])
            keep(TWICE_SCHEDULED, all(times == 1 for times in people.values()), (id, alive))


def _stays_stopped(deed: Deed, stopped: set[str]) -> None:
    pending = {identity(r) for s in deed.after.objects.pending.values() for r in s["recipients"]}
    keep(
        STOPPED,
        not pending & stopped,
        pending & stopped,
    )


def _leaves_no_doubt(deed: Deed) -> None:
    known = {intent.id for intent in deed.before.state.intents}
    opened = [intent for intent in deed.after.state.intents if intent.id not in known]
    keep(LEFT_OPEN, not opened, opened)


def _of(scene: Scene, identities: Set[str]) -> set[str]:
    """The schedules still to be sent that hold somebody of those campaigns."""
    pending = scene.objects.pending.items()
    return {id for id, each in pending if any(identity(r) in identities for r in each["recipients"])}


def check_obeyed(before: Scene, after: Scene, log: Sequence[Json], identities: Set[str]) -> None:
    """Nothing of those campaigns was placed or changed since `before`."""
    there = _of(before, identities)
    changed = {each["schedule_id"] for each in log if each["method"] == "PUT" and "schedule_id" in each}
    keep(OBEYED, _of(after, identities) <= there and not changed & there, (there, changed))


def check_stopped(scene: Scene, ended: Ended, identities: Set[str], lost: Set[int | str]) -> None:
    """Where every ending says that all is stopped or was sent, nothing is left but what nobody knew of."""
    if not any(ending.left or ending.doubts for ending in ended.endings):
        left = _of(scene, identities) - lost
        keep(STOPPED_IS_GONE, not left, (left, ended.endings))
