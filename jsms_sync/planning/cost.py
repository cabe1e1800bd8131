"""What campaigns cost, as JSMS counts: every character 1, a newline 2, 70 to one part, else 67 to a part."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat

from jsms_sync.kinds.campaign_settle import Standings
from jsms_sync.model.decisions import Draft
from jsms_sync.model.digests import ENTRY
from jsms_sync.model.privacy import Params
from jsms_sync.model.records import Target
from jsms_sync.model.resources import (
    Address,
    Campaign,
    Definitions,
    Recipient,
    RecipientsFile,
    TemplateType,
    template_address,
)
from jsms_sync.model.rolls import Lengths, Roll
from jsms_sync.model.rolls import lengths as lengths_of
from jsms_sync.model.text import OPT_OUT, UNKNOWN_SIGNATURE, VARIABLE, length, parts


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text ready for counting: its fixed characters, and the variables that add to them."""

    fixed: int
    variables: tuple[str, ...]

    @classmethod
    def of(cls, content: str, type: TemplateType, signature: int = UNKNOWN_SIGNATURE) -> "Pattern":
        """The pattern of a template's text, with so long a signature and, for marketing, the opt-out text."""
        opt_out = length(OPT_OUT) if type is TemplateType.MARKETING else 0
        fixed = length(VARIABLE.sub("", content)) + signature + opt_out
        return cls(fixed, tuple(VARIABLE.findall(content)))

    def added(self, params: Params) -> int:
        """The characters that those values add."""
        values = params.reveal()
        return sum(length(values.get(name, "")) for name in self.variables)

    def parts(self, params: Params) -> int:
        """The billed parts of the message to a recipient with those parameters."""
        return parts(self.fixed + self.added(params))


@dataclass(frozen=True, slots=True)
class Bill:
    """Messages and their billed parts, the fewest and the most parts of one, and the parts of marketing.

    Where a text or a value is not known, each message counts one part, and `is_known` says so.
    """

    messages: int = 0
    parts: int = 0
    fewest: int | None = None
    most: int | None = None
    marketing: int = 0
    is_known: bool = True

    @classmethod
    def unknown(cls, messages: int) -> "Bill":
        """The bill of messages of which nothing but their number is known."""
        return cls(messages, messages, is_known=not messages)

    @classmethod
    def of(cls, pattern: Pattern, added: Mapping[int, int], type: TemplateType) -> "Bill":
        """The bill of one text; `added` counts the messages by the characters that their values add."""
        billed = {more: parts(pattern.fixed + more) for more in added}
        every = sum(billed[more] * times for more, times in added.items())
        fewest, most = min(billed.values(), default=None), max(billed.values(), default=None)
        return cls(sum(added.values()), every, fewest, most, every if type is TemplateType.MARKETING else 0)


NOTHING = Bill()


def total(bills: Iterable[Bill]) -> Bill:
    """All the bills as one."""
    every = tuple(bills)
    return Bill(
        sum(bill.messages for bill in every),
        sum(bill.parts for bill in every),
        min((bill.fewest for bill in every if bill.fewest is not None), default=None),
        max((bill.most for bill in every if bill.most is not None), default=None),
        sum(bill.marketing for bill in every),
        all(bill.is_known for bill in every),
    )


Text = tuple[str, TemplateType]
Texts = Mapping[Address | int, Text]
"""The content and the type behind each reference to a template."""


def desired_text(campaign: Campaign, definitions: Definitions, texts: Texts) -> Text | None:
    """The text that the campaign is meant to send, None where nobody knows it."""
    if campaign.temp_id is not None:
        return texts.get(campaign.temp_id)
    template = definitions.templates.get(template_address(campaign.template or ""))
    return (template.content, template.type) if template else None


@dataclass(frozen=True, slots=True)
class Tariff:
    """What is needed to count: the texts, the characters of the signature in front of them, and the files.

    `rolls` are the recipients whom files hold.
    """

    texts: Texts
    signature: int = UNKNOWN_SIGNATURE
    rolls: Mapping[Address, Roll] = field(default_factory=dict)

    def text(self, text: Text | None, count: int, lengths: Lengths) -> Bill:
        """The bill of a text to so many people, whose values have those lengths."""
        if text is None:
            return Bill.unknown(count)
        pattern = Pattern.of(*text, self.signature)
        columns = [lengths[name] for name in pattern.variables if name in lengths]
        added = map(sum, zip(*columns, strict=True)) if columns else repeat(0, count)
        return Bill.of(pattern, Counter(added), text[1])

    def people(self, text: Text | None, people: Sequence[Recipient]) -> Bill:
        """The bill of a text to people who are at hand."""
        values = [recipient.params.reveal() for recipient in people]
        names = {name for given in values for name in given}
        columns = {name: [given.get(name, "") for given in values] for name in names}
        return self.text(text, len(people), lengths_of(columns))

    def draft(self, draft: Draft) -> Bill:
        """The bill of a schedule as it shall be."""
        text, recipients = self.texts.get(draft.template), draft.recipients
        if isinstance(recipients, tuple):
            return self.people(text, recipients)
        is_known = recipients.lengths or (text is not None and not VARIABLE.search(text[0]))
        return self.text(text if is_known else None, len(recipients), recipients.lengths)

    def campaign(self, campaign: Campaign, text: Text | None) -> Bill:
        """The bill of a text to all of a campaign's recipients, as far as somebody has read who they are."""
        if not isinstance(campaign.recipients, RecipientsFile):
            return self.people(text, campaign.recipients)
        roll = self.rolls.get(campaign.address)
        return Bill(is_known=False) if roll is None else self.text(text, len(roll), roll.lengths)

    def standing(self, standing: Standings) -> Bill:
        """The bill of a schedule as it was read; of one that was not, nothing but the people are known."""
        if standing.seen is None:
            return recorded_bill(standing.batch.target)
        text = self.texts.get(standing.batch.target.temp_id)
        return self.text(text, len(standing.roll), standing.roll.lengths)


def recorded_bill(target: Target) -> Bill:
    """The bill of a schedule that was not read: nothing but the number of its messages."""
    return Bill.unknown(len(target.members) // ENTRY)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a campaign costs: by what is scheduled now, by what will be, and what is placed or changed of it.

    `wanted` is for a campaign of which nothing is scheduled, and nothing will be yet: what it would cost.
    """

    before: Bill = NOTHING
    after: Bill = NOTHING
    changed: Bill = NOTHING
    wanted: Bill | None = None


Costs = Mapping[Address, Cost]
