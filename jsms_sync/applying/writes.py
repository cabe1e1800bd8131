"""One write, from announcement to record: the intent is durable before the bytes leave (promise 2)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from jsms_sync.applying.run import Halted, Run
from jsms_sync.errors import ApiRefusal, InDoubt, JsmsSyncError, OperationFailed
from jsms_sync.model.events import Event, IntentClosed, IntentOpened
from jsms_sync.model.outcomes import RefusedRecipient, Result, StepResult, Trouble
from jsms_sync.model.records import Intent

T = TypeVar("T")


def _never(_: ApiRefusal) -> tuple[Event, ...] | None:
    return None


def _nothing(_: ApiRefusal) -> None:
    return None


def _nobody(_: object) -> tuple[RefusedRecipient, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a refusal tells beside that nothing was done: what is recorded, and how people are told."""

    events: tuple[Event, ...]
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Write(Generic[T]):
    """A request and what its outcome means.

    `check` is asked before anything is announced, `done` turns the answer into what is recorded, `id_of` into
    the id to report, `settle` a refusal into what is recorded when it means that the work is done, `learn`
    any other refusal into what it tells, and `refused` the answer into whom JSMS refused while it took the
    others.
    """

    intent: Intent
    opening: tuple[Event, ...]
    check: Callable[[], None]
    send: Callable[[], T]
    done: Callable[[T], tuple[Event, ...]]
    id_of: Callable[[T], int | str | None]
    settle: Callable[[ApiRefusal], tuple[Event, ...] | None] = _never
    refused: Callable[[T], tuple[RefusedRecipient, ...]] = _nobody
    learn: Callable[[ApiRefusal], Lesson | None] = _nothing


def carry_out(run: Run, write: Write[T]) -> StepResult:
    """The result of the write; whatever it is, the state tells the truth about it when this returns."""
    try:
        write.check()
    except Halted as halted:
        return StepResult(Result.SKIPPED, trouble=Trouble.of(halted))
    run.store.commit(*write.opening, IntentOpened(write.intent))
    try:
        reply = write.send()
    except ApiRefusal as refusal:
        return _refused(run, write, refusal)
    except InDoubt as doubt:
        return _in_doubt(write.intent, doubt)
    except JsmsSyncError as error:
        # Halted, not sent, or not even expressible: in any case no byte has left.
        run.store.commit(IntentClosed(write.intent.id))
        result = Result.SKIPPED if isinstance(error, Halted) else Result.FAILED
        return StepResult(result, trouble=Trouble.of(error))
    return _recorded(run, write, reply)


def _refused(run: Run, write: Write[T], refusal: ApiRefusal) -> StepResult:
    closed = IntentClosed(write.intent.id)
    try:
        settled = write.settle(refusal)
        lesson = write.learn(refusal) if settled is None else None
    except JsmsSyncError as error:
        # The intent stays open: the next look settles it.
        return StepResult(Result.FAILED, trouble=Trouble.of(error))
    if settled is None:
        lesson = lesson or Lesson((), Trouble.of(refusal))
        run.store.commit(*lesson.events, closed)
        return StepResult(Result.FAILED, trouble=lesson.trouble)
    run.store.commit(*settled, closed)
    return StepResult(Result.DONE, write.intent.remote_id)


def _in_doubt(intent: Intent, doubt: InDoubt) -> StepResult:
    """Only a POST needs a person; PUT and DELETE intents settle themselves at the next look."""
    if intent.creates:
        return StepResult(Result.UNKNOWN, trouble=Trouble.of(doubt))
    return StepResult(Result.FAILED, intent.remote_id, Trouble.of(doubt))


def _recorded(run: Run, write: Write[T], reply: T) -> StepResult:
    """Done, unless the state cannot be written: then a new id is told, and its intent may stay open."""
    remote_id = write.id_of(reply)
    try:
        run.store.commit(*write.done(reply), IntentClosed(write.intent.id))
    except JsmsSyncError as error:
        trouble = Trouble.of(_unrecorded(write.intent, remote_id, error))
        result = Result.UNKNOWN if write.intent.creates else Result.FAILED
        return StepResult(result, remote_id, trouble, write.refused(reply))
    return StepResult(Result.DONE, remote_id, refused=write.refused(reply))


def _unrecorded(intent: Intent, remote_id: int | str | None, error: JsmsSyncError) -> OperationFailed:
    what = f"{intent.address}: {intent.method} was done at JSMS ({remote_id}), but that was not recorded"
    help = f"Once the state can be written: `jsms-sync resolve {intent.address} --created {remote_id}`."
    return OperationFailed(f"{what}: {error.message}", help=help if intent.creates else "")
