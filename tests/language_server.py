"""An editor as a YAML language server sees it: JSON-RPC over its stdin and stdout."""

import itertools
import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Editor:
    """One file that is open in an editor."""

    server: subprocess.Popen[bytes]
    file: Path
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    version: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def document(self) -> dict[str, str]:
        """How the protocol names the file."""
        return {"uri": self.file.as_uri()}

    def start(self) -> None:
        """Says hello, and opens the file as it is."""
        folder = self.file.parent
        formats = ["markdown", "plaintext"]
        shown = {"hover": {"contentFormat": formats}}
        offered = {"completion": {"completionItem": {"documentationFormat": formats}}}
        capabilities = {"workspace": {"configuration": True}, "textDocument": {**shown, **offered}}
        root = {"uri": folder.as_uri(), "name": folder.name}
        hello = {"processId": None, "rootUri": root["uri"], "workspaceFolders": [root]}
        self.ask("initialize", {**hello, "capabilities": capabilities})
        self._send({"method": "initialized", "params": {}})
        opened = {**self.document, "languageId": "yaml", "version": next(self.version), "text": ""}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": opened}})

    def write(self, text: str) -> list[dict[str, Any]]:
        """Types the whole file anew; what is underlined then."""
        self.file.write_text(text, encoding="utf-8")
        version = next(self.version)
        changed = {"textDocument": {**self.document, "version": version}, "contentChanges": [{"text": text}]}
        self._send({"method": "textDocument/didChange", "params": changed})
        # What was found in an older text may still be under way.
        self.ask("textDocument/documentSymbol", {"textDocument": self.document})
        while True:
            message = self._receive()
            if message.get("method") == "textDocument/publishDiagnostics":
                params = message["params"]
                if params.get("version", version) == version:
                    found: list[dict[str, Any]] = params["diagnostics"]
                    return found

    def hover(self, line: int, character: int) -> str:
        """What is shown for the word under the pointer."""
        answer = self.ask("textDocument/hover", self._at(line, character))
        return str(answer["contents"]["value"]) if answer else ""

    def complete(self, line: int, character: int) -> dict[str, str]:
        """What is offered at the cursor, with its help."""
        answer = self.ask("textDocument/completion", self._at(line, character))
        return {item["label"]: _text(item.get("documentation", "")) for item in answer["items"]}

    def ask(self, method: str, params: object) -> Any:
        """The answer to one request; what else comes meanwhile is answered as an editor would."""
        number = next(self.numbers)
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def _at(self, line: int, character: int) -> dict[str, object]:
        return {"textDocument": self.document, "position": {"line": line, "character": character}}

    def _send(self, message: dict[str, object]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.server.stdin is not None
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.server.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        stream = self.server.stdout
        assert stream is not None
        length = 0
        while (line := stream.readline().strip()) or not length:
            assert line, "the server has ended"
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        message: dict[str, Any] = json.loads(stream.read(length))
        if "id" in message and "method" in message:
            items = message.get("params", {}).get("items", [])
            self._send({"id": message["id"], "result": [None for _ in items] or None})
        return message


def _text(documentation: object) -> str:
    return str(documentation["value"]) if isinstance(documentation, dict) else str(documentation)


@contextmanager
def editor(command: Sequence[str], file: Path) -> Iterator[Editor]:
    """An editor with that file, and a server of its own."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        try:
            opened = Editor(server, file)
            opened.start()
            yield opened
        finally:
            server.kill()
