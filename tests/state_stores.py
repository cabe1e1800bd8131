"""Real stores for a state, each started once: PostgreSQL, an S3 server that tells the truth, two that lie."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

BUCKET = "states"
PASSWORD = "hunter2-pg"
SCRAM = ("-A", "scram-sha-256", "--pwfile")
CREDENTIAL = (
    "AWS4-HMAC-SHA256 Credential=S3RVER/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x"
)
"""By this moto knows which service is meant; it checks no signature."""
POSTGRES_BINARIES = ("/usr/lib/postgresql/*/bin", "/usr/local/bin", "/usr/bin")


def free_port() -> int:
    """A port of loopback that nobody uses."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def s3_environment(endpoint: str) -> dict[str, str]:
    """What tells the S3 library of that server."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "S3RVER",
        "AWS_SECRET_ACCESS_KEY": "S3RVER",
        "AWS_REGION": "us-east-1",
    }


@contextmanager
def moto() -> Iterator[str]:
    """The endpoint of an S3 server that honours conditions, with a bucket."""
    pytest.importorskip("moto", reason="needs moto[server] of the group dev")
    with _served([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "{port}"]) as endpoint:
        _ask("PUT", f"{endpoint}/{BUCKET}")
        yield endpoint


@contextmanager
def localbucket(folder: Path) -> Iterator[str]:
    """The endpoint of a server that ignores If-Match."""
    program = Path(sys.executable).with_name("localbucket")
    if not program.exists():
        pytest.skip("needs localbucket of the group dev")
    (folder / BUCKET).mkdir(parents=True)
    with _served([str(program), "--port", "{port}", str(folder)], folder) as endpoint:
        yield endpoint


@contextmanager
def s3rver(folder: Path) -> Iterator[str]:
    """The endpoint of a server that ignores every condition."""
    program = shutil.which("s3rver")
    if program is None:
        pytest.skip("needs s3rver on the PATH: npm install --prefix DIR s3rver, then DIR/node_modules/.bin")
    folder.mkdir(parents=True)
    command = [
        program,
        "-d",
        str(folder),
        "-a",
        "127.0.0.1",
        "-p",
        "{port}",
        "-s",
        "--configure-bucket",
        BUCKET,
    ]
    with _served(command, folder) as endpoint:
        yield endpoint


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a database of a server of our own, on loopback."""
    initdb = _binary("initdb")
    if initdb is None:
        pytest.skip("needs PostgreSQL: apt-get install postgresql")
    user = _unprivileged()
    # Below /tmp itself: the path of a socket may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="jsms-pg-", dir="/tmp"))
    try:
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
        data, port = folder / "data", free_port()
        (folder / "password").write_text(PASSWORD)
        subprocess.run(
            [initdb, "-D", data, "-U", "tester", *SCRAM, f"{folder}/password", "-E", "UTF8", "--no-sync"],
            check=True,
            capture_output=True,
            cwd=folder,
            user=user and user.pw_uid,
            group=user and user.pw_gid,
        )
        command = [str(initdb.with_name("postgres")), "-D", str(data), "-p", str(port), "-k", str(folder)]
        server = subprocess.Popen(
            [*command, "-h", "127.0.0.1", "-c", "max_connections=60"],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=user and user.pw_uid,
            group=user and user.pw_gid,
        )
        try:
            _wait_for_postgres(port, server)
            yield f"postgresql://tester:{PASSWORD}@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait(10)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for_postgres(port: int, server: subprocess.Popen[bytes]) -> None:
    import psycopg

    for _ in range(200):
        assert server.poll() is None, "PostgreSQL did not start"
        try:
            psycopg.connect(f"postgresql://tester:{PASSWORD}@127.0.0.1:{port}/postgres").close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise AssertionError("PostgreSQL does not answer")


def _binary(name: str) -> Path | None:
    found = sorted(path for folder in POSTGRES_BINARIES for path in Path("/").glob(f"{folder[1:]}/{name}"))
    return found[0].resolve() if found else None


def _unprivileged() -> "pwd.struct_passwd | None":
    """Whom PostgreSQL runs as, since it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.skip("needs a user that is not root to run PostgreSQL as")


@contextmanager
def _served(command: list[str], folder: Path | None = None) -> Iterator[str]:
    port = free_port()
    server = subprocess.Popen(
        [part.replace("{port}", str(port)) for part in command],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_without_coverage(os.environ),
    )
    try:
        endpoint = f"http://127.0.0.1:{port}"
        for _ in range(400):
            assert server.poll() is None, f"{command[0]} did not start"
            if _answers(port):
                break
            time.sleep(0.05)
        yield endpoint
    finally:
        server.terminate()
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _without_coverage(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith(("COV_", "COVERAGE"))}


def _answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def _ask(method: str, url: str) -> None:
    request = urllib.request.Request(url, method=method, headers={"Authorization": CREDENTIAL})
    with urllib.request.urlopen(request) as answer:
        answer.read()
