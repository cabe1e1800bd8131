"""The rules for words that an audit refuses: opt-out texts, marketing, forbidden categories.

Each mark is written so that it does not hide in ordinary words, as 会所 hides in 社会所有.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from jsms_sync.definitions.wording import quoted
from jsms_sync.definitions.written import MARKETING, Written
from jsms_sync.model.resources import Problem

_KEY = r"[“”\"'「]?[A-Za-z0-9]{1,4}[“”\"'」]?"
_LEAVE = "(?:退订|拒收|取消订阅|屏蔽)"
_OPT_OUT_WORDS = (
    rf"回复?\s*{_KEY}\s*(?:即可|可|以)?{_LEAVE}",
    rf"发送?\s*{_KEY}\s*(?:即可|可|以)?{_LEAVE}",
    *(rf"{word}(?:请|可)?(?:回复?|发送?)\s*{_KEY}" for word in ("退订", "拒收", "取消订阅", "屏蔽")),
    "[Uu]nsubscribe",
    "[Oo]pt[ -]out",
)
_BARE_OPT_OUT = ("退订", "拒收")
"""In other texts than marketing a room is 退订 and a parcel 拒收."""

MARKETING_WORDS = tuple(
    word
    for line in (
        "促销 大促 优惠 特惠 钜惠 巨惠 折扣 打折 折上折 (?<!独)特价(?!值) 会员价 专享价",
        "低至(?=[0-9.]+[折元]) 满减 立减 限时(?=[抢特折优秒购福免]) 抢购 秒杀 清仓 甩卖 热卖 爆款",
        "包邮 红包(?!装) 礼包 代金券 抵用券 买一送一 免费[领送]",
        "会员福利 专享福利 抽奖 中奖 新品上市 欢迎选购",
    )
    for word in line.split()
)
"""Offers in the words of shops; the documents name no list (`jsms-api.md §11`)."""
_OFFERS = (r"(?<![0-9.])[1-9](?:\.[0-9])?折(?![叠合算线])", "[0-9]+元起")
_OFFERS_BACKWARDS = ("折(?<=[0-9]折)", "元起")
"""The same marks without a digit in front, since digits are everywhere."""

FORBIDDEN: Mapping[str, Sequence[str]] = {
    category: words.split()
    for category, words in {
        "finance and investment": "理财 炒股 荐股 股票 期货(?=交易|开户|投资) 配资 贵金属 私募 炒币 虚拟货币",
        "loans": "贷款 网贷 借款 (?<!发)放款(?!项) [免无]抵押 秒批",
        "debt collection": "催收 催款 追讨 逾期未还",
        "raising card limits": "提额(?!外) 信用卡套现 代还信用卡",
        "real estate": "楼盘 房产 地产 售楼 购房 买房",
        "education": "培训班 补习班 辅导班 学历提升 [助代]考 招生",
        "recruitment": "招聘 诚聘 高薪 猎头 面试",
        "religion and superstition": "算命 占卜 看风水 开光 法会",
        "pornography": "色情 裸聊 约炮 援交",
        "gambling and lotteries": "博彩 赌博 赌球 赌场 彩票 六合彩 下注 棋牌",
        "prizes": "中奖 抽奖 元夺宝 元秒杀 元购",
        "drugs": "毒品 大麻 冰毒 迷药",
        "politics and protest": "维权 (?<![线网以])上访(?![问客]) 示威 党政",
        "crowdfunding and donations": "众筹 募捐 筹款 善款",
        "migration": "移民",
        "medical marketing and cosmetic surgery": "(?<!调)整形(?![式状态]) 整容 丰胸 壮阳 祛斑 减肥药",
        "counterfeit goods": "A货 高仿 山寨机",
        "fur": "皮草 貂皮",
        "tobacco and alcohol": "香烟 卷烟 烟酒 白酒 茅台",
        "dating": "(?<!提)交友 征婚 婚恋 (?<!互)相亲(?!相)",
        "violence and threats": "恐吓 枪支 弹药 管制刀具",
        "cash-back": "返利 返现",
        "bars and foot massage": "酒吧 足浴 夜总会 养生会所 私人会所",
        "agents for invoices and licences": "代开发票 代开票 代办证 代理注册 代办执照",
        "joining chat groups": "(?<!参)加群 进群(?!众) 加我?微信 加我?QQ QQ群 微信群",
        "part-time tasks": "兼职 刷单 做任务",
        "trade in personal data": "[贩买]卖个人信息 出售个人信息",
        "carriers and SMS channels": "携号转网 短信通道 短信群发 流量包",
    }.items()
}
"""What no text may be about, with words that give it away (`jsms-api.md §11`, the rules of 2018-09-10)."""


def _any(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(words))


def _first(word: str) -> str:
    """The characters that the word can begin with, as they stand in a character class."""
    found = re.match(r"(?:\(\?<[^)]*\))?(?:\[([^]]*)\]|(.))", word)
    assert found
    return found[1] or found[2]


_CATEGORIES = tuple((category, _any(words)) for category, words in FORBIDDEN.items())
_OPT_OUT = _any(_OPT_OUT_WORDS)
_OPT_OUT_OF_MARKETING = _any((*_OPT_OUT_WORDS, *_BARE_OPT_OUT))
_MARKETING = _any((*MARKETING_WORDS, *_OFFERS))
_FORBIDDEN = _any(word for words in FORBIDDEN.values() for word in words)
_ALL = (
    *_OPT_OUT_WORDS,
    *_BARE_OPT_OUT,
    *MARKETING_WORDS,
    *_OFFERS_BACKWARDS,
    *(word for words in FORBIDDEN.values() for word in words),
)
# A character class in front lets the search skip to where a word can begin, which is ten times faster.
_MARKED = re.compile(rf"[{''.join(sorted(set(''.join(map(_first, _ALL)))))}](?<=(?={'|'.join(_ALL)})[\s\S])")


def has_marked_words(text: Written) -> bool:
    """Whether any rule about words could have something to say: one search instead of many."""
    return _MARKED.search(text.fixed) is not None


def opt_out(text: Written) -> Iterator[Problem]:
    """The platform appends the opt-out text itself, to marketing messages only (`jsms-api.md §9` row 23)."""
    pattern = _OPT_OUT_OF_MARKETING if text.type == MARKETING else _OPT_OUT
    if found := pattern.search(text.content):
        message = f"`content` of {text.entry.address} says `{found[0]}` itself"
        yield text.problem("handwritten-opt-out", message, text.at(found.start()))


def marketing_words(text: Written) -> Iterator[Problem]:
    """Only marketing templates may carry marketing (`jsms-api.md §11`)."""
    if text.type in (None, MARKETING):
        return
    if found := _words(_MARKETING, text.content):
        message = (
            f"`content` of {text.entry.address} sounds like marketing in a {text.type} text: {quoted(found)}"
        )
        yield text.problem("marketing-words", message)


def forbidden_content(text: Written) -> Iterator[Problem]:
    """Texts about these are refused, and may freeze the account (`jsms-api.md §11`)."""
    if not _FORBIDDEN.search(text.content):
        return
    for category, words in _CATEGORIES:
        if found := _words(words, text.content):
            message = f"`content` of {text.entry.address} seems to be about {category}: {quoted(found)}"
            yield text.problem("forbidden-content", message)


def _words(pattern: re.Pattern[str], content: str) -> list[str]:
    return list(dict.fromkeys(found[0] for found in pattern.finditer(content)))
