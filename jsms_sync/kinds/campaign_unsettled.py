"""The campaign in a state that may not know all of it: nobody is placed whom an unknown schedule may hold."""

from jsms_sync.kinds.campaign_wanted import Case, number_of
from jsms_sync.model.decisions import Decision, Held, HeldCode
from jsms_sync.model.digests import halves


def unsettled(case: Case) -> Decision:
    """The hold of a campaign that may have been scheduled without being recorded."""
    address = case.desired.address
    look = f"compare with the JSMS console: `jsms-sync resolve {address} --created ID`, or `--not-created`"
    held = Held(
        address,
        HeldCode.UNKNOWN_OUTCOME,
        case.unsettled,
        (look, f"or schedule it all the same: --recreate {address}"),
    )
    return Decision(held=(held,))


def waiting(case: Case) -> Decision:
    """The same for a recorded campaign, when somebody who is in none of its schedules would be placed."""
    if not case.is_unsettled:
        return Decision()
    reforms = any(batch.batch.target.form is not case.desired.form for batch in case.live)
    return unsettled(case) if reforms or _lacks_anybody(case) else Decision()


def _lacks_anybody(case: Case) -> bool:
    there = {number_of(refused) for refused in case.refused} | case.in_doubt
    there.update(*(halves(batch.members or b"")[0] for batch in case.live))
    return case.wanted is not None and not case.wanted.rows.keys() <= there
