"""The writes of a campaign: POST, PUT and DELETE of one schedule, each its own unit of intent and outcome."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from jsms_sync.api.replies import BatchReply
from jsms_sync.applying.forms import of_other_form
from jsms_sync.applying.recipients import check_file, recipients_of
from jsms_sync.applying.refresh import UNKNOWN_SCHEDULE, read_schedule
from jsms_sync.applying.run import LATEST, Halted, Run
from jsms_sync.applying.writes import Lesson, Write, carry_out
from jsms_sync.errors import ApiError, ApiRefusal
from jsms_sync.kinds import campaign_wire
from jsms_sync.model.decisions import (
    Action,
    Change,
    ChangeBatch,
    Draft,
    DropBatch,
    PlaceBatch,
)
from jsms_sync.model.digests import pack, unpack, without
from jsms_sync.model.events import BatchDropped, BatchSet, Event, Remembered
from jsms_sync.model.observed import Gone, ScheduleSeen, SeenSchedule, Unreadable
from jsms_sync.model.outcomes import RefusedRecipient, StepResult
from jsms_sync.model.records import DIGEST, Batch, Happened, HistoryEntry, Intent, Refused, Target
from jsms_sync.model.resources import Form, Recipient
from jsms_sync.model.wire import china_time

WRONG_STATUS = 50029
"""Sent already, or deleted (`jsms-api.md §2`)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What either form of a schedule answers; `counts_differ` says that refused entries could not be read.

    `refused` is for the record, `told` for people.
    """

    schedule_id: str
    refused: tuple[Refused, ...] = ()
    counts_differ: bool = False
    told: tuple[RefusedRecipient, ...] = ()


def place(run: Run, change: Change, step: PlaceBatch) -> StepResult:
    """POST a new schedule."""
    target, people = _target(run, step.draft), recipients_of(run, change, step.draft)

    def check() -> None:
        run.check_placing(step.draft)
        run.refusals.check(change.address)

    def send() -> Reply:
        return _noted(run, change, _post(run, step.draft, target, people, check))

    def done(reply: Reply) -> tuple[Event, ...]:
        batch = Batch(reply.schedule_id, _placed(run, target, reply), run.clock(), reply.refused)
        return (BatchSet(change.address, step.key, batch),)

    intent = _intent(run, change, "POST", step.key, target=target)
    write = Write(intent, change.opening, check, send, done, lambda r: r.schedule_id, refused=_told)
    return carry_out(run, write)


def _told(reply: Reply) -> tuple[RefusedRecipient, ...]:
    return reply.told


def _noted(run: Run, change: Change, reply: Reply) -> Reply:
    """The reply, after whom JSMS refused was counted for the campaign."""
    run.refusals.count(change.address, len(reply.told))
    return reply


def _post(
    run: Run, draft: Draft, target: Target, people: Sequence[Recipient], check: Callable[[], None]
) -> Reply:
    when, schedules = china_time(draft.send_time), run.client.schedules
    if draft.form is Form.SINGLE:
        (only,) = people
        return Reply(
            schedules.create(
                send_time=when,
                mobile=only.mobile,
                temp_id=target.temp_id,
                temp_para=only.params,
                sign_id=draft.sign_id,
                before_attempt=check,
            )
        )
    reply = schedules.create_batch(
        send_time=when,
        temp_id=target.temp_id,
        recipients=people,
        sign_id=draft.sign_id,
        tag=draft.tag,
        before_attempt=check,
    )
    return _batch_reply(run, people, reply)


def change_batch(run: Run, change: Change, step: ChangeBatch) -> StepResult:
    """PUT a pending schedule as a whole."""
    target, recorded = _target(run, step.draft), _recorded(run, change, step.key)
    people = recipients_of(run, change, step.draft, step.schedule_id)

    def check() -> None:
        run.check_changing(step.draft, step.send_time)

    def send() -> Reply:
        return _noted(run, change, _put(run, step, target, recorded, people))

    def done(reply: Reply) -> tuple[Event, ...]:
        batch = replace(
            recorded,
            target=_placed(run, target, reply),
            refused=_still_refused(recorded, target, reply),
            doubtful=False,
            form_assumed=False,
            shown_time=None,
            unseen=False,
        )
        return (BatchSet(change.address, step.key, batch),)

    def settle(refusal: ApiRefusal) -> tuple[Event, ...] | None:
        """After a retried PUT, 50029 may only mean that the first attempt acted and its time came."""
        if refusal.number != WRONG_STATUS or not refusal.retried:
            return None
        seen = read_schedule(run.client, step.schedule_id)
        acted = isinstance(seen, SeenSchedule) and _shows(seen, target)
        return done(Reply(step.schedule_id)) if acted else None

    def learn(refusal: ApiRefusal) -> Lesson | None:
        return of_other_form(run, change.address, step.key, recorded, refusal)

    intent = _intent(run, change, "PUT", step.key, remote_id=step.schedule_id, target=target)
    write = Write(intent, change.opening, check, send, done, lambda _: step.schedule_id, settle, _told, learn)
    return carry_out(run, write)


def _put(run: Run, step: ChangeBatch, target: Target, recorded: Batch, people: Sequence[Recipient]) -> Reply:
    draft, when, schedules = step.draft, china_time(step.draft.send_time), run.client.schedules

    def check() -> None:
        run.check_changing(draft, step.send_time)

    if draft.form is Form.SINGLE:
        (only,) = people
        schedules.update(
            step.schedule_id,
            send_time=when,
            mobile=only.mobile,
            temp_id=target.temp_id,
            temp_para=only.params,
            sign_id=draft.sign_id,
            before_attempt=check,
        )
        return Reply(step.schedule_id)
    reply = schedules.update_batch(
        step.schedule_id,
        send_time=when,
        temp_id=target.temp_id,
        recipients=people,
        sign_id=draft.sign_id,
        before_attempt=check,
    )
    return _batch_reply(run, people, reply)


def drop(run: Run, change: Change, step: DropBatch) -> StepResult:
    """DELETE a schedule; before a replacement only while the new one could still be placed."""

    def check() -> None:
        run.check_wanted()
        for placing in change.steps if change.action is Action.REPLACE else ():
            if isinstance(placing, PlaceBatch):
                run.check_changing(placing.draft, step.send_time)
                check_file(run, change, placing.draft)

    def send() -> None:
        run.client.schedules.delete(step.schedule_id, before_attempt=check)

    def done(_: None) -> tuple[Event, ...]:
        return (BatchDropped(change.address, step.key),)

    def settle(refusal: ApiRefusal) -> tuple[Event, ...] | None:
        if refusal.number not in (UNKNOWN_SCHEDULE, WRONG_STATUS):
            return None
        if step.send_time - run.clock() <= LATEST:
            # Whichever it says: once its time has come, by a clock a minute ahead, it may have been sent.
            return (*done(None), Remembered(_sent(run, change, step, step.send_time)))
        if refusal.number == UNKNOWN_SCHEDULE:
            return done(None)
        seen = read_schedule(run.client, step.schedule_id)
        if isinstance(seen, SeenSchedule) and seen.send_time - run.clock() <= LATEST:
            # Somebody moved it to an earlier time.
            return (*done(None), Remembered(_sent(run, change, step, seen.send_time)))
        return done(None) if isinstance(seen, Gone) else None

    intent = _intent(run, change, "DELETE", step.key, remote_id=step.schedule_id)
    return carry_out(
        run, Write(intent, change.opening, check, send, done, lambda _: step.schedule_id, settle)
    )


def _sent(run: Run, change: Change, step: DropBatch, at: datetime) -> HistoryEntry:
    return HistoryEntry(change.address, Happened.SENT, run.clock(), step.schedule_id, at)


def _target(run: Run, draft: Draft) -> Target:
    """What the schedule is meant to be; the reference to its template is resolved now, by the record."""
    if isinstance(draft.template, int):
        return campaign_wire.target(draft, draft.template, run.digester.key_id)
    record = run.store.template(draft.template)
    if record.serving is None:
        raise Halted(f"{draft.template} has no approved text", code="template-not-approved")
    return campaign_wire.target(draft, record.serving, run.digester.key_id)


def _recorded(run: Run, change: Change, key: str) -> Batch:
    return run.store.campaign(change.address).batches[key]


def _batch_reply(run: Run, sent: Sequence[Recipient], reply: BatchReply) -> Reply:
    refused = campaign_wire.refused(sent, reply.failures, run.digester)
    whole = reply.success_count + len(refused) == len(sent)
    told = tuple(RefusedRecipient(failure.mobile, failure.code) for failure in reply.failures)
    return Reply(reply.schedule_id, refused, not whole, told)


def _placed(run: Run, target: Target, reply: Reply) -> Target:
    """The target with those members who really are in the schedule; where the counts differ, it is read."""
    members = without(unpack(target.members), (refused.member[:DIGEST] for refused in reply.refused))
    seen = _read_back(run, reply.schedule_id) if reply.counts_differ else None
    if isinstance(seen, SeenSchedule):
        there = {run.digester.mobile(recipient.mobile) for recipient in seen.recipients}
        members = {mobile: params for mobile, params in members.items() if mobile in there}
    return replace(target, members=pack(members))


def _read_back(run: Run, schedule_id: str) -> ScheduleSeen:
    """What was just written; that it cannot be read takes nothing away from its id, which is known."""
    try:
        return read_schedule(run.client, schedule_id)
    except ApiError as error:
        return Unreadable(error.message)


def _still_refused(recorded: Batch, target: Target, reply: Reply) -> tuple[Refused, ...]:
    """The refusals of this answer, and the older ones of members that were not sent again."""
    if recorded.target.key_id != target.key_id:
        return reply.refused
    again = {mobile + params for mobile, params in unpack(target.members).items()}
    return (*(r for r in recorded.refused if r.member not in again), *reply.refused)


def _shows(seen: SeenSchedule, target: Target) -> bool:
    return (seen.send_time, seen.temp_id) == (target.send_time, target.temp_id)


def _intent(
    run: Run,
    change: Change,
    method: str,
    key: str,
    *,
    remote_id: str | None = None,
    target: Target | None = None,
) -> Intent:
    return Intent(
        run.new_id(),
        change.address,
        change.action.value,
        method,
        run.clock(),
        remote_id=remote_id,
        batch=key,
        target=target,
    )
