"""Definitions for commands: loaded from the chosen paths, or refused with every problem at once."""

from jsms_sync import definitions
from jsms_sync.cli.options import Common
from jsms_sync.definitions import Loaded
from jsms_sync.errors import InvalidInput
from jsms_sync.model.resources import Definitions, Problem
from jsms_sync.reports.problem_text import problems_text


def load(common: Common) -> Loaded:
    """What the definitions say, with all problems."""
    return definitions.load(common.paths, folder=common.chdir)


def load_valid(common: Common) -> tuple[Definitions, tuple[Problem, ...]]:
    """Definitions without errors, and their warnings; InvalidInput tells every error otherwise."""
    loaded = load(common)
    if loaded.has_errors:
        told = problems_text(loaded.problems).rstrip("\n")
        raise InvalidInput(
            f"the definitions cannot be used:\n{told}",
            help="Nothing was done. `jsms-sync validate` shows the same offline.",
            code="invalid-definitions",
        )
    return loaded.definitions, loaded.problems
