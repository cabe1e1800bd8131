"""Problems of the definitions as SARIF 2.1.0, which code scanning services read."""

import hashlib
import posixpath
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from jsms_sync.model.resources import Problem
from jsms_sync.planning.document import Json
from jsms_sync.reports.explanations import find
from jsms_sync.reports.words import visible

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def problems_sarif(problems: Sequence[Problem], version: str, folder: str = "") -> Json:
    """One run of the tool; `folder` is where the named files stand, from the root of the repository."""
    codes = list(dict.fromkeys(problem.code for problem in problems))
    driver = {"name": "jsms-sync", "version": version, "rules": [_rule(code) for code in codes]}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                # A column counts characters, as editors do, and not the bytes of the file.
                "columnKind": "unicodeCodePoints",
                "results": [_result(problem, codes.index(problem.code), folder) for problem in problems],
            }
        ],
    }


def _rule(code: str) -> Json:
    rule: Json = {"id": code}
    for found in find(code):
        if found.family == "problem":
            rule["shortDescription"] = {"text": found.means}
            rule["help"] = {"text": found.next}
            rule["defaultConfiguration"] = {"level": found.severity}
    return rule


def _result(problem: Problem, rule: int, folder: str) -> Json:
    place = problem.position
    told = [visible(line) for line in (problem.message, *problem.help.splitlines())]
    return {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": problem.severity.value,
        "message": {"text": "\n".join(told)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(posixpath.join(folder, place.file))},
                    "region": {"startLine": place.line, "startColumn": place.column},
                }
            }
        ],
        "partialFingerprints": {"problem/v1": _identity((problem.code, place.file, *told))},
    }


def _identity(parts: Iterable[str]) -> str:
    """The same problem is the same one when lines were added above it."""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]
