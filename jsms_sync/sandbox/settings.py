"""How one sandbox is started, and what its users need to reach it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from jsms_sync.sandbox.beliefs import Beliefs

AuditMode: TypeAlias = Literal["manual", "approve", "reject"]

# The sample pair that the API documents print.
APP_KEY = "7d431e42dfa6a6d693ac2d04"
MASTER_SECRET = "5e987ac6d2e04d95a9d8f0d1"
# Made up for the sandbox; the documents print no account-level pair.
DEV_KEY = "d0c5a1b2e3f4a5b6c7d8e9f0"
DEV_SECRET = "f00d5a6db0c5e7a1c4ed1234"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The start values of one sandbox.

    `audit_delay` is in seconds of the sandbox's clock. `now` starts the clock of this process, standing
    still, and is not kept in the database; a time without an offset is China time. `signature` is the text of
    the default signature of a new database; None: the app has none, and templates are refused with 50046.
    """

    host: str = "127.0.0.1"
    port: int = 8800
    db: str = ":memory:"
    audit: AuditMode = "manual"
    audit_delay: float = 0
    app_key: str = APP_KEY
    master_secret: str = field(default=MASTER_SECRET, repr=False)
    dev_key: str = DEV_KEY
    dev_secret: str = field(default=DEV_SECRET, repr=False)
    now: datetime | None = None
    signature: str | None = "极光沙箱"
    allow_remote: bool = False
    beliefs: Beliefs = field(default_factory=Beliefs)


@dataclass(frozen=True)
class Access:
    """What a user needs to reach a running sandbox (contract.md §7, first line of the command)."""

    base_url: str
    console: str
    app_key: str
    master_secret: str = field(repr=False)
    dev_key: str
    dev_secret: str = field(repr=False)
