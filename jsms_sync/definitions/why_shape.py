"""The reasons for problems of keys and of single values."""

from jsms_sync.definitions.why import OWN, Frame, Reasons, Why

SHAPE: Reasons = {
    "unknown-key": Why(
        "A mistyped key would be ignored, and its value with it.",
        "remarks: 用户登录时发送",
        "remark: 用户登录时发送",
        OWN,
    ),
    "missing-key": Why(
        "Without it there is nothing that could be submitted.",
        "type: verification\ncontent: 您的验证码是{{code}}。",
        "type: verification\ncontent: 您的验证码是{{code}}。\nttl: 120",
        "JSMS documents: templates and schedules, 2018-11",
    ),
    "wrong-type": Why(
        "A text cannot stand where a number is wanted, nor a list where a text is.",
        "protect: sometimes",
        "protect: true",
        OWN,
    ),
    "one-of": Why(
        "Two of these contradict each other, and without any of them something is missing.",
        "temp_id: 1\ntemplate: order-shipped",
        "template: order-shipped",
        OWN,
        Frame.CAMPAIGN,
    ),
    "does-not-fit": Why(
        "The schema refuses it, for a reason that has no words of its own.",
        "none is known",
        "what `jsms-sync schema` prints describes every key",
        OWN,
        Frame.WORDS,
    ),
    "invalid-version": Why(
        "The version says how the file is to be read; a later one may mean something else by the same words.",
        "version: 2\n",
        "version: 1\n",
        OWN,
        Frame.FILE,
    ),
    "invalid-name": Why(
        "Names stand in addresses, on command lines and in environment variables.",
        "version: 1\ntemplates:\n  Login Code: {type: notification, content: 您好。}\n",
        "version: 1\ntemplates:\n  login-code: {type: notification, content: 您好。}\n",
        OWN,
        Frame.FILE,
    ),
    "invalid-type": Why(
        "JSMS knows three types, and each is audited by rules of its own.",
        "type: notice",
        "type: notification",
        "JSMS documents: templates, 2018-11-22 (50025)",
    ),
    "invalid-ttl": Why(
        "A code is valid for one second to one day.",
        "type: verification\ncontent: 您的验证码是{{code}}。\nttl: 100000",
        "type: verification\ncontent: 您的验证码是{{code}}。\nttl: 300",
        "JSMS documents: templates, 2018-11-22 (50041)",
    ),
    "invalid-id": Why(
        "Ids at JSMS are whole numbers.",
        "temp_id: 0",
        "temp_id: 1",
        "JSMS documents: templates and signatures, 2018-11",
        Frame.CAMPAIGN,
    ),
    "invalid-duration": Why(
        "A number without a unit could be seconds or days.",
        "retire_after: 7 days",
        "retire_after: 7d",
        OWN,
    ),
    "invalid-variable-name": Why(
        "A parameter belongs to a variable, and variables have such names only.",
        'params: {order: "1001", 订单: "1001"}',
        'params: {order: "1001"}',
        "JSMS documents: templates, 2018-11-22 (50044)",
        Frame.CAMPAIGN,
    ),
    "empty-text": Why(
        "An empty value says nothing that leaving the key out does not say.",
        'tag: ""\nrecipients: [{mobile: "15412345678", params: {order: "1001"}}]',
        'tag: 春季\nrecipients: [{mobile: "15412345678", params: {order: "1001"}}]',
        OWN,
        Frame.CAMPAIGN,
    ),
    "no-recipients": Why(
        "A campaign to nobody is refused by JSMS, and is more likely a lost list.",
        "recipients: []",
        'recipients: [{mobile: "15412345678", params: {order: "1001"}}]',
        "JSMS documents: schedules, 2018-11-14 (50030)",
        Frame.CAMPAIGN,
    ),
}
