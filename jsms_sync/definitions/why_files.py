"""The reasons for problems of files and of their YAML."""

from jsms_sync.definitions.why import OWN, Frame, Reasons, Why

FILES: Reasons = {
    "unreadable-file": Why(
        "A file that is not read may define what would otherwise be deleted.",
        "-f template.yaml, where the file is called templates.yaml",
        "-f templates.yaml",
        OWN,
        Frame.WORDS,
    ),
    "no-definitions": Why(
        "A folder without a YAML file is more likely a wrong path than the wish to define nothing.",
        "-f recipients, a folder of CSV files",
        "-f definitions, a folder with *.yaml or *.yml files",
        OWN,
        Frame.WORDS,
    ),
    "settings-file": Why(
        "jsms-sync.yaml holds settings; read as definitions it would define nothing.",
        "-f jsms-sync.yaml",
        "-f templates.yaml",
        OWN,
        Frame.WORDS,
    ),
    "not-utf-8": Why(
        "In another encoding the bytes of a text would be other characters, and would be sent as such.",
        "a file saved as GBK or UTF-16",
        "the same file saved as UTF-8",
        "YAML 1.2.2 §5.2; this tool reads UTF-8 only",
        Frame.WORDS,
    ),
    "invalid-character": Why(
        "Control characters are no text, and YAML readers disagree about invisible line breaks.",
        "an invisible U+2028 inside a text",
        'content: "您好\\u2028再见"',
        "YAML 1.2.2 §5.1, §5.4",
        Frame.WORDS,
    ),
    "empty-file": Why(
        "An empty file could be one that was cut off; taken at its word it would delete everything.",
        "# nothing yet\n",
        "version: 1\ntemplates: {}\n",
        OWN,
        Frame.FILE,
    ),
}

YAML: Reasons = {
    "syntax": Why(
        "What is not YAML cannot be understood; the message shows the line.",
        "version: 1\ntemplates: {\n",
        "version: 1\ntemplates: {}\n",
        "YAML 1.2.2",
        Frame.FILE,
    ),
    "too-deep": Why(
        "Nobody writes a hundred levels; a file that has them would exhaust the memory.",
        "version: 1\ntemplates: " + "[" * 120 + "]" * 120 + "\n",
        "version: 1\ntemplates: {}\n",
        OWN,
        Frame.FILE,
    ),
    "too-many-repeats": Why(
        "A few aliases of aliases stand for millions of values, more than fit into the memory.",
        "anchors that hold aliases, level upon level",
        "the values written out",
        OWN,
        Frame.WORDS,
    ),
    "unknown-anchor": Why(
        "An alias repeats what an anchor has named before it.",
        "version: 1\ntemplates:\n  a: {type: notification, content: *hello}\n",
        "version: 1\ntemplates:\n  a: {type: notification, content: &hello 您好。}\n"
        "  b: {type: marketing, content: *hello}\n",
        "YAML 1.2.2 §7.1",
        Frame.FILE,
    ),
    "merge-key": Why(
        "The key `<<` merges in YAML 1.1 and is a plain key in YAML 1.2: readers disagree.",
        "version: 1\ntemplates:\n  a:\n    <<: {type: notification}\n    content: 您好。\n",
        "version: 1\ntemplates:\n  a:\n    type: notification\n    content: 您好。\n",
        "YAML 1.2.2 §10",
        Frame.FILE,
    ),
    "tag": Why(
        "A tag turns text into something else before the tool sees it.",
        "content: !!str 您好。",
        "content: 您好。",
        OWN,
    ),
    "several-documents": Why(
        "Of several documents in one file most readers see only the first.",
        "version: 1\ntemplates: {}\n---\nversion: 1\n",
        "version: 1\ntemplates: {}\n",
        OWN,
        Frame.FILE,
    ),
    "yaml-version": Why(
        "In YAML 1.1 `yes` is true and `010` is 8; files here are read as YAML 1.2.",
        "%YAML 1.1\n---\nversion: 1\n",
        "version: 1\n",
        "YAML 1.2.2 §6.8.1",
        Frame.FILE,
    ),
    "key-not-text": Why(
        "A key is a name; `{{code}}` without quotes is a mapping to YAML, not text.",
        "content: {{code}} 是您的验证码",
        'content: "{{order}} 是您的订单"',
        "YAML 1.2.2 §7.4.2",
    ),
    "duplicate-key": Why(
        "Of two equal keys most readers silently take the last.",
        "content: 您好。\ncontent: 再见。",
        "content: 您好。",
        "YAML 1.2.2 §3.2.1.3",
    ),
    "duplicate-name": Why(
        "Two entries of one name in several files: nobody could say which of them is meant.",
        "templates.yaml and more.yaml both define login-code",
        "more.yaml defines register-code",
        OWN,
        Frame.WORDS,
    ),
    "ambiguous-number": Why(
        "YAML readers disagree about digits with a leading 0 or +: 010 is 10 or 8, a number loses its zero.",
        "remark: 0101",
        'remark: "0101"',
        "YAML 1.2.2 §10.3.2",
    ),
}
