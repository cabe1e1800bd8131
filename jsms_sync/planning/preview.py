"""What phones will show of the templates and campaigns that somebody asks for, and what these cost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from jsms_sync.model.digests import ENTRY
from jsms_sync.model.privacy import Mobile
from jsms_sync.model.resources import (
    Address,
    Campaign,
    Definitions,
    Recipient,
    RecipientsFile,
    Template,
    TemplateType,
)
from jsms_sync.model.rolls import Lengths, Roll, lengths
from jsms_sync.model.text import (
    VARIABLE,
    parts,
)
from jsms_sync.planning.message import Message, capacity, message_of


class Which(StrEnum):
    """Whose message is shown; an example where all are of one length."""

    EXAMPLE = "example"
    LONGEST = "longest"
    SHORTEST = "shortest"


@dataclass(frozen=True, slots=True)
class Sample:
    """The message of one recipient, with the values: shown only to who asks for them."""

    which: Which
    mobile: Mobile
    message: Message


@dataclass(frozen=True, slots=True)
class Audience:
    """A campaign that sends the text: the fewest and most parts of a message, and those of all together."""

    address: Address
    recipients: int
    fewest: int
    most: int
    total: int
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """A template's message with placeholders; `room` characters may the values have without one more part."""

    address: Address
    type: TemplateType
    message: Message
    variables: tuple[str, ...]
    room: int
    audiences: tuple[Audience, ...] = ()


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A campaign whose text is not defined here, so that nothing of it can be shown."""

    address: Address
    temp_id: int


@dataclass(frozen=True, slots=True)
class Request:
    """What to show: the addresses (none: everything), the signature if known, and whether with values."""

    addresses: frozenset[Address] = frozenset()
    signature: str | None = None
    values: bool = False

    def wants(self, address: Address) -> bool:
        """Whether the address was asked for."""
        return not self.addresses or address in self.addresses


@dataclass(frozen=True, slots=True)
class Crowd:
    """The recipients whom a file holds: what their values count, and those of them who are shown, by row."""

    roll: Roll
    shown: Mapping[int, Recipient] = field(default_factory=dict, repr=False)


Crowds = Mapping[Address, Crowd]


@dataclass(frozen=True, slots=True)
class Previews:
    """All that was asked for."""

    templates: tuple[Preview, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()


def previews(definitions: Definitions, request: Request, crowds: Crowds | None = None) -> Previews:
    """The templates that were asked for, or whose campaigns were, and the campaigns without a text here.

    `crowds` are the recipients of the campaigns with a file.
    """
    templates = definitions.templates.values()
    chosen = [_chosen(definitions, template, request, crowds or {}) for template in templates]
    elsewhere = tuple(
        Elsewhere(campaign.address, campaign.temp_id)
        for campaign in definitions.campaigns.values()
        if campaign.temp_id is not None and request.wants(campaign.address)
    )
    return Previews(tuple(found for found in chosen if found), elsewhere)


def _chosen(definitions: Definitions, template: Template, request: Request, crowds: Crowds) -> Preview | None:
    """The template with all its campaigns when it was asked for, else with those that were."""
    asked = request.wants(template.address)
    campaigns = [
        campaign
        for campaign in definitions.campaigns.values()
        if campaign.template == template.name and (asked or request.wants(campaign.address))
    ]
    return _preview(template, campaigns, request, crowds) if asked or campaigns else None


def _preview(template: Template, campaigns: Iterable[Campaign], request: Request, crowds: Crowds) -> Preview:
    shown = template_preview(template, request.signature)
    audiences = (_audience(template, each, shown.message, request, crowds) for each in campaigns)
    return replace(shown, audiences=tuple(audiences))


def template_preview(template: Template, signature: str | None) -> Preview:
    """The template's message with placeholders, whoever it is sent to."""
    message = message_of(template.content, template.type, signature)
    return Preview(
        template.address,
        template.type,
        message,
        tuple(dict.fromkeys(VARIABLE.findall(template.content))),
        capacity(len(message.parts)) - message.characters,
    )


def _audience(
    template: Template, campaign: Campaign, message: Message, request: Request, crowds: Crowds
) -> Audience:
    crowd = _crowd(campaign, crowds)
    values = _values(template, crowd.roll.lengths, len(crowd.roll))
    billed = [parts(message.characters + count) for count in values]
    samples = _samples(template, crowd, values, request) if request.values else ()
    return Audience(
        campaign.address, len(values), min(billed, default=0), max(billed, default=0), sum(billed), samples
    )


def _crowd(campaign: Campaign, crowds: Crowds) -> Crowd:
    if isinstance(campaign.recipients, RecipientsFile):
        return crowds[campaign.address]
    values = [recipient.params.reveal() for recipient in campaign.recipients]
    names = {name for given in values for name in given}
    columns = {name: [given.get(name, "") for given in values] for name in names}
    # Only its length is asked of it, and no digest is ever compared.
    roll = Roll(bytes(ENTRY * len(values)), lengths(columns))
    return Crowd(roll, dict(enumerate(campaign.recipients)))


def _values(template: Template, of: Lengths, count: int) -> list[int]:
    """The characters of everybody's values in all the places of the variables."""
    columns = [of[name] for name in VARIABLE.findall(template.content) if name in of]
    return list(map(sum, zip(*columns, strict=True))) if columns else [0] * count


def sample_rows(template: Template, roll: Roll) -> tuple[tuple[Which, int], ...]:
    """Whose messages are shown as samples, by their rows."""
    return _sampled(_values(template, roll.lengths, len(roll)))


def _sampled(values: Sequence[int]) -> tuple[tuple[Which, int], ...]:
    if not values:
        return ()
    longest, shortest = values.index(max(values)), values.index(min(values))
    if longest == shortest:
        return ((Which.EXAMPLE, 0),)
    return ((Which.LONGEST, longest), (Which.SHORTEST, shortest))


def _samples(template: Template, crowd: Crowd, values: Sequence[int], request: Request) -> tuple[Sample, ...]:
    some = [(which, crowd.shown[row]) for which, row in _sampled(values)]
    return tuple(
        Sample(
            which,
            recipient.mobile,
            message_of(template.content, template.type, request.signature, recipient),
        )
        for which, recipient in some
    )
