"""From an http(s) address to a place for the state: how its server is asked, and with which credentials."""

import re
from collections.abc import Mapping
from pathlib import Path

from jsms_sync.errors import InvalidInput
from jsms_sync.model.privacy import Secret
from jsms_sync.state.hosts import is_loopback
from jsms_sync.state.http_lock import GITLAB, Manner
from jsms_sync.state.http_place import HttpPlace
from jsms_sync.state.http_wire import basic

# Narrower than RFC 3986 on purpose: what two parsers could read differently is refused.
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?P<port>:[0-9]{1,5})?"
    r"(?P<path>(?:/[A-Za-z0-9._~%+-]+)+)(?:\?(?P<query>[A-Za-z0-9._~%+&=/:-]+))?",
    re.IGNORECASE,
)
# GitLab, and Gitea after it, serve states below such a path, each with its lock below itself.
_GITLAB = re.compile(r"/terraform/state/[^/]+$")


def http_place(url: str, folder: Path, environment: Mapping[str, str]) -> HttpPlace:
    """The place that the address names; InvalidInput when it may not be used, showing nothing private."""
    match = _ADDRESS.fullmatch(url)
    if match is None or not 0 < int((match["port"] or ":443")[1:]) < 65536:
        raise InvalidInput(
            "The http(s) address of the state cannot be used.",
            help="Write it as https://HOST/PATH without a user; credentials come from the environment: "
            "JSMS_SYNC_STATE_USERNAME and JSMS_SYNC_STATE_PASSWORD.",
        )
    scheme, host = match["scheme"].lower(), match["host"].lower()
    if scheme == "http" and not is_loopback(host.strip("[]")):
        raise InvalidInput(
            f"A state at http://{host} would carry credentials unencrypted.",
            help="Use https; plain http is accepted for loopback only.",
        )
    origin = f"{scheme}://{host}{match['port'] or ''}"
    shown = origin + match["path"] + ("?…" if match["query"] else "")
    manner = _manner(origin + match["path"], match["path"], environment)
    authorization = _authorization(origin + match["path"], environment)
    return HttpPlace(shown, origin, match["path"], match["query"] or "", authorization, manner, folder)


def _manner(address: str, path: str, environment: Mapping[str, str]) -> Manner:
    """As Terraform's variables say, else as GitLab wants it below its paths, else as the protocol does."""
    usual = GITLAB if _GITLAB.search(path) else Manner()
    lock_address = environment.get("TF_HTTP_LOCK_ADDRESS", "")
    below = lock_address.removeprefix(address) if lock_address.startswith(address) else usual.below
    return Manner(
        environment.get("TF_HTTP_LOCK_METHOD") or usual.lock,
        environment.get("TF_HTTP_UNLOCK_METHOD") or usual.unlock,
        environment.get("TF_HTTP_UPDATE_METHOD") or usual.update,
        below,
    )


def _authorization(address: str, environment: Mapping[str, str]) -> Secret | None:
    """Our own variables, else Terraform's, else the job's token for a state in the GitLab that runs it."""
    for prefix in ("JSMS_SYNC_STATE", "TF_HTTP"):
        password = environment.get(f"{prefix}_PASSWORD")
        if password:
            return basic(environment.get(f"{prefix}_USERNAME", ""), password)
    own, token = environment.get("CI_API_V4_URL", ""), environment.get("CI_JOB_TOKEN", "")
    if own and token and address.startswith(own.rstrip("/") + "/"):
        return basic("gitlab-ci-token", token)
    return None
