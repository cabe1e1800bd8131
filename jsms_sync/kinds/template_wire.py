"""The template on the wire: JSMS says `template`, definitions say `content` (`jsms-api.md §6`)."""

from typing import Protocol, TypedDict

from jsms_sync.kinds.template_settle import desired_text
from jsms_sync.model.observed import SeenTemplate, TemplateSeen, Unreadable
from jsms_sync.model.records import Audit, Submission, Text
from jsms_sync.model.resources import Template, TemplateType

STATUSES = {0: Audit.AUDITING, 1: Audit.APPROVED, 2: Audit.REJECTED}


class TemplateBody(TypedDict):
    """What a POST or PUT says."""

    template: str
    type: int
    ttl: int | None
    remark: str | None


class TemplateReply(Protocol):
    """What a GET answers."""

    @property
    def temp_id(self) -> int: ...
    @property
    def template(self) -> str: ...
    @property
    def type(self) -> int: ...
    @property
    def ttl(self) -> int | None: ...
    @property
    def remark(self) -> str | None: ...
    @property
    def status(self) -> int: ...


def submission(desired: Template) -> Submission:
    """What will be submitted for the template."""
    return Submission(desired_text(desired), desired.remark)


def body(said: Submission) -> TemplateBody:
    """The submission in the words of the wire."""
    return TemplateBody(
        template=said.text.content, type=said.text.type.value, ttl=said.text.ttl, remark=said.remark
    )


def seen(reply: TemplateReply) -> TemplateSeen:
    """The template that was read; a type or status that is not documented makes it unreadable."""
    if reply.status not in STATUSES:
        return Unreadable(f"its status {reply.status} is not one that is documented")
    if reply.type not in set(TemplateType):
        return Unreadable(f"its type {reply.type} is not one that is documented")
    type = TemplateType(reply.type)
    ttl = reply.ttl if type is TemplateType.VERIFICATION else None
    text = Text(reply.template, type, ttl)
    return SeenTemplate(reply.temp_id, text, reply.remark, STATUSES[reply.status])
