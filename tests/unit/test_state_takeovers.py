"""Any order of holders, takeovers and lost answers: what a commit said is recorded is, and stays."""

from contextlib import ExitStack
from dataclasses import dataclass, field

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from memory_store import MemoryStore
from recorded import full_state, sent

from jsms_sync.errors import JsmsSyncError, OperationFailed, Stale, StateLocked
from jsms_sync.model.events import Remembered
from jsms_sync.model.resources import Address
from jsms_sync.state.document import decode
from jsms_sync.state.leases import Terms
from jsms_sync.state.leases import decode as lease_of
from jsms_sync.state.lock import this_process
from jsms_sync.state.remote import RemoteBackend
from jsms_sync.state.remote_place import DOCUMENT, LOCK
from jsms_sync.state.store import Store

ME = this_process("apply")
RUNNERS = st.integers(0, 2)
FAULTS = st.lists(st.sampled_from(["", "before", "after", "conflict"]), max_size=5)


@dataclass
class Runner:
    """Somebody who applies; `fenced` once its lock was taken away."""

    stack: ExitStack
    store: Store
    fenced: bool = False
    pending: list[Address] = field(default_factory=list)


class Takeovers(RuleBasedStateMachine):
    """Three runners and a store whose answers get lost."""

    @initialize()
    def create(self) -> None:
        """A state, and nobody who holds it."""
        self.place = MemoryStore(Terms(1000, 1000))
        RemoteBackend(self.place).create(full_state())
        self.runners: dict[int, Runner] = {}
        self.recorded: set[Address] = set()
        self.refused: set[Address] = set()
        self.count, self.serial = 0, 0

    @rule(number=RUNNERS)
    def start(self, number: int) -> None:
        """Only one gets in."""
        if number in self.runners:
            return
        stack = ExitStack()
        try:
            store = stack.enter_context(RemoteBackend(self.place).hold(owner=ME))
        except StateLocked:
            assert any(not runner.fenced for runner in self.runners.values())
            return
        assert all(runner.fenced for runner in self.runners.values())
        self.runners[number] = Runner(stack, store)

    @precondition(lambda self: self.runners)
    @rule(data=st.data(), faults=FAULTS)
    def commit(self, data: st.DataObject, faults: list[str]) -> None:
        """It returns when it is recorded; who was locked out hears so."""
        runner = self.runners[data.draw(st.sampled_from(sorted(self.runners)))]
        self.count += 1
        entry = sent(f"c{self.count}")
        self.place.faults[:] = faults
        try:
            runner.store.commit(Remembered(entry))
        except OperationFailed:
            runner.pending.append(entry.address)
        except Stale:
            assert runner.fenced
        else:
            assert not runner.fenced
            self.recorded |= {entry.address, *runner.pending}
            runner.pending.clear()
        self.refused |= {entry.address} if runner.fenced else set()
        self.place.faults.clear()

    @rule(runs_out=st.booleans())
    def take_away(self, runs_out: bool) -> None:
        """A person unlocks it, or the lease runs out and somebody else takes it for a moment."""
        holder = next((runner for runner in self.runners.values() if not runner.fenced), None)
        if holder is None:
            return
        if runs_out:
            self.place.passes(2000)
            with RemoteBackend(self.place).hold(owner=ME) as store:
                assert store.notes
        else:
            id = lease_of(self.place.parts[LOCK].data, "").id
            RemoteBackend(self.place).unlock(ME, id)
        holder.fenced = True

    @precondition(lambda self: self.runners)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        """What was still to be recorded is, unless the lock was lost."""
        runner = self.runners.pop(data.draw(st.sampled_from(sorted(self.runners))))
        try:
            runner.stack.close()
        except JsmsSyncError:
            assert runner.fenced
        else:
            self.recorded |= set(runner.pending)

    @invariant()
    def what_was_said_holds(self) -> None:
        """What a commit said is there; what was tried after a takeover is not; the number never falls."""
        state = decode(self.place.parts[DOCUMENT].data, "memory")
        there = {entry.address for entry in state.history}
        assert self.recorded <= there
        assert not self.refused & there
        assert state.serial >= self.serial
        self.serial = state.serial

    def teardown(self) -> None:
        """Everybody ends."""
        for runner in self.runners.values():
            try:
                runner.stack.close()
            except JsmsSyncError:
                assert runner.fenced


TestTakeovers = Takeovers.TestCase
