"""GitHub Actions: its variables, its files, its comments (docs.github.com/rest/issues/comments)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsms_sync.ci.forge import Merged, Note
from jsms_sync.ci.web import PipelineError, Web

BOT = "github-actions[bot]"
"""Who writes comments with the token that each job has."""


@dataclass(frozen=True, slots=True, repr=False)
class GitHub:
    """A run of GitHub Actions."""

    environment: Mapping[str, str]

    @property
    def folder(self) -> Path:
        """Beside the checkout, so that nothing of it is committed."""
        return Path(self.environment.get("RUNNER_TEMP") or ".") / "jsms-sync"

    @property
    def validation(self) -> str:
        """Annotations at the lines of the pull request."""
        return "github"

    @property
    def log(self) -> str:
        """The page of the run."""
        env = self.environment
        return f"{env['GITHUB_SERVER_URL']}/{self._repository}/actions/runs/{env['GITHUB_RUN_ID']}"

    @property
    def head(self) -> str:
        """The last commit of the branch: what is checked out may be a trial merge."""
        request = self._event.get("pull_request")
        return str(request["head"]["sha"]) if request else self.environment["GITHUB_SHA"]

    def opened(self) -> int | None:
        """The pull request of the event."""
        request = self._event.get("pull_request")
        return int(request["number"]) if request else None

    def merged(self) -> Merged | None:
        """The pull request that was merged with this commit, by merge, squash or rebase."""
        sha, branch = self.environment["GITHUB_SHA"], self.environment["GITHUB_REF_NAME"]
        every = self._web.every(f"/repos/{self._repository}/commits/{sha}/pulls?per_page=100")
        found = [each for each in every if each["merged_at"] and each["base"]["ref"] == branch]
        found.sort(key=lambda each: each["merge_commit_sha"] != sha)
        return Merged(found[0]["number"], found[0]["head"]["sha"]) if found else None

    def own_notes(self, number: int) -> Iterable[Note]:
        """Others may write what looks like ours, so the author counts."""
        author = self.environment.get("JSMS_SYNC_CI_AUTHOR") or BOT
        for each in self._web.every(f"/repos/{self._repository}/issues/{number}/comments?per_page=100"):
            if each["user"] and each["user"]["login"] == author:
                yield Note(each["id"], each["body"] or "")

    def write(self, number: int, note: Note | None, body: str) -> None:
        """One comment, which is edited from then on; that notifies nobody again."""
        where = f"/repos/{self._repository}/issues"
        if note is None:
            self._web.send("POST", f"{where}/{number}/comments", {"body": body})
        else:
            self._web.send("PATCH", f"{where}/comments/{note.id}", {"body": body})

    def tell(self, text: str) -> None:
        """The step summary."""
        self._append("GITHUB_STEP_SUMMARY", text + "\n")

    def output(self, name: str, value: str) -> None:
        """An output of the step; no value of ours has a line end."""
        self._append("GITHUB_OUTPUT", f"{name}={value}\n")

    def _append(self, name: str, text: str) -> None:
        if path := self.environment.get(name):
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(text)

    @property
    def _repository(self) -> str:
        return self.environment["GITHUB_REPOSITORY"]

    @property
    def _event(self) -> Mapping[str, Any]:
        path = self.environment.get("GITHUB_EVENT_PATH")
        found = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
        return found if isinstance(found, dict) else {}

    @property
    def _web(self) -> Web:
        token = self.environment.get("GITHUB_TOKEN")
        if not token:
            raise PipelineError("GITHUB_TOKEN is not set: hand ${{ github.token }} to this step")
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
        return Web(self.environment.get("GITHUB_API_URL") or "https://api.github.com", headers)
