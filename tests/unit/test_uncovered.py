"""Recipients without a value for a variable of a text that is managed elsewhere."""

from dataclasses import replace

import builders as b
import pytest

from jsms_sync.kinds.campaign_uncovered import uncovered
from jsms_sync.model.privacy import Params
from jsms_sync.model.resources import Campaign, Recipient


def campaign(*names: str) -> Campaign:
    """A campaign of temp_id 1250 whose recipients have those parameters, each as letters."""
    people = tuple(
        Recipient(b.mobile(str(row)), Params(dict.fromkeys(given, "SECRET")))
        for row, given in enumerate(names)
    )
    return replace(b.campaign(temp_id=1250), recipients=people)


@pytest.mark.parametrize(
    ("names", "told", "help"),
    [
        (("m",), "`n` for its recipient", "n"),
        (("m", "m"), "`n` for all recipients", "n"),
        (("mn", "m", "mn"), "`n` for recipient 2 (139****0001)", "n"),
        (("", "m"), "`m` for recipient 1 (139****0000); `n` for all recipients", "m, n"),
        (
            ("n", *("m" * 5)),
            "`m` for recipient 1 (139****0000); `n` for recipient 2 (139****0001), recipient 3 (139****0002),"
            " recipient 4 (139****0003) and 2 more",
            "m, n",
        ),
    ],
)
def test_who_lacks_which_variable_is_told(names: tuple[str, ...], told: str, help: str) -> None:
    """Each variable with its recipients, masked; the place is that of the campaign."""
    problem = uncovered(campaign(*names), frozenset("mn"))
    assert problem.message == f"template 1250 has variables without a value: {told}"
    assert problem.help == f"add {help} to `params`, or to each recipient"
    assert (problem.position, problem.address) == (b.HERE, "campaign.c")
