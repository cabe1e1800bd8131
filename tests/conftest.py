"""What all tests may use: a sandbox of their own that is served, and a folder to work in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from served import Served
from workspace import Workspace

from jsms_sync.sandbox.serve import running
from jsms_sync.sandbox.settings import Settings


@pytest.fixture
def sandbox(request: pytest.FixtureRequest) -> Iterator[Served]:
    """A sandbox as new, served in a thread on a free port, where people audit.

    Other settings come as an indirect parameter.
    """
    with running(Settings(port=0, **getattr(request, "param", {}))) as access:
        yield Served(access)


@pytest.fixture
def workspace(tmp_path: Path, sandbox: Served) -> Workspace:
    """An empty folder, and commands that talk to the sandbox."""
    return Workspace(tmp_path, sandbox, sandbox.environment)
