"""The writes of a template: POST, PUT and DELETE of one revision."""

from msgspec.structs import replace

from jsms_sync.applying.refresh import UNKNOWN_TEMPLATE, read_template
from jsms_sync.applying.run import Halted, Run, is_used
from jsms_sync.applying.writes import Write, carry_out
from jsms_sync.errors import ApiRefusal
from jsms_sync.kinds.template_wire import body, submission
from jsms_sync.model.decisions import Change, DeleteTemplate, ResubmitTemplate, SubmitTemplate
from jsms_sync.model.events import Event, Remembered, RevisionDropped, RevisionSet
from jsms_sync.model.observed import SeenTemplate
from jsms_sync.model.outcomes import StepResult
from jsms_sync.model.records import Audit, HistoryEntry, Intent, Revision, Submission

NOT_REJECTED = 50047
"""Only a rejected template may be changed; after a retried PUT that may be because the first one acted."""


def submit(run: Run, change: Change, step: SubmitTemplate) -> StepResult:
    """POST a new revision."""
    said = submission(step.template)

    def send() -> int:
        return run.client.templates.create(**body(said), before_attempt=run.check_wanted)

    def done(temp_id: int) -> tuple[Event, ...]:
        revision = Revision(temp_id, run.clock(), sent=said.text, remark=said.remark)
        return (RevisionSet(change.address, revision),)

    intent = _intent(run, change, "POST", submission=said)
    return carry_out(run, Write(intent, change.opening, run.check_wanted, send, done, id_of=lambda id: id))


def resubmit(run: Run, change: Change, step: ResubmitTemplate) -> StepResult:
    """PUT a rejected revision, which goes to its audit again under the same id."""
    said = submission(step.template)

    def send() -> None:
        run.client.templates.update(step.temp_id, **body(said), before_attempt=run.check_wanted)

    def done(_: None) -> tuple[Event, ...]:
        return (RevisionSet(change.address, _resubmitted(run, change, step.temp_id, said)),)

    def settle(refusal: ApiRefusal) -> tuple[Event, ...] | None:
        if refusal.number != NOT_REJECTED or not refusal.retried:
            return None
        seen = read_template(run.client, step.temp_id)
        acted = isinstance(seen, SeenTemplate) and seen.text == said.text
        return done(None) if acted else None

    intent = _intent(run, change, "PUT", remote_id=step.temp_id, submission=said)
    write = Write(intent, change.opening, run.check_wanted, send, done, lambda _: step.temp_id, settle)
    return carry_out(run, write)


def _resubmitted(run: Run, change: Change, temp_id: int, said: Submission) -> Revision:
    return replace(
        run.store.template(change.address).revisions[temp_id],
        sent=said.text,
        remark=said.remark,
        echo=None,
        status=Audit.AUDITING,
        refuse_reason=None,
        submitted_at=run.clock(),
    )


def delete(run: Run, change: Change, step: DeleteTemplate) -> StepResult:
    """DELETE one revision, unless a schedule that may still be sent needs it."""

    def check() -> None:
        run.check_wanted()
        used = is_used(run.store.state, step.temp_id, run.clock())
        if used and change.address not in run.allowed_in_use:
            raise Halted(f"a campaign still uses {step.temp_id}", code="template-in-use")

    def send() -> None:
        run.client.templates.delete(step.temp_id, before_attempt=run.check_wanted)

    def done(_: None) -> tuple[Event, ...]:
        entry = HistoryEntry(change.address, step.event, run.clock(), step.temp_id)
        return (RevisionDropped(change.address, step.temp_id), Remembered(entry))

    def settle(refusal: ApiRefusal) -> tuple[Event, ...] | None:
        return done(None) if refusal.number == UNKNOWN_TEMPLATE else None

    intent = _intent(run, change, "DELETE", remote_id=step.temp_id)
    return carry_out(run, Write(intent, (), check, send, done, lambda _: step.temp_id, settle))


def _intent(
    run: Run,
    change: Change,
    method: str,
    *,
    remote_id: int | None = None,
    submission: Submission | None = None,
) -> Intent:
    return Intent(
        run.new_id(),
        change.address,
        change.action.value,
        method,
        run.clock(),
        remote_id=remote_id,
        submission=submission,
    )
