"""Convergence: after a plan was carried out, the next plan is empty but for what is held (promise 8).

A service and an apply of a few lines stand in for the real ones: they carry out the steps of a plan in its
order, and each step may get lost before or after it acted, as an apply that is killed would leave it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

import builders as b
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jsms_sync.kinds.batches import CAPACITY
from jsms_sync.kinds.campaign_wire import target as target_of
from jsms_sync.kinds.template_settle import desired_text
from jsms_sync.kinds.template_wire import submission
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
from jsms_sync.model.digests import pack, unpack, without
from jsms_sync.model.events import (
    BatchDropped,
    BatchSet,
    Event,
    IntentClosed,
    IntentOpened,
    Remembered,
    RevisionDropped,
    RevisionSet,
    fold,
)
from jsms_sync.model.observed import Observed, ScheduleSeen, SeenSchedule, SeenTemplate, TemplateSeen
from jsms_sync.model.records import (
    DIGEST,
    Audit,
    Batch,
    CampaignRecord,
    HistoryEntry,
    Intent,
    Refused,
    Revision,
    State,
    Submission,
    Target,
    TemplateRecord,
    Text,
)
from jsms_sync.model.resources import Campaign, Definitions, Template
from jsms_sync.planning.choices import Choices
from jsms_sync.planning.decide import make_plan
from jsms_sync.planning.plan import Plan

pytestmark = pytest.mark.no_cover

ALLOWED = Choices(allow=frozenset({"over-limit", "empty-definitions", "too-many-missing"}))
REFUSED_BY_JSMS = {b.mobile("x"): 50006, b.mobile("y"): 50024}


@dataclass
class Service:
    """What JSMS holds."""

    templates: dict[int, SeenTemplate] = field(default_factory=dict)
    schedules: dict[str, SeenSchedule] = field(default_factory=dict)
    next_id: Iterable[int] = field(default_factory=lambda: count(100))

    def id(self) -> int:
        """An id that was never given."""
        return next(iter(self.next_id))

    def observed(self, known: State) -> Observed:
        """What a refresh of all that is recorded shows."""
        templates: dict[int, TemplateSeen] = {}
        schedules: dict[str, ScheduleSeen] = {}
        for record in known.resources.values():
            if isinstance(record, TemplateRecord):
                templates |= {id: self.templates.get(id, b.GONE) for id in record.revisions}
            else:
                ids = (batch.schedule_id for batch in record.batches.values())
                schedules |= {id: self.schedules.get(id, b.GONE) for id in ids if id}
        return Observed(templates, schedules)


class Lost(Exception):
    """The apply was killed here."""


@dataclass
class World:
    """A service, a state, and the time."""

    service: Service = field(default_factory=Service)
    state: State = field(default_factory=b.state)
    now: datetime = b.NOON

    def plan(self, wanted: Definitions) -> Plan:
        """The plan for what is wanted now."""
        return make_plan(
            b.look(wanted, self.state, self.service.observed(self.state), now=self.now, choices=ALLOWED)
        )

    def record(self, *events: Event) -> None:
        """Folds the events in."""
        self.state = fold(self.state, events)

    def apply(self, plan: Plan, lost: Callable[[], str] = lambda: "") -> None:
        """Carries the plan out; `lost` says of each step whether it dies `before` or `after` it acts."""
        assert not plan.refusals
        self.record(*plan.events)
        for change in plan.changes:
            for step in change.steps:
                self._step(change, step, lost())
            self.record(*change.closing)

    def _step(self, change: Change, step: Step, lost: str) -> None:
        intent = _intent(self.state, change, step)
        self.record(*change.opening, IntentOpened(intent))
        if lost == "before":
            raise Lost
        done = self._do(change, step, intent)
        if lost == "after":
            raise Lost
        self.record(*done, IntentClosed(intent.id))

    def _do(self, change: Change, step: Step, intent: Intent) -> tuple[Event, ...]:
        where, service = change.address, self.service
        match step:
            case SubmitTemplate(template):
                temp_id = service.id()
                service.templates[temp_id] = _submitted(temp_id, template)
                said = submission(template)
                return (RevisionSet(where, Revision(temp_id, self.now, said.text, said.remark)),)
            case ResubmitTemplate(template, temp_id):
                assert service.templates[temp_id].status is Audit.REJECTED
                service.templates[temp_id] = _submitted(temp_id, template)
                said = submission(template)
                record = self.state.template(where)
                assert record is not None
                again = msgspec.structs.replace(
                    record.revisions[temp_id],
                    sent=said.text,
                    remark=said.remark,
                    echo=None,
                    status=Audit.AUDITING,
                )
                return (RevisionSet(where, again),)
            case DeleteTemplate(temp_id, event):
                service.templates.pop(temp_id, None)
                entry = HistoryEntry(where, event, self.now, temp_id)
                return (RevisionDropped(where, temp_id), Remembered(entry))
            case PlaceBatch(key, draft):
                return (BatchSet(where, key, self._put(f"s{service.id()}", draft, intent)),)
            case ChangeBatch(key, schedule_id, draft):
                assert schedule_id in service.schedules
                campaign = self.state.campaign(where)
                assert campaign is not None
                changed = self._put(schedule_id, draft, intent)
                sent = {pack(b.digests([r])) for r in draft.recipients}
                older = (r for r in campaign.batches[key].refused if r.member not in sent)
                refused = (*older, *changed.refused)
                return (BatchSet(where, key, msgspec.structs.replace(changed, refused=refused)),)
            case DropBatch(key, schedule_id):
                service.schedules.pop(schedule_id, None)
                return (BatchDropped(where, key),)

    def _put(self, schedule_id: str, draft: Draft, intent: Intent) -> Batch:
        """A POST or PUT of a schedule, with the partial success that JSMS allows itself."""
        assert intent.target is not None
        assert 0 < len(draft.recipients) <= CAPACITY
        assert draft.send_time > self.now
        serving = self.service.templates[intent.target.temp_id]
        assert serving.status is Audit.APPROVED
        good = tuple(r for r in draft.recipients if r.mobile not in REFUSED_BY_JSMS)
        bad = [r for r in draft.recipients if r.mobile in REFUSED_BY_JSMS]
        seen = SeenSchedule(schedule_id, draft.send_time, intent.target.temp_id, good)
        self.service.schedules[schedule_id] = seen
        refused = tuple(Refused(pack(b.digests([r])), REFUSED_BY_JSMS[r.mobile]) for r in bad)
        members = without(b.digests(draft.recipients), (r.member[:DIGEST] for r in refused))
        placed: Target = msgspec.structs.replace(intent.target, members=pack(members))
        return Batch(schedule_id, placed, self.now, refused)

    def audit(self, status: Audit) -> None:
        """The auditors decide on everything that waits for them."""
        for temp_id, seen in self.service.templates.items():
            if seen.status is Audit.AUDITING:
                self.service.templates[temp_id] = replace(seen, status=status)

    def resolve(self) -> None:
        """A person settles every POST in doubt by what the service holds."""
        for intent in [each for each in self.state.intents if each.creates]:
            found = self._find(intent)
            self.record(*([found] if found else []), IntentClosed(intent.id))

    def _find(self, intent: Intent) -> Event | None:
        if intent.submission is not None:
            return self._find_template(intent, intent.submission)
        assert intent.target is not None
        assert intent.batch is not None
        aim = intent.target
        for id, schedule in self.service.schedules.items():
            members = b.digests(schedule.recipients)
            same = (schedule.send_time, schedule.temp_id) == (aim.send_time, aim.temp_id)
            if id not in self.recorded() and same and members.items() <= unpack(aim.members).items():
                adopted = msgspec.structs.replace(aim, members=pack(members))
                return BatchSet(intent.address, intent.batch, Batch(id, adopted, self.now))
        return None

    def _find_template(self, intent: Intent, said: Submission) -> Event | None:
        for temp_id, seen in self.service.templates.items():
            if temp_id not in self.recorded() and seen.text == _kept(said.text):
                found = Revision(temp_id, self.now, said.text, said.remark, seen.text)
                return RevisionSet(intent.address, found)
        return None

    def recorded(self) -> set[int | str]:
        """Every id that the state knows."""
        known: set[int | str] = set()
        for record in self.state.resources.values():
            if isinstance(record, CampaignRecord):
                known |= {batch.schedule_id for batch in record.batches.values()}
            else:
                known |= set(record.revisions)
        return known


def _kept(text: Text) -> Text:
    """A text as the service keeps it: without spaces at its end."""
    return msgspec.structs.replace(text, content=text.content.rstrip(" "))


def _submitted(temp_id: int, template: Template) -> SeenTemplate:
    return SeenTemplate(temp_id, _kept(desired_text(template)), template.remark, Audit.AUDITING)


def _intent(known: State, change: Change, step: Step) -> Intent:
    """The step as it is announced."""
    number = f"{len(known.history)}-{len(known.intents)}-{change.address}-{step!r}"
    match step:
        case SubmitTemplate(template):
            return b.intent("POST", change.address, id=number, says=None, **_said(template))
        case ResubmitTemplate(template, temp_id):
            return b.intent("PUT", change.address, id=number, remote_id=temp_id, **_said(template))
        case DeleteTemplate(temp_id):
            return b.intent(
                "DELETE", change.address, id=number, action=change.action.value, remote_id=temp_id
            )
        case PlaceBatch(key, draft):
            return b.intent("POST", change.address, id=number, batch=key, target=_target(known, draft))
        case ChangeBatch(key, schedule_id, draft):
            meant = _target(known, draft)
            return b.intent("PUT", change.address, id=number, batch=key, remote_id=schedule_id, target=meant)
        case DropBatch(key, schedule_id):
            return b.intent("DELETE", change.address, id=number, batch=key, remote_id=schedule_id)


def _said(template: Template) -> Mapping[str, object]:
    return {"submitted": submission(template)}


def _target(known: State, draft: Draft) -> Target:
    if isinstance(draft.template, int):
        return target_of(draft, draft.template, b.DIGESTER.key_id)
    record = known.template(draft.template)
    assert record is not None
    assert record.serving is not None
    return target_of(draft, record.serving, b.DIGESTER.key_id)


LETTERS = "abcdefghxy"

templates = st.builds(
    b.template,
    name=st.sampled_from("tu"),
    content=st.sampled_from(["Hi {{n}}", "Ho {{n}}", "Hi {{n}} ", "Hi {{n}} {{m}}"]),
    type=st.sampled_from(["notification", "marketing"]),
    remark=st.sampled_from([None, "please"]),
    protect=st.sampled_from([None, False]),
    retire_after=st.sampled_from([None, "+1h", "+2d"]),
)
campaigns = st.builds(
    b.campaign,
    name=st.sampled_from("cd"),
    people=st.lists(
        st.builds(
            lambda letter, value: f"{letter}{value}",
            st.sampled_from(LETTERS),
            st.sampled_from(["", "=2"]),
        ),
        min_size=1,
        unique_by=lambda word: word[0],
    ).map(" ".join),
    at=st.sampled_from(["+1d", "+2d"]),
    names=st.just(["n", "m"]),
    template=st.sampled_from("tu"),
    sign_id=st.sampled_from([None, 5]),
)
singles = st.builds(
    b.campaign,
    name=st.sampled_from("cd"),
    people=st.sampled_from("ab"),
    form=st.just("single"),
    names=st.just(["n", "m"]),
    template=st.sampled_from("tu"),
)


@st.composite
def wanted(draw: st.DrawFn, *, may_be_empty: bool = True) -> Definitions:
    """Definitions in which every campaign has its template; now and then there are none any more.

    A template that a campaign may still send is not removed alone: that is refused, as `template-in-use`.
    """
    if may_be_empty and not draw(st.integers(0, 9)):
        return b.definitions()
    some = {
        name: replace(draw(templates), name=name) for name in ("t", "u", *draw(st.sampled_from(["", "v"])))
    }
    sending: dict[str, Campaign] = {
        each.name: each for each in draw(st.lists(campaigns | singles, max_size=3))
    }
    return b.definitions(*some.values(), *sending.values())


def settled(world: World, definitions: Definitions) -> None:
    """Carries out plan after plan until one is empty; a few must do."""
    for _ in range(6):
        plan = world.plan(definitions)
        world.apply(plan)
        if plan.is_empty:
            return
        world.audit(Audit.APPROVED)
    raise AssertionError(f"still not empty: {world.plan(definitions).changes}")


def assert_nobody_is_scheduled_twice(world: World) -> None:
    """No number is in two schedules of one campaign, and no schedule is unknown to the state."""
    known = {
        batch.schedule_id: address
        for address, record in world.state.resources.items()
        if isinstance(record, CampaignRecord)
        for batch in record.batches.values()
    }
    scheduled = Counter(
        (known[id], recipient.mobile)
        for id, schedule in world.service.schedules.items()
        for recipient in schedule.recipients
    )
    assert all(times == 1 for times in scheduled.values()), scheduled


@given(st.lists(wanted(), min_size=1, max_size=4), st.lists(st.sampled_from(Audit), min_size=4, max_size=4))
def test_after_a_plan_the_next_one_is_empty_but_for_what_is_held(
    edits: list[Definitions], audits: list[Audit]
) -> None:
    """Whatever is edited, and however the audits end meanwhile."""
    world = World()
    for definitions, audit in zip(edits, audits, strict=False):
        world.apply(world.plan(definitions))
        again = world.plan(definitions)
        assert not again.changes
        assert not again.refusals
        assert not again.problems
        assert_nobody_is_scheduled_twice(world)
        world.audit(audit)


@given(st.lists(wanted(), min_size=1, max_size=4))
def test_once_all_is_approved_everything_is_as_it_was_wanted(edits: list[Definitions]) -> None:
    """Each campaign's schedules hold just its recipients, at its time, with the text that was wanted."""
    world = World()
    for definitions in edits:
        settled(world, definitions)
    held = {held.code for held in world.plan(edits[-1]).held} - {"grace-period"}
    assert not held
    for campaign in edits[-1].campaigns.values():
        record = world.state.campaign(campaign.address)
        assert record is not None
        schedules = [world.service.schedules[batch.schedule_id] for batch in record.batches.values()]
        there = {r.mobile for schedule in schedules for r in schedule.recipients}
        assert there == {r.mobile for r in campaign.recipients} - REFUSED_BY_JSMS.keys()
        assert {schedule.send_time for schedule in schedules} == {campaign.send_time}


@settings(max_examples=200)
@given(
    st.lists(wanted(may_be_empty=False), min_size=1, max_size=3),
    st.lists(st.sampled_from(["", "", "", "before", "after"]), max_size=30),
    st.data(),
)
def test_a_kill_at_any_step_leaves_what_the_next_plans_make_good(
    edits: list[Definitions], kills: list[str], data: st.DataObject
) -> None:
    """Nothing is created twice, nobody is texted twice; after `resolve` all is as it was wanted."""
    world = World()
    for definitions in edits:
        for _ in range(4):
            with suppress(Lost):
                world.apply(world.plan(definitions), lambda: kills.pop() if kills else "")
            assert not world.plan(definitions).refusals
            world.audit(data.draw(st.sampled_from([Audit.APPROVED, Audit.AUDITING])))
    world.resolve()
    assert_nobody_is_scheduled_twice(world)
    settled(world, edits[-1])
    assert_nobody_is_scheduled_twice(world)
    assert world.recorded() == {*world.service.schedules, *world.service.templates}
