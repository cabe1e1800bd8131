"""What was agreed on before an apply: a saved plan, the digest of one, or what the last apply left open."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from jsms_sync import __version__
from jsms_sync.cli.looking import Wanted
from jsms_sync.errors import InvalidInput, Stale
from jsms_sync.model.records import State
from jsms_sync.planning.continued import continued
from jsms_sync.planning.document import FORMAT_VERSION
from jsms_sync.planning.fingerprint import fingerprint, plan_digest
from jsms_sync.planning.plan import Plan
from jsms_sync.planning.saved import AGAIN, Facts, Saved, check_facts, covered

Agreed = Callable[[Plan, State], Plan]
"""From the plan made just now to what of it may be done; Stale when it is not what was agreed on."""


class _Head(msgspec.Struct):
    format_version: int


_HEAD, _SAVED = msgspec.json.Decoder(_Head), msgspec.json.Decoder(Saved)


def everything(plan: Plan, _state: State) -> Plan:
    """All of the plan: it is shown, and somebody says yes."""
    return plan


def of_digest(digest: str) -> Agreed:
    """All of the plan, as long as its digest is that one."""

    def agreed(plan: Plan, _state: State) -> Plan:
        found = plan_digest(plan.origin.account, map(fingerprint, plan.changes))
        if found != digest:
            raise Stale(f"the plan made now is another one: its digest is {found}, not {digest}", help=AGAIN)
        return plan

    return agreed


def read_saved(path: Path) -> Saved:
    """What counts of the saved plan. Raises InvalidInput for a file that is none, Stale for a newer one."""
    data = read_plan(path)
    try:
        if _HEAD.decode(data).format_version != FORMAT_VERSION:
            raise Stale(f"{path} was saved by another version of jsms-sync", help="Make the plan again.")
        return _SAVED.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise no_plan(path) from error


def read_plan(path: Path) -> bytes:
    """The bytes of the file; InvalidInput when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None


def no_plan(path: Path) -> InvalidInput:
    """That the file holds something else."""
    return InvalidInput(f"{path} is not a saved plan", help="`jsms-sync plan --out FILE` saves one.")


def check_alone(*others: object) -> None:
    """Raises InvalidInput where something is chosen beside a saved plan, which says that itself."""
    if any(others):
        raise InvalidInput(
            "a saved plan is applied as it was made",
            help="Leave out what chooses or allows; give it to `jsms-sync plan --out FILE` instead.",
            code="usage",
        )


def agreed_on(saved: Saved | None, digest: str | None, *, continues: bool) -> Agreed:
    """What the command line says of what may be done."""
    if digest and continues:
        raise InvalidInput("--plan-digest and --continue exclude each other", code="usage")
    if saved is not None:
        return partial(covered, saved)
    if digest:
        return of_digest(digest)
    return continued if continues else everything


def check_fits(saved: Saved | None, wanted: Wanted, account: str | None) -> None:
    """Raises Stale when the saved plan was made from or by something else than what is there now."""
    if saved is not None:
        hashes, settings = wanted.definitions.hashes, wanted.common.settings
        check_facts(saved, Facts(wanted.now, __version__, account, hashes, settings.digest))
