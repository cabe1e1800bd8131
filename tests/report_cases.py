"""Plans for reports: one as a shop has it, one that means harm, and as large ones as anybody likes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import builders as b

from jsms_sync.model.resources import Address, Problem, Severity
from jsms_sync.planning.decide import make_plan
from jsms_sync.planning.document import plan_document
from jsms_sync.planning.messages import with_messages

Json = dict[str, Any]

HOSTILE = (
    "</pre></code></details><script>alert(1)</script><img src=x onerror=alert(1)>",
    "| a | b |\n|---|---|\n| c | d |",
    "`` ` ``` ````",
    "`closed` `half",
    "@all @octocat/team please, see #1 and org/repo#2, !3, GH-4",
    "\u202egnitirw \u2066x\u2069 \u200b\u200f",
    "[a](javascript:alert(1)) ![b](https://evil.example/p.png) <https://evil.example> www.evil.example",
    "https://evil.example/?a=b user@evil.example mailto:a@b.example",
    "# heading\n- item\n1. one\n> quote\n    code\n***\n---\n===",
    "*bold* _it_ ~~gone~~ $x^2$ :tada: {{name}} &lt; &#60; &copy;",
    "\\`\\*\\<b\\>",
    "--> <!-- ]]> <?php ?> <![CDATA[",
    "\x1b[31mred\x07\r\n",
    "- [ ] task",
    "{% raw %}{{ site }}{% endraw %}",
    " leading and trailing ",
    "`",
)
"""Texts that would do something in Markdown, HTML, a terminal or a code host, were they obeyed."""


def shop() -> Json:
    """The plan of a shop: texts that are new, edited, under review or gone, and campaigns that wait."""
    old = "您的订单{{order}}因天气原因推迟到{{date}}送达。"
    known = b.state(
        {
            "template.delayed": b.template_record(b.revision(37582, old, served=True), serving=37582),
            "template.offer": b.template_record(b.revision(40, "春季新装已到店，{{n}}。", "auditing")),
            "template.t": b.template_record(b.revision(10, served=True), serving=10),
            "template.gone": b.template_record(b.revision(41, "不再需要的通知。", served=True), serving=41),
            "campaign.pending": b.campaign_record({"1": b.batch(people="a b c", tag="spring")}),
        }
    )
    wanted = b.definitions(
        b.template("code", "您的验证码是{{code}}，2分钟内有效。", type="verification", ttl=120),
        b.template(
            "delayed", "您的订单{{order}}受大雪影响，预计推迟到{{date}}送达，敬请谅解。", retire_after="7d"
        ),
        b.template("offer", "春季新装已到店，{{n}}。", type="notification"),
        b.template("t"),
        b.campaign("sale", "d e", template="offer", at="+9d"),
        b.campaign("pending", "a=secret b f", tag="summer"),
        b.campaign("later", "a b c d", at="+20d"),
    )
    warning = Problem("tag-unused", Severity.WARNING, "a tag", b.HERE, "remove it", Address("campaign.c"))
    look = replace(
        b.look(wanted, known, b.observed(known, people={"1": "a b c"})),
        problems=(warning,),
        notes=("told before",),
    )
    return plan_document(with_messages(make_plan(look), wanted, "青禾"))


def hostile(words: str) -> Json:
    """The shop's plan with these words wherever a plan has words of others."""
    document = shop()
    for change in document["changes"]:
        change["fields"] += [
            {"path": "content", "before": f"您好{words}再见", "after": f"您好，{words}，再见"},
            {"path": words, "before": None, "after": words},
            {"path": "remark", "before": words, "after": None},
        ]
        change["next"] = [*change["next"], f"after approval: {words}", words]
        change["source"] = {"file": words, "line": 1, "column": 1}
    document["changes"].append(
        document["changes"][0] | {"address": words, "reason": words, "remote_id": words}
    )
    for held in document["held"]:
        held |= {"reason": words, "next": [words]}
    document["held"].append(document["held"][0] | {"address": words, "code": words})
    for message in document["messages"]:
        message |= {"content": words, "signature": words}
    document["refusals"] = [refusal(None, words), refusal("template.a", words)]
    document["notes"] = [words, f"说明 {words}"]
    document["problems"] = [problem(severity, words) for severity in ("error", "warning")]
    document["made_from"] |= {"paths": [words], "options": ["--env", words]}
    return document


def refusal(address: str | None, words: str) -> Json:
    """A refusal as it stands in a document."""
    return {"address": address, "code": words, "reason": words, "override": words}


def problem(severity: str, words: str) -> Json:
    """A problem as it stands in a document."""
    place = {"file": words, "line": 3, "column": 3}
    return {"code": words, "severity": severity, "message": words, "help": words, **place, "address": None}


def large(number: int, content: str = "您的订单{{order}}已发出。") -> Json:
    """The shop's plan with so many new templates, and as many held campaigns."""
    document = shop()
    new = next(change for change in document["changes"] if change["action"] == "create")
    held = next(each for each in document["held"] if each["address"].startswith("campaign."))
    fields = [{"path": "content", "before": None, "after": content}]
    document["changes"] = [new | {"address": f"template.n{n}", "fields": fields} for n in range(number)]
    document["held"] = [held | {"address": f"campaign.n{n}"} for n in range(number)]
    document["summary"] |= {"create": number, "held": number}
    return document


def outcomes(words: str = "words") -> Json:
    """The document of an apply that came to everything that can happen."""
    refused = {"code": 50024, "count": 1, "message": "opted out", "recipients": ["199****0001"]}
    done = {"address": "template.a", "action": "create", "result": "done", "remote_id": 7}
    error = {"code": 50013, "message": words, "http_status": 403}
    results = [{**done, "result": each, "error": error} for each in ("failed", "unknown", "skipped")]
    summary = dict.fromkeys(("done", "failed", "unknown", "skipped", "held", "refused"), 1)
    held = {"address": "campaign.a", "code": "rejected", "reason": words, "next": [words]}
    return {
        "outcomes": [done, {**done, "refused": [refused]}, *results],
        "held": [held | {"expected_approval": None}],
        "refusals": [refusal("template.b", words)],
        "summary": summary,
    }


def applied(plan: Mapping[str, Any]) -> Json:
    """What an apply of the shop's plan came to: something of everything, and what it holds still."""
    cut = {"code": "unanswered", "message": "no answer came, so it may exist", "http_status": None}
    unpaid = {"code": 50014, "message": "the balance is not sufficient (50014)", "http_status": 403}
    refused = {"code": 50024, "count": 1, "message": "opted out", "recipients": ["199****0001"]}
    ends: dict[tuple[str, str], Json] = {
        ("template.code", "create"): {"result": "done", "remote_id": 37583},
        ("template.delayed", "record"): {"result": "done"},
        ("template.delayed", "replace"): {"result": "done", "remote_id": 37584},
        ("campaign.later", "create"): {"result": "unknown", "error": cut},
        ("campaign.pending", "modify"): {"result": "failed", "error": unpaid, "refused": [refused]},
        ("template.gone", "delete"): {"result": "skipped", "remote_id": 41},
    }
    came = [{"address": address, "action": action, **end} for (address, action), end in ends.items()]
    assert [(each["address"], each["action"]) for each in plan["changes"]] == list(ends)
    summary = {"done": 3, "failed": 1, "unknown": 1, "skipped": 1, "held": len(plan["held"]), "refused": 0}
    return {
        **{"format_version": 1, "plan_id": plan["id"], "outcomes": came},
        **{"held": plan["held"], "refusals": [], "summary": summary},
    }


def bare(document: Mapping[str, Any], **more: Any) -> Json:
    """The plan without any entry, but for what is given."""
    empty: Json = {
        name: [] for name in ("changes", "held", "refusals", "problems", "notes", "messages", "sends")
    }
    return {**document, **empty, **more}
