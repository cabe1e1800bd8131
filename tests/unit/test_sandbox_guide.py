"""The guide of the sandbox is true: its curl examples, one after the other, are answered as it says."""

import re
import shlex
from pathlib import Path
from urllib.parse import urlsplit

from sandbox_client import Answer, Client, sandbox

GUIDE = Path(__file__).parents[2] / "docs" / "sandbox.md"


def examples() -> list[tuple[str, str]]:
    """Each curl command with the answer that stands below it, "" where none does."""
    blocks = re.findall(r"^```console\n(.*?)^```", GUIDE.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    steps = [step for block in blocks for step in block.split("$ ")[1:]]
    return [(command, said.strip()) for command, _, said in (step.partition("\n") for step in steps)]


def sent(client: Client, command: str) -> Answer:
    """The answer to what curl would send."""
    program, *words = shlex.split(command)
    assert program == "curl"
    options = {word: words.pop(words.index(word) + 1) for word in ("-X", "-d", "-u") if word in words}
    (url,) = (word for word in words if word.startswith("http://127.0.0.1:8800/"))
    assert set(words) == {url, *options}
    method = options.get("-X", "POST" if "-d" in options else "GET")
    body = options["-d"].encode() if "-d" in options else None
    caller = {} if "-u" in options else {"Authorization": ""}
    # As curl does with -d.
    return client.send(
        method, urlsplit(url).path, body, Content_Type="application/x-www-form-urlencoded", **caller
    )


def test_the_examples_are_answered_as_they_say() -> None:
    """From top to bottom, on a new sandbox."""
    found = examples()
    assert len(found) > 10
    with sandbox() as client:
        for command, said in found:
            answer = sent(client, command)
            assert answer.status == 200, (command, answer)
            assert said in ("", answer.body.decode()), (command, answer)


def test_what_the_recipes_change_has_its_effect() -> None:
    """The message is in the outbox with its text; after the reset there is nothing of it."""
    with sandbox() as client:
        commands = [command for command, _ in examples()]
        reset = next(index for index, command in enumerate(commands) if command.endswith("/reset"))
        for command in commands[:reset]:
            sent(client, command)
        assert [each["content"] for each in client.control("GET", "outbox")] == [
            "【极光沙箱】您的订单1001已发出。"
        ]
        assert client.state()["balance"]["app_balance"] == 0
        for command in commands[reset:]:
            sent(client, command)
        assert client.control("GET", "outbox") == []
