"""`validate`: every problem of the definitions in one run, offline and without credentials."""

import click

from jsms_sync.cli.loading import load
from jsms_sync.cli.options import Common, command, without_recipients
from jsms_sync.cli.terminal import paint, say, say_json
from jsms_sync.errors import Exit
from jsms_sync.model.resources import Severity
from jsms_sync.reports.problem_json import validation_document


@command("validate", example="jsms-sync validate -f templates.yaml --strict")
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@without_recipients
def validate(common: Common, format: str, strict: bool, without_recipients: bool) -> Exit:
    """Check the definitions: schema, then rules. Offline; no credentials needed."""
    loaded = load(common, with_recipients=not without_recipients)
    definitions, problems = loaded.definitions, loaded.problems
    if format == "json":
        say_json(validation_document(definitions, problems))
    else:
        from jsms_sync.reports.problem_text import problems_text, verdict

        say(problems_text(problems, paint()))
        say(verdict(len(definitions.templates), len(definitions.campaigns), problems))
    failed = any(strict or problem.severity is Severity.ERROR for problem in problems)
    return Exit.INVALID if failed else Exit.DONE
