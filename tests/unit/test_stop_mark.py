"""The stop mark: it adds up, it survives, it is recorded once, and it is never taken for none."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import builders as b
import msgspec
import pytest
from breaking_files import CountingFiles, CutFiles, FailingFiles, PowerCut
from hypothesis import given
from hypothesis import strategies as st
from recorded import LINEAGE

from jsms_sync.errors import Exit, OperationFailed, Stale
from jsms_sync.kinds.campaign_stop import every_campaign, is_over, stop_events
from jsms_sync.model.events import BatchDropped, CampaignSet, Remembered
from jsms_sync.model.records import CampaignRecord, Happened, HistoryEntry, Record, State
from jsms_sync.model.resources import Address
from jsms_sync.model.stop import Stop, Stopped
from jsms_sync.planning.history import by_address, was_cancelled
from jsms_sync.state.files import Files
from jsms_sync.state.local import LocalBackend
from jsms_sync.state.lock import this_process
from jsms_sync.state.stops import decode, encode, with_stop

ME = this_process("apply")
C, D = Address("campaign.c"), Address("campaign.d")
NOW = b.NOON


def known() -> State:
    """A state with two campaigns, the first with two schedules, and a template."""
    records: dict[str, Record] = {
        C: b.campaign_record({"1": b.batch(), "2": b.batch("2", "c d")}),
        D: b.campaign_record({"3": b.batch("3", "e f")}),
        "template.t": b.template_record(b.revision(10)),
    }
    return msgspec.structs.replace(b.state(records), lineage=LINEAGE)


def stop(*names: str, deleted: tuple[str, ...] = (), every: bool = False) -> Stop:
    """A mark for these campaigns."""
    campaigns = {Address(name): Stopped(NOW, deleted, deleted) for name in names}
    return Stop(campaigns, NOW if every else None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where that state is kept."""
    path = tmp_path / "state.json"
    LocalBackend(path).create(known())
    return path


def mark(path: Path) -> Path:
    """Where its stop mark is left."""
    return path.with_name("state.json.stop")


def record(state: State, address: Address = C) -> CampaignRecord:
    """What is recorded of the campaign."""
    found = state.campaign(address)
    assert found is not None
    return found


moments = st.integers(0, 3).map(lambda hours: NOW + timedelta(hours=hours))
ids = st.lists(st.sampled_from(["s1", "s2", "s3"]), unique=True).map(lambda found: tuple(sorted(found)))
stops = st.builds(
    Stop, st.dictionaries(st.sampled_from([C, D]), st.builds(Stopped, moments, ids, ids)), st.none() | moments
)


@given(stops, stops, stops)
def test_marks_add_up_in_any_order(one: Stop, two: Stop, three: Stop) -> None:
    """It does not matter who comes first, or twice; nothing that was stopped goes on."""
    assert one | two == two | one
    assert (one | two) | three == one | (two | three)
    assert one | one == one
    assert all((one | two).stops(address) for address in (C, D) if one.stops(address) or two.stops(address))


@given(stops)
def test_a_mark_is_read_as_it_was_written(one: Stop) -> None:
    """Nothing of it is lost on the way."""
    assert decode(encode(one), "here") == one


@given(stops)
def test_recording_it_again_changes_nothing_more(one: Stop) -> None:
    """A crash between recording and removing it does no harm."""
    once = with_stop(known(), one)
    assert with_stop(once, one) is once
    assert once.serial == known().serial + (1 if one.campaigns or one.every else 0)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"{}",
        b'{"format_version": 2, "campaigns": {}}',
        b'{"format_version": 1, "campaigns": {}, "new": 1}',
        b'{"format_version": 1, "campaigns": {"campaign.c": {"at": "2027-01-01T00:00:00"}}}',
    ],
)
def test_a_mark_that_cannot_be_read_is_told(path: Path, data: bytes) -> None:
    """Whoever reads, holds, applies or cancels ends in 6, and the file stays as it is."""
    with LocalBackend(path).hold(owner=ME) as store:
        assert store.stop() is None
        mark(path).write_bytes(data)
        with pytest.raises(Stale, match="stop mark"):
            store.stop()
        mark(path).unlink()
    mark(path).write_bytes(data)
    with pytest.raises(Stale, match="cannot be read"):
        LocalBackend(path).read()
    with pytest.raises(Stale, match="cannot be read") as caught, LocalBackend(path).hold(owner=ME):
        raise AssertionError
    assert caught.value.exit is Exit.STALE
    assert "remove it" in caught.value.help
    with pytest.raises(Stale, match="cannot be read"):
        LocalBackend(path).leave_stop(stop(C))
    assert mark(path).read_bytes() == data


def test_deleted_schedules_are_dropped_and_the_campaign_is_cancelled() -> None:
    """What was not deleted stays recorded; a name that is not recorded is cancelled in the history."""
    events = stop_events(known(), stop(C, "campaign.new", deleted=("s2",)))
    assert events == (
        BatchDropped(C, "2"),
        CampaignSet(C, "templates.yaml", "t", cancelled=True),
        Remembered(HistoryEntry(Address("campaign.new"), Happened.CANCELLED, NOW)),
    )


def test_every_campaign_is_what_is_recorded_or_announced() -> None:
    """Templates are none."""
    state = msgspec.structs.replace(
        known(), intents=(b.intent("POST", "campaign.x"), b.intent("POST", "template.y"))
    )
    assert every_campaign(state) == [C, D, "campaign.x"]
    told = [event for event in stop_events(state, stop(C, every=True)) if isinstance(event, CampaignSet)]
    assert [event.address for event in told] == [C, D]


@pytest.mark.parametrize(
    ("batches", "intents", "expected"),
    [
        ({}, (), False),
        ({"1": b.batch(at="-1h")}, (), True),
        ({"1": b.batch(at="-1h"), "2": b.batch("2")}, (), False),
        ({"1": b.batch(at="-1h")}, (b.intent("POST", C),), False),
        ({"1": b.batch(at="-1h")}, (b.intent("PUT", C, remote_id="s1", target=b.target(at="+1h")),), False),
        ({"1": b.batch(at="-1h")}, (b.intent("DELETE", C, remote_id="s1"),), True),
        ({"": b.batch("", at="-1h")}, (), True),
    ],
)
def test_what_was_sent_is_not_cancelled(batches: dict, intents: tuple, expected: bool) -> None:  # type: ignore[type-arg]  # as the builders take them
    """Not while a write in doubt may have moved it to a later time, or placed one more."""
    found = b.campaign_record(batches)
    assert isinstance(found, CampaignRecord)
    assert is_over(found, intents, NOW) is expected
    state = b.state({C: found}, intents=intents)
    assert bool(stop_events(state, stop(C))) is not expected


def test_readers_see_what_the_next_holder_records(path: Path) -> None:
    """With the serial that it will have; then the mark is gone, and reading finds the same."""
    backend = LocalBackend(path)
    backend.leave_stop(stop(C, deleted=("s1",)))
    snapshot = backend.read()
    assert snapshot is not None
    assert "`cancel` has stopped campaigns" in snapshot.notes[0]
    with backend.hold(owner=ME) as store:
        assert store.state == snapshot.state
        assert store.stop() is None
    assert not mark(path).exists()
    assert backend.read() == replace(snapshot, notes=())
    assert record(snapshot.state).cancelled
    assert record(snapshot.state).batches.keys() == {"2"}


def test_a_mark_left_meanwhile_is_recorded_at_the_end(path: Path) -> None:
    """Whoever holds the state sees it at once, grown or not, and records it when done, failure included."""
    backend = LocalBackend(path)
    with suppress(ZeroDivisionError), backend.hold(owner=ME) as store:
        store.commit(CampaignSet(D, "other.yaml", "t", cancelled=False))
        backend.leave_stop(stop(C))
        first = store.stop()
        assert first == stop(C)
        assert store.stop() is first
        backend.leave_stop(stop(D))
        assert store.stop() == stop(C, D)
        assert not record(store.state).cancelled
        raise ZeroDivisionError
    assert not mark(path).exists()
    with backend.hold(owner=ME) as store:
        assert record(store.state).cancelled
        assert record(store.state, D) == msgspec.structs.replace(
            record(known(), D), source="other.yaml", cancelled=True
        )


class Meddling(Files):
    """Somebody else leaves a mark right before the document with the first one is in place."""

    def __init__(self, meddle: Callable[[], None]) -> None:
        self.meddle: Callable[[], None] | None = meddle

    def replace(self, source: Path, target: Path) -> None:
        meddle, self.meddle = self.meddle, None
        if meddle is not None:
            meddle()
        super().replace(source, target)


def test_a_mark_that_grows_while_it_is_recorded_is_not_lost(path: Path) -> None:
    """It is removed only when it says no more than what was recorded."""
    LocalBackend(path).leave_stop(stop(C))
    files = Meddling(lambda: LocalBackend(path).leave_stop(stop(D)))
    with LocalBackend(path, files).hold(owner=ME) as store:
        assert record(store.state).cancelled
        assert record(store.state, D).cancelled
    assert not mark(path).exists()


def test_a_mark_that_never_stands_still_is_told(path: Path) -> None:
    """Rather than to go on without it, the holder gives up, and the mark stays."""
    numbers = iter(range(1000))

    class Restless(Files):
        def read(self, path: Path) -> bytes | None:
            return (
                encode(stop(f"campaign.n{next(numbers)}")) if path.suffix == ".stop" else super().read(path)
            )

    with (
        pytest.raises(OperationFailed, match="changes faster"),
        LocalBackend(path, Restless()).hold(owner=ME),
    ):
        raise AssertionError


LEAVE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from jsms_sync.model.resources import Address
from jsms_sync.model.stop import Stop, Stopped
from jsms_sync.state.local import LocalBackend
backend = LocalBackend(Path(sys.argv[1]))
for number in range(20):
    name = Address(f"campaign.p{sys.argv[2]}-{number}")
    backend.leave_stop(Stop({name: Stopped(datetime.now(UTC), (str(number),))}))
"""


def test_many_who_cancel_at_once_lose_nothing(path: Path) -> None:
    """Three processes leave twenty marks each, while holders come and go: all sixty names are cancelled."""
    backend = LocalBackend(path)
    started = [subprocess.Popen([sys.executable, "-c", LEAVE, str(path), str(n)]) for n in range(3)]
    while any(process.poll() is None for process in started):
        with backend.hold(owner=ME, timeout=10):
            pass
    assert [process.wait() for process in started] == [0, 0, 0]
    snapshot = backend.read()
    assert snapshot is not None
    history = by_address(snapshot.state)
    names = {Address(f"campaign.p{process}-{number}") for process in range(3) for number in range(20)}
    assert {address for address in history if was_cancelled(history, address)} == names


def test_whoever_changes_the_mark_all_the_time_is_told_of(path: Path) -> None:
    """A stuck process is waited for a few seconds only: cancel goes on without a mark."""
    import fcntl

    lock = path.with_name("state.json.stop.lock")
    file = os.open(lock, os.O_RDWR | os.O_CREAT)
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        with pytest.raises(OperationFailed, match="being changed all the time"):
            LocalBackend(path).leave_stop(stop(C))
    finally:
        os.close(file)
    LocalBackend(path).leave_stop(stop(C))
    assert mark(path).exists()


@pytest.mark.parametrize("worst", [False, True])
@pytest.mark.parametrize("first", [False, True])
def test_the_power_is_cut_while_a_mark_is_left_or_recorded(worst: bool, first: bool, tmp_path: Path) -> None:
    """A mark that was left is recorded, or still there; a state is never half, and a mark neither."""
    for fatal in range(1, 200):
        folder = tmp_path / f"{fatal}"
        folder.mkdir()
        path = folder / "state.json"
        LocalBackend(path).create(known())
        files, left = CutFiles(folder, fatal, first), []
        backend = LocalBackend(path, files)
        try:
            backend.leave_stop(stop(C))
            left.append(C)
            with backend.hold(owner=ME):
                backend.leave_stop(stop(D))
                left.append(D)
        except PowerCut:
            pass
        if worst:
            files.lose_unsynced()
        with LocalBackend(path).hold(owner=ME) as store:
            assert all(record(store.state, address).cancelled for address in left)
        assert not mark(path).exists()
        if not files.off:
            break
    assert fatal > 15


def test_a_disk_that_fails_is_told_and_nothing_is_lost(path: Path) -> None:
    """Whichever operation fails: once the mark was left, the campaign is cancelled in the end."""
    whole = path.read_bytes()
    for failing in range(1, 200):
        path.write_bytes(whole)
        mark(path).unlink(missing_ok=True)
        files = FailingFiles({failing})
        backend, was_left = LocalBackend(path, files), False
        with suppress(OperationFailed):
            backend.leave_stop(stop(C))
            was_left = True
            with backend.hold(owner=ME):
                pass
        if was_left:
            with LocalBackend(path).hold(owner=ME) as store:
                assert record(store.state).cancelled
        if len(files.operations) < failing:
            break
    assert failing > 8


def test_looking_for_a_mark_changes_nothing(path: Path) -> None:
    """Where there is none, no file appears and nothing is written."""
    files = CountingFiles()
    backend = LocalBackend(path, files)
    assert backend.read() is not None
    with backend.hold(owner=ME) as store:
        assert store.stop() is None
    assert files.operations == []
