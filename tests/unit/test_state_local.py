"""The local backend: create, read, hold, recover, fold."""

import errno
import itertools
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from breaking_files import CountingFiles, FailingFiles
from recorded import LINEAGE, commits, full_state, post, revision, sent

from jsms_sync.errors import Exit, InvalidInput, JsmsSyncError, OperationFailed, Refused, Stale
from jsms_sync.model.events import IntentClosed, IntentOpened, Remembered, RevisionSet, fold
from jsms_sync.model.records import CampaignRecord, State, TemplateRecord
from jsms_sync.model.resources import campaign_address, template_address
from jsms_sync.state.document import decode
from jsms_sync.state.files import Files
from jsms_sync.state.local import LocalBackend
from jsms_sync.state.lock import this_process
from jsms_sync.state.store import Store

ME = this_process("apply")
WELCOME, SPRING = template_address("welcome"), campaign_address("spring")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a state with one of everything was created."""
    path = tmp_path / "state.json"
    LocalBackend(path).create(full_state())
    return path


def beside(path: Path, suffix: str) -> Path:
    """The file of that suffix beside the document."""
    return path.with_name(path.name + suffix)


def known(path: Path) -> State:
    """The state that is read from there."""
    snapshot = LocalBackend(path).read()
    assert snapshot is not None
    return snapshot.state


def content(state: State) -> State:
    """The state but for its serial and the journal last folded."""
    return msgspec.structs.replace(state, serial=0, folded=None)


def interrupted(path: Path, count: int = 2) -> bytes:
    """The journal that is left when a run dies after so many commits; the document is as before it."""
    document = path.read_bytes()
    with LocalBackend(path).hold(owner=ME) as store:
        for events in commits(count):
            store.commit(*events)
        journal = beside(path, ".journal").read_bytes()
    path.write_bytes(document)
    beside(path, ".journal").write_bytes(journal)
    return journal


def test_there_is_nothing_before_it_is_created(tmp_path: Path) -> None:
    """Where there is no state: reading gives None, holding refuses with `no-state`, and no file appears."""
    backend = LocalBackend(tmp_path / "state.json")
    assert not backend.exists()
    assert backend.read() is None
    with pytest.raises(Refused, match="no state at") as caught, backend.hold(owner=ME):
        raise AssertionError
    assert (caught.value.code, caught.value.exit) == ("no-state", Exit.REFUSED)
    assert "jsms-sync init" in caught.value.help
    assert list(tmp_path.iterdir()) == []


def test_what_was_created_is_read(path: Path) -> None:
    """The state is there as it was given, at the location that was given."""
    snapshot = LocalBackend(path).read()
    assert LocalBackend(path).exists()
    assert snapshot is not None
    assert (snapshot.state, snapshot.location, snapshot.notes) == (full_state(), str(path), ())


def test_creating_never_overwrites(path: Path) -> None:
    """A second create is exit 3 and leaves every byte."""
    before = path.read_bytes()
    with pytest.raises(InvalidInput, match="already") as caught:
        LocalBackend(path).create(State("another"))
    assert caught.value.code == "state-exists"
    assert path.read_bytes() == before


def test_creating_needs_its_folder(tmp_path: Path) -> None:
    """A folder that is not there is told, not made."""
    with pytest.raises(OperationFailed, match="No such file or directory") as caught:
        LocalBackend(tmp_path / "no" / "state.json").create(State(LINEAGE))
    assert "must exist" in caught.value.help
    assert list(tmp_path.iterdir()) == []


def test_creating_can_fail_without_a_trace(tmp_path: Path) -> None:
    """A full disk: an error, and neither a state nor a draft of one."""
    backend = LocalBackend(tmp_path / "state.json", FailingFiles({3}))
    with pytest.raises(OperationFailed, match="No space left on device"):
        backend.create(State(LINEAGE))
    assert [file.name for file in tmp_path.iterdir()] == ["state.json.lock"]


def test_a_journal_without_its_document_is_stale(path: Path) -> None:
    """Reading, holding and creating all stop: the journal may be all that knows some ids."""
    journal = interrupted(path)
    path.unlink()
    backend = LocalBackend(path)
    for attempt in (
        backend.read,
        backend.exists,
        lambda: backend.create(State("new")),
        lambda: backend.hold(owner=ME).__enter__(),
    ):
        with pytest.raises(Stale, match="its document is gone"):
            attempt()
    assert beside(path, ".journal").read_bytes() == journal
    assert not path.exists()


def test_a_state_that_vanishes_before_the_lock_is_none(tmp_path: Path) -> None:
    """Between the first look and the lock the state may be removed; then there is none."""

    class Vanishing(Files):
        def read(self, path: Path) -> bytes | None:
            path.unlink(missing_ok=True)
            return super().read(path)

    LocalBackend(tmp_path / "state.json").create(State(LINEAGE))
    with (
        pytest.raises(Refused),
        LocalBackend(tmp_path / "state.json", Vanishing()).hold(owner=ME),
    ):
        raise AssertionError


def test_holding_without_committing_writes_nothing(path: Path) -> None:
    """An idle holder leaves document, folder and serial as they were."""
    before = path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino
    with LocalBackend(path).hold(owner=ME) as store:
        assert (store.state, store.location, store.notes) == (full_state(), str(path), ())
        store.commit()
    assert (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) == before
    assert {file.name for file in path.parent.iterdir()} == {"state.json", "state.json.lock"}


def test_what_was_committed_is_folded_in(path: Path) -> None:
    """At the end the document holds everything under the next serial, and the journal is gone."""
    with LocalBackend(path).hold(owner=ME) as store:
        for events in commits(3):
            store.commit(*events)
        id = beside(path, ".journal").read_text().split('"journal":"')[1][:36]
    state = known(path)
    assert content(state) == content(fold(full_state(), [event for events in commits(3) for event in events]))
    assert (state.serial, state.folded) == (5, id)
    assert not beside(path, ".journal").exists()


def test_a_commit_is_in_the_journal_when_it_returns(path: Path) -> None:
    """Another reader sees it at once, though the document is as before, and is told why."""
    with LocalBackend(path).hold(owner=ME) as store:
        document = path.read_bytes()
        store.commit(Remembered(sent("now")))
        snapshot = LocalBackend(path).read()
        assert snapshot is not None
        assert sent("now") in snapshot.state.history
        assert snapshot.notes == ("1 steps are in the journal: an apply is running or was interrupted.",)
        assert path.read_bytes() == document


@pytest.mark.parametrize("error", [RuntimeError("a bug"), KeyboardInterrupt()])
def test_an_exception_passing_through_folds_too(error: BaseException, path: Path) -> None:
    """What was committed before a failure or Ctrl-C is in the document, and the lock is free."""
    with pytest.raises(type(error)), LocalBackend(path).hold(owner=ME) as store:  # noqa: PT012 - the block is held
        store.commit(Remembered(sent("now")))
        raise error
    assert not beside(path, ".journal").exists()
    with LocalBackend(path).hold(owner=ME) as store:
        assert sent("now") in store.state.history


def test_looking_at_a_held_state(path: Path) -> None:
    """State and records show every commit so far; the state is built once per commit."""
    with LocalBackend(path).hold(owner=ME) as store:
        assert store.template(WELCOME) == full_state().template(WELCOME)
        assert store.campaign(SPRING) == full_state().campaign(SPRING)
        assert store.template(SPRING) == TemplateRecord()
        assert store.campaign(WELCOME) == CampaignRecord()
        assert store.intents_of(WELCOME) == (post(),)
        store.commit(IntentClosed("i1"), RevisionSet(WELCOME, revision(8)))
        assert store.intents_of(WELCOME) == ()
        assert list(store.template(WELCOME).revisions) == [7, 8]
        assert store.state is store.state
        assert store.state.template(WELCOME) == store.template(WELCOME)


def test_the_backup_is_the_state_before_the_run(path: Path) -> None:
    """It is made before the first change, is marked, and is refused as a state."""
    with LocalBackend(path).hold(owner=ME) as store:
        assert not beside(path, ".backup").exists()
        store.commit(Remembered(sent("a")))
        store.commit(Remembered(sent("b")))
    backup = beside(path, ".backup")
    with pytest.raises(Stale, match="a backup is not a state"):
        LocalBackend(backup).read()
    assert decode(backup.read_bytes().replace(b'  "backup": true,\n', b""), "") == full_state()


def test_everything_is_for_the_owner_alone(path: Path) -> None:
    """Document, journal, lock and backup have mode 0600, also where the document had another one."""
    path.chmod(0o644)
    with LocalBackend(path).hold(owner=ME) as store:
        store.commit(Remembered(sent()))
        modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
        assert modes == {"state.json": 0o644} | {
            f"state.json{suffix}": 0o600 for suffix in (".journal", ".lock", ".backup")
        }
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_is_followed_once(path: Path, tmp_path: Path) -> None:
    """Through a link, the real file changes, everything is kept beside it, and the link stays."""
    link = tmp_path / "links" / "link.json"
    link.parent.mkdir()
    link.symlink_to(path)
    with LocalBackend(link).hold(owner=ME) as store:
        store.commit(Remembered(sent("now")))
        assert beside(path, ".journal").exists()
    assert sent("now") in known(path).history
    assert list(link.parent.iterdir()) == [link]
    assert link.is_symlink()


def test_a_path_that_cannot_be_is_an_error(tmp_path: Path) -> None:
    """A link to itself, a folder, a path below a file, a NUL: told in words."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "file").touch()
    for impossible in (tmp_path / "loop", tmp_path, tmp_path / "file" / "state.json", Path("a\0b")):
        with pytest.raises(JsmsSyncError) as caught:
            LocalBackend(impossible).read()
        assert caught.value.exit in {Exit.FAILED, Exit.INVALID}


def test_a_journal_left_over_is_replayed(path: Path) -> None:
    """A reader adds it to the document; the next holder folds it in first, and says so."""
    interrupted(path, 2)
    expected = content(fold(full_state(), [event for events in commits(2) for event in events]))
    assert content(known(path)) == expected
    with LocalBackend(path).hold(owner=ME) as store:
        assert content(store.state) == expected
        assert store.state.serial == 5
        assert store.notes == (
            f"An interrupted run had left 4 steps in {beside(path, '.journal')}; they were folded in.",
        )
        assert not beside(path, ".journal").exists()
    assert content(decode(path.read_bytes(), "")) == expected


def test_a_torn_last_line_is_reported(path: Path) -> None:
    """The holder is told of it, and nothing before it is lost."""
    journal = interrupted(path, 2)
    beside(path, ".journal").write_bytes(journal[:-3])
    with LocalBackend(path).hold(owner=ME) as store:
        assert content(store.state) == content(fold(full_state(), commits(1)[0]))
        assert len(store.notes) == 2
        assert "not finished" in store.notes[1]


@pytest.mark.parametrize("keep", [0, 10])
def test_a_journal_without_a_whole_first_line_is_removed(keep: int, path: Path) -> None:
    """It holds nothing that was committed: the document stays, byte for byte."""
    journal, before = interrupted(path), path.read_bytes()
    beside(path, ".journal").write_bytes(journal[:keep])
    assert known(path) == full_state()
    with LocalBackend(path).hold(owner=ME) as store:
        assert store.state == full_state()
    assert not beside(path, ".journal").exists()
    assert path.read_bytes() == before


def test_a_journal_that_was_folded_is_removed(path: Path) -> None:
    """A crash between writing the document and removing the journal: nothing is folded twice."""
    with LocalBackend(path).hold(owner=ME) as store:
        store.commit(Remembered(sent("now")))
        journal = beside(path, ".journal").read_bytes()
    after = path.read_bytes()
    beside(path, ".journal").write_bytes(journal)
    assert known(path).serial == 5
    with LocalBackend(path).hold(owner=ME) as store:
        assert (store.state.serial, store.notes) == (5, ())
    assert path.read_bytes() == after
    assert not beside(path, ".journal").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lineage": "another"}, "belongs to another state"),
        ({"serial": 3}, "continues serial 4 of the state, but"),
        ({"serial": 5}, "continues serial 4 of the state, but"),
    ],
)
def test_a_journal_of_another_document_is_stale(change: dict[str, object], words: str, path: Path) -> None:
    """Another lineage or serial: exit 6 for readers and holders, and both files stay byte for byte."""
    journal = interrupted(path)
    path.unlink()
    beside(path, ".journal").unlink()
    LocalBackend(path).create(msgspec.structs.replace(full_state(), **change))
    beside(path, ".journal").write_bytes(journal)
    before = path.read_bytes()
    for attempt in (LocalBackend(path).read, lambda: LocalBackend(path).hold(owner=ME).__enter__()):
        with pytest.raises(Stale, match=words):
            attempt()
    assert (path.read_bytes(), beside(path, ".journal").read_bytes()) == (before, journal)


def test_a_damaged_state_is_not_held(path: Path) -> None:
    """Holding it is exit 6, not a byte changes, and the lock is free again."""
    path.write_bytes(damaged := path.read_bytes()[:-20])
    for _ in range(2):
        with pytest.raises(Stale), LocalBackend(path).hold(owner=ME):
            raise AssertionError
    assert path.read_bytes() == damaged


def operations(path: Path) -> int:
    """How many operations a run of three commits takes."""
    files = CountingFiles()
    with LocalBackend(path, files).hold(owner=ME) as store:
        for events in commits(3):
            store.commit(*events)
    return len(files.operations)


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
def test_a_full_disk_loses_nothing_that_returned(lasting: bool, tmp_path: Path) -> None:
    """Whichever operation fails, alone or with all after it: what had returned is there for the next run."""
    for failing in range(1, 100):
        folder = tmp_path / str(failing)
        folder.mkdir()
        path = folder / "state.json"
        LocalBackend(path).create(full_state())
        files = FailingFiles(range(failing, 10_000) if lasting else {failing})
        returned = told = 0
        try:
            with LocalBackend(path, files).hold(owner=ME) as store:
                for events in commits(3):
                    try:
                        store.commit(*events)
                        returned += 1
                    except OperationFailed:
                        told += 1
                        break
        except OperationFailed as error:
            told += 1
            assert "No space left on device" in error.message  # noqa: PT017 - a success is as good, per failing operation
        with LocalBackend(path).hold(owner=ME) as store:
            found = content(store.state)
        assert found in [
            content(fold(full_state(), sum(commits(n), ()))) for n in range(returned, returned + 2)
        ]
        if len(files.operations) < failing:
            break
        assert told or not lasting or failing == len(files.operations)
    else:
        raise AssertionError("never got through")


def test_a_failed_fold_says_where_the_truth_is(path: Path) -> None:
    """The document is as before, the journal stays and is named, and the next run folds it in."""
    before = path.read_bytes()
    files = FailingFiles(())
    with pytest.raises(OperationFailed, match="Read-only file system") as caught:  # noqa: SIM117,PT012 - the block is held
        with LocalBackend(path, files).hold(owner=ME) as store:
            store.commit(Remembered(sent("now")))
            files.failing, files.error = range(10_000), errno.EROFS
    assert str(beside(path, ".journal")) in caught.value.help
    assert "nowhere" not in caught.value.help
    assert path.read_bytes() == before
    assert sent("now") in known(path).history
    with LocalBackend(path).hold(owner=ME) as store:
        assert sent("now") in store.state.history


def test_what_could_be_written_nowhere_is_counted(path: Path) -> None:
    """When not even the journal took the last commits, the error says how many."""
    files = FailingFiles(())
    with pytest.raises(OperationFailed) as caught:  # noqa: SIM117,PT012 - the block is held
        with LocalBackend(path, files).hold(owner=ME) as store:
            store.commit(Remembered(sent("a")))
            files.failing = range(10_000)
            for name in ("b", "c"):
                with pytest.raises(OperationFailed):
                    store.commit(Remembered(sent(name)))
    assert "The last 2 steps could be written nowhere." in caught.value.help


def test_the_end_tries_the_journal_once_more(path: Path) -> None:
    """What a commit could not write is in the journal after all, when only the document cannot be written."""
    files = FailingFiles(())
    with pytest.raises(OperationFailed) as caught:  # noqa: SIM117,PT012 - the block is held
        with LocalBackend(path, files).hold(owner=ME) as store:
            store.commit(Remembered(sent("a")))
            write = len(files.operations) + 1
            files.failing = {write, *range(write + 3, 10_000)}
            with pytest.raises(OperationFailed):
                store.commit(Remembered(sent("b")))
    assert "nowhere" not in caught.value.help
    assert {sent("a"), sent("b")} <= set(known(path).history)


def test_a_failed_announcement_is_withdrawn(path: Path) -> None:
    """An intent whose commit failed announced a write that never left, so it is not open afterwards.

    Answers whose commit failed are kept, and go with the next write.
    """
    files = FailingFiles(())
    with LocalBackend(path, files).hold(owner=ME) as store:
        store.commit(Remembered(sent("a")))
        files.failing = range(10_000)
        with pytest.raises(OperationFailed):
            store.commit(IntentOpened(post("i2")), Remembered(sent("b")))
        files.failing = ()
        assert [intent.id for intent in store.state.intents] == ["i1"]
    state = known(path)
    assert [intent.id for intent in state.intents] == ["i1"]
    assert sent("b") in state.history


def test_recovering_can_fail_and_be_tried_again(path: Path) -> None:
    """A journal that cannot be folded in, for want of space, stays with its document."""
    journal, before = interrupted(path), path.read_bytes()
    for failing in range(1, 6):
        with (
            pytest.raises(OperationFailed, match="Folding a journal"),
            LocalBackend(path, FailingFiles({failing})).hold(owner=ME),
        ):
            raise AssertionError
        assert path.read_bytes() == before
        assert beside(path, ".journal").read_bytes() == journal


def test_a_backup_that_cannot_be_written_stops_the_first_commit(path: Path) -> None:
    """Without a backup nothing is changed, and nothing is recorded."""
    before = path.read_bytes()
    beside(path, ".backup").mkdir()
    with LocalBackend(path).hold(owner=ME) as store:
        with pytest.raises(OperationFailed, match="Writing the backup"):
            store.commit(Remembered(sent("now")))
        assert store.state == full_state()
    assert path.read_bytes() == before
    assert not beside(path, ".journal").exists()


def test_a_journal_that_cannot_be_removed_is_removed_later(path: Path) -> None:
    """The document names it as folded, so it does no harm."""
    files = CountingFiles()
    with LocalBackend(path, files).hold(owner=ME) as store:
        store.commit(Remembered(sent("now")))
    last = len(files.operations)
    assert files.operations[-1] == "unlink .journal"
    with LocalBackend(path, FailingFiles({last})).hold(owner=ME) as store:
        store.commit(Remembered(sent("then")))
    assert beside(path, ".journal").exists()
    assert known(path).serial == 6
    with LocalBackend(path).hold(owner=ME) as store:
        store.commit(Remembered(sent("again")))
    assert known(path).serial == 7


@pytest.mark.parametrize("written", [b"{}", None])
def test_a_document_changed_without_the_lock(written: bytes | None, path: Path) -> None:
    """Somebody else's bytes are not overwritten; a document that was removed is written again."""
    if written is None:
        with LocalBackend(path).hold(owner=ME) as store:
            store.commit(Remembered(sent("now")))
            path.unlink()
        assert sent("now") in known(path).history
        return
    with pytest.raises(Stale, match="did not hold its lock") as caught:  # noqa: SIM117,PT012 - the block is held
        with LocalBackend(path).hold(owner=ME) as store:
            store.commit(Remembered(sent("now")))
            path.write_bytes(written)
    assert "serial 4" in caught.value.help
    assert path.read_bytes() == written
    assert beside(path, ".journal").exists()


def test_nothing_is_recorded_after_the_end(path: Path) -> None:
    """A thread that is late is told, and starts no new journal."""
    with LocalBackend(path).hold(owner=ME) as store:
        store.commit(Remembered(sent("now")))
    before = path.read_bytes()
    with pytest.raises(OperationFailed, match="no longer held"):
        store.commit(Remembered(sent("late")))
    assert path.read_bytes() == before
    assert not beside(path, ".journal").exists()


class Gated(Files):
    """A disk whose syncs of commits wait at a gate."""

    def __init__(self) -> None:
        self.reached, self.gate = threading.Event(), threading.Event()

    def sync(self, file: int) -> None:
        self.reached.set()
        self.gate.wait(5)


def test_a_commit_overtaken_by_the_end_is_durable(path: Path) -> None:
    """A commit that waits for another one's sync while the state is closed returns, and is recorded."""
    files = Gated()
    files.gate.set()
    with ThreadPoolExecutor(2) as pool:
        with LocalBackend(path, files).hold(owner=ME) as store:
            store.commit(Remembered(sent("first")))
            files.gate.clear()
            files.reached.clear()
            running = pool.submit(store.commit, Remembered(sent("running")))
            assert files.reached.wait(5)
            waiting = pool.submit(store.commit, Remembered(sent("waiting")))
            while sent("waiting") not in store.state.history:
                pass
            threading.Timer(0.02, files.gate.set).start()
        running.result(5)
        waiting.result(5)
    assert {sent("first"), sent("running"), sent("waiting")} <= set(known(path).history)


def test_many_threads_commit_at_once(path: Path) -> None:
    """Every commit of every thread is in the document, and the looks between them never fail."""

    def work(store: Store, thread: int) -> None:
        for number in range(20):
            store.commit(Remembered(sent(f"t{thread}-{number}")))
            assert sent(f"t{thread}-{number}") in store.state.history

    with ThreadPoolExecutor(8) as pool, LocalBackend(path).hold(owner=ME) as store:
        for future in [pool.submit(work, store, thread) for thread in range(8)]:
            future.result(10)
    assert len(known(path).history) == 1 + 160


def test_reading_while_folding_never_fails(path: Path) -> None:
    """A reader without the lock always gets a state, and never an older one than what had returned before."""
    returned = itertools.count()
    latest = next(returned)
    stop = threading.Event()

    def fold_in_a_loop() -> None:
        nonlocal latest
        while not stop.is_set():
            with LocalBackend(path, CountingFiles()).hold(owner=ME) as store:
                for _ in range(2):
                    number = next(returned)
                    store.commit(Remembered(sent(f"c{number}")))
                    latest = number

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(fold_in_a_loop)
        try:
            while latest < 40:
                before = latest
                assert len(known(path).history) - 1 >= before
        finally:
            stop.set()
        future.result(5)


def test_a_document_that_never_stands_still_is_an_error(path: Path) -> None:
    """A reader gives up after many attempts, in words."""

    class Restless(Files):
        numbers: Iterator[int] = itertools.count()

        def read(self, path: Path) -> bytes | None:
            return None if path.suffix == ".stop" else str(next(self.numbers)).encode()

    with pytest.raises(OperationFailed, match="changes faster"):
        LocalBackend(path, Restless()).read()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere; failing files stand in for it")
def test_a_read_only_folder_can_be_read_but_not_held(path: Path) -> None:
    """Reading works, holding is exit 1 and says what is missing."""
    beside(path, ".lock").unlink()
    path.parent.chmod(0o500)
    try:
        assert known(path) == full_state()
        with pytest.raises(OperationFailed, match="Permission denied"), LocalBackend(path).hold(owner=ME):
            raise AssertionError
    finally:
        path.parent.chmod(0o700)
