"""What a refused PUT tells of a schedule whose form was only assumed, because somebody else made it."""

from dataclasses import replace

import msgspec

from jsms_sync.applying.refresh import UNKNOWN_SCHEDULE, read_schedule
from jsms_sync.applying.run import Run
from jsms_sync.applying.writes import Lesson
from jsms_sync.errors import ApiRefusal
from jsms_sync.model.events import BatchSet
from jsms_sync.model.observed import SeenSchedule
from jsms_sync.model.outcomes import Trouble
from jsms_sync.model.records import Batch
from jsms_sync.model.resources import Address, Form

WRONG_FORM = frozenset({UNKNOWN_SCHEDULE, 50007})
"""What the single PUT on a batch, or the reverse, may be refused with (`jsms-api.md §4.4`)."""
OTHER = {Form.SINGLE: Form.BATCH, Form.BATCH: Form.SINGLE}
TOLD = {Form.SINGLE: "a single schedule", Form.BATCH: "a batch of one"}
WRITE = {Form.SINGLE: "`mobile`", Form.BATCH: "`recipients`"}


def of_other_form(run: Run, address: Address, key: str, batch: Batch, refusal: ApiRefusal) -> Lesson | None:
    """That the schedule is of the other form; None where it is not there, or its form is known.

    Raises NotSent when the service cannot be reached to look.
    """
    if not batch.form_assumed or refusal.number not in WRONG_FORM:
        return None
    if not isinstance(read_schedule(run.client, batch.schedule_id), SeenSchedule):
        return None
    form = OTHER[batch.target.form]
    target = msgspec.structs.replace(batch.target, form=form)
    known = msgspec.structs.replace(batch, target=target, form_assumed=False)
    told = f"it is there, so it is {TOLD[form]}: write {WRITE[form]}, or the next apply replaces it"
    trouble = replace(Trouble.of(refusal), message=f"{refusal.message}; {told}")
    return Lesson((BatchSet(address, key, known),), trouble)
