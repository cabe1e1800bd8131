"""Definitions of any size, as teams write them: each template with its own text and remark."""

from collections.abc import Iterator
from pathlib import Path

HEAD = "version: 1\ntemplates:\n"
ENTRY = """  order-shipped-{0}:
    # Sent by the warehouse when the parcel leaves; ask the shop team before changing it.
    type: notification
    content: 您的第{0}号订单{{{{order}}}}已由{{{{carrier}}}}发出，运单号{{{{tracking}}}}，{{{{date}}}}送达。
    remark: 用户下单后，仓库发出第{0}类商品时发送，每个订单发送一次
"""


def definitions(number: int, first: int = 0) -> str:
    """So many templates, numbered from the first."""
    return HEAD + "".join(ENTRY.format(i) for i in range(first, first + number))


def write(folder: Path, number: int, files: int = 1) -> Path:
    """A folder with so many templates in so many files."""
    place = folder / f"definitions-{number}-{files}"
    place.mkdir()
    each = number // files
    for n in range(files):
        (place / f"{n:05}.yaml").write_text(definitions(each, n * each), encoding="utf-8")
    return place


def read(place: Path) -> Iterator[str]:
    """The text of each file."""
    for path in sorted(place.glob("*.yaml")):
        yield path.read_text(encoding="utf-8")
