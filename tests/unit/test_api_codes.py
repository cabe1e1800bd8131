"""The table of return codes, for people, and the classes that they become as errors."""

import re

import pytest

from jsms_sync import errors
from jsms_sync.api import CLASSES, CODES, InsufficientBalance, explain
from jsms_sync.api.refusals import refusal
from jsms_sync.errors import ApiRefusal, Exit

UNLISTED = {50032, *range(50048, 50052), *range(50055, 50101)}


def test_every_documented_code_is_there() -> None:
    """50000 to 50054 and 50101 to 50105, but for the gaps of `jsms-api.md §2`."""
    assert set(CODES) == set(range(50000, 50106)) - UNLISTED
    assert all(number == code.number for number, code in CODES.items())


@pytest.mark.parametrize(
    ("number", "http_status", "message"),
    [
        (50000, 200, "success"),
        (50001, 400, "missing auth"),
        (50002, 401, "auth failed"),
        (50005, 400, "missing temp_id"),
        (50013, 403, "invalid temp_id"),
        (50016, 404, "api not found"),
        (50017, 415, "media not supported"),
        (50018, 405, "request method not support"),
        (50019, 500, "server error"),
        (50028, 403, "invalid schedule_id"),
        (50047, 403, "modify template not allow"),
        (50053, 403, "special template parameter need extra remark for confirmation"),
        (50105, 403, "default signature cannot be deleted"),
    ],
)
def test_the_table_is_that_of_the_documents(number: int, http_status: int, message: str) -> None:
    """Status and message are JSMS's own."""
    assert (explain(number).http_status, explain(number).message) == (http_status, message)


@pytest.mark.parametrize("code", [code for code in CODES.values() if code.number != 50000], ids=str)
def test_every_code_says_what_it_means_and_what_to_do(code: object) -> None:
    """Both are there, in plain words."""
    entry = explain(int(re.findall(r"\d+", str(code))[0]))
    assert entry.meaning
    assert entry.meaning[0].islower()
    assert entry.help.endswith(".")


@pytest.mark.parametrize("number", [50032, 59999, 0, -1])
def test_an_unknown_code_is_explained_as_such(number: int) -> None:
    """Codes that came after the documents are expected."""
    assert explain(number).number == number
    assert "not documented" in explain(number).meaning
    assert explain(number).http_status is None


def test_every_refusal_has_a_class_and_every_class_a_refusal() -> None:
    """All documented codes but success and 50019, which comes with HTTP 500 and leaves a doubt."""
    assert set(CLASSES) == set(CODES) - {50000, 50019}
    family = {
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ApiRefusal)
    }
    assert set(CLASSES.values()) == family - {ApiRefusal}


@pytest.mark.parametrize("number", [*CODES, 50032, 59999, 0, -1])
def test_a_refusal_is_found_by_its_number(number: int) -> None:
    """Every number, documented or not, becomes an ApiRefusal that says what, where and what next."""
    error = refusal(number, 403, "GET /x")
    assert type(error) is CLASSES.get(number, ApiRefusal)
    assert (error.number, error.http_status, error.retried) == (number, 403, False)
    assert str(error) == f"JSMS {number}: {explain(number).meaning} (GET /x, HTTP 403)"
    assert error.help == explain(number).help


@pytest.mark.parametrize("number", CLASSES)
def test_only_credentials_have_an_exit_code_of_their_own(number: int) -> None:
    """The exit codes are those of the contract: 9 for credentials, 1 for every other refusal."""
    credentials = number in (50001, 50002, 50008, 50035, 50036)
    error = refusal(number, 403, "GET /x")
    assert error.exit is (Exit.CREDENTIALS if credentials else Exit.FAILED)
    assert error.code == ("credentials-refused" if credentials else "api-refusal")


def test_money_can_be_caught_as_such() -> None:
    """The example of the module: one class for one thing to do."""
    with pytest.raises(InsufficientBalance):
        raise refusal(50014, 403, "POST /messages")
