"""What beliefs are asked of, and how one that does not hold is told."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator

import pytest
from contract_service import LEAST_SECONDS, Pace, Service, reached, targets


def pytest_configure(config: pytest.Config) -> None:
    """Makes the mark known that `contract_service.belief` sets."""
    config.addinivalue_line("markers", "belief(source, mark): where this belief about JSMS comes from")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Asks every belief of the sandbox, and of the real service when the environment says so."""
    if "target" in metafunc.fixturenames:
        metafunc.parametrize("target", targets(os.environ), indirect=True, scope="module")


@pytest.fixture(scope="session")
def pace() -> Pace:
    """One for the whole run."""
    return Pace(LEAST_SECONDS)


@pytest.fixture(scope="module")
def target(request: pytest.FixtureRequest, pace: Pace) -> Iterator[Service]:
    """One of them for the tests of a module; what they created is deleted at the end."""
    if request.param == "real" and hasattr(request.config, "workerinput"):
        pytest.skip("the real service is asked one question at a time: run without -n")
    with reached(request.param, pace) as found:
        service = Service(found)
        yield service
        left = service.clean_up()
    assert not left, f"delete these by hand in the console: {', '.join(left)}"


@pytest.fixture
def service(target: Service) -> Service:
    """It, having heard nothing yet."""
    target.exchanges.clear()
    return target


@pytest.fixture
def mobile(service: Service) -> str:
    """A number that may be texted."""
    if service.target.mobile is None:
        pytest.skip("texts somebody or takes records away: set JSMS_CONTRACT_MOBILE")
    return service.target.mobile


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds the belief and what was said to a failure."""
    report = yield
    mark = item.get_closest_marker("belief")
    if mark and report.failed and report.when == "call":
        heard = getattr(item, "funcargs", {}).get("service")
        said = "\n".join(heard.exchanges) if heard else ""
        believed = f"{mark.args[0]} [{mark.args[1]}]"
        report.user_properties.append(("belief", believed))
        report.sections.insert(0, (f"This belief does not hold: {believed}; instead", said))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Lists the beliefs that do not hold, to correct the facts by."""
    failed = terminalreporter.stats.get("failed", [])
    lines = [
        f"{told}  {each.nodeid}" for each in failed for name, told in each.user_properties if name == "belief"
    ]
    if lines:
        terminalreporter.section("beliefs that do not hold: source, mark, test")
        terminalreporter.write_line("\n".join(lines))
