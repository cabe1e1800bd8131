"""`python -m jsms_sync.ci STEP`: one step of a pipeline at GitHub or GitLab."""

import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence

from jsms_sync.ci import steps
from jsms_sync.ci.forge import Forge
from jsms_sync.ci.github import GitHub
from jsms_sync.ci.gitlab import GitLab
from jsms_sync.ci.offline import offline_plan
from jsms_sync.ci.web import PipelineError

STEPS: Mapping[str, Callable[..., int]] = {
    "validate": steps.validate,
    "plan": steps.plan,
    "offline-plan": offline_plan,
    "apply": steps.apply,
    "continue": steps.go_on,
    "new-state": steps.new_state,
}
OPTIONS, DIGEST = "JSMS_SYNC_CI_OPTIONS", "JSMS_SYNC_CI_DIGEST"


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """The exit code of the step, which is that of the command it runs."""
    try:
        name, *more = arguments or ("",)
        if name not in STEPS:
            raise PipelineError(f"there is no step {name!r}; the steps are {', '.join(STEPS)}", steps.INVALID)
        options = [*_options(environment.get(OPTIONS, "")), *more]
        digest = environment.get(DIGEST, "").strip()
        if name == "apply":
            return steps.apply(_forge(environment), options, digest)
        if name == "offline-plan":
            return offline_plan(_forge(environment), options, environment)
        return STEPS[name](_forge(environment), options)
    except PipelineError as error:
        print(f"Error: {error}", file=sys.stderr)
        return error.exit


def _options(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        raise PipelineError(f"{OPTIONS} has a quote that is not closed", steps.INVALID) from None


def _forge(environment: Mapping[str, str]) -> Forge:
    if environment.get("GITHUB_ACTIONS"):
        return GitHub(environment)
    if environment.get("GITLAB_CI"):
        return GitLab(environment)
    raise PipelineError("this runs at GitHub Actions and GitLab CI only; elsewhere use jsms-sync itself", 3)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], os.environ))
