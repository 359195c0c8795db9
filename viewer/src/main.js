// The page: state, wiring, and one loop that advances time.
import "ol/ol.css";
import "uplot/dist/uPlot.min.css";
import "./app.css";
import { worldOf } from "./base.js";
import { Charts } from "./charts.js";
import { Cover } from "./cover.js";
import { currentLanguage, LANGUAGES, say, setLanguage } from "./i18n.js";
import { legend } from "./legend.js";
import { makeMaps } from "./maps.js";
import { RunModel } from "./model.js";
import { $, make } from "./dom.js";
import { Events, Inspector, objectTable } from "./panels.js";
import { embedded, has, imageUrl, json } from "./source.js";
import { loadSymbols } from "./symbols.js";
import { Measure } from "./measure.js";
import { onHash, readHash, writeHash } from "./hash.js";
import { clockText, parseClock } from "./units.js";

const COLOURS = {
  dark: { sea: "#0e1a26", land: "#1d2a2e", coast: "#6f8794", border: "#8a93a0", link: "#8fb8d8", missile: "#ffffff", kill: "#ffd24a", leak: "#ff6b6b", selected: "#ffffff", halo: "#0b1117", text: "#e8eef3", soft: "#b3c1cc", line: "#2b3843", chart1: "#6fc3ff", chart2: "#ffb35c" },
  light: { sea: "#d3e3ee", land: "#e4dfd3", coast: "#6b7f8c", border: "#77706a", link: "#336b93", missile: "#111111", kill: "#a05a00", leak: "#b00020", selected: "#000000", halo: "#ffffff", text: "#14202a", soft: "#45535f", line: "#d5dce2", chart1: "#0b5c8f", chart2: "#a04d00" },
};
const LAYERS = ["truth", "tracks", "tentative", "trails", "labels", "links", "count", "outlines", "rings", "difference", "borders", "relief"];
const NAMES = { count: "count_layer" };

const ui = {
  models: [], covers: [], stack: [], stackAt: 0,
  state: { t: 0, speed: 20, playing: 0, mode: "single", theme: "dark", symbols: "app6", altitude: 5, altitudeM: null, rcs: 1, opacity: 0.45, band: "nominal", replication: 0, selection: null, loop: null,
    layers: { truth: true, tracks: true, tentative: false, trails: true, labels: true, links: true, count: true, outlines: true, rings: true, difference: false, borders: true, relief: true } },
  colours: () => COLOURS[ui.state.theme],
  get duration() {
    return Math.max(...ui.models.map((m) => m.scene.duration_ms));
  },
  seek(t) {
    ui.state.t = Math.max(0, Math.min(ui.duration, t));
    ui.refresh();
    ui.speak();
  },
  select(selection) {
    ui.state.selection = selection;
    ui.inspector.draw(true);
    ui.maps.render();
    writeHash(ui);
  },
  drawTools: (ctx, live) => ui.measure.draw(ctx, live),
  drawTicks,
  refresh() {
    const { t } = ui.state;
    $("time").value = t;
    $("time").setAttribute("aria-valuetext", clockText(t));
    if (document.activeElement !== $("clock")) $("clock").value = clockText(t);
    counters();
    ui.events.draw();
    ui.inspector.draw();
    ui.charts.draw();
    ui.maps.render();
    writeHash(ui);
  },
  speak() {
    if (ui.state.playing) return;
    const m = ui.models[0], t = ui.state.t;
    $("said").textContent = say("live_said", { t: clockText(t), held: m.count("held", t), kills: m.count("kills", t), leaks: m.count("leaks", t) });
  },
  baseDirty() {
    for (const map of ui.maps.all) map.base.dirty();
    ui.maps.render();
    shares();
    legend(ui);
    writeHash(ui);
  },
};
window.openiads = ui; // for tests and for the curious: what the page shows can be asked

function counters() {
  const names = ["held", "in_flight", "kills", "leaks", "magazine"], t = ui.state.t;
  const box = $("counters");
  if (box.children.length !== names.length) box.replaceChildren(...names.map((n) => make("div", { class: n === "magazine" || n === "in_flight" ? "less" : "" }, make("dt", {}, say(n)), make("dd", { id: `count-${n}` }))));
  for (const n of names) {
    const values = ui.models.map((m) => m.count(n, t));
    const both = values.length > 1 && ui.state.mode === "compare";
    const difference = values[1] - values[0];
    const text = both ? `A ${values[0]} · B ${values[1]} · B−A ${difference > 0 ? "+" : difference < 0 ? "−" : ""}${Math.abs(difference)}` : String(values[0]);
    const dd = $(`count-${n}`);
    if (dd.textContent !== text) dd.textContent = text;
    const dt = dd.previousSibling;
    if (dt.textContent !== say(n)) dt.textContent = say(n);
  }
}

function drawTicks() {
  const canvas = $("ticks"), ratio = devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (!width || !ui.models.length) return;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const ctx = canvas.getContext("2d"), c = ui.colours();
  ctx.scale(ratio, ratio);
  const tall = { launched: c.missile, killed: c.kill, leaked: c.leak };
  for (const pass of [false, true]) for (const e of ui.events.found) {
    if (e.event in tall !== pass) continue;
    ctx.fillStyle = tall[e.event] ?? c.soft;
    ctx.globalAlpha = pass ? 1 : 0.35;
    const h = e.event === "leaked" ? height : pass ? height * 0.75 : height * 0.3;
    ctx.fillRect((e.t / ui.duration) * width - (pass ? 1 : 0.5), height - h, pass ? 2 : 1, h);
  }
  if (ui.state.loop) {
    ctx.globalAlpha = 0.25;
    ctx.fillStyle = c.selected;
    ctx.fillRect((ui.state.loop[0] / ui.duration) * width, 0, ((ui.state.loop[1] - ui.state.loop[0]) / ui.duration) * width, height);
  }
}

function shares() {
  const body = $("coverage-share").tBodies[0], cover = ui.covers[0], { altitude, rcs, band } = ui.state;
  if (!cover?.data?.radars.length) return body.replaceChildren();
  body.replaceChildren(...cover.data.radars.map((r) => make("tr", {}, make("td", {}, r.id), make("td", {}, percent(cover.share(r, altitude, rcs, band))))));
}

const percent = (share) => `${share > 0 && share < 0.1 ? (100 * share).toFixed(1) : Math.round(100 * share)} %`;

let before = 0, charted = 0;
function tick(now) {
  const elapsed = before ? Math.min(250, now - before) : 0;
  before = now;
  const s = ui.state;
  if (s.playing) {
    s.t += elapsed * s.speed * s.playing;
    const [from, to] = s.loop ?? [0, ui.duration];
    if (s.loop && s.playing > 0 && s.t > to) s.t = from;
    else if (s.loop && s.playing < 0 && s.t < from) s.t = to;
    else if (s.t <= 0 || s.t >= ui.duration) {
      s.t = Math.max(0, Math.min(ui.duration, s.t));
      play(0);
    }
    $("time").value = s.t;
    ui.maps.render();
    if (now - charted > 200) {
      charted = now;
      ui.refresh();
    } else counters();
  }
  ui.frames?.push(now);
  requestAnimationFrame(tick);
}

function play(direction) {
  ui.state.playing = direction;
  if (direction > 0 && ui.state.t >= ui.duration) ui.state.t = 0;
  $("play").setAttribute("aria-pressed", direction > 0);
  $("play").textContent = direction > 0 ? "❚❚" : "▶";
  $("reverse").setAttribute("aria-pressed", direction < 0);
  ui.refresh();
  ui.speak();
}
const toggle = (direction) => play(ui.state.playing === direction ? 0 : direction);
const speed = (value) => {
  ui.state.speed = Math.max(0.1, Math.min(1000, value || 1));
  $("speed").value = +ui.state.speed.toPrecision(3);
  writeHash(ui);
};
const step = (ms) => ui.seek(ui.state.t + ms);

function loopFrom(part) {
  const [a, b] = ui.state.loop ?? [0, ui.duration];
  const next = part === 0 ? [ui.state.t, Math.max(b, ui.state.t)] : [Math.min(a, ui.state.t), ui.state.t];
  ui.state.loop = next[1] - next[0] > 0 ? next : null;
  looped();
}
function looped() {
  $("loop").setAttribute("aria-pressed", ui.state.loop !== null);
  drawTicks();
  writeHash(ui);
}
function mode(wanted) {
  ui.state.mode = wanted === "compare" && ui.runs.length > 1 ? "compare" : "single";
  $("single").setAttribute("aria-pressed", ui.state.mode === "single");
  $("compare").setAttribute("aria-pressed", ui.state.mode === "compare");
  $("map-b").hidden = ui.state.mode === "single";
  document.body.dataset.mode = ui.state.mode;
  show();
}
function show() {
  const shown = ui.state.mode === "compare" ? ui.models : ui.models.slice(0, 1);
  ui.events.set(shown);
  ui.charts.build(shown);
  objectTable(ui);
  title();
  counters();
  ui.maps.resize();
  ui.baseDirty();
  ui.refresh();
}
function title() {
  const name = (m) => `${m.scene.title}${m.scene.variant ? ` (${m.scene.variant})` : ""} · ${say("replication")} ${m.replication}${m.scene.notional ? ` · ${say("notional")}` : ""}`;
  $("run-name").textContent = name(ui.models[0]);
  $("run-name").title = $("run-name").textContent;
  ui.maps.all.forEach((map, k) => (map.badge.textContent = ui.models[k] ? `${"AB"[k]} · ${ui.models[k].scene.variant || ui.models[k].scene.folder} · ${ui.models[k].scene.network_mode}` : ""));
  const n = Object.keys(ui.models[0].scene.placeholders).length;
  const durations = ui.models.map((m) => m.scene.duration_ms);
  $("tag").textContent = [say("tag"), n ? say("placeholders", { n }) : "", ui.models.length > 1 && durations[0] !== durations[1] ? say("length", { a: clockText(durations[0]), b: clockText(durations[1]) }) : ""].filter(Boolean).join(" · ");
  $("map-note").textContent = say("map_note");
  $("coverage-note").textContent = ui.covers[0]?.data?.note ?? "";
}
function theme(wanted) {
  ui.state.theme = wanted;
  document.documentElement.dataset.theme = wanted;
  if (ui.models.length) show();
}
function coverageControls() {
  const cover = ui.covers[0], s = ui.state, altitudes = cover?.altitudes ?? [];
  if (altitudes.length) {
    if (s.altitudeM !== null) s.altitude = altitudes.reduce((best, a, k) => (Math.abs(a - s.altitudeM) < Math.abs(altitudes[best] - s.altitudeM) ? k : best), 0);
    s.altitudeM = altitudes[s.altitude = Math.min(s.altitude, altitudes.length - 1)];
  }
  $("coverage-controls").hidden = !cover?.data?.radars.length;
  $("altitude").max = Math.max(0, altitudes.length - 1);
  $("altitude").value = s.altitude;
  $("rcs").value = Math.round(10 * Math.log10(s.rcs));
  $("opacity").value = Math.round(s.opacity * 100);
  const out = () => {
    const a = altitudes[s.altitude] ?? 0;
    $("altitude-out").textContent = `${a} m · ${Math.round(a / 0.3048)} ft`;
    $("altitude").setAttribute("aria-valuetext", $("altitude-out").textContent);
    $("rcs-out").textContent = `${+s.rcs.toPrecision(2)} m² · ${Math.round(10 * Math.log10(s.rcs))} dBsm`;
    $("rcs").setAttribute("aria-valuetext", $("rcs-out").textContent);
    $("opacity-out").textContent = `${Math.round(s.opacity * 100)} %`;
  };
  out();
  $("altitude").oninput = () => { s.altitude = +$("altitude").value; s.altitudeM = altitudes[s.altitude]; out(); ui.baseDirty(); };
  $("rcs").oninput = () => { s.rcs = 10 ** ($("rcs").value / 10); out(); ui.baseDirty(); };
  $("opacity").oninput = () => { s.opacity = $("opacity").value / 100; out(); ui.baseDirty(); };
  $("band").replaceChildren(...["low", "nominal", "high"].map((b) => make("option", { value: b }, say(b))));
  $("band").value = s.band;
  $("band").onchange = () => { s.band = $("band").value; ui.baseDirty(); };
}
function layerControls() {
  const wanted = LAYERS.filter((n) => (n !== "difference" || ui.runs.length > 1) && (n !== "relief" || ui.config.hillshade));
  $("layers").replaceChildren(...wanted.map((n) => {
    const box = make("input", { type: "checkbox", id: `layer-${n}`, checked: ui.state.layers[n], onchange: () => { ui.state.layers[n] = box.checked; for (const map of ui.maps.all) { map.base.borders = ui.state.layers.borders; map.base.showRelief = ui.state.layers.relief; } ui.baseDirty(); } });
    return make("label", {}, box, say(NAMES[n] ?? n));
  }));
  $("symbols").replaceChildren(...["app6", "plain"].map((n) => make("option", { value: n }, say(n))));
  $("symbols").value = ui.state.symbols;
  $("symbols").onchange = () => { ui.state.symbols = $("symbols").value; legend(ui); ui.maps.render(); writeHash(ui); };
}
async function replication(number) {
  const r = ui.runs[0], names = ui.runs.map((_, k) => `run/${k}/${number}/scene.json`);
  if (number < r.first_replication || number >= r.first_replication + r.replications || !names.every(has)) {
    fail(say("no_replication", { n: number }));
    return false;
  }
  document.body.setAttribute("aria-busy", "true");
  $("said").textContent = $("tag").textContent = say("walking");
  try {
    const models = await Promise.all(ui.runs.map((_, k) => ui.models[k].fetch(number)));
    models.forEach((found, k) => ui.models[k].take(found));
  } finally {
    document.body.removeAttribute("aria-busy");
    title();
  }
  ui.state.replication = number;
  ui.state.selection = null;
  $("replication").value = number;
  show();
  return true;
}
function relabel() {
  setLanguage(currentLanguage());
  $("counters").replaceChildren();
  layerControls();
  coverageControls();
  legend(ui);
  show();
}

const KEYS = {
  " ": () => toggle(1), r: () => toggle(-1), ArrowRight: (e) => step(e.shiftKey ? 60000 : 5000), ArrowLeft: (e) => step(e.shiftKey ? -60000 : -5000),
  "[": () => speed(ui.state.speed / 2), "]": () => speed(ui.state.speed * 2), ",": () => ui.events.next(-1), ".": () => ui.events.next(1),
  Home: () => ui.seek(0), End: () => ui.seek(ui.duration), l: () => $("loop").click(), c: () => mode(ui.state.mode === "single" ? "compare" : "single"),
  m: () => ui.measure.toggle(), t: () => $("theme").click(), Escape: () => { ui.measure.clear(); ui.select(null); $("message").hidden = true; },
  "+": () => ui.maps.zoom(1), "=": () => ui.maps.zoom(1), "-": () => ui.maps.zoom(-1),
};
function wire() {
  $("single").onclick = () => mode("single");
  $("compare").onclick = () => mode("compare");
  $("compare").disabled = ui.runs.length < 2;
  $("theme").onclick = () => theme(ui.state.theme === "dark" ? "light" : "dark");
  $("help").onclick = () => { $("keys").hidden = !$("keys").hidden; $("help").setAttribute("aria-expanded", !$("keys").hidden); };
  $("play").onclick = () => toggle(1);
  $("reverse").onclick = () => toggle(-1);
  $("to-start").onclick = () => ui.seek(0);
  $("to-end").onclick = () => ui.seek(ui.duration);
  $("step").onclick = () => step(5000);
  $("step-back").onclick = () => step(-5000);
  $("speed").onchange = () => speed(+$("speed").value);
  $("loop-from").onclick = () => loopFrom(0);
  $("loop-to").onclick = () => loopFrom(1);
  $("loop").onclick = () => { ui.state.loop = ui.state.loop ? null : [0, ui.duration]; looped(); };
  $("time").max = ui.duration;
  $("time").oninput = () => ui.seek(+$("time").value);
  $("clock").onchange = () => { const t = parseClock($("clock").value); if (!Number.isNaN(t)) ui.seek(t); $("clock").value = clockText(ui.state.t); };
  $("replication").min = ui.runs[0].first_replication;
  $("replication").max = ui.runs[0].first_replication + ui.runs[0].replications - 1;
  $("replication").onchange = () => replication(Math.max(+$("replication").min, Math.min(+$("replication").max, Math.round(+$("replication").value)))).catch((e) => { $("replication").value = ui.state.replication; fail(e.message); });
  $("language").replaceChildren(...LANGUAGES.map((l) => make("option", { value: l }, { en: "English", tr: "Türkçe" }[l] ?? l)));
  $("language").value = currentLanguage();
  $("language").onchange = () => { setLanguage($("language").value); relabel(); };
  $("measure").onclick = () => ui.measure.toggle();
  $("report").hidden = !ui.config.report || embedded;
  $("study").hidden = !ui.config.study || embedded;
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const typing = e.target.matches("input:not([type=checkbox]):not([type=range]), select, textarea");
    if (typing || (e.target.matches("button, summary, a") && (e.key === " " || e.key === "Enter"))) return;
    if (e.target.matches("input[type=range]") && e.key.startsWith("Arrow")) return;
    const act = KEYS[e.key];
    if (act) { e.preventDefault(); act(e); }
  });
  $("object-box").addEventListener("toggle", () => objectTable(ui));
  new ResizeObserver(drawTicks).observe($("scrubber"));
}
function fail(text) {
  const box = $("message");
  $("wait").hidden = true;
  box.replaceChildren(make("h2", {}, say("failed")), make("p", {}, text), make("button", { type: "button", onclick: () => (box.hidden = true) }, say("close")));
  box.hidden = false;
  document.body.removeAttribute("aria-busy");
}

async function start() {
  const wanted = readHash();
  setLanguage(wanted.lang ?? (navigator.language.startsWith("tr") ? "tr" : "en"));
  ui.state.theme = wanted.theme ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
  document.documentElement.dataset.theme = ui.state.theme;
  const [config, topology] = await Promise.all([json("config.json"), json("world.json"), loadSymbols(Math.max(1, devicePixelRatio || 1))]);
  ui.config = config;
  ui.runs = config.runs;
  Object.assign(ui.state, wanted.state);
  Object.assign(ui.state.layers, wanted.layers);
  const first = config.runs[0].first_replication, asked = ui.state.replication || first;
  const held = asked >= first && asked < first + config.runs[0].replications && config.runs.every((r, k) => has(`run/${k}/${asked}/scene.json`));
  ui.state.replication = held ? asked : first;
  ui.models = await Promise.all(config.runs.map((r, k) => new RunModel(k).load(ui.state.replication)));
  ui.covers = config.runs.map(() => new Cover(null));
  $("replication").value = ui.state.replication;
  ui.measure = new Measure(ui);
  ui.events = new Events(ui);
  ui.inspector = new Inspector(ui);
  ui.charts = new Charts($("charts"), ui);
  ui.maps = makeMaps(ui, worldOf(topology), wanted.view);
  if (config.hillshade) {
    const image = new Image();
    image.src = await imageUrl("hillshade.png");
    await image.decode();
    for (const map of ui.maps.all) map.base.relief = { image, extent: config.hillshade };
  }
  for (const map of ui.maps.all) { map.base.borders = ui.state.layers.borders; map.base.showRelief = ui.state.layers.relief; }
  wire();
  layerControls();
  coverageControls();
  speed(ui.state.speed);
  mode(wanted.state.mode ?? (config.runs.length > 1 ? "compare" : "single"));
  looped();
  ui.select(ui.state.selection);
  ui.seek(ui.state.t);
  if (!held) fail(say("no_replication", { n: asked }));
  onHash(() => follow().catch((e) => fail(e.message)));
  document.body.dataset.ready = "true";
  requestAnimationFrame(tick);
  await Promise.all([covers(), basemap()]);
}
/** Show what the address says: somebody followed a link to another moment of the same page. */
async function follow() {
  const wanted = readHash(), number = wanted.state.replication ?? ui.state.replication;
  if (number !== ui.state.replication && !(await replication(number))) return;
  Object.assign(ui.state, wanted.state);
  Object.assign(ui.state.layers, wanted.layers);
  if (wanted.theme) ui.state.theme = document.documentElement.dataset.theme = wanted.theme;
  if (wanted.lang && wanted.lang !== currentLanguage()) setLanguage(wanted.lang);
  $("language").value = currentLanguage();
  if (wanted.view) ui.maps.see(wanted.view);
  mode(wanted.state.mode ?? ui.state.mode);
  speed(ui.state.speed);
  relabel();
  looped();
  ui.select(ui.state.selection);
  ui.seek(ui.state.t);
}
function basemap() {
  if (!ui.config.basemap || embedded) return null;
  return new Promise((resolve, reject) => {
    const script = make("script", { src: "basemap.js" });
    script.onload = () => window.openiadsBasemap(ui).then(resolve, reject);
    document.head.append(script);
  });
}
/** Coverage comes after the rest: it may take seconds to work out. */
async function covers() {
  $("coverage-note").textContent = say("loading");
  await Promise.all(ui.runs.map(async (r, k) => {
    const data = await json(`run/${k}/coverage.json`).catch(() => null);
    ui.covers[k] = new Cover(data);
  }));
  coverageControls();
  title();
  ui.baseDirty();
  document.body.dataset.covered = "true";
}
start().catch((error) => fail(error.message));
