"""How an answer turns with one assumption: leakage of a stream of drones over the number of missiles of the point defence.

    python sweep.py SCENARIO -o sweep.png

Every point is a run of its own under the same draws. A threshold of 30 % is crossed where the band crosses the line.
"""

import matplotlib.pyplot as plt
import numpy as np

import openiads
from picture import BLUE, MUTED, RED, arguments, save

PATH = "fire_units.point-defence.missiles.short.count"
COUNTS = (4, 10, 16, 22, 28, 34, 40)
REPLICATIONS, SEED, THRESHOLD = 12, 1, 30.0

NOTE = f"In this model; a notional scenario with placeholders: {REPLICATIONS} replications a point, same draws."


def main() -> None:
    chosen = arguments(__doc__, scenario="scenario file")
    points = []
    for count in COUNTS:
        scenario = openiads.load_scenario(chosen.scenario, overrides={PATH: count})
        (found,) = openiads.measures(openiads.run(scenario, replications=REPLICATIONS, seed=SEED), ["leakage"])
        points.append([100.0 * end for end in (found.estimate.value, found.estimate.low, found.estimate.high)])
    middle, low, high = np.array(points).T
    figure, axes = plt.subplots()
    axes.fill_between(COUNTS, low, high, color=BLUE, alpha=0.2, lw=0, label="95 % interval of the mean")
    axes.plot(COUNTS, middle, "o-", color=BLUE, lw=2, label="mean of the replications")
    axes.axhline(THRESHOLD, color=RED, ls="--")
    axes.text(COUNTS[-1], THRESHOLD + 1.5, "a claim's threshold", ha="right", fontsize=9, color=RED)
    axes.set_ylim(0, 100)
    axes.set_xlabel("missiles of the point defence")
    axes.set_ylabel("drones that got through [% of 24]")
    axes.set_title("Where the answer turns: how many missiles against 24 drones")
    axes.legend(frameon=False)
    axes.tick_params(color=MUTED)
    save(figure, chosen.out, NOTE)


if __name__ == "__main__":
    main()
