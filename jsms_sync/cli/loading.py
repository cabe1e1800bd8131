"""Definitions for commands: loaded from the chosen paths, or refused with every problem at once."""

from collections.abc import Mapping
from dataclasses import replace

from jsms_sync import definitions
from jsms_sync.cli.options import Common
from jsms_sync.cli.problems import unusable
from jsms_sync.cli.progress import progress
from jsms_sync.cli.session import check_account
from jsms_sync.definitions import Loaded
from jsms_sync.definitions.sources import SUFFIXES
from jsms_sync.model.resources import Definitions, Problem, Severity

NOTHING_DONE = "Nothing was done. `jsms-sync validate` shows the same offline."


def load(common: Common, *, with_recipients: bool = True) -> Loaded:
    """What the definitions say, with all problems, those of the settings among them."""
    settings, wrong = common.gathered.settings, common.gathered.problems
    with progress(common, "Reading the definitions"):
        loaded = definitions.load(
            settings.definitions,
            folder=common.chdir,
            settings=settings,
            recipients_dir=common.recipients_dir,
            with_recipients=with_recipients,
        )
    return replace(loaded, problems=(*wrong, *loaded.problems))


def load_drafts(common: Common, drafts: Mapping[str, bytes]) -> Loaded:
    """What the definitions would say if these files were as they are drafted."""
    settings = common.gathered.settings
    paths = (*settings.definitions, *(name for name in drafts if name.endswith(SUFFIXES)))
    return definitions.load(
        paths,
        folder=common.chdir,
        settings=settings,
        drafts=drafts,
        recipients_dir=common.recipients_dir,
    )


def load_valid(common: Common, *, with_recipients: bool = True) -> tuple[Definitions, tuple[Problem, ...]]:
    """Definitions without errors, and their warnings; InvalidInput tells every error otherwise.

    Raises Stale when the environment is meant for another account than the credentials.
    """
    check_account(common)
    loaded = load(common, with_recipients=with_recipients)
    if loaded.has_errors:
        errors = [problem for problem in loaded.problems if problem.severity is Severity.ERROR]
        raise unusable("definitions", errors, NOTHING_DONE)
    return loaded.definitions, loaded.problems
