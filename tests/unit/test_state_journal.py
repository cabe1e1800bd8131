"""The journal: framing, recovery, group commit."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from pathlib import Path

import msgspec
import pytest
from breaking_files import CountingFiles, FailingFiles
from hypothesis import given
from hypothesis import strategies as st
from recorded import LINEAGE, events, full_state, sent

from jsms_sync.errors import OperationFailed, Stale
from jsms_sync.model.events import Event, Remembered, fold
from jsms_sync.state.files import Files
from jsms_sync.state.journal import Journal, Origin, Replay, encode, frame, replay

ORIGIN = Origin(journal="a-journal", lineage=LINEAGE, base_serial=4)
FIRST = frame(0, msgspec.json.encode(ORIGIN))


def line(number: int, *taken: Event) -> bytes:
    """A line of a journal with these events."""
    return frame(number, msgspec.json.encode(taken))


def step(number: int) -> Event:
    """An event that is like no other."""
    return Remembered(sent(f"c{number}"))


def test_a_journal_is_lines_that_a_person_can_read(tmp_path: Path) -> None:
    """The first line names journal, lineage and base serial; then each write is a line of events."""
    journal = Journal(tmp_path / "journal", ORIGIN, Files())
    journal.settle(journal.queue([encode(step(1)), encode(step(2))]))
    journal.settle(journal.queue([encode(step(3))]))
    journal.close(folded=False)
    data = (tmp_path / "journal").read_bytes()
    first, second, third = [json.loads(text.split(b" ", 2)[2]) for text in data.splitlines()]
    assert first == {"format_version": 1, "journal": "a-journal", "lineage": LINEAGE, "base_serial": 4}
    assert [event["event"] for event in second + third] == ["remembered"] * 3
    assert replay(data, "here") == Replay(ORIGIN, (step(1), step(2), step(3)))
    assert (tmp_path / "journal").stat().st_mode & 0o777 == 0o600


def test_there_is_no_file_before_the_first_write(tmp_path: Path) -> None:
    """A journal that nothing was recorded in never appears."""
    journal = Journal(tmp_path / "journal", ORIGIN, Files())
    journal.settle_all()
    journal.close(folded=True)
    assert list(tmp_path.iterdir()) == []


def test_a_commit_is_one_write_and_one_sync(tmp_path: Path) -> None:
    """The first commit also opens the file and syncs its name; each later one writes and syncs once."""
    files = CountingFiles()
    journal = Journal(tmp_path / "journal", ORIGIN, files)
    for number in range(3):
        journal.settle(journal.queue([encode(step(number))]))
    journal.close(folded=False)
    assert files.operations == ["open ", "write", "sync", "sync_folder", "write", "sync", "write", "sync"]


@given(st.lists(st.lists(events, max_size=3), max_size=5), st.data())
def test_a_journal_cut_anywhere_is_a_prefix(taken: list[list[Event]], data: st.DataObject) -> None:
    """Cut at any byte, the state is the fold of a prefix that includes every complete line."""
    lines = [FIRST, *(line(number, *some) for number, some in enumerate(taken, 1))]
    cut = data.draw(st.integers(0, sum(map(len, lines))))
    found = replay(b"".join(lines)[:cut], "here")
    ends = list(accumulate(map(len, lines)))
    complete = sum(end <= cut for end in ends)
    expected = [event for some in taken[: max(complete - 1, 0)] for event in some]
    assert fold(full_state(), found.events) == fold(full_state(), expected)
    assert found.torn == (cut not in {0, *ends})
    assert (found.origin is None) == (complete == 0)


@given(st.lists(st.lists(events, min_size=1, max_size=3), min_size=1, max_size=4), st.data())
def test_no_damage_goes_unnoticed(taken: list[list[Event]], data: st.DataObject) -> None:
    """Any other bytes in a line: Stale, or the last line left out and reported."""
    lines = [FIRST, *(line(number, *some) for number, some in enumerate(taken, 1))]
    whole = b"".join(lines)
    at = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[at]))
    try:
        found = replay(whole[:at] + bytes([other]) + whole[at + 1 :], "here")
    except Stale:
        return
    assert found.torn
    assert found.events == tuple(event for some in taken[:-1] for event in some)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(
            b"garbage\n" + line(1, step(1)), "Line 1 of the journal here is damaged", id="first line"
        ),
        pytest.param(b'{"lineage": "x"}\n', "Line 1 of the journal here is damaged", id="no journal"),
        pytest.param(b"garbage", "Line 1 of the journal here is damaged", id="no journal, no line"),
        pytest.param(
            FIRST + b"garbage\n" + line(2, step(2)), "Line 2 of the journal here is damaged", id="middle line"
        ),
        pytest.param(
            FIRST + line(1, step(1))[:-1] + b"x\n1 ",
            "Line 2 of the journal here is damaged",
            id="before a tail",
        ),
        pytest.param(
            FIRST + line(1, step(1))[:-1] + b"x" + line(2, step(2)),
            "Line 2 of the journal here is damaged",
            id="a changed end before the last line",
        ),
        pytest.param(
            FIRST + line(1, step(1))[:-1] + b"x" + line(2, step(2))[:-9],
            "Line 2 of the journal here is damaged",
            id="a changed end before a torn line",
        ),
        pytest.param(
            FIRST + line(1, step(1))[:-1] + b"x",
            "Line 2 of the journal here is damaged",
            id="the last end changed",
        ),
        pytest.param(FIRST + line(2, step(2)), "Line 2 of the journal here does not follow", id="lost line"),
        pytest.param(
            FIRST + line(1, step(1)) * 2,
            "Line 3 of the journal here does not follow",
            id="line written twice",
        ),
        pytest.param(FIRST + frame(1, b'[{"event": "dreamt"}]'), "cannot be understood", id="unknown event"),
        pytest.param(FIRST + frame(1, b"{}"), "cannot be understood", id="not a list"),
        pytest.param(frame(0, b"[]"), "cannot be understood", id="no origin"),
        pytest.param(
            frame(0, msgspec.json.encode(msgspec.structs.replace(ORIGIN, format_version=2))),
            "cannot be understood",
            id="newer format",
        ),
    ],
)
def test_a_journal_that_cannot_be_trusted_is_stale(data: bytes, words: str) -> None:
    """A damaged or missing line with others behind it, or one from another version, is told by its number."""
    with pytest.raises(Stale) as caught:
        replay(data, "here")
    assert words in caught.value.message
    assert "keep it" in caught.value.help


def test_a_bad_last_line_is_left_out() -> None:
    """A last line with a wrong checksum was torn, though it has an end."""
    assert replay(FIRST + line(1, step(1)) + b"2 0 []\n", "here") == Replay(ORIGIN, (step(1),), torn=True)


class SlowFiles(CountingFiles):
    """A disk that takes its time to sync."""

    def sync(self, file: int) -> None:
        time.sleep(0.002)
        super().sync(file)


def test_commits_in_flight_share_syncs(tmp_path: Path) -> None:
    """Sixteen threads need far fewer syncs than commits; each commit is there once, in its thread's order."""
    files = SlowFiles()
    journal = Journal(tmp_path / "journal", ORIGIN, files)
    start = threading.Barrier(16)

    def commit(thread: int) -> None:
        start.wait()
        for number in range(10):
            journal.settle(journal.queue([encode(step(thread * 100 + number))]))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(commit, range(16)))
    journal.close(folded=False)
    found = [entry.entry.address for entry in replay((tmp_path / "journal").read_bytes(), "").events]  # type: ignore[union-attr] # all are Remembered
    assert sorted(found) == sorted(f"campaign.c{thread * 100 + n}" for thread in range(16) for n in range(10))
    for thread in range(16):
        mine = [f"campaign.c{thread * 100 + n}" for n in range(10)]
        assert [address for address in found if address in mine] == mine
    assert files.operations.count("sync") < 80


@pytest.mark.parametrize("failing", [1, 2, 3, 4], ids=["open", "write", "sync", "sync_folder"])
def test_what_could_not_be_written_goes_with_the_next_write(failing: int, tmp_path: Path) -> None:
    """After a failure the commit is in doubt, and the next one brings both, without a torn line between."""
    journal = Journal(tmp_path / "journal", ORIGIN, FailingFiles({failing}))
    first = journal.queue([encode(step(1))])
    with pytest.raises(OperationFailed, match="No space left on device"):
        journal.settle(first)
    assert journal.unsettled == 1
    journal.settle(journal.queue([encode(step(2))]))
    assert journal.unsettled == 0
    journal.close(folded=False)
    assert replay((tmp_path / "journal").read_bytes(), "").events == (step(1), step(2))


def test_a_later_failure_spoils_nothing_before_it(tmp_path: Path) -> None:
    """A write that failed halfway is a torn last line: the commits before it are there."""
    path = tmp_path / "journal"
    journal = Journal(path, ORIGIN, FailingFiles({5}))
    journal.settle(journal.queue([encode(step(1))]))
    with pytest.raises(OperationFailed):
        journal.settle(journal.queue([encode(step(2))]))
    assert replay(path.read_bytes(), "") == Replay(ORIGIN, (step(1),), torn=True)
    journal.settle(journal.queue([encode(step(3))]))
    journal.close(folded=False)
    assert replay(path.read_bytes(), "") == Replay(ORIGIN, (step(1), step(2), step(3)))


def test_a_closed_journal_takes_nothing_more(tmp_path: Path) -> None:
    """What is queued when it closes is durable if it was folded, and an error if not."""
    journal = Journal(tmp_path / "journal", ORIGIN, Files())
    ticket = journal.queue([encode(step(1))])
    journal.close(folded=False)
    with pytest.raises(OperationFailed, match="closed"):
        journal.settle(ticket)
    journal.close(folded=True)
    journal.settle(ticket)
    assert list(tmp_path.iterdir()) == []


def test_text_that_no_file_can_hold_is_an_error() -> None:
    """Half of a surrogate pair is refused before anything is recorded."""
    with pytest.raises(OperationFailed, match="surrogates"):
        encode(Remembered(sent("\ud800")))
