"""The signatures of the app, as rows of the database."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any, Final

from jsms_sync.sandbox.rules_signs import Application
from jsms_sync.sandbox.rules_templates import APPROVED, AUDITING

# Nothing that a template is called: an id of the one must not pass for an id of the other.
_FIRST_SIGN_ID: Final = 4321
_COLUMNS: Final = (
    "sign_id, sign, status, is_default, use_status, type, remark, submitted_at, reason, fields, images"
)


@dataclass(frozen=True)
class Sign:
    """One signature, first with the fields that GET /sign shows (jsms-api.md §7).

    `fields` is what else the application said, `images` the name, field and size of each picture.
    """

    sign_id: int
    sign: str
    status: int
    is_default: int
    use_status: int
    type: int | None = None
    remark: str | None = None
    submitted_at: float = 0
    reason: str | None = None
    fields: dict[str, str] = field(default_factory=dict)
    images: list[dict[str, Any]] = field(default_factory=list)


class Signs:
    """All signatures of the app; one at most is its default."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def seed(self, signature: str | None) -> None:
        """The signatures of a new app: the default one with the id 1, or none."""
        sql = "INSERT INTO signs (sign_id, sign, status, is_default, use_status) VALUES (?, ?, 1, 1, 1)"
        if signature is not None:
            self._db.execute(sql, (1, signature))
        self._db.execute("DELETE FROM sqlite_sequence WHERE name = 'signs'")
        self._db.execute("INSERT INTO sqlite_sequence VALUES ('signs', ?)", (_FIRST_SIGN_ID - 1,))

    def all(self) -> list[Sign]:
        """Every signature, in the order of their ids."""
        return [_sign(row) for row in self._db.execute(f"SELECT {_COLUMNS} FROM signs ORDER BY sign_id")]

    def one(self, sign_id: int) -> Sign | None:
        """A signature by its id, None when there is none (any more)."""
        return next((sign for sign in self.all() if sign.sign_id == sign_id), None)

    def default(self) -> Sign | None:
        """The default signature, None when the app has none."""
        return next((sign for sign in self.all() if sign.is_default), None)

    def add(self, new: Application, now: float) -> int:
        """Stores a new signature under audit; its id is larger than any before."""
        sql = f"INSERT INTO signs ({_COLUMNS}) VALUES (NULL, ?, ?, 0, 0, ?, ?, ?, NULL, ?, ?)"
        values = (new.sign, AUDITING, new.type, new.remark, now, *_written(new))
        return int(self._db.execute(sql, values).lastrowid or 0)

    def change(self, sign_id: int, new: Application, now: float) -> None:
        """Replaces what a signature says and puts it under audit again."""
        sql = """UPDATE signs SET sign = ?, status = ?, use_status = 0, type = ?, remark = ?,
            submitted_at = ?, reason = NULL, fields = ?, images = ? WHERE sign_id = ?"""
        self._db.execute(sql, (new.sign, AUDITING, new.type, new.remark, now, *_written(new), sign_id))

    def decide(self, sign_id: int, status: int, reason: str | None) -> None:
        """Records what an audit decided; an approved signature is in use."""
        sql = "UPDATE signs SET status = ?, use_status = ?, reason = ? WHERE sign_id = ?"
        self._db.execute(sql, (status, int(status == APPROVED), reason, sign_id))

    def make_default(self, sign_id: int) -> None:
        """Makes one signature the default, and no other."""
        self._db.execute("UPDATE signs SET is_default = (sign_id = ?)", (sign_id,))

    def remove(self, sign_id: int) -> None:
        """Forgets a signature; its id is not given out again."""
        self._db.execute("DELETE FROM signs WHERE sign_id = ?", (sign_id,))

    def waiting(self, until: float) -> list[int]:
        """The signatures under audit that were submitted by then, the earliest first."""
        sql = (
            "SELECT sign_id FROM signs WHERE status = 0 AND submitted_at <= ? ORDER BY submitted_at, sign_id"
        )
        return [row[0] for row in self._db.execute(sql, (until,))]


def _written(new: Application) -> tuple[str, str]:
    return json.dumps(new.fields, ensure_ascii=False), json.dumps(new.images, ensure_ascii=False)


def _sign(row: tuple[Any, ...]) -> Sign:
    read = dict(zip(_COLUMNS.split(", "), row, strict=True))
    return Sign(**read | {"fields": json.loads(read["fields"]), "images": json.loads(read["images"])})
