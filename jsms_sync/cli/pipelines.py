"""The pipeline files that `init --ci` writes, made to fit the repository that they go to."""

import re
import shlex
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from jsms_sync.cli.options import Common
from jsms_sync.errors import InvalidInput

SERVICES = ("github", "gitlab")
GITHUB, GITLAB = "github-workflow.yml", "jsms-sync.gitlab-ci.yml"
INCLUDE = """\
include:
  - local: .gitlab/jsms-sync.gitlab-ci.yml
"""
EXTRAS = {"s3": "s3", "gs": "s3", "az": "s3", "postgresql": "postgres", "postgres": "postgres"}
NEXT = {
    "github": "For the pipeline: commit, and do once what the head of .github/workflows/jsms-sync.yml says.",
    "gitlab": "For the pipeline: commit, and do once what the head of .gitlab/jsms-sync.gitlab-ci.yml says.",
}


def pipeline_files(service: str, common: Common) -> Iterator[tuple[Path, str]]:
    """Each file, at the top of the repository, and its text; the state is in a remote place.

    Raises InvalidInput for a state whose location holds a password: such a file is in git.
    """
    top = repository_of(common.chdir)
    fitted = _fitted(_text(service), common, top)
    if service == "github":
        yield top / ".github" / "workflows" / "jsms-sync.yml", fitted
    else:
        yield top / ".gitlab" / GITLAB, fitted
        yield top / ".gitlab-ci.yml", INCLUDE


def repository_of(folder: Path) -> Path:
    """The top of the repository that holds the folder; the folder itself where there is none."""
    here = folder.resolve()
    return next((each for each in (here, *here.parents) if (each / ".git").exists()), here)


def _text(service: str) -> str:
    """As it is shipped; GitLab's template stands at the top of our repository, so that it can be included."""
    if service == "github":
        return (files("jsms_sync.ci") / GITHUB).read_text(encoding="utf-8")
    shipped = files("jsms_sync") / "gitlab" / GITLAB
    if shipped.is_file():
        return shipped.read_text(encoding="utf-8")
    return Path(__file__).parents[2].joinpath("gitlab", GITLAB).read_text(encoding="utf-8")


def _fitted(text: str, common: Common, top: Path) -> str:
    """The text with the folder, the branch and the place of the state of this repository."""
    where = common.chdir.resolve().relative_to(top).as_posix()
    if where != ".":
        options = _quoted(f"-C {shlex.quote(where)}")
        text = text.replace('JSMS_SYNC_CI_OPTIONS: ""', f"JSMS_SYNC_CI_OPTIONS: {options}")
    head = top / ".git" / "HEAD"
    if head.is_file() and head.read_text(encoding="utf-8").strip() == "ref: refs/heads/master":
        text = text.replace("branches: [main]", "branches: [master]")
    return _kept_at(text, common.state) if common.state and "://" in common.state else text


def _kept_at(text: str, location: str) -> str:
    url = urlsplit(location)
    if url.password or "password=" in url.query:
        raise InvalidInput(
            "the location of the state holds a password, and pipeline files are in git",
            help="Leave --state out; the file says where to save it as a secret.",
            code="usage",
        )
    extra = EXTRAS.get(url.scheme)
    text = text.replace("_PACKAGE: jsms-sync==", f"_PACKAGE: jsms-sync{f'[{extra}]' if extra else ''}==")
    return re.sub(r"(?m)(JSMS_SYNC_STATE: )(\$.*)$", lambda found: found[1] + _quoted(location), text)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
