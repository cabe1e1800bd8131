"""What commands work with: clock, definitions, state, and a connection to JSMS or to the embedded sandbox."""

import hashlib
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jsms_sync.cli.options import STATE, Common
from jsms_sync.errors import InvalidInput, MissingCredentials, Stale
from jsms_sync.model.privacy import Secret
from jsms_sync.model.records import State
from jsms_sync.state.locations import open_location
from jsms_sync.state.store import Backend, Holder

if TYPE_CHECKING:
    from jsms_sync.api.client import Client

SANDBOX = ".jsms-sync"
"""The folder of the embedded sandbox: its data and its state."""

Clock = Callable[[], datetime]


def clock(common: Common) -> Clock:
    """The time now; under `--now` that time, going on from the start of the command."""
    given = common.now or os.environ.get("JSMS_SYNC_NOW")
    if not given:
        return lambda: datetime.now(UTC)
    start, began = _moment(given), time.monotonic()
    return lambda: start + timedelta(seconds=time.monotonic() - began)


def looks_ahead(common: Common) -> bool:
    """Whether the clock is not the real one."""
    return bool(common.now or os.environ.get("JSMS_SYNC_NOW"))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        message = f"--now {text}: not a time"
        raise InvalidInput(message, help="Write it as 2027-03-01T09:55:00+08:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def backend(common: Common) -> Backend:
    """Where the state is kept; the sandbox never uses the one that the environment names."""
    if common.sandbox:
        default = str(Path(SANDBOX) / "sandbox.state.json")
        return open_location(common.state or default, common.chdir)
    return open_location(common.state or os.environ.get("JSMS_SYNC_STATE") or STATE, common.chdir)


def owner(verb: str) -> Holder:
    """Who this process is, for those who find the state locked."""
    return Holder(os.getpid(), socket.gethostname(), verb, datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose templates and campaigns are meant; `hash_key` is what recorded digests are keyed with."""

    account: str | None
    hash_key: Secret | None
    loopback: bool = False

    def check(self, state: State) -> None:
        """Raises Stale when the state belongs to another account."""
        if self.account and state.account and state.account != self.account:
            raise Stale(
                f"this state belongs to account {state.account}, and these credentials to {self.account}",
                help="Use the credentials of that account, or name its own state with --state.",
                code="account-mismatch",
            )


@dataclass(frozen=True, slots=True)
class Connection:
    """A client that is ready, and whose account it is for."""

    client: "Client"
    identity: Identity


@contextmanager
def connected(common: Common) -> Iterator[Connection]:
    """A connection to the service that is meant, or to the embedded sandbox, for the length of the block."""
    if common.sandbox:
        with _sandbox(common) as connection:
            yield connection
        return
    from jsms_sync.api.credentials import Credentials

    key, secret = _from_environment("JSMS_APP_KEY"), _from_environment("JSMS_MASTER_SECRET")
    if not key or not secret:
        missing = "JSMS_APP_KEY" if not key else "JSMS_MASTER_SECRET"
        raise MissingCredentials(
            f"{missing} is not set, so nothing can be asked of JSMS",
            help="Set JSMS_APP_KEY and JSMS_MASTER_SECRET (or …_FILE), or try --sandbox.",
        )
    with _client(Credentials(key, Secret(secret)), _base_url(common), common, Secret(secret)) as connection:
        yield connection


@contextmanager
def _sandbox(common: Common) -> Iterator[Connection]:
    if common.base_url:
        raise InvalidInput("--sandbox brings its own JSMS; leave --base-url out", code="usage")
    from jsms_sync.api.credentials import Credentials
    from jsms_sync.sandbox.serve import running
    from jsms_sync.sandbox.settings import Settings

    folder = common.chdir / SANDBOX
    folder.mkdir(exist_ok=True)
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    now = clock(common)() if looks_ahead(common) else None
    settings = Settings(port=0, db=str(folder / "sandbox.sqlite3"), audit="approve", now=now)
    with running(settings) as access:
        secret = Secret(access.master_secret)
        with _client(Credentials(access.app_key, secret), access.base_url, common, secret) as connection:
            yield connection


@contextmanager
def _client(credentials: object, base_url: str, common: Common, secret: Secret) -> Iterator[Connection]:
    from jsms_sync.api.client import Client
    from jsms_sync.api.credentials import Credentials
    from jsms_sync.api.service import service_at

    assert isinstance(credentials, Credentials)
    service = service_at(base_url)
    account = account_of(service.origin, credentials.key, loopback=service.loopback)
    with Client(credentials, base_url=base_url, parallelism=common.parallelism) as client:
        yield Connection(client, Identity(account, _hash_key(secret), service.loopback))


def offline(common: Common) -> Identity:
    """Who is meant when nothing is asked of JSMS; without an appKey the account is not compared."""
    from jsms_sync.api.service import service_at

    key, secret = _from_environment("JSMS_APP_KEY"), _from_environment("JSMS_MASTER_SECRET")
    if common.sandbox:
        from jsms_sync.sandbox.settings import Settings

        return Identity(account_of("", Settings().app_key, loopback=True), Secret(Settings().master_secret))
    service = service_at(_base_url(common))
    account = account_of(service.origin, key, loopback=service.loopback) if key else None
    return Identity(account, _hash_key(Secret(secret) if secret else None), service.loopback)


def account_of(origin: str, app_key: str, *, loopback: bool) -> str:
    """What stands for the account in state and plan (contract §5)."""
    service = "loopback" if loopback else origin
    return hashlib.sha256(f"{service}\n{app_key}".encode()).hexdigest()[:16]


def _base_url(common: Common) -> str:
    from jsms_sync.api.service import DEFAULT_BASE_URL

    return common.base_url or os.environ.get("JSMS_SYNC_BASE_URL") or DEFAULT_BASE_URL


def _hash_key(secret: Secret | None) -> Secret | None:
    own = os.environ.get("JSMS_SYNC_HASH_KEY")
    return Secret(own) if own else secret


def _from_environment(name: str) -> str:
    """The variable, or the content of the file that `…_FILE` names."""
    path = os.environ.get(f"{name}_FILE")
    if os.environ.get(name) or not path:
        return os.environ.get(name, "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InvalidInput(f"{name}_FILE names {path}, which cannot be read: {reason}") from None
