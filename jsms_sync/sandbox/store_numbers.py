"""What is known of phone numbers: opt-outs, what becomes of messages to them, what they got, their codes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple


class Sending(NamedTuple):
    """One message for the frequency limits; `family` is voice, code, notice or marketing."""

    mobile: str
    family: str
    content: str
    at: float


@dataclass(frozen=True)
class SentCode:
    """One verification code: valid until `expires_at`, in seconds since 1970, and once."""

    msg_id: str
    mobile: str
    code: str
    expires_at: float
    is_verified: bool = False


class Numbers:
    """The numbers that are out of the ordinary, and everything that was sent to any number."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def all(self) -> list[dict[str, Any]]:
        """Every number that opted out or has a report of its own, in the order of the numbers."""
        sql = "SELECT mobile, opted_out, report FROM numbers WHERE opted_out OR report IS NOT NULL ORDER BY 1"
        return [
            {"mobile": mobile, "opted_out": bool(opted_out), "report": report}
            for mobile, opted_out, report in self._db.execute(sql)
        ]

    def opted_out(self) -> frozenset[str]:
        """The numbers that want no messages."""
        return frozenset(row[0] for row in self._db.execute("SELECT mobile FROM numbers WHERE opted_out"))

    def reports(self) -> dict[str, int]:
        """The status that reports of messages to a number have, for the numbers that have their own."""
        return dict(self._db.execute("SELECT mobile, report FROM numbers WHERE report IS NOT NULL"))

    def opt_out(self, mobile: str, opted_out: bool) -> None:
        """Records that a number wants no messages, or wants them again."""
        sql = (
            "INSERT INTO numbers VALUES (?, ?, NULL) ON CONFLICT DO UPDATE SET opted_out = excluded.opted_out"
        )
        self._db.execute(sql, (mobile, int(opted_out)))

    def set_report(self, mobile: str, status: int | None) -> None:
        """Records what becomes of messages to a number; None: they arrive."""
        sql = "INSERT INTO numbers VALUES (?, 0, ?) ON CONFLICT DO UPDATE SET report = excluded.report"
        self._db.execute(sql, (mobile, status))

    def sent(self, sendings: Iterable[Sending]) -> None:
        """Remembers messages for the frequency limits."""
        self._db.executemany("INSERT INTO sendings VALUES (?, ?, ?, ?)", sendings)

    def count(self, like: Sending, seconds: float, *, same_content: bool) -> int:
        """How many messages of the family the number got within so many seconds before that one."""
        sql = f"""SELECT COUNT(*) FROM sendings WHERE mobile = ? AND family = ? AND at > ?
            {"AND content = ?" if same_content else ""}"""
        values = (like.mobile, like.family, like.at - seconds, *([like.content] if same_content else []))
        return int(self._db.execute(sql, values).fetchone()[0])

    def was_repeated(self, like: Sending, seconds: float) -> bool:
        """True when the number got the same content within so many seconds before that message."""
        sql = "SELECT 1 FROM sendings WHERE mobile = ? AND content = ? AND at > ? LIMIT 1"
        return self._db.execute(sql, (like.mobile, like.content, like.at - seconds)).fetchone() is not None


class Codes:
    """The verification codes that were sent."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def add(self, code: SentCode) -> None:
        """Stores a code."""
        values = (code.msg_id, code.mobile, code.code, code.expires_at, int(code.is_verified))
        self._db.execute("INSERT INTO codes VALUES (NULL, ?, ?, ?, ?, ?)", values)

    def one(self, msg_id: str) -> SentCode | None:
        """The code of a message, None when it has none."""
        return next(iter(self._codes("WHERE msg_id = ?", msg_id)), None)

    def all(self) -> list[SentCode]:
        """Every code, the oldest first."""
        return self._codes("ORDER BY position")

    def verify(self, msg_id: str) -> None:
        """Records that a code was used."""
        self._db.execute("UPDATE codes SET is_verified = 1 WHERE msg_id = ?", (msg_id,))

    def _codes(self, where: str, *values: object) -> list[SentCode]:
        rows = self._db.execute(
            f"SELECT msg_id, mobile, code, expires_at, is_verified FROM codes {where}", values
        )
        return [SentCode(row[0], row[1], row[2], row[3], bool(row[4])) for row in rows]
