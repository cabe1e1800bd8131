"""Problems of the definitions as annotations of a GitHub workflow, at the lines that they are about.

The escapes are those of GitHub's workflow commands: `%`, CR and LF, in a property `:` and `,` too.
"""

import posixpath
from collections.abc import Iterable

from jsms_sync.model.resources import Problem
from jsms_sync.reports.words import visible


def problems_github(problems: Iterable[Problem], folder: str = "") -> str:
    """One command per line; `folder` is where the named files stand, from the root of the repository."""
    return "".join(f"{_annotation(problem, folder)}\n" for problem in problems)


def _annotation(problem: Problem, folder: str) -> str:
    place = problem.position
    properties = {
        "file": posixpath.join(folder, place.file),
        "line": place.line,
        "col": place.column,
        "title": problem.code,
    }
    told = ",".join(f"{name}={_property(visible(value))}" for name, value in properties.items())
    lines = [visible(line) for line in (problem.message, *problem.help.splitlines())]
    return f"::{problem.severity.value} {told}::{_data(chr(10).join(lines))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
