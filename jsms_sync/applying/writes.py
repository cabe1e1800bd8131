"""One write, from announcement to record: the intent is durable before the bytes leave (promise 2)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from jsms_sync.applying.run import Halted, Run
from jsms_sync.errors import ApiRefusal, InDoubt, JsmsSyncError, NotSent, OperationFailed
from jsms_sync.model.events import Event, IntentClosed, IntentOpened
from jsms_sync.model.outcomes import Result, StepResult, Trouble
from jsms_sync.model.records import Intent

T = TypeVar("T")


def _never(_: ApiRefusal) -> tuple[Event, ...] | None:
    return None


@dataclass(frozen=True, slots=True)
class Write(Generic[T]):
    """A request and what its outcome means.

    `check` is asked before anything is announced, `done` turns the answer into what is recorded, `id_of` into
    the id to report, and `settle` a refusal into what is recorded when it means that the work is done.
    """

    intent: Intent
    opening: tuple[Event, ...]
    check: Callable[[], None]
    send: Callable[[], T]
    done: Callable[[T], tuple[Event, ...]]
    id_of: Callable[[T], int | str | None]
    settle: Callable[[ApiRefusal], tuple[Event, ...] | None] = _never


def carry_out(run: Run, write: Write[T]) -> StepResult:
    """The result of the write; whatever it is, the state tells the truth about it when this returns."""
    closed = IntentClosed(write.intent.id)
    try:
        write.check()
        run.store.commit(*write.opening, IntentOpened(write.intent))
        reply = write.send()
    except Halted as halted:
        run.store.commit(closed)
        return StepResult(Result.SKIPPED, trouble=Trouble.of(halted))
    except ApiRefusal as refusal:
        return _refused(run, write, refusal)
    except NotSent as error:
        run.store.commit(closed)
        return StepResult(Result.FAILED, trouble=Trouble.of(error))
    except InDoubt as doubt:
        return _in_doubt(write.intent, doubt)
    remote_id = write.id_of(reply)
    _record(run, write, (*write.done(reply), closed), remote_id)
    return StepResult(Result.DONE, remote_id)


def _refused(run: Run, write: Write[T], refusal: ApiRefusal) -> StepResult:
    closed = IntentClosed(write.intent.id)
    try:
        settled = write.settle(refusal)
    except JsmsSyncError as error:
        # The intent stays open: the next look settles it.
        return StepResult(Result.FAILED, trouble=Trouble.of(error))
    if settled is None:
        run.store.commit(closed)
        return StepResult(Result.FAILED, trouble=Trouble.of(refusal))
    run.store.commit(*settled, closed)
    return StepResult(Result.DONE, write.intent.remote_id)


def _in_doubt(intent: Intent, doubt: InDoubt) -> StepResult:
    """Only a POST needs a person; PUT and DELETE intents settle themselves at the next look."""
    if intent.creates:
        return StepResult(Result.UNKNOWN, trouble=Trouble.of(doubt))
    return StepResult(Result.FAILED, intent.remote_id, Trouble.of(doubt))


def _record(run: Run, write: Write[T], events: tuple[Event, ...], remote_id: int | str | None) -> None:
    try:
        run.store.commit(*events)
    except JsmsSyncError as error:
        raise OperationFailed(
            f"{write.intent.address} is {remote_id} at JSMS, but that was not recorded: {error.message}",
            help="Keep this id; once the state can be written, run "
            f"`jsms-sync resolve {write.intent.address} --created {remote_id}`.",
        ) from error
