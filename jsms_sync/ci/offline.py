"""A plan for strangers: from a state that anybody may read, with nothing in reach that they must not have."""

from collections.abc import Mapping, Sequence

from jsms_sync.ci import steps
from jsms_sync.ci.body import failed, looked_at
from jsms_sync.ci.forge import Forge
from jsms_sync.ci.web import PipelineError

MARK = "<!-- jsms-sync offline-plan -->"
STATE = "JSMS_SYNC_PUBLIC_STATE"
"""Where the state can be read without a login."""
NOBODYS = (
    "The settings take the app key from a variable of this runner, so the plan passes for one of an account."
)
HARMLESS = (
    *("CI", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "NO_COLOR", "PATH", "PYTHONPATH"),
    *("REQUESTS_CA_BUNDLE", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "TZ", "VIRTUAL_ENV"),
    *("HTTPS_PROXY", "NO_PROXY", "https_proxy", "no_proxy"),
)
"""All that the command gets of the environment: a fork's settings may name any variable and any place."""


def offline_plan(forge: Forge, options: Sequence[str], environment: Mapping[str, str]) -> int:
    """The plan from the state alone, in the log and the summary: no comment, and nothing to apply."""
    state = environment.get(STATE, "").strip()
    if not state:
        help = "Write into the pipeline file where the state can be read without a login."
        raise PipelineError(f"{STATE} is not set. {help}", steps.INVALID)
    folder = steps.fresh(forge.folder)
    saved = folder / steps.SAVED
    # The state last, because the last one counts: no option and no setting of the fork chooses another.
    # Quiet, because what is hinted at is an apply of the saved plan.
    words = ("--quiet", "--offline", "--without-recipients", f"--out={saved}", *options, f"--state={state}")
    exit = steps.jsms_sync("plan", *steps.reports(folder), *words, environment=_harmless(environment))
    made = steps.made(folder)
    if made is not None and made["account"] is not None:
        steps.fresh(folder)
        raise PipelineError(f"{NOBODYS} Nothing of it is shown.", steps.INVALID)
    # It was needed for its numbers only; nobody shall apply what nobody compared with JSMS.
    saved.unlink(missing_ok=True)
    for name, value in {**steps.outputs(made, folder, exit), "digest": ""}.items():
        forge.output(name, value)
    if made is None:
        forge.tell(failed(MARK, exit, forge.head, forge.log))
    else:
        report = (folder / steps.REPORTS["markdown"]).read_text("utf-8")
        forge.tell(looked_at(MARK, report, has_state=made["state"]["lineage"] is not None))
    return exit


def _harmless(environment: Mapping[str, str]) -> Mapping[str, str]:
    return {name: environment[name] for name in HARMLESS if name in environment}
