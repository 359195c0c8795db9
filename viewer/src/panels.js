// Events, inspector, table of objects: real HTML, filled with text only.
import { $, make } from "./dom.js";
import { IDENTITIES, STATUS, fromMap } from "./model.js";
import { both, clockText, grid, height, latLon } from "./units.js";
import { say } from "./i18n.js";

const SHOWN = 200;
const CHAIN = ["above_horizon", "first_detection", "first_firm", "identified", "assigned", "launched", "intercept", "assessed"];

/** Events of all shown runs in one list, in order of time; ends of objects are told with them. */
export function gather(models) {
  const all = [];
  models.forEach((m, which) => {
    const e = m.scene.events;
    for (let i = 0; i < e.time.length; i++) {
      const owner = m.ownerOf(m.trackIndex.get(e.track_id[i]));
      all.push({ t: e.time[i], which, event: e.event[i], node: e.node[i], track: e.track_id[i], detail: e.detail[i], value: e.value[i], object: owner });
    }
    for (const o of m.scene.objects) if (o.end_state === "killed" || o.end_state === "leaked") all.push({ t: o.end, which, event: o.end_state, node: o.killed_by ?? "", track: "", detail: "", value: null, object: o.id });
  });
  return all.sort((a, b) => a.t - b.t || a.which - b.which);
}

const DETAILS = new Set(IDENTITIES);

export class Events {
  constructor(ui) {
    this.ui = ui;
    this.all = [];
    this.found = [];
    this.rows = [];
    this.from = 0;
    $("event-kind").addEventListener("change", () => this.filter());
    $("event-text").addEventListener("input", () => this.filter());
  }
  set(models) {
    this.all = gather(models);
    this.two = models.length > 1;
    const kinds = [...new Set(this.all.map((e) => e.event))].sort();
    const chosen = $("event-kind").value;
    $("event-kind").replaceChildren(make("option", { value: "" }, say("all")), ...kinds.map((k) => make("option", { value: k }, say(`event_${k}`))));
    $("event-kind").value = kinds.includes(chosen) ? chosen : "";
    this.filter();
  }
  filter() {
    const kind = $("event-kind").value, words = $("event-text").value.toLowerCase().split(/\s+/).filter(Boolean);
    this.found = this.all.filter((e) => (!kind || e.event === kind) && words.every((w) => `${e.event} ${e.node} ${e.track} ${e.object} ${e.detail}`.toLowerCase().includes(w)));
    this.shown = -1;
    this.from = -Infinity; // other events, or another language: every row is written again
    this.draw();
    this.ui.drawTicks();
  }
  draw() {
    const t = this.ui.state.t;
    let now = this.found.findLastIndex((e) => e.t <= t);
    const first = Math.max(0, Math.min(now - SHOWN / 2, this.found.length - SHOWN));
    const key = `${now}/${first}/${this.found.length}`;
    if (key === this.shown) return;
    this.shown = key;
    $("event-count").textContent = this.found.length ? `${now + 1} ${say("of")} ${this.found.length}` : say("events_none");
    this.roll(first);
    $("events").querySelector('[aria-current="true"]')?.setAttribute("aria-current", "false");
    const current = this.rows[now - first]?.button;
    current?.setAttribute("aria-current", "true");
    if (current) $("events").scrollTop = current.offsetTop - $("events").offsetTop - $("events").clientHeight / 2;
  }
  /** Rows from event `first` on; those that leave at one end come back at the other: playing makes no new elements. */
  roll(first) {
    const list = $("events"), last = Math.min(first + SHOWN, this.found.length), wanted = last - first;
    const kept = this.rows.length === wanted && Math.abs(first - this.from) < wanted ? first - this.from : null;
    if (kept === null) {
      this.rows = Array.from({ length: wanted }, (_, i) => this.write(this.rows[i] ?? this.row(), first + i));
      list.replaceChildren(...this.rows.map((row) => row.item));
    }
    for (let i = 0; i < kept; i++) {
      this.rows.push(this.write(this.rows.shift(), this.from + wanted + i));
      list.append(this.rows.at(-1).item);
    }
    for (let i = 0; i > kept; i--) {
      this.rows.unshift(this.write(this.rows.pop(), this.from + i - 1));
      list.prepend(this.rows[0].item);
    }
    this.from = first;
  }
  row() {
    const time = document.createTextNode(""), text = document.createTextNode(""), row = { time, text };
    row.button = make("button", { type: "button", "aria-current": "false", onclick: () => this.choose(row.event) }, make("time", {}, time), text);
    row.item = make("li", {}, row.button);
    return row;
  }
  write(row, place) {
    row.event = this.found[place];
    row.time.data = clockText(row.event.t);
    row.text.data = this.text(row.event);
    return row;
  }
  text(e) {
    return [this.two ? "AB"[e.which] : "", say(`event_${e.event}`), e.node, e.track || e.object, DETAILS.has(e.detail) ? say(e.detail) : e.detail].filter(Boolean).join(" · ");
  }
  choose(e) {
    this.ui.seek(e.t);
    if (e.track && this.ui.models[e.which].trackIndex.has(e.track)) this.ui.select({ type: "track", id: e.track, which: e.which });
    else if (e.object) this.ui.select({ type: "object", id: e.object, which: e.which });
    else if (e.node) this.ui.select({ type: "node", id: e.node, which: e.which });
  }
  next(direction) {
    const t = this.ui.state.t;
    const e = direction > 0 ? this.found.find((x) => x.t > t) : this.found.findLast((x) => x.t < t);
    if (e) this.choose(e);
  }
}

const definition = (rows) => make("dl", {}, ...rows.filter((r) => r && r[1] !== "" && r[1] !== null && r[1] !== undefined).flatMap(([a, b]) => [make("dt", {}, a), make("dd", {}, b)]));

export class Inspector {
  constructor(ui) {
    this.ui = ui;
    this.last = "";
  }
  draw(force = false) {
    const { selection, t } = this.ui.state;
    const key = selection ? `${selection.type}/${selection.id}/${selection.which}/${Math.floor(t / 1000)}/${this.ui.stack?.length ?? 0}` : "";
    if (key === this.last && !force) return;
    this.last = key;
    const box = $("inspector");
    if (!selection) return box.replaceChildren(make("p", {}, say("nothing")));
    const m = this.ui.models[selection.which ?? 0];
    const content = m ? this[selection.type](m, selection.id, t) : null;
    const stack = this.ui.stack?.length > 1 ? make("p", {}, `${this.ui.stackAt + 1} ${say("here")} ${this.ui.stack.length} ${say("stacked")}`) : null;
    box.replaceChildren(...[make("h3", {}, (this.ui.models.length > 1 ? `${"AB"[selection.which ?? 0]} · ` : "") + selection.id), stack, ...(content ?? [])].filter(Boolean));
  }
  object(m, id, t) {
    const k = m.objectIndex.get(id);
    if (k === undefined) return null;
    const o = m.scene.objects[k], out = new Float64Array(3);
    const there = m.truth.between(k, Math.min(t, o.end), out) >= 0;
    return [
      ...this.why(o),
      definition([
        [say("side"), say(o.side)], [say("kind"), say(o.kind)], [say("system"), o.system],
        there && [say("position"), latLon(fromMap(out[0], out[1]))], there && [say("mgrs"), grid(fromMap(out[0], out[1]))], there && [say("height"), height(out[2])],
        [say("plots"), o.plots], [say("shots"), o.shots], [say("end"), make("span", {}, `${say(o.end_state)} `, this.time(o.end))], [say("killed_by"), o.killed_by],
      ]),
      ...this.story(o),
      ...this.chain(o),
    ];
  }
  why(o) {
    if (o.end_state !== "leaked" || !o.cause) return [];
    return [make("div", { class: "cause" }, make("h4", {}, say("why")), definition([[say("cause"), say(`cause_${o.cause.first}`)], [say("at_unit"), o.cause.unit]]), make("p", {}, say(`means_${o.cause.first}`)))];
  }
  /** How far the chain of each node got, in times: what the cause of a leak rests on. */
  chain(o) {
    if (!o.chain?.length) return [];
    const nodes = [...o.chain].sort((a, b) => (b.node === o.cause?.unit) - (a.node === o.cause?.unit) || (b.cause !== null) - (a.cause !== null) || (a.node < b.node ? -1 : 1));
    const at = (t) => this.time(t) ?? "–";
    const line = (name, cell) => make("tr", {}, make("th", { scope: "row" }, name), ...nodes.map((n) => make("td", {}, cell(n))));
    const stages = CHAIN.filter((s) => nodes.some((n) => n.stages[s] !== undefined));
    const rows = [
      ...stages.map((s) => line(say(`stage_${s}`), (n) => at(n.stages[s]))),
      line(say("window_from"), (n) => at(n.window[0])), line(say("window_to"), (n) => at(n.window[1])),
      line(say("identity"), (n) => (n.identity ? say(n.identity) : "–")), line(say("shots"), (n) => n.shots), line(say("cause"), (n) => (n.cause ? say(`cause_${n.cause}`) : "–")),
    ];
    const table = make("table", {}, make("thead", {}, make("tr", {}, make("td", {}), ...nodes.map((n) => make("th", { scope: "col" }, n.node)))), make("tbody", {}, ...rows));
    return [make("h4", {}, say("chain")), make("div", { class: "wide", tabindex: "0", role: "region", "aria-label": say("chain") }, table), make("p", { class: "note" }, say("window_note"))];
  }
  story(o) {
    if (!o.stages.length) return [];
    return [make("h4", {}, say("timeline")), make("ul", {}, ...o.stages.map(([stage, t]) => make("li", {}, this.time(t), ` ${stage === "outcome" ? say(o.end_state) : say(`stage_${stage}`)}`)))];
  }
  track(m, id, t) {
    const k = m.trackIndex.get(id), i = k === undefined ? -1 : m.tracks.row(k, t);
    if (k === undefined) return null;
    const owner = m.ownerOf(k);
    if (i < 0) return [definition([[say("belongs"), owner || say("false_track")]])];
    const p = m.tracks;
    return [
      definition([
        [say("status"), say(STATUS[p.status[i]])], [say("identity"), say(IDENTITIES[p.identity[i]] ?? "unknown")], [say("node"), id.split("/")[0]],
        [say("position"), latLon(p.degrees(i))], [say("mgrs"), grid(p.degrees(i))], [say("height"), height(p.altitude[i])],
        [say("speed"), `${p.speed[i]} m/s`], [say("error"), `${p.sigma[i]} m`], [say("ellipse"), say("ellipse_is", { major: Math.round(2 * p.major[i]), minor: Math.round(2 * p.minor[i]), bearing: (p.bearing[i] / 10).toFixed(0) })], [say("age"), `${((t - p.time[i]) / 1000).toFixed(0)} ${say("ago")}`],
        [say("belongs"), owner ? make("button", { type: "button", class: "link", onclick: () => this.ui.select({ type: "object", id: owner, which: this.ui.state.selection.which }) }, owner) : say("false_track")],
      ]),
    ];
  }
  node(m, id, t) {
    const n = m.node.get(id);
    if (!n) return null;
    const held = m.scene.shots.filter((s) => s.node === id && s.time <= t);
    return [
      definition([
        [say("kind"), say(n.kind)], [say("system"), n.system], [say("position"), latLon([n.longitude, n.latitude])], [say("mgrs"), grid([n.longitude, n.latitude])], [say("height"), height(n.altitude)],
        ...n.radars.map((r) => [say(r.role), `${r.system} ${both(r.range_km * 1000)} @ ${r.rcs_m2} m²`]),
        ...Object.entries(n.missiles).map(([name, count]) => [name, `${count - held.filter((s) => s.missile === name).length} / ${count}`]),
      ]),
    ];
  }
  shot(m, id) {
    const s = m.scene.shots.find((x) => `${x.node}/${x.shot}` === id);
    if (!s) return null;
    return [definition([[say("node"), s.node], [say("missile"), s.missile], [say("track"), s.track], [say("stage_launched"), this.time(s.time)], [say("predicted"), this.time(s.predicted)], [say("stage_intercept"), this.time(s.intercept)], [say("stage_assessed"), s.assessed === null ? null : make("span", {}, `${say(`assessed_${s.assessment}`)} `, this.time(s.assessed))], [say("belongs"), `${s.object || say("false_track")} · ${say(`result_${s.result || "in_flight"}`)}`]])];
  }
  time(t) {
    return t === null || t === undefined ? null : make("button", { type: "button", class: "link", onclick: () => this.ui.seek(t) }, clockText(t));
  }
}

export function objectTable(ui) {
  const m = ui.models[0], box = $("objects");
  if (!$("object-box").open) return box.replaceChildren(); // made when somebody looks: it may have thousands of rows
  const head = make("tr", {}, ...["object", "side", "kind", "end"].map((c) => make("th", { scope: "col" }, say(c))));
  const rows = m.scene.objects.map((o) => make("tr", {}, make("td", {}, make("button", { type: "button", onclick: () => ui.select({ type: "object", id: o.id, which: 0 }) }, o.id)), make("td", {}, say(o.side)), make("td", {}, say(o.kind)), make("td", {}, say(o.end_state))));
  box.replaceChildren(make("thead", {}, head), make("tbody", {}, ...rows));
}
