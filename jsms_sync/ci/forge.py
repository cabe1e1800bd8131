"""What GitHub and GitLab have in common, as far as pipelines go."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Protocol


class Note(NamedTuple):
    """A comment that this pipeline wrote itself."""

    id: int
    body: str


class Merged(NamedTuple):
    """The pull or merge request that a commit came from, and the last commit of its branch."""

    number: int
    head: str


class Forge(Protocol):
    """The service that runs the pipeline."""

    @property
    def folder(self) -> Path:
        """Where reports go."""

    @property
    def head(self) -> str:
        """The commit that a plan is made for."""

    @property
    def log(self) -> str:
        """The address of this run's log, or nothing."""

    @property
    def validation(self) -> str:
        """The format of problems that it shows best."""

    def opened(self) -> int | None:
        """The number of the request that this pipeline runs for."""

    def merged(self) -> Merged | None:
        """The request that the commit came from."""

    def own_notes(self, number: int) -> Iterable[Note]:
        """The comments of the request that this pipeline wrote, and nobody else."""

    def write(self, number: int, note: Note | None, body: str) -> None:
        """A new comment, or another body of that one."""

    def tell(self, text: str) -> None:
        """The text in the summary of the run."""

    def output(self, name: str, value: str) -> None:
        """A value for later steps."""
