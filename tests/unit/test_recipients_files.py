"""Recipients files: whatever is written in one is who is texted, and what is told about the rest of it."""

import csv
import gc
import io
import json
from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people import people_of

from jsms_sync.definitions import Loaded, load
from jsms_sync.definitions.blocks import SIZE
from jsms_sync.definitions.fetching import Fetcher
from jsms_sync.definitions.numbers import key_of, keys_of, normalised, number_of
from jsms_sync.definitions.rolls import read_roll
from jsms_sync.definitions.uncollected import uncollected
from jsms_sync.errors import Exit, Stale
from jsms_sync.model.decisions import FileRows
from jsms_sync.model.digests import Digester
from jsms_sync.model.privacy import Mobile, Params, Secret
from jsms_sync.model.resources import Address, Campaign, Recipient, RecipientsFile, Severity
from jsms_sync.model.rolls import roll_of
from jsms_sync.model.settings import Limits, Settings

DIGESTER = Digester(Secret("a secret"), "lineage")
SALE = Address("campaign.sale")
TEXT = "您的订单{{order}}已由{{carrier}}发出。"
FOREIGN = "temp_id: 1"

# What neither a value nor a header may hold is a finding of its own; a line end is one \n when it is read.
values = st.text(
    st.characters(
        blacklist_categories=["Cc", "Cs", "Zl", "Zp", "Cn"], blacklist_characters="【】\ufeff\ufffe\uffff"
    ),
    min_size=1,
    max_size=8,
) | st.sampled_from(['"', ",", "a\nb", "\t", " ", "顺丰", "007", "x" * 300])
mobiles = st.integers(13_000_000_000, 19_999_999_999).map(str)
tables = st.lists(st.tuples(mobiles, values, values), min_size=1, max_size=8, unique_by=lambda row: row[0])


def definitions(file: str = "to.csv", *more: str, template: bool = True) -> str:
    """A campaign for the people in that file."""
    text = f"templates:\n  t: {{type: notification, content: '{TEXT}'}}\n" if template else ""
    known = "template: t" if template else FOREIGN
    lines = "".join(f"    {line}\n" for line in (f"recipients_file: {file}", *more))
    return f"version: 1\n{text}campaigns:\n  sale:\n    {known}\n    send_time: 2035-01-01 10:00:00\n{lines}"


def loaded(folder: Path, text: str, *, max_invalid: int = 0, **how: object) -> Loaded:
    """The definitions, and the files in the folder."""
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    limits = Limits(max_invalid=max_invalid)
    return load(["a.yaml"], folder=folder, settings=Settings(limits=limits), **how)  # type: ignore[arg-type] # passed on as they are


def sale(folder: Path, text: str, **how: int | str | bool) -> Campaign:
    """The campaign of definitions without errors."""
    found = loaded(folder, text, **how)  # type: ignore[arg-type] # passed on as they are
    assert not found.has_errors, found.problems
    return found.definitions.campaigns[SALE]


def file_of(campaign: Campaign) -> RecipientsFile:
    """The campaign's file."""
    assert isinstance(campaign.recipients, RecipientsFile)
    return campaign.recipients


def expected(rows: Sequence[Sequence[str]]) -> tuple[Recipient, ...]:
    """Who is meant by rows of number, order and carrier."""
    return tuple(Recipient(Mobile(m), Params({"order": o, "carrier": c})) for m, o, c in rows)


def same_both_ways(campaign: Campaign, people: tuple[Recipient, ...]) -> None:
    """The file read back is those people, and its streamed digests and lengths are those of the objects."""
    assert people_of(campaign) == people
    for names in (None, frozenset({"order", "carrier"}), frozenset({"order"}), frozenset[str]()):
        roll, known = read_roll(file_of(campaign), DIGESTER, names), roll_of(people, DIGESTER, names)
        assert (roll.members, roll.lengths, roll.names) == (known.members, known.lengths, known.names)


@settings(max_examples=150, deadline=None)
@given(
    rows=tables,
    tabs=st.booleans(),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]),
    last=st.booleans(),
)
def test_what_a_writer_of_csv_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, str]],
    tabs: bool,
    quoting: int,
    ending: str,
    encoding: str,
    last: bool,
) -> None:
    """Every cell arrives unchanged, in every form and encoding, and digests are those of the object path."""
    folder, written = tmp_path_factory.getbasetemp(), io.StringIO(newline="")
    # The writer does not quote a line feed by itself where rows end in a carriage return.
    quoting = csv.QUOTE_ALL if ending == "\r" else quoting
    writer = csv.writer(
        written,
        delimiter="\t" if tabs else ",",
        quoting=quoting,
        lineterminator=ending,  # type: ignore[arg-type] # one of its constants
    )
    writer.writerows([("mobile", "order", "carrier"), *rows])
    text = written.getvalue() if last else written.getvalue().removesuffix(ending)
    name = "to.tsv" if tabs else "to.csv"
    (folder / name).write_bytes(text.encode(encoding))
    campaign = sale(folder, definitions(name, f"encoding: {encoding}"))
    same_both_ways(campaign, expected(rows))


@settings(max_examples=60, deadline=None)
@given(rows=tables, nested=st.booleans(), ascii=st.booleans())
def test_what_a_writer_of_json_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], nested: bool, ascii: bool
) -> None:
    """One object to a line, its parameters beside the number or under `params`."""
    folder, lines = tmp_path_factory.getbasetemp(), []
    for mobile, order, carrier in rows:
        params = {"order": order, "carrier": carrier}
        line = {"mobile": mobile, **({"params": params} if nested else params)}
        lines.append(json.dumps(line, ensure_ascii=ascii) + "\n")
    (folder / "to.jsonl").write_text("\n".join(lines), encoding="utf-8")
    same_both_ways(sale(folder, definitions("to.jsonl")), expected(rows))


def test_values_in_json_are_the_text_as_written(tmp_path: Path) -> None:
    """Numbers keep their digits, true and false are words, null is empty."""
    line = (
        '{"mobile": 13812345678, "order": 1.10, "carrier": true}\n{"mobile": "13812345679", "order": null}\n'
    )
    (tmp_path / "to.ndjson").write_text(line)
    campaign = sale(tmp_path, definitions("to.ndjson", "params: {order: '9', carrier: 顺丰}"))
    same_both_ways(campaign, expected([("13812345678", "1.10", "true"), ("13812345679", "9", "顺丰")]))


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "big5", "utf-16"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_file_of_many_blocks_is_read_like_a_small_one(tmp_path: Path, encoding: str, quote: str) -> None:
    """Blocks end in the middle of characters and rows; the recipients do not notice."""
    rows = [(f"138{number:08}", f"{number}號", "順豐") for number in range(30_000)]
    carrier = f"{quote}順豐{quote}"
    text = "mobile,order,carrier\n" + "".join(f"{m},{o},{carrier}\n" for m, o, _ in rows)
    (tmp_path / "to.csv").write_bytes(text.encode(encoding))
    assert (tmp_path / "to.csv").stat().st_size > 2 * SIZE
    campaign = sale(tmp_path, definitions("to.csv", f"encoding: {encoding}"))
    same_both_ways(campaign, expected(rows))
    some = array("I", [29_999, 0, 1, 2, 15_000, 14_999, 3])
    fetched = Fetcher({SALE: campaign}).fetch(SALE, FileRows(some, frozenset({"order"})))
    assert [person.mobile.reveal() for person in fetched] == [rows[row][0] for row in some]
    assert [person.params.reveal() for person in fetched] == [{"order": rows[row][1]} for row in some]


def test_rows_of_several_lines_and_blank_lines_are_found_again(tmp_path: Path) -> None:
    """A cell may hold line ends, lines between rows may be blank, and each row is still its own."""
    text = 'mobile,order,carrier\r\n\r\n13812345678,"a\r\nb",顺丰\r\n\r\n\r\n13812345679,"c\n\nd",中通\r\n'
    (tmp_path / "to.csv").write_text(text, encoding="utf-8", newline="")
    campaign = sale(tmp_path, definitions())
    people = expected([("13812345678", "a\nb", "顺丰"), ("13812345679", "c\n\nd", "中通")])
    same_both_ways(campaign, people)
    fetched = Fetcher({SALE: campaign}).fetch(SALE, FileRows(array("I", [1]), None))
    assert fetched == people[1:]


def test_columns_may_go_by_other_names(tmp_path: Path) -> None:
    """`columns` says what a header means; the others go by their own names."""
    (tmp_path / "to.csv").write_text("手机号,单号,carrier,备注\n13812345678,1,顺丰,x\n", encoding="utf-8")
    text = definitions("to.csv", "columns: {手机号: mobile, 单号: order}")
    assert [found.code for found in loaded(tmp_path, text).problems] == ["unused-column"]
    same_both_ways(sale(tmp_path, text), expected([("13812345678", "1", "顺丰")]))


def test_a_foreign_template_gets_every_column_that_could_be_a_variable(tmp_path: Path) -> None:
    """Its text is not known here; defaults fill empty cells and absent columns."""
    (tmp_path / "to.csv").write_text("mobile,order,备注\n13812345678,,x\n", encoding="utf-8")
    campaign = sale(tmp_path, definitions("to.csv", "params: {order: '9', carrier: 顺丰}", template=False))
    same_both_ways(campaign, expected([("13812345678", "9", "顺丰")]))
    (tmp_path / "to.jsonl").write_text('{"mobile": "13812345678", "order": "1"}\n')
    campaign = sale(tmp_path, definitions("to.jsonl", "params: {carrier: 顺丰}", template=False))
    same_both_ways(campaign, expected([("13812345678", "1", "顺丰")]))


def test_up_to_so_many_invalid_rows_are_left_out(tmp_path: Path) -> None:
    """Within `max_invalid` bad rows are warnings and not sent; one more, and all of them are errors."""
    rows = "1381234,1,顺丰\n13812345679,,顺丰\n13812345670,1\n13812345671,1,【顺丰\n13812345672,2,中通\n"
    (tmp_path / "to.csv").write_text(f"mobile,order,carrier\n13812345678,1,顺丰\n{rows}", encoding="utf-8")
    found = loaded(tmp_path, definitions(), max_invalid=4)
    assert [problem.code for problem in found.problems] == [
        "invalid-mobile",
        "empty-param",
        "row-length",
        "value-brackets",
    ]
    assert {(p.severity, p.help) for p in found.problems} == {
        (Severity.WARNING, "the row is left out; `max_invalid` allows 4")
    }
    people = expected([("13812345678", "1", "顺丰"), ("13812345672", "2", "中通")])
    same_both_ways(sale(tmp_path, definitions(), max_invalid=4), people)
    strict = loaded(tmp_path, definitions(), max_invalid=3)
    assert {problem.severity for problem in strict.problems} == {Severity.ERROR}


def test_who_is_on_a_suppression_list_is_left_out_and_counted(tmp_path: Path) -> None:
    """However either file writes the number; who is repeated is not counted twice."""
    (tmp_path / "to.csv").write_text(
        "mobile,order,carrier\n+86 138-1234-5678,1,顺丰\n13812345679,2,中通\n１３８１２３４５６７０,3,圆通\n"
        "008613812345678,1,顺丰\n13812345671,4,中通\n",
        encoding="utf-8",
    )
    (tmp_path / "gone.csv").write_text(
        "why,手机号\nasked,13812345678\nasked,86 13812345670\nasked,13900000000\n"
    )
    (tmp_path / "more.jsonl").write_text('{"mobile": "13812345671", "why": "asked"}\n')
    text = definitions("to.csv", "suppress: [gone.csv, more.jsonl]")
    assert loaded(tmp_path, text).has_errors
    (tmp_path / "gone.csv").write_text(
        "why,mobile\nasked,13812345678\nasked,86 13812345670\nasked,13900000000\n"
    )
    campaign = sale(tmp_path, text)
    assert campaign.suppressed == 3
    same_both_ways(campaign, expected([("13812345679", "2", "中通")]))
    inline = text.replace("recipients_file: to.csv", "recipients: [{0}, {1}]").replace(
        "{0}, {1}",
        '{mobile: "13812345678", params: {order: 1, carrier: x}},'
        '{mobile: "13812345679", params: {order: 2, carrier: y}}',
    )
    assert (sale(tmp_path, inline).suppressed, len(sale(tmp_path, inline).recipients)) == (1, 1)


def test_a_list_may_call_its_numbers_as_the_campaign_does(tmp_path: Path) -> None:
    """`columns` counts for suppression lists too, where it is needed."""
    (tmp_path / "to.csv").write_text(
        "手机号,order,carrier\n13812345678,1,a\n13812345679,1,a\n", encoding="utf-8"
    )
    (tmp_path / "gone.csv").write_text("手机号\n13812345678\n", encoding="utf-8")
    (tmp_path / "also.csv").write_text("mobile\n13900000000\n", encoding="utf-8")
    text = definitions("to.csv", "columns: {手机号: mobile}", "suppress: [gone.csv, also.csv]")
    assert sale(tmp_path, text).suppressed == 1


def test_files_may_be_kept_elsewhere(tmp_path: Path) -> None:
    """With a folder for them, recipients files and lists are looked for there, by the same paths."""
    (tmp_path / "private" / "in").mkdir(parents=True)
    (tmp_path / "private" / "in" / "to.csv").write_text("mobile,order,carrier\n13812345678,1,a\n138,1,a\n")
    (tmp_path / "private" / "gone.csv").write_text("mobile\n13900000000\n")
    text = definitions("in/to.csv", "suppress: gone.csv")
    found = loaded(tmp_path, text, recipients_dir="private", max_invalid=1)
    assert [str(problem.position) for problem in found.problems] == ["private/in/to.csv:3:1"]
    assert len(people_of(found.definitions.campaigns[SALE])) == 1
    assert {problem.code for problem in loaded(tmp_path, text).problems} == {"unreadable-file"}


def test_without_recipients_no_file_is_needed(tmp_path: Path) -> None:
    """Nothing is read and nobody is known, but everything else is checked."""
    text = definitions("none.csv", "suppress: none.csv", "encoding: gbk")
    campaign = sale(tmp_path, text, with_recipients=False)
    assert (file_of(campaign).is_read, len(file_of(campaign))) == (False, 0)
    wrong = loaded(tmp_path, text.replace("template: t", "template: u"), with_recipients=False)
    assert "unknown-template" in {problem.code for problem in wrong.problems}


def test_the_collector_is_left_as_it_was() -> None:
    """Off inside, and afterwards on only if it was on before."""
    assert gc.isenabled()
    with uncollected():
        with uncollected():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_every_file_counts_for_the_digest(tmp_path: Path) -> None:
    """A byte more in a suppression list is another set of definitions."""
    (tmp_path / "to.csv").write_text("mobile,order,carrier\n13812345678,1,a\n")
    digests = set()
    for rows in ("", "13900000000\n", "13900000001\n"):
        (tmp_path / "gone.csv").write_text(f"mobile\n{rows}")
        digests.add(loaded(tmp_path, definitions("to.csv", "suppress: gone.csv")).definitions.digest)
    assert len(digests) == 3


CHANGES = {
    "another row": b"mobile,order,carrier\n13812345678,1,a\n13812345679,2,b\n13812345670,2,b\n",
    "another value": b"mobile,order,carrier\n13812345678,1,a\n13812345679,2,c\n",
    "no header": b"",
    "another header": b"phone,order,carrier\n13812345678,1,a\n13812345679,2,b\n",
    "no text": b"mobile,order,carrier\n\xff\xfe\n",
    "no CSV": b'mobile,order,carrier\n13812345678,"1,a\n',
    "short rows": b"mobile,order,carrier\n1,2\n",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changed_is_stale(tmp_path: Path, change: str) -> None:
    """Before, while and after it is read for sending: exit 6, and nobody is handed out."""
    file = tmp_path / "to.csv"
    file.write_bytes(b"mobile,order,carrier\n13812345678,1,a\n13812345679,2,b\n")
    campaign = sale(tmp_path, definitions())
    used, fresh = Fetcher({SALE: campaign}), Fetcher({SALE: campaign})
    rows = FileRows(array("I", [0, 1]), None)
    assert len(used.fetch(SALE, rows)) == 2
    used.check(SALE)
    file.write_bytes(CHANGES[change])
    for reads in (
        lambda: used.fetch(SALE, rows),
        lambda: used.check(SALE),
        lambda: fresh.fetch(SALE, rows),
        lambda: fresh.check(SALE),
        lambda: read_roll(file_of(campaign), DIGESTER, None),
    ):
        with pytest.raises(Stale, match=r"to\.csv has changed") as raised:
            reads()
        assert raised.value.exit is Exit.STALE
    file.unlink()
    with pytest.raises(Stale):
        used.check(SALE)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13812345678", "13812345678"),
        ("+8613812345678", "13812345678"),
        ("+86 138 1234 5678", "13812345678"),
        ("0086-138-1234-5678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("＋８６　138－1234–5678", "13812345678"),
        ("\u200b13812345678\xa0", "13812345678"),
        ("8612345678901", "8612345678901"),
        ("86138123456789", "86138123456789"),
        ("1.38123E+10", "1.38123E+10"),
        ("", ""),
    ],
)
def test_numbers_are_freed_of_what_surrounds_them(written: str, number: str) -> None:
    """+86 in its three forms, spaces, hyphens and full width; nothing else is guessed at."""
    assert normalised(written) == number


@given(st.lists(mobiles | st.text("0123456789\n１a", max_size=13) | st.just("12345678901"), max_size=5))
def test_a_block_of_numbers_has_keys_when_each_of_them_has(some: list[str]) -> None:
    """The quick look at a whole block comes to what the look at each number does."""
    alone = [key_of(mobile) for mobile in some]
    assert keys_of(some) == (None if None in alone else array("Q", [key for key in alone if key is not None]))
    for mobile, key in zip(some, alone, strict=True):
        assert key is None or number_of(key) == mobile
