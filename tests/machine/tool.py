"""The tool's half: the real client, refresh, plan, apply and resolve on a real state, in mortal processes.

What the command line puts together is put together here with the machine's clock and fate, and out of parts
that a mutant may exchange.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from fate import Fate, Killed, Moment, MortalFiles
from service import Service

from jsms_sync.api.client import Client
from jsms_sync.api.credentials import Credentials
from jsms_sync.api.transport import Pace
from jsms_sync.applying import adopt, resolve
from jsms_sync.applying import cancel as stopping
from jsms_sync.applying.apply import apply
from jsms_sync.applying.cancel import Named
from jsms_sync.applying.halting import Halting
from jsms_sync.applying.halting import Pace as Waiting
from jsms_sync.applying.refresh import refresh
from jsms_sync.applying.run import Run
from jsms_sync.errors import JsmsSyncError
from jsms_sync.model.digests import Digester
from jsms_sync.model.ending import Ending
from jsms_sync.model.events import Bound, Settled
from jsms_sync.model.observed import by_service
from jsms_sync.model.outcomes import Outcome
from jsms_sync.model.privacy import Secret
from jsms_sync.model.records import State
from jsms_sync.model.resources import Address, Definitions
from jsms_sync.model.settings import DEFAULT_SETTINGS
from jsms_sync.planning.choices import NOTHING_CHOSEN, Choices
from jsms_sync.planning.decide import Look, make_plan
from jsms_sync.planning.plan import Origin, Plan
from jsms_sync.planning.surgery import restored
from jsms_sync.state.document import decode
from jsms_sync.state.local import LocalBackend
from jsms_sync.state.lock import this_process
from jsms_sync.state.store import Found, Store

LINEAGE = "3f0f2b56-7b0e-4a57-8f5e-1d6f0a0c2b11"
ACCOUNT = "0123456789abcdef"


@dataclass(frozen=True)
class Parts:
    """What the tool is made of; a mutant has something else in one of these places."""

    client: Callable[[Client], Client] = lambda client: client
    store: Callable[[Store], Store] = lambda store: store
    look: Callable[[Look], Look] = lambda look: look
    plan: Callable[[Plan], Plan] = lambda plan: plan
    run: Callable[[Run], Run] = lambda run: run
    backend: Callable[[LocalBackend], LocalBackend] = lambda backend: backend
    halting: Callable[[Halting], Halting] = lambda halting: halting
    apply: Callable[[Plan, Run], Iterator[Outcome]] = apply


SOUND = Parts()


@dataclass
class Ended:
    """How a process ended; `plan` is what it showed, None when it did not come to that."""

    plan: Plan | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    error: JsmsSyncError | None = None
    killed: bool = False
    endings: tuple[Ending, ...] = ()

    @property
    def in_peace(self) -> bool:
        """Whether it came to its own end without a complaint."""
        return not self.killed and self.error is None


@dataclass(frozen=True)
class Conditions:
    """What a process meets: its fate, the seconds that pass with each request, and its threads.

    With more than one thread no time passes: between a check and the bytes only the wire may lie. Somebody
    else does `meanwhile` right before its `moment`-th write leaves; that takes one thread too.
    """

    fate: Fate = field(default_factory=Fate)
    seconds: float = 0
    parallelism: int = 1
    meanwhile: Callable[[], None] | None = None
    moment: int = 1

    @property
    def are_kind(self) -> bool:
        """Whether nothing happens to the process but what it does itself."""
        return self.fate.is_kind and not self.seconds and self.meanwhile is None


@dataclass
class Monotonic:
    """A clock of seconds that only waiting moves."""

    seconds: float = 0

    def now(self) -> float:
        """The seconds waited so far."""
        return self.seconds


class Tool:
    """The tool of one team: a folder with its state, and the service that it talks to."""

    def __init__(self, service: Service, folder: Path, parts: Parts = SOUND) -> None:
        """`behind` are the seconds by which our clock is behind the service's."""
        self.behind = 0
        self._service, self._folder, self._parts = service, folder, parts
        self._conditions = Conditions()
        self._broken: AssertionError | None = None
        self._secret = Secret(service.access.master_secret)
        self._clients: list[Client] = []
        self._backend(Fate()).create(State(LINEAGE))

    @property
    def _client(self) -> Client:
        """The client of the process that lives now."""
        return self._clients[-1]

    def _connected(self) -> Client:
        """A client that knows nothing yet, such as by how much our clock is off."""
        access = self._service.access
        return Client(
            Credentials(access.app_key, self._secret),
            base_url=access.base_url,
            parallelism=4,
            pace=Pace(now=self.now, sleep=self._pause, chance=lambda: 0.0),
            on_request=self._depart,
        )

    def now(self) -> datetime:
        """Our clock."""
        return self._service.now - timedelta(seconds=self.behind)

    def _depart(self, shown: str) -> None:
        self._meet("request")
        met = self._conditions
        if met.meanwhile is not None and not shown.startswith("GET"):
            self._conditions = replace(met, moment=met.moment - 1)
            if met.moment == 1:
                self._do(met.meanwhile)
                self._conditions = replace(met, meanwhile=None)

    def _do(self, meanwhile: Callable[[], None]) -> None:
        """What somebody else does; no error of this process may hide what is wrong with that."""
        try:
            meanwhile()
        except AssertionError as broken:
            self._broken = broken

    def _pause(self, _: float) -> None:
        self._meet("pause")

    def _meet(self, moment: Moment) -> None:
        met = self._conditions
        met.fate.reach(moment)
        if met.seconds:
            self._service.advance(met.seconds)

    def _backend(self, fate: Fate) -> LocalBackend:
        return self._parts.backend(LocalBackend(self._folder / "state.json", MortalFiles(fate)))

    def state(self) -> State:
        """The state as anybody reads it, without a lock."""
        snapshot = self._backend(Fate()).read()
        assert snapshot is not None
        return snapshot.state

    def bytes(self) -> bytes:
        """Everything that was written anywhere."""
        return b"".join(path.read_bytes() for path in sorted(self._folder.iterdir()))

    def document(self) -> bytes:
        """What somebody copies who copies the state."""
        return (self._folder / "state.json").read_bytes()

    def lose(self, *, with_journal: bool) -> None:
        """The state is gone from the disk, and perhaps its journal too."""
        for name in ("state.json", *(["state.json.journal"] if with_journal else [])):
            (self._folder / name).unlink(missing_ok=True)

    def plan(self, wanted: Definitions, choices: Choices = NOTHING_CHOSEN) -> Ended:
        """What `plan` shows."""
        ended = Ended()
        with self._living(ended, Conditions()):
            ended.plan = self._planned(wanted, self.state(), choices, parallelism=1)
        return ended

    def apply(self, wanted: Definitions, choices: Choices, conditions: Conditions) -> Ended:
        """What `apply` does under these conditions; a plan with refusals is not carried out."""
        ended = Ended()
        with self._living(ended, conditions), self._held("apply", conditions.fate) as store:
            plan = self._planned(wanted, store.state, choices, parallelism=conditions.parallelism)
            ended.plan = plan
            if not plan.refusals and not plan.is_invalid:
                self._carry_out(plan, store, conditions, ended)
        return ended

    def _carry_out(self, plan: Plan, store: Store, conditions: Conditions, ended: Ended) -> None:
        digester = self._digester(store.state)
        if store.state.account is None:
            store.commit(Bound(ACCOUNT, digester.key_id))
        limits, client = DEFAULT_SETTINGS.limits, self._client

        def clock() -> datetime:
            return by_service(self.now(), client.clock_skew, limits.max_skew)

        run = Run(client, store, digester, clock, limits.freeze, conditions.parallelism)
        for outcome in self._parts.apply(self._parts.plan(plan), self._parts.run(run)):
            ended.outcomes.append(outcome)

    def resolve(self, address: Address, ids: Sequence[str], conditions: Conditions) -> Ended:
        """What `resolve` does: those ids were created, or without any, nothing was."""
        ended = Ended()
        with self._living(ended, conditions), self._held("resolve", conditions.fate) as store:
            state = store.state
            if ids:
                client, digester = self._client, self._digester(state)
                events = resolve.created(client, state, digester, address, ids, self.now())
            else:
                events = resolve.not_created(state, address)
            store.commit(*events)
        return ended

    def restore(self, copy: bytes) -> Ended:
        """What `state restore FILE` does."""
        ended, new = Ended(), decode(copy, "a copy", backups=True)

        def choose(found: Found) -> State:
            nonces = {**new.nonces, **(found.state.nonces if found.state else {})}
            return restored(msgspec.structs.replace(new, nonces=nonces), self.now())

        with self._living(ended, Conditions()):
            self._backend(Fate()).replace(choose, owner=this_process("state restore"))
        return ended

    def settle(self, wanted: Definitions, address: Address | None, ids: Sequence[str]) -> Ended:
        """What `resolve` does after a restore: just those ids exist; for every address, `--settled`."""
        ended = Ended()
        with self._living(ended, Conditions()), self._held("resolve", Fate()) as store:
            state, now = store.state, self.now()
            if address is None:
                store.commit(Settled(None))
            elif ids:
                digester = self._digester(state)
                store.commit(*adopt.adopted(self._client, state, wanted, digester, address, ids, now))
            else:
                store.commit(*adopt.nothing_there(state, address, now))
        return ended

    def mark(self, addresses: Iterable[Address]) -> None:
        """What `cancel` does first of all."""
        place = self._backend(Fate())
        stopping.Marking(place).leave(stopping.mark(Named(frozenset(addresses)), self.state(), self.now()))

    def cancel(self, addresses: Iterable[Address], conditions: Conditions, *, every: bool = False) -> Ended:
        """What `cancel` does, of these or with `--all`; `error` tells that no mark could be left."""
        ended, monotonic = Ended(), Monotonic()
        with self._living(ended, conditions):
            place, named = self._backend(conditions.fate), Named(frozenset(addresses), every)
            pace = Waiting(lambda seconds: self._wait(monotonic, seconds), monotonic.now)
            halting = self._parts.halting(Halting(self._client, place, self.now, 1, pace))
            marking, since = stopping.Marking(place), self.now()
            snapshot = place.read()
            assert snapshot is not None
            marking.leave(stopping.mark(named, snapshot.state, since))
            ended.endings = stopping.stop(halting, named, marking, since)
            ended.error = marking.trouble
        return ended

    def _wait(self, monotonic: "Monotonic", seconds: float) -> None:
        self._meet("pause")
        monotonic.seconds += seconds

    def _planned(self, wanted: Definitions, state: State, choices: Choices, *, parallelism: int) -> Plan:
        observed = refresh(self._client, wanted, state, self.now(), parallelism=parallelism)
        now = self.now()
        origin = Origin("plan", now, "0", ACCOUNT, state.lineage, state.serial, wanted.digest)
        look = Look(origin, wanted, state, observed, now, self._digester(state), choices)
        return make_plan(self._parts.look(look))

    def _digester(self, state: State) -> Digester:
        return Digester(self._secret, state.lineage)

    @contextmanager
    def _held(self, verb: str, fate: Fate) -> Iterator[Store]:
        with self._backend(fate).hold(owner=this_process(verb)) as store:
            yield self._parts.store(store)

    @contextmanager
    def _living(self, ended: Ended, conditions: Conditions) -> Iterator[None]:
        """The life of one process: however it ends, nothing but what it wrote is left of it."""
        before, self._conditions = self._conditions, conditions
        with self._connected() as client:
            self._clients.append(self._parts.client(client))
            try:
                yield
            except Killed:
                ended.killed = True
            except JsmsSyncError as error:
                ended.error = error
            finally:
                self._conditions = before
                self._clients.pop()
        broken, self._broken = self._broken, None
        if broken is not None:
            raise broken
