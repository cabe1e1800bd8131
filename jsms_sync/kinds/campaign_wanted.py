"""What a campaign wants, in the digests that its batches are compared by."""

from array import array
from dataclasses import dataclass, field

from jsms_sync.kinds.batches import Wanted
from jsms_sync.kinds.campaign_settle import Settled, Standing, Standings, is_comparable
from jsms_sync.model.digests import Digester, halves
from jsms_sync.model.records import CampaignRecord, Intent, Refused
from jsms_sync.model.resources import Campaign, RecipientsFile
from jsms_sync.model.rolls import Roll
from jsms_sync.model.serving import Serving

PASSING = frozenset({50009, 50014, 50019})
"""Refusals of a recipient that pass by themselves, so the next apply tries again (architecture §5)."""


@dataclass(frozen=True, slots=True)
class Case:
    """One campaign on the table: what is desired, recorded and found, and what follows from it.

    `stays` says that the text cannot be switched yet: who is in a batch keeps text and params, who is new
    waits. `may_place` says that nobody's place is in doubt, `unsettled` why there may be schedules that are
    not recorded. `wanted` is None while nobody knows who is wanted, because the recipients file was not read:
    then everybody stays, and nobody is placed.
    """

    desired: Campaign
    record: CampaignRecord
    settled: Settled
    serving: Serving
    digester: Digester
    live: tuple[Standings, ...]
    recreate: bool
    unsettled: str
    stays: bool
    may_place: bool
    wanted: Wanted | None = field(repr=False)

    @classmethod
    def of(
        cls,
        desired: Campaign,
        record: CampaignRecord | None,
        settled: Settled,
        serving: Serving,
        digester: Digester,
        roll: Roll | None,
        *,
        recreate: bool,
        unsettled: str = "",
    ) -> "Case":
        """The case, with everything derived that the rows ask for."""
        stays = serving.temp_id is None or _uncovered(desired, serving)
        return cls(
            desired,
            record or CampaignRecord(),
            settled,
            serving,
            digester,
            settled.standing(Standing.PENDING, Standing.CHANGED),
            recreate,
            unsettled,
            stays,
            _may_place(settled, digester, recreate=recreate) and (recreate or not unsettled),
            None if roll is None else Wanted.of(roll, found=bool(settled.batches or settled.doubts)),
        )

    @property
    def is_unsettled(self) -> bool:
        """Whether there may be schedules that are not recorded, and nobody has said to go on regardless."""
        return bool(self.unsettled) and not self.recreate

    @property
    def doubts_known(self) -> bool:
        """Whether it is known who is in the schedules in doubt."""
        return _doubts_known(self.settled, self.digester)

    @property
    def knows_refused(self) -> bool:
        """Whether it is known whom JSMS refused: not where another key made the digests."""
        return _knows_refused(self.settled, self.digester)

    @property
    def refused(self) -> tuple[Refused, ...]:
        """Those whom JSMS refused for good, until their entry changes.

        What `--recreate` drops takes its refusals with it, so they are tried, and recorded, again.
        """
        kept = (b for b in self.settled.batches if b.standing is not Standing.GONE or not self.recreate)
        batches = (b.batch for b in kept if is_comparable(b.batch.target, self.digester))
        return tuple(r for batch in batches for r in batch.refused if r.code not in PASSING)

    @property
    def still_refused(self) -> int:
        """How many of them are wanted just as they were refused."""
        wanted = self.wanted
        entries = {refused.member for refused in self.refused}
        return sum(wanted.has_entry(*entry_of(e)) for e in entries) if wanted and not self.stays else 0

    @property
    def in_doubt(self) -> frozenset[int]:
        """The digests of the numbers whose schedule is in doubt."""
        return frozenset(m for doubt in self.settled.doubts for m in _numbers(doubt))


def _numbers(doubt: Intent) -> "array[int]":
    return halves(doubt.target.members if doubt.target else b"")[0]


def entry_of(member: bytes) -> tuple[int, int]:
    """The two digests of one entry."""
    (mobile,), (params,) = halves(member)
    return mobile, params


def number_of(refused: Refused) -> int:
    """The digest of a refused number."""
    return entry_of(refused.member)[0]


def _doubts_known(settled: Settled, digester: Digester) -> bool:
    targets = (doubt.target for doubt in settled.doubts)
    return all(target is not None and is_comparable(target, digester) for target in targets)


def _may_place(settled: Settled, digester: Digester, *, recreate: bool) -> bool:
    if settled.standing(Standing.UNREADABLE) or (settled.standing(Standing.GONE) and not recreate):
        return False
    if any(batch.members is None for batch in settled.standing(Standing.PENDING)):
        return False
    return _doubts_known(settled, digester) and _knows_refused(settled, digester)


def _knows_refused(settled: Settled, digester: Digester) -> bool:
    return all(is_comparable(b.batch.target, digester) or not b.batch.refused for b in settled.batches)


def _uncovered(desired: Campaign, serving: Serving) -> bool:
    needed = serving.variables
    if needed is None:
        return False
    if isinstance(desired.recipients, RecipientsFile):
        return desired.recipients.is_read and not needed <= desired.recipients.names
    return any(not needed <= r.params.names for r in desired.recipients)


def is_uncovered(case: Case) -> bool:
    """Whether some recipient lacks a variable of the text that would be sent."""
    return _uncovered(case.desired, case.serving)


def is_edited(case: Case) -> bool:
    """Whether the definition says something else than what was scheduled."""
    batches = [b.batch for b in case.settled.batches]
    if case.record.template != case.desired.template:
        return True
    told = {(b.target.send_time, b.target.sign_id, b.target.form) for b in batches}
    if told != {(case.desired.send_time, case.desired.sign_id, case.desired.form)}:
        return True
    if case.desired.temp_id is not None and {b.target.temp_id for b in batches} != {case.desired.temp_id}:
        return True
    known = all(is_comparable(batch.target, case.digester) for batch in batches)
    return known and case.wanted is not None and _members_edited(case, case.wanted)


def _members_edited(case: Case, wanted: Wanted) -> bool:
    recorded = [halves(b.batch.target.members) for b in case.settled.batches]
    there = {number_of(r) for b in case.settled.batches for r in b.batch.refused} | case.in_doubt
    there.update(*(mobiles for mobiles, _ in recorded))
    if there != wanted.rows.keys() | case.in_doubt:
        return True
    same_text = {b.batch.target.temp_id for b in case.settled.batches} == {case.serving.temp_id}
    return same_text and not case.stays and any(_differ(wanted, *entries) for entries in recorded)


def _differ(wanted: Wanted, mobiles: "array[int]", params: "array[int]") -> bool:
    """Whether somebody who is wanted has other params now."""
    rows = map(wanted.rows.get, mobiles)
    return any(row is not None and wanted.params[row] != p for row, p in zip(rows, params, strict=True))
