"""What becomes of a write when the answer is odd, the state cannot be written, or time has moved on."""

import json
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from breaking_files import FailingFiles
from scripted_server import CUT, Heard, Says, ScriptedServer, http, refusal

from jsms_sync.api import Client, Credentials, Pace
from jsms_sync.applying.apply import apply
from jsms_sync.applying.run import Refusals, Run
from jsms_sync.errors import Exit, Stale
from jsms_sync.model.decisions import (
    Action,
    Change,
    ChangeBatch,
    Draft,
    DropBatch,
    FileRows,
    Kept,
    PlaceBatch,
    Reason,
    ResubmitTemplate,
    Step,
    SubmitTemplate,
)
from jsms_sync.model.digests import Digester, pack, unpack
from jsms_sync.model.events import BatchSet, CampaignSet, Event, Forgotten, RevisionSet, TemplateSet
from jsms_sync.model.outcomes import Outcome, Result
from jsms_sync.model.privacy import Mobile, Params, Secret
from jsms_sync.model.records import Audit, Batch, Happened, Refused, Revision, State, Target, Text
from jsms_sync.model.resources import (
    Address,
    Form,
    Position,
    Recipient,
    Template,
    TemplateType,
    campaign_address,
    template_address,
)
from jsms_sync.model.wire import china_time
from jsms_sync.planning.plan import Origin, Plan
from jsms_sync.reports.outcome_json import outcome_document
from jsms_sync.state.files import Files
from jsms_sync.state.local import LocalBackend
from jsms_sync.state.lock import this_process
from jsms_sync.state.store import Store

NOW = datetime(2027, 3, 1, 0, 0, tzinfo=UTC)
SEND = NOW + timedelta(hours=2)
ON_THE_WIRE = "2027-03-01 10:00:00"
DIGESTER = Digester(Secret("a key"), "lineage")
CAMPAIGN, TEMPLATE = campaign_address("sale"), template_address("offer")
PEOPLE = tuple(Recipient(Mobile(f"1991234567{n}"), Params({"order": str(n)})) for n in range(2))
MEMBERS = pack({DIGESTER.mobile(r.mobile): DIGESTER.params(r.params) for r in PEOPLE})
OFFER = Template("offer", TemplateType.NOTIFICATION, "您的订单{{order}}已发出。", Position("t.yaml", 3, 3))
TEXT = Text(OFFER.content, OFFER.type)
QUICK = Pace(sleep=lambda _: None, chance=lambda: 0.5, connect_seconds=1.0, read_seconds=2.0)


def draft(template: object = 7, at: datetime = SEND) -> Draft:
    """A batch of both people."""
    assert isinstance(template, int | str)
    return Draft(Form.BATCH, at, template, PEOPLE, MEMBERS)  # type: ignore[arg-type]  # a plain string is an address


def target(at: datetime = SEND, *, temp_id: int = 7, key_id: str = DIGESTER.key_id) -> Target:
    """What `draft` means."""
    return Target(Form.BATCH, at, temp_id, MEMBERS, key_id=key_id)


def change(action: Action, *steps: Step, closing: tuple[Event, ...] = ()) -> Change:
    """A change of the campaign, or of the template where the first step is a template's."""
    of_template = bool(steps) and isinstance(steps[0], SubmitTemplate | ResubmitTemplate)
    header: Event = CampaignSet(CAMPAIGN, "t.yaml", "offer", False)
    if of_template:
        header = TemplateSet(TEMPLATE, "t.yaml", False, None)
    return Change(
        TEMPLATE if of_template else CAMPAIGN,
        action,
        Reason.NEW,
        steps=steps,
        opening=(header,) if action is Action.CREATE else (),
        closing=closing,
    )


@contextmanager
def applying(
    tmp_path: Path, *script: Says, files: Files | None = None, clock: Callable[[], datetime] = lambda: NOW
) -> Iterator[tuple[Run, ScriptedServer]]:
    """A run against a server with that script, on a state of its own."""
    backend = LocalBackend(tmp_path / "state.json", files or Files())
    backend.create(State("lineage"))
    with (
        ScriptedServer(*script) as server,
        Client(Credentials("key", Secret("secret")), base_url=server.base_url, pace=QUICK) as client,
        backend.hold(owner=this_process("apply")) as store,
    ):
        yield Run(client, store, DIGESTER, clock, timedelta(minutes=5), parallelism=1), server


def carried_out(run: Run, *changes: Change) -> list[Outcome]:
    """The outcomes of a plan of these changes."""
    origin = Origin("plan", NOW, "0", None, "lineage", 0, "sha256:0")
    return list(apply(Plan(origin, changes), run))


def knowing(store: Store, *, key_id: str = DIGESTER.key_id, refused: tuple[Refused, ...] = ()) -> None:
    """The state knows the campaign's one batch, S1."""
    batch = Batch("S1", target(key_id=key_id), NOW, refused)
    store.commit(CampaignSet(CAMPAIGN, "t.yaml", "offer", False), BatchSet(CAMPAIGN, "1", batch))


def schedule(*people: Recipient, at: str = ON_THE_WIRE, temp_id: int = 7) -> Says:
    """What a GET of the batch answers."""
    entries = [
        {"msg_id": "1", "mobile": r.mobile.reveal(), "temp_para": dict(r.params.reveal())} for r in people
    ]
    return http(200, {"schedule_id": "S1", "send_time": at, "temp_id": temp_id, "recipients": entries})


class When:
    """The numbers of the operations that fail: all of them while something holds."""

    def __init__(self, holds: Callable[[], bool]) -> None:
        self.holds = holds

    def __contains__(self, _number: object) -> bool:
        return self.holds()


PLACE = change(Action.CREATE, PlaceBatch("1", draft()))
MOVE = change(Action.MODIFY, ChangeBatch("1", "S1", draft(at=SEND + timedelta(hours=1)), SEND))
DROP = change(Action.DELETE, DropBatch("1", "S1", SEND), closing=(Forgotten(CAMPAIGN),))
SUBMIT = change(Action.CREATE, SubmitTemplate(OFFER))


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ([schedule(PEOPLE[0])], [PEOPLE[0]]),
        ([schedule(*PEOPLE)], list(PEOPLE)),
        ([refusal(50007)], list(PEOPLE)),
        ([refusal(50002, 401)], list(PEOPLE)),
    ],
)
def test_where_counts_differ_the_schedule_tells_who_is_in_it(
    tmp_path: Path, script: list[Says], expected: list[Recipient]
) -> None:
    """The answer counts fewer than were sent and names nobody: a look decides, without one all stay."""
    answer = http(
        200, {"schedule_id": "S1", "success_count": 1, "failure_count": 1, "failure_recipients": []}
    )
    with applying(tmp_path, answer, *script) as (run, server):
        (outcome,) = carried_out(run, PLACE)
        members = unpack(run.store.campaign(CAMPAIGN).batches["1"].target.members)
    assert (outcome.result, outcome.remote_id) == (Result.DONE, "S1")
    assert members.keys() == {DIGESTER.mobile(r.mobile) for r in expected}
    assert [heard.method for heard in server.heard] == ["POST", "GET"]


@pytest.mark.parametrize(
    ("look", "result", "left"),
    [
        (schedule(*PEOPLE, at="2027-03-01 11:00:00"), Result.DONE, 0),
        (schedule(*PEOPLE), Result.FAILED, 0),
        (refusal(50028), Result.FAILED, 0),
        (refusal(50002, 401), Result.FAILED, 1),
    ],
)
def test_wrong_status_after_a_repeated_put_is_settled_by_a_look(
    tmp_path: Path, look: Says, result: Result, left: int
) -> None:
    """50029 after a PUT in doubt may mean that it acted; where no look is possible it stays open."""
    with applying(tmp_path, CUT, refusal(50029), look) as (run, server):
        knowing(run.store)
        (outcome,) = carried_out(run, MOVE)
        moved = run.store.campaign(CAMPAIGN).batches["1"].target.send_time
        assert len(run.store.intents_of(CAMPAIGN)) == left
    assert outcome.result is result
    assert (moved > SEND) is (result is Result.DONE)
    assert [heard.method for heard in server.heard] == ["PUT", "PUT", "GET"]


def test_wrong_status_after_a_single_put_is_a_refusal(tmp_path: Path) -> None:
    """Nothing was in doubt, so 50029 says what it says."""
    with applying(tmp_path, refusal(50029)) as (run, server):
        knowing(run.store)
        (outcome,) = carried_out(run, MOVE)
        assert run.store.intents_of(CAMPAIGN) == ()
    assert (outcome.result, outcome.trouble and outcome.trouble.number) == (Result.FAILED, 50029)
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    ("look", "result"),
    [
        (refusal(50028), Result.DONE),
        (schedule(*PEOPLE), Result.FAILED),
        (schedule(*PEOPLE, at=china_time(NOW)), Result.DONE),
        (refusal(50007), Result.FAILED),
    ],
)
def test_wrong_status_of_a_delete_before_its_time_is_settled_by_a_look(
    tmp_path: Path, look: Says, result: Result
) -> None:
    """50029 before the time has come: gone is done, moved and sent as well, anything else has failed."""
    with applying(tmp_path, refusal(50029), look) as (run, _):
        knowing(run.store)
        (outcome,) = carried_out(run, DROP)
        assert (CAMPAIGN in run.store.state.resources) is (result is Result.FAILED)
    assert outcome.result is result


@pytest.mark.parametrize("code", [50028, 50029])
@pytest.mark.parametrize("after", [60, -59])
def test_a_schedule_that_is_not_there_after_its_time_means_sent(
    tmp_path: Path, code: int, after: int
) -> None:
    """History remembers that it went out, whichever code it is; JSMS may be a minute ahead of us."""
    with applying(tmp_path, refusal(code), clock=lambda: SEND + timedelta(seconds=after)) as (run, _):
        knowing(run.store)
        (outcome,) = carried_out(run, DROP)
        events = [entry.event for entry in run.store.state.history]
    assert (outcome.result, events) == (Result.DONE, [Happened.SENT])


def test_what_was_sent_before_it_could_be_deleted_is_not_placed_under_another_name(tmp_path: Path) -> None:
    """The delete came too late, and the new campaign may be the same one: nobody is texted twice."""
    later = draft(at=SEND + timedelta(days=1))
    renamed = replace(change(Action.CREATE, PlaceBatch("1", later)), address=campaign_address("spring"))
    with applying(tmp_path, refusal(50029), clock=lambda: SEND) as (run, server):
        knowing(run.store)
        dropped, skipped = carried_out(run, replace(DROP, action=Action.DELETE), renamed)
    assert (dropped.result, skipped.result) == (Result.DONE, Result.SKIPPED)
    assert skipped.trouble is not None
    assert "campaign.sale was sent before it could be deleted" in skipped.trouble.message
    assert len(server.heard) == 1


SHOWN = {"temp_id": 7, "type": 2, "ttl": None, "remark": None, "status": 0}


@pytest.mark.parametrize(
    ("script", "result"),
    [
        ([refusal(50047)], Result.FAILED),
        ([CUT, refusal(50047), http(200, {**SHOWN, "template": "别的"})], Result.FAILED),
        ([CUT, refusal(50047), http(200, {**SHOWN, "template": OFFER.content})], Result.DONE),
    ],
)
def test_not_rejected_any_more_after_a_repeated_put_is_settled_by_a_look(
    tmp_path: Path, script: list[Says], result: Result
) -> None:
    """50047 is success only after a PUT in doubt, and only when the text is there."""
    resubmit = change(Action.MODIFY, ResubmitTemplate(OFFER, 7))
    with applying(tmp_path, *script) as (run, server):
        run.store.commit(RevisionSet(TEMPLATE, Revision(7, NOW, TEXT, status=Audit.REJECTED)))
        (outcome,) = carried_out(run, resubmit)
        revision = run.store.template(TEMPLATE).revisions[7]
    assert outcome.result is result
    assert revision.status is (Audit.AUDITING if result is Result.DONE else Audit.REJECTED)
    assert (revision.submitted_at is not None) is (result is Result.DONE), "its audit began anew"
    assert len(server.heard) == len(script)


@pytest.mark.parametrize(
    ("what", "moved", "code"),
    [
        (PLACE, SEND - timedelta(seconds=60), "send-time-passed"),
        (MOVE, SEND - timedelta(minutes=4), "inside-freeze-window"),
        (MOVE, SEND + timedelta(hours=2), "send-time-passed"),
        (
            change(Action.REPLACE, DropBatch("1", "S1", SEND), PlaceBatch("2", draft())),
            SEND - timedelta(minutes=4),
            "inside-freeze-window",
        ),
    ],
)
def test_the_time_is_looked_at_when_each_request_leaves(
    tmp_path: Path, what: Change, moved: datetime, code: str
) -> None:
    """However long the apply takes, no schedule is placed late, or changed shortly before its time."""
    with applying(tmp_path, http(200, {"schedule_id": "S1"}), clock=lambda: moved) as (run, server):
        knowing(run.store)
        (outcome,) = carried_out(run, what)
        assert run.store.intents_of(CAMPAIGN) == ()
    assert (outcome.result, outcome.trouble and outcome.trouble.code) == (Result.SKIPPED, code)
    assert server.heard == []


def test_the_time_is_looked_at_before_a_retry_too(tmp_path: Path) -> None:
    """The first attempt left in time, the second would not: it does not leave, and the doubt stays."""
    left: list[Heard] = []
    with applying(tmp_path, CUT, http(200, {}), clock=lambda: SEND if left else NOW) as (run, server):
        server.heard = left
        knowing(run.store)
        (outcome,) = carried_out(run, MOVE)
        assert [intent.method for intent in run.store.intents_of(CAMPAIGN)] == ["PUT"]
    assert outcome.result is Result.FAILED
    assert len(left) == 1


def test_a_campaign_whose_text_serves_no_more_is_skipped(tmp_path: Path) -> None:
    """References to templates are resolved when the request is built; without one nothing leaves."""
    with applying(tmp_path, http(200, {})) as (run, server):
        (outcome,) = carried_out(run, change(Action.CREATE, PlaceBatch("1", draft(TEMPLATE))))
        assert run.store.state.resources == {}
    assert (outcome.result, server.heard) == (Result.SKIPPED, [])


def test_what_depends_on_a_change_that_is_left_out_is_skipped(tmp_path: Path) -> None:
    """A saved plan, or --continue, may leave out what has to be done first: nobody is placed then."""
    waits = replace(PLACE, depends_on=(Address("campaign.other"),))
    with applying(tmp_path, http(200, {"schedule_id": "S1"})) as (run, server):
        (outcome,) = carried_out(run, waits)
    assert (outcome.result, server.heard) == (Result.SKIPPED, [])
    assert outcome.trouble is not None
    assert "campaign.other was not changed" in outcome.trouble.message


def test_refusals_under_another_key_are_not_kept(tmp_path: Path) -> None:
    """Digests under another key than the one in use say nothing, so only what was just heard counts."""
    answer = http(200, {"schedule_id": "S1", "success_count": 2, "failure_count": 0})
    with applying(tmp_path, answer, answer) as (run, _):
        knowing(run.store, key_id="another", refused=(Refused(b"x" * 16, 50006),))
        assert carried_out(run, MOVE)[0].result is Result.DONE
        assert run.store.campaign(CAMPAIGN).batches["1"].refused == ()
        knowing(run.store, refused=(Refused(b"x" * 16, 50006),))
        assert carried_out(run, MOVE)[0].result is Result.DONE
        assert run.store.campaign(CAMPAIGN).batches["1"].refused == (Refused(b"x" * 16, 50006),)


class Pages:
    """A reader of a file with just `PEOPLE` in it, which changes when it is told to."""

    def __init__(self) -> None:
        self.changed = False
        self.asked: list[list[int]] = []

    def check(self, address: Address) -> None:
        """Raises Stale once the file has changed."""
        assert address == CAMPAIGN
        if self.changed:
            raise Stale("people.csv has changed")

    def fetch(self, address: Address, rows: FileRows) -> tuple[Recipient, ...]:
        """The recipients of those rows."""
        self.check(address)
        self.asked.append(list(rows.numbers))
        return tuple(PEOPLE[row] for row in rows.numbers)


FROM_FILE = replace(draft(), recipients=FileRows(array("I", [0, 1]), None))
PLACED = http(200, {"schedule_id": "S1", "success_count": 2, "failure_count": 0})


def test_rows_of_a_file_are_read_when_their_batch_is_sent(tmp_path: Path) -> None:
    """POST and PUT say just what the file says then; a draft itself holds nobody."""
    pages, move = Pages(), ChangeBatch("1", "S1", FROM_FILE, SEND)
    with applying(tmp_path, PLACED, PLACED) as (run, server):
        run = replace(run, reader=pages)
        assert carried_out(run, change(Action.CREATE, PlaceBatch("1", FROM_FILE)))[0].result is Result.DONE
        assert carried_out(run, change(Action.MODIFY, move))[0].result is Result.DONE
    sent = [[entry["mobile"] for entry in json.loads(heard.body)["recipients"]] for heard in server.heard]
    assert sent == [[person.mobile.reveal() for person in PEOPLE]] * 2
    assert pages.asked == [[0, 1], [0, 1]]


def test_a_file_that_has_changed_stops_its_campaign(tmp_path: Path) -> None:
    """Exit 6: nothing is announced or sent, and no schedule goes to make room for one that cannot come."""
    pages = Pages()
    pages.changed = True
    steps = PlaceBatch("1", FROM_FILE), ChangeBatch("1", "S1", FROM_FILE, SEND)
    swap = change(Action.REPLACE, DropBatch("1", "S1", SEND), PlaceBatch("2", FROM_FILE))
    with applying(tmp_path, PLACED) as (run, server):
        knowing(run.store)
        outcomes = carried_out(replace(run, reader=pages), *(change(Action.MODIFY, s) for s in steps), swap)
        assert run.store.intents_of(CAMPAIGN) == ()
    assert [(outcome.result, outcome.exit) for outcome in outcomes] == [(Result.FAILED, Exit.STALE)] * 3
    assert server.heard == []


def test_who_stays_in_a_schedule_is_read_from_it(tmp_path: Path) -> None:
    """A PUT that keeps text and params says again what the schedule holds of those who stay."""
    only = pack({DIGESTER.mobile(PEOPLE[1].mobile): DIGESTER.params(PEOPLE[1].params)})
    keeps = replace(draft(), recipients=Kept(1), members=only)
    move = change(Action.MODIFY, ChangeBatch("1", "S1", keeps, SEND))
    answer = http(200, {"schedule_id": "S1", "success_count": 1, "failure_count": 0})
    with applying(tmp_path, schedule(*PEOPLE), answer) as (run, server):
        knowing(run.store)
        assert carried_out(run, move)[0].result is Result.DONE
    assert [heard.method for heard in server.heard] == ["GET", "PUT"]
    (sent,) = json.loads(server.heard[1].body)["recipients"]
    assert sent["mobile"] == PEOPLE[1].mobile.reveal()


@pytest.mark.parametrize("look", [schedule(PEOPLE[0]), refusal(50028), refusal(50007)])
def test_who_does_not_stay_any_more_makes_the_plan_stale(tmp_path: Path, look: Says) -> None:
    """Somebody changed the schedule after the plan was made: nothing is announced or sent."""
    keeps = replace(draft(), recipients=Kept(2))
    with applying(tmp_path, look) as (run, server):
        knowing(run.store)
        (outcome,) = carried_out(run, change(Action.MODIFY, ChangeBatch("1", "S1", keeps, SEND)))
        assert run.store.intents_of(CAMPAIGN) == ()
    assert (outcome.result, outcome.exit) == (Result.FAILED, Exit.STALE)
    assert {heard.method for heard in server.heard} == {"GET"}


def test_nothing_leaves_while_the_state_cannot_be_written(tmp_path: Path) -> None:
    """An intent that is not durable stops its write; every change says so, and none is in doubt."""
    full = [False]
    files = FailingFiles(When(lambda: full[0]))
    with applying(tmp_path, http(200, {"temp_id": 7}), files=files) as (run, server):
        full[0] = True
        outcomes = carried_out(run, SUBMIT, PLACE, change(Action.FORGET, closing=(Forgotten(CAMPAIGN),)))
        full[0] = False
    assert [outcome.result for outcome in outcomes] == [Result.FAILED] * 3
    assert {outcome.exit for outcome in outcomes} == {Exit.FAILED}
    assert server.heard == []


@pytest.mark.parametrize(
    ("what", "answer", "result", "words"),
    [
        (SUBMIT, http(200, {"temp_id": 4711}), Result.UNKNOWN, "4711"),
        (MOVE, http(200, {"schedule_id": "S1", "success_count": 2}), Result.FAILED, "S1"),
    ],
)
def test_an_answer_that_cannot_be_recorded_is_told_with_its_id(
    tmp_path: Path, what: Change, answer: Says, result: Result, words: str
) -> None:
    """The write acted and the disk is full: the id is told, so that a person can resolve it."""
    full, left = [True], list[Heard]()
    files = FailingFiles(When(lambda: full[0] and bool(left)))
    with applying(tmp_path, answer, files=files) as (run, server):
        server.heard = left
        knowing(run.store)
        (outcome,) = carried_out(run, what)
        full[0] = False
    assert outcome.result is result
    assert words in (outcome.trouble.message if outcome.trouble else "")


def test_what_cannot_be_expressed_has_failed_and_is_not_in_doubt(tmp_path: Path) -> None:
    """Half of a surrogate pair is no UTF-8: no byte leaves, and no intent stays open."""
    odd = Template("offer", TemplateType.NOTIFICATION, "\ud83d", OFFER.source)
    with applying(tmp_path, http(200, {"temp_id": 7})) as (run, server):
        (outcome,) = carried_out(run, change(Action.CREATE, SubmitTemplate(odd)))
        assert run.store.state.intents == ()
    assert (outcome.result, server.heard) == (Result.FAILED, [])


def test_who_asked_to_stop_has_nothing_written(tmp_path: Path) -> None:
    """After the wish to stop no request leaves, and the state is not even touched."""
    with applying(tmp_path, http(200, {"temp_id": 7})) as (run, server):
        run.stopping.set()
        outcomes = carried_out(run, SUBMIT, PLACE)
        assert not (tmp_path / "state.json.journal").exists()
    assert [outcome.result for outcome in outcomes] == [Result.SKIPPED] * 2
    assert server.heard == []


def test_a_bug_stops_everything_that_has_not_started(tmp_path: Path) -> None:
    """An error that nobody expects ends the apply; what waited is not started."""

    def bug() -> str:
        raise ZeroDivisionError

    with applying(tmp_path, http(200, {"temp_id": 7})) as (run, server):
        broken = replace(run, new_id=bug)
        with pytest.raises(ZeroDivisionError):
            carried_out(broken, SUBMIT, PLACE)
        assert run.stopping.is_set()
    assert server.heard == []


def answer(*refused: Recipient, code: str = "50024", id: str = "S9") -> Says:
    """What a POST or PUT of both people answers when JSMS refuses some of them."""
    failures = [
        {"error_code": code, "error_message": "no", "mobile": r.mobile.reveal(), "temp_para": {}}
        for r in refused
    ]
    counts = {"success_count": len(PEOPLE) - len(refused), "failure_count": len(refused)}
    return http(200, {"schedule_id": id, **counts, "failure_recipients": failures})


THREE = change(Action.CREATE, *(PlaceBatch(key, draft()) for key in "123"))


@pytest.mark.parametrize(
    ("most", "before", "allowed", "sent", "result"),
    [
        (None, 9, False, 3, Result.DONE),
        (3, 0, False, 3, Result.DONE),
        (2, 0, False, 3, Result.FAILED),
        (1, 0, False, 2, Result.FAILED),
        (0, 0, False, 1, Result.FAILED),
        (5, 5, False, 1, Result.FAILED),
        (0, 0, True, 3, Result.DONE),
    ],
)
def test_no_further_schedule_is_placed_once_jsms_refused_too_many(
    tmp_path: Path, most: int | None, before: int, allowed: bool, sent: int, result: Result
) -> None:
    """What is placed is recorded; the outcome has failed, and says what lifts the limit."""
    answers = [answer(PEOPLE[0], id=f"S{n}") for n in range(3)]
    with applying(tmp_path, *answers) as (run, server):
        run = replace(run, refusals=Refusals(most, frozenset({CAMPAIGN} if allowed else ())))
        plan = Plan(Origin("plan", NOW, "0", None, "lineage", 0, "sha256:0"), (THREE,))
        (outcome,) = apply(replace(plan, refused={CAMPAIGN: before}), run)
        assert len(server.heard) == sent
        assert outcome.result is result
        assert len(outcome.refused) == sent
        assert len(run.store.campaign(CAMPAIGN).batches) == sent
        assert run.store.state.intents == ()
    if outcome.trouble:
        assert outcome.trouble.code == "over-limit"
        assert "--allow over-limit=campaign.sale" in outcome.trouble.message


def test_a_change_goes_on_when_jsms_refuses_too_many(tmp_path: Path) -> None:
    """A campaign is not left half moved: only placing stops, and the outcome says why it has failed."""
    with applying(tmp_path, answer(PEOPLE[0], code="50009", id="S1")) as (run, server):
        knowing(run.store)
        run = replace(run, refusals=Refusals(0))
        run.refusals.count(CAMPAIGN, 1)
        (outcome,) = carried_out(run, MOVE)
        assert [heard.method for heard in server.heard] == ["PUT"]
        assert outcome.result is Result.FAILED
        assert run.store.campaign(CAMPAIGN).batches["1"].target.send_time == SEND + timedelta(hours=1)
        assert [refused.code for refused in outcome.refused] == [50009]
        (told,) = cast(list[dict[str, Any]], outcome_document(outcome)["refused"])
    message = "too many requests in a short time"
    assert told == {"code": 50009, "count": 1, "message": message, "recipients": ["199****5670"]}


def test_who_was_refused_before_is_no_reason_to_fail_a_change_that_refuses_nobody(tmp_path: Path) -> None:
    """The limit is told when it is reached, and in the plan that would place somebody else."""
    with applying(tmp_path, answer(id="S1")) as (run, _):
        knowing(run.store)
        run = replace(run, refusals=Refusals(0))
        run.refusals.start({CAMPAIGN: 7})
        assert [outcome.result for outcome in carried_out(run, MOVE)] == [Result.DONE]
