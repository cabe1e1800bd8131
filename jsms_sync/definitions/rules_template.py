"""The rules for a template's length and brackets, and for what stands beside its text: one function each."""

import re
from collections.abc import Iterator

from jsms_sync.definitions.entries import Entry
from jsms_sync.definitions.written import VERIFICATION, Written
from jsms_sync.model.resources import Problem
from jsms_sync.model.text import length

REMARK_LIMIT = 100
"""What the newer documents allow; the older ones say 500 (`jsms-api.md §6.1`)."""

_LINK = re.compile(r"https?://\S|[A-Za-z0-9-]+\.[A-Za-z]{2,}")


def is_blank_or_long(text: Written) -> bool:
    """Whether the text could have too few characters, or too many with what is added to it.

    Every character may be a newline, which counts 2.
    """
    content, limits = text.content, text.limits
    most = 2 * len(content) + limits.signature + text.opt_out
    return most > limits.characters or not content or content.isspace()


def has_brackets(text: str) -> bool:
    """Whether the text holds one of the brackets around a signature."""
    return "【" in text or "】" in text


def empty_content(text: Written) -> Iterator[Problem]:
    """A text of nothing but white space is none."""
    if not text.content.strip():
        yield text.problem("content-empty", f"`content` of {text.entry.address} is blank")


def long_content(text: Written) -> Iterator[Problem]:
    """Up to 350 characters, 500 in the documents of 2021; a newline counts 2 (`jsms-api.md §6.1, §11`)."""
    count, most = length(text.content), text.limits.characters
    if count > most:
        message = f"`content` of {text.entry.address} has {count} characters, more than {most}"
        yield text.problem("content-too-long", message)
    elif count + text.limits.signature + text.opt_out > most:
        whole = count + text.limits.signature + text.opt_out
        message = (
            f"`content` of {text.entry.address} has {count} characters, and {whole} with"
            f" {'signature and opt-out text' if text.opt_out else 'the signature'}: more than {most}"
        )
        yield text.problem("message-too-long", message)


def brackets(text: Written) -> Iterator[Problem]:
    """No 【 or 】: they belong to the signature (`jsms-api.md §11`)."""
    if has_brackets(text.content):
        yield text.problem("content-brackets", f"`content` of {text.entry.address} holds 【 or 】")


def unused_ttl(entry: Entry) -> Iterator[Problem]:
    """Only a verification code expires (`jsms-api.md §6.1`)."""
    if entry.has("ttl") and entry.has("type") and entry.text("type") != VERIFICATION:
        message = f"{entry.address} is a {entry.text('type')} template: `ttl` has no effect"
        yield entry.problem("ttl-unused", entry.key("ttl"), message)


def long_remark(entry: Entry) -> Iterator[Problem]:
    """Up to 100 characters by the documents since 2018-11, 500 before (`jsms-api.md §9` row 10)."""
    if "remark" in entry.table and len(remark := entry.text("remark") or "") > REMARK_LIMIT:
        message = f"`remark` of {entry.address} has {len(remark)} characters, more than {REMARK_LIMIT}"
        yield entry.problem("remark-over-100", entry.value("remark"), message)


def url_without_link(text: Written) -> Iterator[Problem]:
    """The link of a {{url}} is declared in the remark, else JSMS answers 50053 (`jsms-api.md §11`)."""
    entry = text.entry
    if "url" not in text.names or not entry.clean("remark"):
        return
    remark = entry.text("remark") or ""
    place = entry.value("remark") if "remark" in entry.table else entry.key()
    if not (link := _LINK.search(remark)):
        message = f"{entry.address} uses {{{{url}}}}, and its `remark` holds no link"
        yield entry.problem("url-without-link", place, message)
    elif remark[: link.start()].strip():
        message = f"{entry.address} uses {{{{url}}}}, and its `remark` does not begin with the link"
        yield entry.problem("link-not-first", place, message)
