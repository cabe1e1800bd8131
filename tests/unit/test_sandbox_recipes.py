"""Every documented return code can be had from a new sandbox, in the way that the documents say."""

from __future__ import annotations

import json

import pytest
from sandbox_client import Answer, Client, basic, sandbox

from jsms_sync.sandbox.codes import CODES
from jsms_sync.sandbox.recipes import RECIPES, Recipe, Step, table


def walked(client: Client, steps: tuple[Step, ...]) -> Answer:
    """The answer to the last step; those before it succeed."""
    schedule_id = ""
    for number, step in enumerate(steps, 1):
        method, _, path = step.call.partition(" ")
        raw = step.body.encode() if isinstance(step.body, str) else step.body
        callers = {"app": {}, "nobody": {"Authorization": ""}, "stranger": {"Authorization": basic("a", "b")}}
        headers = {"Content_Type": step.content_type} | callers[step.caller]
        answer = client.send(method, path.format(schedule_id=schedule_id), raw, **headers)
        assert number == len(steps) or answer.status == 200, (step, answer)
        if "/v1/schedule" in path and answer.body:
            schedule_id = answer.json.get("schedule_id", "")
    return answer


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: str(recipe.code))
def test_each_code_is_answered(recipe: Recipe) -> None:
    """The last step is answered with the code, its HTTP status and its message."""
    with sandbox() as client:
        answer = walked(client, recipe.steps)
    if recipe.code == 50000:
        assert (answer.status, answer.code) == (200, None)
    else:
        code = CODES[recipe.code]
        assert (answer.status, answer.code) == (code.http, code.number)
        assert answer.json["error"]["message"] == code.message


def test_no_code_is_left_out() -> None:
    """There is one recipe for each code, and the table has no empty cell."""
    assert [recipe.code for recipe in RECIPES] == [50000, *CODES]
    rows = [line.strip("|").split(" | ") for line in table().splitlines()[2:]]
    assert len(rows) == len(RECIPES)
    assert all(len(row) == 5 and all(cell.strip() for cell in row) for row in rows)


def test_a_shown_step_can_be_read_as_it_is_sent() -> None:
    """What stands behind a call in the table is the JSON that the test sends."""
    row = next(line for line in table().splitlines() if line.startswith("| 50011 "))
    assert json.loads(row.split("PUT /_sandbox/clock ")[1].split("`")[0]) == {"advance": 60}
