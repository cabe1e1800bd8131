"""Rules for texts: none cries wolf, none falls over, and the quick looks before them hide nothing."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jsms_sync.definitions import Loaded, load, rules_words
from jsms_sync.definitions.entries import entries
from jsms_sync.definitions.reader import read
from jsms_sync.definitions.rules import TEXT_RULES, Group, check_text
from jsms_sync.definitions.written import TextLimits, Written, written
from jsms_sync.model.settings import Settings


def words(*lines: str) -> list[str]:
    """What stands between the spaces."""
    return [word for line in lines for word in line.split()]


TYPES = st.sampled_from(["verification", "notification", "marketing"])
MARKS = words(
    "{{code}} {{url}} {{a_b}} {{ }} {x} ${x} #x# %s ｛｛x｝｝ 【 回T退订 退订 优惠 8折 9元起",
    "中奖 贷款 a 5 您好 https://a.cn/ www. \u200b \u202e \ufe0f ★ 😀 а Α Ａ １ ⽤ 𝐀 \x00",
)
TEXTS = st.lists(st.sampled_from([*MARKS, "\u00a0", "\n", "\t"]) | st.text(max_size=8), max_size=12).map(
    "".join
)
PHRASES = words(
    "您好 您的订单{{order}}已发出 请在3月5日前到自提点领取 师傅会提前与您联系",
    "如非本人操作请忽略 运单号SF1234567890 包裹被拒收 酒店已退订 退款12.50元已原路退回",
    "电子发票已开具 请登录小程序查看 温度25℃ 共3件商品 会议改到14:30 旅游行程有变",
    "请提交友情链接 线上访问 社会所有 今日结算 网上新增 预期货物 《通知》 “我的订单” （测试）",
    "A→B Dear customer, your order shipped on 3 May please call 400-123-4567 AT&T 第１号",
    "VIP会员 感谢您的支持 二○二五年",
)
ORDINARY = st.lists(st.sampled_from(PHRASES), min_size=1, max_size=8, unique=True).flatmap(
    lambda phrases: st.sampled_from(["，", "。", " ", "\n", "；", "：", "、", "\u3000"]).map(
        lambda mark: mark.join(phrases)
    )
)


def text_of(content: str, type: str = "notification") -> Written:
    """The text as its rules see it."""
    escaped = "".join(f"\\U{ord(character):08X}" for character in content)
    source = f'version: 1\ntemplates:\n  t: {{type: {type}, content: "{escaped}"}}\n'
    document, _ = read("x.yaml", source.encode())
    assert document is not None
    found = written(next(iter(entries(document, frozenset()))), TextLimits(350, 10))
    assert found is not None
    return found


def codes(content: str, type: str = "notification") -> set[str]:
    """What the rules say of the text."""
    return {problem.code for problem in check_text(text_of(content, type))}


@settings(max_examples=300, deadline=None)
@given(content=TEXTS, type=TYPES)
def test_no_text_makes_a_rule_fall_over(content: str, type: str) -> None:
    """Every text gets problems with a place inside the file, or none."""
    for problem in check_text(text_of(content, type)):
        assert (problem.position.file, problem.position.line) == ("x.yaml", 3)
        assert problem.message
        assert problem.help


@settings(max_examples=300, deadline=None)
@given(content=ORDINARY, type=st.sampled_from(["notification", "marketing"]))
def test_ordinary_texts_have_no_problem(content: str, type: str) -> None:
    """Chinese and English without any mark are left alone; only marketing may not speak of 退订 and 拒收."""
    assert codes(content, type) <= ({"handwritten-opt-out"} if type == "marketing" else set())


@settings(max_examples=300, deadline=None)
@given(content=TEXTS, type=TYPES)
def test_a_quick_look_hides_nothing(content: str, type: str) -> None:
    """Where rules are passed over, none of them would have said anything."""
    text = text_of(content, type)
    own = {group.applies.__name__ for group in TEXT_RULES} - {"_is_verification"}
    for group in (group for group in TEXT_RULES if group.applies.__name__ in own):
        assert group.applies(text) or said(group, text) == []


def said(group: Group, text: Written) -> list[str]:
    """What all rules of the group say."""
    return [problem.message for rule in group.rules for problem in rule(text)]


def plain(word: str) -> str:
    """A text that the mark finds: its first choices, without what must not stand around it."""
    bare = re.sub(r"\(\?(?:<!|!|<=)[^)]*\)", "", word)
    bare = re.sub(r"\(\?=\[(.)[^)]*\)|\(\?=([^|)]*)[^)]*\)", lambda found: found[1] or found[2], bare)
    return re.sub(r"\[(.)[^]]*\][+]?", r"\1", bare).replace("?", "")


@pytest.mark.parametrize("word", [word for words in rules_words.FORBIDDEN.values() for word in words])
def test_every_forbidden_word_is_found(word: str) -> None:
    """In every type of text, wherever it stands."""
    for type in ("notification", "marketing"):
        assert "forbidden-content" in codes(f"您好，{plain(word)}。", type)


@pytest.mark.parametrize("word", [*rules_words.MARKETING_WORDS, "8折", "9.5折", "99元起"])
def test_every_marketing_word_is_found_where_it_does_not_belong(word: str) -> None:
    """In notifications and verification texts, and not in marketing."""
    word = "低至3折" if word.startswith("低至") else plain(word)
    assert "marketing-words" in codes(f"您好，{word}。")
    assert "marketing-words" in codes(f"验证码{{{{code}}}}，{word}。", "verification")
    assert "marketing-words" not in codes(f"您好，{word}。", "marketing")


@pytest.mark.parametrize(
    "content",
    [
        "回T退订",
        "回复TD退订",
        "退订回N",
        "拒收请回复R",
        "回复“T”即可退订",
        "发送 0000 退订",
        "Reply T to unsubscribe",
    ],
)
def test_an_opt_out_text_is_found_in_every_type(content: str) -> None:
    """Whoever wrote it, it is not the platform's."""
    for type in ("verification", "notification", "marketing"):
        assert "handwritten-opt-out" in codes(f"您好{{{{code}}}}，{content}", type)


@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_a_character_is_shown_where_it_stands(tmp_path: Path, quote: str) -> None:
    """Line and column are those of the file, with quotes and without."""
    line = f"    content: {quote}您的\u200b订单。{quote}"
    result = load_text(tmp_path, f"version: 1\ntemplates:\n  a:\n    type: notification\n{line}\n")
    (problem,) = result.problems
    assert (problem.position.line, problem.position.column) == (5, line.index("\u200b") + 1)
    assert "U+200B (ZERO WIDTH SPACE), character 3 of the text" in problem.message


def test_the_signature_counts_for_the_length(tmp_path: Path) -> None:
    """A known signature with its brackets, else ten characters."""
    for length, signature, found in [(346, "极光", 0), (347, "极光", 1), (340, None, 0), (341, None, 1)]:
        text = f"version: 1\ntemplates:\n  a: {{type: notification, content: {'好' * length}}}\n"
        assert len(load_text(tmp_path, text, signature).problems) == found


def load_text(folder: Path, text: str, signature: str | None = None) -> Loaded:
    """The text loaded as a file."""
    (folder / "x.yaml").write_text(text, encoding="utf-8")
    return load(["x.yaml"], folder=folder, settings=Settings(signature=signature))
