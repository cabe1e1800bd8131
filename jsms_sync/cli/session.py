"""What commands work with: clock, definitions, state, and a connection to JSMS or to the embedded sandbox."""

import hashlib
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jsms_sync.cli.options import Common
from jsms_sync.cli.settings import SANDBOX
from jsms_sync.errors import InvalidInput, MissingCredentials, OperationFailed, Stale
from jsms_sync.model.privacy import Secret

if TYPE_CHECKING:
    from jsms_sync.api.client import Client
    from jsms_sync.api.credentials import Credentials
    from jsms_sync.model.records import State
    from jsms_sync.sandbox.settings import Access
    from jsms_sync.state.store import Backend, Holder

Clock = Callable[[], datetime]


def clock(common: Common) -> Clock:
    """The time now; under `--now` that time, going on from the start of the command."""
    given = common.now or os.environ.get("JSMS_SYNC_NOW")
    if not given:
        return lambda: datetime.now(UTC)
    start, began = _moment(given, "--now" if common.now else "JSMS_SYNC_NOW"), time.monotonic()
    return lambda: start + timedelta(seconds=time.monotonic() - began)


def looks_ahead(common: Common) -> bool:
    """Whether the clock is not the real one."""
    return bool(common.now or os.environ.get("JSMS_SYNC_NOW"))


def _moment(text: str, given_by: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if not 2000 <= moment.year < 3000:
            raise ValueError
    except ValueError:
        message = f"{given_by} {text}: not a time"
        raise InvalidInput(message, help="Write it as 2027-03-01T09:55:00+08:00.") from None
    at_home = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    return at_home.astimezone(UTC)


def backend(common: Common) -> "Backend":
    """Where the state is kept; the sandbox never uses the one that environment or settings name."""
    # Imported here and below: a check of definitions needs no state.
    from jsms_sync.state.locations import open_location

    return open_location(common.settings.state, common.chdir)


def owner(verb: str) -> "Holder":
    """Who this process is, for those who find the state locked."""
    from jsms_sync.state.store import Holder

    return Holder(os.getpid(), socket.gethostname(), verb, datetime.now(UTC), ci_job(os.environ))


def in_ci() -> bool:
    """Whether this runs in CI, where a disk forgets (contract §3)."""
    return bool(os.environ.get("CI"))


def ci_job(environment: Mapping[str, str]) -> str | None:
    """The URL of the CI job that this runs in, None elsewhere."""
    if url := environment.get("CI_JOB_URL") or environment.get("BUILD_URL"):
        return url
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, run = map(environment.get, names)
    return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else None


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose templates and campaigns are meant; `hash_key` is what recorded digests are keyed with."""

    account: str | None
    hash_key: Secret | None
    loopback: bool = False

    def check(self, state: "State") -> None:
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


@dataclass(frozen=True, slots=True)
class Beside:
    """What `api` commands need of a connection beside the app's own calls (`jsms-api.md §5`)."""

    developer: bool = False
    on_request: Callable[[str], None] | None = None


_NOTHING = Beside()


@contextmanager
def connected(common: Common, beside: Beside = _NOTHING) -> Iterator[Connection]:
    """A connection to the service that is meant, or to the embedded sandbox, for the length of the block.

    Raises Stale when the environment is meant for another account, before any request.
    """
    check_account(common)
    if common.sandbox:
        with _sandbox(common, beside) as connection:
            yield connection
        return
    app = _pair(common.settings.app_key_env, common.settings.master_secret_env)
    developer = _developer(required=beside.developer)
    with _client(app, base_url_of(common), common, beside, developer) as connection:
        yield connection


def _developer(*, required: bool) -> "Credentials | None":
    """The account's pair; where it is not required, half of it is as good as none."""
    names = ("JSMS_DEV_KEY", "JSMS_DEV_SECRET")
    return _pair(*names) if required or all(map(_from_environment, names)) else None


def _pair(*names: str) -> "Credentials":
    """The key and the secret that these variables hold."""
    from jsms_sync.api.credentials import Credentials

    key, secret = map(_from_environment, names)
    if not key or not secret:
        missing = names[0] if not key else names[1]
        raise MissingCredentials(
            f"{missing} is not set, so nothing can be asked of JSMS",
            help=f"Set {' and '.join(names)} (or …_FILE), or try --sandbox.",
        )
    return Credentials(key, Secret(secret))


def credentials(common: Common) -> "Credentials":
    """The app's key and secret, or those of the embedded sandbox; Stale when another account is pinned."""
    check_account(common)
    if not common.sandbox:
        return _pair(common.settings.app_key_env, common.settings.master_secret_env)
    from jsms_sync.api.credentials import Credentials
    from jsms_sync.sandbox.settings import Settings

    return Credentials(Settings().app_key, Secret(Settings().master_secret))


@contextmanager
def _sandbox(common: Common, beside: Beside) -> Iterator[Connection]:
    if common.base_url:
        raise InvalidInput("--sandbox brings its own JSMS; leave --base-url out", code="usage")
    from jsms_sync.api.credentials import Credentials

    with ExitStack() as stack:
        access = _embedded(common, stack)
        credentials = Credentials(access.app_key, Secret(access.master_secret))
        developer = Credentials(access.dev_key, Secret(access.dev_secret))
        yield stack.enter_context(_client(credentials, access.base_url, common, beside, developer))


def _embedded(common: Common, stack: ExitStack) -> "Access":
    from jsms_sync.sandbox.serve import running
    from jsms_sync.sandbox.settings import Settings

    db = sandbox_folder(common) / "sandbox.sqlite3"
    now = clock(common)() if looks_ahead(common) else None
    try:
        return stack.enter_context(running(Settings(port=0, db=str(db), audit="approve", now=now)))
    except OSError as error:
        message = f"the sandbox cannot work with {db}: {error.strerror or error}"
        raise OperationFailed(message, help=f"Delete {db.parent} to start anew.") from None


def sandbox_folder(common: Common) -> Path:
    """The folder of the embedded sandbox, made where it is missing; git is told to leave it alone."""
    folder = common.chdir / SANDBOX
    try:
        folder.mkdir(exist_ok=True)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise OperationFailed(f"{folder} cannot be used by the sandbox: {error.strerror}") from None
    return folder


@contextmanager
def _client(
    credentials: "Credentials", base_url: str, common: Common, beside: Beside, developer: "Credentials | None"
) -> Iterator[Connection]:
    from jsms_sync.api.client import Client
    from jsms_sync.api.service import service_at

    service = service_at(base_url)
    account = account_of(service.origin, credentials.key, loopback=service.loopback)
    with Client(
        credentials,
        base_url=base_url,
        developer=developer,
        parallelism=common.parallelism,
        on_request=beside.on_request,
    ) as client:
        yield Connection(client, Identity(account, _hash_key(credentials.secret), service.loopback))


def offline(common: Common) -> Identity:
    """Who is meant when nothing is asked of JSMS; without an appKey the account is not compared."""
    from jsms_sync.api.service import service_at

    check_account(common)
    key = _from_environment(common.settings.app_key_env)
    secret = _from_environment(common.settings.master_secret_env)
    if common.sandbox:
        from jsms_sync.sandbox.settings import Settings

        return Identity(account_of("", Settings().app_key, loopback=True), Secret(Settings().master_secret))
    service = service_at(base_url_of(common))
    account = account_of(service.origin, key, loopback=service.loopback) if key else None
    return Identity(account, _hash_key(Secret(secret) if secret else None), service.loopback)


def check_account(common: Common) -> None:
    """Raises Stale when the environment pins another account than that of the appKey.

    Without an appKey nothing can be asked of any account, and with `--sandbox` of no real one.
    """
    from jsms_sync.api.service import service_at

    settings = common.settings
    key = "" if common.sandbox or settings.account is None else _from_environment(settings.app_key_env)
    if not key:
        return
    service = service_at(base_url_of(common))
    account = account_of(service.origin, key, loopback=service.loopback)
    if account != settings.account:
        raise Stale(
            f"the environment {settings.environment} is for account {settings.account}, "
            f"and {settings.app_key_env} belongs to {account}",
            help=f"Use the credentials of that account; it is pinned at {settings.origin('account')}.",
            code="account-mismatch",
        )


def account_of(origin: str, app_key: str, *, loopback: bool) -> str:
    """What stands for the account in state and plan (contract §5)."""
    service = "loopback" if loopback else origin
    return hashlib.sha256(f"{service}\n{app_key}".encode()).hexdigest()[:16]


def base_url_of(common: Common) -> str:
    """The URL of the service that is meant, JSMS where nothing else is said."""
    from jsms_sync.api.service import DEFAULT_BASE_URL

    return common.settings.base_url or DEFAULT_BASE_URL


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
        raise MissingCredentials(
            f"{name}_FILE names {path}, which cannot be read: {reason}",
            help=f"Name a readable file in {name}_FILE, or set {name} itself.",
        ) from None
