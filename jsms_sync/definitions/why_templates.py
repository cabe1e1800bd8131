"""The reasons for problems of templates: what an audit refuses, and what is refused before it."""

from jsms_sync.definitions.why import OWN, Frame, Reasons, Why

_TEMPLATES = "JSMS documents: templates, 2018-11-22"
_RULES = "JSMS documents: audit rules, 2018-09-10"
_OTHERS = "not documented for JSMS; rules of other platforms before the same carriers"
_CODE = "type: verification\nttl: 120\n"

TEMPLATES: Reasons = {
    "content-empty": Why(
        "JSMS refuses a template without a text.", 'content: " "', "content: 您好。", f"{_TEMPLATES} (50042)"
    ),
    "content-too-long": Why(
        "JSMS refuses longer texts: 350 characters by the documents of 2018, 500 by those of 2021.",
        "content: " + "您好" * 176,
        "content: 您好。",
        f"{_TEMPLATES}, and of 2021-12-15 (50043)",
    ),
    "message-too-long": Why(
        "The limit holds for the whole message, and the signature and the opt-out text are part of it.",
        "content: " + "您好" * 175,
        "content: 您好。",
        f"{_TEMPLATES} (50043)",
    ),
    "content-brackets": Why(
        "The brackets belong to the signature, which JSMS adds itself; a text that has them is refused.",
        "content: 【青禾】您的订单已发出。",
        "content: 您的订单已发出。",
        f"{_TEMPLATES} (50052)",
    ),
    "malformed-variable": Why(
        "What stands in two braces and is no variable is refused, or sent as it stands.",
        "content: 您的订单{{ order }}已发出。",
        "content: 您的订单{{order}}已发出。",
        f"{_TEMPLATES} (50044)",
    ),
    "variable-underscore": Why(
        "The documents allow letters and digits; underscores have passed the audit all the same.",
        "content: 您的订单{{order_no}}已发出。",
        "content: 您的订单{{orderNo}}已发出。",
        f"{_TEMPLATES} (50044)",
    ),
    "other-variable-syntax": Why(
        "Other platforms write variables like this; to JSMS it is text, and people would receive it.",
        "content: 您的订单${order}已发出。",
        "content: 您的订单{{order}}已发出。",
        _TEMPLATES,
    ),
    "variables-only": Why(
        "An auditor cannot tell what such a text will say, and refuses what could say anything.",
        'content: "{{name}}：{{text}}"',
        "content: 您好{{name}}，您的订单{{order}}已发出。",
        f"{_OTHERS} (Huawei Cloud, 2024-11-08; Volcengine, 2024-03-19)",
    ),
    "variables-adjacent": Why(
        "Variables with nothing between them are one long variable that could say anything.",
        "content: 您的订单{{order}}{{carrier}}已发出。",
        "content: 您的订单{{order}}已由{{carrier}}发出。",
        f"{_OTHERS} (Huawei Cloud, 2024-11-08; Volcengine, 2024-03-19)",
    ),
    "many-variables": Why(
        "A text with more than ten variables says little by itself.",
        "content: " + "，".join(f"第{number}项{{{{v{number}}}}}" for number in range(1, 12)),
        "content: 您的订单共{{count}}项，详情请登录小程序查看。",
        f"{_OTHERS} (Volcengine allows 10, 2024-03-19; Huawei Cloud 20, 2024-11-08)",
    ),
    "verification-variables": Why(
        "JSMS makes the code up itself and puts it where {{code}} stands; it knows no other value.",
        _CODE + "content: 您的验证码是{{code}}，{{minutes}}分钟内有效。",
        _CODE + "content: 您的验证码是{{code}}，2分钟内有效。",
        f"{_TEMPLATES} (50044)",
    ),
    "ttl-unused": Why(
        "Only a verification code expires; elsewhere the value has no effect.",
        "ttl: 120",
        "remark: 订单发货后发送",
        _TEMPLATES,
    ),
    "remark-too-long": Why(
        "JSMS refuses longer remarks by every edition of its documents.",
        "remark: " + "注" * 501,
        "remark: 订单发货后发送",
        f"{_TEMPLATES} (50045)",
    ),
    "remark-over-100": Why(
        "The documents since 2018-11 allow 100 characters; the text of code 50045 still says 500.",
        "remark: " + "注" * 101,
        "remark: 订单发货后发送",
        f"{_TEMPLATES} (50045)",
    ),
    "url-without-link": Why(
        "The auditor has to see where a link leads, so the remark declares what {{url}} will hold.",
        'content: "{{url}} 请评价"',
        'content: "{{url}} 请评价"\nremark: https://example.com/survey 为评价页面',
        f"{_TEMPLATES} (50053)",
    ),
    "link-not-first": Why(
        "The link is looked for at the beginning of the remark.",
        'content: "{{url}} 请评价"\nremark: 评价页面是 https://example.com/survey',
        'content: "{{url}} 请评价"\nremark: https://example.com/survey 是评价页面',
        "seen in a public client of JSMS, 2026-07-29",
    ),
    "link-variable-name": Why(
        "A variable that brings a link has to be called url, or the audit refuses the text.",
        "content: 请打开{{link}}评价。",
        "content: 请打开{{url}}评价。\nremark: https://example.com/survey 为评价页面",
        f"{_TEMPLATES} (50053)",
    ),
    "handwritten-opt-out": Why(
        "The platform appends the way to opt out itself, in its own words, and to marketing texts only.",
        "type: marketing\ncontent: 春季上新，会员尊享，回T退订",
        "type: marketing\ncontent: 春季上新，会员尊享。",
        "JSMS documents: console guide, 2019-05-22; settings, 2025-06-18",
    ),
    "marketing-words": Why(
        "Verification and notification texts must not carry marketing; the audit refuses them.",
        "content: 您的订单已发出，下一单享8折优惠！",
        "content: 您的订单已发出。",
        f"{_RULES}; the list of words is this tool's",
    ),
    "forbidden-content": Why(
        "Texts about these are refused whatever their type, and sending them freezes the account.",
        "content: 当天放款，无抵押贷款。",
        "content: 您的订单已发出。",
        f"{_RULES}; the words that give a category away are this tool's",
    ),
    "invisible-character": Why(
        "A character that nobody sees makes a word another word: for the audit, for filters, for"
        " comparisons.",
        "content: 您的订单\u200b已发出。",
        "content: 您的订单已发出。",
        f"{_TEMPLATES} and sending, 2018-11-14: no special symbols (50052, 50054)",
    ),
    "lookalike-character": Why(
        "A letter of another script in a link leads elsewhere, in a variable's name it breaks the variable,"
        " and in a word it looks like a way around the filters.",
        "content: 请打开 ex\u0430mple.com 查看。",
        "content: 请打开 example.com 查看。",
        f"{_TEMPLATES}: special symbols (50052); {_OTHERS} (Volcengine, 2024-03-19)",
    ),
    "special-symbol": Why(
        "JSMS refuses special symbols and names only 【】; pictures and ornaments arrive as something else.",
        "content: ★您的订单已发出",
        "content: 您的订单已发出",
        f"{_TEMPLATES} (50052, 50054); {_OTHERS} (Huawei Cloud, 2024-11-08)",
    ),
    "same-text": Why(
        "Each template is audited by a person; one text needs that only once.",
        "version: 1\ntemplates:\n  a: {type: notification, content: 您的订单已发出。}\n"
        "  b: {type: notification, content: 您的订单已发出。}\n",
        "version: 1\ntemplates:\n  a: {type: notification, content: 您的订单已发出。}\n"
        "  b: {type: notification, content: 您的订单已签收。}\n",
        OWN,
        Frame.FILE,
    ),
    "moved-from-defined": Why(
        "A rename leaves nothing under the old name; an entry that is still there is not renamed.",
        "version: 1\ntemplates:\n  new: {type: notification, content: 您好。, moved_from: old}\n"
        "  old: {type: notification, content: 再见。}\n",
        "version: 1\ntemplates:\n  new: {type: notification, content: 您好。, moved_from: old}\n",
        OWN,
        Frame.FILE,
    ),
    "moved-from-twice": Why(
        "What is recorded under one name can move to one new name only.",
        "version: 1\ntemplates:\n  a: {type: notification, content: 您好。, moved_from: old}\n"
        "  b: {type: notification, content: 再见。, moved_from: old}\n",
        "version: 1\ntemplates:\n  a: {type: notification, content: 您好。, moved_from: old}\n"
        "  b: {type: notification, content: 再见。}\n",
        OWN,
        Frame.FILE,
    ),
}
