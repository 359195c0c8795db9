"""What a rule changes: differences between two variants under the same draws, with 95 % intervals.

    python paired.py SCENARIO -o paired.png

Both variants meet the same chance, so that most of it cancels. The thin line is the interval that as many independent
runs would give.
"""

import math

import matplotlib.pyplot as plt

import openiads
from picture import BLUE, MUTED, arguments, save

ARMS = ("integrated", "tight")
NAMES = ["kills", "shots", "missiles_per_kill", "pk_single_shot", "magazine_depth", "siap_id_completeness"]
REPLICATIONS, SEED = 24, 1


def main() -> None:
    chosen = arguments(__doc__, scenario="scenario file, or the name of a shipped one")
    pair = openiads.compare(chosen.scenario, variants=ARMS, replications=REPLICATIONS, seed=SEED, names=NAMES)
    figure, axes = plt.subplots()
    found = [one for one in pair.differences[ARMS[1]] if one.difference.low is not None and one.first.value]
    for row, one in enumerate(found):
        unit = 100.0 / one.first.value
        middle, low, high = (unit * value for value in (one.difference.value, one.difference.low, one.difference.high))
        wider = math.sqrt(one.variance_ratio) if one.variance_ratio and math.isfinite(one.variance_ratio) else 1.0
        axes.plot([middle + wider * (end - middle) for end in (low, high)], [row, row], color=MUTED, lw=1, marker="|")
        axes.plot([low, high], [row, row], color=BLUE, lw=4, solid_capstyle="butt")
        axes.plot(middle, row, "o", color=BLUE, ms=8)
        axes.text(
            1.01, row, f"{one.first.value:.3g} to {one.second.value:.3g}", va="center", transform=axes.get_yaxis_transform()
        )
    axes.axvline(0.0, color=MUTED, ls=":")
    axes.set_yticks(range(len(found)), [one.label.replace("_", " ") for one in found])
    axes.set_ylim(len(found) - 0.5, -0.5)
    axes.set_xlabel(f"{ARMS[1]} less {ARMS[0]} [% of {ARMS[0]}]")
    axes.set_title("What tight rules change; thick: same draws, thin: independent")
    save(
        figure,
        chosen.out,
        f"In this model; a notional scenario with placeholders: {REPLICATIONS} replications, 95 % intervals.",
    )


if __name__ == "__main__":
    main()
