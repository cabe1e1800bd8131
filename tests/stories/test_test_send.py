"""One message of a campaign to a number of one's own: what is sent, who is asked, and when it is not sent."""

from typing import Any

import pytest
from served import Served
from workspace import Workspace

pytestmark = pytest.mark.story

TEXT = "您的订单{{order}}已由{{carrier}}发出。"
TEMPLATE = f"version: 1\ntemplates:\n  offer: {{type: notification, content: '{TEXT}'}}\n"
NOW = "2099-02-01T12:00:00+08:00"
TO = ("--to", "18603050709")
SALE = """\
  sale:
    template: offer
    send_time: 2099-03-01 10:00:00
    params: {carrier: 顺丰, unused: x}
    recipients:
      - {mobile: "19900000001", params: {order: "planted"}}
      - {mobile: "19900000002", params: {order: "another", carrier: 中通}}
"""
FOREIGN = """\
  foreign:
    temp_id: TEMP_ID
    send_time: 2099-03-01 10:00:00
    mobile: "19900000003"
    params: {code: "123456"}
"""


def shop(*campaigns: str) -> str:
    """Definitions of one template and these campaigns."""
    return f"{TEMPLATE}campaigns:\n{''.join(campaigns)}"


@pytest.fixture
def approved(workspace: Workspace, sandbox: Served) -> Workspace:
    """A campaign whose text is approved, and which is not scheduled yet."""
    sandbox.audit("approve")
    workspace.write(TEMPLATE)
    workspace.apply("--new-state")
    workspace.apply()
    workspace.write(shop(SALE))
    sandbox.forget()
    return workspace


def outbox(sandbox: Served) -> list[dict[str, Any]]:
    """What was sent."""
    found: list[dict[str, Any]] = sandbox.control("GET", "outbox")
    return found


def test_one_message_goes_to_one_number(approved: Workspace, sandbox: Served) -> None:
    """With the values of the first recipient; the state does not change, and nothing private is told."""
    state = approved.state
    ran = approved.run("test-send", "campaign.sale", *TO, "--auto-approve", "--format", "json")
    assert ran.exit == 0, ran
    (sent,) = outbox(sandbox)
    assert (sent["mobile"], sent["kind"]) == ("18603050709", "message")
    assert sent["content"].endswith("您的订单planted已由顺丰发出。")
    document = ran.json
    assert document.pop("msg_id") == str(sent["msg_id"])
    assert document == {
        "format_version": 1,
        "address": "campaign.sale",
        "to": "186****0709",
        "temp_id": sandbox.texts()[TEXT],
        "parts": 1,
    }
    assert TEXT in ran.stderr
    assert "planted" not in ran.told
    assert "18603050709" not in ran.told
    assert sandbox.counted() == {("POST", "messages"): 1}
    assert approved.state == state


def test_of_a_file_the_first_who_counts_is_the_sample(approved: Workspace, sandbox: Served) -> None:
    """Who is suppressed is passed over; of the rest of the file nothing is needed."""
    approved.write("mobile\n19900000001\n", "left.csv")
    approved.write("mobile,order\n19900000001,left\n+86 19900000002,stays\n19900000003,other\n", "to.csv")
    file = "    recipients_file: to.csv\n    suppress: left.csv\n    params: {carrier: 顺丰}\n"
    approved.write(shop(f"  sale:\n    template: offer\n    send_time: 2099-03-01 10:00:00\n{file}"))
    ran = approved.run("test-send", "sale", *TO, "--auto-approve")
    assert ran.exit == 0, ran
    (sent,) = outbox(sandbox)
    assert (sent["mobile"], sent["content"].partition("】")[2]) == (
        "18603050709",
        "您的订单stays已由顺丰发出。",
    )


def test_values_can_be_given(approved: Workspace, sandbox: Served) -> None:
    """Numbers as people write them are understood."""
    ran = approved.run(
        *("test-send", "sale", "--to", "+86 186-0305-0709", "--auto-approve"),
        *("--param", "order=007", "--param", "carrier=圆通"),
    )
    assert ran.exit == 0, ran
    assert "campaign.sale: sent to 186****0709" in ran.stdout
    assert outbox(sandbox)[0]["content"].endswith("您的订单007已由圆通发出。")


def test_a_person_is_asked(approved: Workspace, sandbox: Served) -> None:
    """Yes sends it, no does not (3); without a terminal nothing is sent either."""
    ran = approved.on_terminal("test-send", "sale", *TO, "-q", answer="n\n")
    assert ran.exit == 3
    assert "Send it to 186****0709 now?" in ran.stdout
    assert TEXT in ran.stdout
    assert outbox(sandbox) == []
    nobody = approved.run("test-send", "sale", *TO)
    assert (nobody.exit, sandbox.writes()) == (3, [])
    assert "--auto-approve" in nobody.stderr
    assert approved.on_terminal("test-send", "sale", *TO, answer="y\n").exit == 0
    assert len(outbox(sandbox)) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("sale", "--to", "12345"), "is no mobile number"),
        (("sale", "--to", "28603050709"), "286****0709"),
        (("sale", "--to", ""), "is no mobile number"),
        (("sales", *TO), "Did you mean campaign.sale?"),
        (("template.offer", *TO), "is not a campaign that is defined"),
        (("sale", *TO, "--param", "odrer=1"), "Its variables: carrier, order."),
        (("sale", *TO, "--param", "order"), "NAME=VALUE"),
        (("sale",), "--to"),
    ],
)
def test_what_cannot_be_meant_is_told(
    approved: Workspace, sandbox: Served, arguments: tuple[str, ...], told: str
) -> None:
    """Exit 3, and nothing is sent."""
    ran = approved.run("test-send", *arguments, "--auto-approve")
    assert ran.exit == 3, ran
    assert told in ran.stderr
    assert sandbox.writes() == []


def test_only_the_approved_text_is_sent(workspace: Workspace, sandbox: Served) -> None:
    """Not submitted, under review, rejected, or edited since: exit 1 with what to do, and nothing is sent."""
    workspace.write(shop(SALE))

    def refused() -> str:
        ran = workspace.run("test-send", "sale", *TO, "--auto-approve", "--format", "json")
        assert (ran.exit, ran.json["error"]["code"]) == (1, "template-not-approved"), ran
        assert "jsms-sync apply" in ran.json["error"]["help"]
        return str(ran.json["error"]["message"])

    assert "not submitted yet" in refused()
    workspace.run("apply", "--auto-approve", "--new-state")
    assert "audit" in refused()
    (temp_id,) = sandbox.templates()
    sandbox.reject(temp_id, "no")
    assert "rejected" in refused()
    workspace.write(shop(SALE).replace("已由", "现由"))
    workspace.run("apply", "--auto-approve")
    sandbox.approve(temp_id)
    assert workspace.run("test-send", "sale", *TO, "--auto-approve").exit == 0
    workspace.write(shop(SALE))
    assert "not submitted yet" in refused()
    assert len(outbox(sandbox)) == 1


def test_a_text_that_cannot_be_read_is_not_sent(approved: Workspace, sandbox: Served) -> None:
    """Nobody knows then whether it is the approved one."""
    fault = {"method": "GET", "path": "/v1/templates", "fault": "out-of-freq", "times": 9}
    sandbox.control("POST", "faults", fault)
    assert approved.run("test-send", "sale", *TO, "--auto-approve").exit == 1
    approved.write(shop(FOREIGN.replace("TEMP_ID", "77")))
    assert approved.run("test-send", "foreign", *TO, "--auto-approve").exit == 1
    assert sandbox.writes() == []


def test_a_template_that_is_not_managed_here_will_do(approved: Workspace, sandbox: Served) -> None:
    """The vendor's own one; where JSMS does not show it, it is for JSMS to refuse the message."""
    approved.write(shop(FOREIGN.replace("TEMP_ID", "1")))
    assert approved.run("test-send", "foreign", *TO, "--auto-approve").exit == 0
    assert "123456" in outbox(sandbox)[0]["content"]
    approved.write(shop(FOREIGN.replace("TEMP_ID", "999")))
    ran = approved.run("test-send", "foreign", *TO, "--auto-approve", "--format", "json")
    assert (ran.exit, ran.json["error"]["code"]) == (1, "api-refusal")
    assert len(outbox(sandbox)) == 1


def test_a_missing_value_is_asked_for(approved: Workspace, sandbox: Served) -> None:
    """The edited text has a variable that nobody has a value for yet."""
    sandbox.audit("approve")
    approved.write(shop(FOREIGN.replace("TEMP_ID", str(sandbox.texts()[TEXT]))))
    ran = approved.run("test-send", "foreign", *TO, "--auto-approve")
    assert ran.exit == 3
    assert "--param carrier=VALUE" in ran.stderr
    given = ("--param", "carrier=a", "--param", "order=b")
    assert approved.run("test-send", "foreign", *TO, "--auto-approve", *given).exit == 0


@pytest.mark.parametrize("fault", ["drop-after", "drop-before", "status-after", "html"])
def test_a_lost_answer_is_never_answered_by_a_second_message(
    approved: Workspace, sandbox: Served, fault: str
) -> None:
    """Exit 1: it may have been sent, and a look at the phone tells."""
    sandbox.control(
        "POST", "faults", {"method": "POST", "path": "/v1/messages", "fault": fault, "status": 500}
    )
    ran = approved.run("test-send", "sale", *TO, "--auto-approve")
    assert ran.exit == 1
    assert "may have been" in ran.stderr
    assert len(outbox(sandbox)) == (fault != "drop-before")


def test_a_message_is_sent_now(approved: Workspace) -> None:
    """Looking ahead is for sandboxes; another account's state is not touched."""
    assert approved.having(JSMS_SYNC_NOW=NOW).run("test-send", "sale", *TO, "--auto-approve").exit == 0
    other = approved.run(
        "test-send", "sale", *TO, "--auto-approve", "--now", NOW, "--base-url", "https://x.cn/v1"
    )
    assert other.exit == 3
    assert approved.having(JSMS_APP_KEY="b" * 24).run("test-send", "sale", *TO, "--auto-approve").exit == 6
