"""Pushed callbacks: only those of JSMS, as values."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jsms_sync.api import (
    Credentials,
    Event,
    InvalidCallback,
    Mobile,
    Reply,
    Report,
    Secret,
    SignatureAudited,
    TemplateAudited,
    UnknownContent,
    echo,
    is_signed,
    read_callback,
    signature_of,
)

SAMPLE = Credentials("dev_sample_appKey", Secret("dev_sample_appMasterSecret"))
NONCE, TIMESTAMP = "7659972084945889195", "1492150740274"
SIGNATURE = "57858e063e5a802e09f7e87169b587701537d4d9"
SIGNED_AT = datetime(2017, 4, 14, 6, 19, 0, 274000, tzinfo=UTC)
REPORT = {"msgId": "1857496", "phone": "13000000000", "receiveTime": 1492150740292, "status": 4001}


def form(type: str = "SMS_REPORT", data: object = REPORT, **changed: str) -> bytes:
    """The body of a callback that carries the signature of the vector."""
    said = {"nonce": NONCE, "timestamp": TIMESTAMP, "signature": SIGNATURE, "type": type}
    return urlencode(said | {"data": json.dumps(data, ensure_ascii=False)} | changed).encode()


def test_the_vector_verifies() -> None:
    """The vector of `jsms-api.md §8.2`."""
    assert signature_of(SAMPLE, NONCE, TIMESTAMP) == SIGNATURE
    assert is_signed({"nonce": NONCE, "timestamp": TIMESTAMP, "signature": SIGNATURE}, SAMPLE)


@pytest.mark.parametrize(
    ("type", "data", "content"),
    [
        ("SMS_REPORT", REPORT, Report("1857496", Mobile("13000000000"), "1492150740292", 4001)),
        (
            "SMS_REPORT",
            REPORT | {"msgId": 1857496, "receiveTime": "2017-04-14 14:19:00"},
            Report("1857496", Mobile("13000000000"), "2017-04-14 14:19:00", 4001),
        ),
        (
            "SMS_REPLY",
            {"phone": "13000000000", "replyTime": 1492150740292, "content": "TD"},
            Reply(Mobile("13000000000"), "1492150740292", "TD"),
        ),
        (
            "SMS_TEMPLATE",
            {"tempId": 57496, "status": 1, "refuseReason": None},
            TemplateAudited(57496, 1, None),
        ),
        (
            "SMS_TEMPLATE",
            {"tempId": "57496", "status": "2", "refuseReason": "含营销"},
            TemplateAudited(57496, 2, "含营销"),
        ),
        ("SMS_SIGN", {"signId": 123, "status": 1}, SignatureAudited(123, 1, None)),
        ("SMS_SIGN", {"signId": 123, "status": 2, "refuseReason": ""}, SignatureAudited(123, 2, None)),
        ("SMS_LATER", {"x": 1}, UnknownContent({"x": "1"})),
        ("SMS_LATER", [], UnknownContent([])),
    ],
)
def test_every_type_is_read(type: str, data: object, content: object) -> None:
    """The test payloads of the console, with the types that were seen in the wild; later types are kept."""
    assert read_callback(form(type, data), SAMPLE) == Event(type, NONCE, SIGNED_AT, content)  # type: ignore[arg-type]  # any content


def test_a_negative_nonce_is_one() -> None:
    """Java's nextLong may be negative (`jsms-api.md §8.2`)."""
    signature = signature_of(SAMPLE, "-5", TIMESTAMP)
    assert read_callback(form(nonce="-5", signature=signature), SAMPLE).nonce == "-5"


@pytest.mark.parametrize(
    "changed",
    [
        {"nonce": "7659972084945889196"},
        {"timestamp": "1492150740275"},
        {"signature": SIGNATURE.upper()},
        {"signature": SIGNATURE[:-1]},
        {"signature": "签名"},
        {"nonce": NONCE + "&timestamp=1"},
        {"nonce": "１２３"},
        {"timestamp": "-1"},
    ],
)
def test_what_was_not_signed_by_jsms_is_refused(changed: dict[str, str]) -> None:
    """Every part counts, and the secret of another app is another secret."""
    with pytest.raises(InvalidCallback, match="signature") as caught:
        read_callback(form(**changed), SAMPLE)
    assert SAMPLE.secret.reveal() not in caught.value.message + caught.value.help
    with pytest.raises(InvalidCallback):
        read_callback(form(), Credentials(SAMPLE.key, Secret("another")))


@pytest.mark.parametrize("away", [timedelta(hours=14), timedelta(hours=-14), timedelta(0)])
def test_a_callback_inside_the_window_is_taken(away: timedelta) -> None:
    """Late retries and a clock that is ahead are inside a wide window."""
    event = read_callback(form(), SAMPLE, now=SIGNED_AT + away, window=timedelta(hours=14))
    assert event.sent_at == SIGNED_AT


@pytest.mark.parametrize("away", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_a_callback_outside_the_window_is_refused(away: timedelta) -> None:
    """A recorded callback cannot be played again for ever."""
    with pytest.raises(InvalidCallback, match="outside the accepted window"):
        read_callback(form(), SAMPLE, now=SIGNED_AT + away, window=timedelta(minutes=5))


def test_a_window_needs_the_time() -> None:
    """Forgetting the clock is a fault of the program, not a reason to let everything in."""
    with pytest.raises(ValueError, match="what time it is"):
        read_callback(form(), SAMPLE, window=timedelta(minutes=5))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"nonce",
        form() + b"&type=SMS_SIGN",
        form() + b"&data=%7B%7D",
        form(data=""),
        form().replace(b"signature=", b"sig="),
        form() + b"&x=1" * 100,
        form(data=[]),
        form(**{"data": "not JSON"}),
        form(**{"data": "[" * 100_000}),
        form(**{"data": '{"msgId":1,"msgId":2}'}),
        form("SMS_TEMPLATE", {"tempId": 0, "status": 1}),
        form("SMS_TEMPLATE", {"tempId": 7}),
        form("SMS_SIGN", {"signId": None, "status": 1}),
        form("SMS_REPLY", 5),
    ],
)
def test_what_is_no_callback_is_refused(body: bytes) -> None:
    """Missing, doubled and malformed fields, also under a good signature."""
    with pytest.raises(InvalidCallback):
        read_callback(body, SAMPLE)


def test_a_time_that_no_clock_can_show_is_refused() -> None:
    """A signed timestamp beyond the year 9999 is not a time."""
    timestamp = "9" * 15
    signature = signature_of(SAMPLE, NONCE, timestamp)
    with pytest.raises(InvalidCallback, match="documents"):
        read_callback(form(timestamp=timestamp, signature=signature), SAMPLE)


@given(
    st.binary()
    | st.text().map(lambda text: form("SMS_REPORT", text))
    | st.text().map(lambda text: form(text))
)
def test_any_body_is_an_event_or_refused(body: bytes) -> None:
    """Nothing that is posted leads to anything else."""
    try:
        event = read_callback(body, SAMPLE)
    except InvalidCallback:
        return
    assert event.nonce == NONCE


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("echostr=a1B2c3D4", "a1B2c3D4"),
        ("x=1&echostr=a1B2c3D4", "a1B2c3D4"),
        ("", None),
        ("x=1", None),
        ("echostr=", None),
        ("echostr=a&echostr=b", None),
        ("echostr=%3Cscript%3E", None),
        ("echostr=a%0d%0aX:y", None),
        ("echostr=" + "a" * 65, None),
    ],
)
def test_the_handshake_is_answered(query: str, answer: str | None) -> None:
    """The eight characters come back verbatim, and nothing that a browser could run does."""
    assert echo(query) == answer


def test_callbacks_need_no_http_client() -> None:
    """A web application that only receives does not load one."""
    program = (
        "import sys\nfrom jsms_sync.api import read_callback, echo\n"
        "print([name for name in ('requests', 'urllib3') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
