"""The return codes of JSMS, each with its HTTP status and its message (jsms-api.md §2)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class Code(NamedTuple):
    """One return code as JSMS documents it."""

    number: int
    http: int
    message: str


_TABLE: Final = (
    Code(50001, 400, "missing auth"),
    Code(50002, 401, "auth failed"),
    Code(50003, 400, "missing body"),
    Code(50004, 400, "missing mobile"),
    Code(50005, 400, "missing  temp_id"),  # two spaces, as the documents print it
    Code(50006, 403, "invalid mobile"),
    Code(50007, 403, "invalid body"),
    Code(50008, 403, "no sms code auth"),
    Code(50009, 403, "out of freq"),
    Code(50010, 403, "invalid code"),
    Code(50011, 403, "expired code"),
    Code(50012, 403, "verified code"),
    Code(50013, 403, "invalid temp_id"),
    Code(50014, 403, "no money"),
    Code(50015, 400, "missing code"),
    Code(50016, 404, "api not found"),
    Code(50017, 415, "media not supported"),
    Code(50018, 405, "request method not support"),
    Code(50019, 500, "server error"),
    Code(50020, 403, "template auditing"),
    Code(50021, 403, "template not pass"),
    Code(50022, 403, "parameters not all replaced"),
    Code(50023, 403, "parameters is empty"),
    Code(50024, 403, "unsubscribed mobile"),
    Code(50025, 403, "wrong template type"),
    Code(50026, 403, "wrong msg_id"),
    Code(50027, 403, "invalid send_time"),
    Code(50028, 403, "invalid schedule_id"),
    Code(50029, 403, "wrong schedule status"),
    Code(50030, 403, "recipients is empty"),
    Code(50031, 403, "too much recipients"),
    Code(50033, 403, "app quota not assigned"),
    Code(50034, 403, "repeat send"),
    Code(50035, 403, "illegal IP"),
    Code(50036, 403, "app in black"),
    Code(50037, 403, "has black word"),
    Code(50038, 403, "invalid content length"),
    Code(50039, 403, "invalid code type"),
    Code(50040, 403, "invalid voice language type"),
    Code(50041, 403, "invalid ttl value"),
    Code(50042, 403, "template is empty"),
    Code(50043, 403, "template too long"),
    Code(50044, 403, "template parameter invalid"),
    Code(50045, 403, "remark too long"),
    Code(50046, 403, "signature not set"),
    Code(50047, 403, "modify template not allow"),
    Code(50052, 403, "template contains special symbol"),
    Code(50053, 403, "special template parameter need extra remark for confirmation"),
    Code(50054, 403, "content contains special symbol"),
    Code(50101, 403, "invalid image"),
    Code(50102, 403, "invalid sign id"),
    Code(50103, 403, "other signatures in the audit"),
    Code(50104, 403, "invalid signature"),
    Code(50105, 403, "default signature cannot be deleted"),
)

CODES: Final = MappingProxyType({code.number: code for code in _TABLE})


class Refusal(Exception):
    """JSMS refuses a request, or one recipient of it, with a return code.

    `said` stands before the error in the answer; `status` is its HTTP status, None for the code's own.
    """

    def __init__(
        self, number: int, said: Mapping[str, object] = MappingProxyType({}), status: int | None = None
    ) -> None:
        self.code, self.said, self.status = CODES[number], said, status
        super().__init__(f"{self.code.number} {self.code.message}")
