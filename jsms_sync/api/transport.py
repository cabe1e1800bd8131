"""Calls over HTTPS: one pool of connections, strict time-outs, and repeats only where they cannot do harm."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from jsms_sync import __version__
from jsms_sync.api.answers import Answer, Call, Value, judge
from jsms_sync.api.connections import DEPARTURE, Connections, Departure
from jsms_sync.api.credentials import Credentials
from jsms_sync.api.failures import TooLarge, broken, unsent
from jsms_sync.api.service import Service
from jsms_sync.api.shown import shown
from jsms_sync.errors import ApiRefusal, InDoubt, MissingCredentials, NotSent

T = TypeVar("T")
BeforeAttempt = Callable[[], None]
OnRequest = Callable[[str], None]

LOG = logging.getLogger(__name__)

ATTEMPTS = 4
"""Of a GET, PUT or DELETE; one of a POST (architecture §6, promise 1) and of what can be read once."""
FIRST_PAUSE = 0.5
LONGEST_RETRY_AFTER = 10.0
LARGEST_ANSWER = 8 * 1024 * 1024
"""Bytes: several times a schedule of 1000 recipients with long values."""
_CHUNK = 64 * 1024
_LENGTHS = {"content-length", "transfer-encoding"}


@dataclass(frozen=True, slots=True)
class Pace:
    """Clock, waiting, chance and time-outs in seconds, handed in so that tests need not wait."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    connect_seconds: float = 5.0
    read_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class _Stop:
    """The caller's hook ended the call before the bytes left."""

    reason: Exception


class Transport:
    """Carries calls to one service; to be shared by up to `parallelism` threads.

    `clock_skew` is the service's `Date` minus our clock at the latest answer, to the second; None before one.
    """

    def __init__(
        self,
        service: Service,
        credentials: Credentials,
        developer: Credentials | None,
        parallelism: int,
        pace: Pace,
        on_request: OnRequest | None = None,
    ) -> None:
        self.clock_skew: timedelta | None = None
        self._service, self._pace, self._on_request = service, pace, on_request
        self._credentials, self._developer = credentials, developer
        self._connections, self._path = Connections(service, parallelism), urlsplit(service.base_url).path

    def close(self) -> None:
        """Closes every connection."""
        self._connections.close()

    def send(self, call: Call[T], before_attempt: BeforeAttempt | None = None) -> T:
        """The value of the call's answer.

        In each attempt `before_attempt` is called once the connection stands, right before the first byte
        leaves; what it raises ends the call. Raises ApiRefusal, NotSent or InDoubt. A doubt stays: neither
        a stop nor an attempt that did not leave undoes an earlier one that may have acted.
        """
        if self._on_request is not None:
            self._on_request(shown(call, self._service.base_url))
        failure: InDoubt | NotSent | None = None
        attempts = ATTEMPTS if call.is_repeatable else 1
        for attempt in range(1, attempts + 1):
            doubtful = isinstance(failure, InDoubt)
            result, retry_after = self._attempt(call, before_attempt)
            if isinstance(result, Value):
                return result.value
            if isinstance(result, _Stop):
                if failure is not None and doubtful:
                    raise failure from result.reason
                raise result.reason
            if isinstance(result, ApiRefusal):
                result.retried = doubtful
                raise result
            if isinstance(result, InDoubt) or not doubtful:
                failure = result
            if attempt < attempts:
                self._pause(attempt, retry_after)
        assert failure is not None, "the loop has left with a value, an error or a failure"
        raise failure

    def _pause(self, attempt: int, retry_after: float) -> None:
        backoff = FIRST_PAUSE * 2 ** (attempt - 1) * (1 + self._pace.chance()) / 2
        self._pace.sleep(max(backoff, min(retry_after, LONGEST_RETRY_AFTER)))

    def _attempt(
        self, call: Call[T], before_attempt: BeforeAttempt | None
    ) -> tuple[Value[T] | ApiRefusal | InDoubt | NotSent | _Stop, float]:
        departure = Departure(before_attempt)
        answer = self._exchange(call, departure)
        if not isinstance(answer, Answer):
            return answer, 0
        return judge(call, answer), answer.retry_after

    def _exchange(self, call: Call[T], departure: Departure) -> Answer | InDoubt | NotSent | _Stop:
        headers = self._headers(call)
        token, started = DEPARTURE.set(departure), time.monotonic()
        outcome = "failed"
        try:
            answer = self._answer(self._request(call, headers))
            outcome = str(answer.status)
        except Exception as error:
            # Returned, not raised from: such an exception may hold the request, its secret and its body.
            return self._failure(call, departure, error)
        else:
            return answer
        finally:
            DEPARTURE.reset(token)
            LOG.debug("%s: %s in %d ms", call, outcome, (time.monotonic() - started) * 1000)

    def _failure(self, call: Call[T], departure: Departure, error: Exception) -> InDoubt | NotSent | _Stop:
        if departure.stopped_by is not None:
            return _Stop(departure.stopped_by)
        if departure.left:
            return broken(call, error, self._pace.read_seconds)
        if isinstance(error, HTTPError | OSError):
            return unsent(call, error, self._service.host)
        raise error

    def _request(self, call: Call[T], headers: dict[str, str]) -> Any:
        """Asks the pool itself: what requests does around it for each call is a quarter of all the work."""
        return self._connections.pool.urlopen(
            call.method,
            self._path + call.path,
            body=call.body,
            headers=headers,
            retries=False,
            redirect=False,
            timeout=Timeout(connect=self._pace.connect_seconds, read=self._pace.read_seconds),
            preload_content=False,
        )

    def _headers(self, call: Call[T]) -> dict[str, str]:
        headers = {
            "User-Agent": f"jsms-sync/{__version__}",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "Authorization": self._authorization(call),
        }
        if call.body is not None:
            headers["Content-Type"] = call.content_type
        return headers

    def _authorization(self, call: Call[T]) -> str:
        credentials = self._developer if call.developer else self._credentials
        if credentials is None:
            raise MissingCredentials(
                f"{call} needs the developer's credentials", help="Set JSMS_DEV_KEY and JSMS_DEV_SECRET."
            )
        return credentials.authorization()

    def _answer(self, response: Any) -> Answer:
        skew = _skew(response.headers.get("Date", ""), self._pace.now())
        self.clock_skew = self.clock_skew if skew is None else skew
        body = _body(response, time.monotonic() + self._pace.read_seconds)
        if not body and response.status != 204 and _LENGTHS.isdisjoint(map(str.lower, response.headers)):
            # To http.client the end of the connection ends the headers: this answer was cut off in them.
            raise ConnectionError
        return Answer(response.status, body, _seconds(response.headers.get("Retry-After", "")))


def _body(response: Any, give_up_at: float) -> bytes:
    """The whole body, decompressed; the connection goes back to its pool, or is closed when it breaks."""
    body = bytearray()
    try:
        while chunk := response.read1(_CHUNK):
            body += chunk
            if len(body) > LARGEST_ANSWER:
                raise TooLarge
            if time.monotonic() > give_up_at:
                raise TimeoutError
    except BaseException:
        response.close()
        raise
    response.release_conn()
    return bytes(body)


def _seconds(retry_after: str) -> float:
    """The seconds of a Retry-After header; 0 for none and for a date, which nobody has seen JSMS send."""
    return (
        float(retry_after) if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 7 else 0
    )


def _skew(date: str, now: datetime) -> timedelta | None:
    try:
        theirs = parsedate_to_datetime(date)
        return (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)) - now.replace(microsecond=0)
    except (ValueError, TypeError, OverflowError):
        return None
