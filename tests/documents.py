"""The published schemas, and whether a document is what they say."""

import json
from functools import cache
from typing import Any

import jsonschema_rs

from jsms_sync.cli.main import COMMANDS
from jsms_sync.definitions.schema_file import schema_text

SCHEMAS = {
    "plan": "plan",
    "show": "plan",
    "apply": "outcomes",
    "status": "status",
    "wait": "status",
    "validate": "problems",
}
"""The schema of what each command prints as JSON."""


@cache
def validator(name: str, *, closed: bool = False) -> jsonschema_rs.Draft202012Validator:
    """The schema of that name; closed, it takes no key that it does not describe."""
    schema = json.loads(schema_text(f"{name}.schema.json"))
    return jsonschema_rs.Draft202012Validator(_closed(schema) if closed else schema, validate_formats=True)


def _closed(node: Any) -> Any:
    if isinstance(node, list):
        return [_closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    told = {key: _closed(value) for key, value in node.items()}
    return {**told, "additionalProperties": False} if isinstance(node.get("properties"), dict) else told


def troubles(name: str, document: Any, *, closed: bool = False) -> list[str]:
    """What of the document is not as the schema says."""
    found = validator(name, closed=closed).iter_errors(document)
    return [f"{'/'.join(map(str, each.instance_path))}: {each.message}" for each in found]


def check_told(arguments: tuple[str, ...], stdout: str) -> None:
    """What a command printed as JSON is what its schema says, unless it is an error."""
    command = next((word for word in arguments if word in COMMANDS), "")
    if command not in SCHEMAS or "json" not in arguments or not stdout.startswith("{"):
        return
    document = json.loads(stdout)
    if "error" not in document:
        assert troubles(SCHEMAS[command], document) == []
