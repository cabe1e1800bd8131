"""What one JSMS account holds, in SQLite: a file that survives a kill at any instant, or memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jsms_sync.sandbox.accounts import NEW, Balance
from jsms_sync.sandbox.database import TABLES, open_database, writing
from jsms_sync.sandbox.rules_templates import APPROVED, AUDITING, Submission
from jsms_sync.sandbox.store_mail import Mail
from jsms_sync.sandbox.store_numbers import Codes, Numbers
from jsms_sync.sandbox.store_signs import Signs

# The sample id of the API documents is the first one given out.
_FIRST_TEMP_ID = 37582
_FIRST_MSG_ID = 288193860302
# The end of SQLite's integers: a larger id belongs to nothing.
_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Template:
    """One stored template; `submitted_at` is seconds since 1970, `reason` why it was rejected."""

    temp_id: int
    template: str
    type: int
    ttl: int | None
    remark: str | None
    status: int
    submitted_at: float
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """One schedule: `status` is pending, sent, failed or deleted; `parts` what it will cost."""

    schedule_id: str
    kind: str
    send_time: str
    send_at: float
    temp_id: int
    sign_id: int | None
    tag: str | None
    status: str = "pending"
    parts: int
    recipients: list[dict[str, Any]]
    failures: list[dict[str, Any]]


_SCHEDULE_COLUMNS = (
    "schedule_id, kind, send_time, send_at, temp_id, sign_id, tag, status, parts, recipients, failures"
)


class Store:
    """One account's data; all calls come from one thread at a time.

    OSError when the file cannot be opened, is no database, or was made by another version.
    """

    def __init__(self, db: str, signature: str | None) -> None:
        self._signature = signature
        self._db = open_database(db, self._seed)
        self._use(self._db)

    def _use(self, db: sqlite3.Connection) -> None:
        self._db, self.signs = db, Signs(db)
        self.numbers, self.codes, self.mail = Numbers(db), Codes(db), Mail(db)

    def _seed(self, db: sqlite3.Connection) -> None:
        self._use(db)
        vendors = Submission("您好，您的验证码是{{code}}，请勿告诉他人。", 1, 300, None)
        temp_id = self.add_template(vendors, 0)
        self.set_status(temp_id, APPROVED, None)
        db.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'templates'", (_FIRST_TEMP_ID - 1,))
        self.set_meta("next_msg_id", str(_FIRST_MSG_ID))
        self.set_balance(NEW)
        self.signs.seed(self._signature)

    @property
    def changes(self) -> int:
        """How many rows were changed since the database was opened."""
        return self._db.total_changes

    def close(self) -> None:
        """Closes the file; the write-ahead log is folded into it."""
        self._db.close()

    def reset(self) -> None:
        """Forgets everything: the account is as new."""
        with self.writing():
            for table in (*TABLES, "sqlite_sequence"):
                self._db.execute(f"DELETE FROM {table}")
            self._seed(self._db)

    def writing(self) -> AbstractContextManager[None]:
        """One transaction: all of it is kept when the block ends, nothing of it when the block raises."""
        return writing(self._db)

    def meta(self, key: str) -> str | None:
        """A kept word, None when there is none."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_meta(self, key: str, value: str | None) -> None:
        """Keeps a word, or forgets it (None)."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def take_msg_ids(self, count: int) -> list[str]:
        """So many message ids that were never given out before."""
        first = int(self.meta("next_msg_id") or _FIRST_MSG_ID)
        self.set_meta("next_msg_id", str(first + count))
        return [str(first + offset) for offset in range(count)]

    def balance(self) -> dict[str, int | None]:
        """All fields of both balances."""
        return dict(self._db.execute("SELECT field, amount FROM balance ORDER BY rowid"))

    def set_balance(self, balance: Balance) -> None:
        """Changes the fields that are given."""
        sql = "INSERT INTO balance VALUES (?, ?) ON CONFLICT (field) DO UPDATE SET amount = excluded.amount"
        self._db.executemany(sql, balance.items())

    def add_template(self, new: Submission, now: float) -> int:
        """Stores a new template under audit; its id is larger than any before."""
        sql = "INSERT INTO templates VALUES (NULL, ?, ?, ?, ?, ?, ?, NULL)"
        values = (new.template, new.type, new.ttl, new.remark, AUDITING, now)
        return int(self._db.execute(sql, values).lastrowid or 0)

    def change_template(self, temp_id: int, new: Submission, now: float) -> None:
        """Replaces a template's text and puts it under audit again."""
        sql = """UPDATE templates SET template = ?, type = ?, ttl = ?, remark = ?, status = ?,
            submitted_at = ?, reason = NULL WHERE temp_id = ?"""
        self._db.execute(sql, (new.template, new.type, new.ttl, new.remark, AUDITING, now, temp_id))

    def set_status(self, temp_id: int, status: int, reason: str | None) -> None:
        """Records what an audit decided."""
        self._db.execute(
            "UPDATE templates SET status = ?, reason = ? WHERE temp_id = ?", (status, reason, temp_id)
        )

    def template(self, temp_id: int) -> Template | None:
        """A template by its id, None when there is none (any more)."""
        if abs(temp_id) > _LARGEST:
            return None
        row = self._db.execute("SELECT * FROM templates WHERE temp_id = ?", (temp_id,)).fetchone()
        return Template(*row) if row else None

    def templates(self) -> list[Template]:
        """Every template, in the order of their ids."""
        return [Template(*row) for row in self._db.execute("SELECT * FROM templates ORDER BY temp_id")]

    def waiting_templates(self, until: float) -> list[int]:
        """The templates under audit that were submitted by then, the earliest first."""
        sql = """SELECT temp_id FROM templates WHERE status = 0 AND submitted_at <= ?
            ORDER BY submitted_at, temp_id"""
        return [row[0] for row in self._db.execute(sql, (until,))]

    def next_submission(self) -> float | None:
        """When the first of the templates and signatures under audit was submitted."""
        sql = """SELECT MIN(submitted_at) FROM (SELECT submitted_at FROM templates WHERE status = 0
            UNION ALL SELECT submitted_at FROM signs WHERE status = 0)"""
        found: float | None = self._db.execute(sql).fetchone()[0]
        return found

    def is_scheduled(self, temp_id: int) -> bool:
        """True when a pending schedule uses the template."""
        sql = "SELECT 1 FROM schedules WHERE status = 'pending' AND temp_id = ? LIMIT 1"
        return self._db.execute(sql, (temp_id,)).fetchone() is not None

    def remove_template(self, temp_id: int) -> None:
        """Forgets a template; its id is not given out again."""
        self._db.execute("DELETE FROM templates WHERE temp_id = ?", (temp_id,))

    def save_schedule(self, schedule: Schedule) -> None:
        """Stores a schedule, or replaces the one with its id; its place among the others stays."""
        values = vars(schedule) | {
            "recipients": json.dumps(schedule.recipients, ensure_ascii=False),
            "failures": json.dumps(schedule.failures, ensure_ascii=False),
        }
        names = _SCHEDULE_COLUMNS.split(", ")
        sql = f"""INSERT INTO schedules ({_SCHEDULE_COLUMNS}) VALUES (:{", :".join(names)})
            ON CONFLICT (schedule_id) DO UPDATE SET {", ".join(f"{name} = :{name}" for name in names[1:])}"""
        self._db.execute(sql, values)

    def schedule(self, schedule_id: str) -> Schedule | None:
        """A schedule by its id, deleted ones too."""
        found = list(self._schedules("WHERE schedule_id = ?", schedule_id))
        return found[0] if found else None

    def schedules(self) -> list[Schedule]:
        """Every schedule but the deleted ones, in the order of their creation."""
        return list(self._schedules("WHERE status != 'deleted' ORDER BY position"))

    def due_schedules(self, until: datetime) -> list[Schedule]:
        """The pending schedules whose time has come by then, the earliest first."""
        where = "WHERE status = 'pending' AND send_at <= ? ORDER BY send_at, position"
        return list(self._schedules(where, until.timestamp()))

    def next_schedule(self) -> float | None:
        """When the next pending schedule will be sent."""
        found: float | None = self._db.execute(
            "SELECT MIN(send_at) FROM schedules WHERE status = 'pending'"
        ).fetchone()[0]
        return found

    def frozen_parts(self, but: str) -> int:
        """What all pending schedules but one will cost together."""
        sql = "SELECT TOTAL(parts) FROM schedules WHERE status = 'pending' AND schedule_id != ?"
        return int(self._db.execute(sql, (but,)).fetchone()[0])

    def _schedules(self, where: str, *values: object) -> Iterator[Schedule]:
        names = _SCHEDULE_COLUMNS.split(", ")
        for row in self._db.execute(f"SELECT {_SCHEDULE_COLUMNS} FROM schedules {where}", values):
            read = dict(zip(names, row, strict=True))
            lists = {"recipients": json.loads(read["recipients"]), "failures": json.loads(read["failures"])}
            yield Schedule(**read | lists)

    def send(self, messages: Iterable[tuple[str, str, str, int | None, str | None, str, str]]) -> None:
        """Puts messages into the outbox: msg_id, mobile, content, temp_id, schedule_id, kind, at."""
        self._db.executemany("INSERT INTO outbox VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", messages)

    def outbox(self) -> list[dict[str, Any]]:
        """Every message sent, the oldest first; `schedule_id` only where there is one."""
        names = ("msg_id", "mobile", "content", "temp_id", "schedule_id", "kind", "at")
        rows = self._db.execute(f"SELECT {', '.join(names)} FROM outbox ORDER BY position")
        entries = (dict(zip(names, row, strict=True)) for row in rows)
        return [{k: v for k, v in entry.items() if k != "schedule_id" or v is not None} for entry in entries]
