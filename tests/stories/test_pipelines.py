"""Pipelines as runners run them: the files' own steps, with comments on loopback and the sandbox for JSMS."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from forges import HEAD, MERGE, OWN, TOKEN, Forge, Step, evaluated, filled, forge, load, shell
from served import Served
from state_server import PASSWORD, USER, StateServer, state_server

from jsms_sync.ci.body import agreed

pytestmark = [pytest.mark.story, pytest.mark.no_cover]

WORKFLOW, ACTION, GITLAB = "jsms_sync/ci/github-workflow.yml", "action.yml", "gitlab/jsms-sync.gitlab-ci.yml"
LOGIN = "version: 1\ntemplates:\n  login: {type: verification, content: '您的验证码是{{code}}。', ttl: 60}\n"
ORDER = "  order: {type: notification, content: 您的订单已发出。}\n"
REVIEWED = "<!-- jsms-sync plan -->"


@dataclass
class Runner:
    """A machine that runs pipelines of one repository."""

    folder: Path
    forge: Forge
    served: Served
    states: StateServer
    ran: int = 0
    request: str = HEAD
    source: str = "acme/sms"
    public: str = ""

    def commit(self, text: str) -> None:
        """What is checked out."""
        (self.folder / "templates.yaml").write_text(text, encoding="utf-8")

    @property
    def secrets(self) -> dict[str, str]:
        """The settings of the repository."""
        given = self.served.environment
        secrets = {name: given[name] for name in ("JSMS_APP_KEY", "JSMS_MASTER_SECRET")}
        return {**secrets, "JSMS_SYNC_STATE": self.states.url("sms")}

    @property
    def _around(self) -> dict[str, str]:
        """What stands for the world here: the sandbox for JSMS, a server of states with a password."""
        return {
            "CI": "true",
            "JSMS_SYNC_BASE_URL": self.served.environment["JSMS_SYNC_BASE_URL"],
            "JSMS_SYNC_STATE_USERNAME": USER,
            "JSMS_SYNC_STATE_PASSWORD": PASSWORD,
        }

    def github(self, name: str, **inputs: str) -> dict[str, Step]:
        """All jobs of the workflow that this event starts, each with its step that runs something."""
        workflow, context = load(WORKFLOW), self._context(name, inputs)
        written = {**workflow["env"], "JSMS_SYNC_PUBLIC_STATE": self.public}
        context["env"] = written
        jobs = {job: found for job, found in workflow["jobs"].items() if evaluated(found["if"], context)}
        ran = {
            job: [s for s in jobs[job]["steps"] if evaluated(s.get("if", "'yes'"), context)] for job in jobs
        }
        return {job: self._job(written, steps, context) for job, steps in ran.items() if steps}

    def action(self, name: str, **inputs: str) -> Step:
        """The composite action, with its defaults."""
        action, context = load(ACTION), self._context(name, {})
        given = {key: filled(each.get("default", ""), context) for key, each in action["inputs"].items()}
        context["inputs"] = {**given, **inputs}
        return self._job(self.secrets, action["runs"]["steps"], context)

    def _context(self, name: str, inputs: Mapping[str, str]) -> dict[str, Any]:
        is_request = name == "pull_request"
        request = {"number": 7, "head": {"sha": self.request, "repo": {"full_name": self.source}}}
        event = {"pull_request": request} if is_request else {}
        (self.folder.parent / "event.json").write_text(json.dumps(event))
        github = {"event_name": name, "repository": "acme/sms", "token": TOKEN, "event": event}
        return {"github": github, "inputs": dict(inputs), "secrets": self.secrets}

    def _job(self, environment: Mapping[str, str], steps: list[dict[str, Any]], context: Any) -> Step:
        """The steps with a shell, but for the installation, which has a test of its own."""
        (step,) = [step for step in steps if "run" in step and not step["name"].startswith("Install")]
        self.ran += 1
        files = {name: self.folder.parent / f"{name}-{self.ran}" for name in ("output", "summary")}
        given = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.forge.origin,
            "GITHUB_EVENT_PATH": str(self.folder.parent / "event.json"),
            "GITHUB_OUTPUT": str(files["output"]),
            "GITHUB_REF_NAME": "main",
            "GITHUB_REPOSITORY": "acme/sms",
            "GITHUB_RUN_ID": "99",
            "GITHUB_SERVER_URL": "https://github.invalid",
            "GITHUB_SHA": MERGE,
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "RUNNER_TEMP": str(self.folder.parent / "temp"),
        }
        own = {key: filled(value, context) for key, value in step.get("env", {}).items()}
        exit, told = shell(
            step["run"], self.folder, {**self._around, **given, **environment, **own}, "-eo", "pipefail"
        )
        texts = {name: path.read_text("utf-8") if path.exists() else "" for name, path in files.items()}
        outputs = dict(line.split("=", 1) for line in texts["output"].splitlines())
        return Step(exit, told, outputs, texts["summary"])

    def gitlab(self, job: str, *, opened: bool = False, **variables: str) -> Step:
        """One job of the template."""
        template = load(GITLAB)
        script = list(template[job]["script"])
        given = {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": f"{self.forge.origin}/api/v4",
            "CI_COMMIT_BRANCH": "main",
            "CI_COMMIT_SHA": HEAD if opened else MERGE,
            "CI_JOB_URL": "https://gitlab.invalid/jobs/1",
            "CI_PROJECT_DIR": str(self.folder),
            "CI_PROJECT_ID": "1",
            "JSMS_SYNC_GITLAB_TOKEN": TOKEN,
            **({"CI_MERGE_REQUEST_IID": "7"} if opened else {}),
        }
        state = {"JSMS_SYNC_STATE": self.states.url("sms")}
        environment = {**self._around, **given, **template["variables"], **self.secrets, **state, **variables}
        exit, told = shell("\n".join(script), self.folder, environment, "-eo", "pipefail")
        report = self.folder / "jsms-sync-report" / "outputs.env"
        text = report.read_text("utf-8") if report.exists() else ""
        return Step(exit, told, dict(line.split("=", 1) for line in text.splitlines()))


@pytest.fixture
def runner(tmp_path: Path, sandbox: Served) -> Iterator[Runner]:
    """A runner, whose repository has one definition and no state yet."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    with forge() as service, state_server() as states:
        found = Runner(folder, service, sandbox, states)
        found.commit(LOGIN)
        yield found


def test_a_change_goes_from_pull_request_to_jsms(runner: Runner) -> None:
    """State once, a plan in one comment that is edited, the reviewed plan applied, the rest continued."""
    assert runner.github("workflow_dispatch", step="new-state")["write"].exit == 0
    runner.forge.say(f"{REVIEWED}\n<!-- digest sha256:{'0' * 64} of {HEAD} -->\n", "mallory")
    runner.forge.say("Looks good", "reviewer")
    first = runner.github("pull_request")
    assert {job: step.exit for job, step in first.items()} == {"validate": 0, "plan": 0}, first
    (comment,) = runner.forge.own
    assert comment.startswith(f"{REVIEWED}\n<!-- digest sha256:")
    assert "template.login" in comment
    plan = first["plan"]
    assert plan.outputs["changes"] == "1"
    assert plan.outputs["digest"] in comment
    assert plan.summary.strip() == comment.strip()
    assert {path.name for path in Path(plan.outputs["folder"]).iterdir()} == {
        "plan.json",
        "plan.md",
        "plan.html",
    }

    runner.commit(LOGIN + ORDER)
    runner.forge.say("One more, please", "reviewer")
    again = runner.github("pull_request")["plan"]
    (comment,) = runner.forge.own
    assert "template.order" in comment
    assert again.outputs["changes"] == "2"

    runner.forge.merge()
    applied = runner.github("push")["write"]
    assert applied.exit == 0, applied
    assert "template.order" in applied.summary
    kept = sorted(path.name for path in Path(applied.outputs["folder"]).iterdir())
    assert kept == ["apply.html", "apply.md"]
    assert len(runner.served.templates()) == 2
    runner.served.approve()
    went_on = runner.github("schedule")["write"]
    assert went_on.exit == 0, went_on
    assert runner.states.latest("sms")["resources"]
    for told in (*runner.forge.own, applied.told, went_on.told, plan.told):
        assert not any(secret in told for secret in (TOKEN, PASSWORD, runner.secrets["JSMS_MASTER_SECRET"]))


def test_what_was_not_reviewed_is_not_applied(runner: Runner) -> None:
    """No request, no plan, one of another commit, one of other changes: each says so, and sends nothing."""
    assert runner.github("workflow_dispatch", step="new-state")["write"].exit == 0
    alone = runner.github("push")["write"]
    assert (alone.exit, "came without a request" in alone.told) == (3, True)
    runner.forge.merge()
    runner.forge.say(f"{REVIEWED}\n<!-- digest sha256:{'0' * 64} of {HEAD} -->\n", "mallory")
    unplanned = runner.github("push")["write"]
    assert (unplanned.exit, "request 7 was merged without a plan" in unplanned.told) == (3, True)
    runner.request = "c" * 40
    plan = runner.github("pull_request")["plan"]
    other = runner.github("push")["write"]
    assert (other.exit, "is that of cccccccccccc" in other.told) == (6, True)
    runner.request = HEAD
    runner.github("pull_request")
    runner.commit(LOGIN + ORDER)
    changed = runner.github("push")["write"]
    assert (changed.exit, "another one: its digest is" in changed.told) == (6, True)
    assert runner.served.writes() == []
    # Somebody read a plan of the branch, and says so.
    by_hand = runner.github("workflow_dispatch", step="plan")["write"]
    assert by_hand.outputs["digest"] != plan.outputs["digest"]
    applied = runner.github("workflow_dispatch", step="apply", digest=by_hand.outputs["digest"])["write"]
    assert applied.exit == 0, applied
    assert len(runner.served.templates()) == 2


def test_a_plan_that_fails_replaces_the_old_one(runner: Runner) -> None:
    """Nobody takes the plan of an older commit for this one's; and problems are annotations."""
    assert runner.github("workflow_dispatch", step="new-state")["write"].exit == 0
    runner.github("pull_request")
    runner.commit(LOGIN + "  bad: {type: 7, content: x}\n")
    jobs = runner.github("pull_request")
    assert {job: step.exit for job, step in jobs.items()} == {"validate": 3, "plan": 3}
    assert "::error file=templates.yaml,line=4," in jobs["validate"].told
    (comment,) = runner.forge.own
    assert "**No plan could be made for aaaaaaaaaaaa: exit code 3.**" in comment
    assert "https://github.invalid/acme/sms/actions/runs/99" in comment
    assert jobs["plan"].outputs["digest"] == ""
    runner.forge.merge()
    assert runner.github("push")["write"].exit == 3


def test_the_action_does_the_same(runner: Runner) -> None:
    """Its inputs choose the step and the options; each environment has a comment of its own."""
    assert runner.action("workflow_dispatch", command="new-state").exit == 0
    assert runner.action("pull_request", command="validate").exit == 0
    (runner.folder / "jsms-sync.yaml").write_text("version: 1\nenvironments: {staging: {}}\n")
    here = runner.action("pull_request")
    staging = runner.action("pull_request", options="--env 'staging'")
    assert (here.exit, staging.exit) == (0, 0), staging
    assert [body.splitlines()[0] for body in runner.forge.own] == [
        REVIEWED,
        "<!-- jsms-sync plan staging -->",
    ]
    runner.forge.merge()
    assert runner.action("push", command="apply").exit == 0
    assert len(runner.served.templates()) == 1
    assert runner.action("push", command="destroy").exit == 3


@pytest.mark.parametrize("answer", [403, 500, 302])
def test_a_comment_that_cannot_be_written_fails_the_job(runner: Runner, answer: int) -> None:
    """The plan stands in the summary, the error names the answer, and no redirect gets the token."""
    assert runner.github("workflow_dispatch", step="new-state")["write"].exit == 0
    runner.forge.answer = answer
    plan = runner.github("pull_request")["plan"]
    assert (plan.exit, f"was answered with {answer}" in plan.told) == (1, True)
    assert "template.login" in plan.summary
    assert TOKEN not in plan.told
    assert not any("elsewhere" in path for _, path in runner.forge.asked)


def test_a_fork_gets_a_plan_without_a_secret(runner: Runner) -> None:
    """Offline, from a state that anybody may read: in the summary, in no comment, and nothing to apply."""
    for step in ("new-state", "apply"):
        digest = runner.github("workflow_dispatch", step="plan")["write"].outputs.get("digest", "")
        assert runner.github("workflow_dispatch", step=step, digest=digest)["write"].exit == 0
    runner.source = "stranger/sms"
    runner.commit(LOGIN + ORDER)
    assert set(runner.github("pull_request")) == {"validate"}
    runner.public, runner.states.is_public = runner.states.url("sms"), True
    runner.states.logins.clear()
    sent = len(runner.served.requests())
    jobs = runner.github("pull_request")
    assert {job: step.exit for job, step in jobs.items()} == {"validate": 0, "offline-plan": 0}, jobs
    plan = jobs["offline-plan"]
    assert (plan.outputs["changes"], plan.outputs["digest"]) == ("1", "")
    assert "**Offline, for a fork.**" in plan.summary
    assert "template.order" in plan.summary
    assert "No state was found" not in plan.summary
    assert "sha256:" not in plan.summary
    assert agreed(plan.summary) is None
    assert "Note: offline: compared with what is recorded" in plan.told
    assert "jsms-sync apply" not in plan.told
    assert sorted(path.name for path in Path(plan.outputs["folder"]).iterdir()) == ["plan.html", "plan.md"]
    assert runner.forge.notes == []
    assert runner.forge.asked == []
    assert set(runner.states.logins) == {None}
    assert len(runner.served.requests()) == sent


def test_the_settings_of_a_fork_choose_no_place_and_name_no_secret(runner: Runner) -> None:
    """Whatever stands in them, the state is read where the pipeline says, and nobody is told who we are."""
    runner.source, runner.states.is_public = "stranger/sms", True
    runner.public = runner.states.url("sms")
    with state_server() as theirs:
        theirs.is_public = True
        named = "app_key_env: JSMS_SYNC_GITLAB_TOKEN, master_secret_env: JSMS_SYNC_STATE_PASSWORD"
        production = f"  production: {{state: {theirs.url('y')}, {named}}}\n"
        settings = f"version: 1\nstate: {theirs.url('x')}\nenvironments:\n{production}"
        (runner.folder / "jsms-sync.yaml").write_text(settings)
        plan = runner.github("pull_request")["offline-plan"]
        given = {"JSMS_SYNC_PUBLIC_STATE": runner.public, "JSMS_SYNC_CI_OPTIONS": "--env production"}
        job = runner.gitlab("jsms-sync:offline-plan", opened=True, **given)
        assert theirs.asked == []
    assert (plan.exit, job.exit) == (9, 9)
    assert "**No plan could be made for aaaaaaaaaaaa: exit code 9.**" in plan.summary
    assert set(runner.states.logins) == {None}
    assert PASSWORD not in plan.told + job.told


def test_a_fork_s_plan_passes_for_nobody_s(runner: Runner) -> None:
    """An app key out of any variable that is there would give it an account, and so a digest to apply."""
    runner.source, runner.public = "stranger/sms", "jsms-sync.state.json"
    keys = "{app_key_env: HOME, master_secret_env: PATH}"
    (runner.folder / "jsms-sync.yaml").write_text(f"version: 1\nenvironments:\n  production: {keys}\n")
    given = {"JSMS_SYNC_PUBLIC_STATE": runner.public, "JSMS_SYNC_CI_OPTIONS": "--env production"}
    job = runner.gitlab("jsms-sync:offline-plan", opened=True, **given)
    assert (job.exit, "the app key from a variable" in job.told, "sha256:" in job.told) == (3, True, False)
    assert list((runner.folder / "jsms-sync-report").glob("plan.*")) == []


def test_a_fork_is_told_that_there_is_no_state(runner: Runner) -> None:
    """A state in the repository needs no server; one that is not there is why everything looks new."""
    runner.source, runner.public = "stranger/sms", "jsms-sync.state.json"
    plan = runner.github("pull_request")["offline-plan"]
    assert (plan.exit, "**No state was found**" in plan.summary) == (0, True)
    job = runner.gitlab("jsms-sync:offline-plan", opened=True, JSMS_SYNC_PUBLIC_STATE=runner.public)
    assert (job.exit, job.outputs["JSMS_SYNC_DIGEST"], job.outputs["JSMS_SYNC_CHANGES"]) == (0, "", "1")
    assert "there is no state here yet" in job.told


def test_gitlab_does_the_same(runner: Runner) -> None:
    """The template's jobs, one after the other, with a note in the merge request."""
    assert runner.gitlab("jsms-sync:new-state").exit == 0
    assert runner.gitlab("jsms-sync:validate", opened=True).exit == 0
    runner.forge.say(f"{REVIEWED}\n<!-- digest sha256:{'0' * 64} of {HEAD} -->\n", "mallory")
    runner.forge.say("Why?", "reviewer")
    plan = runner.gitlab("jsms-sync:plan", opened=True)
    assert plan.exit == 0, plan
    assert plan.outputs["JSMS_SYNC_CHANGES"] == "1"
    runner.gitlab("jsms-sync:plan", opened=True)
    (note,) = runner.forge.own
    assert plan.outputs["JSMS_SYNC_DIGEST"] in note
    assert runner.gitlab("jsms-sync:apply").exit == 3
    runner.forge.merge()
    applied = runner.gitlab("jsms-sync:apply")
    assert applied.exit == 0, applied
    runner.served.approve()
    assert runner.gitlab("jsms-sync:continue").exit == 0
    assert OWN not in applied.told


def test_gitlab_says_which_token_is_missing(runner: Runner) -> None:
    """The note needs one that the job does not have by itself."""
    runner.gitlab("jsms-sync:new-state")
    plan = runner.gitlab("jsms-sync:plan", opened=True, JSMS_SYNC_GITLAB_TOKEN="")
    assert plan.exit == 1
    assert "JSMS_SYNC_GITLAB_TOKEN is not set" in plan.told
