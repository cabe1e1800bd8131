"""Hands what JSMS pushes to `jsms-sync callback ingest`. Put it behind a proxy that speaks https."""

import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

INGEST = ["jsms-sync", "callback", "ingest", "--lock-timeout", "2"]
ANSWERS = {0: 200, 3: 403}
"""By exit code; any other is 503, and JSMS posts the callback again later."""


class Callbacks(BaseHTTPRequestHandler):
    """The URL that is set in the JSMS console."""

    def do_GET(self) -> None:
        """JSMS checks the URL: it wants its word back."""
        word = parse_qs(urlsplit(self.path).query).get("echostr", [""])[0]
        self.answer(200, word[:64] if word.isascii() and word.isprintable() else "")

    def do_POST(self) -> None:
        """One callback; its signature is checked by the command."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > 100_000:
            return self.answer(413)
        ended = subprocess.run(INGEST, input=self.rfile.read(length), check=False)
        return self.answer(ANSWERS.get(ended.returncode, 503))

    def answer(self, status: int, text: str = "") -> None:
        """The whole answer."""
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


if __name__ == "__main__":
    with HTTPServer(("127.0.0.1", int(sys.argv[1])), Callbacks) as server:
        print(f"listening at http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
