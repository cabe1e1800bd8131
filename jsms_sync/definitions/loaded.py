"""What loading brings back: whatever is sound, and every problem of the run."""

from dataclasses import dataclass

from jsms_sync.model.resources import Definitions, Problem, Severity


@dataclass(frozen=True, slots=True)
class Loaded:
    """Definitions without the resources that have errors, and all problems sorted by place."""

    definitions: Definitions
    problems: tuple[Problem, ...]

    @property
    def has_errors(self) -> bool:
        """Whether any problem is more than a warning."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)
