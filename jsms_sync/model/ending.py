"""What came of a campaign that was to be stopped."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jsms_sync.errors import Exit
from jsms_sync.model.outcomes import Result, Trouble
from jsms_sync.model.records import Intent
from jsms_sync.model.resources import Address


@dataclass(frozen=True, slots=True)
class Ending:
    """How many of its schedules ended how, and the POSTs of which nobody knows.

    `left` are the ids of those that could not be deleted, each with the reason.
    """

    address: Address
    deleted: int = 0
    sent: int = 0
    left: Mapping[str, Trouble] = field(default_factory=dict)
    doubts: tuple[Intent, ...] = ()

    @property
    def result(self) -> Result:
        """Unknown where something may exist, failed where something was not stopped."""
        if self.doubts:
            return Result.UNKNOWN
        return Result.FAILED if self.left or self.sent else Result.DONE

    @property
    def exit(self) -> Exit:
        """The exit code that this ending asks for."""
        codes = {Result.DONE: Exit.DONE, Result.UNKNOWN: Exit.UNKNOWN}
        return codes.get(self.result, Exit.FAILED)
