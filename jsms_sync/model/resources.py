"""What the user wants: templates and campaigns, valid and resolved, with the place where each was written."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import NewType

from jsms_sync.model.privacy import Mobile, Params

Address = NewType("Address", str)
"""`template.NAME` or `campaign.NAME`."""


def template_address(name: str) -> Address:
    """The address of the template of that name."""
    return Address(f"template.{name}")


def campaign_address(name: str) -> Address:
    """The address of the campaign of that name."""
    return Address(f"campaign.{name}")


def kind_of(address: Address) -> str:
    """`template` or `campaign`."""
    return address.partition(".")[0]


def name_of(address: Address) -> str:
    """The part of the address after its kind."""
    return address.partition(".")[2]


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file as the user named it; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Severity(StrEnum):
    """How much a problem weighs: an error stops, a warning is told."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about definitions."""

    code: str
    severity: Severity
    message: str
    position: Position
    help: str = ""
    address: Address | None = None


class TemplateType(IntEnum):
    """The three types of a template, with their numbers on the wire (`jsms-api.md §6.1`)."""

    VERIFICATION = 1
    NOTIFICATION = 2
    MARKETING = 3

    @property
    def word(self) -> str:
        """The type as definitions write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Template:
    """A template as defined; `ttl` in seconds, only for verification."""

    name: str
    type: TemplateType
    content: str
    source: Position
    ttl: int | None = None
    remark: str | None = None
    protect: bool | None = None
    moved_from: str | None = None
    retire_after: timedelta | None = None

    @property
    def address(self) -> Address:
        """Where the template stands among the resources."""
        return template_address(self.name)


class Form(StrEnum):
    """The two forms of a schedule at JSMS, with endpoints of their own (`jsms-api.md §4`)."""

    SINGLE = "single"
    BATCH = "batch"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One number and its parameters, the campaign's defaults already filled in."""

    mobile: Mobile
    params: Params


class FileFormat(StrEnum):
    """How a recipients file is written."""

    CSV = "csv"
    TSV = "tsv"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class RecipientsFile:
    """A recipients file as it was checked: how it is read again, and who of it counts.

    `name` is what positions call it, `path` where it is. `mobile` is the header of the numbers, `columns`
    that of each parameter, and `defaults` what an empty cell means. `left_out` are the rows that do not
    count, in rising order. `sha256` is of the bytes that were checked, empty where the file was not read;
    `data` are these bytes themselves where they are not saved yet.
    """

    name: str
    path: str
    format: FileFormat = FileFormat.CSV
    encoding: str = "utf-8"
    mobile: str = "mobile"
    columns: Mapping[str, str] = field(default_factory=dict)
    defaults: Params = field(default_factory=Params)
    names: frozenset[str] = frozenset()
    left_out: "array[int]" = field(default_factory=lambda: array("I"), repr=False)
    count: int = 0
    sha256: bytes = field(default=b"", repr=False)
    data: bytes | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return self.count

    @property
    def is_read(self) -> bool:
        """Whether the file was there to be checked."""
        return bool(self.sha256)


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as defined: exactly one of `template` (a name) and `temp_id`; `send_time` knows its zone.

    `suppressed` counts who is left out because a suppression list names their number.
    """

    name: str
    send_time: datetime
    form: Form
    recipients: tuple[Recipient, ...] | RecipientsFile = field(repr=False)
    source: Position
    template: str | None = None
    temp_id: int | None = None
    sign_id: int | None = None
    tag: str | None = None
    moved_from: str | None = None
    suppressed: int = 0

    @property
    def address(self) -> Address:
        """Where the campaign stands among the resources."""
        return campaign_address(self.name)


Resource = Template | Campaign


@dataclass(frozen=True, slots=True)
class Definitions:
    """Everything that was loaded: resources by address, their files, and a digest of all the bytes.

    `hashes` are those of every file that was read, recipients files among them, by name.
    """

    templates: Mapping[Address, Template] = field(default_factory=dict)
    campaigns: Mapping[Address, Campaign] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    digest: str = ""
    hashes: Mapping[str, str] = field(default_factory=dict)

    def get(self, address: Address) -> Resource | None:
        """The resource at that address, if it is defined."""
        return self.templates.get(address) or self.campaigns.get(address)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is defined."""
        return not self.templates and not self.campaigns
