"""Drawings: axes with round ticks, texts that stay text, labels that keep clear of one another."""

import xml.etree.ElementTree as ET

import pytest

from openiads.report.svg import SHAPES, Drawing, Labels, Scale, axis_below, axis_left, pixels, tick_text, ticks


def test_ticks_are_round_and_inside() -> None:
    assert ticks(0.0, 100.0) == [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
    assert ticks(0.0, 7.0, 4) == [0.0, 2.5, 5.0]
    assert ticks(-0.4, 0.4, 5) == pytest.approx([-0.4, -0.2, 0.0, 0.2, 0.4], rel=0, abs=1e-12)
    assert ticks(3.0, 3.0) == [3.0]
    assert [tick_text(v) for v in (1500.0, -2.5, 0.1)] == ["1,500", "−2.5", "0.1"]
    assert [pixels(v) for v in (1.0, 1.25, -0.04)] == ["1", "1.2", "0"]


def test_texts_stay_texts_and_the_drawing_is_xml() -> None:
    d = Drawing(100.0, 50.0, "a < b & c", 'says "x"')
    d.text((1.0, 2.0), "</text><script>x</script>", "t")
    for shape in SHAPES:
        d.mark((10.0, 10.0), shape, "a")
    axis_below(d, Scale(0.0, 10.0, 5.0, 95.0), 40.0, "range, km")
    axis_left(d, Scale(0.0, 10.0, 40.0, 5.0), 10.0, "height, km")
    d.polygon([(0.0, 0.0)], "a")  # too few points: nothing
    root = ET.fromstring(d.markup())
    assert root.find("title").text == "a < b & c"  # type: ignore[union-attr]
    assert "</text><script>x</script>" in [e.text for e in root.iter("text")]
    assert {"range, km", "height, km"} <= {e.text for e in root.iter("text")}
    assert not list(root.iter("script"))


def test_scales() -> None:
    s = Scale(0.0, 10.0, 100.0, 0.0)
    assert (s(0.0), s(5.0), s.inside(99.0)) == (100.0, 50.0, 0.0)
    assert Scale(2.0, 2.0, 0.0, 10.0)(2.0) == 5.0


def test_labels_keep_clear() -> None:
    d, labels = Drawing(300.0, 200.0, "t", "d"), Labels((0.0, 0.0, 300.0, 200.0))
    for name in ("first", "second", "third"):
        labels.put(d, [(150.0, 100.0)], name, "t")
    boxes = labels.taken
    for k, a in enumerate(boxes):
        for b in boxes[k + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    labels.put(d, [(900.0, 900.0)], "outside", "t")
    assert "outside" not in d.markup()
