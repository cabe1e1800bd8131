"""Another document in the place of a local state: whatever stood there is kept; lost or damaged will do."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from breaking_files import FailingFiles
from recorded import commits, full_state

from jsms_sync.errors import OperationFailed, Refused, StateLocked
from jsms_sync.model.events import fold
from jsms_sync.model.records import State
from jsms_sync.state.document import decode, encode
from jsms_sync.state.local import LocalBackend
from jsms_sync.state.lock import this_process
from jsms_sync.state.store import Found

ME = this_process("state push")


def becoming(state: State) -> Callable[[Found], State]:
    """Whatever stands there, that state."""
    return lambda _: state


def noting(seen: list[Found]) -> Callable[[Found], State]:
    """What stands there is noted, and a state with one of everything takes its place."""

    def choose(found: Found) -> State:
        seen.append(found)
        return full_state()

    return choose


def left(path: Path) -> dict[str, bytes]:
    """What stands beside the document but for its lock, by the word in its name."""
    files = [file for file in path.parent.iterdir() if file != path and not file.name.endswith(".lock")]
    return {file.name.removeprefix(f"{path.name}.").partition("-")[0]: file.read_bytes() for file in files}


def interrupted(path: Path) -> State:
    """A run that died after two commits; the state as its journal tells it."""
    LocalBackend(path).create(full_state())
    document = path.read_bytes()
    with LocalBackend(path).hold(owner=ME) as store:
        for events in commits(2):
            store.commit(*events)
        journal = path.with_name(f"{path.name}.journal").read_bytes()
        after = store.state
    path.write_bytes(document)
    path.with_name(f"{path.name}.journal").write_bytes(journal)
    return after


def known(path: Path) -> State:
    """The state that is read from there."""
    snapshot = LocalBackend(path).read()
    assert snapshot is not None
    return snapshot.state


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a state may be."""
    return tmp_path / "state.json"


def test_a_state_goes_where_none_is(path: Path) -> None:
    """Nothing was there, so nothing is copied."""
    seen: list[Found] = []
    replaced = LocalBackend(path).replace(noting(seen), owner=ME)
    assert seen == [Found(None, exists=False)]
    assert (replaced.backup, replaced.notes) == (None, ())
    assert known(path) == msgspec.structs.replace(full_state(), serial=5)
    assert left(path) == {}


def test_the_state_that_stood_there_is_a_backup_now(path: Path) -> None:
    """The new one is newer than both; the copy is marked, and another run does not overwrite it."""
    LocalBackend(path).create(msgspec.structs.replace(full_state(), serial=9))
    first = LocalBackend(path).replace(becoming(State("another")), owner=ME)
    assert known(path) == State("another", serial=10)
    second = LocalBackend(path).replace(becoming(full_state()), owner=ME)
    assert known(path).serial == 11
    assert first.backup is not None
    assert second.backup is not None
    assert first.backup != second.backup
    assert decode(first.backup.read_bytes(), "", backups=True).serial == 9
    assert b'"backup": true' in first.backup.read_bytes()


def test_what_a_journal_adds_is_in_the_backup(path: Path) -> None:
    """An interrupted run's steps belong to the state that is replaced, and go with it."""
    after = interrupted(path)
    replaced = LocalBackend(path).replace(becoming(State("another")), owner=ME)
    assert replaced.backup is not None
    assert decode(replaced.backup.read_bytes(), "", backups=True).history == after.history
    assert known(path).history == ()
    assert "journal" not in left(path)


def test_a_journal_that_outlives_a_crash_is_known_to_be_in_the_copy(path: Path) -> None:
    """The new document names it, so that nobody takes it for steps to fold in."""
    interrupted(path)
    journal = left(path)["journal"]
    LocalBackend(path).replace(becoming(State("another")), owner=ME)
    path.with_name("state.json.journal").write_bytes(journal)
    assert known(path).lineage == "another"


@pytest.mark.parametrize("document", [None, b"<<<<<<< ours\n"])
def test_a_lost_document_and_its_journal_are_whole_again(path: Path, document: bytes | None) -> None:
    """The backup that the interrupted run made is what its journal continues: together they are the truth."""
    after = interrupted(path)
    backup = decode(left(path)["backup"], "", backups=True)
    if document is None:
        path.unlink()
    else:
        path.write_bytes(document)
    replaced = LocalBackend(path).replace(becoming(backup), owner=ME)
    assert known(path).history == after.history
    assert known(path).resources == after.resources
    assert any("continue this state" in note for note in replaced.notes)
    assert left(path).get("damaged") == document
    assert "journal" not in left(path)


def test_a_journal_that_does_not_fit_is_kept_aside(path: Path) -> None:
    """It may hold ids that nothing else knows."""
    interrupted(path)
    journal = left(path)["journal"]
    path.unlink()
    replaced = LocalBackend(path).replace(becoming(State("another")), owner=ME)
    assert known(path) == msgspec.structs.replace(State("another", serial=1), folded=known(path).folded)
    assert left(path)["journal"] == journal
    assert any("does not continue" in note for note in replaced.notes)


def test_damaged_bytes_of_both_are_kept(path: Path) -> None:
    """Even what nobody can read today is not thrown away."""
    path.write_bytes(b"{")
    path.with_name("state.json.journal").write_bytes(b"0 0 {}\nnonsense\n1 2 3\n")
    seen: list[Found] = []
    LocalBackend(path).replace(noting(seen), owner=ME)
    assert seen == [Found(None, exists=True)]
    assert left(path) == {"damaged": b"{", "journal": b"0 0 {}\nnonsense\n1 2 3\n"}
    assert known(path).resources == full_state().resources


def test_who_chooses_may_refuse(path: Path) -> None:
    """Then nothing is written, and nothing is copied."""
    LocalBackend(path).create(full_state())
    before = path.read_bytes()

    def refuse(found: Found) -> State:
        raise Refused(f"serial {found.state.serial if found.state else None}")

    with pytest.raises(Refused, match="serial 4"):
        LocalBackend(path).replace(refuse, owner=ME)
    assert path.read_bytes() == before
    assert left(path) == {}


@pytest.mark.parametrize("nth", range(1, 9))
def test_a_full_disk_leaves_one_state_or_the_other(path: Path, nth: int) -> None:
    """Whichever write fails, the document is the old or the new one, whole."""
    LocalBackend(path).create(full_state())
    with suppress(OperationFailed):
        LocalBackend(path, FailingFiles({nth})).replace(becoming(State("another")), owner=ME)
    assert known(path) in (full_state(), State("another", serial=5))


def test_nothing_is_replaced_while_somebody_holds_it(path: Path) -> None:
    """Exit 7, as for every other command that writes."""
    LocalBackend(path).create(full_state())
    backend = LocalBackend(path)
    with backend.hold(owner=ME):
        with pytest.raises(StateLocked):
            backend.replace(becoming(State("another")), owner=ME)
        with pytest.raises(StateLocked):
            backend.unlock(ME)
    backend.unlock(ME)


def test_every_backup_has_a_name_of_its_own(path: Path) -> None:
    """Two within a second do not overwrite each other."""
    LocalBackend(path).create(full_state())
    copies = {LocalBackend(path).back_up(full_state()) for _ in range(3)}
    assert len(copies) == 3
    assert all(decode(copy.read_bytes(), "", backups=True) == full_state() for copy in copies)


def test_events_go_on_from_a_restored_state(path: Path) -> None:
    """It is a state as any other: what is committed is folded into it."""
    LocalBackend(path).replace(becoming(full_state()), owner=ME)
    with LocalBackend(path).hold(owner=ME) as store:
        store.commit(*commits(1)[0])
    expected = fold(full_state(), commits(1)[0])
    assert encode(msgspec.structs.replace(known(path), folded=None)) == encode(
        msgspec.structs.replace(expected, serial=6)
    )
