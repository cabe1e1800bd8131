"""Every code that anybody meets, with what it means, what to do next, and where that is known from."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jsms_sync.api.codes import CODES as JSMS_CODES
from jsms_sync.api.receipts import DELIVERED, STATUSES
from jsms_sync.definitions.codes import CODES
from jsms_sync.definitions.why import Why, reasons
from jsms_sync.reports.explained import EXITS, HELD, PLAN_PROBLEMS, REFUSALS, Words
from jsms_sync.reports.explained_errors import ERRORS

_SAID = "The message says what stands there and what is wanted."


@dataclass(frozen=True, slots=True)
class Explanation:
    """One code of one family; only problems have a severity, and most of them an example."""

    family: str
    code: str
    means: str
    next: str
    source: str
    severity: str = ""
    bad: str = ""
    good: str = ""


def explanations() -> Mapping[str, tuple[Explanation, ...]]:
    """All codes, by the title of the part they belong to."""
    return {
        **{f"Problems: {title}": tuple(_problems(part)) for title, part in reasons().items()},
        "Problems: found when planning": tuple(_found_when_planning()),
        "Held changes": tuple(_worded("held", HELD.items(), "README, Held")),
        "Refusals": tuple(_worded("refusal", REFUSALS.items(), "README, Safety rules and overrides")),
        "Errors": tuple(_worded("error", ERRORS.items(), "the `error` in a JSON document")),
        "Exit codes": tuple(
            _worded("exit", ((str(int(code)), words) for code, words in EXITS.items()), "README, Exit codes")
        ),
        "JSMS return codes": tuple(_return_codes()),
        "Delivery reports": tuple(_reports()),
    }


def find(code: str) -> tuple[Explanation, ...]:
    """What the code means in every family that has it; nothing when none has."""
    wanted = code.strip().lower()
    return tuple(found for part in explanations().values() for found in part if found.code == wanted)


def near(code: str) -> list[str]:
    """The codes that were probably meant, best first."""
    known = dict.fromkeys(found.code for part in explanations().values() for found in part)
    wanted = code.strip().lower().replace("_", "-").replace(" ", "-")
    return difflib.get_close_matches(wanted, known, n=3, cutoff=0.7)


def _problems(part: Mapping[str, Why]) -> Iterator[Explanation]:
    for code, why in part.items():
        severity, help = CODES[code]
        told = _sentence(help) if help else _SAID
        yield Explanation("problem", code, why.why, told, why.source, severity.value, why.bad, why.good)


def _found_when_planning() -> Iterator[Explanation]:
    for code, (severity, words) in PLAN_PROBLEMS.items():
        yield Explanation("problem", code, *words, "JSMS documents: schedules, 2018-11-14", severity.value)


def _worded(family: str, table: Iterable[tuple[str, Words]], source: str) -> Iterator[Explanation]:
    for code, words in table:
        yield Explanation(family, str(code), *words, source)


def _return_codes() -> Iterator[Explanation]:
    for number, code in JSMS_CODES.items():
        means = f"{_sentence(code.meaning)} JSMS says `{code.message}`, with HTTP {code.http_status}."
        next = code.help or "Nothing."
        yield Explanation("jsms", str(number), means, next, "JSMS documents: return codes, 2018-11-22")


def _reports() -> Iterator[Explanation]:
    for status, meaning in STATUSES.items():
        next = "Nothing." if status == DELIVERED else "Leave the number out, or send again later."
        source = "JSMS documents: callbacks, 2018-11-22"
        yield Explanation("report", str(status), _sentence(meaning), next, source)


def _sentence(text: str) -> str:
    """The text with a capital letter and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
