"""A sandbox in a process of its own, so that neither its time nor its memory is counted as ours."""

import contextlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import requests

from jsms_sync.api.client import Client
from jsms_sync.api.credentials import Credentials
from jsms_sync.model.privacy import Secret

TOOL = (sys.executable, "-m", "jsms_sync")


@dataclass(frozen=True, slots=True)
class Service:
    """Where it is, and who may ask it."""

    base_url: str
    console: str
    pair: tuple[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """What a command needs to be let in."""
        key, secret = self.pair
        return {"JSMS_APP_KEY": key, "JSMS_MASTER_SECRET": secret, "JSMS_SYNC_BASE_URL": self.base_url}

    def client(self, parallelism: int) -> Client:
        """A client of ours."""
        key, secret = self.pair
        return Client(Credentials(key, Secret(secret)), base_url=self.base_url, parallelism=parallelism)

    def session(self, connections: int) -> requests.Session:
        """A bare session, as a script would have it."""
        session = requests.Session()
        session.trust_env, session.auth = False, self.pair
        session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=connections))
        return session

    def control(self, method: str, path: str, body: object = None) -> object:
        """What the control plane answers."""
        answer = requests.request(method, f"{self.console}_sandbox/{path}", json=body, timeout=600)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def latency(self, ms: int) -> None:
        """Every answer takes so much longer."""
        self.control("PUT", "latency", {"ms": ms})

    def heard(self) -> Counter[str]:
        """How many requests there were since the last time, by method."""
        heard = self.control("GET", "requests")
        self.control("DELETE", "requests")
        assert isinstance(heard, list)
        return Counter(each["method"] for each in heard)


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Service]:
    """A sandbox that approves everything."""
    command = [*TOOL, "sandbox", "--port", "0", "--audit", "approve", "--format", "json"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            yield Service(told["base_url"], told["console"], (told["app_key"], told["master_secret"]))
        finally:
            process.terminate()
