"""The looks and DELETEs of a cancel: what it waits for and how long, and what each answer means."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import builders as b
import msgspec
import pytest
from recorded import LINEAGE
from scripted_server import CUT, Says, ScriptedServer, http, refusal

from jsms_sync.api import Client, Credentials, Pace
from jsms_sync.applying import halting as stopping
from jsms_sync.applying.cancel import Marking, Named, mark, stop
from jsms_sync.applying.halting import Halting
from jsms_sync.errors import ApiError, CredentialsRefusal, Exit
from jsms_sync.model.ending import Ending
from jsms_sync.model.events import (
    BatchDropped,
    BatchSet,
    CampaignSet,
    IntentClosed,
    IntentOpened,
    Moved,
    Remembered,
)
from jsms_sync.model.outcomes import Result, Trouble
from jsms_sync.model.privacy import Secret
from jsms_sync.model.records import Batch, Happened, HistoryEntry, Intent, State
from jsms_sync.model.resources import Address
from jsms_sync.reports.cancel_json import cancel_document
from jsms_sync.reports.cancel_text import cancel_text
from jsms_sync.state.local import LocalBackend
from jsms_sync.state.lock import this_process
from jsms_sync.state.store import Store

C, D, NEW = Address("campaign.c"), Address("campaign.d"), Address("campaign.new")
NOW = b.NOON
QUICK = Pace(sleep=lambda _: None, chance=lambda: 0.5, connect_seconds=1.0, read_seconds=2.0)
GONE, DONE = refusal(50028), http(200)


TIME = "GET /v1/templates/1"
"""How the service is asked for its time."""
BOTH = ["DELETE /v1/schedule/s1", "DELETE /v1/schedule/s2"]
"""Two at once, in whatever order."""


def at_noon(status: int = 403, number: int = 50013, *, behind: int = 0) -> Says:
    """An answer of a service whose clock is so many hours behind ours."""
    date = datetime.now(UTC) - timedelta(hours=behind)
    body = b"" if status == 200 else {"error": {"code": number, "message": "whatever"}}
    return http(status, body, Date=format_datetime(date, usegmt=True))


def asked(server: ScriptedServer) -> list[str]:
    """The requests, in order."""
    return [f"{heard.method} {heard.path}" for heard in server.heard]


@dataclass
class Waiting:
    """A clock that goes on by waiting only, and what happens meanwhile, wait by wait."""

    meanwhile: list[Callable[[], None]] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Waits, while the next thing happens."""
        if len(self.waited) < len(self.meanwhile):
            self.meanwhile[len(self.waited)]()
        self.waited.append(seconds)

    def monotonic(self) -> float:
        """The seconds that were waited for."""
        return sum(self.waited)

    @property
    def pace(self) -> stopping.Pace:
        """What a cancel is handed."""
        return stopping.Pace(self.sleep, self.monotonic)


@contextmanager
def holding(
    tmp_path: Path, state: State, *script: Says
) -> Iterator[tuple[Halting, ScriptedServer, Store, Waiting]]:
    """The same while an apply holds the state; what happens meanwhile is filled in by the test."""
    waiting = Waiting()
    with (
        halting(tmp_path, state, *script, waiting=waiting) as (here, server),
        here.place.hold(owner=this_process("apply")) as store,
    ):
        yield here, server, store, waiting


@contextmanager
def halting(
    tmp_path: Path, state: State, *script: Says, waiting: Waiting | None = None, now: datetime = NOW
) -> Iterator[tuple[Halting, ScriptedServer]]:
    """A cancel against a server with that script."""
    backend = LocalBackend(tmp_path / "state.json")
    backend.create(msgspec.structs.replace(state, lineage=LINEAGE))
    with (
        ScriptedServer(*script) as server,
        Client(Credentials("key", Secret("secret")), base_url=server.base_url, pace=QUICK) as client,
    ):
        yield Halting(client, backend, lambda: now, 2, (waiting or Waiting()).pace), server


def known(*keys: str, at: str = "+1d", intents: Sequence[Intent] = (), address: Address = C) -> State:
    """A state that records these schedules of one campaign."""
    return b.state({address: b.campaign_record({key: b.batch(key, at=at) for key in keys})}, intents=intents)


def stopped(here: Halting, *names: Address, every: bool = False) -> tuple[tuple[Ending, ...], Marking]:
    """How it ended."""
    marking = Marking(here.place)
    return stop(here, Named(frozenset(names), every), marking, NOW), marking


def post(at: str = "+0s", id: str = "i", batch: str = "9") -> Intent:
    """A POST that was announced."""
    return b.intent("POST", C, id=id, at=at, batch=batch, target=b.target())


@pytest.mark.parametrize(
    ("script", "at", "counts"),
    [
        ([DONE], "+1h", (1, 0, 0)),
        ([DONE], "-1m", (1, 0, 0)),
        ([GONE], "+1h", (1, 0, 0)),
        ([GONE], "-1m", (0, 1, 0)),
        ([refusal(50029)], "-1m", (0, 1, 0)),
        ([refusal(50029), GONE], "+1h", (1, 0, 0)),
        ([refusal(50029), refusal(50007)], "+1h", (0, 0, 1)),
        ([refusal(50029), CUT], "+1h", (0, 0, 1)),
        ([*[refusal(50029), refusal(50002, 401)] * 3], "+1h", (0, 0, 1)),
        ([refusal(50007)], "+1h", (0, 0, 1)),
        ([refusal(50009), refusal(50009), DONE], "+1h", (1, 0, 0)),
        ([CUT, GONE], "+1h", (1, 0, 0)),
        ([CUT], "+1h", (0, 0, 1)),
        ([http(500)], "+1h", (0, 0, 1)),
    ],
)
def test_what_an_answer_to_a_delete_means(
    tmp_path: Path, script: list[Says], at: str, counts: tuple[int, int, int]
) -> None:
    """Deleted, sent, or still there; what may pass by itself is tried three times."""
    with halting(tmp_path, known("1", at=at), *script) as (here, _):
        (ending,), _ = stopped(here, C)
    assert (ending.deleted, ending.sent, len(ending.left)) == counts
    assert ending.result is (Result.DONE if counts[0] else Result.FAILED)


def test_wrong_status_may_mean_that_the_time_was_moved(tmp_path: Path) -> None:
    """GET shows a time that has come, so it was sent; a later one is a schedule that stays."""
    for shown, counts in (("2026-12-31 10:00:00", (0, 1)), ("2027-12-31 10:00:00", (0, 0))):
        answer = http(200, {"schedule_id": "s1", "send_time": shown, "temp_id": 10, "recipients": []})
        folder = tmp_path / shown[:4]
        folder.mkdir()
        with halting(folder, known("1"), *[refusal(50029), answer] * 3) as (here, _):
            (ending,), _ = stopped(here, C)
        assert (ending.deleted, ending.sent) == counts


def test_all_leaves_alone_what_was_sent_ten_minutes_ago(tmp_path: Path) -> None:
    """Nobody can stop that any more; what may have been moved to a later time is tried."""
    with halting(tmp_path, known(*"123456789", at="-11m"), at_noon()) as (here, server):
        endings, _ = stopped(here, every=True)
    assert (endings, asked(server)) == ((), [TIME])
    moved = b.intent("PUT", C, remote_id="s1", target=b.target(at="+1h"))
    (ending,) = stop_all(tmp_path / "moved", known("1", at="-11m", intents=[moved]))
    assert ending.deleted == 1
    old = b.state({C: b.campaign_record({"1": b.batch(at="-90d", unseen=True)})})
    (ending,) = stop_all(tmp_path / "old", old)
    assert ending.deleted == 1


def test_a_campaign_that_is_named_is_tried_whatever_its_time(tmp_path: Path) -> None:
    """Somebody may have moved it to a later time in the console; what was sent JSMS refuses to delete."""
    for folder, answer, counts in (("moved", DONE, (1, 0)), ("sent", refusal(50029), (0, 1))):
        (tmp_path / folder).mkdir()
        with halting(tmp_path / folder, known("1", at="-90d"), answer) as (here, server):
            (ending,), _ = stopped(here, C)
        assert (ending.deleted, ending.sent) == counts
        assert asked(server) == ["DELETE /v1/schedule/s1"]


def test_a_clock_that_is_ahead_stops_what_is_pending(tmp_path: Path) -> None:
    """By ours it was sent an hour ago, by the service's it is still to be sent: the service is believed."""
    script = at_noon(behind=2), at_noon(200, behind=2)
    for folder, names, first in (("named", [C], []), ("all", [], [TIME])):
        (tmp_path / folder).mkdir()
        answers = script[-1 - len(first) :]
        with halting(tmp_path / folder, known("1", "2", at="-1h"), *answers) as (here, server):
            (ending,), _ = stopped(here, *names, every=not names)
            snapshot = here.place.read()
        assert (ending.deleted, ending.sent) == (2, 0)
        assert sorted(asked(server)) == [*BOTH, *first]
        assert snapshot is not None
        assert snapshot.state.campaign(C) == b.campaign_record(cancelled=True)


def test_what_could_not_be_deleted_is_recorded_as_stopped_by_the_time_of_the_service(tmp_path: Path) -> None:
    """By our clock it was over when it was stopped, and an apply would go on with it."""
    script = at_noon(behind=2), at_noon(500, behind=2)
    with halting(tmp_path, known("1", at="-1h"), *script) as (here, _):
        (ending,), _ = stopped(here, C)
        snapshot = here.place.read()
    assert len(ending.left) == 1
    assert snapshot is not None
    assert snapshot.state.campaign(C).cancelled  # type: ignore[union-attr]  # it is recorded


def test_the_time_is_asked_for_only_where_no_answer_told_it(tmp_path: Path) -> None:
    """What is pending by our own clock is deleted first, and the answer tells the time for the rest."""
    records = {C: b.campaign_record({"1": b.batch("1"), "2": b.batch("2", at="-1h")})}
    with halting(tmp_path, b.state(records), at_noon(200, behind=2)) as (here, server):
        (ending,), _ = stopped(here, every=True)
    assert (ending.deleted, sorted(asked(server))) == (2, BOTH)


def test_a_post_is_waited_for_by_the_time_of_the_service(tmp_path: Path) -> None:
    """By our clock it was announced an hour ago; by the service's it is under way."""
    waiting, state = Waiting(), known(intents=[post("-1h")])
    with halting(tmp_path, state, at_noon(behind=1), waiting=waiting) as (here, server):
        stopped(here, C)
    assert asked(server) == [TIME]
    assert 35 <= sum(waiting.waited) < 36


def test_a_service_that_tells_no_time_is_asked_once(tmp_path: Path) -> None:
    """Then our own clock is all there is."""
    with halting(tmp_path, known("1", at="-1h"), GONE) as (here, server):
        endings, _ = stopped(here, every=True)
    assert (endings, asked(server)) == ((), [TIME])


@pytest.mark.parametrize(("script", "error"), [(CUT, ApiError), (at_noon(401, 50002), CredentialsRefusal)])
def test_without_an_answer_nothing_is_called_sent(
    tmp_path: Path, script: Says, error: type[ApiError]
) -> None:
    """Our own clock may be ahead, so that it may still be there."""
    with halting(tmp_path, known("1", at="-1h"), script) as (here, _), pytest.raises(error):
        stopped(here, every=True)


def stop_all(folder: Path, state: State) -> tuple[Ending, ...]:
    """What came of every campaign."""
    folder.mkdir()
    with halting(folder, state, at_noon(200)) as (here, _):
        return stopped(here, every=True)[0]


def test_refused_credentials_end_it_at_once(tmp_path: Path) -> None:
    """No other schedule would fare better, and the mark is left."""
    with halting(tmp_path, known("1"), refusal(50002, 401)) as (here, _):
        marking = Marking(here.place)
        with pytest.raises(CredentialsRefusal):
            stop(here, Named(frozenset({C})), marking, NOW)
        snapshot = here.place.read()
    assert marking.trouble is None
    assert snapshot is not None
    assert b.campaign_record(cancelled=True) != snapshot.state.campaign(C)
    assert snapshot.state.campaign(C).cancelled  # type: ignore[union-attr]  # it is recorded


def test_a_post_under_way_is_waited_for_and_its_schedule_deleted(tmp_path: Path) -> None:
    """Its intent closes with an id some moments later, while an apply holds the state."""
    with holding(tmp_path, known("1", intents=[post()]), DONE) as (here, server, store, waiting):
        waiting.meanwhile += [lambda: None, lambda: _answered(store)]
        (ending,), _ = stopped(here, C)
    assert [heard.path[-2:] for heard in server.heard] == ["s1", "s9"]
    assert (ending.deleted, ending.result, len(waiting.waited)) == (2, Result.DONE, 2)


def _answered(store: Store) -> None:
    batch = Batch("s9", b.target(), NOW)
    store.commit(BatchSet(C, "9", batch), IntentClosed("i"))


def test_a_post_that_stays_open_is_unknown_after_35_seconds(tmp_path: Path) -> None:
    """It is named, what is known is deleted, and the exit code is 8."""
    waiting = Waiting()
    with halting(tmp_path, known("1", intents=[post()]), DONE, waiting=waiting) as (here, _):
        (ending,), _ = stopped(here, C)
    assert 35 <= sum(waiting.waited) < 36
    assert (ending.deleted, ending.result, ending.exit) == (1, Result.UNKNOWN, Exit.UNKNOWN)


def test_each_post_has_35_seconds_of_its_own(tmp_path: Path) -> None:
    """One that is announced later is waited for longer."""
    with holding(tmp_path, known("1", intents=[post()]), DONE) as (here, _, store, waiting):
        late = IntentOpened(post(id="late", batch="8"))
        waiting.meanwhile += [*itertools.repeat(lambda: None, 40), lambda: store.commit(late)]
        (ending,), _ = stopped(here, C)
    assert 45 <= sum(waiting.waited) < 46
    assert len(ending.doubts) == 2


def test_a_post_of_long_ago_is_not_waited_for(tmp_path: Path) -> None:
    """Even clocks that differ by two minutes cannot make it one that is under way."""
    waiting = Waiting()
    with halting(tmp_path, known("1", intents=[post("-3m")]), DONE, waiting=waiting) as (here, _):
        (ending,), _ = stopped(here, C)
    assert (waiting.waited, ending.result) == ([], Result.UNKNOWN)


def test_other_campaigns_are_not_waited_for(tmp_path: Path) -> None:
    """What is open for another one, or a PUT, does not matter."""
    other = msgspec.structs.replace(post(), address=D)
    put = b.intent("PUT", C, id="p", remote_id="s1", target=b.target())
    waiting = Waiting()
    with halting(tmp_path, known("1", intents=[other, put]), DONE, waiting=waiting) as (here, _):
        (ending,), _ = stopped(here, C)
    assert (waiting.waited, ending.result) == ([], Result.DONE)


def test_the_mark_knows_ids_before_they_are_deleted_and_what_was(tmp_path: Path) -> None:
    """Killed at any moment, what is left of it is true."""
    seen: list[object] = []
    with halting(tmp_path, known("1", "2"), DONE) as (here, server):
        leave = here.place.leave_stop

        class Watching(LocalBackend):
            def leave_stop(self, stop: object) -> None:
                seen.append((len(server.heard), stop))
                leave(stop)  # type: ignore[arg-type]  # as it is called

        place = Watching(tmp_path / "state.json")
        stop(Halting(here.client, place, here.clock, 2), Named(frozenset({C})), Marking(place), NOW)
    (before, first), (after, last) = seen
    assert (before, after) == (0, 2)
    assert (first.campaigns[C].ids, first.campaigns[C].deleted) == (("s1", "s2"), ())  # type: ignore[attr-defined]  # a Stop
    assert last.campaigns[C].deleted == ("s1", "s2")  # type: ignore[attr-defined]  # a Stop


def test_what_an_apply_drops_by_itself_needs_no_other_delete(tmp_path: Path) -> None:
    """It was going to be tried again, and then it was no longer recorded."""
    with holding(tmp_path, known("1"), refusal(50009)) as (here, server, store, waiting):
        waiting.meanwhile += [lambda: store.commit(BatchDropped(C, "1"))]
        (ending,), _ = stopped(here, C)
    assert (ending.deleted, ending.left, len(server.heard)) == (1, {}, 1)


def test_a_campaign_that_is_renamed_meanwhile_is_followed(tmp_path: Path) -> None:
    """Its schedules are deleted under the new name, which is marked too."""
    with holding(tmp_path, known("1", intents=[post()]), DONE) as (here, _, store, waiting):
        moved = HistoryEntry(C, Happened.MOVED, NOW, moved_to=NEW)
        batch = Batch("s9", b.target(), NOW)
        events = (Moved(C, NEW), Remembered(moved), BatchSet(NEW, "9", batch), IntentClosed("i"))
        waiting.meanwhile += [lambda: store.commit(*events)]
        endings, _ = stopped(here, C)
        found = store.stop()
    assert {ending.address: ending.deleted for ending in endings} == {C: 0, NEW: 2}
    assert found is not None
    assert found.campaigns.keys() == {C, NEW}


def test_every_campaign_that_is_not_over_is_meant(tmp_path: Path) -> None:
    """Sent ones and those cancelled before are left alone; one that appears meanwhile is not."""
    records = {
        C: b.campaign_record({"1": b.batch("1")}),
        "campaign.sent": b.campaign_record({"2": b.batch("2", at="-1d")}),
        "campaign.stopped": b.campaign_record(cancelled=True),
        "campaign.left": b.campaign_record({"3": b.batch("3")}, cancelled=True),
    }
    with holding(tmp_path, b.state(records, intents=[post()]), DONE) as (here, _, store, waiting):
        late = (
            CampaignSet(D, "x.yaml", "t", cancelled=False),
            BatchSet(D, "1", Batch("s7", b.target(), NOW)),
        )
        waiting.meanwhile += [lambda: store.commit(*late, IntentClosed("i"))]
        first = mark(Named(frozenset(), every=True), store.state, NOW)
        endings, _ = stopped(here, every=True)
    assert first.every == NOW
    assert first.campaigns.keys() == {C, "campaign.left"}
    assert {e.address: e.deleted for e in endings} == {C: 1, D: 1, "campaign.left": 1}


def test_a_mark_that_could_not_be_left_is_not_tried_again(tmp_path: Path) -> None:
    """The DELETEs are what counts then."""
    (tmp_path / "state.json.stop.lock").mkdir()
    with halting(tmp_path, known("1", "2"), DONE) as (here, server):
        (ending,), marking = stopped(here, C)
    assert marking.trouble is not None
    assert (ending.deleted, len(server.heard)) == (2, 2)


def test_without_a_state_any_more_there_is_nothing_to_find(tmp_path: Path) -> None:
    """Somebody removed it meanwhile: what was named is not recorded."""
    with halting(tmp_path, known("1"), DONE) as (here, server):
        (tmp_path / "state.json").unlink()
        (ending,), _ = stopped(here, C)
    assert (ending, server.heard) == (Ending(C), [])


ANNOUNCED = "announced 2027-01-01 20:00:00 (China time)"
SETTLE = (
    "in the JSMS console, then `jsms-sync resolve campaign.c --not-created`; "
    "or `jsms-sync resolve campaign.c --created ID`, and cancel again.\n"
)


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        (Ending(C), "✓ campaign.c: cancelled (none was scheduled)\n"),
        (Ending(C, 1), "✓ campaign.c: cancelled (1 schedule deleted)\n"),
        (Ending(C, 2, 1), "✗ campaign.c: 1 schedule was sent already; 2 schedules deleted\n"),
        (Ending(C, 0, 2), "✗ campaign.c: 2 schedules were sent already\n"),
        (
            Ending(C, 1, 0, {"s1": Trouble("failed", "no answer", "Try again.")}),
            "✗ campaign.c: 1 schedule could not be deleted: no answer; 1 schedule deleted\n"
            "    s1\n    Try again.\n",
        ),
        (
            Ending(C, 1, doubts=(post(),)),
            f"? campaign.c: 1 schedule may exist without a known id: {ANNOUNCED}; 1 schedule deleted\n"
            f"    Delete it {SETTLE}",
        ),
        (
            Ending(C, doubts=(post(), post("+1m", "j"))),
            f"? campaign.c: 2 schedules may exist without a known id: {ANNOUNCED}; "
            f"{ANNOUNCED.replace('20:00', '20:01')}\n"
            f"    Delete each of them {SETTLE}",
        ),
    ],
)
def test_each_ending_is_told_with_what_to_do_next(ending: Ending, told: str) -> None:
    """One line says what came of it, and what follows is indented."""
    document = cancel_document([ending], None, ())
    assert cancel_text(document) == f"{told}Cancel: 1 {ending.result.value}.\n"
