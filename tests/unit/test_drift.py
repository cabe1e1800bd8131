"""Drift, case by case: `cases/drift` says what is recorded and observed, and what differs."""

from pathlib import Path
from typing import Any

import diff_cases
import pytest
import yaml
from diff_cases import Case

from jsms_sync.planning.drift import Drift, drift, drift_document
from jsms_sync.reports.drift_text import drift_text

FOLDER = Path(__file__).parents[1] / "cases" / "drift"
EXPECTED = ("drift", "unreadable", "notes")


def cases() -> list[tuple[Case, dict[str, list[str]]]]:
    """Every case, with what is expected of it; what it is silent about has to be empty."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for each in document["cases"]:
            fields = {**document["world"], **each}
            expected = {name: fields.pop(name, []) for name in EXPECTED}
            found.append((Case(document["kind"], document["kind"], fields), expected))
    return found


def drifted(case: Case) -> Drift:
    """What differs in the case."""
    look = diff_cases.look_of(case)
    return drift(look.state, look.observed, look.digester, look.now)


def line(entry: dict[str, Any]) -> str:
    """One object that differs, in one line."""
    fields = ", ".join(f"{f['path']} {f['before']} → {f['after']}" for f in entry["fields"])
    return f"{entry['address']} {entry['remote_id']}: {fields}"


@pytest.mark.parametrize(("case", "expected"), cases(), ids=lambda value: getattr(value, "id", ""))
def test_what_differs_is_told(case: Case, expected: dict[str, list[str]]) -> None:
    """Recorded against observed, and nothing of what is desired."""
    document: Any = drift_document(drifted(case))
    assert [line(entry) for entry in document["drift"]] == expected["drift"]
    assert [entry["address"] for entry in document["unreadable"]] == expected["unreadable"]
    assert document["notes"] == expected["notes"]
    counts = {"drifted": len(expected["drift"]), "unreadable": len(expected["unreadable"])}
    assert document["summary"] == counts
    text = drift_text(document)
    assert all(entry["address"] in text for entry in (*document["drift"], *document["unreadable"]))
