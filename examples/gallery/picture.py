"""How the pictures of the gallery look: one size, few colours, a line below that says what the figures are."""

import argparse
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from PIL import Image

BLUE, RED, GREEN, SAND, INK, MUTED = "#0b62a4", "#c1440e", "#4b7a34", "#c79a3b", "#22272b", "#5d666d"
COLOURS = (BLUE, RED, GREEN, SAND, MUTED)
HATCHES = ("", "///", "...", "xx", "---")
"""Patterns beside the colours, for those who do not see these apart."""
PALETTE = 48
"""Colours in the file, so that it stays small."""

plt.rcParams.update(
    {
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": MUTED,
        "axes.titlelocation": "left",
        "axes.titlesize": 12,
        "hatch.linewidth": 0.6,
        "text.color": INK,
    }
)


def arguments(text: str | None, **more: str) -> argparse.Namespace:
    """The command line of an example: what `more` names, and the file to write."""
    parser = argparse.ArgumentParser(description=(text or "").splitlines()[0])
    for name, told in more.items():
        parser.add_argument(name, type=Path, help=told)
    parser.add_argument("-o", "--out", type=Path, required=True, help="picture to write (PNG)")
    return parser.parse_args()


def save(figure: Figure, out: Path, note: str) -> None:
    """Write the picture with the note at its foot."""
    figure.set_size_inches(8.0, 4.8)
    figure.text(0.01, 0.012, note, fontsize=7.5, color=MUTED)
    figure.tight_layout(rect=(0, 0.035, 1, 1))
    figure.savefig(out, dpi=100)
    plt.close(figure)
    with Image.open(out) as drawn:
        drawn.convert("RGB").quantize(PALETTE, dither=Image.Dither.NONE).save(out, optimize=True)
    print(f"{out}: {note}")
