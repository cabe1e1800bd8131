"""Who a campaign is for, whichever way it was written."""

from array import array

from jsms_sync.definitions.fetching import Fetcher
from jsms_sync.model.decisions import FileRows
from jsms_sync.model.resources import Campaign, Recipient, RecipientsFile


def people_of(campaign: Campaign) -> tuple[Recipient, ...]:
    """The campaign's recipients; those of a file are read from it, all at once."""
    if not isinstance(campaign.recipients, RecipientsFile):
        return campaign.recipients
    rows = FileRows(array("I", range(len(campaign.recipients))), None)
    return Fetcher({campaign.address: campaign}).fetch(campaign.address, rows)
