"""One message of a campaign, as its first recipient would get it."""

from dataclasses import dataclass, field

from jsms_sync.errors import InvalidInput
from jsms_sync.model.privacy import Params
from jsms_sync.model.resources import Campaign
from jsms_sync.model.serving import Serving
from jsms_sync.planning.cost import Pattern


@dataclass(frozen=True, slots=True)
class Sample:
    """What is sent; `content` is None where JSMS does not show the text."""

    temp_id: int
    content: str | None
    params: Params = field(repr=False)
    sign_id: int | None
    parts: int


def sample(campaign: Campaign, serving: Serving, given: Params, signature: int) -> Sample:
    """The campaign's message with the values of its first recipient, those that are given instead of them.

    `signature` is the length of the signature with its brackets. Raises InvalidInput when a value is missing,
    or given for a variable that there is not.
    """
    assert serving.temp_id is not None, "only a text that can be sent is sampled"
    params = _params(campaign, serving, given)
    pattern = (
        Pattern.of(serving.content, serving.type, signature) if serving.content and serving.type else None
    )
    parts = pattern.parts(params) if pattern else 1
    return Sample(serving.temp_id, serving.content, params, campaign.sign_id, parts)


def _params(campaign: Campaign, serving: Serving, given: Params) -> Params:
    assert isinstance(campaign.recipients, tuple), "the first recipient of a file has been read"
    params = given.over(campaign.recipients[0].params)
    if serving.variables is None:
        return params
    if unknown := sorted(given.names - serving.variables):
        known = ", ".join(sorted(serving.variables)) or "it has none"
        raise InvalidInput(
            f"--param {unknown[0]}: the text of {campaign.address} has no such variable",
            help=f"Its variables: {known}.",
        )
    if missing := sorted(serving.variables - params.names):
        raise InvalidInput(
            f"the first recipient of {campaign.address} has no value for {', '.join(missing)}",
            help=f"Give it: --param {missing[0]}=VALUE.",
        )
    return params.only(serving.variables)
