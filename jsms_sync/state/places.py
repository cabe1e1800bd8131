"""Where the parts of a local state stand."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """The document, and what stands beside it."""

    document: Path

    @property
    def journal(self) -> Path:
        """What was recorded since the document was written."""
        return self._beside(".journal")

    @property
    def lock(self) -> Path:
        """What a holder locks."""
        return self._beside(".lock")

    @property
    def stop(self) -> Path:
        """What `cancel` has stopped since."""
        return self._beside(".stop")

    @property
    def stop_lock(self) -> Path:
        """What whoever changes the stop mark locks for a moment."""
        return self._beside(".stop.lock")

    @property
    def backup(self) -> Path:
        """The document as it was before the last run that changed it."""
        return self._beside(".backup")

    def _beside(self, suffix: str) -> Path:
        return self.document.with_name(self.document.name + suffix)
