"""What a page of the documents shows at a prompt, read so that it can be run and compared."""

import re
import shlex
import textwrap
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from workspace import Ran, Workspace, ended

ROOT = Path(__file__).parents[1]
FENCE = re.compile(
    r"^(#+) ([^\n]+)$|(?:^`([\w./-]+)`\n\n)?^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL
)
CHANGING = re.compile(
    r"(?P<id>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"|(?P<minute>(?:expected|since) [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{5})"
    r"|(?P<digest>sha256:[0-9a-f]+)"
)
"""What another run has otherwise: ids, the minute in which something was submitted, digests."""
SERVED_AT = "http://127.0.0.1:8800"


class Step(NamedTuple):
    """A command, and what the page shows below it: "" where it shows nothing."""

    command: str
    said: str


class Block(NamedTuple):
    """A fenced block: the anchor it stands under, the file that it is, its language, its text."""

    section: str
    file: str
    language: str
    text: str

    @property
    def steps(self) -> tuple[Step, ...]:
        """The commands of a transcript."""
        pieces = [piece.partition("\n") for piece in f"\n{self.text}".split("\n$ ")[1:]]
        return tuple(Step(uncommented(command), said.strip("\n")) for command, _, said in pieces)


def uncommented(command: str) -> str:
    """The command without what is said about it behind a #."""
    return re.sub(r"\s+#.*$", "", command).strip()


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in their order."""
    section = ""
    for level, title, file, language, text in FENCE.findall(page.read_text(encoding="utf-8")):
        if level:
            section = re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-")
        else:
            yield Block(section, file, language, textwrap.dedent(text))


def transcripts(page: Path) -> dict[str, list[Block]]:
    """The blocks with commands, by the section that they stand in."""
    found: dict[str, list[Block]] = {}
    for block in blocks(page):
        if block.language == "sh" or (block.language == "console" and block.steps):
            found.setdefault(block.section, []).append(block)
    return found


def of_language(page: Path, language: str, section: str) -> str:
    """The one block of that language in a section."""
    (text,) = (each.text for each in blocks(page) if (each.language, each.section) == (language, section))
    return text


@dataclass(frozen=True)
class Session:
    """Somebody who types what a page shows, in a folder of their own.

    `instead` maps what the page says to what it is in this run, such as the id of a schedule; `exits` has the
    codes of the commands that are meant to fail.
    """

    workspace: Workspace
    instead: Mapping[str, str] = field(default_factory=dict)
    exits: Mapping[str, int] = field(default_factory=dict)

    def having(self, now: str | None = None, **environment: str | None) -> "Session":
        """The same with other variables, and at another time."""
        time = {} if now is None else {"JSMS_SYNC_NOW": now}
        return replace(self, workspace=self.workspace.having(**{**time, **environment}))

    def types(self, *blocks: Block) -> None:
        """Types each command, and compares what comes with what the page shows."""
        for step in (step for block in blocks for step in block.steps):
            command = self._ours(step.command)
            for part in command.split(" && "):
                ran = self.does(part)
                assert ran.exit == self.exits.get(step.command, 0), (part, ran)
            if step.said:
                expected, theirs = self._ours(step.said), (ran.stdout, ran.stdout + ran.stderr)
                shown = "\n".join(f"--- {part}\n{text}" for text in theirs)
                assert any(matches(expected, each) for each in theirs), f"{expected}\n{shown}"

    def does(self, command: str) -> Ran:
        """What one command says: of this tool, or one of the few others that pages use."""
        command, _, file = command.partition(" > ")
        program, *words = shlex.split(command)
        if program in ("export", "mkdir", "cd"):
            return Ran(0, "", "")
        ran = curl(self.workspace, *words) if program == "curl" else self._tool(program, *words)
        if file:
            self.workspace.write(ran.stdout, file)
        return ran

    def _tool(self, program: str, *given: str) -> Ran:
        assert program == "jsms-sync", program
        words = [*given]
        if words == ["sandbox"]:
            return serves(self.workspace)
        if words in (["apply"], ["apply", "--sandbox"]):
            return self.workspace.on_terminal(*words, answer="y\n")
        return self.workspace.run(*words)

    def _ours(self, text: str) -> str:
        for theirs, ours in self.instead.items():
            text = text.replace(theirs, ours)
        return text


def serves(workspace: Workspace) -> Ran:
    """What a served sandbox says until it is stopped, at a free port."""
    with workspace.start("sandbox", "--port", "0") as process:
        assert process.stdout is not None
        said = "".join(process.stdout.readline() for _ in range(5))
        process.terminate()
        ran = ended(process)
    port = re.search(r"127\.0\.0\.1:([0-9]+)", said)
    assert port is not None, (said, ran)
    return Ran(ran.exit, said.replace(port[1], "8800"), "")


def curl(workspace: Workspace, *given: str) -> Ran:
    """What curl prints, asked of the sandbox of this folder wherever the page says that it is."""
    words, options = list(given), {}
    for name in ("-X", "-d"):
        if name in words:
            options[name] = words.pop(words.index(name) + 1)
            words.remove(name)
    (url,) = words
    served = workspace.served
    assert served is not None
    body = options["-d"].encode() if "-d" in options else None
    method = options.get("-X", "POST" if body else "GET")
    address = url.replace(SERVED_AT, served.console.rstrip("/"))
    with urllib.request.urlopen(urllib.request.Request(address, body, method=method), timeout=20) as answer:
        return Ran(0, answer.read().decode(), "")


def matches(expected: str, text: str) -> bool:
    """Line by line the same, but for what differs with every run; a line … stands for any number of lines."""
    pattern = "\n".join(".*" if line == "…" else _line(line) for line in expected.rstrip().splitlines())
    return re.fullmatch(pattern, _told(text), flags=re.DOTALL) is not None


def _line(line: str) -> str:
    return re.escape(CHANGING.sub(_kind, line.rstrip()))


def _told(text: str) -> str:
    return "\n".join(CHANGING.sub(_kind, line.rstrip()) for line in text.rstrip().splitlines())


def _kind(found: re.Match[str]) -> str:
    return f"<{found.lastgroup}>"
