"""Why objects got through, with and without one assumption: the why-not ledgers of two runs side by side.

    python causes.py RUN_FOLDER RUN_FOLDER_2 -o causes.png

Each leaker has exactly one cause, the first unmet condition at the fire unit that got furthest; so the bars add up to the leakers.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import openiads
from picture import COLOURS, HATCHES, arguments, save


def causes(folder: Path) -> dict[str, float]:
    """Leakers of a replication by cause."""
    run = openiads.open_run(folder)
    ledger = run.to_pandas("ledger")
    replications = run.table("counts").num_rows
    return {str(cause): count / replications for cause, count in ledger["cause"].value_counts().items()}


def main() -> None:
    chosen = arguments(__doc__, first="folder of a run", second="folder of another")
    arms = [causes(chosen.first), causes(chosen.second)]
    names = sorted(set().union(*arms), key=lambda cause: -max(arm.get(cause, 0.0) for arm in arms))
    figure, axes = plt.subplots()
    left = np.zeros(2)
    for k, cause in enumerate(names):
        width = np.array([arm.get(cause, 0.0) for arm in arms])
        axes.barh(
            [0, 1],
            width,
            left=left,
            height=0.55,
            color=COLOURS[k % 5],
            hatch=HATCHES[k % 5],
            edgecolor="white",
            label=cause.replace("_", " "),
        )
        left += width
    for row, total in enumerate(left):
        axes.text(total + 0.05, row, f"{total:.1f}", va="center")
    axes.set_yticks([0, 1], [chosen.first.name, chosen.second.name])
    axes.set_ylim(1.7, -0.6)
    axes.set_xlabel("leakers in a replication, by the first condition that was not met")
    axes.set_title("Why they got through: decoys cost a magazine")
    axes.legend(frameon=False, loc="lower right", ncol=2, fontsize=9)
    save(figure, chosen.out, "In this model; a notional scenario with placeholders. Causes: docs/reference/ledger.md.")


if __name__ == "__main__":
    main()
