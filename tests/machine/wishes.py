"""What the team wants: definitions as they are edited, and which campaign is which under all its names.

A campaign is told by a value that its every message carries. It keeps it through edits, removals and renames;
only a campaign that comes up under another name after the old one was sent is a new one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from jsms_sync.model.privacy import Mobile, Params
from jsms_sync.model.resources import (
    Address,
    Campaign,
    Definitions,
    Form,
    Position,
    Recipient,
    Template,
    TemplateType,
    campaign_address,
    template_address,
)

HERE = Position("templates.yaml", 3, 3)
PREFIX = "1390000"
NUMBERS = tuple(f"{PREFIX}900{n}" for n in range(4))
OTHER_TEXTS = ("Hi {{n}}", "Hi {{n}} ", "Ho {{n}}", "Hi {{n}}, {{m}}")
CODE_TEXTS = ("Code {{code}}", "Code {{code}} ", "Pin {{code}}", " Code {{code}}")
TYPES = (
    TemplateType.NOTIFICATION,
    TemplateType.NOTIFICATION,
    TemplateType.MARKETING,
    TemplateType.VERIFICATION,
)
TTLS = (60, 300, 900)
RETIRE_AFTER = (None, timedelta(0), timedelta(minutes=30), timedelta(days=1))
LEADS = tuple(timedelta(minutes=m) for m in (2, 8, 60, 26 * 60, 26 * 60, 6_000, 6_000, 20_000))
"""How far away a campaign's time may be when it is set."""


def content(type: TemplateType, pick: int) -> str:
    """One of a few texts, which differ by blanks and variables."""
    texts = CODE_TEXTS if type is TemplateType.VERIFICATION else OTHER_TEXTS
    return texts[pick % len(texts)]


def template(name: str, pick: int) -> Template:
    """A template as somebody may write it first."""
    return typed(Template(name, TemplateType.NOTIFICATION, "", HERE), TYPES[pick % 4], pick // 4)


def typed(old: Template, type: TemplateType, pick: int) -> Template:
    """The template with that type, and a text and ttl that go with it."""
    ttl = TTLS[pick % 3] if type is TemplateType.VERIFICATION else None
    return replace(old, type=type, content=content(type, pick), ttl=ttl)


def edited(old: Template, what: str, pick: int) -> Template:
    """The template after an edit of one of its fields."""
    match what:
        case "content":
            return replace(old, content=content(old.type, pick))
        case "type":
            return typed(old, TYPES[pick % 4], pick)
        case "ttl":
            return replace(old, ttl=TTLS[pick % 3]) if old.ttl else old
        case "remark":
            return replace(old, remark=(None, "please", "kindly")[pick % 3])
        case "protect":
            return replace(old, protect=(None, False, True)[pick % 3])
        case _:
            return replace(old, retire_after=RETIRE_AFTER[pick % 4])


def people(identity: str, pick: int) -> tuple[Recipient, ...]:
    """Some of the numbers, each with the campaign's own value; now and then a parameter is missing."""
    values = {"n": identity, "code": identity, "m": "xyz"[pick % 3]}
    if pick % 11 == 10:
        del values["m"]
    chosen = [number for bit, number in enumerate(NUMBERS) if (pick + 1) >> bit & 1] or NUMBERS
    return tuple(Recipient(Mobile(number), Params(values)) for number in chosen)


def form_of(recipients: tuple[Recipient, ...], pick: int) -> Form:
    """One recipient may be written either way."""
    return Form.SINGLE if len(recipients) == 1 and pick % 3 else Form.BATCH


@dataclass
class Wishes:
    """The definitions of the moment, and the memory of the team."""

    templates: dict[str, Template] = field(default_factory=dict)
    campaigns: dict[str, Campaign] = field(default_factory=dict)
    identities: dict[str, str] = field(default_factory=dict)
    """The value that tells a campaign, by its name of the moment."""
    last: dict[Address, Template] = field(default_factory=dict)
    """Every template as it was last defined."""
    born: int = 0
    banned: set[str] = field(default_factory=set)
    """Names that went on as another campaign's, and are not used again."""

    def copy(self) -> "Wishes":
        """The same, to come back to."""
        return replace(
            self,
            templates=dict(self.templates),
            campaigns=dict(self.campaigns),
            identities=dict(self.identities),
        )

    def as_of(self, later: "Wishes") -> "Wishes":
        """These definitions once more, with what was learnt until later; each value means one name."""
        others = {n: k for n, k in later.identities.items() if k not in self.identities.values()}
        again = self.copy()
        return replace(
            again,
            identities={**others, **again.identities},
            last=later.last,
            born=later.born,
            banned=later.banned,
        )

    def definitions(self) -> Definitions:
        """What is loaded from the files."""
        templates = {each.address: each for each in self.templates.values()}
        campaigns = {each.address: each for each in self.campaigns.values()}
        self.last |= templates
        return Definitions(templates, campaigns, (HERE.file,), "sha256:0")

    def new_identity(self) -> str:
        """A value that no campaign has had."""
        self.born += 1
        return f"k{self.born:03}"

    def set_template(self, wanted: Template) -> None:
        """Defines it, or edits it."""
        self.templates[wanted.name] = wanted
        for name, each in self.templates.items():
            if each.moved_from == wanted.name:
                self.templates[name] = replace(each, moved_from=None)

    def users(self, template: str) -> list[str]:
        """The campaigns that send that template."""
        return [name for name, each in self.campaigns.items() if each.template == template]

    def remove_template(self, name: str) -> None:
        """Its campaigns go with it: definitions that name no template are no definitions."""
        for user in self.users(name):
            del self.campaigns[user]
        self.templates.pop(name, None)

    def rename_template(self, old: str, new: str, *, moved: bool) -> None:
        """Its campaigns name it by its new name."""
        for user in self.users(old):
            self.campaigns[user] = replace(self.campaigns[user], template=new)
        self.set_template(replace(self.templates.pop(old), name=new, moved_from=old if moved else None))

    def add_campaign(self, name: str, template: str, send_time: datetime, pick: int) -> None:
        """Defines a campaign, under the identity that its name has or gets now."""
        if name in self.banned:
            return
        identity = self.identities.setdefault(name, self.new_identity())
        recipients = people(identity, pick)
        form = form_of(recipients, pick)
        self.campaigns[name] = Campaign(name, send_time, form, recipients, HERE, template=template)
        for other, each in self.campaigns.items():
            if each.moved_from == name:
                self.campaigns[other] = replace(each, moved_from=None)

    def edit_people(self, name: str, pick: int) -> None:
        """Other recipients, or other parameters."""
        recipients = people(self.identities[name], pick)
        self.campaigns[name] = replace(
            self.campaigns[name], recipients=recipients, form=form_of(recipients, pick)
        )

    def edit_form(self, name: str, pick: int) -> None:
        """One recipient becomes many, or many one."""
        old = self.campaigns[name]
        if old.form is Form.SINGLE:
            recipients = people(self.identities[name], 2 + 4 * (pick % 3))
            self.campaigns[name] = replace(old, recipients=recipients, form=Form.BATCH)
        else:
            only = old.recipients[pick % len(old.recipients)]
            self.campaigns[name] = replace(old, recipients=(only,), form=Form.SINGLE)

    def rename_campaign(self, old: str, new: str, *, moved: bool) -> None:
        """The same campaign under a new name; said so by `moved_from`, or not."""
        identity = self.identities.pop(old)
        self.identities[new] = identity
        if not moved:
            self.banned.add(old)
        wanted = replace(self.campaigns.pop(old), name=new, moved_from=old if moved else None)
        self.campaigns[new] = wanted

    def begin_anew(self, name: str) -> None:
        """The campaign counts as a new one from now on: another one was sent under its old name."""
        self.identities[name] = identity = self.new_identity()
        old = self.campaigns[name]
        renewed = [
            Recipient(r.mobile, Params({**r.params.reveal(), "n": identity, "code": identity}))
            for r in old.recipients
        ]
        self.campaigns[name] = replace(old, recipients=tuple(renewed))

    def addresses(self) -> Iterable[Address]:
        """Everything that is defined."""
        yield from map(template_address, self.templates)
        yield from map(campaign_address, self.campaigns)
