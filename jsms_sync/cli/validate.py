"""`validate`: every problem of the definitions in one run, offline and without credentials."""

import os
from pathlib import Path

import click

from jsms_sync import __version__
from jsms_sync.cli.loading import load
from jsms_sync.cli.options import Common, command, without_recipients
from jsms_sync.cli.views import Views, as_json, tell
from jsms_sync.definitions import Loaded
from jsms_sync.errors import Exit, fold
from jsms_sync.model.resources import Severity
from jsms_sync.reports.paint import Paint

FORMATS = ("text", "json", "github", "sarif", "markdown")


@command(
    "validate", example="jsms-sync validate -f templates.yaml --strict", formats=FORMATS, reports=FORMATS
)
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@without_recipients
def validate(common: Common, format: str, strict: bool, without_recipients: bool) -> Exit:
    """Check the definitions: schema, then rules. Offline; no credentials needed."""
    loaded = load(common, with_recipients=not without_recipients)
    told = tell(common, format, _views(loaded, _from_here(common.chdir)))
    failed = any(strict or problem.severity is Severity.ERROR for problem in loaded.problems)
    return fold({Exit.INVALID if failed else Exit.DONE, told})


def _from_here(folder: Path) -> str:
    """The folder as who started the command sees it: a pipeline starts at the root of the repository."""
    named = Path(os.path.relpath(folder)).as_posix()
    return "" if named == "." else named


def _views(loaded: Loaded, folder: str) -> Views:
    return {
        "text": lambda paint: _text(loaded, paint),
        "json": lambda _: _json(loaded),
        "github": lambda _: _github(loaded, folder),
        "sarif": lambda _: _sarif(loaded, folder),
        "markdown": lambda _: _markdown(loaded),
    }


def _verdict(loaded: Loaded) -> str:
    from jsms_sync.reports.problem_text import verdict

    found = loaded.definitions
    return verdict(len(found.templates), len(found.campaigns), loaded.problems)


def _text(loaded: Loaded, paint: Paint) -> str:
    from jsms_sync.reports.problem_text import problems_text

    return problems_text(loaded.problems, paint) + _verdict(loaded)


def _json(loaded: Loaded) -> str:
    from jsms_sync.reports.problem_json import validation_document

    return as_json(validation_document(loaded.definitions, loaded.problems))


def _github(loaded: Loaded, folder: str) -> str:
    """With the verdict below, which is no command, for who reads the log."""
    from jsms_sync.reports.problem_github import problems_github

    return problems_github(loaded.problems, folder) + _verdict(loaded)


def _sarif(loaded: Loaded, folder: str) -> str:
    from jsms_sync.reports.problem_sarif import problems_sarif

    return as_json(problems_sarif(loaded.problems, __version__, folder))


def _markdown(loaded: Loaded) -> str:
    from jsms_sync.reports.problem_markdown import problems_markdown

    return problems_markdown(loaded.problems, _verdict(loaded))
