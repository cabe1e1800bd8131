"""All rules for templates in one table, grouped by what a text must have for them to have anything to say."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from jsms_sync.definitions import rules_characters as characters
from jsms_sync.definitions import rules_template as template
from jsms_sync.definitions import rules_variables as variables
from jsms_sync.definitions import rules_words as words
from jsms_sync.definitions.entries import Entry
from jsms_sync.definitions.written import VERIFICATION, Written
from jsms_sync.model.resources import Problem

EntryRule = Callable[[Entry], Iterator[Problem]]
TextRule = Callable[[Written], Iterator[Problem]]

ENTRY_RULES: tuple[EntryRule, ...] = (template.unused_ttl, template.long_remark)


class Group(NamedTuple):
    """Rules, and a quick look whether any of them could have something to say: they are asked only then."""

    applies: Callable[[Written], bool]
    rules: tuple[TextRule, ...]


def _has_brackets(text: Written) -> bool:
    return template.has_brackets(text.content)


def _is_verification(text: Written) -> bool:
    return text.type == VERIFICATION


TEXT_RULES = (
    Group(template.is_blank_or_long, (template.empty_content, template.long_content)),
    Group(_has_brackets, (template.brackets,)),
    Group(_is_verification, (variables.verification_variables,)),
    Group(variables.has_underscores, (variables.underscores,)),
    Group(variables.has_no_words, (variables.only_variables,)),
    Group(variables.are_many_or_near, (variables.adjacent_variables, variables.many_variables)),
    Group(variables.has_signs_of_variables, (variables.malformed_variables, variables.other_syntax)),
    Group(variables.could_hold_a_link, (variables.link_names, template.url_without_link)),
    Group(words.has_marked_words, (words.opt_out, words.marketing_words, words.forbidden_content)),
    Group(
        characters.has_odd_characters,
        (characters.invisible_characters, characters.special_symbols, characters.lookalikes),
    ),
)


def check_entry(entry: Entry) -> list[Problem]:
    """What is wrong beside the text."""
    found: list[Problem] = []
    for rule in ENTRY_RULES:
        found += rule(entry)
    return found


def check_text(text: Written) -> list[Problem]:
    """What is wrong with the text."""
    found: list[Problem] = []
    for applies, rules in TEXT_RULES:
        if applies(text):
            for rule in rules:
                found += rule(text)
    return found
