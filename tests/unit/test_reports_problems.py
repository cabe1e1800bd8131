"""Problems as people and services read them: the golden file, annotations of GitHub, SARIF."""

import json
from pathlib import Path
from typing import Any

import pytest
import report_cases as r
from hypothesis import given
from hypothesis import strategies as st

from jsms_sync import definitions
from jsms_sync.definitions.codes import CODES
from jsms_sync.model.resources import Position, Problem, Severity
from jsms_sync.reports.problem_github import problems_github
from jsms_sync.reports.problem_sarif import problems_sarif
from jsms_sync.reports.problem_text import problems_text, verdict

GOLDEN = Path(__file__).parents[1] / "golden"
WORDS = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(r.HOSTILE)


def problem(words: str, file: str = "t.yaml", severity: Severity = Severity.ERROR) -> Problem:
    """A problem that tells these words."""
    return Problem("unknown-key", severity, words, Position(file, 3, 5), words)


def test_twelve_mistakes_are_twelve_problems_with_place_reason_and_cure() -> None:
    """The golden file to the letter: each mistake on a line of its own, and below it what to do."""
    loaded = definitions.load(["mistakes.yaml"], folder=GOLDEN)
    found = loaded.problems
    told = problems_text(found) + verdict(0, 0, found)
    assert told == (GOLDEN / "mistakes.txt").read_text(encoding="utf-8")
    assert len({each.code for each in found}) == len(found) == 12
    assert all(each.help and each.position.line > 1 for each in found)


def annotations(told: str) -> list[tuple[str, dict[str, str], str]]:
    """The commands as a runner reads them: name, properties and message, unescaped in its order."""
    found = []
    for line in told.splitlines():
        head, _, data = line.removeprefix("::").partition("::")
        name, _, properties = head.partition(" ")
        pairs = (pair.partition("=")[::2] for pair in properties.split(","))
        values = {key: _unescaped(value.replace("%3A", ":").replace("%2C", ",")) for key, value in pairs}
        found.append((name, values, _unescaped(data)))
    return found


def _unescaped(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


@given(WORDS, st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=20))
def test_an_annotation_is_one_command_whatever_it_tells(words: str, file: str) -> None:
    """Neither words nor the name of a file end it, begin another one, or add a property."""
    told = problems_github([problem(words, f"a/{file}", Severity.WARNING)])
    assert told.count("\n") == 1
    ((name, properties, data),) = annotations(told)
    assert name == "warning"
    assert list(properties) == ["file", "line", "col", "title"]
    assert (properties["line"], properties["col"], properties["title"]) == ("3", "5", "unknown-key")
    assert properties["file"] == f"a/{file}"
    assert len(data.split("\n")) == 1 + len(words.splitlines())


def test_annotations_stand_at_their_lines() -> None:
    """With the folder in which the tool works, since a runner starts at the root of the repository."""
    assert problems_github([problem("wrong, 100%: it")], "infra/sms") == (
        "::error file=infra/sms/t.yaml,line=3,col=5,title=unknown-key"
        "::wrong, 100%25: it%0Awrong, 100%25: it\n"
    )


def sarif(*problems: Problem, folder: str = "") -> Any:
    """The one run of a log, its frame checked for what SARIF 2.1.0 demands (§3.13, §3.14)."""
    log = json.loads(json.dumps(problems_sarif(problems, "1.2.3", folder)))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("jsms-sync", "1.2.3")
    return run


@given(WORDS, WORDS)
def test_a_log_has_what_sarif_demands(words: str, file: str) -> None:
    """Each result has a message, a level, a rule that exists, and one place with lines from 1 (§3.27)."""
    run = sarif(problem(words, file), problem("b", severity=Severity.WARNING))
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning")
        assert isinstance(result["message"]["text"], str)
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert place["region"]["startLine"] >= 1
        assert place["region"]["startColumn"] >= 1
        # A URI reference is ASCII without spaces (RFC 3986).
        assert place["artifactLocation"]["uri"].isascii()
        assert " " not in place["artifactLocation"]["uri"]
        assert all(isinstance(value, str) for value in result["partialFingerprints"].values())


def test_rules_say_what_explain_says() -> None:
    """Every code that `validate` can tell has a description and help; one that is new has at least its id."""
    every = [Problem(code, severity, "m", Position("f", 1, 1)) for code, (severity, _) in CODES.items()]
    rules = sarif(*every)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(CODES)
    assert all(rule["shortDescription"]["text"] and rule["help"]["text"] for rule in rules)
    assert all(rule["defaultConfiguration"]["level"] in ("error", "warning") for rule in rules)
    new = Problem("not-known-yet", Severity.ERROR, "m", Position("f", 1, 1))
    assert sarif(new)["tool"]["driver"]["rules"] == [{"id": "not-known-yet"}]


def test_a_problem_is_the_same_one_wherever_it_moves() -> None:
    """Its fingerprint has no line, so a code scanning service does not report it anew."""
    first, moved, other = (
        sarif(each)["results"][0]["partialFingerprints"]
        for each in (
            problem("wrong"),
            Problem("unknown-key", Severity.ERROR, "wrong", Position("t.yaml", 99, 1), "wrong"),
            problem("wrong", "u.yaml"),
        )
    )
    assert first == moved != other


@pytest.mark.parametrize(
    ("folder", "uri"), [("", "a%20b/%E7%9F%AD.yaml"), ("x/y", "x/y/a%20b/%E7%9F%AD.yaml")]
)
def test_files_are_named_as_uris(folder: str, uri: str) -> None:
    """Percent-encoded, from the root of the repository."""
    (result,) = sarif(problem("m", "a b/短.yaml"), folder=folder)["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri
