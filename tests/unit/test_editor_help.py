"""Editors help in English and in Chinese: the schemas have the words, and a language server shows them."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from language_server import Editor, editor
from workspace import Workspace

from jsms_sync.definitions.schema_file import NAME, SETTINGS, schema_text

SCHEMAS = {name: json.loads(schema_text(name)) for name in (NAME, SETTINGS)}
SERVER = "yaml-language-server@1.25.0"
SAYS_SO_ITSELF = "A verification template says how long its code is valid"
"""Help of a message, which no editor shows."""


def described(node: Any) -> Iterator[dict[str, Any]]:
    """Everything in a schema that has a description."""
    if isinstance(node, dict):
        if isinstance(node.get("description"), str) and not node["description"].startswith(SAYS_SO_ITSELF):
            yield node
        for child in node.values():
            yield from described(child)
    if isinstance(node, list):
        for child in node:
            yield from described(child)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_description_stands_there_in_both_languages(name: str) -> None:
    """What editors render is the English description, a blank line, and a Chinese sentence."""
    found = list(described(SCHEMAS[name]))
    assert len(found) > 20
    for node in found:
        english, _, chinese = node["markdownDescription"].partition("\n\n")
        assert english == node["description"]
        assert re.search("[一-鿿]", chinese), english
        assert chinese.endswith("。")


@pytest.mark.parametrize("name", SCHEMAS)
def test_examples_are_valid_for_two_validators(name: str) -> None:
    """Each example of a property is what its schema allows, for either implementation of JSON Schema."""
    schema = SCHEMAS[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema_rs.meta.validate(schema)
    examples = [(node, example) for node in described(schema) for example in node.get("examples", ())]
    assert len(examples) > 20
    for node, example in examples:
        alone = {**node, "$defs": schema["$defs"]}
        assert jsonschema.Draft202012Validator(alone).is_valid(example), (node["title"], example)
        assert jsonschema_rs.Draft202012Validator(alone).is_valid(example), (node["title"], example)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """The command of yaml-language-server, which most editors use, from npm."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("needs npm")
    folder = tmp_path_factory.mktemp("npm")
    install = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), SERVER]
    subprocess.run(install, check=True, timeout=300)
    return str(folder / "node_modules" / ".bin" / "yaml-language-server"), "--stdio"


@pytest.fixture
def begun(workspace: Workspace, server: tuple[str, ...]) -> Iterator[Editor]:
    """What `init` writes, open in an editor."""
    assert workspace.run("init").exit == 0
    with editor(server, workspace.folder / "templates.yaml") as opened:
        yield opened


HEAD = "# yaml-language-server: $schema=definitions.schema.json\nversion: 1\ntemplates:\n  a:\n"


@pytest.mark.nightly
def test_what_init_writes_is_understood(begun: Editor) -> None:
    """Nothing is underlined in it, and every key shows its help in both languages."""
    text = begun.file.read_text(encoding="utf-8")
    assert begun.write(text) == []
    lines = text.splitlines()
    keys = SCHEMAS[NAME]["$defs"]["template"]["properties"]
    told = {}
    for number, line in enumerate(lines):
        if (found := re.match(r"    (\w+):", line)) and found[1] in keys:
            told[found[1]] = begun.hover(number, 5)
    assert set(told) == {"type", "content", "ttl", "remark"}
    plain = {key: re.sub(r"\\|&nbsp;|\s", "", shown) for key, shown in told.items()}
    assert "Howlongaverificationcodeisvalid" in plain["ttl"]
    assert "验证码有效多久" in plain["ttl"]
    assert "给审核员的备注" in plain["remark"]


@pytest.mark.nightly
def test_keys_and_types_are_completed(begun: Editor) -> None:
    """An editor offers the keys that an entry may have, with their help, and the words for its type."""
    begun.write(f"{HEAD}    type: notification\n    \n")
    offered = begun.complete(5, 4)
    assert {"content", "remark", "protect", "retire_after", "moved_from"} <= set(offered)
    assert "给审核员的备注" in offered["remark"]
    begun.write(f"{HEAD}    type: \n")
    assert {"verification", "notification", "marketing"} <= set(begun.complete(4, 10))


@pytest.mark.nightly
def test_mistakes_are_underlined(begun: Editor) -> None:
    """A type that does not exist and a key that is none are shown where they stand."""
    found = begun.write(f"{HEAD}    type: verificaton\n    content: 您好。\n    remarks: x\n")
    assert {each["range"]["start"]["line"] for each in found} >= {4, 6}
