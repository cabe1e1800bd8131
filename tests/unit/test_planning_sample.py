"""One message of a campaign: whose values it has, what it costs, and which values are missing."""

import builders as b
import pytest

from jsms_sync.errors import InvalidInput
from jsms_sync.model.privacy import Params
from jsms_sync.model.resources import TemplateType
from jsms_sync.model.serving import Serving
from jsms_sync.planning.sample import sample

SERVES = Serving(10, frozenset({"n"}), True, b.GREETING, TemplateType.NOTIFICATION)
UNSHOWN = Serving(10, None, True)
SIGNATURE = 6


@pytest.mark.parametrize(
    ("serving", "given", "params", "parts"),
    [
        (SERVES, {}, {"n": "2"}, 1),
        (SERVES, {"n": "you"}, {"n": "you"}, 1),
        (SERVES, {"n": "x" * 61}, {"n": "x" * 61}, 1),
        (SERVES, {"n": "x" * 62}, {"n": "x" * 62}, 2),
        (UNSHOWN, {}, {"n": "2", "m": "2"}, 1),
        (UNSHOWN, {"k": "3"}, {"n": "2", "m": "2", "k": "3"}, 1),
    ],
)
def test_values_that_are_given_stand_before_those_of_the_first_recipient(
    serving: Serving, given: dict[str, str], params: dict[str, str], parts: int
) -> None:
    """Only the text's variables are sent, where the text is known; else all, and one part is assumed."""
    campaign = b.campaign(people="a=2 b=3", names=("n", "m"), sign_id=7)
    found = sample(campaign, serving, Params(given), SIGNATURE)
    assert (found.temp_id, found.content, found.sign_id) == (10, serving.content, 7)
    assert (found.params.reveal(), found.parts) == (params, parts)


@pytest.mark.parametrize(
    ("variables", "given", "told", "way_out"),
    [
        ({"n"}, {"k": "1"}, "--param k: the text of campaign.c has no such variable", "Its variables: n."),
        (set(), {"k": "1"}, "--param k: the text of campaign.c has", "Its variables: it has none."),
        ({"n", "k", "l"}, {}, "the first recipient of campaign.c has no value for k, l", "--param k=VALUE."),
    ],
)
def test_a_value_too_many_or_too_few_is_told(
    variables: set[str], given: dict[str, str], told: str, way_out: str
) -> None:
    """With the way out, and without a value."""
    serving = Serving(10, frozenset(variables), True, b.GREETING, TemplateType.NOTIFICATION)
    with pytest.raises(InvalidInput, match=told) as refused:
        sample(b.campaign(), serving, Params(given), SIGNATURE)
    assert way_out in (refused.value.help or "")
