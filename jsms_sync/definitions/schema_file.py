"""The JSON Schemas of definitions and settings, as text: light enough for `jsms-sync schema`."""

from importlib.resources import files
from pathlib import Path

NAME = "definitions.schema.json"
SETTINGS = "settings.schema.json"


def schema_text(name: str = NAME) -> str:
    """The schema of that name as it is shipped, for editors and for `validate`.

    A wheel holds it inside the package; an editable install has it at the top of the repository.
    """
    shipped = files("jsms_sync") / "schemas" / name
    if shipped.is_file():
        return shipped.read_text(encoding="utf-8")
    return Path(__file__).parents[2].joinpath("schemas", name).read_text(encoding="utf-8")
