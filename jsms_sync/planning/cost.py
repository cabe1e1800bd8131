"""What campaigns cost, as JSMS counts: every character 1, a newline 2, 70 to one part, else 67 to a part."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import repeat

from jsms_sync.model.decisions import Change, ChangeBatch, Draft, PlaceBatch
from jsms_sync.model.privacy import Params
from jsms_sync.model.resources import Address, TemplateType
from jsms_sync.model.rolls import Lengths
from jsms_sync.model.text import OPT_OUT, UNKNOWN_SIGNATURE, VARIABLE, length, parts
from jsms_sync.planning.plan import Estimate


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

    def parts(self, params: Params) -> int:
        """The billed parts of the message to a recipient with those parameters."""
        values = params.reveal()
        return parts(self.fixed + sum(length(values.get(name, "")) for name in self.variables))

    def all_parts(self, count: int, lengths: Lengths) -> int:
        """The billed parts of the messages to so many recipients, whose values have those lengths."""
        columns = [lengths[name] for name in self.variables if name in lengths]
        added = Counter(map(sum, zip(*columns, strict=True)) if columns else repeat(0, count))
        return sum(parts(self.fixed + more) * times for more, times in added.items())


Texts = Mapping[Address | int, tuple[str, TemplateType]]


def estimate(changes: Iterable[Change], texts: Texts, signature: int = UNKNOWN_SIGNATURE) -> Estimate:
    """The messages and parts of every schedule that is placed or changed; an unknown text counts one part."""
    drafts = [s.draft for c in changes for s in c.steps if isinstance(s, PlaceBatch | ChangeBatch)]
    messages = sum(len(draft.recipients) for draft in drafts)
    return Estimate(messages, sum(_parts(draft, texts, signature) for draft in drafts))


def _parts(draft: Draft, texts: Texts, signature: int) -> int:
    text = texts.get(draft.template)
    if text is None:
        return len(draft.recipients)
    pattern = Pattern.of(*text, signature)
    if isinstance(draft.recipients, tuple):
        return sum(pattern.parts(recipient.params) for recipient in draft.recipients)
    return pattern.all_parts(len(draft.recipients), draft.recipients.lengths)
