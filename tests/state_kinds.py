"""Every kind of place that can keep a state, each with a real server, as fixtures."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
import state_stores
from state_server import PASSWORD, USER, StateServer, state_server

from jsms_sync.model.records import State
from jsms_sync.state.locations import open_location
from jsms_sync.state.store import Backend

KINDS = ("local", "gitlab", "http", "s3", "postgres")
REMOTE = KINDS[1:]
LEASED = ("s3", "postgres")
HTTP_CREDENTIALS = {"JSMS_SYNC_STATE_USERNAME": USER, "JSMS_SYNC_STATE_PASSWORD": PASSWORD}


@dataclass(frozen=True)
class Kept:
    """A place of its own for one state, and the environment that commands need to get there."""

    kind: str
    location: str
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    server: StateServer | None = None

    def open(self) -> Backend:
        """A backend of its own, as another process would have it."""
        return open_location(self.location, self.folder, {**os.environ, **self.environment})

    @property
    def state(self) -> State:
        """The state as it is read there now."""
        snapshot = self.open().read()
        assert snapshot is not None
        return snapshot.state


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A database of a PostgreSQL of our own."""
    with state_stores.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """An S3 server that honours conditions."""
    with state_stores.moto() as endpoint:
        yield endpoint


@pytest.fixture(params=KINDS)
def kept(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    """A place where no state is yet, of each kind or of those that the test names."""
    kind, name = request.param, f"s-{uuid4().hex[:8]}"
    match kind:
        case "local":
            yield Kept(kind, "state.json", tmp_path)
        case "gitlab" | "http":
            with state_server(gitlab=kind == "gitlab") as server:
                yield Kept(kind, server.url(name), tmp_path, HTTP_CREDENTIALS, server)
        case "s3":
            environment = state_stores.s3_environment(request.getfixturevalue("s3_endpoint"))
            # The library for S3 reads the environment of the process.
            for variable, value in environment.items():
                monkeypatch.setenv(variable, value)
            yield Kept(kind, f"s3://{state_stores.BUCKET}/{name}/state.json", tmp_path, environment)
        case _:
            yield Kept(kind, f"{request.getfixturevalue('postgres_url')}?name={name}", tmp_path)


def kinds(*names: str, nightly: tuple[str, ...] = ()) -> pytest.MarkDecorator:
    """That the test is about places of these kinds only; of some of them at night only."""
    late = [pytest.param(name, marks=pytest.mark.nightly) for name in nightly]
    return pytest.mark.parametrize("kept", [*names, *late], indirect=True)
