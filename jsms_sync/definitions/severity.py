"""How much a problem weighs once the settings have had their say (contract §3a, `rules`)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from jsms_sync.definitions.codes import CODES
from jsms_sync.model.resources import Problem, Severity
from jsms_sync.model.settings import Level

Rules = Mapping[str, Level]

CHANGEABLE_ERRORS = frozenset(
    {
        "content-too-long",
        "content-brackets",
        "malformed-variable",
        "verification-variables",
        "url-without-link",
    }
)
"""The errors with which a resource can still be made and sent: the audit decides about them."""
CHANGEABLE = CHANGEABLE_ERRORS | {
    code for code, (severity, _) in CODES.items() if severity is Severity.WARNING
}
"""The codes that `rules` may name. All others protect: without them something else would be sent than was
written, or nothing could be read at all."""


def severity(code: str, rules: Rules) -> Severity | None:
    """How much a problem of that code weighs under these rules; None when it is switched off."""
    level = rules.get(code)
    if level is None:
        return CODES[code].severity
    return None if level is Level.OFF else Severity(level.value)


def weighed(problems: Iterable[Problem], rules: Rules) -> Iterator[Problem]:
    """The problems as heavy as the rules make them, without those that are switched off."""
    for problem in problems:
        if problem.code not in rules:
            yield problem
        elif weight := severity(problem.code, rules):
            yield replace(problem, severity=weight)
