"""What a campaign wants, in the digests that its batches are compared by."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jsms_sync.kinds.campaign_settle import Settled, Standing, Standings, is_comparable
from jsms_sync.model.digests import Digester, Members, unpack
from jsms_sync.model.records import DIGEST, CampaignRecord, Intent
from jsms_sync.model.resources import Campaign, Recipient
from jsms_sync.model.serving import Serving

PASSING = frozenset({50009, 50014, 50019})
"""Refusals of a recipient that pass by themselves, so the next apply tries again (architecture §5)."""


@dataclass(frozen=True, slots=True)
class Case:
    """One campaign on the table: what is desired, recorded and found, and what follows from it.

    `stays` says that the text cannot be switched yet: who is in a batch keeps text and params, who is new
    waits. `may_place` says that nobody's place is in doubt, `unsettled` why there may be schedules that are
    not recorded.
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
    wanted: Members = field(repr=False)
    recipients: Mapping[bytes, Recipient] = field(repr=False)

    @classmethod
    def of(
        cls,
        desired: Campaign,
        record: CampaignRecord | None,
        settled: Settled,
        serving: Serving,
        digester: Digester,
        *,
        recreate: bool,
        unsettled: str = "",
    ) -> "Case":
        """The case, with everything derived that the rows ask for."""
        stays = serving.temp_id is None or _uncovered(desired, serving)
        recipients = _restricted(desired, serving, digester)
        live = settled.standing(Standing.PENDING, Standing.CHANGED)
        return cls(
            desired,
            record or CampaignRecord(),
            settled,
            serving,
            digester,
            live,
            recreate,
            unsettled,
            stays,
            _may_place(settled, digester, recreate=recreate) and (recreate or not unsettled),
            _wanted(recipients, digester, live, stays=stays),
            recipients,
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
    def refused(self) -> frozenset[bytes]:
        """The members that JSMS refused for good, until their entry changes.

        What `--recreate` drops takes its refusals with it, so they are tried, and recorded, again.
        """
        kept = (b for b in self.settled.batches if b.standing is not Standing.GONE or not self.recreate)
        batches = (b.batch for b in kept if is_comparable(b.batch.target, self.digester))
        return frozenset(r.member for batch in batches for r in batch.refused if r.code not in PASSING)

    @property
    def still_refused(self) -> int:
        """How many of them are wanted just as they were refused."""
        return sum(self.wanted.get(r[:DIGEST]) == r[DIGEST:] for r in self.refused)

    @property
    def in_doubt(self) -> frozenset[bytes]:
        """The digests of the numbers whose schedule is in doubt."""
        return frozenset(m for doubt in self.settled.doubts for m in _members(doubt))


def _members(doubt: Intent) -> Members:
    return unpack(doubt.target.members) if doubt.target else {}


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
    return needed is not None and any(not needed <= r.params.names for r in desired.recipients)


def is_uncovered(case: Case) -> bool:
    """Whether some recipient lacks a variable of the text that would be sent."""
    return _uncovered(case.desired, case.serving)


def _restricted(desired: Campaign, serving: Serving, digester: Digester) -> Mapping[bytes, Recipient]:
    """The recipients by digest, each with just the parameters that the text has variables for."""
    names = serving.variables
    if names is None:
        return {digester.mobile(r.mobile): r for r in desired.recipients}
    return {digester.mobile(r.mobile): Recipient(r.mobile, r.params.only(names)) for r in desired.recipients}


def _wanted(
    recipients: Mapping[bytes, Recipient],
    digester: Digester,
    live: tuple[Standings, ...],
    *,
    stays: bool,
) -> Members:
    if stays:
        return {m: p for b in live for m, p in (b.members or {}).items() if m in recipients}
    return {mobile: digester.params(recipient.params) for mobile, recipient in recipients.items()}


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
    return known and _members_edited(case)


def _members_edited(case: Case) -> bool:
    recorded = {m: p for b in case.settled.batches for m, p in unpack(b.batch.target.members).items()}
    refused = {r.member[: len(r.member) // 2] for b in case.settled.batches for r in b.batch.refused}
    if recorded.keys() | refused | case.in_doubt != case.recipients.keys() | case.in_doubt:
        return True
    same_text = {b.batch.target.temp_id for b in case.settled.batches} == {case.serving.temp_id}
    return same_text and any(case.wanted.get(m, p) != p for m, p in recorded.items())
