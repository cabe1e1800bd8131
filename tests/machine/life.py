"""The life of a team with the tool: a state machine of everything that people, auditors and the wire do.

All draws are plain numbers that do not depend on what exists, so that an example can be played again.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from fate import Fate
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from promises import (
    ENDLESS,
    NOT_EMPTY,
    NOT_SCHEDULED,
    NOT_SERVED,
    PEACE,
    PLAN_WRITES,
    TRUTH,
    Broken,
    Deed,
    Scene,
    check_bytes,
    check_deed,
    check_outbox,
    check_scene,
    identity,
    keep,
)
from service import Json, Service
from tool import SOUND, Conditions, Ended, Parts, Tool
from wishes import LEADS, NUMBERS, Wishes, edited, template

from jsms_sync.kinds.template_settle import desired_text
from jsms_sync.model.decisions import HeldCode, RefusalCode
from jsms_sync.model.privacy import Secret
from jsms_sync.model.records import TemplateRecord
from jsms_sync.model.resources import Address, campaign_address, name_of
from jsms_sync.model.wire import china_time, from_china_time
from jsms_sync.planning.choices import Choices

T = TypeVar("T")

ROUNDS = 8
"""After so many applies in peace nothing may be left to do."""
YOUNG = timedelta(minutes=11).total_seconds()
"""After this long a template that vanished is believed to be gone."""
BOLD = frozenset({"over-limit", "too-many-missing", "empty-definitions"})

FAULTS: tuple[Json, ...] = (
    {"fault": "drop-before"},
    {"fault": "drop-after"},
    {"fault": "status", "status": 500},
    {"fault": "status", "status": 429},
    {"fault": "status", "status": 403, "code": 50007},
    {"fault": "status-after", "status": 502},
    {"fault": "truncate"},
    {"fault": "html"},
    {"fault": "out-of-freq"},
)
BELIEFS: tuple[Json, ...] = (
    {},
    {"text_is_trimmed": True},
    {"text_is_trimmed": True, "remark_is_shown": False},
    {"longest_shown_ttl": 200, "ttl_without_meaning": 60},
    {"sent_is_readable": False, "empty_remark": ""},
    {"delete_of_deleted_code": 50029, "put_of_deleted_code": 50028},
    {"opted_out": list(NUMBERS[:1])},
)
SECONDS = (10, 50, 180, 240, 660, 660, 3600, 90_000)

DISTANCES = (-330, -290, -90, -70, -50, 10, 60, 660, 660)
"""Seconds from a campaign's time."""
NEAR = (-315, -340, -370, -430, -510, -640, -190, -110, -75, None)
WRITES = {
    "template.add": "POST",
    "template.content": "POST",
    "template.remark": "PUT",
    "template.remove": "DELETE",
    "campaign.add": "POST",
    "campaign.form": "DELETE",
    "campaign.people": "PUT",
    "campaign.rename": "DELETE",
    "campaign.remove": "DELETE",
}
"""What an edit is likely to send, so that a broken line hits it."""

picks = st.integers(0, 59)
few = st.integers(0, 5)
edits = st.sampled_from(
    [
        *("template.content", "template.content", "template.content", "template.type", "template.ttl"),
        *("template.remark", "template.protect", "template.retire"),
        *("template.add", "template.add", "template.remove", "template.rename", "template.move"),
        *("campaign.add", "campaign.add", "campaign.add", "campaign.add", "campaign.remove"),
        *("campaign.rename", "campaign.rename", "campaign.move"),
        *("campaign.people", "campaign.people", "campaign.people", "campaign.time", "campaign.template"),
        *("campaign.form", "campaign.form", "campaign.sign_id", "campaign.tag"),
    ]
)
faults = st.builds(
    lambda fault, method, path, times, skip: {
        **fault,
        "method": method,
        "path": path,
        "times": 5 if method == "GET" else times,
        "skip": skip,
    },
    st.sampled_from(FAULTS),
    st.sampled_from(["POST", "POST", "PUT", "DELETE", "GET"]),
    st.sampled_from(["/v1/templates", "/v1/schedule", "/v1"]),
    st.sampled_from([1, 5, 5, 2]),
    st.sampled_from([0, 0, 1]),
)


def picked(items: Sequence[T], pick: int) -> T | None:
    """One of them, whatever there is; None where there is nothing."""
    return items[pick % len(items)] if items else None


class Life(RuleBasedStateMachine):
    """One team, one service, one state."""

    def __init__(self, service: Service, parts: Parts = SOUND, threads: int = 4) -> None:
        """With one thread every example can be played again exactly."""
        super().__init__()
        self.threads = threads
        self.service, self.wishes = service, Wishes()
        self.folder = Path(tempfile.mkdtemp(prefix="life-"))
        self.service.reset({})
        self.tool = Tool(service, self.folder, parts)
        self.secret = Secret(service.access.master_secret)
        self.placed: dict[str, Address] = {}
        self.ever: set[int | str] = set()
        self.stopped: set[str] = set()
        self.is_broken = False
        self.scene = self._look()

    # What the rules share

    def _look(self) -> Scene:
        scene = Scene(self.tool.state(), self.service.objects(), self.secret)
        self.ever |= scene.recorded.keys()
        told, _ = scene.strangers(id for id in scene.objects.schedules if id not in self.ever)
        for id, address in {**told, **scene.recorded}.items():
            if isinstance(id, str):
                self.placed[id] = address
        return scene

    @contextmanager
    def _step(self) -> Iterator[None]:
        """Something happens, and then everything is looked at."""
        self.is_broken = True
        yield
        self._check()
        self.is_broken = False

    def _check(self) -> None:
        self.scene = self._look()
        check_scene(self.scene)
        check_bytes(self.tool.bytes())
        self._renew()
        check_outbox(self.service.outbox(), self._all_identities())

    def _all_identities(self) -> list[str]:
        return [f"k{n:03}" for n in range(1, self.wishes.born + 1)]

    def _renew(self) -> None:
        """Who was sent under another name, and only then comes up under this one, is another campaign."""
        pending = {identity(r) for s in self.scene.objects.pending.values() for r in s["recipients"]}
        for name in self.wishes.campaigns:
            mine = self.wishes.identities[name]
            sent = [
                id
                for id, each in self.scene.objects.schedules.items()
                if each["status"] != "pending" and any(identity(r) == mine for r in each["recipients"])
            ]
            if sent and mine not in pending and not {self.placed.get(id) for id in sent} & self._ours(name):
                self.wishes.begin_anew(name)

    def _ours(self, name: str) -> set[Address | None]:
        """The addresses under which the campaign of that name is or will be recorded."""
        old = self.wishes.campaigns[name].moved_from
        return {campaign_address(name)} | ({campaign_address(old)} if old else set())

    # What the team writes

    @initialize(
        beliefs=st.sampled_from(BELIEFS),
        templates=st.lists(picks, min_size=1, max_size=2),
        people=picks,
        behind=st.sampled_from([0, 0, 0, 50]),
    )
    def begin(self, beliefs: Json, templates: list[int], people: int, behind: int) -> None:
        """A shop with a template or two and a campaign, approved at once or not."""
        self.tool.behind = behind
        self.service.control("PUT", "beliefs", beliefs)
        for name, pick in zip("tu", templates, strict=False):
            self.wishes.set_template(template(name, pick))
        self.wishes.add_campaign("c", "t", self.service.now + LEADS[people % 8], people)
        self._apply(Choices(), Conditions())
        if people % 4:
            self._decide(self._waiting(), approved=True)
            self._apply(Choices(), Conditions())
        if people % 3:
            self.wait(YOUNG)

    @rule(what=edits, which=few, pick=picks)
    def edit(self, what: str, which: int, pick: int) -> None:
        """The definitions are edited; nothing else has changed by that."""
        kind, _, verb = what.partition(".")
        if kind == "template":
            self._edit_template(verb, picked(sorted(self.wishes.templates), which), pick)
        if kind == "campaign":
            self._edit_campaign(verb, self._campaign(which), which, pick)

    def _campaign(self, which: int) -> str | None:
        """A campaign whose time has not come; now and then, and where there is no such, any."""
        names = sorted(self.wishes.campaigns)
        ahead = [name for name in names if self.wishes.campaigns[name].send_time > self.service.now]
        return picked(ahead if ahead and which < 5 else names, which)

    def _edit_template(self, verb: str, old: str | None, pick: int) -> None:
        """A template comes, goes with the campaigns that name it, is renamed, or gets another field."""
        new = "tuvwx"[pick % 5]
        if verb == "add":
            if new not in self.wishes.templates:
                self.wishes.set_template(template(new, pick))
        elif old is None:
            return
        elif verb == "remove":
            self._stop_counting(self.wishes.users(old))
            self.wishes.remove_template(old)
        elif verb in ("rename", "move"):
            if new not in self.wishes.templates:
                self.wishes.rename_template(old, new, moved=verb == "move")
        else:
            self.wishes.set_template(edited(self.wishes.templates[old], verb, pick))

    def _edit_campaign(self, verb: str, old: str | None, which: int, pick: int) -> None:
        """A campaign comes, perhaps again; is called off; renamed; or one of its fields is edited."""
        used = picked(sorted(self.wishes.templates), which)
        if verb == "add":
            name = (*"cde", f"f{self.wishes.born}")[pick % 4]
            name = f"f{self.wishes.born}" if name in self.wishes.campaigns or self._is_moving(name) else name
            if used:
                self.wishes.add_campaign(name, used, self.service.now + LEADS[pick % 8], pick)
        elif old is None:
            return
        elif verb == "remove":
            self._stop_counting([old])
            del self.wishes.campaigns[old]
        elif verb in ("rename", "move"):
            self._rename_campaign(old, moved=verb == "move")
        elif verb == "people":
            self.wishes.edit_people(old, pick)
        elif verb == "form":
            self.wishes.edit_form(old, pick)
        else:
            fields: Mapping[str, Any] = {
                "time": {"send_time": self.service.now + LEADS[pick % 8]},
                "template": {"template": picked(sorted(self.wishes.templates), pick)},
                "sign_id": {"sign_id": (None, 1)[pick % 2]},
                "tag": {"tag": (None, "spring")[pick % 2]},
            }[verb]
            self.wishes.campaigns[old] = replace(self.wishes.campaigns[old], **fields)

    def _is_moving(self, name: str) -> bool:
        """Whether a campaign is about to leave that name: another one there would keep it from moving."""
        leaving = {each.moved_from for each in self.wishes.campaigns.values()}
        return name in leaving and campaign_address(name) in self.scene.state.resources

    def _rename_campaign(self, old: str, *, moved: bool) -> None:
        """Only what is recorded can move; else the name alone is another one."""
        known = moved and campaign_address(old) in self.scene.state.resources
        if not known:
            self._stop_counting([old])
        self.wishes.born += 1
        self.wishes.rename_campaign(old, f"{old[0]}{self.wishes.born}", moved=known)

    def _stop_counting(self, names: Sequence[str]) -> None:
        """Whoever takes a campaign out of the definitions ends what somebody else stopped."""
        self.stopped -= {self.wishes.identities[name] for name in names}

    # What JSMS, its auditors and other people do

    def _waiting(self) -> list[int]:
        return [id for id, each in self.service.objects().templates.items() if each["status"] == 0]

    def _decide(self, ids: Sequence[int], *, approved: bool) -> None:
        for id in ids:
            self.service.decide(id, approved=approved)

    @rule(which=few, every=st.booleans(), approved=st.sampled_from([True, True, False]))
    def audit(self, which: int, every: bool, approved: bool) -> None:
        """One audit ends, or all do."""
        with self._step():
            waiting = self._waiting()
            found = picked(waiting, which)
            self._decide(waiting if every else [found] if found else [], approved=approved)

    @rule(
        which=few,
        what=st.sampled_from(
            ["delete-template", "rewrite-template", "delete-schedule", "fewer", "params", "later"]
        ),
        pick=picks,
    )
    def meddle(self, which: int, what: str, pick: int) -> None:
        """Somebody deletes or edits something in the console."""
        with self._step():
            match what:
                case "delete-template":
                    self._delete_template(which)
                case "rewrite-template":
                    self._rewrite_template(which, pick)
                case "delete-schedule":
                    self._delete_schedule(which)
                case _:
                    self._change_schedule(which, what)

    def _delete_template(self, which: int) -> None:
        if id := picked(sorted(self.scene.objects.templates), which):
            self.service.raw("DELETE", f"templates/{id}")

    def _rewrite_template(self, which: int, pick: int) -> None:
        """Only a rejected one can be; one that is in doubt could not be told by its text any more."""
        shown = self.scene.objects.templates
        rejected = [id for id in shown if shown[id]["status"] == 2 and id in self.scene.recorded]
        if id := picked(rejected, which):
            other = template("x", pick)
            body = {"template": other.content, "type": other.type, "ttl": other.ttl}
            self.service.raw("PUT", f"templates/{id}", body)

    def _delete_schedule(self, which: int) -> None:
        id = picked(list(self.scene.objects.pending), which)
        if id is None:
            return
        meant = {identity(r) for r in self.scene.objects.schedules[id]["recipients"]}
        self.service.raw("DELETE", f"schedule/{id}")
        left = self.service.objects().pending
        alive = {identity(r) for each in left.values() for r in each["recipients"]}
        if id in self.scene.recorded and id not in self._announced():
            self.stopped |= (meant - alive) & self._named(id)

    def _announced(self) -> set[int | str | None]:
        return {intent.remote_id for intent in self.scene.state.intents}

    def _named(self, id: str) -> set[str]:
        """The identity of the campaign that this schedule is recorded for, while it is defined."""
        address = self.scene.recorded[id]
        return {
            self.wishes.identities[name]
            for name in self.wishes.campaigns
            if address in self._ours(name) and self.scene.state.campaign(address)
        }

    def _change_schedule(self, which: int, how: str) -> None:
        pending = [id for id in self.scene.objects.pending if id in self.scene.recorded]
        if id := picked(pending, which):
            shown = self.scene.objects.schedules[id]
            if shown["recipients"]:
                self._change_outside(id, shown, how)

    def _change_outside(self, id: str, shown: Json, how: str) -> None:
        people = [{"mobile": r["mobile"], "temp_para": dict(r["temp_para"])} for r in shown["recipients"]]
        if how == "fewer" and len(people) > 1:
            people = people[1:]
        if how == "params":
            people[0]["temp_para"]["m"] = "w"
        # What is moved by more may come due long after the tool believes it sent: nobody can help that.
        later = from_china_time(shown["send_time"]) + timedelta(minutes=2 * (how == "later"))
        body = {"send_time": china_time(later), "temp_id": shown["temp_id"]}
        if shown["kind"] == "single":
            self.service.raw("PUT", f"schedule/{id}", {**body, **people[0]})
        else:
            self.service.raw("PUT", f"schedule/batch/{id}", {**body, "recipients": people})

    @rule(seconds=st.sampled_from(SECONDS))
    def wait(self, seconds: float) -> None:
        """Time passes, and what is due is sent."""
        with self._step():
            self.service.advance(seconds)

    @rule(which=few, seconds=st.sampled_from(DISTANCES))
    def wait_for_a_campaign(self, which: int, seconds: int) -> None:
        """The time of a campaign comes near, or has just passed."""
        if name := self._campaign(which):
            left = self.wishes.campaigns[name].send_time - self.service.now
            self.wait(max(left.total_seconds() + seconds, 0))

    @rule(faults=st.lists(faults, max_size=2))
    def break_down(self, faults: list[Json]) -> None:
        """The line will break from now on, or is whole again."""
        self.service.recover()
        for fault in faults:
            self.service.break_down(fault)

    # What the team does with the tool

    @rule(supersede=st.booleans(), recreate=st.booleans(), overwrite=st.booleans())
    def apply_overriding(self, supersede: bool, recreate: bool, overwrite: bool) -> None:
        """An apply with overrides."""
        choices = self._choices(bold=True, supersede=supersede, recreate=recreate, overwrite=overwrite)
        self._apply(choices, Conditions())

    @rule(what=edits, which=few, pick=picks, bold=st.booleans())
    def apply(self, what: str, which: int, pick: int, bold: bool) -> None:
        """An edit and an apply, as on every day."""
        self.edit(what, which, pick)
        self._apply(self._choices(bold=bold), Conditions())

    @rule(
        what=st.sampled_from(sorted(WRITES)),
        which=few,
        pick=picks,
        fault=faults,
        threads=st.sampled_from([1, 1, 4]),
    )
    def apply_on_a_broken_line(self, what: str, which: int, pick: int, fault: Json, threads: int) -> None:
        """The line breaks in the middle of an apply."""
        self.edit(what, which, pick)
        likely = {"method": WRITES[what], "path": "/v1"}
        self.service.break_down({**fault, **likely} if pick % 4 else fault)
        self._apply(self._choices(bold=True), Conditions(parallelism=min(threads, self.threads)))
        self.service.recover()

    @rule(
        what=edits,
        which=few,
        pick=picks,
        moment=st.sampled_from(["file", "file", "request"]),
        number=st.integers(1, 30),
        threads=st.sampled_from([1, 1, 4]),
    )
    def apply_and_die(self, what: str, which: int, pick: int, moment: Any, number: int, threads: int) -> None:
        """An apply is killed."""
        self.edit(what, which, pick)
        self._apply(Choices(BOLD), Conditions(Fate(moment, number), parallelism=min(threads, self.threads)))

    @rule(what=edits, which=few, pick=picks, first=st.integers(1, 30), count=st.sampled_from([1, 3, 99]))
    def apply_on_a_full_disk(self, what: str, which: int, pick: int, first: int, count: int) -> None:
        """For a while an apply finds no room for what it has to record."""
        self.edit(what, which, pick)
        self._apply(Choices(BOLD), Conditions(Fate(full=range(first, first + count))))

    @rule(
        what=st.sampled_from(
            ["campaign.people", "campaign.time", "campaign.add", "campaign.form", "template.content"]
        ),
        which=few,
        pick=picks,
        seconds=st.sampled_from([30, 5, 100]),
        near=st.sampled_from(NEAR),
        overwrite=st.booleans(),
    )
    def apply_slowly(
        self, what: str, which: int, pick: int, seconds: int, near: int | None, overwrite: bool
    ) -> None:
        """Time passes with every request and every pause, perhaps when a campaign's time is near."""
        if near:
            self.wait_for_a_campaign(which, near)
        self.edit(what, which, pick)
        self._apply(self._choices(bold=True, overwrite=overwrite), Conditions(seconds=seconds))

    @rule()
    def apply_at_a_lagging_service(self) -> None:
        """What was submitted just now is not known everywhere yet."""
        for id in self._young():
            lag = {"fault": "status", "status": 403, "code": 50013, "method": "GET"}
            self.service.break_down({**lag, "path": f"/v1/templates/{id}"})
        self._apply(self._choices(bold=True), Conditions())
        self.service.recover()

    def _young(self) -> list[int]:
        records = (each for each in self.scene.state.resources.values() if isinstance(each, TemplateRecord))
        born = {id: each.created_at for record in records for id, each in record.revisions.items()}
        return [id for id, at in born.items() if self.service.now - at < timedelta(minutes=9)]

    @rule(which=few, pick=picks)
    def repeat_a_campaign(self, which: int, pick: int) -> None:
        """A campaign is called off, and later comes again under its name."""
        if name := picked(sorted(self.wishes.campaigns), which):
            self._edit_campaign("remove", name, which, pick)
            self._apply(self._choices(bold=True), Conditions())
            used = picked(sorted(self.wishes.templates), which)
            if used and not self._is_moving(name):
                self.wishes.add_campaign(name, used, self.service.now + LEADS[pick % 8], pick)
            self._apply(self._choices(bold=True), Conditions())

    @rule()
    def have_a_good_day(self) -> None:
        """What is in doubt is settled, audits end well, and an apply in peace goes on from there."""
        self.service.recover()
        with self._step():
            self._resolve(Conditions())
            self._decide(self._waiting(), approved=True)
        self._apply(self._choices(bold=True), Conditions())

    @rule()
    def plan_only(self) -> None:
        """Somebody has a look, which changes nothing."""
        with self._step():
            before, written = self.service.objects(), self.tool.bytes()
            self.service.forget()
            self.tool.plan(self.wishes.definitions())
            keep(PLAN_WRITES, all(each["method"] == "GET" for each in self.service.requests()))
            keep(PLAN_WRITES, (before, written) == (self.service.objects(), self.tool.bytes()))

    @rule(number=st.one_of(st.none(), st.integers(1, 12)))
    def resolve(self, number: int | None) -> None:
        """A person settles what is in doubt, truthfully; the process may be killed."""
        with self._step():
            self._resolve(Conditions(Fate("file", number) if number else Fate()))

    def _choices(
        self, *, bold: bool, supersede: bool = False, recreate: bool = False, overwrite: bool = False
    ) -> Choices:
        every = frozenset(self.wishes.addresses())
        none = frozenset[Address]()
        return Choices(
            BOLD if bold else frozenset(),
            every if supersede else none,
            every if recreate else none,
            every if overwrite else none,
        )

    def _apply(self, choices: Choices, conditions: Conditions) -> Ended:
        self.is_broken = True
        before, faults = self.scene, self.service.faults()
        self.service.forget()
        ended = self.tool.apply(self.wishes.definitions(), choices, conditions)
        log = tuple(self.service.requests())
        if choices.recreate:
            self._stop_counting(list(self.wishes.campaigns))
        self._check()
        interfered = bool(faults) or not conditions.fate.is_kind or bool(conditions.seconds)
        behind = timedelta(seconds=self.tool.behind)
        deed = Deed(before, self.scene, ended, log, interfered, bool(choices.recreate), behind)
        check_deed(deed, self.wishes, self.stopped)
        if not interfered:
            self._converged(ended, choices)
        self.is_broken = False
        return ended

    def _converged(self, ended: Ended, choices: Choices) -> None:
        """After a success the next plan is empty but for what is held (promise 8)."""
        keep(PEACE, ended.in_peace, ended.error)
        plan = ended.plan
        if plan is None or plan.refusals or plan.is_invalid:
            return
        if any(outcome.result != "done" for outcome in ended.outcomes):
            return
        again = self.tool.plan(self.wishes.definitions(), choices).plan
        keep(
            NOT_EMPTY,
            again is not None and again.is_empty and not again.refusals,
            again and (again.changes, again.refusals),
        )

    def _resolve(self, conditions: Conditions) -> None:
        """Each address in doubt: the ids that its intents made, and for the rest nothing."""
        scene = self._look()
        objects = scene.objects
        existing = [id for id in (*objects.templates, *objects.schedules) if id not in self.ever]
        told, _ = scene.strangers(existing)
        for address in sorted({intent.address for intent in scene.doubts}):
            ids = [str(id) for id, where in told.items() if where == address]
            if ids:
                ended = self.tool.resolve(address, ids, conditions)
                if not ended.in_peace:
                    self._excused(ended, conditions)
                    return
            if any(intent.creates for intent in self.tool.state().intents_of(address)):
                self.tool.resolve(address, [], conditions)

    def _excused(self, ended: Ended, conditions: Conditions) -> None:
        whole = conditions.fate.is_kind and not self.service.faults()
        keep(TRUTH, not whole, ended.error)

    # The end

    def teardown(self) -> None:
        """Faults stop, people do what the tool asks them for: a few applies empty the plan."""
        try:
            if not self.is_broken:
                self._make_good()
        finally:
            self.tool.close()
            shutil.rmtree(self.folder)

    def _make_good(self) -> None:
        self.service.recover()
        for _ in range(ROUNDS):
            with self._step():
                self._resolve(Conditions())
                self._decide(self._waiting(), approved=True)
            ended = self._apply(self._choices(bold=True, recreate=True, overwrite=True), Conditions())
            if self._is_done(ended):
                break
            self._obey(ended)
        else:
            raise Broken(ENDLESS, _told(ended))
        self._check_wishes(ended)
        with self._step():
            self.service.advance(40 * 86_400)

    def _is_done(self, ended: Ended) -> bool:
        plan = ended.plan
        if plan is None or plan.refusals or plan.changes:
            return False
        waiting = {HeldCode.REJECTED, HeldCode.UNREADABLE, HeldCode.UNKNOWN_OUTCOME}
        waiting |= {HeldCode.AWAITING_APPROVAL, HeldCode.UNDER_REVIEW}
        return not waiting & {held.code for held in plan.held}

    def _obey(self, ended: Ended) -> None:
        """What a person does about what is held or refused."""
        plan = ended.plan
        assert plan is not None, ended.error
        for held in plan.held:
            name = name_of(held.address)
            if held.code is HeldCode.REJECTED:
                old = self.wishes.templates[name]
                self.wishes.set_template(replace(old, remark=f"{old.remark or ''}!"))
            if held.code is HeldCode.UNREADABLE:
                with self._step():
                    self.service.advance(YOUNG)
        for refusal in plan.refusals:
            assert refusal.code in (RefusalCode.PROTECTED, RefusalCode.TEMPLATE_IN_USE), refusal
            assert refusal.address is not None
            self.wishes.set_template(replace(self._last(refusal.address), protect=False, moved_from=None))

    def _last(self, address: Address) -> Any:
        return self.wishes.last[address]

    def _check_wishes(self, ended: Ended) -> None:
        """Every template serves, and every campaign that is not held is scheduled as it is wanted."""
        state = self.scene.state
        for each in self.wishes.templates.values():
            record = state.template(each.address)
            serving = record.revisions.get(record.serving or 0) if record else None
            carries = serving is not None and serving.temp_id in self.scene.approved(each.address)
            same = serving is not None and desired_text(each) in (serving.sent, serving.echo)
            keep(NOT_SERVED, carries and same, (each, record))
        assert ended.plan is not None
        held = {entry.address for entry in ended.plan.held}
        for name, campaign in self.wishes.campaigns.items():
            if campaign.address not in held and campaign.send_time > self.service.now:
                self._check_scheduled(name)

    def _check_scheduled(self, name: str) -> None:
        campaign = self.wishes.campaigns[name]
        record = self.scene.state.campaign(campaign.address)
        batches = record.batches.values() if record else ()
        shown = [self.scene.objects.schedules[batch.schedule_id] for batch in batches]
        there = {r["mobile"] for each in shown for r in each["recipients"]}
        refused = self.scene.refused(campaign.address, NUMBERS)
        wanted = {r.mobile.reveal() for r in campaign.recipients}
        times = {each["send_time"] for each in shown}
        keep(
            NOT_SCHEDULED,
            there | refused >= wanted and there <= wanted and times == {china_time(campaign.send_time)},
            (name, shown),
        )


def _told(ended: Ended) -> object:
    plan = ended.plan
    return ended.error if plan is None else (plan.changes, plan.held, plan.refusals, ended.outcomes)
