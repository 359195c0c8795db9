"""The chain of a defence against each object: when it was seen, tracked, identified, shot at, and what became of it.

    python chain.py RUN_FOLDER -o chain.png

Any run folder of `openiads run` does. Marks are medians over the replications in which the step came about
at all; the thick line is the time in which a decision to fire could have met the object on its true path.
"""

import matplotlib.pyplot as plt
import pandas as pd

import openiads
from picture import BLUE, GREEN, MUTED, RED, SAND, arguments, save

STEPS = (
    ("first_detection_ns", "first plot", ".", MUTED),
    ("first_firm_ns", "firm track", "o", BLUE),
    ("identified_ns", "identified", "s", SAND),
    ("launched_ns", "first launch", ">", GREEN),
    ("outcome_ns", "end", "X", RED),
)


def main() -> None:
    chosen = arguments(__doc__, run="folder of a run")
    run = openiads.open_run(chosen.run)
    times = run.to_pandas("timeline")
    times = times[times["node"] == ""]
    sides = run.to_pandas("objects").set_index("object_id")["side"]
    hostile = [name for name in times["object_id"].unique() if sides[name] == "hostile"]
    figure, axes = plt.subplots()
    for row, name in enumerate(hostile):
        mine = times[times["object_id"] == name]
        window = mine[["window_from_ns", "window_to_ns"]].median() / 1e9
        if not window.isna().any():
            axes.plot(window, [row, row], color="#d9dee2", lw=9, solid_capstyle="butt", zorder=0)
        for column, _, mark, colour in STEPS:
            at_s = pd.to_numeric(mine[column]).median() / 1e9
            axes.plot(at_s, row, mark, color=colour, ms=7)
        killed = (mine["outcome"] == "killed").mean()
        axes.text(1.01, row, f"{killed:.0%} killed", va="center", fontsize=8, transform=axes.get_yaxis_transform())
    for _, label, mark, colour in STEPS:
        axes.plot([], [], mark, color=colour, ms=7, label=label)
    axes.plot([], [], color="#d9dee2", lw=9, label="time to decide")
    axes.set_yticks(range(len(hostile)), hostile, fontsize=9)
    axes.set_ylim(len(hostile) - 0.4, -0.6)
    axes.set_xlabel("time since the start [s]", loc="right")
    axes.set_title("From the first plot to the end, object by object")
    axes.legend(ncol=6, loc="lower left", bbox_to_anchor=(-0.1, -0.24), fontsize=8, frameon=False, columnspacing=1.2)
    save(
        figure, chosen.out, f"In this model, from public figures and placeholders: medians of {mine.shape[0]} replications."
    )


if __name__ == "__main__":
    main()
