"""Reports and replies that wait to be read, and callbacks that wait to be posted, as rows of the database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

# jsms-api.md §8.1
_MOST_RECORDS: Final = 500


class Report(NamedTuple):
    """What became of one message; `at` in seconds since 1970."""

    msg_id: str
    phone: str
    at: float
    status: int

    def wire(self) -> dict[str, Any]:
        """The report as JSMS says it, pulled or pushed (jsms-api.md §8)."""
        return {
            "msgId": self.msg_id,
            "phone": self.phone,
            "receiveTime": milliseconds(self.at),
            "status": self.status,
        }


class Reply(NamedTuple):
    """What somebody texted back."""

    phone: str
    at: float
    content: str

    def wire(self) -> dict[str, Any]:
        """The reply as JSMS says it, pulled or pushed (jsms-api.md §8)."""
        return {"phone": self.phone, "replyTime": milliseconds(self.at), "content": self.content}


@dataclass(frozen=True)
class Callback:
    """One event for the app's owner; `status` is waiting, done or failed, `attempts` what each try met."""

    position: int
    type: str
    data: dict[str, Any]
    status: str
    due_at: float
    attempts: list[dict[str, Any]]


def milliseconds(at: float) -> int:
    """Milliseconds since 1970."""
    return round(at * 1000)


class Mail:
    """Everything that is for the owner of the app."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def add_reports(self, reports: Iterable[Report]) -> None:
        """Puts reports where they can be pulled."""
        self._db.executemany("INSERT INTO reports VALUES (NULL, ?, ?, ?, ?)", reports)

    def add_reply(self, reply: Reply) -> None:
        """Puts a reply where it can be pulled."""
        self._db.execute("INSERT INTO replies VALUES (NULL, ?, ?, ?)", reply)

    def take_reports(self, since: float, until: float) -> list[Report]:
        """Up to 500 reports of that time, the oldest first; they, and what is older, are gone then."""
        return [Report(*row) for row in self._take("reports", "msg_id, phone, at, status", since, until)]

    def take_replies(self, since: float, until: float) -> list[Reply]:
        """Up to 500 replies of that time, likewise."""
        return [Reply(*row) for row in self._take("replies", "phone, at, content", since, until)]

    def waiting_reports(self) -> list[Report]:
        """The reports that nobody has read yet."""
        rows = self._db.execute("SELECT msg_id, phone, at, status FROM reports ORDER BY position")
        return [Report(*row) for row in rows]

    def waiting_replies(self) -> list[Reply]:
        """The replies that nobody has read yet."""
        rows = self._db.execute("SELECT phone, at, content FROM replies ORDER BY position")
        return [Reply(*row) for row in rows]

    def _take(self, table: str, columns: str, since: float, until: float) -> list[tuple[Any, ...]]:
        self._db.execute(f"DELETE FROM {table} WHERE at < ?", (since,))
        sql = f"SELECT position, {columns} FROM {table} WHERE at <= ? ORDER BY position LIMIT {_MOST_RECORDS}"
        rows = self._db.execute(sql, (until,)).fetchall()
        self._db.executemany(f"DELETE FROM {table} WHERE position = ?", [row[:1] for row in rows])
        return [row[1:] for row in rows]

    def add_callbacks(self, kind: str, data: Iterable[Mapping[str, Any]], due_at: float) -> None:
        """Puts events where they will be posted from."""
        sql = "INSERT INTO callbacks VALUES (NULL, ?, ?, 'waiting', ?, '[]')"
        rows = [(kind, json.dumps(each, ensure_ascii=False), due_at) for each in data]
        self._db.executemany(sql, rows)

    def callbacks(self) -> list[Callback]:
        """Every callback, the oldest first."""
        return self._callbacks("ORDER BY position")

    def due_callback(self, until: float) -> Callback | None:
        """The callback to post next, None when none is due by then."""
        where = "WHERE status = 'waiting' AND due_at <= ? ORDER BY due_at, position LIMIT 1"
        return next(iter(self._callbacks(where, until)), None)

    def next_callback(self) -> float | None:
        """When the next callback is due."""
        found: float | None = self._db.execute(
            "SELECT MIN(due_at) FROM callbacks WHERE status = 'waiting'"
        ).fetchone()[0]
        return found

    def save_callback(self, old: Callback, new: Callback) -> None:
        """Records what became of an attempt; another callback that took its place meanwhile stays."""
        sql = """UPDATE callbacks SET status = ?, due_at = ?, attempts = ?
            WHERE position = ? AND data = ? AND attempts = ?"""
        values = (new.status, new.due_at, json.dumps(new.attempts))
        was = (old.position, json.dumps(old.data, ensure_ascii=False), json.dumps(old.attempts))
        self._db.execute(sql, (*values, *was))

    def _callbacks(self, where: str, *values: object) -> list[Callback]:
        sql = f"SELECT position, type, data, status, due_at, attempts FROM callbacks {where}"
        return [
            Callback(position, kind, json.loads(data), status, due_at, json.loads(attempts))
            for position, kind, data, status, due_at, attempts in self._db.execute(sql, values)
        ]
