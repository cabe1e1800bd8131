"""The steps of a pipeline that runs for people who may: validate, plan, apply, continue."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jsms_sync.ci.body import agreed, failed, marker, planned
from jsms_sync.ci.forge import Forge, Note
from jsms_sync.ci.web import PipelineError

INVALID, STALE = 3, 6
WAIT = ("--lock-timeout", "300")
"""A run that is just ending is waited for."""
NO_CHANGE = ("held", "refused", "unchanged")


def validate(forge: Forge, options: Sequence[str]) -> int:
    """Every problem, where the service shows it best; needs no secret."""
    return jsms_sync("validate", "--format", forge.validation, *options)


def plan(forge: Forge, options: Sequence[str]) -> int:
    """The plan, as reports, outputs and the one comment of the request; the exit code of `plan`."""
    folder = fresh(forge.folder)
    exit = jsms_sync("plan", "--out", str(folder / SAVED), *reports(folder), *options)
    found = made(folder)
    for name, value in outputs(found, folder, exit).items():
        forge.output(name, value)
    mark = marker(options)
    if found is None:
        body = failed(mark, exit, forge.head, forge.log)
    else:
        body = planned(mark, (folder / REPORTS["markdown"]).read_text("utf-8"), found["digest"], forge.head)
    forge.tell(body)
    number = forge.opened()
    if number is not None:
        forge.write(number, _note(forge, number, mark), body)
    return exit


SAVED = "plan.json"
REPORTS = {"markdown": "plan.md", "html": "plan.html"}


def reports(folder: Path) -> list[str]:
    """The options that write every report of a plan into the folder."""
    return [f"--report={format}={folder / name}" for format, name in REPORTS.items()]


def apply(forge: Forge, options: Sequence[str], digest: str = "") -> int:
    """The plan made now is carried out, if it is the one that was reviewed before the merge."""
    return _applied(forge, "--plan-digest", digest or _reviewed(forge, marker(options)), *options)


def go_on(forge: Forge, options: Sequence[str]) -> int:
    """What the last apply left for later, and nothing else."""
    return _applied(forge, "--continue", *options)


def _applied(forge: Forge, *options: str) -> int:
    folder = fresh(forge.folder)
    report = folder / "apply.md"
    reports = (f"--report=markdown={report}", f"--report=html={folder / 'apply.html'}")
    exit = jsms_sync("apply", "--auto-approve", *WAIT, *reports, *options)
    forge.output("folder", str(folder))
    forge.output("exit-code", str(exit))
    if report.exists():
        forge.tell(report.read_text("utf-8"))
    return exit


def new_state(_forge: Forge, options: Sequence[str]) -> int:
    """An empty state at its place, once, before the first apply."""
    return jsms_sync("init", *options)


def jsms_sync(*arguments: str, environment: Mapping[str, str] | None = None) -> int:
    """Runs the command; its output goes where ours goes. It gets our environment unless another is given."""
    sys.stdout.flush()
    words = [sys.executable, "-m", "jsms_sync", *arguments]
    return subprocess.run(words, check=False, env=environment).returncode


def fresh(folder: Path) -> Path:
    """The folder without reports of an earlier step: those would be told as this one's."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def made(folder: Path) -> Mapping[str, Any] | None:
    """The plan that was saved there, None where none could be made."""
    try:
        found: Mapping[str, Any] = json.loads((folder / SAVED).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return found


def outputs(plan: Mapping[str, Any] | None, folder: Path, exit: int) -> dict[str, str]:
    """What later steps may ask for."""
    counts = plan["summary"] if plan else {}
    changes = sum(count for name, count in counts.items() if name not in NO_CHANGE)
    digest = plan["digest"] if plan else ""
    return {"folder": str(folder), "exit-code": str(exit), "changes": str(changes), "digest": digest}


def _note(forge: Forge, number: int, mark: str) -> Note | None:
    found = (note for note in forge.own_notes(number) if note.body.splitlines()[:1] == [mark])
    return next(found, None)


def _reviewed(forge: Forge, mark: str) -> str:
    """The digest that stood in the request when it was merged; PipelineError tells what else stood there."""
    by_hand = "Read a plan of this branch, and apply with its digest by hand"
    merged = forge.merged()
    if merged is None:
        raise PipelineError(
            f"this commit came without a request, so no plan was reviewed. {by_hand}.", INVALID
        )
    note = _note(forge, merged.number, mark)
    found = agreed(note.body) if note else None
    if found is None:
        raise PipelineError(f"request {merged.number} was merged without a plan. {by_hand}.", INVALID)
    if found.head != merged.head:
        raise PipelineError(
            f"the plan in request {merged.number} is that of {found.head[:12]}, and {merged.head[:12]} was"
            f" merged. {by_hand}.",
            STALE,
        )
    return found.digest
