"""The sandbox's database: opened, brought to the newest format, changed in whole transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

# Each step leads from one format to the next; a new database takes all of them.
_STEPS: Final = (
    """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE balance (field TEXT PRIMARY KEY, amount INTEGER);
CREATE TABLE signs (sign_id INTEGER PRIMARY KEY AUTOINCREMENT, sign TEXT NOT NULL, status INTEGER NOT NULL,
    is_default INTEGER NOT NULL, use_status INTEGER NOT NULL);
CREATE TABLE templates (temp_id INTEGER PRIMARY KEY AUTOINCREMENT, template TEXT NOT NULL,
    type INTEGER NOT NULL, ttl INTEGER, remark TEXT, status INTEGER NOT NULL, submitted_at REAL NOT NULL,
    reason TEXT);
CREATE INDEX auditing ON templates (submitted_at) WHERE status = 0;
CREATE TABLE schedules (position INTEGER PRIMARY KEY AUTOINCREMENT, schedule_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL, send_time TEXT NOT NULL, send_at REAL NOT NULL, temp_id INTEGER NOT NULL,
    sign_id INTEGER, tag TEXT, status TEXT NOT NULL, parts INTEGER NOT NULL, recipients TEXT NOT NULL,
    failures TEXT NOT NULL);
CREATE INDEX due ON schedules (send_at) WHERE status = 'pending';
CREATE TABLE outbox (position INTEGER PRIMARY KEY AUTOINCREMENT, msg_id TEXT NOT NULL, mobile TEXT NOT NULL,
    content TEXT NOT NULL, temp_id INTEGER, schedule_id TEXT, kind TEXT NOT NULL, at TEXT NOT NULL)
""",
    """
ALTER TABLE signs ADD COLUMN type INTEGER;
ALTER TABLE signs ADD COLUMN remark TEXT;
ALTER TABLE signs ADD COLUMN submitted_at REAL NOT NULL DEFAULT 0;
ALTER TABLE signs ADD COLUMN reason TEXT;
ALTER TABLE signs ADD COLUMN fields TEXT NOT NULL DEFAULT '{}';
ALTER TABLE signs ADD COLUMN images TEXT NOT NULL DEFAULT '[]';
CREATE INDEX sign_auditing ON signs (submitted_at) WHERE status = 0;
CREATE TABLE numbers (mobile TEXT PRIMARY KEY, opted_out INTEGER NOT NULL, report INTEGER);
CREATE TABLE sendings (mobile TEXT NOT NULL, family TEXT NOT NULL, content TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX sendings_of ON sendings (mobile, family, at);
CREATE TABLE codes (position INTEGER PRIMARY KEY AUTOINCREMENT, msg_id TEXT NOT NULL UNIQUE,
    mobile TEXT NOT NULL, code TEXT NOT NULL, expires_at REAL NOT NULL, is_verified INTEGER NOT NULL);
CREATE TABLE reports (position INTEGER PRIMARY KEY AUTOINCREMENT, msg_id TEXT NOT NULL, phone TEXT NOT NULL,
    at REAL NOT NULL, status INTEGER NOT NULL);
CREATE TABLE replies (position INTEGER PRIMARY KEY AUTOINCREMENT, phone TEXT NOT NULL, at REAL NOT NULL,
    content TEXT NOT NULL);
CREATE TABLE callbacks (position INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, data TEXT NOT NULL,
    status TEXT NOT NULL, due_at REAL NOT NULL, attempts TEXT NOT NULL);
CREATE INDEX callbacks_due ON callbacks (due_at) WHERE status = 'waiting'
""",
)
FORMAT: Final = len(_STEPS)
TABLES: Final = (
    "meta",
    "balance",
    "signs",
    "templates",
    "schedules",
    "outbox",
    "numbers",
    "sendings",
    "codes",
    "reports",
    "replies",
    "callbacks",
)


def open_database(db: str, seed: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
    """The database at a path, made and seeded when there is none, brought up from an older format.

    OSError when the file cannot be opened, is no database, or was made by a newer version.
    """
    if db != ":memory:":
        Path(db).parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = sqlite3.connect(db, isolation_level=None, check_same_thread=False, timeout=10)
    except sqlite3.Error as error:
        raise OSError(f"the sandbox's database {db} cannot be opened: {error}") from error
    try:
        _prepare(connection, db, seed)
    except sqlite3.Error as error:
        connection.close()
        raise OSError(f"{db} is not a usable sandbox database: {error}") from error
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, db: str, seed: Callable[[sqlite3.Connection], None]) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    # An application crash loses nothing in WAL mode with NORMAL; only a power cut may.
    connection.execute("PRAGMA synchronous = NORMAL")
    with writing(connection):
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if not 0 <= found <= FORMAT:
            raise OSError(
                f"the sandbox's database {db} is of version {found}, not {FORMAT}; delete it to start anew"
            )
        for step in _STEPS[found:]:
            for statement in step.split(";"):
                connection.execute(statement)
        if found < FORMAT:
            connection.execute(f"PRAGMA user_version = {FORMAT}")
        if found == 0:
            seed(connection)


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction: all of it is kept when the block ends, nothing of it when the block raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
