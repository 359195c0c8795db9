"""The page in a real browser: what is on screen is what is in the files, and nothing is asked of anybody else.

The script calls the page's own state (`window.openiads`); figures on screen are compared with what Python reads in the run.
"""

import json
import struct
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from watch import Watched, violations

from openiads.geo.geodesic import inverse
from openiads.web.basemap import BaseMap
from openiads.web.export import export_page
from openiads.web.payload import Payload
from openiads.web.series import counters
from openiads.web.server import make_server, url_of


@pytest.fixture(scope="module")
def watched(browser: Any, served: str) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1600, "height": 900}, color_scheme="dark", locale="en-GB")
    found = Watched(context.new_page())
    found.open(served + "#mode=compare&t=0")
    yield found
    context.close()


@pytest.fixture
def page(watched: Watched) -> Any:
    watched.page.evaluate("openiads.seek(0)")
    return watched.page


def test_only_its_own_server_is_asked(watched: Watched, served: str) -> None:
    home = urlsplit(served).netloc
    assert watched.asked
    assert {urlsplit(url).netloc for url in watched.asked if not url.startswith(("data:", "blob:"))} == {home}
    assert watched.said == []


def test_the_map_is_not_blank(page: Any) -> None:
    """The site stands on land; its symbol is drawn; coverage is drawn."""
    colours = page.evaluate(
        """() => { const b = openiads.maps.all[0].base, c = b.canvas;
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; const seen = new Set();
        for (let i = 0; i < d.length; i += 4 * 97) seen.add((d[i] << 16) | (d[i + 1] << 8) | d[i + 2]); return seen.size; }"""
    )
    assert colours > 3
    drawn = page.evaluate(
        """() => { const c = openiads.maps.all[0].live.canvas;
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0;
        for (let i = 3; i < d.length; i += 4) n += d[i] > 0; return n; }"""
    )
    assert drawn > 300


@pytest.mark.parametrize("at_ms", [0, 30_000, 90_000, 200_000])
def test_counts_on_screen_are_those_of_the_files(page: Any, payload: Payload, at_ms: int) -> None:
    page.evaluate(f"openiads.seek({at_ms})")
    expected = [counters(shown, 0, min(at_ms, 240_000)) for shown in payload.runs]
    for name in ("held", "in_flight", "kills", "leaks", "magazine"):
        a, b = expected[0][name], expected[1][name]
        sign = "+" if b > a else "−" if b < a else ""
        assert page.inner_text(f"#count-{name}") == f"A {a} · B {b} · B−A {sign}{abs(b - a)}", name


def test_runs_of_different_length_say_so(page: Any) -> None:
    assert "A 00:04:00, B 00:03:20" in page.inner_text("#tag")
    assert "in this model" in page.inner_text("#tag")


def test_time_keys_and_typed_time(page: Any) -> None:
    page.click("#map-a", position={"x": 40, "y": 300})
    page.keyboard.press("ArrowRight")
    assert page.evaluate("openiads.state.t") == 5000
    page.keyboard.press("Shift+ArrowRight")
    assert page.evaluate("openiads.state.t") == 65_000
    page.keyboard.press("End")
    assert page.evaluate("openiads.state.t") == 240_000
    page.fill("#clock", "1:30")
    page.keyboard.press("Enter")
    assert page.evaluate("openiads.state.t") == 90_000
    page.fill("#clock", "soon")
    page.keyboard.press("Enter")
    assert page.evaluate("openiads.state.t") == 90_000
    assert page.input_value("#clock") == "00:01:30"


def test_it_plays_at_its_speed_backwards_and_in_a_loop(page: Any) -> None:
    page.evaluate("document.activeElement.blur()")
    page.fill("#speed", "20")
    page.press("#speed", "Tab")
    begun = page.evaluate("(openiads.seek(60000), document.getElementById('play').click(), performance.now())")
    page.wait_for_timeout(900)
    t, now = page.evaluate("[openiads.state.t, performance.now()]")
    page.click("#play")
    assert t - 60_000 == pytest.approx(20 * (now - begun), abs=20 * 400)
    held = page.evaluate("openiads.state.t")
    page.wait_for_timeout(150)
    assert page.evaluate("openiads.state.t") == held
    page.evaluate("openiads.seek(60000)")
    page.click("#reverse")
    page.wait_for_timeout(400)
    page.click("#reverse")
    assert page.evaluate("openiads.state.t") < 60_000
    page.evaluate("(openiads.seek(100000), document.getElementById('loop-from').click())")
    page.evaluate("(openiads.seek(101000), document.getElementById('loop-to').click())")
    page.click("#play")
    page.wait_for_timeout(700)
    page.click("#play")
    assert 99_000 <= page.evaluate("openiads.state.t") <= 106_000
    page.click("#loop")


def test_events_filter_seek_and_select(page: Any) -> None:
    page.select_option("#event-kind", "launched")
    rows = page.locator("#events button")
    kinds = {text.split(" · ")[1] for text in rows.all_inner_texts()}
    assert kinds == {"launched"}
    rows.first.click()
    first = page.evaluate("openiads.events.found[0]")
    assert page.evaluate("openiads.state.t") == first["t"]
    assert page.evaluate("openiads.state.selection.id") == first["track"]
    assert first["track"] in page.inner_text("#inspector")
    page.fill("#event-text", "nothing like this")
    assert page.inner_text("#event-count") == "No event matches."
    page.fill("#event-text", "")
    page.select_option("#event-kind", "")


def test_a_click_selects_and_clicks_cycle_the_stack(page: Any) -> None:
    page.evaluate("openiads.seek(60000)")
    page.wait_for_timeout(150)
    hit = page.evaluate(
        """() => { const l = openiads.maps.all[0].live, [w, h] = l.size;
        return l.hits.find((x) => x.x > 60 && x.y > 60 && x.x < w - 60 && x.y < h - 60 && l.near(x.x, x.y).length > 1); }"""
    )
    assert hit is not None
    seen = []
    for _ in range(2):
        page.click("#map-a", position={"x": hit["x"], "y": hit["y"]})
        seen.append(page.evaluate("openiads.state.selection"))
        page.wait_for_timeout(350)  # else the map takes it for a double click
    assert seen[0] != seen[1]
    assert "here" in page.inner_text("#inspector")


def test_a_leaker_says_why(page: Any, payload: Payload) -> None:
    rows = list(payload.runs[0].run.table("ledger", 0).to_pylist())
    assert rows
    page.evaluate(f"openiads.select({{type: 'object', id: {json.dumps(rows[0]['object_id'])}, which: 0}})")
    text = page.inner_text("#inspector")
    assert "First unmet condition" in text
    assert (
        page.evaluate(
            f"openiads.models[0].scene.objects.find((o) => o.id === {json.dumps(rows[0]['object_id'])}).cause.first"
        )
        == (rows[0]["cause"])
    )


def test_range_and_bearing_on_the_ellipsoid(page: Any) -> None:
    page.evaluate("(openiads.measure.toggle(), openiads.measure.add([33, 40]), openiads.measure.add([35.5, 37.2]))")
    import numpy as np

    distance, azimuth = inverse(
        latitude1_rad=np.radians(40.0),
        longitude1_rad=np.radians(33.0),
        latitude2_rad=np.radians(37.2),
        longitude2_rad=np.radians(35.5),
    )
    text = page.inner_text("#measured")
    assert f"{float(distance) / 1000:.1f} km" in text
    assert f"{np.degrees(float(azimuth)) % 360:.1f}°T" in text
    page.evaluate("openiads.measure.clear()")


def test_coordinates_at_the_cursor(page: Any) -> None:
    page.mouse.move(600, 400)
    text = page.inner_text("#cursor")
    assert "′N" in text
    assert "36T" in text or "36S" in text  # the grid zone of the small case


def test_coverage_sliders_change_the_picture_and_the_share(page: Any) -> None:
    def share() -> list[float]:
        return [float(t.split()[0]) for t in page.locator("#coverage-share td:last-child").all_inner_texts()]

    page.fill("#altitude", "6")
    page.fill("#rcs", "-20")
    small = share()
    page.fill("#rcs", "10")
    large = share()
    assert all(b >= a for a, b in zip(small, large, strict=True))
    assert sum(large) > sum(small)
    assert page.inner_text("#rcs-out") == "10 m² · 10 dBsm"
    page.fill("#rcs", "0")


def test_both_maps_share_one_view(page: Any) -> None:
    before = page.evaluate("openiads.maps.all.map((m) => m.ol.getView().getCenter())")
    box = page.locator("#map-b").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 150, steps=4)
    page.mouse.up()
    after = page.evaluate("openiads.maps.all.map((m) => m.ol.getView().getCenter())")
    assert after[0] == after[1]
    assert after != before


def test_the_address_restores_the_view(browser: Any, served: str, page: Any) -> None:
    page.evaluate("(openiads.seek(77000), openiads.select({type: 'node', id: 'unit-1', which: 0}))")
    page.wait_for_timeout(400)
    other = browser.new_page()
    Watched(other).open(page.url)
    assert other.evaluate("openiads.state.t") == 77_000
    assert other.evaluate("openiads.state.selection.id") == "unit-1"
    assert other.evaluate("openiads.maps.view.getResolution()") == pytest.approx(
        page.evaluate("openiads.maps.view.getResolution()"), rel=1e-3
    )
    other.close()


def wait_for_replication(page: Any, number: int) -> None:
    """`wait_for_function` would need eval, which the policy forbids."""
    for _ in range(300):
        if page.evaluate(f"openiads.state.replication === {number} && !document.body.hasAttribute('aria-busy')"):
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"replication {number} did not come")


def test_another_replication(page: Any, payload: Payload) -> None:
    page.fill("#replication", "2")
    page.press("#replication", "Enter")
    wait_for_replication(page, 2)
    page.evaluate("openiads.seek(200000)")
    a, b = (counters(shown, 2, 200_000)["kills"] for shown in payload.runs)
    assert page.inner_text("#count-kills").startswith(f"A {a} · B {b}")
    page.fill("#replication", "0")
    page.press("#replication", "Enter")
    wait_for_replication(page, 0)


def test_turkish(page: Any) -> None:
    page.select_option("#language", "tr")
    assert page.inner_text("#compare") == "Karşılaştır"
    assert page.evaluate("document.documentElement.lang") == "tr"
    page.select_option("#language", "en")


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_accessible(page: Any, theme: str) -> None:
    if page.evaluate("openiads.state.theme") != theme:
        page.click("#theme")
    assert violations(page) == []


def test_one_file_from_disk(browser: Any, payload: Payload, tmp_path: Path) -> None:
    out = export_page(payload, tmp_path / "run.html", replications=(0,))
    other = Watched(browser.new_page())
    other.open(out.as_uri() + "#mode=compare&t=90000")
    assert [url for url in other.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert other.said == []
    a, b = (counters(shown, 0, 90_000)["held"] for shown in payload.runs)
    assert other.page.inner_text("#count-held").startswith(f"A {a} · B {b}")
    other.page.fill("#replication", "3")
    other.page.press("#replication", "Enter")
    assert "not in this file" in other.page.inner_text("#message")
    other.page.close()


def pmtiles(image: bytes) -> bytes:
    """A PMTiles archive of version 3 with one raster tile: the world."""

    def varint(number: int) -> bytes:
        return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)

    directory = varint(1) + varint(0) + varint(1) + varint(len(image)) + varint(1)
    start = 127 + len(directory) + 2
    places = (127, len(directory), start - 2, 2, 0, 0, start, len(image), 1, 1, 1)
    head = b"PMTiles\x03" + struct.pack("<11Q", *places) + bytes([1, 1, 1, 2, 0, 0])
    head += (
        struct.pack("<4i", -1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000) + bytes([0]) + struct.pack("<2i", 0, 0)
    )
    return head + directory + b"{}" + image


def test_a_base_map_of_ones_own(browser: Any, payload: Payload, tmp_path: Path) -> None:
    import numpy as np
    from matplotlib import image

    red = np.zeros((256, 256, 3))
    red[:, :, 0] = 1.0
    content = BytesIO()
    image.imsave(content, red, format="png")
    (tmp_path / "world.pmtiles").write_bytes(pmtiles(content.getvalue()))
    server = make_server(Payload(payload.runs[:1]), basemap=BaseMap.open(tmp_path / "world.pmtiles"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    other = Watched(browser.new_page())
    other.open(url_of(server) + "#off=count,outlines,rings,truth,tracks,labels,links,borders&t=0")
    other.page.wait_for_timeout(800)
    assert other.said == []
    (tmp_path / "shot.png").write_bytes(other.page.locator("#map-a").screenshot())
    colours = image.imread(tmp_path / "shot.png")[:, :, :3]
    assert float((colours == [1.0, 0.0, 0.0]).all(axis=2).mean()) > 0.7
    server.shutdown()
    server.server_close()
    other.page.close()


def test_markup_in_names_stays_text_and_a_broken_run_says_so(browser: Any, payload: Payload) -> None:
    class Hostile(Payload):
        def get(self, name: str) -> Any:
            found = super().get(name)
            if name.endswith("scene.json") and found is not None:
                scene = json.loads(found[1])
                scene["title"] = "<img src=x onerror=window.bad=1>"
                scene["objects"][0]["id"] = "<script>window.bad=1</script>"
                return found[0], json.dumps(scene).encode()
            return found

    server = make_server(Hostile(payload.runs[:1]))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    other = Watched(browser.new_page())
    other.open(url_of(server))
    other.page.evaluate("openiads.select({type: 'object', id: '<script>window.bad=1</script>', which: 0})")
    assert "<img src=x" in other.page.inner_text("#run-name")
    assert other.page.evaluate("window.bad") is None
    server.shutdown()
    server.server_close()

    class Broken(Payload):
        def get(self, name: str) -> Any:
            return None if name.endswith("tracks.arrow") else super().get(name)

    server = make_server(Broken(payload.runs[:1]))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    other.page.goto(url_of(server))
    other.page.wait_for_selector("#message:not([hidden])", timeout=20_000)
    assert "cannot be shown" in other.page.inner_text("#message")
    server.shutdown()
    server.server_close()
    other.page.close()
