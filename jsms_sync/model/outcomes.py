"""What came of a change, and of each of its steps."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from jsms_sync.errors import Exit, JsmsSyncError
from jsms_sync.model.decisions import Action, Change
from jsms_sync.model.privacy import Mobile
from jsms_sync.model.resources import Address


class Result(StrEnum):
    """How a change ended; the worst of its steps."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNKNOWN = "unknown"


SEVERITY = (Result.DONE, Result.SKIPPED, Result.FAILED, Result.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a step did not end well; `number` is JSMS's code where there is one."""

    code: str
    message: str
    help: str = ""
    number: int | None = None
    http_status: int | None = None
    exit: Exit = Exit.FAILED

    @classmethod
    def of(cls, error: JsmsSyncError) -> "Trouble":
        """The trouble that the error tells of."""
        number = getattr(error, "number", None)
        return cls(
            error.code,
            error.message,
            error.help,
            number,
            getattr(error, "http_status", None),
            error.exit,
        )


@dataclass(frozen=True, slots=True)
class RefusedRecipient:
    """A recipient whom JSMS refused while it took the others, and its code (`jsms-api.md §4.2`)."""

    mobile: Mobile
    code: int


@dataclass(frozen=True, slots=True)
class StepResult:
    """What came of one step."""

    result: Result
    remote_id: int | str | None = None
    trouble: Trouble | None = None
    refused: tuple[RefusedRecipient, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one change."""

    address: Address
    action: Action
    result: Result
    remote_id: int | str | None = None
    trouble: Trouble | None = None
    refused: tuple[RefusedRecipient, ...] = ()

    @property
    def exit(self) -> Exit:
        """The exit code that this outcome asks for."""
        match self.result:
            case Result.UNKNOWN:
                return Exit.UNKNOWN
            case Result.FAILED:
                return self.trouble.exit if self.trouble else Exit.FAILED
            case Result.SKIPPED:
                return Exit.FAILED
            case _:
                return Exit.DONE


def outcome_of(change: Change, results: Iterable[StepResult]) -> Outcome:
    """The outcome of a change from those of its steps: the worst counts."""
    steps = list(results)
    worst = max((step.result for step in steps), key=SEVERITY.index, default=Result.DONE)
    trouble = next((step.trouble for step in steps if step.result is worst and step.trouble), None)
    ids = [step.remote_id for step in steps if step.remote_id is not None]
    remote_id = ids[0] if len(ids) == 1 else change.remote_id
    refused = tuple(each for step in steps for each in step.refused)
    return Outcome(change.address, change.action, worst, remote_id, trouble, refused)
