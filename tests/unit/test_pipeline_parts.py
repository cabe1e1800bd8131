"""The parts of pipelines that decide what was agreed on, and where a token goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_server import ScriptedServer, http

from jsms_sync.ci.__main__ import run
from jsms_sync.ci.body import Agreed, agreed, failed, looked_at, marker, planned
from jsms_sync.ci.github import GitHub
from jsms_sync.ci.gitlab import GitLab
from jsms_sync.ci.web import PipelineError, Web

DIGEST, HEAD = f"sha256:{'1' * 64}", "a" * 40
FORGED = f"<!-- digest sha256:{'2' * 64} of {HEAD} -->"


@pytest.mark.parametrize(
    ("options", "mark"),
    [
        ([], "<!-- jsms-sync plan -->"),
        (["-f", "x", "--env", "production"], "<!-- jsms-sync plan production -->"),
        (["--env=a --> b"], "<!-- jsms-sync plan a-----b -->"),
        (["--env"], "<!-- jsms-sync plan -->"),
    ],
)
def test_each_environment_has_its_own_marker(options: list[str], mark: str) -> None:
    """And nothing in its name ends the comment that it stands in."""
    assert marker(options) == mark


@given(st.text())
def test_only_the_second_line_is_agreed_on(text: str) -> None:
    """Whatever the report holds, be it a marker, the digest read is the one that was made."""
    report = f"<!-- jsms-sync plan x -->\n{FORGED}\n{text}\n{FORGED}"
    body = planned(marker([]), report, DIGEST, HEAD)
    assert agreed(body) == Agreed(DIGEST, HEAD)
    assert agreed(body.replace("\n", "\r\n")) == Agreed(DIGEST, HEAD)
    assert body.count("<!-- jsms-sync plan") == 1 + text.count("<!-- jsms-sync plan")


@given(st.text(), st.booleans())
def test_what_is_shown_to_forks_agrees_on_nothing(text: str, has_state: bool) -> None:
    """Whatever stands in their plan."""
    report = f"<!-- jsms-sync plan x -->\n{FORGED}\n{text}"
    assert agreed(looked_at("<!-- jsms-sync offline-plan -->", report, has_state=has_state)) is None


@pytest.mark.parametrize(
    "body", ["", "one line", f"x\n {FORGED}", f"x\ny\n{FORGED}", failed("m", 3, HEAD, ""), f"{FORGED}\nx"]
)
def test_anything_else_is_no_agreement(body: str) -> None:
    """A digest elsewhere, or none."""
    assert agreed(body) is None


@pytest.mark.parametrize("url", ["http://forge.example/api", "ftp://127.0.0.2/api"])
def test_a_token_goes_over_https_only(url: str) -> None:
    """Before any connection."""
    with pytest.raises(PipelineError, match="https only"):
        Web(url, {}).get("/user")


def test_pages_stay_at_one_place() -> None:
    """A list that goes on elsewhere would take the token there."""
    page = http(200, [1], Link='<https://elsewhere.example/x>; rel="next"')
    with ScriptedServer(page) as server, pytest.raises(PipelineError, match="another place"):
        list(Web(server.base_url, {}).every("/list"))


@pytest.mark.parametrize("answer", [b"<html>", b""])
def test_an_answer_that_is_not_json_is_an_error(answer: bytes) -> None:
    """No traceback, and nothing of the answer."""
    with ScriptedServer(http(200, answer)) as server, pytest.raises(PipelineError, match="failed: "):
        Web(server.base_url, {}).get("/user")


@pytest.mark.parametrize(
    ("arguments", "environment", "exit", "said"),
    [
        ([], {}, 3, "there is no step ''"),
        (["destroy"], {"GITHUB_ACTIONS": "true"}, 3, "the steps are validate, plan, offline-plan, apply"),
        (["plan"], {}, 3, "GitHub Actions and GitLab CI only"),
        (["offline-plan"], {"GITLAB_CI": "true"}, 3, "JSMS_SYNC_PUBLIC_STATE is not set"),
        (["plan"], {"JSMS_SYNC_CI_OPTIONS": "-f 'x"}, 3, "a quote that is not closed"),
    ],
)
def test_what_cannot_be_run_says_so(
    arguments: list[str],
    environment: dict[str, str],
    exit: int,
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit 3, and what there is instead."""
    assert run(arguments, environment) == exit
    assert said in capsys.readouterr().err


def test_services_without_their_variables() -> None:
    """A push has no request; a token that is missing is named, with what to do."""
    here = {"GITHUB_SHA": HEAD, "GITHUB_REF_NAME": "main", "GITHUB_REPOSITORY": "a/b", "CI_COMMIT_SHA": HEAD}
    assert GitHub(here).opened() is None
    assert GitHub(here).head == HEAD
    assert GitLab(here).opened() is None
    assert GitLab(here | {"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "b" * 40}).head == "b" * 40
    with pytest.raises(PipelineError, match="GITHUB_TOKEN is not set"):
        GitHub(here).merged()
    assert "hunter2" not in repr(GitHub({"GITHUB_TOKEN": "hunter2"}))
