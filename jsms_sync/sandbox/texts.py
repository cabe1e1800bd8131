"""The text of a message: variables, rendering, signature, opt-out and billed parts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

_PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")
MARKETING = 3


def variables(template: str) -> list[str]:
    """Every placeholder's name in the order of the text, repeated ones repeated (jsms-api.md §11)."""
    return _PLACEHOLDER.findall(template)


def braces_balance(template: str) -> bool:
    """True when every brace outside a placeholder is closed after it opens, and none is doubled."""
    rest = _PLACEHOLDER.sub("", template)
    depth = 0
    for character in rest:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return False
    return depth == 0 and "{{" not in rest and "}}" not in rest


def render(template: str, values: Mapping[str, object]) -> str:
    """The text with its variables replaced; what a value itself contains is not looked at again."""
    return _PLACEHOLDER.sub(lambda found: _shown(values[found[1]]), template)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def message(signature: str, text: str, template_type: int, opt_out_text: str) -> str:
    """The text as a phone shows it: 【signature】 first, the platform's opt-out after marketing (§11)."""
    return f"【{signature}】{text}{opt_out_text if template_type == MARKETING else ''}"


def parts(content: str) -> int:
    """The billed parts of a message: up to 70 characters 1, else one per 67; a newline counts 2 (§11)."""
    length = len(content) + content.count("\n")
    return 1 if length <= 70 else -(-length // 67)


def has_signature_brackets(text: str) -> bool:
    """True when 【 or 】 stands in a text: they belong to the signature (50052, 50054)."""
    return "【" in text or "】" in text
