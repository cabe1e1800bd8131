"""What the machine has done is told at the end of a run."""

from typing import Any

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many lives were played, how long that took, and where each mutant was caught."""
    told = [line for each in terminalreporter.getreports("passed") for line in _lines(each)]
    told += [line for each in terminalreporter.getreports("failed") for line in _lines(each)]
    if told:
        terminalreporter.section("machine")
        for line in told:
            terminalreporter.write_line(line)


def _lines(report: Any) -> list[str]:
    if report.when != "call" or "/machine/" not in f"/{report.nodeid}":
        return []
    took = f"{report.duration:.1f} s"
    return [f"{name}: {value} ({took})" for name, value in report.user_properties]
