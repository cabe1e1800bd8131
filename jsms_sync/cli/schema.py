"""`schema`: the JSON Schemas of definitions and settings, for editors."""

import click

from jsms_sync.cli.options import Common, command
from jsms_sync.cli.terminal import say
from jsms_sync.errors import Exit


@command("schema", example="jsms-sync schema > definitions.schema.json", formats=("json",))
@click.option("--settings", "of_settings", is_flag=True, help="That of jsms-sync.yaml instead.")
def schema(common: Common, format: str, of_settings: bool) -> Exit:
    """Print the JSON Schema of definitions, which editors use for completion."""
    from jsms_sync.definitions.schema_file import NAME, SETTINGS, schema_text

    say(schema_text(SETTINGS if of_settings else NAME))
    return Exit.DONE
