"""Problems of the user's files that end a command."""

from collections.abc import Sequence

from jsms_sync.errors import InvalidInput
from jsms_sync.model.resources import Problem
from jsms_sync.reports.problem_text import problems_text


def unusable(what: str, errors: Sequence[Problem], help: str) -> InvalidInput:
    """One problem speaks for itself, in two lines; several are listed."""
    code = f"invalid-{what}"
    if len(errors) == 1:
        only = errors[0]
        message = f"{only.position}: {only.message} [{only.code}]"
        return InvalidInput(message, help=" · ".join(only.help.splitlines()), code=code)
    told = problems_text(errors).rstrip("\n")
    return InvalidInput(f"the {what} have {len(errors)} errors:\n{told}", help=help, code=code)
