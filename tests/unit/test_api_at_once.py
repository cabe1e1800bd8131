"""What is read at once from bytes is what is read step by step, and whatever is unusual is left to that."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jsms_sync.api import at_once, replies
from jsms_sync.api.answers import parse
from jsms_sync.api.replies import ScheduleColumns

ID = "1-a"
texts = st.text(max_size=6) | st.sampled_from(['"', '":', " :", "\\", "\n", "顺丰", ":"])
people = st.fixed_dictionaries(
    {"msg_id": texts, "mobile": texts, "temp_para": st.dictionaries(texts, texts, max_size=3)}
)
usual = st.fixed_dictionaries(
    {
        "schedule_id": st.just(ID),
        "send_time": texts,
        "temp_id": st.integers(1, 10**18 - 1),
        "recipients": st.lists(people, max_size=3),
    }
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=3,
)


def step_by_step(body: bytes) -> ScheduleColumns | None:
    """The schedule as every answer can be read; None where it cannot."""
    try:
        return replies.schedule_columns(ID)(parse(body))
    except ValueError:
        return None


def written(answer: Any, *, ascii: bool = True, spaces: bool = False) -> bytes:
    """The answer as JSON."""
    separators = (", ", ": ") if spaces else (",", ":")
    return json.dumps(answer, ensure_ascii=ascii, separators=separators).encode("utf-8", "surrogatepass")


def agreed(body: bytes) -> ScheduleColumns | None:
    """What is read at once, which is what is read step by step or nothing."""
    found = at_once.schedule_columns(ID)(body)
    assert found is None or found == step_by_step(body)
    return found


@given(usual, st.booleans(), st.booleans())
def test_what_is_read_at_once_is_what_is_read_step_by_step(answer: Any, ascii: bool, spaces: bool) -> None:
    """Whoever is in the schedule, and however it is written."""
    agreed(written(answer, ascii=ascii, spaces=spaces))


def test_the_usual_answer_is_read_at_once() -> None:
    """Also of many people and with white space where writers put it."""
    everybody = [{"msg_id": "1", "mobile": "13812345678", "temp_para": {"a": "顺丰", "b": ""}}] * 3
    answer = {"schedule_id": ID, "send_time": "2099-01-01 10:00:00", "temp_id": 7, "recipients": everybody}
    for spaces in (False, True):
        found = agreed(written(answer, spaces=spaces))
        assert found is not None
        assert "138" not in repr(found)


@given(
    usual,
    st.lists(st.sampled_from(["schedule_id", "send_time", "temp_id", "recipients"]), max_size=2),
    st.sampled_from(["schedule_id", "send_time", "temp_id", "recipients", "sign_id"]),
    values,
)
def test_what_is_unusual_is_left_to_the_other_way(
    answer: Any, left_out: list[str], key: str, value: Any
) -> None:
    """Another field, another type, nothing where something should be."""
    changed = {name: value for name, value in answer.items() if name not in left_out} | {key: value}
    agreed(written(changed))


@given(usual, st.data())
def test_damaged_bytes_are_never_read_as_something_else(answer: Any, data: st.DataObject) -> None:
    """A byte that is another, missing or twice is told just as without the quicker way."""
    body = written(answer, ascii=data.draw(st.booleans()))
    place = data.draw(st.integers(0, len(body)))
    piece = data.draw(st.binary(max_size=2) | st.sampled_from([b'"', b",", b":", b"{", b"\\", b" "]))
    agreed(body[:place] + piece + body[place + data.draw(st.integers(0, 2)) :])


PERSON = '{"msg_id":"1","mobile":"13812345678","temp_para":{"a":"x"}}'
ANSWER = f'{{"schedule_id":"{ID}","send_time":"t","temp_id":7,"recipients":[{PERSON}]}}'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"a":"x"}', '{"a":"x","a":"y"}'),
        ('{"a":"x"}', '{"a":"x","\\u0061":"y"}'),
        ('{"a":"x"}', '{"a" :"x","a":"y"}'),
        ('{"a":"x"}', '{"a"\n :"x","a":"y"}'),
        ('"msg_id":"1"', '"msg_id":"1","msg_id":"2"'),
        ('"temp_id":7', '"temp_id":7,"temp_id":8'),
        ('"temp_id":7', '"temp_id":0'),
        ('"temp_id":7', '"temp_id":-0'),
        ('"temp_id":7', '"temp_id":1000000000000000000'),
        ('"temp_id":7', '"temp_id":7.0'),
        ('"temp_id":7', '"temp_id":"7"'),
        (ID, "2-b"),
        ('"x"', '"\\ud800"'),
        ('"x"', "1"),
        ('"x"', '"a\\":"'),
        ("{", "\ufeff{"),
    ],
)
def test_by_name(before: str, after: str) -> None:
    """Each of these is left to the other way."""
    assert agreed(ANSWER.encode()) is not None
    assert agreed(ANSWER.replace(before, after, 1).encode()) is None
