"""Mutants: the tool with one promise disabled each, made by handing it another value or another part."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from promises import (
    ALONE,
    CARRIED,
    DOUBTED,
    FROZEN,
    INTERRUPTED,
    LATE,
    LEFT_OPEN,
    NO_STATE,
    NOT_EMPTY,
    NOT_SERVED,
    NUMBERS_TOLD,
    OBEYED,
    ONLY_THE_PLAN,
    STOPPED,
    STOPPED_IS_GONE,
    TWICE_SCHEDULED,
    TWICE_SENT,
    TWICE_SUBMITTED,
    UNKNOWN,
)
from tool import LINEAGE, Parts

from jsms_sync.api.client import Client
from jsms_sync.applying.apply import apply
from jsms_sync.applying.run import Run
from jsms_sync.errors import InDoubt
from jsms_sync.model.decisions import (
    Action,
    Change,
    DeleteTemplate,
    Draft,
    DropBatch,
    Reason,
    SubmitTemplate,
)
from jsms_sync.model.events import (
    BatchSet,
    CampaignSet,
    Event,
    IntentClosed,
    IntentOpened,
    RevisionSet,
)
from jsms_sync.model.observed import Gone, Unreadable
from jsms_sync.model.outcomes import Outcome
from jsms_sync.model.records import CampaignRecord, Happened, State, TemplateRecord
from jsms_sync.model.resources import kind_of
from jsms_sync.model.settings import Limits
from jsms_sync.planning.decide import Look
from jsms_sync.planning.history import GONE_OUT
from jsms_sync.planning.order import in_order
from jsms_sync.planning.plan import Plan
from jsms_sync.state.local import LocalBackend
from jsms_sync.state.places import Places
from jsms_sync.state.store import Holder, Store

T = TypeVar("T")


class _Changed:
    """Something with some of its attributes exchanged."""

    def __init__(self, real: Any, **other: Any) -> None:
        self._real = real
        vars(self).update(other)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


# The client


def _retried(send: Callable[..., T]) -> Callable[..., T]:
    def twice(**said: Any) -> T:
        try:
            return send(**said)
        except InDoubt:
            return send(**said)

    return twice


def _regardless_of_errors(send: Callable[..., T]) -> Callable[..., T | None]:
    def send_at_least(*said: Any, **more: Any) -> T | None:
        try:
            return send(*said, **more)
        except InDoubt:
            return None

    return send_at_least


def _credulous(client: Client) -> Any:
    schedules = _Changed(client.schedules, delete=_regardless_of_errors(client.schedules.delete))
    return _Changed(client, schedules=schedules)


def _retrying(client: Client) -> Any:
    templates = _Changed(client.templates, create=_retried(client.templates.create))
    schedules = _Changed(
        client.schedules,
        create=_retried(client.schedules.create),
        create_batch=_retried(client.schedules.create_batch),
    )
    return _Changed(client, templates=templates, schedules=schedules)


# The store


class _Forgetful(_Changed):
    """A store that does not record events of some kind."""

    def __init__(self, real: Store, *kinds: type) -> None:
        super().__init__(real)
        self._kinds = kinds

    def commit(self, *events: Event) -> None:
        """The others are durable."""
        self._real.commit(*(event for event in events if not isinstance(event, self._kinds)))


def _forgetting(*kinds: type) -> Callable[[Store], Any]:
    return lambda store: _Forgetful(store, *kinds)


class _Late(_Changed):
    """A store that says of an intent that it is durable before it is: it goes with what comes next."""

    def __init__(self, real: Store) -> None:
        super().__init__(real)
        self._waiting: list[Event] = []

    def commit(self, *events: Event) -> None:
        """Written with the next commit, when this one only announces."""
        self._waiting += events
        if not any(isinstance(event, IntentOpened) for event in events):
            self._real.commit(*self._waiting)
            self._waiting.clear()


class _Talkative(_Changed):
    """A store that writes down who was meant."""

    def commit(self, *events: Event) -> None:
        """With a number where the file's name belongs."""
        told = [
            msgspec.structs.replace(event, source="13900009000") if isinstance(event, CampaignSet) else event
            for event in events
        ]
        self._real.commit(*told)


def _deaf(store: Store) -> Any:
    return _Changed(store, stop=lambda: None)


# The place of the state


class _AnyLock(Places):
    """Places where everybody has a lock of their own."""

    @property
    def lock(self) -> Path:
        """Of a name that nobody else has."""
        return self._beside(f".lock-{uuid.uuid4()}")


class _Shared(LocalBackend):
    """A place that several may hold at a time."""

    def _places(self) -> Places:
        return _AnyLock(super()._places().document)


class _Obliging(LocalBackend):
    """A place where there always is a state."""

    @contextmanager
    def hold(self, *, owner: Holder, timeout: float = 0) -> Iterator[Store]:
        """A new one where there is none."""
        if not self.exists():
            self._places().journal.unlink(missing_ok=True)
            self.create(State(LINEAGE))
        with super().hold(owner=owner, timeout=timeout) as store:
            yield store


# The look


def _with_state(look: Look, **fields: Any) -> Look:
    return replace(look, state=msgspec.structs.replace(look.state, **fields))


def _unread_is_missing(look: Look) -> Look:
    observed = look.observed
    templates = {id: Gone() if isinstance(s, Unreadable) else s for id, s in observed.templates.items()}
    schedules = {id: Gone() if isinstance(s, Unreadable) else s for id, s in observed.schedules.items()}
    return replace(look, observed=replace(observed, templates=templates, schedules=schedules))


def _aged(look: Look) -> Look:
    """Whoever does not know how young a revision is believes at once that it is gone."""
    records = dict(look.state.resources)
    for address, record in records.items():
        if isinstance(record, TemplateRecord):
            older = {
                id: msgspec.structs.replace(each, created_at=each.created_at - timedelta(hours=1))
                for id, each in record.revisions.items()
            }
            records[address] = msgspec.structs.replace(record, revisions=older)
    return _with_state(look, resources=records)


def _ignoring_echo(look: Look) -> Look:
    records = dict(look.state.resources)
    for address, record in records.items():
        if isinstance(record, TemplateRecord):
            unsent = {id: msgspec.structs.replace(each, sent=None) for id, each in record.revisions.items()}
            records[address] = msgspec.structs.replace(record, revisions=unsent)
    return _with_state(look, resources=records)


def _forgetting_doubts(look: Look) -> Look:
    return _with_state(look, intents=tuple(i for i in look.state.intents if not i.creates))


def _forgetting_sent(look: Look) -> Look:
    return _with_state(look, history=tuple(e for e in look.state.history if e.event not in GONE_OUT))


def _forgetting_cancels(look: Look) -> Look:
    records = {
        address: msgspec.structs.replace(record, cancelled=False)
        if isinstance(record, CampaignRecord)
        else record
        for address, record in look.state.resources.items()
    }
    history = tuple(each for each in look.state.history if each.event is not Happened.CANCELLED)
    return _with_state(look, resources=records, history=history)


def _trusting(look: Look) -> Look:
    return _with_state(look, restored=None)


def _recreating(look: Look) -> Look:
    everything = frozenset(look.definitions.campaigns)
    return replace(look, choices=replace(look.choices, recreate=everything))


def _without_freeze(look: Look) -> Look:
    return replace(look, limits=Limits(freeze=timedelta(0)))


# The plan


def _with_changes(plan: Plan, changes: Iterator[Change]) -> Plan:
    return replace(plan, changes=in_order(changes))


def _deleting_at_once(plan: Plan) -> Plan:
    """The text that a replacement leaves behind goes before the new one is approved."""

    def changes() -> Iterator[Change]:
        for change in plan.changes:
            yield change
            replaces = change.action is Action.REPLACE and kind_of(change.address) == "template"
            if replaces and isinstance(change.remote_id, int):
                step = DeleteTemplate(change.remote_id, Happened.RETIRED)
                yield Change(
                    change.address, Action.RETIRE, Reason.SUPERSEDED, change.remote_id, steps=(step,)
                )

    return _with_changes(plan, changes())


def _creating_first(plan: Plan) -> Plan:
    """A schedule of the other form is placed before the old one is deleted."""

    def changed(change: Change) -> Change:
        if change.action is not Action.REPLACE or kind_of(change.address) == "template":
            return change
        steps = sorted(change.steps, key=lambda step: isinstance(step, DropBatch))
        return replace(change, action=Action.MODIFY, steps=tuple(steps))

    return _with_changes(plan, map(changed, plan.changes))


def _doing_less(plan: Plan) -> Plan:
    return _with_changes(plan, (c for c in plan.changes if c.action is not Action.RETIRE))


def _submitting_twice(plan: Plan) -> Plan:
    def changed(change: Change) -> Change:
        if any(isinstance(step, SubmitTemplate) for step in change.steps):
            return replace(change, steps=(*change.steps, *change.steps))
        return change

    return _with_changes(plan, map(changed, plan.changes))


# The run


class _Unhurried(Run):
    """A run that looks at no clock."""

    def check_placing(self, draft: Draft) -> None:
        """Only whether the user has asked to stop."""
        self.check_wanted()

    def check_changing(self, draft: Draft, recorded: datetime) -> None:
        """Only whether the user has asked to stop."""
        self.check_wanted()


def _unhurried(run: Run) -> Run:
    return _Unhurried(**{field.name: getattr(run, field.name) for field in fields(Run)})


def _unfrozen(run: Run) -> Run:
    return replace(run, freeze=timedelta(0))


def _regardless(plan: Plan, run: Run) -> Iterator[Outcome]:
    """Each change for itself, whatever became of those that it depends on."""
    yield from apply(replace(plan, changes=()), run)
    for change in plan.changes:
        yield from apply(replace(plan, changes=(change,), events=()), run)


@dataclass(frozen=True)
class Mutant:
    """A tool that breaks a promise; any of `breaks` may tell, soon in the lives from run `first` on."""

    name: str
    parts: Parts
    breaks: frozenset[str]
    first: int = 0


def _mutant(name: str, parts: Parts, *breaks: str, first: int = 0) -> Mutant:
    return Mutant(name, parts, frozenset(breaks), first)


MUTANTS = (
    _mutant("retries a POST in doubt", Parts(client=_retrying), ONLY_THE_PLAN, TWICE_SCHEDULED, UNKNOWN),
    _mutant("announces nothing", Parts(store=_forgetting(IntentOpened)), UNKNOWN),
    _mutant("announces too late", Parts(store=_Late), UNKNOWN),
    _mutant("never closes an intent", Parts(store=_forgetting(IntentClosed)), LEFT_OPEN),
    _mutant("forgets new revisions", Parts(store=_forgetting(RevisionSet)), NOT_EMPTY, UNKNOWN),
    _mutant("forgets new batches", Parts(store=_forgetting(BatchSet)), NOT_EMPTY, UNKNOWN),
    _mutant("writes numbers down", Parts(store=_Talkative), NUMBERS_TOLD),
    _mutant(
        "takes unreadable for missing",
        Parts(look=_unread_is_missing),
        CARRIED,
        INTERRUPTED,
        UNKNOWN,
        first=103,
    ),
    _mutant(
        "believes at once that a young text is gone",
        Parts(look=_aged),
        CARRIED,
        INTERRUPTED,
        UNKNOWN,
        TWICE_SUBMITTED,
        first=108,
    ),
    _mutant("ignores the echo", Parts(look=_ignoring_echo), CARRIED, NOT_SERVED),
    _mutant("forgets what is in doubt", Parts(look=_forgetting_doubts), DOUBTED, TWICE_SCHEDULED, first=103),
    _mutant("forgets what was sent", Parts(look=_forgetting_sent), TWICE_SENT, first=110),
    _mutant("recreates what somebody stopped", Parts(look=_recreating), STOPPED, OBEYED),
    _mutant("forgets a cancel", Parts(look=_forgetting_cancels), OBEYED),
    _mutant("does not look for a stop mark", Parts(store=_deaf), OBEYED, first=101),
    _mutant(
        "believes its own clock when it stops",
        Parts(halting=lambda halting: replace(halting, is_exact=True)),
        STOPPED_IS_GONE,
        OBEYED,
    ),
    _mutant("takes a lost DELETE for done", Parts(client=_credulous), STOPPED_IS_GONE, UNKNOWN, first=108),
    _mutant("takes an old state for whole", Parts(look=_trusting), TWICE_SCHEDULED, TWICE_SENT, first=106),
    _mutant(
        "takes no state for an empty one",
        Parts(backend=lambda place: _Obliging(place.path, place.files)),
        NO_STATE,
    ),
    _mutant(
        "takes no lock",
        Parts(backend=lambda place: _Shared(place.path, place.files)),
        ALONE,
        UNKNOWN,
        first=107,
    ),
    _mutant("ignores the freeze window", Parts(look=_without_freeze, run=_unfrozen), FROZEN, first=102),
    _mutant("looks at the clock only when it plans", Parts(run=_unhurried), FROZEN, LATE, first=102),
    _mutant(
        "deletes the old text at once", Parts(plan=_deleting_at_once), INTERRUPTED, ONLY_THE_PLAN, first=102
    ),
    _mutant("places the new form before it deletes the old", Parts(plan=_creating_first), TWICE_SCHEDULED),
    _mutant("does less than it showed", Parts(plan=_doing_less), NOT_EMPTY, first=110),
    _mutant("does more than it showed", Parts(plan=_submitting_twice), ONLY_THE_PLAN, TWICE_SUBMITTED),
    _mutant(
        "goes on after a failed delete", Parts(apply=_regardless), TWICE_SCHEDULED, TWICE_SENT, first=105
    ),
)
