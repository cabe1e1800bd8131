"""Problems of the definitions as JSON (contract §4)."""

from jsms_sync.model.resources import Definitions, Problem, Severity
from jsms_sync.planning.document import FORMAT_VERSION, Json, problem_document


def validation_document(definitions: Definitions, problems: tuple[Problem, ...]) -> Json:
    """What `validate --format json` prints."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    return {
        "format_version": FORMAT_VERSION,
        "summary": {
            "templates": len(definitions.templates),
            "campaigns": len(definitions.campaigns),
            "errors": errors,
            "warnings": len(problems) - errors,
        },
        "problems": [problem_document(problem) for problem in problems],
    }
