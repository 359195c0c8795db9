// The state of the page in the address, so that a view can be sent to somebody.
import { currentLanguage } from "./i18n.js";

const num = (p, key, low = -Infinity, high = Infinity) => (p.get(key) && Number.isFinite(+p.get(key)) ? Math.max(low, Math.min(high, +p.get(key))) : undefined);
const whole = (n) => (n === undefined ? n : Math.round(n));
const drop = (o) => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined && v !== null));

export function readHash() {
  const p = new URLSearchParams(location.hash.slice(1));
  const state = drop({ t: num(p, "t"), speed: num(p, "speed", 0.1, 1000), altitudeM: num(p, "alt", 0), rcs: num(p, "rcs", 1e-3, 100), opacity: num(p, "opacity", 0, 1), replication: whole(num(p, "rep", 0)) });
  if (["single", "compare"].includes(p.get("mode"))) state.mode = p.get("mode");
  if (["low", "nominal", "high"].includes(p.get("band"))) state.band = p.get("band");
  if (["app6", "plain"].includes(p.get("symbols"))) state.symbols = p.get("symbols");
  if (p.has("sel")) {
    const [which, type, ...id] = p.get("sel").split(":");
    if (["object", "track", "node", "shot"].includes(type)) state.selection = { which: which === "1" ? 1 : 0, type, id: id.join(":") };
  }
  if (p.has("loop")) {
    const loop = p.get("loop").split(",").map(Number);
    if (loop.length === 2 && loop.every(Number.isFinite) && loop[0] < loop[1]) state.loop = loop;
  }
  const layers = {};
  for (const name of (p.get("off") ?? "").split(",").filter(Boolean)) layers[name] = false;
  for (const name of (p.get("on") ?? "").split(",").filter(Boolean)) layers[name] = true;
  const view = (p.get("view") ?? "").split(",").map(Number);
  return { state, layers, lang: p.get("lang") ?? undefined, theme: ["dark", "light"].includes(p.get("theme")) ? p.get("theme") : undefined, view: view.length === 3 && view.every(Number.isFinite) && view[2] > 0 ? view : undefined };
}

let pending = 0;
let written = location.hash;
/** Call `act` when somebody else changed the address: a link, or a person. */
export function onHash(act) {
  addEventListener("hashchange", () => {
    if (location.hash !== written) act();
  });
}
export function writeHash(ui) {
  if (pending || !ui.maps) return;
  pending = setTimeout(() => {
    pending = 0;
    const s = ui.state, view = ui.maps.view, c = view.getCenter();
    const p = new URLSearchParams({
      t: Math.round(s.t), speed: s.speed, mode: s.mode, theme: s.theme, lang: currentLanguage(), alt: s.altitudeM ?? "", rcs: +s.rcs.toPrecision(4), opacity: s.opacity, band: s.band, symbols: s.symbols, rep: s.replication,
      view: `${c[0].toFixed(0)},${c[1].toFixed(0)},${view.getResolution().toPrecision(5)}`,
      off: Object.keys(s.layers).filter((n) => !s.layers[n]).join(","), on: Object.keys(s.layers).filter((n) => s.layers[n]).join(","),
    });
    if (s.selection) p.set("sel", `${s.selection.which ?? 0}:${s.selection.type}:${s.selection.id}`);
    if (s.loop) p.set("loop", s.loop.map(Math.round).join(","));
    written = `#${p}`;
    history.replaceState(null, "", written);
    written = location.hash; // as the browser writes it
  }, 250);
}
