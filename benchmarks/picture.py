"""Time and memory against size, as one picture."""

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.growth import Curve

DRAWING = Path(sys.prefix) / "drawing"
"""Where `make bench` puts the drawing library, out of sight of what is measured."""
STYLES = ("o-", "s--", "^-", "v--")


def draw(curves: Sequence[Curve], path: Path) -> None:
    """An SVG on a ground of its own, so that it is read in the dark too."""
    sys.path.append(str(DRAWING))
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "jsms-sync", "svg.fonttype": "none", "font.size": 10})
    from matplotlib import pyplot

    figure, (time, memory) = pyplot.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    for curve, style in zip(curves, STYLES, strict=True):
        sizes = [point.size for point in curve.points]
        time.plot(sizes, [point.seconds for point in curve.points], style, label=curve.what)
        memory.plot(sizes, [point.peak for point in curve.points], style, label=curve.what)
    for axes, title, unit in ((time, "Time of the whole process", "seconds"), (memory, "Most memory", "MB")):
        axes.set(xscale="log", yscale="log", title=title, xlabel="templates or recipients", ylabel=unit)
        axes.grid(visible=True, which="major", alpha=0.3)
        axes.legend(fontsize=8)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
