"""Control calls about messages: the outbox, codes, numbers, reports, replies and callbacks."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from jsms_sync.sandbox.callbacks import check_url, shake_hands
from jsms_sync.sandbox.clock import written
from jsms_sync.sandbox.control_calls import Body, check_fields
from jsms_sync.sandbox.sending import EVENTS, STATUSES, callback_urls, tell
from jsms_sync.sandbox.store_mail import Callback, Reply, Report
from jsms_sync.sandbox.store_numbers import SentCode
from jsms_sync.sandbox.world import World

_LONGEST_NUMBER: Final = 32


def outbox(world: World, _name: object, _body: Body) -> object:
    """Every message "sent", the oldest first."""
    return world.store.outbox()


def codes(world: World, _name: object, _body: Body) -> object:
    """Every verification code that was sent, with its value and whether it is open, verified or expired."""
    now = world.now().timestamp()
    return [_code_view(each, now) for each in world.store.codes.all()]


def _code_view(code: SentCode, now: float) -> dict[str, Any]:
    status = "verified" if code.is_verified else "expired" if now >= code.expires_at else "open"
    expires_at = written(datetime.fromtimestamp(code.expires_at, UTC))
    return {"msg_id": code.msg_id, "mobile": code.mobile, "code": code.code} | {
        "expires_at": expires_at,
        "status": status,
    }


def numbers(world: World, _name: object, _body: Body) -> object:
    """The phone numbers that opted out or whose messages do not arrive."""
    return world.store.numbers.all()


def set_number(world: World, mobile: str, body: Body) -> object:
    """{"opted_out": true|false, "report": the status of reports, null for 4001} of one phone number."""
    check_fields(body, ("opted_out", "report"))
    if len(mobile) > _LONGEST_NUMBER:
        raise ValueError("this is no phone number")
    if "opted_out" in body and type(body["opted_out"]) is not bool:
        raise ValueError("opted_out is true or false")
    if body.get("report") is not None and body["report"] not in STATUSES:
        raise ValueError(f"report is one of {', '.join(map(str, STATUSES))}, or null")
    with world.store.writing():
        if "opted_out" in body:
            world.store.numbers.opt_out(mobile, body["opted_out"])
        if "report" in body:
            world.store.numbers.set_report(mobile, body["report"])
    known = [each for each in world.store.numbers.all() if each["mobile"] == mobile]
    return known[0] if known else {"mobile": mobile, "opted_out": False, "report": None}


def reports(world: World, _name: object, _body: Body) -> object:
    """The reports that wait for GET /v1/report, left unread."""
    return [_as_record(each) for each in world.store.mail.waiting_reports()]


def replies(world: World, _name: object, _body: Body) -> object:
    """The replies that wait for GET /v1/reply, left unread."""
    return [_as_record(each) for each in world.store.mail.waiting_replies()]


def _as_record(record: Report | Reply) -> dict[str, Any]:
    return record._asdict() | {"at": written(datetime.fromtimestamp(record.at, UTC))}


def add_reply(world: World, _name: object, body: Body) -> object:
    """Somebody texts back: {"mobile", "content"}; TD, T or R opts the number out."""
    check_fields(body, ("mobile", "content"))
    mobile, content = body.get("mobile"), body.get("content")
    if not isinstance(mobile, str) or not 0 < len(mobile) <= _LONGEST_NUMBER:
        raise ValueError("mobile is a phone number, as a text")
    if not isinstance(content, str):
        raise ValueError("content is a text")
    opts_out = content.strip().upper() in world.beliefs.opt_out_replies
    reply = Reply(mobile, world.now().timestamp(), content)
    with world.store.writing():
        if opts_out:
            world.store.numbers.opt_out(mobile, True)
        if not tell(world.store, "SMS_REPLY", [reply.wire()], reply.at):
            world.store.mail.add_reply(reply)
    return {"mobile": mobile, "content": content, "opted_out": opts_out}


def callbacks(world: World, _name: object, _body: Body) -> object:
    """The configured URLs, and every callback with its attempts."""
    return {
        "urls": callback_urls(world.store),
        "callbacks": [_callback_view(each) for each in world.store.mail.callbacks()],
    }


def _callback_view(callback: Callback) -> dict[str, Any]:
    due_at = written(datetime.fromtimestamp(callback.due_at, UTC))
    shown = {name: value for name, value in asdict(callback).items() if name not in ("position", "due_at")}
    return shown | {"next": due_at if callback.status == "waiting" else None}


async def set_callbacks(world: World, _name: object, body: Body) -> object:
    """{"url"} for all, or one for each of SMS_REPORT, SMS_REPLY, SMS_TEMPLATE, SMS_SIGN; null: none."""
    check_fields(body, ("url", *EVENTS))
    wanted = dict.fromkeys(EVENTS, body["url"]) if "url" in body else {}
    wanted |= {event: body[event] for event in EVENTS if event in body}
    for url in dict.fromkeys(wanted.values()):
        if url is not None:
            usable = check_url(url, allow_remote=world.settings.allow_remote)
            await shake_hands(usable, world.beliefs.callback_patience)
    urls = callback_urls(world.store) | wanted
    with world.store.writing():
        kept = {event: url for event, url in urls.items() if url is not None}
        world.store.set_meta("callbacks", json.dumps(kept))
    return {"urls": kept}
