"""What holds for a state wherever it is kept: the same tests for each kind of place, against real servers."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import msgspec
import pytest
from recorded import LINEAGE, NOON, commits, full_state, post, sent
from state_kinds import LEASED, REMOTE, Kept, kinds

from jsms_sync.errors import Exit, InvalidInput, OperationFailed, Refused, Stale, StateLocked
from jsms_sync.model.events import Forgotten, IntentClosed, IntentOpened, Remembered, fold
from jsms_sync.model.records import State
from jsms_sync.model.resources import campaign_address, template_address
from jsms_sync.model.stop import Stop, Stopped
from jsms_sync.state.lock import this_process
from jsms_sync.state.store import Found, Holder

ME = this_process("apply")
SPRING = campaign_address("spring")


@pytest.fixture
def made(kept: Kept) -> Kept:
    """A place where a state with one of everything was created."""
    kept.open().create(full_state())
    return kept


def content(state: State) -> State:
    """The state but for its number and the mark of who wrote it."""
    return msgspec.structs.replace(state, serial=0, folded=None)


def stopped(name: str = "spring") -> Stop:
    """A mark that stops one campaign."""
    return Stop({campaign_address(name): Stopped(NOON - timedelta(hours=1), ("S1",))})


def locked_by(kept: Kept) -> StateLocked:
    """What somebody is told who finds the state held."""
    with pytest.raises(StateLocked) as caught, kept.open().hold(owner=ME):
        raise AssertionError
    return caught.value


def id_of(locked: StateLocked) -> str:
    """The id that the message says to unlock."""
    found = re.search(r"state unlock ([0-9a-f-]+)`", locked.help)
    assert found
    return found[1]


def test_there_is_nothing_before_it_is_created(kept: Kept) -> None:
    """Where there is no state, reading gives None and holding refuses with `no-state`."""
    backend = kept.open()
    assert not backend.exists()
    assert backend.read() is None
    with pytest.raises(Refused) as caught, backend.hold(owner=ME):
        raise AssertionError
    assert (caught.value.code, caught.value.exit) == ("no-state", Exit.REFUSED)


def test_what_was_created_is_read(made: Kept) -> None:
    """The state is there as it was given, and only a file counts as local."""
    assert content(made.state) == content(full_state())
    assert made.open().exists()
    assert made.open().is_local == (made.kind == "local")


def test_a_state_that_exists_is_not_created_again(made: Kept) -> None:
    """The second creation is exit 3 and changes nothing."""
    before = made.state
    with pytest.raises(InvalidInput) as caught:
        made.open().create(State(LINEAGE))
    assert caught.value.code == "state-exists"
    assert made.state == before


def test_of_many_who_create_one_wins(kept: Kept) -> None:
    """Eight at once: one state comes to be, and the others are told that it exists, or that it is locked."""

    def create(number: int) -> str | None:
        try:
            kept.open().create(State(f"lineage-{number}"), owner=ME)
        except (InvalidInput, StateLocked):
            return None
        return f"lineage-{number}"

    with ThreadPoolExecutor(8) as pool:
        winners = [lineage for lineage in pool.map(create, range(8)) if lineage]
    assert [kept.state.lineage] == winners


def test_a_commit_is_there_for_others_when_it_returns(made: Kept) -> None:
    """After each commit another reader sees it; at the end the number of the state has grown."""
    expected = content(full_state())
    with made.open().hold(owner=ME) as store:
        for events in commits(4):
            store.commit(*events)
            expected = fold(expected, events)
            assert content(made.state) == expected
            assert content(store.state) == expected
    assert content(made.state) == expected
    assert made.state.serial > full_state().serial


def test_every_write_has_a_number_of_its_own(made: Kept) -> None:
    """The number of the state grows with each run that changes it, and not with one that does not."""
    numbers = [made.state.serial]
    for events in commits(2):
        with made.open().hold(owner=ME) as store:
            store.commit(*events)
        numbers.append(made.state.serial)
    assert numbers == sorted(set(numbers))
    with made.open().hold(owner=ME) as store:
        store.commit()
    assert made.state.serial == numbers[-1]


def test_only_one_holds_it(made: Kept) -> None:
    """While it is held nobody else gets in, and is told who holds it and since when; exit 7."""
    with made.open().hold(owner=ME) as store:
        store.check_held()
        locked = locked_by(made)
        assert locked.exit is Exit.LOCKED
        assert "since 20" in locked.message
        assert "--lock-timeout" in locked.help
        store.commit(*commits(1)[0])
    with made.open().hold(owner=ME):
        pass


@kinds("http", *LEASED)
def test_a_ci_job_is_named(made: Kept) -> None:
    """Who finds it locked learns of the job that holds it."""
    owner = Holder(1, "runner-7", "apply", NOON, "https://ci.example/jobs/17")
    with made.open().hold(owner=owner):
        told = locked_by(made).message
    assert "apply" in told
    assert "runner-7" in told
    assert "https://ci.example/jobs/17" in told


def test_somebody_can_wait_for_it(made: Kept) -> None:
    """With a time-out the next holder gets in once the first is done."""
    inside, done = threading.Event(), threading.Event()

    def first() -> None:
        with made.open().hold(owner=ME) as store:
            inside.set()
            done.wait(5)
            store.commit(*commits(1)[0])

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(first)
        assert inside.wait(5)
        threading.Timer(0.2, done.set).start()
        with made.open().hold(owner=ME, timeout=10) as store:
            assert content(store.state) == fold(content(full_state()), commits(1)[0])
        running.result()


def test_many_commit_at_once(made: Kept) -> None:
    """Commits of eight threads are all there, and they shared writes."""
    before = made.state.serial
    with made.open().hold(owner=ME) as store, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda events: store.commit(*events), commits(80)))
        seen = content(made.state)
    assert len(seen.history) == len(full_state().history) + 80
    assert content(made.state) == seen
    assert made.state.serial - before < 80


def test_what_can_be_written_nowhere_spoils_nothing(made: Kept) -> None:
    """A text that no document can hold is refused, and what came before and comes after is recorded."""
    with made.open().hold(owner=ME) as store:
        store.commit(*commits(2)[0])
        with pytest.raises(OperationFailed):
            store.commit(Remembered(msgspec.structs.replace(sent("x"), remote_id="\ud800")))
        store.commit(*commits(2)[1])
    expected = fold(content(full_state()), [event for events in commits(2) for event in events])
    assert content(made.state) == expected


def test_nothing_is_recorded_after_the_end(made: Kept) -> None:
    """A commit after the block is refused."""
    with made.open().hold(owner=ME) as store:
        pass
    with pytest.raises(OperationFailed, match="no longer held"):
        store.commit(*commits(1)[0])


def test_an_error_in_the_block_loses_nothing(made: Kept) -> None:
    """What was committed before an error is kept, and the lock is free again."""

    def failing() -> None:
        with made.open().hold(owner=ME) as store:
            store.commit(*commits(1)[0])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert content(made.state) == fold(content(full_state()), commits(1)[0])
    with made.open().hold(owner=ME):
        pass


def test_a_stop_needs_no_lock(made: Kept) -> None:
    """A mark that is left while somebody holds the state is seen at once, and recorded at the end."""
    with made.open().hold(owner=ME) as store:
        assert store.stop() is None
        made.open().leave_stop(stopped())
        made.open().leave_stop(stopped("summer"))
        assert store.stop() == stopped() | stopped("summer")
        assert made.state.resources[SPRING].cancelled  # type: ignore[union-attr]  # a campaign
    with made.open().hold(owner=ME) as store:
        assert store.stop() is None
        assert store.campaign(SPRING).cancelled


def test_a_stop_is_recorded_by_the_next_holder(made: Kept) -> None:
    """A mark that was left while nobody held the state is in it for who holds it next."""
    made.open().leave_stop(stopped())
    with made.open().hold(owner=ME) as store:
        assert store.campaign(SPRING).cancelled
        assert store.stop() is None


def test_stops_add_up(made: Kept) -> None:
    """What many stop at once is all stopped."""
    names = [f"c{number}" for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda name: made.open().leave_stop(stopped(name)), names))
    with made.open().hold(owner=ME) as store:
        pass
    told = {entry.address for entry in made.state.history} | set(made.state.resources)
    assert {campaign_address(name) for name in names} <= told
    assert store.state is not None


def test_another_document_takes_its_place(made: Kept) -> None:
    """What stands there is copied first, and the new one is of a higher number than both."""

    def choose(found: Found) -> State:
        assert found.exists
        assert found.state is not None
        return State(LINEAGE, serial=2)

    replaced = made.open().replace(choose, owner=ME)
    assert replaced.backup is not None
    assert made.state.resources == {}
    assert made.state.serial > full_state().serial


def test_a_document_is_put_where_there_is_none(kept: Kept) -> None:
    """A lost state is replaced, too."""
    replaced = kept.open().replace(lambda found: full_state(), owner=ME)
    assert replaced.backup is None
    assert content(kept.state) == content(full_state())


def test_copies_do_not_overwrite_each_other(made: Kept) -> None:
    """Each backup goes to a place of its own."""
    copies = {str(made.open().back_up(full_state())) for _ in range(3)}
    assert len(copies) == 3
    assert content(made.state) == content(full_state())


def test_a_free_lock_can_be_ended(made: Kept) -> None:
    """Unlocking what nobody holds changes nothing that anybody sees."""
    made.open().unlock(ME)
    assert content(made.state) == content(full_state())


def test_a_lock_is_not_ended_without_its_id(made: Kept) -> None:
    """Somebody who holds the state keeps it when another id, or none, is given."""
    with made.open().hold(owner=ME) as store:
        for id in (None, "3f2c"):
            with pytest.raises(StateLocked):
                made.open().unlock(ME, id)
        store.commit(*commits(1)[0])
    assert content(made.state) == fold(content(full_state()), commits(1)[0])


@kinds(*REMOTE)
def test_who_was_locked_out_writes_nothing(made: Kept) -> None:
    """After `state unlock ID` the former holder's next intent is refused as stale; the next one gets in."""
    first = ExitStack()
    store = first.enter_context(made.open().hold(owner=ME))
    store.commit(*commits(1)[0])
    made.open().unlock(ME, id_of(locked_by(made)))
    with made.open().hold(owner=ME) as next_store:
        next_store.commit(*commits(2)[1])
        with pytest.raises(Stale, match="taken over by somebody else") as caught:
            store.commit(IntentOpened(post("i2")))
        assert caught.value.exit is Exit.STALE
        with pytest.raises(Stale):
            store.check_held()
    before = made.state
    with pytest.raises(Stale, match="could be written nowhere"):
        first.close()
    assert made.state == before
    assert [intent.id for intent in before.intents] == ["i1"]


@kinds(*REMOTE)
def test_who_was_locked_out_is_told_what_was_not_recorded(made: Kept) -> None:
    """What the former holder did before it found out is lost to the state, and it says so at the end."""
    first = ExitStack()
    store = first.enter_context(made.open().hold(owner=ME))
    made.open().unlock(ME, id_of(locked_by(made)))
    for events in commits(2):
        with pytest.raises(Stale):
            store.commit(*events)
    with pytest.raises(Stale, match="2 steps of this run could be written nowhere"):
        first.close()
    assert content(made.state) == content(full_state())


def test_an_intent_is_closed_again(made: Kept) -> None:
    """Intents come and go like everything else."""
    with made.open().hold(owner=ME) as store:
        store.commit(IntentOpened(post("i2")))
        assert {intent.id for intent in made.state.intents} == {"i1", "i2"}
        assert {intent.id for intent in store.intents_of(template_address("welcome"))} == {"i1", "i2"}
        store.commit(IntentClosed("i2"), Forgotten(template_address("welcome")))
    assert [intent.id for intent in made.state.intents] == ["i1"]


def test_a_state_is_proved(made: Kept) -> None:
    """A true place passes its proof, held or not, and the state is as it was."""
    before = made.state
    made.open().prove()
    with made.open().hold(owner=ME):
        made.open().prove()
    assert made.state == before


@kinds(*REMOTE)
def test_passwords_are_not_shown(made: Kept) -> None:
    """Neither the location nor what represents the backend holds a password."""
    told = made.open().location + repr(made.open()) + locked_out(made)
    assert "hunter2" not in told


def locked_out(kept: Kept) -> str:
    """All that is said of a locked state."""
    with kept.open().hold(owner=ME):
        locked = locked_by(kept)
    return locked.message + locked.help


def test_reading_is_possible_all_the_time(made: Kept) -> None:
    """While somebody writes, every reader finds a whole state."""
    ended = threading.Event()

    def look() -> int:
        looks = 0
        while not ended.is_set():
            assert made.state.lineage == LINEAGE
            looks += 1
            time.sleep(0.005)
        return looks

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        with made.open().hold(owner=ME) as store:
            for events in commits(20):
                store.commit(*events)
        ended.set()
        assert looking.result() > 0
