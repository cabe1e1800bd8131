"""What a campaign may know of a template."""

from dataclasses import dataclass

from jsms_sync.model.resources import TemplateType


@dataclass(frozen=True, slots=True)
class Serving:
    """The revision that campaigns send with, and whether it is the wanted text.

    `temp_id` is None while nothing serves, `variables` where the text is not known; `unreadable` says why
    it could not be read; `unknown` holds for a template that is not managed here and that JSMS does not show.
    """

    temp_id: int | None = None
    variables: frozenset[str] | None = None
    ready: bool = False
    content: str | None = None
    type: TemplateType | None = None
    unreadable: str = ""
    unknown: bool = False
