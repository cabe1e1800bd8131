"""What all tests may use: a sandbox of their own that is served, and a folder to work in."""

import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from certificates import authority, no_proxy  # noqa: F401 - fixtures
from coverage import Coverage
from hypothesis import settings
from served import Served
from state_kinds import kept, postgres_url, s3_endpoint  # noqa: F401 - fixtures
from workspace import Workspace

from jsms_sync.sandbox import controller
from jsms_sync.sandbox.settings import Settings

# How long an example takes depends on what else the machine does.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")


def pytest_configure(config: pytest.Config) -> None:
    """Makes a worker measure its coverage once, and Ctrl-C reach the commands under test."""
    if hasattr(config, "workerinput"):
        _end_earlier_measuring()
    # A shell that runs us in the background ignores it.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end_earlier_measuring() -> None:
    """Ends what began with this process; it would go on wherever the measuring of pytest-cov pauses."""
    while begun := Coverage.current():
        begun.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Where coverage is not measured, it is not in the processes that a test starts, either."""
    with pytest.MonkeyPatch.context() as patched:
        if item.get_closest_marker("no_cover"):
            patched.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many lives the machine has played, how long that took, and where each mutant was caught.

    A conftest beside the machine would not do: the process that tells does not load it when it is not named.
    """
    told = [line for each in terminalreporter.getreports("passed") for line in _of_machine(each)]
    told += [line for each in terminalreporter.getreports("failed") for line in _of_machine(each)]
    if told:
        terminalreporter.section("machine")
        for line in told:
            terminalreporter.write_line(line)


def _of_machine(report: Any) -> list[str]:
    if report.when != "call" or "/machine/" not in f"/{report.nodeid}":
        return []
    took = f"{report.duration:.1f} s"
    return [f"{name}: {value} ({took})" for name, value in report.user_properties]


@pytest.fixture
def sandbox(request: pytest.FixtureRequest) -> Iterator[Served]:
    """A sandbox as new, served in a thread on a free port, where people audit.

    Other settings come as an indirect parameter.
    """
    with controller.sandbox(Settings(**getattr(request, "param", {}))) as served:
        yield Served(served.access)


@pytest.fixture
def workspace(tmp_path: Path, sandbox: Served) -> Workspace:
    """An empty folder, and commands that talk to the sandbox."""
    return Workspace(tmp_path, sandbox, sandbox.environment)
