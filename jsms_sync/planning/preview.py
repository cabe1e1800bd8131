"""The message as a phone shows it: its pieces, where each billed part begins, what campaigns pay for it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    LONG_PART,
    OPT_OUT,
    SINGLE_PART,
    VARIABLE,
    length,
    parts,
    signature_length,
)


class Role(StrEnum):
    """What a piece of a message is."""

    SIGNATURE = "signature"
    TEXT = "text"
    VARIABLE = "variable"
    VALUE = "value"
    OPT_OUT = "opt-out"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a message; `counted` characters of it are billed, which are not those of a placeholder."""

    role: Role
    text: str = field(repr=False)
    counted: int


@dataclass(frozen=True, slots=True)
class Message:
    """One message, part by part."""

    parts: tuple[tuple[Piece, ...], ...]
    characters: int

    @property
    def text(self) -> str:
        """All of it as one text."""
        return "".join(piece.text for part in self.parts for piece in part)


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
        _capacity(len(message.parts)) - message.characters,
    )


def _capacity(billed: int) -> int:
    """The most characters of a message of so many parts."""
    return SINGLE_PART if billed == 1 else billed * LONG_PART


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


def message_of(
    content: str, type: TemplateType, signature: str | None, recipient: Recipient | None = None
) -> Message:
    """The message to the recipient; to nobody in particular it has placeholders, which count nothing."""
    pieces = [*_signed(signature), *_filled(content, recipient)]
    if type is TemplateType.MARKETING:
        pieces.append(Piece(Role.OPT_OUT, OPT_OUT, length(OPT_OUT)))
    characters = sum(piece.counted for piece in pieces)
    return Message(_in_parts(pieces, parts(characters)), characters)


def _signed(signature: str | None) -> Iterator[Piece]:
    shown = "【签名】" if signature is None else f"【{signature}】"
    yield Piece(Role.SIGNATURE, shown, signature_length(signature))


def _filled(content: str, recipient: Recipient | None) -> Iterator[Piece]:
    values = recipient.params.reveal() if recipient else {}
    # Splitting at a pattern with one group brings text and names in turn.
    for index, text in enumerate(VARIABLE.split(content)):
        if index % 2 == 0:
            yield Piece(Role.TEXT, text, length(text))
        elif recipient is None:
            yield Piece(Role.VARIABLE, f"{{{{{text}}}}}", 0)
        else:
            value = values.get(text, "")
            yield Piece(Role.VALUE, value, length(value))


def _in_parts(pieces: Iterable[Piece], billed: int) -> tuple[tuple[Piece, ...], ...]:
    """The pieces cut where parts begin: one part holds all up to 70 characters, else each holds 67."""
    most = _capacity(billed) // billed
    filled: list[list[Piece]] = [[] for _ in range(billed)]
    offset = 0
    for piece in pieces:
        for cut in _cut(piece, offset, most):
            # A placeholder at the very end of a full part counts nothing, and opens no other.
            filled[min(offset // most, billed - 1)].append(cut)
            offset += cut.counted
    return tuple(tuple(part) for part in filled)


def _cut(piece: Piece, offset: int, most: int) -> Iterator[Piece]:
    """The stretches of the piece that lie in one part each; signature and placeholders stay whole.

    A newline, which counts 2, belongs to the part in which it begins.
    """
    if piece.role in (Role.SIGNATURE, Role.VARIABLE):
        yield piece
        return
    begin, reached = 0, offset
    for index, character in enumerate(piece.text):
        if reached // most > offset // most:
            yield Piece(piece.role, piece.text[begin:index], reached - offset)
            begin, offset = index, reached
        reached += length(character)
    if begin < len(piece.text):
        yield Piece(piece.role, piece.text[begin:], reached - offset)
