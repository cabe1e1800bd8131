"""The lock as a lease: it is renewed, runs out, is taken over, and fences off who held it before."""

import time
from contextlib import ExitStack
from dataclasses import replace

import pytest
from memory_store import MemoryStore
from recorded import NOON, commits, full_state, post
from state_kinds import LEASED, Kept, kinds

from jsms_sync.errors import InvalidInput, OperationFailed, Stale, StateLocked
from jsms_sync.model.events import IntentOpened, fold
from jsms_sync.model.resources import campaign_address
from jsms_sync.model.stop import Stop, Stopped
from jsms_sync.state.document import decode, encode
from jsms_sync.state.leases import Terms
from jsms_sync.state.lock import this_process
from jsms_sync.state.remote import RemoteBackend
from jsms_sync.state.remote_place import DOCUMENT, LOCK, STOP, Blob
from jsms_sync.state.store import Found

ME = this_process("apply")
NEVER_RENEWED = Terms(3.0, 100)


@pytest.fixture
def store() -> MemoryStore:
    """A store that holds a state with one of everything."""
    store = MemoryStore()
    RemoteBackend(store).create(full_state())
    store.writes = 0
    return store


def with_terms(kept: Kept, terms: Terms) -> RemoteBackend:
    """A backend whose leases are of these terms."""
    backend = kept.open()
    assert isinstance(backend, RemoteBackend)
    return RemoteBackend(replace(backend.place, terms=terms))  # type: ignore[type-var]  # a place of a lease


def state_in(store: MemoryStore) -> object:
    """The resources that the store holds."""
    return decode(store.parts[DOCUMENT].data, "memory").history


@kinds(*LEASED)
def test_a_lease_that_runs_out_is_taken_over(kept: Kept) -> None:
    """Who does not renew it loses it: the next holder says so, and the former one writes nothing any more."""
    kept.open().create(full_state())
    with ExitStack() as first:
        held = first.enter_context(with_terms(kept, NEVER_RENEWED).hold(owner=ME))
        held.commit(*commits(3)[0])
        with pytest.raises(StateLocked), kept.open().hold(owner=ME):
            raise AssertionError
        with kept.open().hold(owner=ME, timeout=20) as store:
            assert any("taken over" in note for note in store.notes)
            with pytest.raises(Stale):
                held.commit(*commits(3)[1])
            store.commit(*commits(3)[2])
        with pytest.raises(Stale):
            first.close()
    expected = fold(full_state(), [*commits(3)[0], *commits(3)[2]])
    assert kept.state.history == expected.history


@kinds(*LEASED)
def test_a_lease_that_is_renewed_stays(kept: Kept) -> None:
    """Somebody who works longer than a lease holds keeps the lock."""
    kept.open().create(full_state())
    with with_terms(kept, Terms(4.0, 0.2)).hold(owner=ME) as store:
        with pytest.raises(StateLocked), kept.open().hold(owner=ME, timeout=4.4):
            raise AssertionError
        store.commit(*commits(1)[0])
    assert kept.state.history == fold(full_state(), commits(1)[0]).history


def test_an_intent_needs_a_lease_that_outlives_its_request(store: MemoryStore) -> None:
    """Where the lease cannot be made long enough, nothing is announced; what sends nothing is recorded."""
    with ExitStack() as stack, RemoteBackend(store.with_terms(Terms(30, 10))).hold(owner=ME) as held:
        held.commit(*commits(1)[0])
        with pytest.raises(Stale, match="could not be renewed in time") as caught:
            held.commit(IntentOpened(post("i2")))
        assert caught.value.code == "lock-lost"
        stack.close()
    assert state_in(store) == fold(full_state(), commits(1)[0]).history


def test_a_short_lease_is_renewed_before_a_request(store: MemoryStore) -> None:
    """What is left of it counts: it is renewed when a request could outlive it."""
    with RemoteBackend(store.with_terms(Terms(47, 100))).hold(owner=ME) as held:
        before = store.parts[LOCK].version
        held.check_held()
        assert store.parts[LOCK].version == before
        time.sleep(2.05)
        held.check_held()
        assert store.parts[LOCK].version != before


def test_a_lost_lease_is_noticed_without_a_write(store: MemoryStore) -> None:
    """The thread that renews it finds out, so that not even a request without an intent leaves."""
    with RemoteBackend(store.with_terms(Terms(120, 0.02))).hold(owner=ME) as held:
        known = store.parts[LOCK]
        store.parts[LOCK] = Blob(known.data.replace(b'"id": "', b'"id": "x'), "99", known.modified)
        time.sleep(0.2)
        with pytest.raises(Stale, match="somebody else has taken it"):
            held.check_held()
    assert store.parts[LOCK].version == "99"


def test_a_store_that_is_away_for_a_while_costs_nothing(store: MemoryStore) -> None:
    """A renewal that fails is tried again; while the lease holds by our own clock, work goes on."""
    with RemoteBackend(store.with_terms(Terms(120, 0.02))).hold(owner=ME) as held:
        store.away = True
        time.sleep(0.1)
        held.check_held()
        store.away = False
        held.commit(*commits(1)[0])
    assert state_in(store) == fold(full_state(), commits(1)[0]).history


def test_the_stores_clock_decides(store: MemoryStore) -> None:
    """However wrong the clocks of two machines are, a lease runs out when it is old for the store."""
    backend = RemoteBackend(store)
    with ExitStack() as first:
        first.enter_context(backend.hold(owner=ME))
        store.passes(119)
        with pytest.raises(StateLocked), backend.hold(owner=ME):
            raise AssertionError
        store.passes(2)
        with backend.hold(owner=ME) as held:
            assert held.notes


def test_the_store_is_proved_once(store: MemoryStore) -> None:
    """The first lock at a place needs a proof of the store; later ones do not."""
    proofs = store.proofs
    for _ in range(3):
        with RemoteBackend(store).hold(owner=ME):
            pass
    assert store.proofs == proofs
    del store.parts[LOCK]
    with RemoteBackend(store).hold(owner=ME):
        pass
    assert store.proofs == proofs + 1


def test_an_unreadable_lock_is_somebodys(store: MemoryStore) -> None:
    """It does not run out, and can be ended by the id that it is given."""
    store.parts[LOCK] = Blob(b"{", "7", store.clock)
    store.passes(10_000)
    with pytest.raises(StateLocked) as caught, RemoteBackend(store).hold(owner=ME):
        raise AssertionError
    id = caught.value.help.partition("state unlock ")[2].rstrip("`.")
    assert id.startswith("unreadable-")
    RemoteBackend(store).unlock(ME, id)
    with RemoteBackend(store).hold(owner=ME):
        pass


def test_who_is_quicker_gets_it(store: MemoryStore) -> None:
    """A lock that somebody else takes between our look and our write is theirs."""
    store.faults = ["other"]
    with RemoteBackend(store).hold(owner=ME, timeout=5) as held:
        held.commit(*commits(1)[0])
    assert state_in(store) == fold(full_state(), commits(1)[0]).history


@pytest.mark.parametrize(
    "faults", [["after"], ["before"], ["conflict"], ["before", "after"], ["after", "conflict"]]
)
def test_a_refusal_is_not_believed_before_it_is_read_back(store: MemoryStore, faults: list[str]) -> None:
    """A write whose answer was lost, and a refusal of the second attempt: it is there, once."""
    with RemoteBackend(store).hold(owner=ME) as held:
        store.faults[:] = faults
        held.commit(*commits(2)[0])
        held.commit(*commits(2)[1])
    assert state_in(store) == fold(full_state(), [*commits(2)[0], *commits(2)[1]]).history


def test_a_write_that_was_given_up_is_recognized(store: MemoryStore) -> None:
    """It may have been done after all: what stands there is known as our own, and the next one follows it."""
    with RemoteBackend(store).hold(owner=ME) as held:
        store.faults[:] = ["before", "before", "before", "after"]
        with pytest.raises(OperationFailed):
            held.commit(IntentOpened(post("i2")), *commits(2)[0])
        held.commit(*commits(2)[1])
    document = decode(store.parts[DOCUMENT].data, "memory")
    assert document.history == fold(full_state(), [*commits(2)[0], *commits(2)[1]]).history
    assert [intent.id for intent in document.intents] == ["i1"]


def test_nothing_is_known_where_the_store_is_silent(store: MemoryStore) -> None:
    """Then it is told what was not recorded, and the lock is left to run out."""
    with ExitStack() as stack:
        held = stack.enter_context(RemoteBackend(store).hold(owner=ME))
        store.away = True
        with pytest.raises(OperationFailed, match="the store is away"):
            held.commit(*commits(1)[0])
        with pytest.raises(OperationFailed, match="The last 1 steps"):
            stack.close()


def test_what_replaces_a_damaged_document_leaves_its_bytes(store: MemoryStore) -> None:
    """They are kept beside the state, and the message says where."""
    store.parts[DOCUMENT] = Blob(b"{]", "9", store.clock)

    def choose(found: Found) -> object:
        assert (found.state, found.exists) == (None, True)
        return full_state()

    replaced = RemoteBackend(store).replace(choose, owner=ME)  # type: ignore[arg-type]  # a state
    assert replaced.backup is None
    assert "could not be read" in replaced.notes[0]
    assert b"{]" in [blob.data for part, blob in store.parts.items() if part.startswith("damaged-")]


def test_what_is_replaced_meanwhile_is_not_overwritten(store: MemoryStore) -> None:
    """A document that somebody writes without the lock makes the replacement stale."""

    def choose(found: Found) -> object:
        store.parts[DOCUMENT] = Blob(encode(full_state()), "77", store.clock)
        return full_state()

    with pytest.raises(Stale, match="not replaced"):
        RemoteBackend(store).replace(choose, owner=ME)  # type: ignore[arg-type]  # a state
    assert store.parts[DOCUMENT].version == "77"


def test_a_state_that_appears_meanwhile_is_not_overwritten() -> None:
    """Creation loses against anybody who was quicker, lock or not."""
    store = MemoryStore()
    store.faults = ["", "other"]
    with pytest.raises(InvalidInput, match="already"):
        RemoteBackend(store).create(full_state())


def test_the_state_before_is_kept(store: MemoryStore) -> None:
    """The first write of a run leaves a backup, marked as one; a run that writes nothing leaves none."""
    with RemoteBackend(store).hold(owner=ME):
        pass
    assert "backup" not in store.parts
    with RemoteBackend(store).hold(owner=ME) as held:
        held.commit(*commits(2)[0])
        held.commit(*commits(2)[1])
    backup = decode(store.parts["backup"].data, "memory", backups=True)
    assert backup.history == full_state().history
    with pytest.raises(Stale, match="is a backup"):
        decode(store.parts["backup"].data, "memory")


def test_what_cannot_be_read_stays(store: MemoryStore) -> None:
    """A damaged document, or one of a newer version, stops everybody, and is not touched."""
    for data in (b"", b"{}", b'{"format_version": 99}'):
        store.parts[DOCUMENT] = Blob(data, "3", store.clock)
        for use in (RemoteBackend(store).read, RemoteBackend(store).hold(owner=ME).__enter__):
            with pytest.raises(Stale):
                use()
        assert store.parts[DOCUMENT].data == data


def test_a_mark_that_cannot_be_read_is_never_taken_for_none(store: MemoryStore) -> None:
    """Nobody gets the state, and no request may leave."""
    with RemoteBackend(store).hold(owner=ME) as held:
        store.parts[STOP] = Blob(b"{", "1", store.clock)
        with pytest.raises(Stale, match="stop mark"):
            held.stop()
        store.parts.pop(STOP)
    store.parts[STOP] = Blob(b"{", "1", store.clock)
    with pytest.raises(Stale, match="stop mark"), RemoteBackend(store).hold(owner=ME):
        raise AssertionError


def test_a_mark_that_grows_all_the_time_is_told_of(store: MemoryStore) -> None:
    """It cannot be written for ever."""
    RemoteBackend(store).leave_stop(Stop({campaign_address("winter"): Stopped(NOON)}))
    store.faults = ["other"] * 25
    with pytest.raises(OperationFailed, match="changes faster"):
        RemoteBackend(store).leave_stop(Stop({campaign_address("spring"): Stopped(NOON)}))


@pytest.mark.parametrize("faults", [["conflict"] * 4, ["before", "before", "before", "conflict"]])
def test_a_store_that_refuses_for_no_reason_takes_nothing_over(store: MemoryStore, faults: list[str]) -> None:
    """Where nobody has written, a refusal is trouble with the store: the next write may well be taken."""
    with RemoteBackend(store).hold(owner=ME) as held:
        store.faults[:] = faults
        with pytest.raises(OperationFailed):
            held.commit(*commits(2)[0])
        held.commit(*commits(2)[1])
    assert state_in(store) == fold(full_state(), [*commits(2)[0], *commits(2)[1]]).history
