"""Definitions for commands: loaded from the chosen paths, or refused with every problem at once."""

from jsms_sync import definitions
from jsms_sync.cli.options import Common
from jsms_sync.definitions import Loaded
from jsms_sync.errors import InvalidInput
from jsms_sync.model.resources import Definitions, Problem, Severity
from jsms_sync.reports.problem_text import problems_text

CODE = "invalid-definitions"


def load(common: Common, *, with_recipients: bool = True) -> Loaded:
    """What the definitions say, with all problems."""
    return definitions.load(
        common.paths,
        folder=common.chdir,
        recipients_dir=common.recipients_dir,
        with_recipients=with_recipients,
    )


def load_valid(common: Common, *, with_recipients: bool = True) -> tuple[Definitions, tuple[Problem, ...]]:
    """Definitions without errors, and their warnings; InvalidInput tells every error otherwise."""
    loaded = load(common, with_recipients=with_recipients)
    if loaded.has_errors:
        raise _unusable([p for p in loaded.problems if p.severity is Severity.ERROR])
    return loaded.definitions, loaded.problems


def _unusable(errors: list[Problem]) -> InvalidInput:
    """One problem speaks for itself, in two lines; several are listed."""
    if len(errors) == 1:
        only = errors[0]
        message = f"{only.position}: {only.message} [{only.code}]"
        return InvalidInput(message, help=" · ".join(only.help.splitlines()), code=CODE)
    told = problems_text(errors).rstrip("\n")
    help = "Nothing was done. `jsms-sync validate` shows the same offline."
    return InvalidInput(f"the definitions have {len(errors)} errors:\n{told}", help=help, code=CODE)
