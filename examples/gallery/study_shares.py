"""What a disagreement turns on: the share of each player in the difference between two parties, with its error.

    python study_shares.py RESULTS -o shares.png

RESULTS is a folder of `openiads study run` with one reading and one pair of parties. The bars add up to the difference exactly.
"""

import matplotlib.pyplot as plt

from openiads.report.study import study_json
from picture import COLOURS, HATCHES, MUTED, arguments, save


def main() -> None:
    chosen = arguments(__doc__, results="results of a study")
    study = study_json(chosen.results)
    words = {row["party"]: row["word"] for row in study["tables"]["claims"]}
    shares = [row for row in study["tables"]["attribution"] if row["interval_reading"] == "uniform"]
    names = {party["id"]: party["name"] for party in study["parties"]}
    figure, axes = plt.subplots()
    for k, row in enumerate(shares):
        error = [[row["half_width"] or 0.0]] * 2
        axes.barh(k, row["share"], color=COLOURS[k], hatch=HATCHES[k], edgecolor="white", height=0.6)
        axes.errorbar(row["share"], k, xerr=error, color="black", capsize=4)
    axes.axvline(0.0, color=MUTED)
    axes.set_yticks(range(len(shares)), [row["player"] for row in shares])
    axes.set_ylim(len(shares) - 0.4, -0.6)
    first, second = shares[0]["party_a"], shares[0]["party_b"]
    axes.set_xlabel(f"change of the share of draws that meet the claim, from {first} to {second} (lines: 95 % interval)")
    told = "\n".join(f"{party} ({names[party]}): {word}" for party, word in words.items())
    axes.set_title(f"{study['title']}\n{told}", fontsize=10)
    save(figure, chosen.out, "In this model; a notional scenario, positions made up for the example. DRAFT: not registered.")


if __name__ == "__main__":
    main()
