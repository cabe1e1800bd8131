"""Taking over what exists at JSMS: entries written, ids recorded, and the plan for all of it empty."""

import json
import signal
import stat
import time
from collections.abc import Iterator
from difflib import ndiff
from pathlib import Path
from typing import Any

import pytest
from served import Served
from workspace import STATE, Ran, Workspace, actions, ended, held

from jsms_sync import definitions
from jsms_sync.api import Client, Credentials, Mobile, Params, Recipient, Secret
from jsms_sync.model.records import Audit
from jsms_sync.model.resources import Address

pytestmark = pytest.mark.story

WHEN, LATER = "2099-03-02 09:00:00", "2099-03-02 10:00:00"
OURS = """\
# yaml-language-server: $schema=definitions.schema.json
version: 1

templates:
  # The first one is ours.
  welcome: {type: notification, content: '欢迎{{name}}！'}   # short and sweet

  # - - - - - - - - - - - - - - - - - - - - - - - - - - - -
  bye:
     type: notification
     content: |
       再见{{name}}，
       # 期待您的光临！

  # Here the shop's texts end.

# campaigns:
#   none yet
"""


@pytest.fixture
def console(sandbox: Served) -> Iterator[Client]:
    """Somebody else who works with the same app."""
    access = sandbox.access
    credentials = Credentials(access.app_key, Secret(access.master_secret))
    with Client(credentials, base_url=access.base_url) as client:
        yield client


def text(client: Client, template: str, type: int = 2, **more: Any) -> str:
    """A template of somebody else's."""
    return str(client.templates.create(template=template, type=type, **more))


def person(number: int, **params: str) -> Recipient:
    """Somebody with a number of their own."""
    return Recipient(Mobile(f"1991234{number:04}"), Params(params))


def many(client: Client, temp_id: str, people: range, when: str = WHEN, **more: Any) -> str:
    """A batch schedule of somebody else's, its people told apart by their one parameter."""
    variable = "code" if temp_id == "1" else "order"
    everybody = [person(number, **{variable: f"{number:03}"}) for number in people]
    return client.schedules.create_batch(
        send_time=when, temp_id=int(temp_id), recipients=everybody, **more
    ).schedule_id


def single(client: Client, temp_id: str, number: int = 1, **params: str) -> str:
    """A single schedule of somebody else's."""
    who = person(number, **params)
    return client.schedules.create(
        send_time=WHEN, mobile=who.mobile, temp_id=int(temp_id), temp_para=who.params
    )


def everything(folder: Path) -> dict[str, bytes]:
    """All files with their bytes, but for the lock that every holder leaves."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


def refused(workspace: Workspace, *arguments: str, exit: int = 3) -> Ran:
    """An import that says no, with the exit code, and leaves every file as it was."""
    before = everything(workspace.folder)
    ran = workspace.run("import", *arguments)
    assert ran.exit == exit, ran
    assert everything(workspace.folder) == before
    return ran


def imported(workspace: Workspace, *arguments: str) -> Any:
    """The document of an import that works; the plan is empty after it, and nothing but GETs was sent."""
    written = workspace.served.writes() if workspace.served else []
    ran = workspace.run("import", "--format", "json", *arguments)
    assert ran.exit == 0, ran
    assert workspace.served is None or workspace.served.writes() == written
    files = [each for n, a in enumerate(arguments) if a == "-f" for each in ("-f", arguments[n + 1])]
    assert workspace.plan(*files, exit=range(2))["changes"] == []
    return ran.json


def listed(workspace: Workspace, rows: dict[str, str], name: str = "ids.csv") -> tuple[str, str]:
    """The arguments that import these addresses by their ids."""
    lines = ["address,id", *(f"{address},{id}" for address, id in rows.items())]
    workspace.write("\n".join(lines) + "\n", name)
    return "--from", name


def test_fifty_ids_of_somebody_else_s(workspace: Workspace, sandbox: Served, console: Client) -> None:
    """Into a file with comments: its diff shows additions only, and the next plan is empty."""
    sandbox.audit("approve")
    workspace.write(OURS)
    workspace.apply("--new-state")
    workspace.apply()
    ids: dict[str, str] = {}
    for number in range(40):
        ids[f"template.text-{number}"] = text(
            console,
            f'{number}号仓："您的订单{{{{order}}}}"\n已发货: # {number}',
            remark="仓库用" if number % 2 else None,
        )
    for number in range(4):
        content = f"您的第{number}个验证码是{{{{code}}}}"
        ids[f"template.code-{number}"] = text(console, content, 1, ttl=60 + number)
    first = ids["template.text-0"]
    ids["campaign.many"] = many(console, first, range(100, 130))
    ids["campaign.few"] = many(console, first, range(200, 203), tag="春季")
    ids["campaign.alone"] = single(console, first, order="007")
    for number in range(3):
        ids[f"campaign.next-{number}"] = (
            many(console, "1", range(300, 301)) if number else single(console, "1", code="123456")
        )
    assert len(ids) == 50
    document = imported(workspace, *listed(workspace, ids))
    assert [entry["address"] for entry in document["imported"]] == list(ids)
    assert document["files"] == [
        {"file": "recipients/many.csv", "result": "created"},
        {"file": "templates.yaml", "result": "extended"},
    ]
    after = (workspace.folder / "templates.yaml").read_text()
    changes = [line for line in ndiff(OURS.splitlines(), after.splitlines()) if line[0] in "-?"]
    assert changes == []
    assert after.index("# Here the shop's texts end.") < after.index("text-0:") < after.index("# campaigns:")
    plan = workspace.plan(exit=0)
    assert (plan["changes"], plan["held"], plan["problems"]) == ([], [], [])
    assert plan["summary"]["unchanged"] == 52
    assert workspace.run("validate", "--strict").exit == 0
    assert workspace.outputs["text-7"] == int(ids["template.text-7"])
    assert sandbox.counted().total() == 52
    again = imported(workspace, "--from", "ids.csv")
    assert again["files"] == []
    assert again["state"]["result"] == "unchanged"


def test_nothing_private_is_told_or_recorded(workspace: Workspace, sandbox: Served, console: Client) -> None:
    """Numbers and parameters stand in definitions and recipients files, and nowhere else."""
    sandbox.audit("approve")
    temp_id = text(console, "您的订单{{order}}已发货")
    ids = {
        "campaign.a": many(console, temp_id, range(100, 120)),
        "campaign.b": single(console, temp_id, 131, order="132"),
    }
    ran = workspace.run("import", "--new-state", *listed(workspace, ids))
    assert ran.exit == 0, ran
    assert "recipients/a.csv holds phone numbers" in ran.stderr
    assert "1991234" not in ran.told
    state = (workspace.folder / STATE).read_text()
    assert "1991234" not in state
    assert "199" in (workspace.folder / "recipients/a.csv").read_text()
    assert '"19912340131"' in (workspace.folder / "templates.yaml").read_text()


@pytest.mark.parametrize("audit", list(Audit))
def test_the_audit_is_recorded_as_it_stands(
    workspace: Workspace, sandbox: Served, console: Client, audit: Audit
) -> None:
    """An approved text serves and counts as served; one that waits or was rejected is held for just that."""
    temp_id = int(text(console, "您的订单{{order}}已发货"))
    if audit is not Audit.AUDITING:
        sandbox.control("POST", f"templates/{temp_id}/audit", {"status": 1 if audit is Audit.APPROVED else 2})
    document = imported(workspace, "template.shipped", str(temp_id), "--new-state")
    assert document["imported"][0]["phase"] == audit
    record = workspace.state.template(Address("template.shipped"))
    assert record is not None
    assert record.revisions[temp_id].status is audit
    approved = audit is Audit.APPROVED
    assert (record.serving, record.revisions[temp_id].served) == (temp_id if approved else None, approved)
    assert workspace.outputs == ({"shipped": temp_id} if approved else {})
    code = {"auditing": "awaiting-approval", "rejected": "rejected"}.get(audit)
    assert held(workspace.plan(exit=range(2))) == ({"template.shipped": code} if code else {})
    assert held(document) == held(workspace.plan(exit=range(2)))
    if approved:
        workspace.write("version: 1\ntemplates:\n  shipped: {type: notification, content: '新{{order}}'}\n")
        assert actions(workspace.plan()) == {"template.shipped": "replace"}


def test_a_rejected_text_keeps_its_id(workspace: Workspace, sandbox: Served, console: Client) -> None:
    """After the import the life of a template goes on as if it had been submitted here."""
    temp_id = int(text(console, "您的订单{{order}}已发货"))
    sandbox.reject(temp_id)
    imported(workspace, "template.shipped", str(temp_id), "--new-state")
    path = workspace.folder / "templates.yaml"
    path.write_text(path.read_text().replace("已发货", "已发出"))
    document = workspace.apply()
    assert document["outcomes"][0]["action"] == "modify"
    assert list(sandbox.templates()) == [temp_id]


ENTRY = (
    "version: 1\ntemplates:\n  shipped: {type: notification, content: '您的订单{{order}}', protect: true}\n"
)


def test_what_is_defined_is_only_recorded(workspace: Workspace, sandbox: Served, console: Client) -> None:
    """The file keeps its bytes, and the record takes from the entry what JSMS does not know."""
    sandbox.audit("approve")
    temp_id = text(console, "您的订单{{order}}", remark="another one")
    path = workspace.write(ENTRY)
    document = imported(workspace, "template.shipped", temp_id, "--new-state")
    assert path.read_text() == ENTRY
    assert document["files"] == []
    assert document["imported"][0]["entry"] == "existing"
    assert any("remark" in note for note in document["notes"])
    record = workspace.state.template(Address("template.shipped"))
    assert record is not None
    assert record.protect


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (
            "{type: notification, content: '您的订单{{order}}!'}",
            "`content` is `您的订单{{order}}` there, and `您的",
        ),
        (
            "{type: marketing, content: '您的订单{{order}}'}",
            "`type` is `notification` there, and `marketing`",
        ),
        ("{type: notification, content: ''}", "content"),
    ],
)
def test_an_entry_that_does_not_fit_is_told(
    workspace: Workspace, sandbox: Served, console: Client, entry: str, told: str
) -> None:
    """Exit 3, what differs, and nothing done: neither the file nor the state."""
    sandbox.audit("approve")
    temp_id = text(console, "您的订单{{order}}")
    workspace.run("init", "-f", "other.yaml")
    workspace.write(f"version: 1\ntemplates:\n  shipped: {entry}\n")
    ran = refused(workspace, "template.shipped", temp_id)
    assert told in ran.stderr
    assert "templates.yaml:3:3" in ran.stderr or "content" in told


def test_campaigns_are_written_as_they_are(workspace: Workspace, sandbox: Served, console: Client) -> None:
    """One number as `mobile`, few inline, several schedules of one campaign as its batches."""
    sandbox.audit("approve")
    ours, theirs = text(console, "您的订单{{order}}"), text(console, "包裹{{order}}")
    ids = [many(console, ours, range(n, n + 3)) for n in (0, 3)]
    imported(workspace, "template.order", ours, "--new-state")
    imported(workspace, "campaign.both", *ids)
    imported(workspace, "campaign.one", single(console, theirs, 50, order="007"))
    found = definitions.load(["templates.yaml"], folder=workspace.folder)
    assert found.problems == ()
    both, one = found.definitions.campaigns.values()
    assert (both.template, both.temp_id, len(both.recipients)) == ("order", None, 6)
    assert (one.template, one.temp_id, len(one.recipients)) == (None, int(theirs), 1)
    assert one.recipients[0].params.reveal() == {"order": "007"}
    record = workspace.state.campaign(Address("campaign.both"))
    assert record is not None
    assert [batch.schedule_id for batch in record.batches.values()] == ids
    path = workspace.folder / "templates.yaml"
    path.write_text(path.read_text().replace('"19912340004"', '"19912349999"'))
    plan = workspace.plan()
    assert plan["changes"][0]["batches"] == {"create": 0, "modify": 1, "delete": 0, "unchanged": 1}


def test_another_time_zone_of_the_file_is_respected(
    workspace: Workspace, sandbox: Served, console: Client
) -> None:
    """The time is written with its offset where the file has another zone than China's."""
    workspace.write("version: 1\ntimezone: Europe/Berlin\n")
    imported(workspace, "campaign.one", single(console, "1", code="1"), "--new-state")
    assert 'send_time: "2099-03-02T09:00:00+08:00"' in (workspace.folder / "templates.yaml").read_text()


def test_a_campaign_that_was_sent_is_recorded_too(
    workspace: Workspace, sandbox: Served, console: Client
) -> None:
    """It stays in the file, and is never sent again."""
    id = many(console, "1", range(2))
    sandbox.clock("2099-03-02T09:30:00+08:00")
    later = workspace.having(JSMS_SYNC_NOW="2099-03-02T09:30:00+08:00")
    document = imported(later, "campaign.past", id, "--new-state")
    assert document["imported"][0]["phase"] == "sent"
    assert later.run("status", "--format", "json").json["campaigns"][0]["phase"] == "sent"


def test_what_no_get_shows_is_taken_from_the_entry(
    workspace: Workspace, sandbox: Served, console: Client
) -> None:
    """`sign_id`, `tag` and the form are recorded as the entry has them, and a note says so."""
    workspace.write(
        f'version: 1\ncampaigns:\n  few:\n    temp_id: 1\n    send_time: "{WHEN}"\n    sign_id: 1\n'
        '    tag: 春季\n    recipients: [{mobile: "19912340001", params: {code: "1"}}]\n'
    )
    people = [person(1, code="1")]
    id = console.schedules.create_batch(send_time=WHEN, temp_id=1, recipients=people, sign_id=1).schedule_id
    document = imported(workspace, "campaign.few", id, "--new-state")
    assert any("sign_id" in note for note in document["notes"])
    record = workspace.state.campaign(Address("campaign.few"))
    assert record is not None
    target = record.batches["1"].target
    assert (target.sign_id, target.tag, target.form) == (1, "春季", "batch")


@pytest.mark.parametrize("code", [50028, 50007])
@pytest.mark.parametrize("is_batch", [True, False])
def test_a_schedule_of_one_may_be_of_the_other_form(
    workspace: Workspace, sandbox: Served, console: Client, is_batch: bool, code: int
) -> None:
    """No GET tells a batch of one from a single schedule: a refused PUT does, and it is replaced."""
    sandbox.control("PUT", "beliefs", {"other_kind_code": code})
    who = "recipients: [{mobile: '19912340001', params: {code: '1'}}]"
    if is_batch:
        who, id = "mobile: '19912340001'\n    params: {code: '1'}", many(console, "1", range(1, 2))
    else:
        id = single(console, "1", 1, code="1")
    entry = f"version: 1\ncampaigns:\n  few:\n    temp_id: 1\n    send_time: {WHEN}\n    {who}\n"
    workspace.write(entry.replace("'1'", "'001'") if is_batch else entry)
    imported(workspace, "campaign.few", id, "--new-state")
    (workspace.folder / "templates.yaml").write_text(
        (workspace.folder / "templates.yaml").read_text().replace(WHEN, LATER)
    )
    failed = workspace.run("apply", "--auto-approve")
    assert failed.exit == 1, failed
    assert f"JSMS {code}" in failed.words
    assert f"so it is a {'batch of one' if is_batch else 'single schedule'}" in failed.words
    assert "the next apply replaces it" in failed.words
    assert [s["send_time"] for s in sandbox.schedules().values()] == [WHEN]
    assert actions(workspace.plan()) == {"campaign.few": "replace"}
    workspace.apply()
    assert [s["send_time"] for s in sandbox.schedules().values()] == [LATER]


def test_the_form_of_a_schedule_that_took_a_put_is_known(
    workspace: Workspace, sandbox: Served, console: Client
) -> None:
    """What JSMS refuses later has another reason, and nothing is taken for the other form."""
    workspace.write("version: 1\n")
    imported(workspace, "campaign.few", single(console, "1", code="1"), "--new-state")
    for when in (LATER, WHEN):
        text = (workspace.folder / "templates.yaml").read_text()
        workspace.write(text.replace(WHEN, LATER) if when == LATER else text.replace(LATER, WHEN))
        if when == LATER:
            workspace.apply()
    fault = {"method": "PUT", "path": "/v1/schedule", "fault": "status", "status": 403, "code": 50007}
    sandbox.control("POST", "faults", fault)
    assert "so it is" not in workspace.run("apply", "--auto-approve").told
    assert actions(workspace.plan()) == {"campaign.few": "modify"}


def test_an_import_that_ends_between_its_writes_is_completed_by_the_next(
    workspace: Workspace, sandbox: Served, console: Client
) -> None:
    """The definitions are written first; the same import again finds the entries and records them."""
    sandbox.audit("approve")
    workspace.run("init", "-f", "scratch.yaml")
    temp_id = text(console, "您的订单{{order}}")
    rows = {"template.order": temp_id, "campaign.many": many(console, temp_id, range(20))}
    backup = workspace.folder / f"{STATE}.backup"
    backup.mkdir()
    ran = workspace.run("import", *listed(workspace, rows))
    assert ran.exit == 1
    assert "recipients/many.csv, templates.yaml; the same import again" in ran.stderr
    assert workspace.state.resources == {}
    written = (workspace.folder / "templates.yaml").read_bytes()
    backup.rmdir()
    document = imported(workspace, "--from", "ids.csv")
    assert [entry["entry"] for entry in document["imported"]] == ["existing", "existing"]
    assert (workspace.folder / "templates.yaml").read_bytes() == written
    assert sorted(workspace.state.resources) == sorted(rows)


def test_a_recipients_file_left_over_is_used_only_when_it_is_the_same(
    workspace: Workspace, sandbox: Served, console: Client
) -> None:
    """One that an interrupted import wrote is taken; anybody else's is left alone."""
    id = many(console, "1", range(20))
    workspace.write("mobile\n19912340000\n", "recipients/many.csv")
    ran = refused(workspace, "campaign.many", id, "--new-state")
    assert "recipients/many.csv exists" in ran.stderr
    (workspace.folder / "recipients/many.csv").unlink()
    imported(workspace, "campaign.many", id, "--new-state")
    (workspace.folder / "templates.yaml").unlink()
    document = imported(workspace, "campaign.many", id)
    assert document["files"] == [{"file": "templates.yaml", "result": "created"}]


def test_recipients_may_be_kept_outside_of_git(
    workspace: Workspace, sandbox: Served, console: Client
) -> None:
    """With --recipients-dir those who are taken over are written there, and read from there for the proof."""
    id, away = many(console, "1", range(20)), ("--recipients-dir", "private")
    ran = workspace.run("import", "campaign.many", id, "--new-state", *away)
    assert ran.exit == 0, ran
    assert "private/recipients/many.csv holds phone numbers" in ran.stderr
    assert not (workspace.folder / "recipients").exists()
    assert workspace.plan(*away, exit=range(2))["changes"] == []
    ran = workspace.run("import", "campaign.one", single(console, "1", 40, code="1"), *away)
    assert ran.exit == 0, ran


def test_mode_and_link_of_the_file_stay(workspace: Workspace, sandbox: Served, console: Client) -> None:
    """A link leads to the same file as before, which only its owner may read as before."""
    path = workspace.write("version: 1\r\ntemplates: {}", "kept/real.yaml")
    path.chmod(0o600)
    (workspace.folder / "templates.yaml").symlink_to("kept/real.yaml")
    imported(workspace, "template.order", text(console, "您的订单{{order}}"), "--new-state")
    assert (workspace.folder / "templates.yaml").is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    data = path.read_bytes()
    assert data.startswith(b"version: 1\r\ntemplates: {\r\n")
    assert data.endswith(b"}}")
    assert [each.name for each in path.parent.iterdir()] == ["real.yaml"]


def test_several_files(workspace: Workspace, sandbox: Served, console: Client) -> None:
    """New entries go to the first file, or to the one that --to names, which may be new in a folder."""
    first, second, third, fourth = (text(console, f"您的第{n}个订单{{{{order}}}}") for n in range(4))
    workspace.write("version: 1\n", "all/a.yaml")
    workspace.write("version: 1\n", "all/b.yml")
    one = imported(workspace, "template.a", first, "-f", "all", "--new-state")
    two = imported(workspace, "template.b", second, "-f", "all", "--to", "all/b.yml")
    new = imported(workspace, "template.c", third, "-f", "all", "--to", "all/c.yaml")
    assert [each["imported"][0]["source"]["file"] for each in (one, two, new)] == [
        "all/a.yaml",
        "all/b.yml",
        "all/c.yaml",
    ]
    record = workspace.state.template(Address("template.c"))
    assert record is not None
    assert record.source == "all/c.yaml"
    for elsewhere in ("templates.yaml", "all/jsms-sync.yaml", "all/d.txt", "d.yaml"):
        ran = refused(workspace, "template.d", fourth, "-f", "all", "--to", elsewhere)
        assert "not among the definitions that are read (all/a.yaml, all/b.yml, all/c.yaml)" in ran.stderr


def test_a_template_that_campaigns_wait_for(workspace: Workspace, sandbox: Served, console: Client) -> None:
    """Definitions that lack just what is imported are no obstacle; other mistakes in them are."""
    people = '    recipients: [{mobile: "19912340001", params: {order: "1"}}]\n'
    waiting = f'  sale:\n    template: order\n    send_time: "{WHEN}"\n{people}'
    workspace.write(f"version: 1\ncampaigns:\n{waiting}")
    temp_id = text(console, "您的订单{{order}}")
    imported(workspace, "template.order", temp_id, "--new-state")
    assert held(workspace.plan()) == {
        "campaign.sale": "template-not-approved",
        "template.order": "awaiting-approval",
    }
    workspace.write(f"version: 1\ncampaigns:\n{waiting}    tg: x\n", "broken.yaml")
    ran = refused(workspace, "template.b", temp_id, "-f", "broken.yaml", "--state", "new", "--new-state")
    assert "did you mean `tag`" in ran.stderr
    workspace.write("version: 1\ntemplates: [", "broken.yaml")
    ran = refused(workspace, "template.b", temp_id, "-f", "broken.yaml", "--state", "new", "--new-state")
    assert "broken.yaml:2:13" in ran.stderr


def test_a_text_that_breaks_a_rule_cannot_be_written(
    workspace: Workspace, sandbox: Served, console: Client
) -> None:
    """JSMS may hold what the rules here forbid; the rule is named, and nothing is written."""
    long = text(console, "长" * 400)
    ran = refused(workspace, "template.long", long, "--new-state")
    assert f"{long} cannot be written as template.long: `content`" in ran.stderr


def test_a_file_that_cannot_be_extended(workspace: Workspace, sandbox: Served, console: Client) -> None:
    """Where nothing can be added without touching the rest, a person writes the entry, and it is recorded."""
    temp_id = text(console, "您的订单{{order}}")
    workspace.write("version: 1\ntemplates: &all {}\ncampaigns: *all\n")
    ran = refused(workspace, "template.order", temp_id, "--new-state", "--format", "json")
    assert ran.json["error"]["code"] == "cannot-extend"
    workspace.write("version: 1\ntemplates: {order: {type: notification, content: '您的订单{{order}}'}}\n")
    imported(workspace, "template.order", temp_id, "--new-state")


def test_what_cannot_be_imported(workspace: Workspace, sandbox: Served, console: Client) -> None:
    """Each with its exit code and what to do, and nothing is written."""
    sandbox.audit("approve")
    temp_id, other = text(console, "您的订单{{order}}"), text(console, "您的包裹{{order}}")
    id = many(console, temp_id, range(3))
    imported(workspace, "template.order", temp_id, "--new-state")
    imported(workspace, "campaign.sale", id)
    for arguments, told in (
        (("template.again", temp_id), "it belongs to template.order"),
        (("campaign.again", id), "it belongs to campaign.sale"),
        (("template.order", other), f"recorded already, with {temp_id}"),
        (("campaign.sale", id, many(console, temp_id, range(5, 6))), "recorded already"),
        (("campaign.x", many(console, temp_id, range(2)), many(console, other, range(3, 4))), "template"),
        (
            (
                "campaign.x",
                many(console, other, range(9, 10)),
                many(console, other, range(3, 4), "2099-03-02 10:00:00"),
            ),
            "differ in their time",
        ),
        (("campaign.x", *(many(console, other, range(60, 62)) for _ in "ab")), "2 of the numbers"),
        (("campaign.x", single(console, other, 70, order="1", vip="y", age="4")), "does not show: age, vip"),
    ):
        ran = refused(workspace, *arguments)
        assert told in ran.stderr
    ran = refused(workspace, "template.x", "99999", exit=1)
    assert "this app has nothing of that id" in ran.stderr
    refused(workspace, "campaign.x", "7d1f2d3c-0000-4000-8000-000000000000", exit=1)
    sandbox.fault("status", "GET", "/v1/templates", status=500, times=20)
    ran = refused(workspace, "template.x", other, exit=1)
    assert "could not be read" in ran.stderr
    sandbox.control("DELETE", "faults")
    refused(workspace.having(JSMS_MASTER_SECRET="wrong" * 5), "template.x", other, exit=9)
    refused(workspace.having(JSMS_APP_KEY="k" * 24), "template.x", other, exit=6)


def test_a_doubt_is_resolved_and_not_imported(workspace: Workspace, sandbox: Served) -> None:
    """While a submission may have arrived, its id is what `resolve` asks for."""
    workspace.write(ENTRY)
    workspace.run("init")
    sandbox.fault("drop-after", "POST", "/v1/templates")
    assert workspace.run("apply", "--auto-approve").exit == 8
    (temp_id,) = sandbox.templates()
    ran = refused(workspace, "template.shipped", str(temp_id))
    assert "unknown-outcome" in ran.stderr
    assert "resolve" in ran.stderr


def test_a_name_that_a_record_moves_to(workspace: Workspace, sandbox: Served, console: Client) -> None:
    """An entry with `moved_from` takes over a record, which an import would leave behind to be deleted."""
    sandbox.audit("approve")
    workspace.write("version: 1\ntemplates:\n  old: {type: notification, content: '您的订单{{order}}'}\n")
    workspace.apply("--new-state")
    entry = "{type: notification, content: '您的包裹{{order}}', moved_from: old}"
    workspace.write(f"version: 1\ntemplates:\n  new: {entry}\n")
    ran = refused(workspace, "template.new", text(console, "您的包裹{{order}}"))
    assert "template.new is the new name of template.old" in ran.stderr


def test_where_there_is_no_state(workspace: Workspace, sandbox: Served, console: Client) -> None:
    """Exit 5 without --new-state; in CI a local one is forgetful; one that is not proven is not made."""
    temp_id = text(console, "您的订单{{order}}")
    ran = refused(workspace, "template.order", temp_id, "--format", "json", exit=5)
    assert ran.json["error"]["code"] == "no-state"
    on_runner = workspace.having(CI="true")
    ran = refused(on_runner, "template.order", temp_id, "--new-state", "--format", "json", exit=5)
    assert ran.json["error"]["code"] == "forgetful-state"
    refused(workspace, "template.order", "99999", "--new-state", exit=1)
    imported(on_runner, "template.order", temp_id, "--new-state", "--allow", "local-state")
    assert workspace.state.account


def test_a_state_that_somebody_holds(workspace: Workspace, sandbox: Served, console: Client) -> None:
    """Exit 7, and no definition is written beside a state that cannot be."""
    from jsms_sync.state.local import LocalBackend
    from jsms_sync.state.lock import this_process

    temp_id = text(console, "您的订单{{order}}")
    workspace.run("init", "-f", "scratch.yaml")
    with LocalBackend(workspace.folder / STATE).hold(owner=this_process("apply")):
        refused(workspace, "template.order", temp_id, exit=7)


LISTS = {
    "two addresses, and more": (
        "address,id\nwelcome,1\ntemplte.a,2\ntemplate.A,3\ntemplate.a,x\ncampaign.a,no id\n,4\n",
        [
            "l.csv:2: welcome is no address",
            "l.csv:3",
            "did you mean `template`?",
            "l.csv:4: template.A: A cannot",
            "l.csv:5: template.a: x is not a temp_id",
            "l.csv:6: campaign.a: no id is not",
            "l.csv:7: nothing is",
        ],
    ),
    "the same twice": (
        "id,address,remark\n1,template.a,x\n2,template.a,\n3-a,campaign.a\n3-a,campaign.a\n",
        ["l.csv:3: template.a is here twice", "l.csv:5: campaign.a: 3-a is here twice"],
    ),
    "no address": (
        "adress,id\ntemplate.a,1\n",
        ["l.csv:1: there is no column `address`", "did you mean `address`?"],
    ),
    "semicolons": ("address;id\ntemplate.a;1\n", ["there is no column `address`", "commas, not by ';'"]),
    "nothing": ("", ["l.csv:1: there is no column `address`"]),
    "no rows": ("address,id\n\n , \n", ["l.csv has no rows"]),
    "not csv": ('address,id\n"template.a"b,1\n', ["l.csv:2: this row is not valid CSV"]),
    "not text": ("address,id\n\0", ["l.csv:2:1: the invisible character U+0000"]),
}


@pytest.mark.parametrize("name", LISTS)
def test_every_mistake_of_a_list_is_told_with_its_line(workspace: Workspace, name: str) -> None:
    """Exit 3, nothing asked of JSMS, nothing written."""
    content, told = LISTS[name]
    workspace.write(content, "l.csv")
    ran = refused(workspace, "--from", "l.csv", "--new-state")
    assert [part for part in told if part not in ran.stderr] == []
    assert workspace.served is not None
    assert workspace.served.requests() == []


def test_objections_are_told_together(workspace: Workspace, sandbox: Served, console: Client) -> None:
    """Every row that does not work is named with its line; 1 outweighs 3, and nothing at all is imported."""
    good = text(console, "您的订单{{order}}")
    rows = {"template.a": good, "template.b": "99998", "template.c": "99999"}
    ran = refused(workspace, *listed(workspace, rows), "--new-state", exit=1)
    assert "ids.csv:3: 99998" in ran.stderr
    assert "ids.csv:4: 99999" in ran.stderr
    rows = {"template.a": good, "template.b": good}
    ran = refused(workspace, *listed(workspace, rows), "--new-state")
    assert "ids.csv:3" in ran.stderr


@pytest.mark.parametrize(
    "arguments",
    [(), ("template.a",), ("template.a", "1", "--from", "l.csv"), ("--from", "nowhere.csv"), ("--bogus",)],
)
def test_wrong_usage(workspace: Workspace, arguments: tuple[str, ...]) -> None:
    """Exit 3, in one or two lines, and as one document of JSON."""
    ran = refused(workspace, *arguments, "--new-state")
    assert len(ran.stderr.splitlines()) <= 2
    ran = refused(workspace, *arguments, "--new-state", "--format", "json")
    assert ran.json["error"]["exit"] == 3


def test_the_text_says_what_was_written_where(workspace: Workspace, sandbox: Served, console: Client) -> None:
    """One line for each address, then the files, then the proof."""
    temp_id = text(console, "您的订单{{order}}")
    ran = workspace.run("import", "template.order", temp_id, "--new-state")
    assert ran.stdout == (
        f"✓ template.order: {temp_id} (auditing), written to templates.yaml:4, recorded\n"
        "templates.yaml: created\n"
        "Import: 1 object adopted; nothing would have to be done about it.\n"
    )
    assert "Note: template.order: " in ran.stderr
    ran = workspace.run("import", "template.order", temp_id, "-q")
    assert ran.stdout.startswith(
        f"✓ template.order: {temp_id} (auditing), defined in templates.yaml:4, recorded b"
    )
    assert ran.stderr == ""


def test_the_embedded_sandbox(tmp_path: Path) -> None:
    """It works there too, where the state comes by itself."""
    workspace = Workspace(tmp_path)
    workspace.write(ENTRY)
    assert workspace.run("apply", "--sandbox", "--auto-approve").exit == 0
    (tmp_path / ".jsms-sync" / "sandbox.state.json").unlink()
    (tmp_path / "templates.yaml").unlink()
    ran = workspace.run("import", "--sandbox", "template.shipped", "37582", "--format", "json")
    assert ran.exit == 0, ran
    assert ran.json["state"]["result"] == "created"
    assert json.loads(workspace.run("plan", "--sandbox", "--format", "json").stdout)["changes"] == []


def test_a_text_that_does_not_serve_any_more(workspace: Workspace, sandbox: Served, console: Client) -> None:
    """A schedule that sends a superseded text is written by temp_id, since the name would switch it."""
    sandbox.audit("approve")
    workspace.write(ENTRY.replace(", protect: true", ""))
    workspace.apply("--new-state")
    workspace.apply()
    old = str(workspace.outputs["shipped"])
    workspace.write(ENTRY.replace(", protect: true", "").replace("订单", "包裹"))
    workspace.apply()
    workspace.apply()
    document = imported(workspace, "campaign.sale", many(console, old, range(2)))
    assert f"temp_id: {old}" in (workspace.folder / "templates.yaml").read_text()
    assert any(f"{old} is a text of template.shipped that does not serve" in n for n in document["notes"])


def test_warnings_about_new_entries_are_told(workspace: Workspace, sandbox: Served, console: Client) -> None:
    """A rule that only warns does not stop an import."""
    document = imported(workspace, "template.order", text(console, "您的订单{{order_id}}"), "--new-state")
    assert any("[variable-underscore]" in note for note in document["notes"])


def test_a_campaign_s_entry_names_another_template(
    workspace: Workspace, sandbox: Served, console: Client
) -> None:
    """The one that its schedule sends has to be recorded under that name, before it or with it."""
    sandbox.audit("approve")
    temp_id = text(console, "您的订单{{order}}")
    people = '    recipients: [{mobile: "19912340001", params: {order: "001"}}]\n'
    path = workspace.write(
        "version: 1\ntemplates:\n  order: {type: notification, content: '您的订单{{order}}'}\n"
        f'campaigns:\n  sale:\n    template: order\n    send_time: "{WHEN}"\n{people}'
    )
    before = path.read_bytes()
    id = many(console, temp_id, range(1, 2))
    ran = refused(workspace, "campaign.sale", id, "--new-state")
    assert f"Import template.order with {temp_id} first or with it" in ran.stderr
    rows = {"campaign.sale": id, "template.order": temp_id}
    imported(workspace, *listed(workspace, rows), "--new-state")
    assert path.read_bytes() == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_who_stops_it_before_the_proof_has_changed_nothing(
    workspace: Workspace, sandbox: Served, console: Client, number: signal.Signals
) -> None:
    """While ids are read nothing is written, and the next import does all of it."""
    rows = {f"template.t-{n}": text(console, f"第{n}号{{{{order}}}}") for n in range(20)}
    workspace.run("init", "-f", "scratch.yaml")
    arguments = listed(workspace, rows)
    before = everything(workspace.folder)
    sandbox.forget()
    sandbox.latency(100)
    with workspace.start("import", *arguments, "--parallelism", "2", measured=False) as process:
        while not sandbox.requests():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(number)
        ran = ended(process)
    sandbox.latency(0)
    assert ran.exit == (130 if number is signal.SIGINT else -signal.SIGKILL)
    assert everything(workspace.folder) == before
    assert len(imported(workspace, *arguments)["imported"]) == 20
