"""What the campaign's table is asked about, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from jsms_sync.kinds.campaign_settle import Settled
from jsms_sync.model.decisions import Decision
from jsms_sync.model.digests import Digester
from jsms_sync.model.observed import ScheduleKept
from jsms_sync.model.records import CampaignRecord, Intent
from jsms_sync.model.resources import Address, Campaign
from jsms_sync.model.rolls import Roll
from jsms_sync.model.serving import Serving


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """All that is known of one campaign's address.

    `roll` is who is wanted when a file that was read says it; with just the parameters of the text.
    `serving` is what its template offers now, `missing` the temp_ids that vanished, `was_sent` and
    `was_cancelled` what history tells of the name, `unsettled` why schedules of it may not be recorded.
    """

    address: Address
    desired: Campaign | None
    record: CampaignRecord | None
    seen: Mapping[str, ScheduleKept]
    intents: tuple[Intent, ...]
    now: datetime
    serving: Serving
    digester: Digester
    missing: frozenset[int] = frozenset()
    was_sent: bool = False
    was_cancelled: bool = False
    recreate: bool = False
    overwrite: bool = False
    freeze: timedelta = timedelta(minutes=5)
    roll: Roll | None = None
    unsettled: str = ""


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign after one look: the decision, and what was found of its batches.

    `refused` counts the recipients whom JSMS refused for good and who are wanted as they were.
    """

    decision: Decision
    settled: Settled
    refused: int = 0
