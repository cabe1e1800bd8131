"""`schema`: the JSON Schemas of definitions and settings, for editors."""

import click

from jsms_sync.cli.options import Common, command
from jsms_sync.cli.terminal import say
from jsms_sync.errors import Exit, InvalidInput

DOCUMENTS = ("plan", "outcomes", "status", "problems")
"""What commands print as JSON, by the name of its schema."""


@command("schema", example="jsms-sync schema > definitions.schema.json", formats=("json",))
@click.option("--settings", "of_settings", is_flag=True, help="That of jsms-sync.yaml instead.")
@click.option(
    "--of", "document", type=click.Choice(DOCUMENTS), help="That of a document that a command prints."
)
def schema(common: Common, format: str, of_settings: bool, document: str | None) -> Exit:
    """Print the JSON Schema of definitions, which editors use for completion."""
    from jsms_sync.definitions.schema_file import NAME, SETTINGS, schema_text

    if of_settings and document:
        raise InvalidInput("--settings and --of exclude each other", code="usage")
    say(schema_text(f"{document}.schema.json" if document else SETTINGS if of_settings else NAME))
    return Exit.DONE
