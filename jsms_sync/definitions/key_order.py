"""The order of keys in definitions, which is that in which the schema explains them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from jsms_sync.definitions.places import SECTIONS
from jsms_sync.definitions.schema_file import schema_text


@dataclass(frozen=True, slots=True)
class Level:
    """How the keys of one mapping stand; names of templates and campaigns stay as somebody put them.

    `sections` are the levels below keys of those names; `entry` is that below any key.
    """

    order: Sequence[str] = ()
    sections: tuple[tuple[str, "Level"], ...] = ()
    entry: "Level | None" = None

    def rank(self, key: str) -> int:
        """The place of the key; equal ones stay as they are."""
        return self.order.index(key) if key in self.order else len(self.order)

    def below(self, key: str) -> "Level | None":
        """The level of the mapping under that key; None where its parts are not told apart."""
        return dict(self.sections).get(key, self.entry)

    def unordered(self) -> "Level":
        """The same levels, where every key stays where it is."""
        sections = tuple((key, level.unordered()) for key, level in self.sections)
        return replace(self, order=(), sections=sections, entry=self.entry and self.entry.unordered())


def levels() -> Level:
    """The levels of a file of definitions, from its root."""
    schema = json.loads(schema_text())
    kinds = {"templates": "template", "campaigns": "campaign"}
    below = {key: Level(tuple(schema["$defs"][kinds[key]]["properties"])) for key in SECTIONS}
    sections = tuple((key, Level(entry=level)) for key, level in below.items())
    return Level(tuple(schema["properties"]), sections)
