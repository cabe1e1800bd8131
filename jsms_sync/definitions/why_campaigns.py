"""The reasons for problems of campaigns and of their recipients files."""

from jsms_sync.definitions.why import OWN, Frame, Reasons, Why

_SCHEDULES = "JSMS documents: schedules, 2018-11-14"
_PAIR = 'recipients:\n  - {mobile: "15412345678", params: {order: "1001"}}\n'

CAMPAIGNS: Reasons = {
    "unknown-template": Why(
        "A campaign sends the text of a template, and there is none of that name.",
        "template: order-shiped",
        "template: order-shipped",
        OWN,
        Frame.CAMPAIGN,
    ),
    "invalid-timezone": Why(
        "Without the time zone a send time could be hours off.",
        "version: 1\ntimezone: Beijing\n",
        "version: 1\ntimezone: Asia/Shanghai\n",
        "IANA time zone database",
        Frame.FILE,
    ),
    "invalid-send-time": Why(
        "A time that can be read in two ways could send at the wrong one.",
        "send_time: 2035-03-01 10:00",
        "send_time: 2035-03-01 10:00:00",
        f"{_SCHEDULES} (50027)",
        Frame.CAMPAIGN,
    ),
    "send-time-skipped": Why(
        "On the day clocks go forward an hour is left out: this time never comes.",
        "version: 1\ntimezone: Europe/Berlin\ncampaigns:\n"
        '  a: {temp_id: 1, send_time: 2035-03-25 02:30:00, mobile: "15412345678"}\n',
        "version: 1\ntimezone: Europe/Berlin\ncampaigns:\n"
        '  a: {temp_id: 1, send_time: "2035-03-25T02:30:00+01:00", mobile: "15412345678"}\n',
        "IANA time zone database",
        Frame.FILE,
    ),
    "send-time-ambiguous": Why(
        "On the day clocks go back an hour is there twice: this time comes twice.",
        "version: 1\ntimezone: Europe/Berlin\ncampaigns:\n"
        '  a: {temp_id: 1, send_time: 2035-10-28 02:30:00, mobile: "15412345678"}\n',
        "version: 1\ntimezone: Europe/Berlin\ncampaigns:\n"
        '  a: {temp_id: 1, send_time: "2035-10-28T02:30:00+01:00", mobile: "15412345678"}\n',
        "IANA time zone database",
        Frame.FILE,
    ),
    "tag-too-long": Why(
        "JSMS takes tags of up to 10 characters.",
        _PAIR + "tag: 春季新品上市会员专享活动",
        _PAIR + "tag: 春季",
        _SCHEDULES,
        Frame.CAMPAIGN,
    ),
    "tag-single": Why(
        "The JSMS call for a single recipient takes no tag, so it would be lost.",
        'mobile: "15412345678"\ntag: 春季',
        _PAIR + "tag: 春季",
        _SCHEDULES,
        Frame.CAMPAIGN,
    ),
    "invalid-mobile": Why(
        "JSMS texts mainland numbers, and refuses others one by one, after the schedule was made.",
        'mobile: "+86 154 1234 5678"',
        'mobile: "15412345678"',
        f"{_SCHEDULES} (50006)",
        Frame.CAMPAIGN,
    ),
    "recipient-twice": Why(
        "The same person would get two messages, or the wrong one of two.",
        _PAIR + '  - {mobile: "15412345678", params: {order: "1002"}}',
        _PAIR + '  - {mobile: "15412345679", params: {order: "1002"}}',
        OWN,
        Frame.CAMPAIGN,
    ),
    "missing-param": Why(
        "A variable without a value is refused; JSMS sends no half-filled texts.",
        'recipients: [{mobile: "15412345678"}]',
        'recipients: [{mobile: "15412345678", params: {order: "1001"}}]',
        f"{_SCHEDULES} (50022, 50023)",
        Frame.CAMPAIGN,
    ),
    "empty-param": Why(
        "A message with a hole in it is worse than none.",
        'params: {order: ""}',
        'params: {order: "1001"}',
        f"{_SCHEDULES} (50022)",
        Frame.CAMPAIGN,
    ),
    "unused-param": Why(
        "A value that the text does not use is not sent: either it or the text is mistaken.",
        'params: {order: "1001", carrier: 顺丰}',
        'params: {order: "1001"}',
        OWN,
        Frame.CAMPAIGN,
    ),
    "value-brackets": Why(
        "The brackets belong to the signature; JSMS refuses a finished text that has them elsewhere.",
        "params: {order: 【1001】}",
        "params: {order: （1001）}",
        "JSMS documents: sending, 2018-11-14 (50054)",
        Frame.CAMPAIGN,
    ),
}

SHEETS: Reasons = {
    "recipient-repeated": Why(
        "The same row twice would text somebody twice; the first is used.",
        "mobile,order\n15412345678,1001\n15412345678,1001\n",
        "mobile,order\n15412345678,1001\n",
        OWN,
        Frame.SHEET,
    ),
    "csv-syntax": Why(
        "Behind a quote that is never closed the rest of the file is one cell.",
        'mobile,order\n15412345678,"1001\n',
        'mobile,order\n15412345678,"1001"\n',
        "RFC 4180 §2",
        Frame.SHEET,
    ),
    "csv-header": Why(
        "Only the header tells which column holds the numbers.",
        "number,order\n15412345678,1001\n",
        "mobile,order\n15412345678,1001\n",
        OWN,
        Frame.SHEET,
    ),
    "row-length": Why(
        "In a row with a cell too few or too many the values may stand under the wrong names.",
        "mobile,order\n15412345678,1001,1002\n",
        'mobile,order\n15412345678,"1001,1002"\n',
        "RFC 4180 §2",
        Frame.SHEET,
    ),
    "unused-column": Why(
        "A column that the text does not use is not sent: either it or the text is mistaken.",
        "mobile,order,carrier\n15412345678,1001,顺丰\n",
        "mobile,order\n15412345678,1001\n",
        OWN,
        Frame.SHEET,
    ),
    "wrong-encoding": Why(
        "Bytes that are read in another encoding become other characters, and are sent so.",
        "a file that was saved as GBK, as spreadsheets do",
        "the same file with `encoding: gbk` beside `recipients_file`, or saved as UTF-8",
        OWN,
        Frame.WORDS,
    ),
    "unknown-encoding": Why(
        "Only encodings in which Chinese text is kept are read, each by the name that everybody knows.",
        "recipients_file: to.csv\nencoding: chinese",
        "recipients_file: to.csv\nencoding: utf-8",
        OWN,
        Frame.WORDS,
    ),
    "column-twice": Why(
        "A parameter has one value, and nobody knows which of the two columns holds it.",
        "recipients_file: to.csv\ncolumns: {no: order, number: order}",
        "recipients_file: to.csv\ncolumns: {order: order}",
        OWN,
        Frame.WORDS,
    ),
    "no-recipients-file": Why(
        "`encoding` and `columns` say how a file is read; beside numbers in the YAML they have no effect.",
        'mobile: "15412345678"\nencoding: gbk',
        'mobile: "15412345678"',
        OWN,
        Frame.CAMPAIGN,
    ),
    "jsonl-syntax": Why(
        "Each line is one recipient, so that a line that is none is told by its number.",
        'the line ["15412345678", "1001"] in a `.jsonl` file',
        'the line {"mobile": "15412345678", "order": "1001"}',
        "jsonlines.org",
        Frame.WORDS,
    ),
    "more-problems": Why(
        "A recipients file shows its first 20 problems; a wrong column has one in every row.",
        "a file of 1,000 rows, each with a number that is none",
        "the same file with the numbers in the column `mobile`",
        OWN,
        Frame.WORDS,
    ),
}
