"""Reports in files: many at once, whole or told, and without anything private."""

import base64
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from documents import SCHEMAS, troubles
from served import Served
from workspace import Ran, Workspace, outcomes

from jsms_sync.cli.looking import options_again
from jsms_sync.cli.options import Common
from jsms_sync.cli.plan import FORMATS
from jsms_sync.cli.validate import FORMATS as OF_PROBLEMS

pytestmark = pytest.mark.story

NOW = "2099-03-01T08:00:00+08:00"
NUMBER, VALUE = "19900004711", "金丝雀Canary7f3a"
SHOP = """\
version: 1
templates:
  offer: {type: notification, content: '您的订单{{order}}已发出。'}
  hello: {type: notification, content: '{{name}}，您好。'}
campaigns:
  sale:
    template: offer
    send_time: 2099-03-20 10:00:00
    recipients_file: people.csv
"""
PEOPLE = f"mobile,order\n{NUMBER},{VALUE}\n19900000002,2\n"


@pytest.fixture
def here(workspace: Workspace, sandbox: Served) -> Workspace:
    """A shop whose offer is approved and whose campaign is to be created; nobody knows the greeting yet."""
    workspace.write(SHOP)
    workspace.write(PEOPLE, "people.csv")
    sandbox.clock(NOW)
    at = workspace.having(JSMS_SYNC_NOW=NOW)
    assert at.run("apply", "--auto-approve", "--new-state", "--only", "template.offer").exit == 0
    sandbox.approve(*sandbox.templates())
    return at


def reports(*formats: str) -> list[str]:
    """The options that ask for a report in each format."""
    return [word for format in formats for word in ("--report", f"{format}=out.{format}")]


def report(workspace: Workspace, format: str) -> str:
    """The report in that format."""
    return (workspace.folder / f"out.{format}").read_text(encoding="utf-8")


def test_a_plan_is_written_in_all_formats_at_once(here: Workspace) -> None:
    """Each is what `show` says of the saved plan, in that format; no draft is left behind."""
    ran = here.run("plan", "-q", "--out", "plan.json", *reports(*FORMATS))
    assert ran.exit == 0, ran
    assert report(here, "text") == ran.stdout
    for format in FORMATS:
        assert here.run("show", "plan.json", "--format", format).stdout == report(here, format)
    assert here.run("show", "plan.json", "-q", *reports("html")).exit == 0
    assert json.loads(report(here, "json")) == json.loads((here.folder / "plan.json").read_text())
    assert [path.name for path in here.folder.iterdir() if path.name.endswith(".tmp")] == []


def test_the_command_at_the_end_of_a_report_carries_out_just_that(here: Workspace, sandbox: Served) -> None:
    """It can be copied as it stands; once something else would be done it does nothing."""
    assert here.run("plan", "-q", *reports("markdown")).exit == 0
    (command,) = re.findall(r"```sh\n(.+)\n```", report(here, "markdown"))
    words = shlex.split(command)[1:]
    here.write(SHOP.replace("您好", "您好啊"))
    sandbox.forget()
    assert (here.run(*words).exit, sandbox.writes()) == (6, [])
    here.write(SHOP)
    ran = here.run(*words, "--format", "json")
    assert ran.exit == 0, ran
    assert outcomes(ran.json) == {"template.hello": "done", "campaign.sale": "done"}


def test_a_plan_names_what_chose_account_and_state(here: Workspace) -> None:
    """Folder, environment, sandbox, service and state are in the command again."""
    told = here.run("plan", "--sandbox", "--state", "other.json", "--offline", "--format", "markdown").stdout
    assert "apply --state other.json --sandbox --plan-digest" in told
    here.write(SHOP, "in/sms/templates.yaml")
    here.write(PEOPLE, "in/sms/people.csv")
    told = here.spawn("-C", "in/sms", "plan", "--offline", "--format", "markdown").stdout
    assert "jsms-sync apply -C in/sms --plan-digest" in told
    told = here.run("plan", "--offline", "--format", "json", "--base-url", "http://127.0.0.1:1/v1").stdout
    assert json.loads(told)["made_from"]["options"] == ["--base-url", "http://127.0.0.1:1/v1"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("plan", "--report", "htm=a"), "there is no such format; it writes text, json, markdown, html. Did"),
        (("plan", "--report", "htm=a"), "Did you mean html?"),
        (("plan", "--report", "sarif=a"), "`plan` writes no sarif report"),
        (("plan", "--report", "html"), "write a file after it, as in --report html=FILE"),
        (("plan", "--report", "html="), "write a file after it"),
        (("plan", "--report", "html=templates.yaml"), "no report is written over .yaml, .yml, .csv files"),
        (("plan", "--report", "html=a", "--report", "json=a"), "the html report goes into the same file"),
        (("--report", "html=a", "status"), "`status` writes no html report"),
        (("doctor", "--report", "text=a"), "`doctor` writes no report"),
    ],
)
def test_a_report_that_cannot_be_is_told_before_anything_is_done(
    here: Workspace, sandbox: Served, arguments: tuple[str, ...], words: str
) -> None:
    """Exit 3, with what was probably meant, and nothing is read, sent or written."""
    sandbox.forget()
    before = sorted(path.name for path in here.folder.iterdir())
    ran = here.run(*arguments)
    assert (ran.exit, ran.stdout) == (3, "")
    assert words in ran.stderr
    assert sandbox.requests() == []
    assert sorted(path.name for path in here.folder.iterdir()) == before


def test_a_report_that_cannot_be_written_is_told_and_all_others_are_there(here: Workspace) -> None:
    """Exit 1; stdout still has its one document."""
    here.write("", "a-file")
    ran = here.run(
        *("plan", "--format", "json", "--report", "text=no/where"),
        *("--report", "html=a-file/b", *reports("markdown")),
    )
    assert ran.exit == 1
    assert ran.json["summary"]["create"] == 2
    assert "there is no folder" in ran.stderr
    assert "a-file/b cannot be written" in ran.stderr
    assert "campaign.sale" in report(here, "markdown")
    (here.folder / "taken").mkdir()
    assert here.run("plan", "--report", "html=taken").exit == 1


def test_an_apply_reports_what_it_came_to(here: Workspace) -> None:
    """The plan and the outcomes as text and page, the document, and Markdown; a refusal at the start too."""
    ran = here.run("apply", "--auto-approve", "-q", *reports("text", "json", "markdown", "html"))
    assert ran.exit == 0, ran
    assert report(here, "text") == ran.stdout
    assert troubles("outcomes", json.loads(report(here, "json")), closed=True) == []
    assert "`campaign.sale`: created" in report(here, "markdown")
    assert "<code>campaign.sale</code>: created (" in report(here, "html")
    assert "As it was planned" in report(here, "html")
    (here.folder / "jsms-sync.state.json").unlink()
    refused = here.run("apply", "--auto-approve", *reports("text", "markdown", "html"))
    assert refused.exit == 5
    assert report(here, "text").startswith("Refused: nothing was done\n✗ the whole plan: no-state")
    assert "`no-state`" in report(here, "markdown")
    assert "<code>no-state</code>" in report(here, "html")


def test_problems_are_reported_in_every_format(here: Workspace) -> None:
    """In files as on stdout; annotations and SARIF name the file from where the command was started."""
    here.write(SHOP.replace("offer: {type", "offer: {tipe"))
    ran = here.run("validate", *reports(*OF_PROBLEMS))
    assert ran.exit == 3
    for format in OF_PROBLEMS:
        assert here.run("validate", "--format", format).stdout == report(here, format)
    assert "[unknown-key]" in report(here, "text")
    name = str(here.folder.name)
    assert re.search(rf"^::error file=\S*{name}/templates\.yaml,line=3,col=11,", report(here, "github"))
    (run,) = json.loads(report(here, "sarif"))["runs"]
    assert run["results"][0]["ruleId"] == "unknown-key"
    assert "`templates.yaml:3:11`: `unknown-key`" in report(here, "markdown")


@pytest.mark.parametrize(
    ("arguments", "formats"),
    [
        (("status", "--due", "24h"), ("text", "json", "markdown")),
        (("wait",), ("text", "json", "markdown")),
        (("drift",), ("text", "json")),
        (("preview",), ("text", "json", "html")),
    ],
    ids=lambda value: value[0],
)
def test_what_only_looks_reports_too(
    here: Workspace, arguments: tuple[str, ...], formats: tuple[str, ...]
) -> None:
    """As stdout says it in the same format."""
    ran = here.run(*arguments, "-q", *reports(*formats))
    assert report(here, "text") == ran.stdout
    if SCHEMAS.get(arguments[0]):
        assert troubles(SCHEMAS[arguments[0]], json.loads(report(here, "json")), closed=True) == []


def test_the_published_schemas_can_be_printed(workspace: Workspace) -> None:
    """`schema --of` prints each; not together with that of the settings."""
    for name in set(SCHEMAS.values()):
        assert workspace.run("schema", "--of", name).json["title"] == f"jsms-sync {name}"
    assert workspace.run("schema", "--of", "plan", "--settings").exit == 3


def test_a_location_that_may_hold_a_password_is_not_given_again() -> None:
    """Nor is the folder in which one machine keeps its clone."""
    secret = "postgresql://me:canary@host/db", "http://me:canary@127.0.0.1/v1"
    common = Common((), secret[0], secret[1], False, None, "prod", 8, 0, Path("/clone"), 0, False)
    assert options_again(common) == ("--env", "prod")


def forms(private: str) -> Iterator[str]:
    """The private text as it would look in the encodings that reports, logs and addresses use."""
    yield private
    yield json.dumps(private)[1:-1]
    yield quote(private)
    yield "".join(f"&#{ord(character)};" for character in private)
    yield "".join(f"&#x{ord(character):x};" for character in private)
    data = private.encode()
    for shift in range(3):
        # What stands before it decides how its bytes fall into groups of three; the ends are not its own.
        yield base64.b64encode(b"\0" * shift + data).decode()[4 if shift else 0 : -4]


@pytest.fixture
def private(here: Workspace) -> tuple[str, ...]:
    """Every form of the number, the value and the secrets, none of them too short to be found by chance."""
    secrets = [value for name, value in here.environment.items() if "SECRET" in name]
    found = tuple(form for text in (NUMBER, VALUE, *secrets) for form in forms(text))
    assert len(secrets) == 2
    assert min(map(len, found)) >= 8
    return found


def test_no_report_holds_a_number_a_value_or_a_secret(here: Workspace, private: tuple[str, ...]) -> None:
    """The canary: whatever is asked for, in every format, on stdout, on stderr and in every file."""
    told = [here.run("plan", "-vv", "--out", "plan.json", *reports(*FORMATS)), *_shown(here)]
    told += [here.run("apply", "--auto-approve", "--format", "jsonl", *reports(*FORMATS))]
    told += _shown(here)
    here.write(PEOPLE + f"{NUMBER},{VALUE}2\n{VALUE},{NUMBER}\n", "people.csv")
    told += [here.run("validate", "--format", format) for format in OF_PROBLEMS]
    told += [here.run("validate", *reports(*OF_PROBLEMS))]
    here.write(PEOPLE.replace(VALUE, f"{VALUE}3"), "people.csv")
    told += [here.run("plan", "--format", format) for format in FORMATS]
    # People write the definitions; all other files are ours.
    written = [path for path in here.folder.rglob("*") if path.is_file() and path.name != "people.csv"]
    assert {"plan.json", "out.html", "out.sarif", "out.github"} <= {path.name for path in written}
    everything = [*(each.told for each in told), *map(_read, written)]
    assert [form for form in private for text in everything if form in text] == []
    assert any("199****4711" in text for text in everything)


def _shown(here: Workspace) -> list[Ran]:
    looks = [("status", "json"), ("status", "markdown"), ("drift", "json"), ("preview", "html")]
    saved = [("show", "plan.json", "--format", format) for format in FORMATS]
    return [here.run(*words) for words in (*saved, *((name, "--format", form) for name, form in looks))]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def test_the_hint_below_a_plan_goes_where_the_plan_looked(here: Workspace) -> None:
    """Nobody who looked at the sandbox is sent to the real account; a saved plan goes there too."""
    given = ("-f", "templates.yaml", "--state", "a b.json")
    told = here.run("plan", "--sandbox", *given).stderr
    assert "Run `jsms-sync apply --state 'a b.json' --sandbox` to carry it out." in told
    told = here.run("plan", "--sandbox", "--out", "plan.json").stderr
    assert "`jsms-sync apply --sandbox plan.json` carries out just that." in told
    told = here.run("plan", "-f", ".", "--only", "template.*").stderr
    assert "Run `jsms-sync apply -f . --only 'template.*'` to carry it out." in told
