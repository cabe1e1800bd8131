"""The lock of the HTTP protocol: how servers want to be asked for it, and what they say of who has it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import msgspec

from jsms_sync.errors import StateLocked
from jsms_sync.state.store import Holder


@dataclass(frozen=True, slots=True)
class Manner:
    """How a server wants to be asked: for GitLab the lock is a resource of its own below the state."""

    lock: str = "LOCK"
    unlock: str = "UNLOCK"
    update: str = "POST"
    below: str = ""


GITLAB = Manner("POST", "DELETE", below="/lock")


class LockInfo(msgspec.Struct, rename={"id": "ID"}):
    """Who wants a lock, in the protocol's own words; servers may answer with less."""

    id: str = ""
    Operation: str = ""
    Info: str = ""
    Who: str = ""
    Version: str = ""
    Created: str = ""
    Path: str = ""


class LockedBy(StateLocked):
    """That somebody else has the lock, and whether it was the same one for as long as we looked."""

    def __init__(self, location: str, manner: Manner, holder: LockInfo, *, all_the_time: bool) -> None:
        self.id, self.all_the_time = holder.id, all_the_time
        # GitLab answers with the wish of who asks instead of the holder's.
        what = [] if manner == GITLAB else [repr(holder.Operation)] if holder.Operation else []
        job = [] if manner == GITLAB or not holder.Info else [holder.Info]
        who = " ".join([*what, f"of {holder.Who or 'somebody else'}", *job])
        since = f" since {holder.Created}" if holder.Created else ""
        help = (
            "Wait until it is done, or give --lock-timeout SECONDS to wait here. Once you are sure that it "
            f"runs no longer: `jsms-sync state unlock {holder.id or 'ID'}`."
        )
        super().__init__(f"The state {location} is locked: a run {who} holds it{since}.", help=help)


def wish(owner: Holder) -> LockInfo:
    """Who we are, to the server."""
    from jsms_sync import __version__

    return LockInfo(
        id=str(uuid4()),
        Operation=owner.command,
        Info=owner.job or "",
        Who=f"process {owner.pid} on {owner.host}",
        Version=__version__,
        Created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def told_by(body: bytes) -> LockInfo:
    """Who the server says has the lock; servers may say anything, or nothing."""
    said: object = None
    with suppress(msgspec.DecodeError, UnicodeDecodeError):
        said = msgspec.json.decode(body)
    fields = said if isinstance(said, Mapping) else {}
    names = ("Operation", "Info", "Who", "Created")
    words = {name: _word(fields.get(name)) for name in names}
    return LockInfo(id=_word(fields.get("ID")), **words)


def _word(value: object) -> str:
    """What a server says, fit for one line of a message."""
    return "".join(each for each in value if each.isprintable())[:200] if isinstance(value, str) else ""
