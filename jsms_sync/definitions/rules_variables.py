"""The rules for the variables in a template's text: one function each."""

import re
from collections.abc import Iterator

from jsms_sync.definitions.wording import quoted, shown
from jsms_sync.definitions.written import HOLE, VERIFICATION, Written
from jsms_sync.model.resources import Problem
from jsms_sync.model.text import VARIABLE

MOST_VARIABLES = 10
"""What one text may have at a platform before the same carriers; another allows 20 (docs/rules.md)."""

_BROKEN = re.compile(rf"\{{\{{[^{{}}]{{0,20}}\}}?\}}?|\}}\}}|\{{{HOLE}|{HOLE}\}}")
_FULL_WIDTH = re.compile(r"[{｛]?｛\s*\w{1,32}\s*｝[}｝]?")
_OTHER = re.compile(
    r"\$\{\w{1,32}\}|(?<![{$])\{[A-Za-z0-9_]{1,32}\}(?!\})|#[A-Za-z_][A-Za-z0-9_]{0,31}#|(?<![0-9])%[sd](?![A-Za-z])"
)
_NEIGHBOURS = re.compile(rf"{HOLE}\s*{HOLE}")
_VARIABLE = VARIABLE.pattern.replace("(", "(?:", 1)
_ADJACENT = re.compile(rf"{_VARIABLE}(?:\s*{_VARIABLE})+")
_WORD = re.compile(r"[^\W_]")
_LINK_NAME = re.compile(r"(?!url$)(?:.*url|.*link|.*href|.*website)[0-9]*", re.IGNORECASE)
_INSIDE_LINK = re.compile(r"(?:https?://|www\.)[!-~]*?\{\{(?!url\}\})(\w+)\}\}")


def has_signs_of_variables(text: Written) -> bool:
    """Whether anything in the text, its variables aside, could be meant as one."""
    return _SIGNS.search(text.fixed) is not None


_SIGNS = re.compile("[{}｛$#%]")


def has_underscores(text: Written) -> bool:
    """Whether the name of a variable could have an underscore."""
    return "_" in text.content and bool(text.names)


def has_no_words(text: Written) -> bool:
    """Whether the text has variables and nothing else that says anything."""
    return bool(text.names) and _WORD.search(text.fixed) is None


def are_many_or_near(text: Written) -> bool:
    """Whether the text has too many variables, or some with nothing between them."""
    count = len(text.names)
    return count > MOST_VARIABLES or (count > 1 and _NEIGHBOURS.search(text.fixed) is not None)


def could_hold_a_link(text: Written) -> bool:
    """Whether a variable of the text could be one for a link."""
    lower = text.content.lower()
    named = "url" in lower or "link" in lower or "href" in lower or "website" in lower
    return bool(text.names) and (named or "www." in lower or "://" in lower)


def malformed_variables(text: Written) -> Iterator[Problem]:
    """Every pair of braces encloses the name of a variable (`jsms-api.md §11`)."""
    for found in _BROKEN.finditer(text.fixed):
        fragment = shown(found[0].replace(HOLE, "{{…}}"))
        message = f"`content` of {text.entry.address} has braces that are no variable: `{fragment}`"
        yield text.problem("malformed-variable", message)
    for found in _FULL_WIDTH.finditer(text.fixed):
        message = f"`content` of {text.entry.address} has full-width braces: `{shown(found[0])}`"
        yield text.problem("malformed-variable", message)


def other_syntax(text: Written) -> Iterator[Problem]:
    """Variables as other platforms write them would be sent as they stand (`jsms-api.md §11`)."""
    found = dict.fromkeys(_OTHER.findall(text.fixed))
    if found:
        message = f"`content` of {text.entry.address} has {quoted(found)}, which is sent as it stands"
        yield text.problem("other-variable-syntax", message)


def underscores(text: Written) -> Iterator[Problem]:
    """Underscores have passed the audit, but the API documents do not know them (`jsms-api.md §9` row 16)."""
    names = dict.fromkeys(name for name in text.names if "_" in name)
    if names:
        message = f"{quoted(names)} in `content` of {text.entry.address}: underscores are undocumented"
        yield text.problem("variable-underscore", message)


def verification_variables(text: Written) -> Iterator[Problem]:
    """A verification text has exactly one variable, called code (`jsms-api.md §11`)."""
    if text.names != ("code",):
        has = quoted(f"{{{{{name}}}}}" for name in text.names) or "no variable"
        message = (
            f"`content` of {text.entry.address} has {has}; a verification text has exactly `{{{{code}}}}`"
        )
        yield text.problem("verification-variables", message)


def only_variables(text: Written) -> Iterator[Problem]:
    """An auditor cannot tell what such a text will say (docs/rules.md)."""
    if has_no_words(text):
        message = f"`content` of {text.entry.address} has no words beside its variables"
        yield text.problem("variables-only", message)


def adjacent_variables(text: Written) -> Iterator[Problem]:
    """Nothing fixed between two variables hides what is sent, as a single long one would (docs/rules.md)."""
    if text.type == VERIFICATION or not _NEIGHBOURS.search(text.fixed):
        return
    for found in _ADJACENT.finditer(text.content):
        message = (
            f"`content` of {text.entry.address} has variables with nothing between them: `{shown(found[0])}`"
        )
        yield text.problem("variables-adjacent", message, text.at(found.start()))


def many_variables(text: Written) -> Iterator[Problem]:
    """A text with so many holes says little by itself (docs/rules.md)."""
    count = len(text.names)
    if count > MOST_VARIABLES:
        message = f"`content` of {text.entry.address} has {count} variables, more than {MOST_VARIABLES}"
        yield text.problem("many-variables", message)


def link_names(text: Written) -> Iterator[Problem]:
    """A variable that holds a link, or stands in one, is called url (`jsms-api.md §11`)."""
    if text.type == VERIFICATION:
        return
    inside = _INSIDE_LINK.findall(text.content)
    names = dict.fromkeys([*filter(_LINK_NAME.fullmatch, text.names), *inside])
    if names:
        message = (
            f"{quoted(names)} in `content` of {text.entry.address}: a variable of a link is called `url`"
        )
        yield text.problem("link-variable-name", message)
