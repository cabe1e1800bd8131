"""What a user would use instead: Terraform, a shell loop of curl, Ansible's `uri` loop; whole processes."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measure import Row, Scale, process
from benchmarks.served import TOOL, Service, served

LATENCY_MS = 20
PARALLELISM = 64
TEMPLATES, LOOPED, PLAYED = 1000, 200, 50
FIRST = 1  # the sandbox is born with this template (contract §7)
ANSIBLE = "ansible-core>=2.17,<2.20"  # what Python 3.11 can run

Found = tuple[list[Row], list[str]]

TERRAFORM = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"}
FOR_EACH = """variable "texts" {
  type = map(string)
}
resource "terraform_data" "template" {
  for_each = var.texts
  input    = each.value
}
"""
BLOCK = """resource "terraform_data" "t{0}" {{
  input = {1}
}}
"""

CURL = """curl -q --silent --show-error --fail --noproxy '*' --user "$JSMS_APP_KEY:$JSMS_MASTER_SECRET" """
POSTS = f"""while IFS= read -r body; do
  {CURL} --header "Content-Type: application/json" -d "$body" "$JSMS_SYNC_BASE_URL/templates" || exit
  echo
done < bodies.jsonl > created.jsonl"""
GETS = f"""while read -r id; do
  {CURL} "$JSMS_SYNC_BASE_URL/templates/$id" || exit
  echo
done < ids.txt > read.jsonl"""

PLAYBOOK = """- hosts: localhost
  connection: local
  gather_facts: false
  vars_files: [texts.yaml]
  tasks:
    - ansible.builtin.uri:
        url: {url}/templates
        method: POST
        url_username: {key}
        url_password: {secret}
        force_basic_auth: true
        body_format: json
        body: {{template: "{{{{ item }}}}", type: 2}}
        status_code: 200
      loop: "{{{{ texts }}}}"
"""


@dataclass(frozen=True, slots=True)
class Times:
    """The seconds of each apply, and of each look afterwards, when nothing had changed."""

    apply: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)


def rows(scale: Scale, folder: Path) -> Found:
    """A row for each work of each peer that is there, and what is to be known of them."""
    rounds = max(1, scale.rounds // 2)
    found: list[Row] = []
    notes: list[str] = []
    for peer in (_terraform, _curl, _ansible):
        more, told = peer(scale, rounds, folder)
        found += more
        notes += told
    return found, notes


def texts_of(number: int) -> list[str]:
    """So many texts, each its own."""
    return [f"第{i}号订单{{{{order}}}}已由{{{{carrier}}}}发出。" for i in range(number)]


def _ours(texts: Sequence[str], rounds: int, folder: Path) -> Times:
    """The command line with a new sandbox and a new state each round, every request 20 ms late."""
    times = Times()
    for _ in range(rounds):
        here = _fresh(folder)
        (here / "templates.yaml").write_text(_definitions(texts), encoding="utf-8")
        with served(here) as service:
            service.latency(LATENCY_MS)
            times.apply.append(_run(service, here, "apply", "--auto-approve", "--new-state"))
            assert service.heard()["POST"] == len(texts)
            _assert_created(service, texts)
            times.again.append(_run(service, here, "plan", "--detailed-exitcode"))
            assert service.heard() == {"GET": len(texts)}
    return times


def _run(service: Service, folder: Path, *arguments: str) -> float:
    command = [*TOOL, *arguments, "--parallelism", str(PARALLELISM)]
    return process(*command, folder=folder, environment=service.environment).seconds


def _definitions(texts: Sequence[str]) -> str:
    entry = "  t{}:\n    type: notification\n    content: {}\n"
    return "version: 1\ntemplates:\n" + "".join(entry.format(i, text) for i, text in enumerate(texts))


def _assert_created(service: Service, texts: Sequence[str]) -> None:
    """Holds when the service has these texts, each once, and no other."""
    state = service.control("GET", "state")
    assert isinstance(state, dict)
    there = [each["template"] for each in state["templates"] if each["temp_id"] != FIRST]
    assert sorted(there) == sorted(texts)


def _fresh(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=folder))


def _terraform(scale: Scale, rounds: int, folder: Path) -> Found:
    """The same texts as `terraform_data`, which is built in and sends nothing, written in two ways."""
    if not shutil.which("terraform"):
        return [], ["Terraform is not on PATH: its rows are left out."]
    texts = texts_of(scale.of(TEMPLATES))
    ours = _ours(texts, rounds, folder)
    ways = {"one for_each": _for_each(texts), "a block each": _blocks(texts)}
    most = (0.1, 1.0) if scale.part == 1 else (None, None)
    found = []
    for way, files in ways.items():
        theirs = _terraformed(files, len(texts), rounds, folder)
        found += _both(len(texts), ours, theirs, f"Terraform, terraform_data, {way}, no HTTP", most)
    return found, [
        f"Terraform {_terraform_version()} keeps a state and shows a diff as we do, but sends no request "
        f"here, where each of ours takes {LATENCY_MS} ms; both may do {PARALLELISM} at once. One for_each "
        "over a map variable is the fastest way to write it; a block each is how templates are written down "
        "with us. It writes the whole state anew after each object (strace: 1,001 times, 279 MB for 1,000 "
        "of one for_each), so its apply grows faster than the number; a state that is sent once, at the end, "
        "to its http backend brings 1,000 blocks to 4 s and one for_each to 6 s (measured once). The ratios "
        f"are to be reached at {TEMPLATES:,}."
    ]


def _both(
    number: int, ours: Times, theirs: Times, peer: str, most: tuple[float | None, float | None]
) -> list[Row]:
    """Apply, and plan again where the peer has something like it."""
    whats = (f"apply {number:,} templates", f"plan {number:,} templates again")
    pairs = ((ours.apply, theirs.apply), (ours.again, theirs.again))
    return [
        Row(what=what, floor_is=peer, ours=mine, floor=floor, most=bound, number=number)
        for what, (mine, floor), bound in zip(whats, pairs, most, strict=True)
        if floor
    ]


def _for_each(texts: Sequence[str]) -> dict[str, str]:
    """Files that hold the texts as a variable: no expression is evaluated for each but `each.value`."""
    named = {f"t{i}": text for i, text in enumerate(texts)}
    return {"main.tf": FOR_EACH, "texts.auto.tfvars.json": json.dumps({"texts": named})}


def _blocks(texts: Sequence[str]) -> dict[str, str]:
    blocks = (BLOCK.format(i, json.dumps(text, ensure_ascii=False)) for i, text in enumerate(texts))
    return {"main.tf": "".join(blocks)}


def _terraformed(files: dict[str, str], number: int, rounds: int, folder: Path) -> Times:
    """One apply, as it takes so long, and a plan that finds no change in each round."""
    here = _fresh(folder)
    for name, text in files.items():
        (here / name).write_text(text, encoding="utf-8")
    at_once = f"-parallelism={PARALLELISM}"
    _terraform_took(here, "init")
    apply = _terraform_took(here, "apply", "-auto-approve", at_once)
    again = [_terraform_took(here, "plan", "-detailed-exitcode", at_once) for _ in range(rounds)]
    listed = subprocess.run(["terraform", "state", "list"], cwd=here, capture_output=True, check=True)
    assert len(listed.stdout.splitlines()) == number
    return Times([apply], again)


def _terraform_took(folder: Path, *arguments: str) -> float:
    return process("terraform", *arguments, "-no-color", folder=folder, environment=TERRAFORM).seconds


def _terraform_version() -> str:
    said = subprocess.run(["terraform", "version", "-json"], capture_output=True, check=True).stdout
    return str(json.loads(said)["terraform_version"])


def _curl(scale: Scale, rounds: int, folder: Path) -> Found:
    """A shell loop that calls curl for each template: first to create it, then to read it."""
    if not (shutil.which("curl") and shutil.which("bash")):
        return [], ["curl or bash is not on PATH: their rows are left out."]
    texts = texts_of(scale.of(LOOPED))
    ours, theirs = _ours(texts, rounds, folder), Times()
    for _ in range(rounds):
        apply, again = _curled(texts, _fresh(folder))
        theirs.apply.append(apply)
        theirs.again.append(again)
    return _both(len(texts), ours, theirs, "a shell loop of curl, POSTs then GETs", (1, 1)), [
        "The shell loop starts a process and a connection for each request, one after the other. It keeps no "
        "state and compares nothing: run again it creates every template once more; its GETs compare nothing."
    ]


def _curled(texts: Sequence[str], folder: Path) -> tuple[float, float]:
    """The seconds of creating all, and of reading all."""
    bodies = (json.dumps({"template": text, "type": 2}, ensure_ascii=False) for text in texts)
    (folder / "bodies.jsonl").write_text("".join(f"{body}\n" for body in bodies), encoding="utf-8")
    with served(folder) as service:
        service.latency(LATENCY_MS)
        apply = process("bash", "-c", POSTS, folder=folder, environment=service.environment).seconds
        assert service.heard() == {"POST": len(texts)}
        _assert_created(service, texts)
        created = (folder / "created.jsonl").read_text(encoding="utf-8").split()
        ids = [json.loads(answer)["temp_id"] for answer in created]
        (folder / "ids.txt").write_text("".join(f"{id}\n" for id in ids), encoding="utf-8")
        again = process("bash", "-c", GETS, folder=folder, environment=service.environment).seconds
        assert service.heard() == {"GET": len(texts)}
    return apply, again


def _ansible(scale: Scale, rounds: int, folder: Path) -> Found:
    """A playbook that creates each template with the `uri` module; once, as it takes so long."""
    playbook = _installed(folder)
    if not playbook:
        return [], ["Ansible could not be installed from PyPI: its row is left out."]
    texts = texts_of(max(5, scale.of(PLAYED)))
    ours = _ours(texts, rounds, folder)
    theirs = Times([_played(playbook, texts, _fresh(folder))])
    return _both(len(texts), ours, theirs, "Ansible, uri in a loop", (1, None)), [
        "Ansible runs 17 programs, a Python among them, for each template (strace), one after the other. A "
        "loop of `uri` keeps no state and compares nothing: run again it creates every template once more."
    ]


def _installed(folder: Path) -> Path | None:
    """The `ansible-playbook` of a virtual environment of its own, when there is a way to it."""
    here = folder / "ansible"
    pip = (str(here / "bin" / "python"), "-m", "pip", "install", "--quiet", "--retries", "1", ANSIBLE)
    try:
        for command in ((sys.executable, "-m", "venv", str(here)), pip):
            subprocess.run(command, capture_output=True, check=True, timeout=120)
    except (OSError, subprocess.SubprocessError):
        return None
    return here / "bin" / "ansible-playbook"


def _played(playbook: Path, texts: Sequence[str], folder: Path) -> float:
    """The seconds of the playbook, without the facts of the host and with nothing written outside."""
    unsafe = "".join(f"- !unsafe '{text}'\n" for text in texts)
    (folder / "texts.yaml").write_text(f"texts:\n{unsafe}", encoding="utf-8")
    with served(folder) as service:
        service.latency(LATENCY_MS)
        key, secret = service.pair
        play = PLAYBOOK.format(url=service.base_url, key=key, secret=secret)
        (folder / "play.yaml").write_text(play, encoding="utf-8")
        took = process(str(playbook), "play.yaml", folder=folder, environment=_ansible_home(folder)).seconds
        assert service.heard() == {"POST": len(texts)}
        _assert_created(service, texts)
    return took


def _ansible_home(folder: Path) -> dict[str, str]:
    """Its defaults, kept below the folder; it runs in a UTF-8 locale only."""
    (folder / "ansible.cfg").touch()
    return {
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_REMOTE_TEMP": str(folder / "home" / "tmp"),
        "LC_ALL": "C.UTF-8",
        "no_proxy": "127.0.0.1",
    }
