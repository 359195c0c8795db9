// One or two maps on one view.
import { $ } from "./dom.js";
import Map from "ol/Map.js";
import View from "ol/View.js";
import Layer from "ol/layer/Layer.js";
import ScaleLine from "ol/control/ScaleLine.js";
import Zoom from "ol/control/Zoom.js";
import { defaults as interactions } from "ol/interaction/defaults.js";
import { Base } from "./base.js";
import { drawCoverage } from "./cover.js";
import { Live } from "./live.js";
import { fromMap } from "./model.js";
import { both, grid, inverse, latLon } from "./units.js";
import { writeHash } from "./hash.js";
import { say } from "./i18n.js";


export function makeMaps(ui, world, wanted) {
  const view = new View({ center: [0, 0], zoom: 6, minZoom: 2, maxZoom: 15, enableRotation: false });
  const all = ui.models.map((m, k) => oneMap(ui, world, view, k));
  const maps = {
    all,
    view,
    render: () => all.forEach((map) => !map.target.hidden && map.ol.render()),
    resize: () => all.forEach((map) => map.ol.updateSize()),
    see: ([x, y, resolution]) => {
      view.setCenter([x, y]);
      view.setResolution(resolution);
    },
    zoom: (by) => view.animate({ zoom: view.getZoom() + by, duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150 }),
  };
  all.forEach((map) => map.ol.updateSize());
  if (wanted) maps.see(wanted);
  else view.fit(extentOf(ui.models), { padding: [60, 60, 60, 60], size: all[0].ol.getSize(), maxZoom: 11 });
  view.on("change", () => writeHash(ui));
  return maps;
}

function extentOf(models) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const add = (x, y) => {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  };
  for (const m of models) {
    for (const n of m.node.values()) add(...n.xy);
    for (let i = 0; i < m.truth.x.length; i += 5) add(m.truth.x[i], m.truth.y[i]);
  }
  return box;
}

function oneMap(ui, world, view, k) {
  const target = $(k ? "map-b" : "map-a");
  const base = new Base(world, () => ui.colours(), (ctx, v) => drawCoverage(ctx, v, ui.covers[k], k === 0 ? ui.covers[1] : null, ui.state, ui.state.theme, k === 0 ? ui.state.layers : { ...ui.state.layers, difference: false }));
  const live = new Live(ui.models[k], ui);
  const ol = new Map({
    target, view,
    layers: [new Layer({ render: (frame) => base.render(frame) }), new Layer({ render: (frame) => live.render(frame) })],
    controls: [new ScaleLine({ units: "metric" }), new Zoom({ zoomInTipLabel: say("zoom_in"), zoomOutTipLabel: say("zoom_out") })],
    interactions: interactions({ altShiftDragRotate: false, pinchRotate: false, keyboard: true }),
  });
  const badge = document.createElement("div");
  badge.className = "badge";
  target.append(badge);
  ol.on("pointermove", (e) => {
    const at = fromMap(...e.coordinate), from = ui.measure.from;
    const more = from ? ` · ${both(inverse(from, at).distance)} ${inverse(from, at).bearing.toFixed(1)}°T` : "";
    $("cursor").textContent = `${latLon(at)} · ${grid(at)}${more}`;
    ui.measure.hover(at);
  });
  ol.on("click", (e) => {
    if (ui.measure.on) return ui.measure.add(fromMap(...e.coordinate));
    pick(ui, live, k, e.pixel);
  });
  return { ol, base, live, target, badge };
}

/** What lies under a click; clicking there again takes the next of the stack. */
function pick(ui, live, which, [x, y]) {
  const stack = live.near(x, y);
  if (!stack.length) {
    ui.stack = [];
    return ui.select(null);
  }
  const same = ui.stack.length === stack.length && ui.stack.every((h, i) => h.id === stack[i].id && h.type === stack[i].type);
  ui.stackAt = same ? (ui.stackAt + 1) % stack.length : 0;
  ui.stack = stack;
  const hit = stack[ui.stackAt];
  ui.select({ type: hit.type, id: hit.id, which });
}

