"""The checks of `doctor`: each passes, fails with a hint, or is skipped with the reason."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from jsms_sync.cli.options import Common
from jsms_sync.cli.pinned import check_pinned
from jsms_sync.cli.session import Identity, backend, offline, owner
from jsms_sync.errors import Exit, JsmsSyncError
from jsms_sync.model.records import State
from jsms_sync.model.settings import SETTINGS_FILE

if TYPE_CHECKING:
    from jsms_sync.state.store import Snapshot


class Result(StrEnum):
    """How a check ended."""

    PASS = "pass"
    FAIL = "fail"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what was found, what to do about it, and the exit code that a failure asks for."""

    name: str
    result: Result
    message: str
    hint: str = ""
    exit: Exit = Exit.DONE


def passed(name: str, message: str, hint: str = "") -> Check:
    """The check of something that is well."""
    return Check(name, Result.PASS, message, hint)


def failed(name: str, error: JsmsSyncError) -> Check:
    """The check that this error ended."""
    return Check(name, Result.FAIL, error.message, error.help, error.exit)


def skipped(name: str, why: str, hint: str = "") -> Check:
    """The check that could not be made."""
    return Check(name, Result.SKIPPED, why, hint)


def attempted(name: str, check: Callable[[], Check]) -> Check:
    """What the check says; a failure when it raises."""
    try:
        return check()
    except JsmsSyncError as error:
        return failed(name, error)


def settings_check(common: Common) -> Check:
    """Whether the settings can be used."""

    def check() -> Check:
        settings = common.settings
        where = SETTINGS_FILE if (common.chdir / SETTINGS_FILE).exists() else f"there is no {SETTINGS_FILE}"
        chosen = f", environment {settings.environment}" if settings.environment else ""
        return passed("settings", where + chosen, "`jsms-sync doctor --config` shows every value.")

    return attempted("settings", check)


def state_checks(common: Common) -> Iterator[Check]:
    """Whether there is a state that can be read and belongs to the account, and whether it can be held."""
    found: list[Snapshot] = []

    def check() -> Check:
        snapshot = backend(common).read()
        if snapshot is None:
            hint = "`jsms-sync init` or the first `apply --new-state` makes one."
            return skipped("state", "there is none yet", hint)
        found.append(snapshot)
        check_pinned(common, snapshot.state)
        _identity(common).check(snapshot.state)
        return passed("state", _told(snapshot.state), _doubts(snapshot.state))

    yield attempted("state", check)
    if not found:
        yield skipped("lock", "there is no state that could be held")
        return
    yield attempted("lock", lambda: _held(common))


def _identity(common: Common) -> Identity:
    """Whose state it has to be; nobody's in particular where credentials cannot be used."""
    try:
        return offline(common)
    except JsmsSyncError:
        return Identity(None, None)


def _told(state: State) -> str:
    return f"serial {state.serial}, {len(state.resources)} recorded"


def _doubts(state: State) -> str:
    doubts = sorted({intent.address for intent in state.intents if intent.creates})
    return f"Unknown outcomes: {', '.join(doubts)}; see `jsms-sync resolve`." if doubts else ""


def _held(common: Common) -> Check:
    """Held and let go, as an apply would; what a killed one left in a journal is folded in by that."""
    place = backend(common)
    place.prove()
    with place.hold(owner=owner("doctor")) as store:
        return passed("lock", "it can be held", " ".join(store.notes))
