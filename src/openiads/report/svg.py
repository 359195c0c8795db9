"""Drawings as SVG text for a page: axes with units, shapes that say as much as colours, every text escaped.

Colours are classes, so that the page's style decides on them, in light, in dark and in print. Lengths are pixels at 96 to the
inch; the drawing scales with its box.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from typing import Final, Literal

from markupsafe import Markup

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]

LETTER: Final = 0.54
"""Mean width of a letter over the size of the type; only the room for labels depends on it."""

SPACING: Final = 12.0
"""Pixels between the points of a line that labels keep clear of."""

SHAPES: Final = ("circle", "diamond", "square", "triangle", "wedge", "cross", "plus", "ring")


def pixels(value: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    text = f"{value:.1f}"
    return text.removesuffix(".0").replace("-0", "0") if text == "-0.0" else text.removesuffix(".0")


def points_text(points: Iterable[Point]) -> str:
    """Points as an SVG list."""
    return " ".join(f"{pixels(x)},{pixels(y)}" for x, y in points)


def text_width(text: str, size: float = 12.0) -> float:
    """About how wide a text is."""
    return LETTER * size * len(text)


@dataclass
class Drawing:
    """One SVG drawing. `title` and `description` are read to those who do not see it."""

    width: float
    height: float
    title: str
    description: str
    parts: list[str] = field(default_factory=list)
    style: str = "plot"

    def add(self, tag: str, content: str = "", **attributes: str | float) -> None:
        """One element; the content is text and is escaped. An attribute `class_` is the class."""
        told = "".join(
            f' {name.rstrip("_").replace("_", "-")}="{escape(pixels(v) if isinstance(v, int | float) else v)}"'
            for name, v in attributes.items()
        )
        self.parts.append(f"<{tag}{told}>{escape(content)}</{tag}>" if content else f"<{tag}{told}/>")

    def line(self, a: Point, b: Point, style: str) -> None:
        """A straight line."""
        self.add("line", x1=a[0], y1=a[1], x2=b[0], y2=b[1], class_=style)

    def polyline(self, points: Sequence[Point], style: str) -> None:
        """A line through points; fewer than two draw nothing."""
        if len(points) > 1:
            self.add("polyline", points=points_text(points), class_=f"l {style}")

    def polygon(self, points: Sequence[Point], style: str) -> None:
        """A filled outline."""
        if len(points) > 2:
            self.add("polygon", points=points_text(points), class_=style)

    def rect(self, x: float, y: float, width: float, height: float, style: str) -> None:
        """A filled box; one narrower than a pixel is drawn a pixel wide."""
        self.add("rect", x=x, y=y, width=max(width, 1.0), height=height, class_=style)

    def text(self, at: Point, text: str, style: str = "", *, anchor: Anchor = "start") -> None:
        """A line of text."""
        self.add("text", text, x=at[0], y=at[1], class_=style or "t", text_anchor=anchor)

    def turned(self, at: Point, text: str, style: str = "t") -> None:
        """A line of text upwards, centred."""
        where = f"rotate(-90 {pixels(at[0])} {pixels(at[1])})"
        self.add("text", text, x=at[0], y=at[1], class_=style, text_anchor="middle", transform=where)

    def mark(self, at: Point, shape: str, style: str, size: float = 4.5) -> None:
        """A shape around a point: one of `SHAPES`."""
        x, y, r = at[0], at[1], size
        if shape in ("circle", "ring"):
            self.add("circle", cx=x, cy=y, r=r, class_=f"{style} {'hollow' if shape == 'ring' else ''}".strip())
            return
        if shape in ("cross", "plus"):
            d = r if shape == "plus" else 0.75 * r
            ends = [((x - d, y), (x + d, y)), ((x, y - d), (x, y + d))]
            if shape == "cross":
                ends = [((x - d, y - d), (x + d, y + d)), ((x - d, y + d), (x + d, y - d))]
            for a, b in ends:
                self.line(a, b, f"{style} stroke")
            return
        corners = {
            "diamond": [(x, y - 1.2 * r), (x + 1.2 * r, y), (x, y + 1.2 * r), (x - 1.2 * r, y)],
            "square": [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)],
            "triangle": [(x, y - 1.2 * r), (x + 1.1 * r, y + 0.9 * r), (x - 1.1 * r, y + 0.9 * r)],
            "wedge": [(x, y + 1.2 * r), (x + 1.1 * r, y - 0.9 * r), (x - 1.1 * r, y - 0.9 * r)],
        }
        self.polygon(corners[shape], style)

    def markup(self) -> Markup:
        """The drawing as SVG text, ready for a page."""
        head = (
            f'<svg class="{escape(self.style)}" viewBox="0 0 {pixels(self.width)} {pixels(self.height)}" role="img" '
            f'width="{pixels(self.width)}" height="{pixels(self.height)}">'
            f"<title>{escape(self.title)}</title><desc>{escape(self.description)}</desc>"
        )
        return Markup(head + "".join(self.parts) + "</svg>")  # noqa: S704 - every part was escaped above


@dataclass(frozen=True)
class Scale:
    """From values to pixels, evenly. `low` and `high` are values, `start` and `end` pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Pixel of a value."""
        span = self.high - self.low
        return self.start + (self.end - self.start) * ((value - self.low) / span if span else 0.5)

    def inside(self, value: float) -> float:
        """Pixel of a value, kept between the ends."""
        return self(min(max(value, self.low), self.high))


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round values between two, at most so many."""
    if not high > low:
        return [low]
    rough = (high - low) / max(1, most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1.0, 2.0, 2.5, 5.0, 10.0) if m * power >= rough * (1.0 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [step * k for k in range(first, math.floor(high / step + 1e-9) + 1)]


def tick_text(value: float) -> str:
    """A tick as people write it."""
    return f"{value:,.10g}".replace("-", "\N{MINUS SIGN}")


def axis_below(d: Drawing, scale: Scale, y: float, name: str, values: Sequence[float] | None = None) -> None:
    """A horizontal axis with ticks and its name, which holds the unit."""
    d.line((scale.start, y), (scale.end, y), "axis")
    for value in ticks(scale.low, scale.high) if values is None else values:
        d.line((scale(value), y), (scale(value), y + 4.0), "axis")
        d.text((scale(value), y + 16.0), tick_text(value), "t small", anchor="middle")
    d.text(((scale.start + scale.end) / 2.0, y + 33.0), name, "t small", anchor="middle")


def axis_left(d: Drawing, scale: Scale, x: float, name: str, values: Sequence[float] | None = None) -> None:
    """A vertical axis with ticks and its name, which holds the unit."""
    d.line((x, scale.start), (x, scale.end), "axis")
    for value in ticks(scale.low, scale.high) if values is None else values:
        d.line((x - 4.0, scale(value)), (x, scale(value)), "axis")
        d.text((x - 8.0, scale(value) + 4.0), tick_text(value), "t small", anchor="end")
    d.turned((x - 38.0, (scale.start + scale.end) / 2.0), name, "t small")


@dataclass
class Labels:
    """Puts texts where they hide neither one another nor what was reserved, inside a frame (left, top, right, bottom)."""

    frame: tuple[float, float, float, float]
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def reserve(self, at: Point, radius: float = 6.0) -> None:
        """Keep a point free."""
        self.taken.append((at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius))

    def reserve_line(self, points: Sequence[Point]) -> None:
        """Keep a line free, loosely."""
        for a, b in pairwise(points):
            count = max(1, int(math.dist(a, b) // SPACING))
            for share in (k / count for k in range(count)):
                self.reserve((a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])), 2.5)

    def put(self, d: Drawing, anchors: Sequence[Point], text: str, style: str, *, size: float = 11.0) -> None:
        """Write `text` beside the anchor and on the side where it hides least; not at all when there is no room inside."""
        wide, high = text_width(text, size), size
        best: tuple[float, float, float] | None = None
        for rank, (x, y) in enumerate(anchors):
            for dx, dy in (
                (9.0, high / 2),
                (-9.0 - wide, high / 2),
                (-wide / 2, -9.0),
                (-wide / 2, 9.0 + high),
                (6.0, -6.0),
                (6.0, 6.0 + high),
                (-6.0 - wide, -6.0),
                (-6.0 - wide, 6.0 + high),
            ):
                box = (x + dx, y + dy - high, x + dx + wide, y + dy + 2.0)
                if not self._inside(box):
                    continue
                cost = 40.0 * rank + sum(_overlap(box, other) for other in self.taken)
                if best is None or cost < best[0]:
                    best = (cost, x + dx, y + dy)
        if best is None:
            return
        _, x, y = best
        d.text((x, y), text, f"{style} halo")
        self.taken.append((x, y - high, x + wide, y + 2.0))

    def _inside(self, box: tuple[float, float, float, float]) -> bool:
        left, top, right, bottom = self.frame
        return box[0] > left + 3 and box[2] < right - 3 and box[1] > top + 3 and box[3] < bottom - 3


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    return max(min(a[2], b[2]) - max(a[0], b[0]), 0.0) * max(min(a[3], b[3]) - max(a[1], b[1]), 0.0)
