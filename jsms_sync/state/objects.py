"""The state as objects of a bucket: S3 and what speaks it, through obstore; every write is conditional."""

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit
from uuid import uuid4

from jsms_sync.errors import InvalidInput, MissingCredentials, OperationFailed
from jsms_sync.state.hosts import is_loopback
from jsms_sync.state.leases import TERMS, HeldLease, Terms, leased
from jsms_sync.state.remote_place import PAUSES, Blob, Conflict, Unanswered
from jsms_sync.state.store import Holder

if TYPE_CHECKING:
    from obstore.store import ObjectStore

LIES = (
    "The state needs a store that honours conditional writes: Amazon S3 does, and others in recent "
    "versions. Or keep it in PostgreSQL or GitLab (docs/state.md)."
)
UNREACHED = (
    "See that the endpoint, the region and the network are right; AWS_ENDPOINT_URL names another store."
)


@dataclass(frozen=True, slots=True)
class ObjectPlace:
    """A state that is the object of that URL, with others beside it."""

    scheme: str
    bucket: str
    key: str
    terms: Terms = TERMS

    @property
    def location(self) -> str:
        """The URL; its credentials come from the environment."""
        return f"{self.scheme}://{self.bucket}/{self.key}"

    @contextmanager
    def opened(self) -> Iterator["Objects"]:
        """A client for the length of the block; InvalidInput without the library."""
        yield Objects(self, _store(self.scheme, self.bucket, self.location))


def object_place(url: str, terms: Terms = TERMS) -> ObjectPlace:
    """The place that the URL names; InvalidInput when it names none."""
    parts = urlsplit(url)
    key = parts.path.strip("/")
    if not parts.netloc or not key or "@" in parts.netloc or parts.query or parts.fragment:
        raise InvalidInput(
            f"A state at {parts.scheme}:// needs a bucket and a key, and nothing else.",
            help=f"Write it as {parts.scheme}://BUCKET/KEY; credentials come from the environment.",
        )
    return ObjectPlace(parts.scheme, parts.netloc, key, terms)


class Objects:
    """The objects of one state."""

    keeps_versions, pauses = False, PAUSES

    def __init__(self, place: ObjectPlace, store: "ObjectStore") -> None:
        self._place, self._store = place, store

    def fetch(self, part: str) -> Blob | None:
        """The object as it stands, None where there is none."""
        import obstore

        with _told(f"Reading {self._name(part)}"), suppress(FileNotFoundError):
            found = obstore.get(self._store, self._key(part))
            return Blob(bytes(found.bytes()), _version(found.meta), found.meta["last_modified"])
        return None

    def put(self, part: str, data: bytes, expected: str | None, key: str = "") -> str:
        """The version of the object now; Conflict when it was not of the expected one, None for absent."""
        import obstore

        mode: Any = "create" if expected is None else _update_version(expected)
        doing = f"Writing {self._name(part)}"
        try:
            with _told(doing):
                put = obstore.put(self._store, self._key(part), data, mode=mode, use_multipart=False)
        except FileNotFoundError as error:
            if expected is not None:
                raise Conflict(doing) from error
            message = f"{doing} failed: there is no bucket {self._place.bucket}."
            raise OperationFailed(message, help="Create it, or name another one with --state.") from None
        return _version(put)

    def keep(self, part: str, data: bytes) -> str:
        """Where the data stands now, whatever stood there."""
        import obstore

        with _told(f"Writing {self._name(part)}"):
            obstore.put(self._store, self._key(part), data, use_multipart=False)
        return self._name(part)

    def now(self) -> datetime:
        """The time by the store's clock: when it says that it took what is written now."""
        import obstore

        self.keep("clock", uuid4().hex.encode())
        with _told(f"Reading {self._name('clock')}"):
            return obstore.head(self._store, self._key("clock"))["last_modified"]

    def prove(self) -> None:
        """The store refuses to create twice, and to replace what is not there; OperationFailed else."""
        import obstore

        part = f"probe-{uuid4().hex}"
        try:
            version = self.put(part, b"1", None)
            self._must_refuse(part, None, "created an object that was there")
            self.put(part, b"2", version)
            self._must_refuse(part, version, "replaced an object that was no longer there")
        except Conflict as error:
            message = f"{self._place.location}: the store refused a write whose condition was met."
            raise OperationFailed(message, help=LIES, code="lying-store") from error
        finally:
            with suppress(Exception):
                obstore.delete(self._store, self._key(part))

    def locked(
        self, owner: Holder, timeout: float, instead_of: str | None = None
    ) -> AbstractContextManager[HeldLease]:
        """The lease is held for the length of the block."""
        return leased(self, self._place.location, owner, timeout, instead_of, self._place.terms)

    def alone(self, part: str, owner: Holder) -> AbstractContextManager[str]:
        """Nobody needs to be: conditional writes suffice."""
        return nullcontext("")

    def _must_refuse(self, part: str, expected: str | None, what: str) -> None:
        try:
            self.put(part, b"3", expected)
        except Conflict:
            return
        message = f"{self._place.location}: the store {what}, so no lock in it can be trusted."
        raise OperationFailed(message, help=LIES, code="lying-store")

    def _key(self, part: str) -> str:
        return f"{self._place.key}.{part}" if part else self._place.key

    def _name(self, part: str) -> str:
        return f"{self._place.location}.{part}" if part else self._place.location


def _version(meta: Mapping[str, Any]) -> str:
    """What a conditional write compares: the ETag, and the generation where the store has them."""
    return f"{meta.get('e_tag') or ''} {meta.get('version') or ''}"


def _update_version(version: str) -> dict[str, str]:
    e_tag, _, generation = version.partition(" ")
    return {name: value for name, value in (("e_tag", e_tag), ("version", generation)) if value}


def _store(scheme: str, bucket: str, location: str) -> "ObjectStore":
    try:
        from obstore.store import from_url
    except ImportError:
        message = f"A state at {scheme}:// needs a library that is not installed."
        raise InvalidInput(
            message, help="Install it: pip install 'jsms-sync[s3]'", code="extra-missing"
        ) from None
    try:
        return from_url(
            f"{scheme}://{bucket}",
            client_options={"timeout": "60s", "connect_timeout": "5s", "allow_http": _plain()},
            retry_config={"max_retries": 2, "retry_timeout": _seconds(90)},
        )
    except Exception as error:
        raise InvalidInput(f"{location} cannot be used: {_first_line(error)}.", help=UNREACHED) from None


def _seconds(seconds: int) -> Any:
    from datetime import timedelta

    return timedelta(seconds=seconds)


def _plain() -> bool:
    """Whether the endpoint is http:// on loopback; InvalidInput when it is http:// elsewhere."""
    names = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
    name, endpoint = next(((n, os.environ[n]) for n in names if os.environ.get(n)), ("", ""))
    if not endpoint.lower().startswith("http:"):
        return False
    if not is_loopback(urlsplit(endpoint).hostname or ""):
        raise InvalidInput(
            f"{name} is http://, which would carry the credentials unencrypted",
            help="Use https; plain http is accepted for loopback only.",
        )
    return True


@contextmanager
def _told(doing: str) -> Iterator[None]:
    """What the library raises becomes a Conflict, or an error of ours that says what was being done."""
    from obstore import exceptions as their

    try:
        yield
    except (their.AlreadyExistsError, their.PreconditionError) as error:
        raise Conflict(doing) from error
    except FileNotFoundError:
        raise
    except (their.PermissionDeniedError, their.UnauthenticatedError) as error:
        _refused(doing, error)
    except (their.BaseError, OSError, ValueError) as error:
        raise Unanswered(f"{doing} failed: {_first_line(error)}.", help=UNREACHED) from None


def _refused(doing: str, error: Exception) -> NoReturn:
    raise MissingCredentials(
        f"{doing} was refused: {_first_line(error)}.",
        help="Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role, that may read and write it.",
        code="state-credentials",
    ) from None


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0][:300].rstrip(".: ")
