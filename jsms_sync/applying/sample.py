"""The text that a campaign would send with now, read from the service."""

from datetime import datetime

from jsms_sync.api.client import Client
from jsms_sync.applying.refresh import read_ids, read_template
from jsms_sync.errors import OperationFailed
from jsms_sync.kinds.template import TemplateFacts, decide
from jsms_sync.model.decisions import Decision
from jsms_sync.model.records import State
from jsms_sync.model.resources import Campaign, Definitions, template_address
from jsms_sync.model.serving import Serving
from jsms_sync.planning.uses import serving_of


def offered(
    client: Client, state: State, definitions: Definitions, campaign: Campaign, now: datetime
) -> Serving:
    """The approved text that the campaign is defined with.

    Raises OperationFailed, with what to do, while there is none or it cannot be read.
    """
    serving, decision = _looked(client, state, definitions, campaign, now)
    if serving.unreadable:
        raise OperationFailed(serving.unreadable, help="Try again later.")
    if serving.ready and serving.temp_id is not None:
        return serving
    named = campaign.template or campaign.temp_id
    why = "; ".join(held.reason for held in decision.held) or "it is not submitted yet, or was not read yet"
    raise OperationFailed(
        f"the text of template {named} is not approved, so nothing was sent: {why}",
        help="Run `jsms-sync apply`; after its approval (`jsms-sync wait`) the message can be sent.",
        code="template-not-approved",
    )


def _looked(
    client: Client, state: State, definitions: Definitions, campaign: Campaign, now: datetime
) -> tuple[Serving, Decision]:
    if campaign.temp_id is not None:
        return serving_of(campaign.temp_id, read_template(client, campaign.temp_id)), Decision()
    address = template_address(campaign.template or "")
    record = state.template(address)
    seen = read_ids(client, record.revisions if record else (), (), parallelism=1).templates
    desired, intents = definitions.templates.get(address), state.intents_of(address)
    view = decide(TemplateFacts(address, desired, record, seen, intents, now))
    return view.serving, view.decision
