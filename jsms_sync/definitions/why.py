"""Why there is each problem: a sentence, an example of it and of its cure, and where the fact comes from."""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple


class Frame(Enum):
    """What an example is a part of."""

    TEMPLATE = "the keys of one template"
    CAMPAIGN = "the keys of one campaign"
    FILE = "a whole file"
    SHEET = "a recipients file"
    SETTINGS = "the keys of a settings file"
    WORDS = "words, because it cannot be shown"


class Why(NamedTuple):
    """The reason for one code; `bad` has the problem and `good` has not."""

    why: str
    bad: str
    good: str
    source: str
    frame: Frame = Frame.TEMPLATE


Reasons = Mapping[str, Why]

OWN = "a rule of this tool"


def reasons() -> Mapping[str, Reasons]:
    """The reasons of all codes, by the part of the definitions they belong to."""
    # Only `explain` asks for them.
    from jsms_sync.definitions.why_campaigns import CAMPAIGNS, SHEETS
    from jsms_sync.definitions.why_files import FILES, YAML
    from jsms_sync.definitions.why_settings import SETTINGS
    from jsms_sync.definitions.why_shape import SHAPE
    from jsms_sync.definitions.why_templates import TEMPLATES

    return {
        "Templates": TEMPLATES,
        "Campaigns": CAMPAIGNS,
        "Recipients files": SHEETS,
        "Keys and values": SHAPE,
        "YAML": YAML,
        "Files": FILES,
        "Settings": SETTINGS,
    }
