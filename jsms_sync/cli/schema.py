"""`schema`: the JSON Schema of definitions, for editors."""

from jsms_sync.cli.options import Common, command
from jsms_sync.cli.terminal import say
from jsms_sync.errors import Exit


@command("schema", example="jsms-sync schema > definitions.schema.json", formats=("json",))
def schema(common: Common, format: str) -> Exit:
    """Print the JSON Schema of definitions, which editors use for completion."""
    from jsms_sync.definitions.schema_file import schema_text

    say(schema_text())
    return Exit.DONE
