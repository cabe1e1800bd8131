"""What --only and --exclude leave out: closed over what depends on what."""

import builders as b
import pytest

from jsms_sync.errors import InvalidInput
from jsms_sync.planning.choices import Choices
from jsms_sync.planning.selection import check_named, select

# c sends t, d a text that is not managed, e was f; the definitions of g and its campaigns h and i are gone.
WANTED = b.definitions(
    b.template("t"),
    b.template("u"),
    b.campaign("c", template="t"),
    b.campaign("d", temp_id=99),
    b.campaign("e", template="u", moved_from="f"),
)
KNOWN = b.state(
    {
        "campaign.f": b.campaign_record(template="u"),
        "template.g": b.template_record(b.revision(20)),
        "campaign.h": b.campaign_record({"1": b.batch(temp_id=20)}, template=None),
        "campaign.i": b.campaign_record(template="g"),
        "campaign.j": b.campaign_record(template="t"),
    },
    intents=[b.intent("POST", "campaign.k")],
)
ALL = {f"campaign.{name}" for name in "cdefhijk"} | {f"template.{name}" for name in "tug"}


@pytest.mark.parametrize(
    ("only", "taken"),
    [
        ("template.t", "template.t"),
        ("campaign.c", "campaign.c template.t"),
        ("campaign.d", "campaign.d"),
        ("campaign.e", "campaign.e campaign.f template.u"),
        ("campaign.f", "campaign.e campaign.f template.u"),
        ("template.g", "template.g campaign.h campaign.i"),
        ("campaign.i", "campaign.i"),
        ("campaign.j", "campaign.j"),
        ("campaign.k", "campaign.k"),
        ("campaign.[cd]", "campaign.c campaign.d template.t"),
        ("template.*", "template.t template.u template.g campaign.h campaign.i"),
    ],
)
def test_only_brings_what_it_needs(only: str, taken: str) -> None:
    """A campaign its template, a new name the old one, the deletion of a template those of its campaigns."""
    selection = select(WANTED, KNOWN, Choices(only=frozenset({only})))
    assert selection.left_out == ALL - set(taken.split())
    assert selection.notes[0].startswith("this plan is partial; left out: campaign.")


@pytest.mark.parametrize(
    ("exclude", "left_out"),
    [
        ("template.t", "template.t"),
        ("campaign.c", "campaign.c"),
        ("campaign.f", "campaign.e campaign.f"),
        ("campaign.h", "campaign.h template.g"),
        ("template.g", "template.g"),
        ("campaign.k", "campaign.k"),
    ],
)
def test_exclude_takes_away_what_could_not_be_done_without_it(exclude: str, left_out: str) -> None:
    """An old name goes with the new one, and the deletion of a template with that of a campaign of it."""
    assert select(WANTED, KNOWN, Choices(exclude=frozenset({exclude}))).left_out == set(left_out.split())


def test_without_a_choice_nothing_is_left_out() -> None:
    """And the plan is not called partial."""
    selection = select(WANTED, KNOWN, Choices())
    assert (selection.left_out, selection.notes) == (frozenset(), ())


def test_the_excluded_are_left_out_of_the_only_ones() -> None:
    """Both options narrow the same plan."""
    choices = Choices(only=frozenset({"campaign.*"}), exclude=frozenset({"campaign.c"}))
    assert "campaign.c" in select(WANTED, KNOWN, choices).left_out


@pytest.mark.parametrize("option", ["only", "exclude"])
def test_a_pattern_that_fits_nothing_is_told(option: str) -> None:
    """A typing error must not make a plan of nothing."""
    with pytest.raises(InvalidInput, match=r"campaign\.zz"):
        select(WANTED, KNOWN, Choices(**{option: frozenset({"campaign.zz"})}))


@pytest.mark.parametrize(
    ("option", "address", "told"),
    [
        ("supersede", "template.t", ""),
        ("supersede", "template.g", ""),
        ("supersede", "campaign.c", "--supersede campaign.c: it takes the address of a template"),
        ("supersede", "template.tt", "template.tt"),
        ("recreate", "campaign.k", ""),
        ("recreate", "template.t", "--recreate template.t: it takes the address of a campaign"),
        ("overwrite", "campaign.c", ""),
        ("overwrite", "template.t", "--overwrite template.t: it takes the address of a campaign"),
    ],
)
def test_an_override_must_name_something_that_it_can_do_something_about(
    option: str, address: str, told: str
) -> None:
    """Defined, recorded or in doubt, and of the right kind."""
    choices = Choices(**{option: frozenset({address})})
    if not told:
        check_named(WANTED, KNOWN, choices)
        return
    with pytest.raises(InvalidInput) as refused:
        check_named(WANTED, KNOWN, choices)
    assert told in str(refused.value)
