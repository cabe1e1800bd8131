"""What came of a change, from what came of its steps."""

import pytest

from jsms_sync.errors import ApiRefusal, Exit, MissingCredentials, Stale
from jsms_sync.model.decisions import Action, Change, Reason
from jsms_sync.model.outcomes import Outcome, Result, StepResult, Trouble, outcome_of
from jsms_sync.model.resources import Address

WHERE = Address("campaign.c")
CHANGE = Change(WHERE, Action.MODIFY, Reason.DEFINITION_CHANGED, remote_id="s1")
TROUBLE = Trouble("api-refusal", "no money")
DONE, SKIPPED = StepResult(Result.DONE, "s2"), StepResult(Result.SKIPPED)
FAILED, UNKNOWN = StepResult(Result.FAILED, trouble=TROUBLE), StepResult(Result.UNKNOWN)


@pytest.mark.parametrize(
    ("steps", "result", "remote_id", "trouble"),
    [
        ([], Result.DONE, "s1", None),
        ([DONE], Result.DONE, "s2", None),
        ([DONE, DONE], Result.DONE, "s1", None),
        ([DONE, SKIPPED], Result.SKIPPED, "s2", None),
        ([FAILED, SKIPPED, DONE], Result.FAILED, "s2", TROUBLE),
        ([FAILED, UNKNOWN], Result.UNKNOWN, "s1", None),
        ([StepResult(Result.FAILED), FAILED], Result.FAILED, "s1", TROUBLE),
    ],
)
def test_the_worst_step_counts(
    steps: list[StepResult], result: Result, remote_id: str, trouble: Trouble | None
) -> None:
    """With the trouble of such a step, and the id where there is just one."""
    assert outcome_of(CHANGE, steps) == Outcome(WHERE, Action.MODIFY, result, remote_id, trouble)


@pytest.mark.parametrize(
    ("result", "trouble", "exit"),
    [
        (Result.DONE, None, Exit.DONE),
        (Result.SKIPPED, TROUBLE, Exit.FAILED),
        (Result.UNKNOWN, TROUBLE, Exit.UNKNOWN),
        (Result.FAILED, None, Exit.FAILED),
        (Result.FAILED, TROUBLE, Exit.FAILED),
        (Result.FAILED, Trouble.of(MissingCredentials("no key")), Exit.CREDENTIALS),
        (Result.FAILED, Trouble.of(Stale("another file")), Exit.STALE),
    ],
)
def test_each_outcome_asks_for_its_exit_code(result: Result, trouble: Trouble | None, exit: Exit) -> None:
    """Done is 0, unknown is 8, and a failure is what its error says."""
    assert Outcome(WHERE, Action.CREATE, result, trouble=trouble).exit is exit


def test_trouble_tells_what_the_error_told() -> None:
    """The code, the message, the help, and JSMS's number and status where there are such."""
    error = ApiRefusal(50014, 403, "no money", help="top it up")
    assert Trouble.of(error) == Trouble("api-refusal", "no money", "top it up", 50014, 403)
    assert Trouble.of(Stale("old", help="plan again")) == Trouble(
        "stale", "old", "plan again", exit=Exit.STALE
    )
