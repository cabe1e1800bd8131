"""Apply: carry out a plan stage by stage, in parallel inside a stage, and tell each outcome as it comes."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from itertools import groupby

from jsms_sync.applying import campaigns, templates
from jsms_sync.applying.refresh import Told
from jsms_sync.applying.run import CANCELLED, Halted, Run
from jsms_sync.errors import JsmsSyncError
from jsms_sync.kinds.campaign_stop import cancelled
from jsms_sync.model.decisions import (
    Action,
    Change,
    ChangeBatch,
    DeleteTemplate,
    DropBatch,
    PlaceBatch,
    ResubmitTemplate,
    Step,
    SubmitTemplate,
)
from jsms_sync.model.events import Event, Forgotten, Moved
from jsms_sync.model.outcomes import Outcome, Result, StepResult, Trouble, outcome_of
from jsms_sync.model.records import Happened
from jsms_sync.model.resources import kind_of
from jsms_sync.model.stop import Stopped
from jsms_sync.planning.order import stage_of
from jsms_sync.planning.plan import Plan

SAME = "and this may be the same campaign under another name"
"""Why no campaign is created beside one that was not deleted in time (promise 10)."""
Job = tuple[int, Step]
"""A step, and the place of its change in the stage."""


def apply(plan: Plan, run: Run) -> Iterator[Outcome]:
    """Carries the plan out and yields one outcome per change, every one of them recorded before.

    One failing change never stops independent ones; what depends on it is skipped (promise 10).
    """
    if plan.events:
        run.store.commit(*plan.events)
    run.refusals.start(plan.refused)
    former = {event.to: event.address for event in plan.events if isinstance(event, Moved)}
    run = replace(run, former=former)
    stepped = _counted(run.told, sum(len(change.steps) for change in plan.changes))
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(run.parallelism) as pool:
        try:
            for _, stage in groupby(plan.changes, key=stage_of):
                for outcome in _stage(tuple(stage), tuple(outcomes), run, pool, stepped):
                    outcomes.append(outcome)
                    yield outcome
        except BaseException:
            # What waits in the pool must not start once the state cannot be trusted to be written.
            run.stopping.set()
            raise


def _counted(told: Told, of: int) -> Callable[[int], None]:
    """Counts steps that ended, and tells how many they are by now."""
    done = 0

    def stepped(more: int) -> None:
        nonlocal done
        done += more
        told(done, of)

    return stepped


def _stage(
    changes: tuple[Change, ...],
    before: tuple[Outcome, ...],
    run: Run,
    pool: ThreadPoolExecutor,
    stepped: Callable[[int], None],
) -> Iterator[Outcome]:
    """The outcomes of one stage; a replaced schedule goes before its successor is placed (promise 4)."""
    results: dict[int, list[StepResult]] = {}
    for number, change in enumerate(changes):
        results[number] = _skipped(change, before, run)
        if len(results[number]) == len(change.steps):
            stepped(len(change.steps))
            yield _finished(change, results[number], run)
    jobs = [(n, step) for n, change in enumerate(changes) for step in change.steps if not results[n]]
    first = [(n, step) for n, step in jobs if _goes_first(changes[n], step)]
    rest = [(n, step) for n, step in jobs if not _goes_first(changes[n], step)]
    for phase in (first, rest):
        for number, result in _run(phase, changes, results, run, pool):
            results[number].append(result)
            stepped(1)
            if len(results[number]) == len(changes[number].steps):
                yield _finished(changes[number], results[number], run)


def _goes_first(change: Change, step: Step) -> bool:
    return change.action is Action.REPLACE and isinstance(step, DropBatch)


def _run(
    jobs: Iterable[Job],
    changes: tuple[Change, ...],
    results: dict[int, list[StepResult]],
    run: Run,
    pool: ThreadPoolExecutor,
) -> Iterator[tuple[int, StepResult]]:
    """The results of the jobs as they come; one whose change went wrong in an earlier phase is skipped."""
    futures = {}
    for number, step in jobs:
        if all(earlier.result is Result.DONE for earlier in results[number]):
            futures[pool.submit(_step, run, changes[number], step)] = number
        else:
            yield number, StepResult(Result.SKIPPED)
    for future in as_completed(futures):
        yield futures[future], future.result()


def _step(run: Run, change: Change, step: Step) -> StepResult:
    try:
        match step:
            case SubmitTemplate():
                return templates.submit(run, change, step)
            case ResubmitTemplate():
                return templates.resubmit(run, change, step)
            case DeleteTemplate():
                return templates.delete(run, change, step)
            case PlaceBatch():
                return campaigns.place(run.on(change.address), change, step)
            case ChangeBatch():
                return campaigns.change_batch(run.on(change.address), change, step)
            case DropBatch():
                return campaigns.drop(run.on(change.address), change, step)
    except Halted as halted:
        return StepResult(Result.SKIPPED, trouble=Trouble.of(halted))
    except JsmsSyncError as error:
        # The state could not be written, so nothing left; every other step finds that out for itself.
        return StepResult(Result.FAILED, trouble=Trouble.of(error))


def _skipped(change: Change, before: tuple[Outcome, ...], run: Run) -> list[StepResult]:
    """A skip for each step of a change that depends on an outcome which is not there."""
    why = _why_skipped(change, [outcome for outcome in before if outcome.result is not Result.DONE])
    why = why or _why_unready(change, before)
    why = why or _why_too_late(change, before, run)
    trouble = Trouble("dependency-failed", why) if why else None
    return [StepResult(Result.SKIPPED, trouble=trouble) for _ in change.steps] if trouble else []


def _why_skipped(change: Change, bad: list[Outcome]) -> str:
    if any(outcome.address == change.address for outcome in bad):
        return f"an earlier change of {change.address} was not done"
    undeleted = [o.address for o in bad if kind_of(o.address) == "campaign" and o.action is Action.DELETE]
    if undeleted and kind_of(change.address) == "campaign" and change.action is Action.CREATE:
        return f"{undeleted[0]} could not be deleted, {SAME}"
    return ""


def _why_unready(change: Change, before: tuple[Outcome, ...]) -> str:
    """What is left out of this run has not been done, either."""
    done = {outcome.address for outcome in before if outcome.result is Result.DONE}
    done -= {outcome.address for outcome in before if outcome.result is not Result.DONE}
    waits_for = next((address for address in change.depends_on if address not in done), None)
    return f"{waits_for} was not changed, so that it still has people of this one" if waits_for else ""


def _why_too_late(change: Change, before: tuple[Outcome, ...], run: Run) -> str:
    """A campaign that was sent before this run could delete it is not placed again under another name."""
    deleted = {o.address for o in before if kind_of(o.address) == "campaign" and o.action is Action.DELETE}
    if not deleted or kind_of(change.address) != "campaign" or change.action is not Action.CREATE:
        return ""
    history = (entry for entry in run.store.state.history if entry.event is Happened.SENT)
    sent = next((entry.address for entry in history if entry.address in deleted), None)
    return f"{sent} was sent before it could be deleted, {SAME}" if sent else ""


def _finished(change: Change, results: list[StepResult], run: Run) -> Outcome:
    """The change's outcome, with what is recorded once all of it is done."""
    outcome = outcome_of(change, results)
    try:
        run.store.commit(*_afterwards(change, outcome, run), *_stopped(change, results, run))
    except JsmsSyncError as error:
        return replace(outcome, result=Result.FAILED, trouble=Trouble.of(error))
    return _judged(outcome, run)


def _judged(outcome: Outcome, run: Run) -> Outcome:
    """The outcome, failed once JSMS refused more recipients in this run than it may."""
    if outcome.result not in (Result.DONE, Result.SKIPPED) or not outcome.refused:
        return outcome
    try:
        run.refusals.check(outcome.address)
    except Halted as halted:
        return replace(outcome, result=Result.FAILED, trouble=Trouble.of(halted))
    return outcome


def _afterwards(change: Change, outcome: Outcome, run: Run) -> tuple[Event, ...]:
    if outcome.result is Result.DONE:
        return change.closing
    empty = change.action is Action.CREATE and _is_empty(run, change)
    return (Forgotten(change.address),) if empty else ()


def _stopped(change: Change, results: list[StepResult], run: Run) -> tuple[Event, ...]:
    """What records that `cancel` stopped the campaign: its mark need not name what nobody could know of."""
    if not any(result.trouble and result.trouble.code == CANCELLED for result in results):
        return ()
    return tuple(cancelled(run.store.state, change.address, Stopped(run.clock())))


def _is_empty(run: Run, change: Change) -> bool:
    """Whether an address was recorded and nothing came of it, so that nothing needs to be remembered."""
    if change.address not in run.store.state.resources:
        return False
    template, campaign = run.store.template(change.address), run.store.campaign(change.address)
    held = template.revisions or campaign.batches or campaign.cancelled
    return not held and not run.store.intents_of(change.address)
