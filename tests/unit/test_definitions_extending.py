"""From what is shown to files: entries, recipients files, the file that they go to, and how it is saved."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest
from builders import mobile, moment, seen_batch, seen_template, text_of
from hypothesis import given
from hypothesis import strategies as st

from jsms_sync import definitions
from jsms_sync.definitions.adopted import INLINE, Written, campaign_entry, template_entry
from jsms_sync.definitions.extending import extended, survey
from jsms_sync.definitions.saving import save
from jsms_sync.errors import InvalidInput, OperationFailed, Stale
from jsms_sync.model.observed import SeenSchedule
from jsms_sync.model.privacy import Params
from jsms_sync.model.resources import Address, Recipient

CHINA = "Asia/Shanghai"
T = Address("template.t")
NEW = {T: Written({"type": "notification", "content": "Hi"})}


def schedule(*params: Mapping[str, str], id: str = "1") -> SeenSchedule:
    """A schedule to people with these parameters."""
    everybody = tuple(Recipient(mobile(str(n)), Params(given)) for n, given in enumerate(params))
    return SeenSchedule(id, moment("+1d"), 10, everybody)


def read_back(folder: Path, name: str, written: Written) -> tuple[Recipient, ...]:
    """The recipients that the definitions have once the campaign is written; without any problem."""
    new = {Address(f"campaign.{name}"): written}
    drafts = extended(survey(["a.yaml"], None, folder), new, folder)
    loaded = definitions.load(["a.yaml"], folder=folder, drafts={draft.name: draft.after for draft in drafts})
    assert loaded.problems == ()
    return loaded.definitions.campaigns[Address(f"campaign.{name}")].recipients


def test_a_template_says_no_more_than_is_shown() -> None:
    """`ttl` and `remark` only where there is one, line ends as the reader reads them."""
    assert template_entry(seen_template(1, text_of("Hi\r\nyou"))).fields == {
        "type": "notification",
        "content": "Hi\nyou",
    }
    code = template_entry(seen_template(1, text_of("{{code}}", "verification", 60), remark="a\r\nb"))
    assert list(code.fields.items())[2:] == [("ttl", 60), ("remark", "a\nb")]


@pytest.mark.parametrize(
    ("people", "keys"),
    [
        (1, ["template", "send_time", "mobile", "params"]),
        (INLINE, ["template", "send_time", "recipients"]),
        (INLINE + 1, ["template", "send_time", "recipients_file"]),
    ],
)
def test_recipients_go_where_they_are_best_read(people: int, keys: list[str]) -> None:
    """One as `mobile`, few inline, many into a file beside the definitions."""
    written = campaign_entry("c", "t", [schedule(*({"n": str(n)} for n in range(people)))], CHINA)
    assert list(written.fields) == keys
    assert written.recipients_file == ("recipients/c.csv" if people > INLINE else None)
    assert written.fields["send_time"] == "2027-01-02 20:00:00"


def test_one_number_in_each_of_two_schedules_is_a_list() -> None:
    """`mobile` is for one schedule with one number; one without parameters has none written."""
    written = campaign_entry("c", 10, [schedule({}), schedule({}, id="2")], "UTC")
    assert list(written.fields) == ["temp_id", "send_time", "recipients"]
    assert written.fields["send_time"] == "2027-01-02T20:00:00+08:00"
    assert list(campaign_entry("c", 10, [schedule({})], CHINA).fields) == ["temp_id", "send_time", "mobile"]


@pytest.mark.parametrize("last", [{"m": "1"}, {"n": "\x07"}, {"n": "1", "m": "2"}])
def test_people_who_fit_into_no_table_are_a_list(last: Mapping[str, str], tmp_path: Path) -> None:
    """Different parameters, and characters that no file may hold, are written inline."""
    shown = [schedule(*[{"n": "1"}] * INLINE, last)]
    written = campaign_entry("c", 10, shown, CHINA)
    assert written.recipients_file is None
    assert read_back(tmp_path, "c", written) == shown[0].recipients


def test_a_parameter_that_is_called_mobile_is_no_column(tmp_path: Path) -> None:
    """The column of that name holds the numbers."""
    shown = [schedule(*[{"mobile": "1"}] * (INLINE + 1))]
    written = campaign_entry("c", 10, shown, CHINA)
    assert written.recipients_file is None
    assert read_back(tmp_path, "c", written) == shown[0].recipients


VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="【】"), min_size=1).filter(
    lambda text: "\r\n" not in text
)


@given(values=st.lists(VALUES, min_size=1, max_size=INLINE + 3))
def test_all_values_read_back(values: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever they hold, and in whichever of the ways they are written."""
    shown = [schedule(*({"n": value, "no": value.swapcase()} for value in values))]
    written = campaign_entry("c", 10, shown, CHINA)
    assert read_back(tmp_path_factory.mktemp("adopted"), "c", written) == shown[0].recipients


def test_a_new_file_and_a_file_that_is_there(tmp_path: Path) -> None:
    """A file that does not exist is made, and one that exists is extended, in both sections."""
    new = {**NEW, Address("campaign.c"): campaign_entry("c", "t", [seen_batch(names=())], CHINA)}
    (made,) = extended(survey(["a.yaml"], None, tmp_path), new, tmp_path)
    assert (made.name, made.before) == ("a.yaml", None)
    (tmp_path / "a.yaml").write_bytes(made.after)
    found = survey(["a.yaml"], None, tmp_path)
    assert found.defined == {T: "a.yaml", Address("campaign.c"): "a.yaml"}
    assert extended(found, {}, tmp_path) == ()
    (more,) = extended(found, {Address("template.u"): NEW[T]}, tmp_path)
    assert more.before == made.after
    assert more.after.startswith(made.after[: made.after.index(b"campaigns:")].rstrip())


def test_what_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    """Folders under the name of a file, syntax errors; an empty file is none, since it can be filled."""
    (tmp_path / "a.yaml").write_text("")
    (tmp_path / "b.yaml").write_text("[")
    (tmp_path / "c.yaml").symlink_to("nowhere")
    found = survey(["a.yaml", "b.yaml", "c.yaml"], None, tmp_path)
    assert [(problem.code, problem.position.file) for problem in found.problems] == [
        ("syntax", "b.yaml"),
        ("unreadable-file", "c.yaml"),
    ]
    with pytest.raises(InvalidInput, match="cannot be read"):
        extended(survey(["c.yaml"], None, tmp_path), NEW, tmp_path)


def test_an_empty_folder_has_no_file_for_entries(tmp_path: Path) -> None:
    """It takes a name for a new one."""
    (tmp_path / "all").mkdir()
    with pytest.raises(InvalidInput, match="no file"):
        survey(["all"], None, tmp_path)
    assert survey(["all"], "all/a.yaml", tmp_path).target == "all/a.yaml"


def test_a_file_is_saved_whole(tmp_path: Path) -> None:
    """A new one gets the usual mode, an old one keeps its own, and nothing is left beside it."""
    path = tmp_path / "deep" / "a.yaml"
    save(path, None, b"1")
    mask = os.umask(0o022)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask
    path.chmod(0o640)
    save(path, b"1", b"2")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"2", 0o640)
    assert os.listdir(path.parent) == ["a.yaml"]


def test_a_file_that_somebody_changed_is_left_alone(tmp_path: Path) -> None:
    """What was read is compared once more before it is replaced."""
    path = tmp_path / "a.yaml"
    path.write_bytes(b"theirs")
    for before in (None, b"ours"):
        with pytest.raises(Stale, match="changed while this ran"):
            save(path, before, b"new")
    assert path.read_bytes() == b"theirs"


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The old one stays, and no draft is left beside it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OperationFailed, match="cannot be written"):
        save(tmp_path / "file" / "a.yaml", None, b"1")
    (tmp_path / f".a.yaml.{os.getpid()}.tmp").mkdir()
    with pytest.raises(OperationFailed, match="cannot be written"):
        save(tmp_path / "a.yaml", None, b"1")
    assert not (tmp_path / "a.yaml").exists()
