"""What a command costs before it does anything, and what a small one costs beside that."""

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.measure import Row, Scale, Work, compare, process

EXAMPLES = Path(__file__).parents[1] / "examples"
TELL_IMPORTS = """
import sys
from jsms_sync.cli.main import run
run(["validate"])
print(*sys.modules, file=sys.stderr)
"""
IMPORT = "import importlib; [importlib.import_module(name) for name in {names!r}]"


def rows(scale: Scale, folder: Path) -> tuple[list[Row], list[str]]:
    """The help against the library that it is made with, and a small check against its own imports."""
    tool = shutil.which("jsms-sync", path=str(Path(sys.executable).parent)) or "jsms-sync"
    click, imports = (sys.executable, "-c", "import click"), (sys.executable, "-c", _imports())
    works = (
        ("`jsms-sync --version`", (tool, "--version"), "`import click`", click, 1.4),
        ("`jsms-sync --help`", (tool, "--help"), "`import click`", click, 1.4),
        ("`validate` of the example", (tool, "validate"), "the same imports alone", imports, 1.5),
    )
    found = [
        compare(what, _run(ours), floor_is, _run(floor), 3 * scale.rounds, most=most)
        for what, ours, floor_is, floor, most in works
    ]
    return found, []


def _run(command: tuple[str, ...]) -> Work:
    return lambda: process(*command, folder=EXAMPLES)


def _imports() -> str:
    """A program that imports what a check of the example imports, and nothing else."""
    told = subprocess.run(
        [sys.executable, "-c", TELL_IMPORTS], cwd=EXAMPLES, check=True, capture_output=True, text=True
    )
    names = [name for name in told.stderr.split() if not name.startswith("__m")]
    return IMPORT.format(names=names)
