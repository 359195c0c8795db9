"""How often a radar sees an echo of given strength: ten pulses, one false alarm in a million, five kinds of target.

    python detection_curves.py -o detection.png

Exact curves of Swerling's five cases. The same average echo is seen in nine looks of ten at 5 dB when it is steady and
needs 13 dB when it fades from look to look: why a range is worth little without its target.
"""

import matplotlib.pyplot as plt
import numpy as np

from openiads.physics.detection import detection_probability, fluctuation_shape
from picture import COLOURS, arguments, save

PULSES, P_FA = 10, 1e-6
CASES = ("steady", "1: fades from look to look", "2: fades from pulse to pulse", "3: as 1, less", "4: as 2, less")


def main() -> None:
    chosen = arguments(__doc__)
    snr_db = np.linspace(-8.0, 20.0, 281)
    figure, axes = plt.subplots()
    for case, (name, line) in enumerate(zip(CASES, ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1))), strict=True)):
        shape = fluctuation_shape(swerling=case, pulses=PULSES)
        p_d, _ = detection_probability(snr=10.0 ** (snr_db / 10.0), p_fa=P_FA, pulses=PULSES, shape=shape)
        axes.plot(snr_db, p_d, ls=line, color=COLOURS[case], lw=2, label=f"Swerling {name}" if case else name)
    axes.axhline(0.9, color="0.6", lw=0.8)
    axes.text(-7.8, 0.915, "nine looks of ten", fontsize=8, color="0.35")
    axes.set_xlabel("signal-to-noise ratio of one pulse [dB]")
    axes.set_ylabel("probability of detection")
    axes.set_title(f"The same echo, five ways to fluctuate ({PULSES} pulses, $P_{{fa}}$ = $10^{{-6}}$)")
    axes.legend(frameon=False, loc="lower right")
    save(figure, chosen.out, "Exact series (P. Swerling, RAND RM-1217, 1954); no figure of any radar.")


if __name__ == "__main__":
    main()
