"""GitLab CI: its variables and the notes of its merge requests (docs.gitlab.com/api/notes)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from jsms_sync.ci.forge import Merged, Note
from jsms_sync.ci.web import PipelineError, Web

TOKEN = "JSMS_SYNC_GITLAB_TOKEN"
"""A project access token: the token of a job may not write notes."""


@dataclass(frozen=True, slots=True, repr=False)
class GitLab:
    """A job of GitLab CI."""

    environment: Mapping[str, str]

    @property
    def folder(self) -> Path:
        """In the project, because artefacts are."""
        return Path(self.environment.get("CI_PROJECT_DIR") or ".") / "jsms-sync-report"

    @property
    def validation(self) -> str:
        """What is read in a log."""
        return "text"

    @property
    def log(self) -> str:
        """The page of the job."""
        return self.environment.get("CI_JOB_URL", "")

    @property
    def head(self) -> str:
        """The last commit of the branch: what is checked out may be a trial merge."""
        return self.environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or self.environment["CI_COMMIT_SHA"]

    def opened(self) -> int | None:
        """The merge request that the pipeline belongs to."""
        number = self.environment.get("CI_MERGE_REQUEST_IID")
        return int(number) if number else None

    def merged(self) -> Merged | None:
        """The merge request that was merged with this commit, by merge, squash or rebase."""
        sha, branch = self.environment["CI_COMMIT_SHA"], self.environment["CI_COMMIT_BRANCH"]
        every = self._web.every(f"{self._project}/repository/commits/{sha}/merge_requests?per_page=100")
        found = [each for each in every if each["state"] == "merged" and each["target_branch"] == branch]
        found.sort(key=lambda each: sha not in (each["merge_commit_sha"], each["squash_commit_sha"]))
        return Merged(found[0]["iid"], found[0]["sha"]) if found else None

    def own_notes(self, number: int) -> Iterable[Note]:
        """Others may write what looks like ours, so the author counts."""
        own = self._web.get("/user")["id"]
        for each in self._web.every(f"{self._notes(number)}?per_page=100"):
            if each["author"]["id"] == own:
                yield Note(each["id"], each["body"])

    def write(self, number: int, note: Note | None, body: str) -> None:
        """One note, which is edited from then on."""
        if note is None:
            self._web.send("POST", self._notes(number), {"body": body})
        else:
            self._web.send("PUT", f"{self._notes(number)}/{note.id}", {"body": body})

    def tell(self, text: str) -> None:
        """GitLab has no summary: the log and the artefacts have everything."""

    def output(self, name: str, value: str) -> None:
        """In the artefacts, as a report of variables."""
        with (self.folder / "outputs.env").open("a", encoding="utf-8") as file:
            file.write(f"JSMS_SYNC_{name.upper().replace('-', '_')}={value}\n")

    @property
    def _project(self) -> str:
        return f"/projects/{self.environment['CI_PROJECT_ID']}"

    def _notes(self, number: int) -> str:
        return f"{self._project}/merge_requests/{number}/notes"

    @property
    def _web(self) -> Web:
        token = self.environment.get(TOKEN)
        if not token:
            raise PipelineError(
                f"{TOKEN} is not set, so no note can be written or read. Make a project access token with the"
                " role Reporter and the scope api, and save it as a masked variable of that name"
            )
        return Web(self.environment["CI_API_V4_URL"], {"PRIVATE-TOKEN": token})
