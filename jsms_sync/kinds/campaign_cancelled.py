"""The campaign that `cancel` has stopped: it stays stopped, and what could not be stopped is named."""

from jsms_sync.kinds.campaign_wanted import Case
from jsms_sync.model.decisions import Decision, Held, HeldCode


def cancelled(case: Case) -> Decision:
    """The hold of a campaign that was cancelled."""
    address, again = case.desired.address, f"--recreate {case.desired.address} schedules it again"
    if not case.live:
        return Decision(held=(Held(address, HeldCode.CANCELLED, "it was cancelled", (again,)),))
    reason = f"it was cancelled, but {len(case.live)} of its schedules are still there and will be sent"
    now = f"`jsms-sync cancel {address}` deletes them"
    return Decision(held=(Held(address, HeldCode.CANCELLED, reason, (now, again)),))
