"""The taped wire format of every endpoint, played back without a network."""

from pathlib import Path

import pytest
from cassettes import APP, DEVELOPER, EXCHANGES, FOLDER, ID, RECIPIENTS, leaks, masked, tape

from jsms_sync.api import (
    Balance,
    BatchReply,
    Client,
    Failure,
    MessagesReply,
    Reply,
    Report,
    Schedule,
    ScheduleRecipient,
    Sent,
    Signature,
    Template,
    Verification,
    explain,
)
from jsms_sync.errors import UnknownResource
from jsms_sync.model.privacy import Mobile

MASKED = Mobile("199****5678")
FAILURE = Failure(50006, "the phone number is not valid", Mobile("199****5679"), RECIPIENTS[1].params)
VALUES = {
    "codes-send": "288193860302",
    "codes-send-voice": "288193860302",
    "codes-verify": Verification(True),
    "codes-verify-wrong": Verification(False, explain(50010)),
    "messages-send": "288193860302",
    "messages-send-batch": MessagesReply(
        1, 1, (Sent("274887115920", MASKED), Sent("275421247364", FAILURE.mobile, FAILURE))
    ),
    "sign-create": 37582,
    "sign-update": None,
    "sign-get": Signature(37582, "极光", 1, True, True),
    "sign-delete": None,
    "report": (Report("88235123435", MASKED, "1575015093000", 4001),),
    "reply": (Reply(MASKED, "1575015093000", "TD"),),
    "template-create": 37582,
    "template-update": None,
    "template-get": Template(37582, "您好，您的验证码是{{code}}，2分钟内有效！", 1, 120, None, 1),
    "template-delete": None,
    "schedule-create": ID,
    "schedule-create-batch": BatchReply(ID, 1, 1, (FAILURE,)),
    "schedule-update": None,
    "schedule-update-batch": BatchReply(ID, 1, 1, (FAILURE,)),
    "schedule-get": Schedule(
        ID,
        "2027-03-01 10:00:00",
        1250,
        (ScheduleRecipient("274887115920", MASKED, RECIPIENTS[0].params),),
    ),
    "schedule-delete": None,
    "account-app": Balance(1, 22, 44, 14),
    "account-dev": Balance(9, 702, 121981, 11683),
}


@pytest.mark.parametrize("name", VALUES)
def test_the_tape_plays(name: str) -> None:
    """Each call makes the taped request, to the byte of its body, and reads the taped answer."""
    with tape("none").use_cassette(name) as cassette, Client(APP, developer=DEVELOPER) as client:
        assert EXCHANGES[name][0](client) == VALUES[name]
        assert cassette.all_played


def test_the_tape_of_a_refusal_plays() -> None:
    """The error body that was captured in the wild (`jsms-api.md §1.1`) is a refusal."""
    with (
        tape("none").use_cassette("template-get-unknown"),
        Client(APP) as client,
        pytest.raises(UnknownResource) as caught,
    ):
        EXCHANGES["template-get-unknown"][0](client)
    assert caught.value.number == 50013


def test_every_tape_is_used() -> None:
    """There is a tape for each exchange, and no other."""
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(EXCHANGES)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_tape_holds_anything_private(path: Path) -> None:
    """No credentials, no Basic header and no whole number were recorded."""
    assert leaks(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        f"secret: {APP.secret.reveal()}",
        f"- {APP.key}",
        "Authorization: [REDACTED]",
        "- basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        '"mobile":"19912345678"',
        "+8619912345678"[3:],
        "110101199003078515",
        "11010119900307851X",
        "91110000600037341L",
        "张三",
    ],
)
def test_the_guard_of_the_tapes_sees_what_it_should(text: str) -> None:
    """A planted secret, header or number is found."""
    assert leaks(text)


def test_numbers_are_masked_and_ids_are_not() -> None:
    """A message id is longer than a number and stays as it is."""
    assert masked('"19912345678" "274887115920" "1250"') == '"199****5678" "274887115920" "1250"'
