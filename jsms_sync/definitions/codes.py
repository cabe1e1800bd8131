"""Every code a problem can have, with its severity and what to do about it: one table."""

from collections.abc import Mapping
from typing import NamedTuple

from jsms_sync.model.resources import Address, Position, Problem, Severity


class Code(NamedTuple):
    """How much a problem of this code weighs, and what to do next."""

    severity: Severity
    help: str


_ERROR, _WARNING = Severity.ERROR, Severity.WARNING

CODES: Mapping[str, Code] = {
    # Files
    "unreadable-file": Code(_ERROR, "check the path; it is relative to the folder the tool works in"),
    "no-definitions": Code(
        _ERROR, "a folder is read without its sub-folders; name a YAML file, or run `jsms-sync init`"
    ),
    "settings-file": Code(_ERROR, "name the files that hold `templates` and `campaigns` instead"),
    "not-utf-8": Code(_ERROR, "save the file as UTF-8"),
    "invalid-character": Code(_ERROR, "delete the character, or write it as an escape inside double quotes"),
    "empty-file": Code(_ERROR, "write at least `version: 1` and `templates: {}`"),
    # YAML
    "syntax": Code(_ERROR, ""),
    "too-deep": Code(_ERROR, "definitions need six levels; look for brackets that are never closed"),
    "too-many-repeats": Code(_ERROR, "write the values out instead of nesting anchors and aliases"),
    "unknown-anchor": Code(_ERROR, "write &NAME before the first use, outside of the value that it names"),
    "merge-key": Code(_ERROR, "write the keys out; a whole value can be repeated with &name and *name"),
    "tag": Code(_ERROR, "leave the tag out; text that looks like something else goes in quotes"),
    "several-documents": Code(_ERROR, "put each document into a file of its own; several files merge"),
    "yaml-version": Code(_ERROR, "delete the %YAML line; files are read as YAML 1.2"),
    "key-not-text": Code(
        _ERROR, "a text that begins with {{ goes in quotes; a key has no anchor, alias or tag"
    ),
    "duplicate-key": Code(_ERROR, "keep one of the two"),
    "duplicate-name": Code(_ERROR, "rename one of the two"),
    "ambiguous-number": Code(_ERROR, "text goes in quotes; a number is written without a leading 0 or +"),
    # Shape
    "unknown-key": Code(_ERROR, ""),
    "missing-key": Code(_ERROR, ""),
    "wrong-type": Code(_ERROR, ""),
    "one-of": Code(_ERROR, "keep exactly one"),
    "does-not-fit": Code(_ERROR, "compare it with `jsms-sync schema`"),
    "invalid-version": Code(_ERROR, "write `version: 1`"),
    "invalid-name": Code(
        _ERROR, "a name is 1 to 63 lower-case letters, digits, - and _, beginning with a letter or digit"
    ),
    "invalid-type": Code(_ERROR, "a type is verification, notification or marketing"),
    "invalid-ttl": Code(_ERROR, "write the seconds a code is valid, 1 to 86400"),
    "invalid-id": Code(_ERROR, "ids at JSMS are whole numbers from 1"),
    "invalid-duration": Code(_ERROR, "write a number and a unit, s, m, h or d, for example 7d or 12h"),
    "invalid-variable-name": Code(
        _ERROR, "a variable has letters and digits (and _ between them), as in the template"
    ),
    "empty-text": Code(_ERROR, "write a value, or leave the key out"),
    "no-recipients": Code(_ERROR, "add a recipient, or remove the campaign"),
    # Templates
    "content-empty": Code(_ERROR, "write the text of the message"),
    "content-too-long": Code(
        _ERROR, "shorten it; a newline counts 2, and signature and opt-out text come on top"
    ),
    "message-too-long": Code(
        _WARNING, "shorten it: JSMS counts the signature and, for marketing, the opt-out text too"
    ),
    "content-brackets": Code(_ERROR, "leave the signature out: JSMS puts 【signature】 in front"),
    "malformed-variable": Code(
        _ERROR, "a variable is written {{name}}: letters and digits, no spaces, two braces each side"
    ),
    "variable-underscore": Code(
        _WARNING, "JSMS documents letters and digits only; rename it if the audit refuses it"
    ),
    "other-variable-syntax": Code(_WARNING, "if it is meant to be a variable, write {{name}}"),
    "variables-only": Code(_WARNING, "say in fixed words what the message is about"),
    "variables-adjacent": Code(_WARNING, "put fixed words or punctuation between them, or make them one"),
    "many-variables": Code(_WARNING, "put what is always the same into the text, or split the template"),
    "verification-variables": Code(
        _ERROR, "JSMS fills in the code itself: use {{code}} once, and no other variable"
    ),
    "ttl-unused": Code(_WARNING, "remove `ttl`: only verification templates have one"),
    "remark-too-long": Code(_ERROR, "shorten it to 500 characters"),
    "remark-over-100": Code(_WARNING, "shorten it to 100 characters"),
    "url-without-link": Code(
        _ERROR, "begin the `remark` with the link that {{url}} will hold; JSMS audits it"
    ),
    "link-not-first": Code(_WARNING, "write the link first, then what else the auditor should know"),
    "link-variable-name": Code(
        _WARNING, "call it {{url}}, let it hold the whole link, and begin the `remark` with that link"
    ),
    "handwritten-opt-out": Code(
        _WARNING,
        "leave it out: the platform appends 拒收请回复R to marketing texts itself, and others have none",
    ),
    "marketing-words": Code(_WARNING, "leave the offer out, or make it a marketing template"),
    "forbidden-content": Code(
        _WARNING, "say it in other words if it is not about that; else do not submit it"
    ),
    "invisible-character": Code(
        _WARNING, "delete it: it came with pasted text; a space is U+0020 or, in Chinese, U+3000"
    ),
    "lookalike-character": Code(_WARNING, "type the character again instead of pasting it"),
    "special-symbol": Code(_WARNING, "leave it out, or say it in words"),
    "same-text": Code(
        _WARNING, "use one of the two for both; campaigns and applications can share a template"
    ),
    "moved-from-defined": Code(
        _ERROR, "remove the old entry; for a new resource under the old name, apply the rename first"
    ),
    "moved-from-twice": Code(_ERROR, "one of the two is a new resource: remove its `moved_from`"),
    # Campaigns
    "unknown-template": Code(
        _ERROR, "define the template, or use `temp_id` for one that is not managed here"
    ),
    "invalid-timezone": Code(_ERROR, "write an IANA name such as Asia/Shanghai"),
    "invalid-send-time": Code(
        _ERROR, "write it as 2027-03-01 10:00:00, or with an offset as 2027-03-01T10:00:00+08:00"
    ),
    "send-time-skipped": Code(_ERROR, "clocks jump over it; write the time with an offset"),
    "send-time-ambiguous": Code(_ERROR, "clocks show it twice; write the time with an offset"),
    "tag-too-long": Code(_ERROR, "shorten it to 10 characters"),
    "tag-single": Code(_ERROR, "remove `tag`, or write the one number under `recipients`"),
    "invalid-mobile": Code(_ERROR, "write the 11 digits of a mainland number, as in 13812345678"),
    "recipient-twice": Code(_ERROR, "keep one of the two"),
    "recipient-repeated": Code(_WARNING, "the first row is used; remove the others"),
    "missing-param": Code(_ERROR, "add it here, or a default to the campaign's `params`"),
    "empty-param": Code(_ERROR, "write a value, or give a default in the campaign's `params`"),
    "unused-param": Code(_WARNING, "it is not sent; remove it, or use it in the template's content"),
    "value-brackets": Code(_ERROR, "JSMS refuses 【 and 】 in values: use other brackets"),
    "no-recipients-file": Code(_ERROR, "remove it, or name a file with `recipients_file`"),
    # Recipients files
    "wrong-encoding": Code(_ERROR, "write the file's `encoding` beside `recipients_file`"),
    "unknown-encoding": Code(_ERROR, ""),
    "column-twice": Code(_ERROR, "let one column only be that parameter"),
    "jsonl-syntax": Code(
        _ERROR, 'write one object to a line: {"mobile": "13812345678", "name": "value"}, each key once'
    ),
    "csv-syntax": Code(
        _ERROR, "check the quotes and commas of this row; a cell with a comma or a quote stands in quotes"
    ),
    "csv-header": Code(_ERROR, "the first row names the columns, one of them `mobile`, separated by commas"),
    "row-length": Code(
        _ERROR, "give every row one cell for each column of the header; quote cells that hold a comma"
    ),
    "unused-column": Code(_WARNING, "it is not sent; remove it, or use it in the template's content"),
    "more-problems": Code(_ERROR, "correct those above and validate again"),
    # Settings
    "invalid-limit": Code(_ERROR, "write a whole number"),
    "invalid-hours": Code(_ERROR, "write two times of one day, the earlier first, as in 08:00-21:00"),
    "invalid-date": Code(_ERROR, "write a date as 2027-04-05, first and last day as 2027-02-10..2027-02-17"),
    "invalid-signature": Code(_ERROR, "write its text alone, without 【】, brackets and spaces"),
    "invalid-account": Code(_ERROR, "write the 16 digits and letters a-f that `jsms-sync doctor` shows"),
    "invalid-variable": Code(
        _ERROR,
        "write the name of an environment variable, in capitals; the key or secret itself stands in no file",
    ),
    "invalid-url": Code(_ERROR, "write it as https://host/v1, without user, query or fragment"),
    "invalid-level": Code(_ERROR, "a rule is error, warning or off"),
    "secret-in-settings": Code(
        _ERROR, "take it out, also of the history of the file; set JSMS_SYNC_STATE to the whole location"
    ),
    "unknown-rule": Code(_ERROR, ""),
    "fixed-rule": Code(_ERROR, ""),
}


def problem(
    code: str, position: Position, message: str, help: str | None = None, address: Address | None = None
) -> Problem:
    """The problem of that code, with the table's severity, and the table's help where none is given."""
    severity, usual = CODES[code]
    return Problem(code, severity, message, position, usual if help is None else help, address)
