"""The state as rows of one table in PostgreSQL; every write compares the row's version."""

import re
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from jsms_sync.errors import InvalidInput, MissingCredentials, OperationFailed
from jsms_sync.model.privacy import Secret
from jsms_sync.state.hosts import is_loopback
from jsms_sync.state.leases import TERMS, HeldLease, Terms, leased
from jsms_sync.state.remote_place import PAUSES, Blob, Conflict, Unanswered, persistent
from jsms_sync.state.store import Holder

if TYPE_CHECKING:
    import psycopg

TABLE = "jsms_sync_state"
CREATE = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (
    name text NOT NULL,
    part text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    modified timestamptz NOT NULL DEFAULT clock_timestamp(),
    data bytea NOT NULL,
    PRIMARY KEY (name, part)
)"""
EXISTS = f"SELECT to_regclass('{TABLE}') IS NOT NULL"
FETCH = f"SELECT data, version, modified FROM {TABLE} WHERE name = %s AND part = %s"
INSERT = (
    f"INSERT INTO {TABLE} (name, part, data) VALUES (%s, %s, %b) ON CONFLICT DO NOTHING RETURNING version"
)
UPDATE = f"""
UPDATE {TABLE} SET data = %b, version = version + 1, modified = clock_timestamp()
WHERE name = %s AND part = %s AND version = %s RETURNING version"""
KEEP = f"""
INSERT INTO {TABLE} (name, part, data) VALUES (%s, %s, %b) ON CONFLICT (name, part)
DO UPDATE SET data = excluded.data, version = {TABLE}.version + 1, modified = clock_timestamp()"""
# What is told to be durable has to be, whatever the server's default; and nothing may hang for ever.
SETTINGS = (
    "SELECT set_config('synchronous_commit', 'on', false), set_config('statement_timeout', '60s', false)"
)

UNREACHED = "See that the server runs, and that host, database, user and network are right."
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


@dataclass(frozen=True, slots=True)
class PostgresPlace:
    """A state of that name in the database that the URL names; users and passwords stay in `url`."""

    location: str
    name: str
    url: Secret
    terms: Terms = TERMS

    @contextmanager
    def opened(self) -> Iterator["Rows"]:
        """A connection for the length of the block, made again when it breaks."""
        rows = Rows(self)
        try:
            yield rows
        finally:
            rows.close()


def postgres_place(url: str, terms: Terms = TERMS) -> PostgresPlace:
    """The place that the URL names; InvalidInput when it names none, without showing what may be private."""
    try:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise _unusable("is no URL") from None
    name = query.pop("name", "")
    if not _NAME.fullmatch(name):
        raise _unusable("names no state, or not with letters, digits, `.`, `_` and `-`")
    if host and not is_loopback(host):
        # Without this, libpq falls back to an unencrypted connection by itself.
        query.setdefault("sslmode", "require")
    full = urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(query, quote_via=quote), ""))
    shown = f"postgresql://{host}{port}/{unquote(parts.path.strip('/'))}?name={name}"
    return PostgresPlace(shown, name, Secret(full), terms)


def _unusable(why: str) -> InvalidInput:
    return InvalidInput(
        f"The postgresql:// location of the state {why}.",
        help="Write it as postgresql://USER@HOST/DATABASE?name=NAME; the password goes into PGPASSWORD.",
    )


class Rows:
    """The rows of one state, over one connection at a time; safe between threads."""

    keeps_versions, pauses = False, PAUSES

    def __init__(self, place: PostgresPlace) -> None:
        self._place, self._guard = place, threading.RLock()
        self._connection: psycopg.Connection[Any] | None = None

    def close(self) -> None:
        """The connection is closed."""
        with self._guard:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def prove(self) -> None:
        """An UPDATE that compares versions needs no proof; the table is made where it is missing."""
        import psycopg

        # Asked first: CREATE needs a right on the schema even where the table is there.
        if self._repeated("Looking for", EXISTS)[0]:
            return

        try:
            self._repeated("Creating its table", CREATE)
        except OperationFailed as error:
            # Two at once may both find it missing; then one of them is told so, and it is there.
            if not isinstance(
                error.__cause__, psycopg.errors.UniqueViolation | psycopg.errors.DuplicateTable
            ):
                raise

    def fetch(self, part: str) -> Blob | None:
        """The row as it stands, None where there is none, or no table."""
        row = self._repeated("Reading", FETCH, self._place.name, part)
        return None if row is None else Blob(bytes(row[0]), str(row[1]), row[2])

    def put(self, part: str, data: bytes, expected: str | None, key: str = "") -> str:
        """The version of the row now; Conflict when it was not of the expected one, None for absent."""
        if expected is None:
            row = self._run("Writing", INSERT, self._place.name, part, data)
        else:
            row = self._run("Writing", UPDATE, data, self._place.name, part, int(expected))
        if row is None:
            raise Conflict(part)
        return str(row[0])

    def keep(self, part: str, data: bytes) -> str:
        """Where the data stands now, whatever stood there."""
        self._repeated("Writing", KEEP, self._place.name, part, data)
        return f"{self._place.location} (part {part!r} of table {TABLE})"

    def now(self) -> datetime:
        """The time by the server's clock."""
        row = self._repeated("Asking the time of", "SELECT clock_timestamp()")
        assert row is not None  # a SELECT without FROM has one row
        now: datetime = row[0]
        return now

    def locked(
        self, owner: Holder, timeout: float, instead_of: str | None = None
    ) -> AbstractContextManager[HeldLease]:
        """The lease is held for the length of the block."""
        return leased(self, self._place.location, owner, timeout, instead_of, self._place.terms)

    def alone(self, part: str, owner: Holder) -> AbstractContextManager[str]:
        """Nobody needs to be: comparing versions suffices."""
        return nullcontext("")

    def _repeated(self, doing: str, statement: str, *values: object) -> Any:
        """The same, for what may be done twice: a server that ends a connection costs nothing."""
        return persistent(lambda: self._run(doing, statement, *values), self.pauses)

    def _run(self, doing: str, statement: str, *values: object) -> Any:
        """The first row of the answer, None where there is none. Unanswered when the connection broke."""
        psycopg = _psycopg()
        told = f"{doing} the state {self._place.location} failed"
        try:
            with self._guard:
                cursor = self._connected(psycopg).execute(statement, values, binary=True)
                return cursor.fetchone() if cursor.description else None
        except psycopg.errors.UndefinedTable:
            if statement == FETCH:
                return None
            raise OperationFailed(
                f"{told}: there is no table {TABLE}.", help="Run `jsms-sync init`."
            ) from None
        except (psycopg.errors.InvalidPassword, psycopg.errors.InsufficientPrivilege) as error:
            raise _refused(told, error) from None
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            self.close()
            if _is_refusal(error):
                raise _refused(told, error) from None
            raise Unanswered(f"{told}: {_words(error)}.", help=UNREACHED) from error
        except psycopg.Error as error:
            raise OperationFailed(f"{told}: {_words(error)}.", help=UNREACHED) from error

    def _connected(self, psycopg: Any) -> "psycopg.Connection[Any]":
        if self._connection is None:
            url = self._place.url.reveal()
            try:
                # Statements prepared on the server do not survive poolers such as PgBouncer.
                connection = psycopg.connect(url, autocommit=True, connect_timeout=10, prepare_threshold=None)
            except psycopg.ProgrammingError:
                # Its message may hold the URL.
                raise _unusable("cannot be understood by the library for it") from None
            connection.execute(SETTINGS)
            self._connection = connection
        return self._connection


def _psycopg() -> Any:
    try:
        import psycopg
        import psycopg.errors
    except ImportError:
        raise InvalidInput(
            "A state at postgresql:// needs a library that is not installed.",
            help="Install it: pip install 'jsms-sync[postgres]'",
            code="extra-missing",
        ) from None
    return psycopg


def _is_refusal(error: Exception) -> bool:
    """Whether the server would not let us in: while connecting, psycopg has no class of its own for that."""
    return bool(re.search(r"authentication failed|no password supplied|no pg_hba.conf entry", str(error)))


def _refused(told: str, error: Exception) -> MissingCredentials:
    help = "Set PGUSER and PGPASSWORD (or a passfile) of a user who may read and write its table."
    return MissingCredentials(f"{told}: {_words(error)}.", help=help, code="state-credentials")


def _words(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__)[:300].rstrip(". ")
