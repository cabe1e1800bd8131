"""What the documents show at a prompt is typed here, and what they show below it comes out."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from served import Served
from transcripts import ROOT, Block, Session, blocks, of_language, transcripts
from workspace import Workspace

from jsms_sync.api import Credentials, Secret, signature_of

pytestmark = pytest.mark.story

README = ROOT / "README.md"
DOCS = ROOT / "docs"
THURSDAY = "2035-03-01T10:00:00+08:00"
"""The day of the story in README."""
SHIPPED = "您的订单{{order}}已由{{carrier}}发出。"


def sandbox_of(session: Session) -> Served:
    """The sandbox that the session talks to."""
    assert session.workspace.served is not None
    return session.workspace.served


def applies(session: Session, *arguments: str) -> None:
    """An apply that the page leaves out; ids are given in the order of the file."""
    ran = session.workspace.run("apply", "--auto-approve", "--parallelism", "1", *arguments)
    assert ran.exit == 0, ran


def writes(session: Session, *lines: str, name: str = "templates.yaml") -> None:
    """Definitions, as they must have been where the page shows none."""
    session.workspace.write("\n".join(["version: 1", *lines, ""]), name)


def edited(session: Session, old: str, new: str) -> None:
    """The text of the file with another piece in it."""
    file = session.workspace.folder / "templates.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def begun(session: Session) -> Session:
    """With an empty state, on the day of the story."""
    session = session.having(THURSDAY)
    assert session.workspace.run("init").exit == 0
    return session


def story_so_far(session: Session) -> Session:
    """README's file is applied, and its texts are approved."""
    session = begun(session)
    session.workspace.write(of_language(README, "yaml", "what-it-looks-like"))
    applies(session)
    sandbox_of(session).approve()
    return session


def delayed_again(session: Session) -> Session:
    """The campaign of README's story is scheduled, and its text was edited in the afternoon."""
    session = story_so_far(session)
    applies(session)
    edited(session, "因天气原因推迟到{{date}}送达", "受大雪影响，预计推迟到{{date}}送达，敬请谅解")
    return session.having("2035-03-01T16:00:00+08:00")


def what_it_looks_like(session: Session, plan: Block, apply: Block) -> None:
    """Before anything exists; and once the texts are approved."""
    fresh = begun(session)
    fresh.workspace.write(of_language(README, "yaml", "what-it-looks-like"))
    fresh.types(plan)
    story_so_far(session).types(apply)


def life_of_a_change(session: Session, plan: Block) -> None:
    """An approved text was edited."""
    delayed_again(session).types(plan)


def five_minutes(session: Session, first: Block, second: Block, third: Block, fourth: Block) -> None:
    """In an empty folder, on the embedded sandbox."""
    session = session.having(THURSDAY)
    session.types(first, second)
    edited(
        session,
        "您好，您的验证码是{{code}}，2分钟内有效！",
        "您的登录验证码是{{code}}，2分钟内有效，请勿告诉他人。",
    )
    session.types(third)
    applies(session, "--sandbox")
    applies(session, "--sandbox")
    session.types(fourth)


def definitions(session: Session, validate: Block) -> None:
    """A file with four mistakes."""
    writes(
        session,
        "templates:",
        "  login-code:",
        "    type: verificaton",
        "    content: 您的验证码是{{code}}。",
        "    ttl: 120",
        "  order-shipped:",
        "    type: notification",
        f"    content: {SHIPPED}",
        "    remarks: 发货通知",
        "campaigns:",
        "  vip-reminder:",
        "    template: order-shiped",
        "    send_time: 2027-03-01 10:00",
        '    mobile: "13812345678"',
        "    params: {order: 1, carrier: 顺丰}",
    )
    replace(session, exits={"jsms-sync validate": 3}).types(validate)


def unknown_outcomes(session: Session, look: Block, settle: Block) -> None:
    """The answer to a campaign for a thousand people was lost; each way to settle it is tried."""
    session = begun(session).having("2027-02-27T18:03:11+08:00")
    sandbox = sandbox_of(session)
    sandbox.clock("2027-02-27T18:03:11+08:00")
    for number in range(8):
        sandbox.add_template(f"第{number}条")
    rows = ["13812345678", "18603050709", "13911111111", *(str(19900000000 + each) for each in range(997))]
    session.workspace.write("mobile\n" + "\n".join(rows) + "\n", "spring.csv")
    texts = ["templates:", "  spring-offer: {type: marketing, content: '春季上新，{{shop}}全场八折。'}"]
    writes(session, *texts)
    applies(session)
    sandbox.approve(37590)
    campaign = (
        "{template: spring-offer, send_time: 2027-03-01 10:00:00, tag: 春季, params: {shop: 极光旗舰店}"
    )
    writes(session, *texts, "campaigns:", f"  spring-sale: {campaign}, recipients_file: spring.csv}}")
    sandbox.fault("drop-after", "POST", "/v1/schedule")
    assert session.workspace.run("apply", "--auto-approve").exit == 8
    replace(session, exits={"jsms-sync resolve campaign.spring-sale": 3}).types(look)
    state = (session.workspace.folder / "jsms-sync.state.json").read_bytes()
    (schedule_id,) = sandbox.schedules()
    for step in settle.steps:
        (session.workspace.folder / "jsms-sync.state.json").write_bytes(state)
        command = Block(settle.section, "", "console", f"$ {step.command}\n")
        replace(session, instead={"1a886e7c-a267-49e6-9970-0d396ca5bb1e": schedule_id}).types(command)


def served(session: Session, serve: Block, approve: Block) -> None:
    """The sandbox is served, and a text is approved in it."""
    session.types(serve)
    sandbox_of(session).add_template("您好。", approve=False)
    session.types(approve)


def real_account(session: Session, block: Block) -> None:
    """As with an account; what is exported is that of the sandbox."""
    session.types(block)


def api_commands(session: Session, block: Block) -> None:
    """A code that is known, and a template that exists."""
    sandbox = sandbox_of(session)
    sandbox.set_app(code="123456")
    sandbox.add_template("您好。")
    sent = session.workspace.run("api", "codes", "--mobile", "13900000009", "--temp-id", "1").json["msg_id"]
    following = str(int(sent) + 1)
    replace(session, instead={"288193860302": following}).types(block)


def rejected_with_reason(session: Session, status: Block) -> None:
    """JSMS has called back."""
    writes(session, "templates:", f"  order-shipped: {{type: notification, content: '{SHIPPED}'}}")
    applies(session, "--new-state")
    sandbox_of(session).reject(37582, "链接未报备")
    timestamp = str(int(time.time() * 1000))
    environment = session.workspace.environment
    app = Credentials(environment["JSMS_APP_KEY"], Secret(environment["JSMS_MASTER_SECRET"]))
    signed = {"nonce": "7", "timestamp": timestamp, "signature": signature_of(app, "7", timestamp)}
    data = json.dumps({"tempId": 37582, "status": 2, "refuseReason": "链接未报备"})
    body = urlencode({**signed, "type": "SMS_TEMPLATE", "data": data}).encode()
    assert session.workspace.run("callback", "ingest", stdin=body).exit == 0
    session.types(status)


SPRING_SALE = (
    "templates:",
    "  spring-offer: {type: notification, content: '{{name}}，春季上新。'}",
    "campaigns:",
    "  spring-sale: {template: spring-offer, send_time: 2035-03-02 10:00:00, recipients_file: spring.csv}",
)


def people(session: Session, count: int, long: set[int]) -> None:
    """The recipients file; whose row is one of those has a name that makes the message two parts."""
    rows = [f"{13900000000 + row},{'李' * (70 if row in long else 1)}" for row in range(count)]
    session.workspace.write("mobile,name\n" + "\n".join(rows) + "\n", "spring.csv")


def scheduled(session: Session, count: int, long: set[int]) -> Session:
    """The campaign to that many is at JSMS."""
    session = begun(session)
    writes(session, *SPRING_SALE)
    people(session, count, long)
    applies(session)
    sandbox_of(session).approve()
    applies(session)
    return session


def costs(session: Session, plan: Block) -> None:
    """2,500 people, of whom 50 have long names, and then a hundred more, five of them with long names."""
    sandbox_of(session).set_balance(app_balance=12000)
    long = {*range(43), *range(2000, 2007)}
    session = scheduled(session, 2500, long)
    people(session, 2600, {*long, *range(2500, 2505)})
    session.types(plan)


def uncovered(session: Session, plan: Block) -> None:
    """A template of somebody else's, with a variable that one recipient has no value for."""
    session = begun(session)
    temp_id = sandbox_of(session).add_template(SHIPPED)
    writes(
        session,
        "templates: {}",
        "",
        "campaigns:",
        *[f"  # {line}" for line in range(4, 10)],
        "",
        "  parcels:",
        f"    temp_id: {temp_id}",
        "    send_time: 2035-03-02 10:00:00",
        "    params: {order: 1001}",
        "    recipients: [{mobile: 13812345678, params: {carrier: 顺丰}}, {mobile: 19900000002}]",
        name="campaigns.yaml",
    )
    session.workspace.write("version: 1\ndefinitions: [campaigns.yaml]\n", "jsms-sync.yaml")
    replace(session, instead={"1250": str(temp_id)}, exits={"jsms-sync plan": 3}).types(plan)


def looked_at(session: Session, look: Block) -> None:
    """On the morning of the campaign."""
    scheduled(session, 3, set()).types(look)


def cancelled(session: Session, cancel: Block) -> None:
    """A campaign of twelve schedules is stopped."""
    scheduled(session, 11_001, set()).types(cancel)


def imported(session: Session, block: Block) -> None:
    """What the list of the page names exists at JSMS."""
    sandbox = sandbox_of(session)
    session = begun(session)
    sandbox.add_template("您的登录验证码是{{code}}。", type=1, ttl=120)
    sandbox.add_template(SHIPPED)
    sandbox.clock(THURSDAY)
    body = {"temp_id": 37583, "mobile": "13812345678", "temp_para": {"order": "1", "carrier": "顺丰"}}
    assert sandbox.raw("POST", "schedule", {"send_time": "2035-03-02 10:00:00", **body}) == 200
    (schedule_id,) = sandbox.schedules()
    table = of_language(DOCS / "import.md", "csv", block.section)
    session.workspace.write(table.replace("02742f0d-9961-437e-8909-ce6347f0e226", schedule_id), "ids.csv")
    writes(session, "templates: {}")
    session.types(block)


def how_everything_stands(session: Session, status: Block, due: Block) -> None:
    """The new text waits for its audit, and the campaign is to go out in the evening."""
    session = delayed_again(session)
    applies(session)
    session.types(status)
    failing = replace(session.having("2035-03-02T08:00:00+08:00"), exits={"jsms-sync status --due 24h": 1})
    failing.types(due)


def waited(session: Session, block: Block) -> None:
    """The audit does not take long."""
    session = begun(session)
    sandbox_of(session).audit("approve")
    session.types(block)


def reported(session: Session, *blocks: Block) -> None:
    """The campaign of README's story waits for its texts."""
    session = begun(session)
    session.workspace.write(of_language(README, "yaml", "what-it-looks-like"))
    session.types(*blocks)


def annotated(session: Session, validate: Block) -> None:
    """A type that does not exist."""
    text = [
        "",
        "templates:",
        "  # 登录",
        "  login-code:",
        "    type: verificaton",
        "    content: 验证码{{code}}。",
    ]
    writes(session, *text, "    ttl: 120")
    (command,) = validate.steps
    file = {"file=": f"file={os.path.relpath(session.workspace.folder)}/"}
    replace(session, exits={command.command: 3}, instead=file).types(validate)


def shown_settings(session: Session, doctor: Block) -> None:
    """With the settings of the page."""
    session.workspace.write(of_language(DOCS / "settings.md", "yaml", doctor.section), "jsms-sync.yaml")
    offline = dict.fromkeys(("JSMS_SYNC_BASE_URL", "JSMS_APP_KEY", "JSMS_MASTER_SECRET"))
    session.having(**offline).types(doctor)


def moved(session: Session, block: Block) -> None:
    """From one file to another; from store to store: test_shared_commands.py."""
    session = begun(session)
    (session.workspace.folder / "elsewhere").mkdir()
    replace(session, instead={"s3://acme-sms/production.json": "elsewhere/state.json"}).types(block)


def tutorial(session: Session, *_: Block) -> None:
    """From top to bottom, files included."""
    for block in blocks(DOCS / "tutorial.md"):
        if block.file:
            session.workspace.write(block.text, block.file)
        if block.section != "1-install-it":
            session.types(block)


SCENES: dict[tuple[str, str], Callable[..., None]] = {
    ("README.md", "what-it-looks-like"): what_it_looks_like,
    ("README.md", "the-life-of-a-change"): life_of_a_change,
    ("README.md", "five-minutes-on-the-sandbox"): five_minutes,
    ("README.md", "with-a-real-account"): real_account,
    ("README.md", "definitions"): definitions,
    ("README.md", "unknown-outcomes"): unknown_outcomes,
    ("README.md", "the-sandbox"): served,
    ("api.md", "on-the-command-line"): api_commands,
    ("callbacks.md", "callbacks-the-reason-for-a-rejection"): rejected_with_reason,
    ("campaigns.md", "what-it-costs"): costs,
    ("campaigns.md", "what-each-guard-says"): uncovered,
    ("campaigns.md", "when-something-is-wrong"): looked_at,
    ("cancel.md", "the-emergency-stop"): cancelled,
    ("import.md", "step-by-step"): imported,
    ("plan.md", "how-everything-stands"): how_everything_stands,
    ("plan.md", "waiting-for-the-audit"): waited,
    ("reports.md", "formats"): reported,
    ("reports.md", "in-a-pull-request"): reported,
    ("reports.md", "as-a-page"): reported,
    ("reports.md", "problems"): annotated,
    ("settings.md", "settings"): shown_settings,
    ("state.md", "moving"): moved,
    ("tutorial.md", "2-a-jsms-of-your-own"): tutorial,
}
"""How the sections are typed; each scene is given the blocks of its section."""
EXCUSED = {
    ("README.md", "try-it"): "make demo is typed by test_command_line.py, and make test is this run",
    ("README.md", "install"): "installs from an index; tests/unit/test_release.py types it at night",
    ("README.md", "commands"): "tests/unit/test_docs.py compares every --help",
    ("cancel.md", "what-it-tells"): "a campaign of which JSMS sent a part; test_cancel.py has it",
    ("contract.md", "asking-the-real-service"): "asks the real service",
    ("plan.md", "a-plan-that-was-read-before-the-merge"): "needs jq; test_saved_plans.py applies by a digest",
    ("sandbox.md", "recipes"): "tests/unit/test_sandbox_guide.py types them",
    ("state.md", "s3-and-what-speaks-it"): "installs from an index; test_shared_state.py keeps states in S3",
    ("state.md", "postgresql"): "installs from an index; test_shared_state.py keeps states in PostgreSQL",
    ("testing.md", "from-other-languages-and-in-ci"): "tests/unit/test_pytest_plugin.py runs it",
    ("tutorial.md", "1-install-it"): "installs from an index; test_packaging.py looks into the wheel",
}
"""What is not typed here, and why."""
AT_ONCE = {("tutorial.md", section) for section in transcripts(DOCS / "tutorial.md")}
"""The tutorial is one scene."""


def page(name: str) -> Path:
    """README, or a page of docs/."""
    return README if name == "README.md" else DOCS / name


def test_every_command_of_the_documents_is_typed_or_excused() -> None:
    """There is a scene or a reason for each section that shows a prompt or a script, and no others."""
    pages = [README, ROOT / "CONTRIBUTING.md", *DOCS.glob("*.md")]
    found = {(each.name, section) for each in pages for section in transcripts(each)}
    assert found - AT_ONCE == (SCENES.keys() | EXCUSED.keys()) - AT_ONCE
    assert not SCENES.keys() & EXCUSED.keys()


@pytest.mark.parametrize(("name", "section"), SCENES)
def test_what_is_typed_comes_out(name: str, section: str, workspace: Workspace) -> None:
    """Each command ends as it should, and says what stands below it."""
    SCENES[name, section](Session(workspace), *transcripts(page(name))[section])
