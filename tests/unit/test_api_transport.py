"""Promise 1 over real sockets: what is a refusal, what is in doubt, what is repeated and what never is."""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from certificates import needs_openssl, server_context
from hypothesis import given, settings
from hypothesis import strategies as st
from requests import certs
from requests.exceptions import InvalidProxyURL
from scripted_server import CUT, RESET, Says, ScriptedServer, gzipped, http, refusal
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    LocationParseError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from jsms_sync.api import Client, Credentials, Pace, SignatureForm
from jsms_sync.api.answers import Call
from jsms_sync.api.failures import unsent
from jsms_sync.api.replies import nothing
from jsms_sync.errors import (
    ApiError,
    ApiRefusal,
    InDoubt,
    InvalidInput,
    MissingCredentials,
    NotSent,
    TooFrequent,
)
from jsms_sync.model.privacy import Mobile, Params, Secret

APP = Credentials("7d431e42dfa6a6d693ac2d04", Secret("5e987ac6d2e04d95a9d8f0d1"))
NUMBER, VALUE = "19912345678", "极光的秘密"
SCHEDULE = "1a886e7c-a267-49e6-9970-0d396ca5bb1e"
QUICK = Pace(sleep=lambda _: None, chance=lambda: 0.5, connect_seconds=1.0, read_seconds=2.0)
IMPATIENT = replace(QUICK, read_seconds=0.1)

Do = Callable[[Client], object]


@contextmanager
def talking(
    *script: Says, pace: Pace = QUICK, parallelism: int = 8
) -> Iterator[tuple[Client, ScriptedServer]]:
    """A client and a server with that script."""
    with (
        ScriptedServer(*script) as server,
        Client(APP, base_url=server.base_url, pace=pace, parallelism=parallelism) as client,
    ):
        yield client, server


def post(client: Client, hook: Callable[[], None] | None = None) -> object:
    """A POST that carries a number and a value."""
    return client.schedules.create(
        send_time="2027-03-01 10:00:00",
        mobile=Mobile(NUMBER),
        temp_id=1250,
        temp_para=Params({"code": VALUE}),
        before_attempt=hook,
    )


def put(client: Client, hook: Callable[[], None] | None = None) -> object:
    """A PUT that carries a number and a value."""
    client.schedules.update(
        SCHEDULE,
        send_time="2027-03-01 10:00:00",
        mobile=Mobile(NUMBER),
        temp_id=1250,
        temp_para=Params({"code": VALUE}),
        before_attempt=hook,
    )
    return None


def get(client: Client, hook: Callable[[], None] | None = None) -> object:
    """A GET."""
    return client.schedules.get(SCHEDULE, before_attempt=hook)


def delete(client: Client, hook: Callable[[], None] | None = None) -> object:
    """A DELETE."""
    client.schedules.delete(SCHEDULE, before_attempt=hook)
    return None


METHODS = {"POST": (post, 1), "PUT": (put, 4), "GET": (get, 4), "DELETE": (delete, 4)}

FORM = SignatureForm(sign="极光")
# The calls that are made once, beside schedules and templates; then what a usable answer would be.
ONCE: dict[str, tuple[str, Do, object]] = {
    "codes.send": (
        "POST /codes",
        lambda c: c.codes.send(mobile=Mobile(NUMBER), temp_id=1),
        {"msg_id": "7"},
    ),
    "codes.send_voice": (
        "POST /voice_codes",
        lambda c: c.codes.send_voice(mobile=Mobile(NUMBER)),
        {"msg_id": "7"},
    ),
    "codes.verify": ("POST /codes/7/valid", lambda c: c.codes.verify("7", "123456"), {"is_valid": True}),
    "messages.send": (
        "POST /messages",
        lambda c: c.messages.send(mobile=Mobile(NUMBER), temp_id=1),
        {"msg_id": 7},
    ),
    "messages.send_batch": (
        "POST /messages/batch",
        lambda c: c.messages.send_batch(temp_id=1, recipients=()),
        {"success_count": 0},
    ),
    "signatures.create": (
        "POST /sign",
        lambda c: c.signatures.create(FORM, era="2018-03"),
        {"sign_id": 7},
    ),
    "signatures.update": (
        "POST /sign/7",
        lambda c: c.signatures.update(7, FORM, era="2018-03"),
        {"sign_id": 7},
    ),
    "receipts.reports": ("GET /report", lambda c: c.receipts.reports(), []),
    "receipts.replies": ("GET /reply", lambda c: c.receipts.replies(), []),
}


def closed_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


HALF = b'{"schedule_id":"1a886e7c-a267'
DOUBTFUL = {
    "cut before": CUT,
    "reset": RESET,
    "cut in the status line": Says(b"HTTP/1.1 2"),
    "cut in the headers": Says(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "cut after the headers": Says(b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n"),
    "half a body": Says(b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n" + HALF),
    "half a chunk": Says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3c\r\n" + HALF),
    "half a document": http(200, HALF),
    "not HTTP": Says(b"220 mail.example.com ESMTP\r\n"),
    "two lengths": Says(b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n{}"),
    "not gzip": http(200, b"{}", Content_Encoding="gzip"),
    "too slow": http(200, b"{}"),
    "a page": http(200, b"<html>Welcome to the hotel</html>", Content_Type="text/html"),
    "an array": http(200, []),
    "a number": http(200, 5),
    "an error with 200": http(200, {"error": {"code": 50013, "message": "invalid temp_id"}}),
    "a page with 202": http(202, b"<html></html>"),
    "a redirect": http(302, b"", Location="http://127.0.0.1:1/"),
    "not modified": http(304, b"", Content_Length=""),
    "no code": http(400, {"error": {"message": "whatever"}}),
    "a text for an error": http(403, {"error": "50013"}),
    "a code that is no number": refusal("no"),
    "a code that is true": refusal(True),
    "a code with a fraction": refusal(50013.5),
    "a code twice": http(403, b'{"error":{"code":50013,"code":50028}}'),
    "a page with 404": http(404, b"<html></html>"),
    "an empty 403": http(403),
    "timed out": refusal(50013, 408),
    "too many requests": refusal(50009, 429),
    "server error": refusal(50019, 500),
    "bad gateway": http(502, b"<html></html>"),
    "a code with 503": refusal(50013, 503),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("case", DOUBTFUL)
def test_what_is_no_answer_leaves_a_doubt(method: str, case: str) -> None:
    """After the bytes have left, all but a usable answer and a refusal is in doubt; a POST leaves once."""
    do, attempts = METHODS[method]
    says = replace(DOUBTFUL[case], delay=0.3) if case == "too slow" else DOUBTFUL[case]
    with talking(says, pace=IMPATIENT if case == "too slow" else QUICK) as (client, server):
        with pytest.raises(InDoubt) as caught:
            do(client)
        # What left is heard a moment later where the client did not wait for an answer.
        end = time.monotonic() + 5
        while len(server.heard) < attempts and time.monotonic() < end:
            time.sleep(0.01)
        assert [heard.method for heard in server.heard] == [method] * attempts
    assert method in caught.value.message
    assert NUMBER not in str(caught.value)


ANSWERS = sorted((Path(__file__).parents[1] / "cases" / "bad" / "answer").iterdir())


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
def test_no_answer_is_a_traceback(path: Path) -> None:
    """Bytes that gateways and mistakes produce are a value, or an error of ours; a POST leaves once."""
    for status in (200, 400, 502):
        for method, (do, attempts) in METHODS.items():
            with talking(http(status, path.read_bytes())) as (client, server):
                with suppress(ApiError):
                    do(client)
                assert 1 <= len(server.heard) <= attempts, method
        for _, do, _ in ONCE.values():
            with talking(http(status, path.read_bytes())) as (client, server), suppress(ApiError):
                do(client)


@pytest.mark.parametrize(
    ("method", "usable"), [("POST", False), ("PUT", False), ("GET", False), ("DELETE", True)]
)
def test_an_empty_answer_is_enough_for_delete_only(method: str, usable: bool) -> None:
    """A 200 without a body is how DELETE succeeds, and says nothing for any other method."""
    with talking(http(200)) as (client, server):
        do, attempts = METHODS[method]
        if usable:
            assert do(client) is None
        else:
            with pytest.raises(InDoubt):
                do(client)
        assert len(server.heard) == (1 if usable else attempts)


@pytest.mark.parametrize("name", ONCE)
@pytest.mark.parametrize("case", [case for case in DOUBTFUL if case not in ("too slow", "an array")])
def test_what_must_not_leave_twice_leaves_once(name: str, case: str) -> None:
    """Every POST, and the GETs whose records can be read once, are in doubt after one attempt."""
    line, do, _ = ONCE[name]
    with talking(DOUBTFUL[case]) as (client, server):
        with pytest.raises(InDoubt) as caught:
            do(client)
        assert [f"{heard.method} {heard.path.removeprefix('/v1')}" for heard in server.heard] == [line]
    assert line in caught.value.message
    assert ("Records may be lost" in caught.value.help) == name.startswith("receipts")
    assert NUMBER not in str(caught.value)


@pytest.mark.parametrize("name", ONCE)
def test_what_must_not_leave_twice_ends_with_its_first_answer(name: str) -> None:
    """A usable answer is a value, a code with 4xx a refusal of its class, a closed port known not to act."""
    _, do, answer = ONCE[name]
    with talking(http(200, answer)) as (client, server):
        do(client)
        assert len(server.heard) == 1
    with talking(refusal(50009)) as (client, server):
        with pytest.raises(TooFrequent):
            do(client)
        assert len(server.heard) == 1
    waited: list[float] = []
    pace = replace(QUICK, sleep=waited.append)
    with (
        Client(APP, base_url=f"http://127.0.0.1:{closed_port()}/v1", pace=pace) as client,
        pytest.raises(NotSent),
    ):
        do(client)
    assert waited == []


REFUSALS = {
    "known": (refusal(50028), 50028),
    "as text": (refusal("50028"), 50028),
    "unknown": (refusal(59999), 59999),
    "server error with 403": (refusal(50019), 50019),
    "bad request": (refusal(50001, 400), 50001),
    "unauthorized": (refusal(50002, 401), 50002),
    "not found": (refusal(50016, 404), 50016),
    "with a byte order mark": (http(403, b'\xef\xbb\xbf{"error":{"code":50028}}'), 50028),
    "compressed": (gzipped(403, b'{"error":{"code":50028}}'), 50028),
    "beside another key": (http(403, {"is_valid": False, "error": {"code": 50010}}), 50010),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("case", REFUSALS)
def test_a_4xx_with_a_code_is_a_refusal(method: str, case: str) -> None:
    """A refusal is final at the first attempt, for every method, known number or not."""
    says, number = REFUSALS[case]
    with talking(says) as (client, server):
        with pytest.raises(ApiRefusal) as caught:
            METHODS[method][0](client)
        assert len(server.heard) == 1
    assert (caught.value.number, caught.value.retried) == (number, False)


def test_a_refusal_says_what_where_and_what_next() -> None:
    """The message names the code in our words, the call and the status; the help is the code's."""
    with talking(refusal(50013)) as (client, _), pytest.raises(ApiRefusal) as caught:
        client.templates.get(37582)
    assert (
        caught.value.message
        == "JSMS 50013: the template is not known to this app (GET /templates/37582, HTTP 403)"
    )
    assert caught.value.http_status == 403
    assert caught.value.help.startswith("Compare the id")


@pytest.mark.parametrize("do", [put, get, delete])
def test_a_refusal_after_a_doubt_says_so(do: Do) -> None:
    """A refusal that follows an attempt in doubt may be that of a call which has already acted."""
    with talking(CUT, refusal(50029)) as (client, server), pytest.raises(ApiRefusal) as caught:
        do(client)
    assert caught.value.retried
    assert len(server.heard) == 2


@pytest.mark.parametrize("says", [CUT, http(503), http(200, b"<html>"), http(429, Retry_After="0")])
def test_repeatable_calls_get_over_a_hiccup(says: Says) -> None:
    """GET, PUT and DELETE end well when a later attempt brings an answer."""
    schedule = {"schedule_id": SCHEDULE, "send_time": "x", "temp_id": 1, "recipients": []}
    with talking(says, says, says, http(200, schedule)) as (client, server):
        assert client.schedules.get(SCHEDULE).temp_id == 1
        assert len(server.heard) == 4
    with talking(says, http(200)) as (client, server):
        client.schedules.delete(SCHEDULE)
        assert len(server.heard) == 2


@pytest.mark.parametrize(
    ("says", "pauses"),
    [
        (http(503), [0.375, 0.75, 1.5]),
        (http(503, Retry_After="3"), [3.0, 3.0, 3.0]),
        (http(429, Retry_After="86400"), [10.0, 10.0, 10.0]),
        (http(429, Retry_After="9999999"), [0.375, 0.75, 1.5]),
        (http(429, Retry_After="Mon, 01 Mar 2027 02:00:00 GMT"), [0.375, 0.75, 1.5]),
        (CUT, [0.375, 0.75, 1.5]),
    ],
)
def test_attempts_are_spaced(says: Says, pauses: list[float]) -> None:
    """The pauses double, with jitter; Retry-After lengthens them up to ten seconds."""
    waited: list[float] = []
    with talking(says, pace=replace(QUICK, sleep=waited.append)) as (client, _), pytest.raises(InDoubt):
        get(client)
    assert waited == pauses


@pytest.mark.parametrize("chance", [0.0, 0.999])
def test_jitter_stays_inside_half_of_the_pause(chance: float) -> None:
    """No pause is shorter than half of its step or longer than the step."""
    waited: list[float] = []
    pace = replace(QUICK, sleep=waited.append, chance=lambda: chance)
    with talking(CUT, pace=pace) as (client, _), pytest.raises(InDoubt):
        get(client)
    assert all(step / 2 <= pause <= step for pause, step in zip(waited, (0.5, 1, 2), strict=True))


@pytest.mark.parametrize(("method", "pauses"), [("POST", 0), ("PUT", 3), ("GET", 3), ("DELETE", 3)])
def test_a_refused_connection_sent_nothing(method: str, pauses: int) -> None:
    """Nobody listens: nothing was sent, the hook was not asked, and only POST is not tried again."""
    waited: list[float] = []
    asked: list[None] = []
    pace = replace(QUICK, sleep=waited.append)
    with (
        Client(APP, base_url=f"http://127.0.0.1:{closed_port()}/v1", pace=pace) as client,
        pytest.raises(NotSent, match="cannot be reached; nothing was sent") as caught,
    ):
        METHODS[method][0](client, lambda: asked.append(None))
    assert (len(waited), asked) == (pauses, [])
    assert caught.value.help


@pytest.mark.parametrize("method", METHODS)
def test_a_host_that_cannot_exist_sent_nothing(method: str) -> None:
    """A name that no resolver takes is known before anything leaves."""
    with Client(APP, base_url=f"https://{'x' * 64}.invalid/v1", pace=QUICK) as client, pytest.raises(NotSent):
        METHODS[method][0](client)


CONNECTION = HTTPConnection("jsms.example")
NO_POOL = cast(ConnectionPool, None)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NameResolutionError("jsms.example", CONNECTION, socket.gaierror()), "resolved"),
        (NewConnectionError(CONNECTION, "refused"), "cannot be reached"),
        (ConnectTimeoutError(), "in time"),
        (ReadTimeoutError(NO_POOL, "/", "TLS"), "in time"),
        (ProxyError("refused", OSError()), "proxy"),
        (InvalidProxyURL(), "proxy"),
        (SSLError(), "certificate"),
        (LocationParseError("jsms.example"), "cannot be reached"),
    ],
)
def test_why_nothing_was_sent_is_told(error: Exception, words: str) -> None:
    """Each way not to reach the service has its own sentence and its own advice."""
    failure = unsent(Call("GET", "/x", nothing), error, "jsms.example")
    assert words in failure.message
    assert failure.help


@pytest.mark.parametrize("later", [http(200), refusal(50028)])
def test_a_doubt_is_not_forgotten_when_later_attempts_do_not_leave(later: Says) -> None:
    """A PUT that was cut and then finds nobody listening is in doubt, not unsent."""
    with ScriptedServer(CUT, later) as server:

        def gone(_: float) -> None:
            server.stop_listening()

        pace = replace(QUICK, sleep=gone)
        with Client(APP, base_url=server.base_url, pace=pace) as client, pytest.raises(InDoubt):
            put(client)
        assert len(server.heard) == 1


def test_the_hook_is_asked_before_each_attempt() -> None:
    """Every attempt asks, and the question comes when the server has not heard the attempt yet."""
    seen: list[int] = []
    with talking(CUT, http(503), http(200)) as (client, server):
        delete(client, lambda: seen.append(len(server.heard)))
    assert seen == [0, 1, 2]


@pytest.mark.parametrize(
    "error", [RuntimeError("stop"), OSError("the lease is lost"), InvalidInput("too late")]
)
@pytest.mark.parametrize("method", METHODS)
def test_the_hook_can_stop_a_call(method: str, error: Exception) -> None:
    """What the hook raises comes out as it is, and the server hears nothing."""

    def stop() -> None:
        raise error

    with talking(http(200)) as (client, server), pytest.raises(type(error)) as caught:
        METHODS[method][0](client, stop)
    assert caught.value is error
    assert server.heard == []


def test_a_stop_before_a_retry_leaves_the_doubt() -> None:
    """When the hook stops a retry, the call is in doubt because of it, and is not repeated."""
    stop = RuntimeError("its time has passed")
    answers = iter([None, stop])

    def hook() -> None:
        if (answer := next(answers)) is not None:
            raise answer

    with talking(CUT) as (client, server), pytest.raises(InDoubt) as caught:
        put(client, hook)
    assert caught.value.__cause__ is stop
    assert len(server.heard) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", METHODS)
def test_redirects_are_not_followed(method: str, status: int) -> None:
    """The host that a redirect names never hears anything, so it never sees the credentials."""
    with ScriptedServer(http(200)) as other, talking(http(status, Location=other.base_url)) as (client, _):
        with pytest.raises(InDoubt, match="redirect"):
            METHODS[method][0](client)
        assert other.heard == []
        assert other.connections == 0


def test_connections_are_kept() -> None:
    """Quick calls in a row share one connection."""
    with talking(http(200)) as (client, server):
        for _ in range(5):
            client.schedules.delete(SCHEDULE)
        assert [heard.connection for heard in server.heard] == [1] * 5


@pytest.mark.parametrize(
    "says", [http(200, b"<html>"), refusal(50028), gzipped(403, b'{"error":{"code":50028}}')]
)
def test_connections_are_kept_after_any_complete_answer(says: Says) -> None:
    """A complete answer of any kind leaves its connection fit for the next call."""
    with talking(says) as (client, server):
        for _ in range(2):
            with pytest.raises(ApiError):
                post(client)
        assert [heard.connection for heard in server.heard] == [1, 1]


def test_no_post_rides_a_connection_that_rested() -> None:
    """After more than a second without use a connection is replaced; after less it is used again."""
    with talking(http(200, {"schedule_id": SCHEDULE})) as (client, server):
        post(client)
        time.sleep(0.2)
        post(client)
        time.sleep(1.05)
        post(client)
        assert [heard.connection for heard in server.heard] == [1, 1, 2]


def test_a_slow_hook_does_not_make_a_post_ride_a_rested_connection() -> None:
    """A hook that takes its time gets a fresh connection afterwards, and is not asked again."""
    asked: list[None] = []

    def slow() -> None:
        asked.append(None)
        time.sleep(1.05)

    with talking(http(200, {"schedule_id": SCHEDULE})) as (client, server):
        post(client)
        post(client, slow)
        assert [heard.connection for heard in server.heard] == [1, 2]
    assert len(asked) == 1


def test_a_connection_that_the_server_has_closed_is_not_used() -> None:
    """A POST after an answer that ended its connection rides a new one."""
    with talking(http(200, {"schedule_id": SCHEDULE}, then="close")) as (client, server):
        post(client)
        time.sleep(0.05)
        post(client)
        assert [heard.connection for heard in server.heard] == [1, 2]


def test_a_bomb_is_not_unpacked() -> None:
    """An answer that unpacks to more than the limit is given up, and is in doubt."""
    with talking(gzipped(200, b" " * 50_000_000)) as (client, _), pytest.raises(InDoubt, match="too large"):
        post(client)


def test_an_answer_that_drips_is_given_up() -> None:
    """The read time-out counts for the whole body, not only between two of its bytes."""
    drops = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    with ScriptedServer(Says(drops, then="drip")) as server:
        with Client(APP, base_url=server.base_url, pace=IMPATIENT) as client:
            started = time.monotonic()
            with pytest.raises(InDoubt, match="no complete answer"):
                post(client)
        assert time.monotonic() - started < 5


def test_the_request_carries_what_it_should() -> None:
    """Credentials, content type and agent are there; cookies that the service sets are not sent back."""
    with talking(http(200, {"schedule_id": SCHEDULE}, Set_Cookie="session=1; Path=/")) as (client, server):
        post(client)
        post(client)
    first, second = server.heard
    assert first.headers["authorization"] == APP.authorization()
    assert first.headers["content-type"] == "application/json"
    assert first.headers["user-agent"].startswith("jsms-sync/")
    assert "cookie" not in second.headers


@pytest.mark.parametrize(
    ("date", "skew"),
    [
        ("Mon, 01 Mar 2027 02:01:30 GMT", timedelta(seconds=90)),
        ("Mon, 01 Mar 2027 01:59:00 GMT", timedelta(seconds=-60)),
        ("Mon, 01 Mar 2027 02:00:00 -0000", timedelta(0)),
        ("yesterday", None),
        ("Mon, 99 Mar 2027 02:00:00 GMT", None),
        ("", None),
    ],
)
def test_the_clock_skew_is_that_of_the_latest_answer(date: str, skew: timedelta | None) -> None:
    """It is the service's clock minus ours, to the second; an unreadable date changes nothing."""
    now = datetime(2027, 3, 1, 2, 0, 0, 700_000, tzinfo=UTC)
    with talking(refusal(50028), http(200, Date=date), pace=replace(QUICK, now=lambda: now)) as (client, _):
        with pytest.raises(ApiRefusal):
            get(client)
        assert client.clock_skew is None
        delete(client)
        assert client.clock_skew == skew


def test_the_developer_has_other_credentials() -> None:
    """The account's balance is asked with the developer's pair, and not at all without one."""
    developer = Credentials("d" * 24, Secret("e" * 24))
    with ScriptedServer(http(200, {"dev_balance": 9})) as server:
        with Client(APP, base_url=server.base_url, developer=developer) as client:
            assert client.accounts.dev().balance == 9
        with Client(APP, base_url=server.base_url) as client, pytest.raises(MissingCredentials):
            client.accounts.dev()
        assert [heard.headers["authorization"] for heard in server.heard] == [developer.authorization()]


def test_nothing_private_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    """Neither messages, representations, notes, chained errors nor logs hold a secret, number or value."""
    shown: list[str] = []
    with caplog.at_level(logging.DEBUG):
        for says in (CUT, refusal(50006), http(403, {"error": {"code": 1, "message": NUMBER + VALUE}})):
            with talking(says) as (client, _), pytest.raises(ApiError) as caught:
                post(client)
            error = caught.value
            shown += [str(error), repr(error), error.help, repr(error.__context__), repr(vars(error))]
            shown += [repr(client), repr(vars(client)), repr(APP)]
    text = "\n".join(shown) + caplog.text
    for private in (APP.key, APP.secret.reveal(), APP.authorization(), NUMBER, VALUE):
        assert private not in text
    assert "POST /schedule: 403 in " in caplog.text


def test_an_error_does_not_hold_its_request() -> None:
    """The exceptions of the HTTP library, which may hold headers and body, are not chained to ours."""
    with talking(CUT) as (client, _), pytest.raises(InDoubt) as caught:
        post(client)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_threads_share_a_client() -> None:
    """Calls from several threads do not mix their answers or their hooks."""
    asked: list[str] = []
    with talking(http(200), parallelism=4) as (client, server), ThreadPoolExecutor(4) as threads:
        list(
            threads.map(
                lambda _: client.schedules.delete(
                    SCHEDULE, before_attempt=lambda: asked.append(threading.current_thread().name)
                ),
                range(40),
            )
        )
        assert len(server.heard) == len(asked) == 40
        assert server.connections <= 4


ANY_ANSWER = st.one_of(st.binary(max_size=80), st.binary(max_size=80).map(lambda body: http(200, body).data))


@settings(max_examples=40, deadline=None)
@given(name=st.sampled_from(sorted(ONCE)), answer=ANY_ANSWER)
def test_any_answer_ends_the_calls_that_are_made_once(name: str, answer: bytes) -> None:
    """Whatever bytes come back, they end after one attempt in a value or an ApiError."""
    with talking(Says(answer)) as (client, server):
        with suppress(ApiError):
            ONCE[name][1](client)
        assert len(server.heard) == 1


@settings(max_examples=40, deadline=None)
@given(answer=ANY_ANSWER)
def test_any_answer_ends_in_a_known_way(answer: bytes) -> None:
    """Whatever bytes come back, a POST is sent once and ends in a value or an ApiError."""
    with talking(Says(answer)) as (client, server):
        with pytest.raises(ApiError):
            post(client)
        assert len(server.heard) == 1


def test_a_bug_of_ours_is_not_called_a_network_error() -> None:
    """An error that is neither of the network nor after the departure comes out as it is."""
    pace = replace(QUICK, connect_seconds="soon")  # type: ignore[arg-type]  # the bug
    with talking(http(200), pace=pace) as (client, server):
        with pytest.raises(ValueError, match="soon"):
            delete(client)
        assert server.heard == []


# TLS and proxies. Python cannot make a certificate, so these need the command.


@needs_openssl
def test_a_certificate_that_nobody_vouches_for_sends_nothing(authority: Path) -> None:
    """The server of an unknown authority hears no request."""
    with (
        ScriptedServer(http(200), tls=server_context(authority)) as server,
        Client(APP, base_url=server.base_url, pace=QUICK) as client,
    ):
        with pytest.raises(NotSent, match="certificate"):
            post(client)
        assert server.heard == []


@needs_openssl
def test_the_environment_names_the_authority(authority: Path, no_proxy: pytest.MonkeyPatch) -> None:
    """REQUESTS_CA_BUNDLE is read once; over TLS too a connection is kept, but not after a rest."""
    no_proxy.setenv("REQUESTS_CA_BUNDLE", f"{authority}.crt")
    with (
        ScriptedServer(http(200, {"schedule_id": SCHEDULE}), tls=server_context(authority)) as server,
        Client(APP, base_url=server.base_url, pace=QUICK) as client,
    ):
        no_proxy.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")
        for pause in (0, 0, 1.05):
            time.sleep(pause)
            assert post(client) == SCHEDULE
        assert [heard.connection for heard in server.heard] == [1, 1, 2]


@needs_openssl
def test_a_proxy_is_a_tunnel(authority: Path, no_proxy: pytest.MonkeyPatch) -> None:
    """Through a proxy too: the hook is asked in the tunnel, connections are kept but not after a rest."""
    with ScriptedServer(
        http(200, {"schedule_id": SCHEDULE}), tls=server_context(authority), proxy=True
    ) as server:
        no_proxy.setenv("HTTPS_PROXY", f"http://user:word@127.0.0.1:{server.port}")
        no_proxy.setenv("REQUESTS_CA_BUNDLE", f"{authority}.crt")
        with Client(APP, base_url="https://jsms.example/v1", pace=QUICK) as client:
            hooks: list[Callable[[], None]] = [lambda: None, lambda: None, lambda: time.sleep(1.05)]
            assert [post(client, hook) for hook in hooks] == [SCHEDULE] * 3
        assert [heard.connection for heard in server.heard] == [1, 1, 2]
        assert set(server.connects) == {"jsms.example:443"}
        assert all("proxy-authorization" not in heard.headers for heard in server.heard)


def test_a_proxy_that_says_no_sends_nothing(no_proxy: pytest.MonkeyPatch) -> None:
    """A proxy that refuses the tunnel never sees the request."""
    with ScriptedServer(http(407)) as proxy:
        no_proxy.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        with (
            Client(APP, base_url="https://jsms.example/v1", pace=QUICK) as client,
            pytest.raises(NotSent, match="proxy"),
        ):
            post(client)
        assert [(heard.method, heard.path) for heard in proxy.heard] == [("CONNECT", "jsms.example:443")]
        assert "authorization" not in proxy.heard[0].headers


def test_loopback_is_never_proxied(no_proxy: pytest.MonkeyPatch) -> None:
    """The loopback of a proxy is another machine's, and plain HTTP would show it the credentials."""
    no_proxy.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    no_proxy.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    with talking(http(200)) as (client, server):
        delete(client)
        assert server.heard[0].path == f"/v1/schedule/{SCHEDULE}"


def test_a_server_without_tls_sends_nothing() -> None:
    """https to a plain server fails in the handshake, and to a silent one in time."""
    with ScriptedServer(Says(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        url = server.base_url.replace("http", "https")
        pace = replace(QUICK, connect_seconds=0.2)
        with Client(APP, base_url=url, pace=pace) as client, pytest.raises(NotSent):
            post(client)
        assert server.heard == []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/v1"
        with Client(APP, base_url=url, pace=pace) as client, pytest.raises(NotSent, match="in time"):
            post(client)


def test_a_closed_client_leaves_no_connection() -> None:
    """Closing closes the connections that rest in the pool, while the client is still there; it can go on."""
    with ScriptedServer(http(200)) as server, Client(APP, base_url=server.base_url, pace=QUICK) as client:
        delete(client)
        client.close()
        server.wait_for_goodbye(1)
        delete(client)
        assert [heard.connection for heard in server.heard] == [1, 2]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("HTTPS_PROXY", "socks5h://127.0.0.1:1080", "SOCKS"),
        ("REQUESTS_CA_BUNDLE", "/nonexistent/authorities.pem", "/nonexistent/authorities.pem"),
    ],
)
def test_an_environment_that_cannot_work_is_refused(
    name: str, value: str, words: str, no_proxy: pytest.MonkeyPatch
) -> None:
    """A proxy or a certificate file that cannot be used is told at once, not at the first call."""
    no_proxy.setenv(name, value)
    with pytest.raises(InvalidInput, match=words):
        Client(APP)


def test_an_empty_certificate_setting_does_not_switch_verification_off(no_proxy: pytest.MonkeyPatch) -> None:
    """An empty REQUESTS_CA_BUNDLE means the usual authorities."""
    no_proxy.setenv("REQUESTS_CA_BUNDLE", "")
    with Client(APP) as client:
        assert client._transport._connections.pool.ca_certs == certs.where()
