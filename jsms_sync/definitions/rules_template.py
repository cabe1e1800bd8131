"""The rules for a template's text and for what stands beside it: one function each, listed in one table."""

import re
from collections.abc import Callable, Iterator

from jsms_sync.definitions.entries import Entry
from jsms_sync.definitions.wording import quoted, shown
from jsms_sync.model.resources import Problem, TemplateType
from jsms_sync.model.text import VARIABLE, length, variables

Rule = Callable[[Entry, int], Iterator[Problem]]
"""Yields the problems of one template; the number is the most characters its content may have."""

_BROKEN = re.compile(r"\{\{[^{}]{0,20}\}?\}?|\}\}|\{\0|\0\}")
_LINK = re.compile(r"https?://\S|[A-Za-z0-9-]+\.[A-Za-z]{2,}")
_OPT_OUT = re.compile("退订|拒收")
_VERIFICATION = TemplateType.VERIFICATION.word
_MARKETING = TemplateType.MARKETING.word


def has_brackets(text: str) -> bool:
    """Whether the text holds one of the brackets around a signature."""
    return "【" in text or "】" in text


def empty_content(entry: Entry, limit: int) -> Iterator[Problem]:
    """A text of nothing but white space is none."""
    content = entry.text("content")
    if content is not None and not content.strip():
        yield entry.problem("content-empty", entry.value("content"), f"`content` of {entry.address} is blank")


def long_content(entry: Entry, limit: int) -> Iterator[Problem]:
    """Up to 350 characters, 500 in the documents of 2021; a newline counts 2 (`jsms-api.md §6.1, §11`)."""
    count = length(entry.text("content") or "")
    if count > limit:
        message = f"`content` of {entry.address} has {count} characters, more than {limit}"
        yield entry.problem("content-too-long", entry.value("content"), message)


def brackets(entry: Entry, limit: int) -> Iterator[Problem]:
    """No 【 or 】: they belong to the signature (`jsms-api.md §11`)."""
    if has_brackets(entry.text("content") or ""):
        message = f"`content` of {entry.address} holds 【 or 】"
        yield entry.problem("content-brackets", entry.value("content"), message)


def malformed_variables(entry: Entry, limit: int) -> Iterator[Problem]:
    """Every pair of braces encloses the name of a variable (`jsms-api.md §11`)."""
    rest = VARIABLE.sub("\0", entry.text("content") or "")
    for found in _BROKEN.finditer(rest):
        fragment = shown(found[0].replace("\0", "{{…}}"))
        message = f"`content` of {entry.address} has braces that are no variable: `{fragment}`"
        yield entry.problem("malformed-variable", entry.value("content"), message)


def underscores(entry: Entry, limit: int) -> Iterator[Problem]:
    """Underscores have passed the audit, but the API documents do not know them (`jsms-api.md §9` row 16)."""
    names = [name for name in variables(entry.text("content") or "") if "_" in name]
    if names:
        message = f"{quoted(names)} in `content` of {entry.address}: underscores are undocumented"
        yield entry.problem("variable-underscore", entry.value("content"), message)


def verification_variables(entry: Entry, limit: int) -> Iterator[Problem]:
    """A verification text has exactly one variable, called code (`jsms-api.md §11`)."""
    content = entry.text("content")
    if content is None or entry.text("type") != _VERIFICATION:
        return
    found = VARIABLE.findall(content)
    if found != ["code"]:
        has = quoted(f"{{{{{name}}}}}" for name in found) or "no variable"
        message = f"`content` of {entry.address} has {has}; a verification text has exactly `{{{{code}}}}`"
        yield entry.problem("verification-variables", entry.value("content"), message)


def unused_ttl(entry: Entry, limit: int) -> Iterator[Problem]:
    """Only a verification code expires (`jsms-api.md §6.1`)."""
    if entry.has("ttl") and entry.has("type") and entry.text("type") != _VERIFICATION:
        message = f"{entry.address} is a {entry.text('type')} template: `ttl` has no effect"
        yield entry.problem("ttl-unused", entry.key("ttl"), message)


def url_without_link(entry: Entry, limit: int) -> Iterator[Problem]:
    """The link of a {{url}} is declared in the remark, else JSMS answers 50053 (`jsms-api.md §11`)."""
    if "url" not in variables(entry.text("content") or ""):
        return
    if entry.clean("remark") and not _LINK.search(entry.text("remark") or ""):
        message = f"{entry.address} uses {{{{url}}}}, and its `remark` holds no link"
        place = entry.value("remark") if "remark" in entry.table else entry.key()
        yield entry.problem("url-without-link", place, message)


def opt_out(entry: Entry, limit: int) -> Iterator[Problem]:
    """The platform appends the opt-out text to marketing messages itself (`jsms-api.md §9` row 23)."""
    found = _OPT_OUT.search(entry.text("content") or "")
    if found and entry.text("type") == _MARKETING:
        message = f"`content` of {entry.address} says {found[0]} itself"
        yield entry.problem("handwritten-opt-out", entry.value("content"), message)


RULES: tuple[Rule, ...] = (
    empty_content,
    long_content,
    brackets,
    malformed_variables,
    underscores,
    verification_variables,
    unused_ttl,
    url_without_link,
    opt_out,
)
