"""Parts of a map picture: the projection of the reports, and labels that avoid one another (needs the extra `plot`)."""

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from openiads.report.plane import Plane

__all__ = ["Labels", "Plane"]
Array = NDArray[np.float64]


class Labels:
    """Puts texts where they hide neither one another nor what was reserved."""

    def __init__(self, ax: Axes) -> None:
        self.ax = ax
        self.taken: list[tuple[float, float, float, float]] = []

    def _pixels(self, xy_km: Array) -> Array:
        return np.asarray(self.ax.transData.transform(xy_km))

    def reserve(self, xy_km: Array, radius: float = 7.0) -> None:
        """Keep a point free."""
        x, y = self._pixels(xy_km)
        self.taken.append((x - radius, y - radius, x + radius, y + radius))

    def reserve_line(self, xy_km: Array) -> None:
        """Keep a line free, loosely."""
        for point in self._pixels(xy_km)[::2]:
            self.taken.append((point[0] - 3, point[1] - 3, point[0] + 3, point[1] + 3))

    def put(self, anchors: Array, text: str, color: str, *, size: float = 8.0, rank_cost: float = 120.0) -> None:
        """Write `text` beside the anchor and on the side where it hides least."""
        drawn = self.ax.text(0, 0, text, fontsize=size, color=color, linespacing=1.15, zorder=9)
        drawn.set_path_effects([effects.withStroke(linewidth=2.6, foreground="white")])
        box = drawn.get_window_extent()
        wide, high = box.width, box.height
        frame = self.ax.get_window_extent()
        best: tuple[float, float, float] | None = None
        for rank, anchor in enumerate(anchors):
            x, y = self._pixels(anchor)
            for dx, dy in (
                (14, -high / 2), (-14 - wide, -high / 2), (-wide / 2, 14), (-wide / 2, -14 - high),
                (9, 9), (9, -9 - high), (-9 - wide, 9), (-9 - wide, -9 - high),
            ):  # fmt: skip
                left, low = x + dx, y + dy
                inside = (
                    left > frame.x0 + 4 and left + wide < frame.x1 - 4 and low > frame.y0 + 4 and low + high < frame.y1 - 4
                )
                if not inside:
                    continue
                cost = rank * rank_cost + sum(
                    self._overlap((left, low, left + wide, low + high), other) for other in self.taken
                )
                if best is None or cost < best[0]:
                    best = (cost, left, low)
        if best is None:
            drawn.remove()
            return
        _, left, low = best
        drawn.set_position(self.ax.transData.inverted().transform((left, low)))
        drawn.set_verticalalignment("bottom")
        self.taken.append((left, low, left + wide, low + high))

    @staticmethod
    def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
        wide = min(a[2], b[2]) - max(a[0], b[0])
        high = min(a[3], b[3]) - max(a[1], b[1])
        return max(wide, 0.0) * max(high, 0.0)
