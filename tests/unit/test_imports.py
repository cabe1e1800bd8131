"""Import directions, and what the core does not load."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = "lint_imports_command"
HEAVY = (
    "requests",
    "urllib3",
    "yaml",
    "deepdiff",
    "jsonschema",
    "jsonschema_rs",
    "click",
    "starlette",
    "uvicorn",
)


def test_imports_point_downwards_only() -> None:
    """The contracts of pyproject.toml hold: layers, the sandbox on its own, and the purity of decisions."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as run; run()",
            "--no-cache",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " kept" in done.stdout
    assert ", 0 broken" in done.stdout


@pytest.mark.parametrize(
    "modules",
    [
        "jsms_sync.kinds.template, jsms_sync.kinds.campaign, jsms_sync.planning.decide",
        "jsms_sync.planning.document",
    ],
)
def test_deciding_loads_nothing_heavy(modules: str) -> None:
    """Neither a client, nor a parser, nor a validator, nor deepdiff is loaded before it is used."""
    told = subprocess.run(
        [sys.executable, "-c", f"import sys, {modules}; print(*sorted(sys.modules))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "jsms_sync.model.decisions" in told
    assert not [name for name in told if name.partition(".")[0] in HEAVY]
