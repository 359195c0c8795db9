// A run in memory: paths as typed arrays in map coordinates, and what is true or held at an instant.
import { columns, json } from "./source.js";

const R = 6378137;
export const STATUS = ["tentative", "firm"];
export const IDENTITIES = ["pending", "unknown", "friendly", "neutral", "hostile"];

export const toMap = (lon, lat) => [
  (lon * Math.PI * R) / 180,
  R * Math.log(Math.tan(Math.PI / 4 + (Math.max(-85, Math.min(85, lat)) * Math.PI) / 360)),
];
export const fromMap = (x, y) => [
  ((((x / R) * 180) / Math.PI + 540) % 360) - 180,
  ((2 * Math.atan(Math.exp(y / R)) - Math.PI / 2) * 180) / Math.PI,
];

/** Numbers of the same size over the same bytes. */
const inPlaceOf = (column) => new Float32Array(column.buffer, column.byteOffset, column.length);

/** Paths of many things: rows ordered by owner and time; `first[k]` to `first[k + 1]` are those of owner k. */
export class Paths {
  constructor(table, owner, count) {
    const n = table.length;
    this.time = table.time;
    this.altitude = table.altitude;
    // map coordinates take the place of the degrees that came: a long run with many objects has no room for both
    this.x = inPlaceOf(table.longitude); // half a metre at the size of the earth
    this.y = inPlaceOf(table.latitude);
    for (let i = 0; i < n; i++) {
      const [x, y] = toMap(table.longitude[i] / 1e6, table.latitude[i] / 1e6);
      this.x[i] = x;
      this.y[i] = y;
    }
    this.first = new Int32Array(count + 1).fill(n);
    const owners = table[owner];
    for (let i = n - 1; i >= 0; i--) this.first[owners[i]] = i;
    for (let k = count - 1; k >= 0; k--) if (this.first[k] === n) this.first[k] = this.first[k + 1];
    this.at = this.first.slice(0, count); // where each was last looked up
  }
  /** Row in force at time `t`, or -1 before the first. */
  row(k, t) {
    const lo = this.first[k], hi = this.first[k + 1] - 1;
    if (hi < lo || t < this.time[lo]) return -1;
    let i = this.at[k];
    if (this.time[i] > t || i < lo) i = lo;
    if (i + 8 < hi && this.time[i + 8] <= t) {
      let a = i, b = hi;
      while (a < b) {
        const m = (a + b + 1) >> 1;
        if (this.time[m] <= t) a = m;
        else b = m - 1;
      }
      i = a;
    }
    while (i < hi && this.time[i + 1] <= t) i++;
    this.at[k] = i;
    return i;
  }
  /** Longitude and latitude of a row, in degrees. */
  degrees(i) {
    return fromMap(this.x[i], this.y[i]);
  }
  /** Position between two rows: `out` becomes x, y, altitude, fraction. */
  between(k, t, out) {
    const i = this.row(k, t);
    if (i < 0) return -1;
    const j = Math.min(i + 1, this.first[k + 1] - 1);
    const span = this.time[j] - this.time[i];
    const f = span > 0 ? Math.min(1, (t - this.time[i]) / span) : 0;
    out[0] = this.x[i] + f * (this.x[j] - this.x[i]);
    out[1] = this.y[i] + f * (this.y[j] - this.y[i]);
    out[2] = this.altitude[i] + f * (this.altitude[j] - this.altitude[i]);
    return i;
  }
}

/** Sorted times with running totals. */
class Steps {
  constructor(steps) {
    steps.sort((a, b) => a[0] - b[0]);
    this.time = steps.map((s) => s[0]);
    let total = 0;
    this.total = steps.map((s) => (total += s[1]));
  }
  at(t) {
    let a = -1, b = this.time.length - 1;
    while (a < b) {
      const m = (a + b + 1) >> 1;
      if (this.time[m] <= t) a = m;
      else b = m - 1;
    }
    return a < 0 ? 0 : this.total[a];
  }
}

export class RunModel {
  constructor(number) {
    this.number = number;
  }
  async load(replication) {
    this.take(await this.fetch(replication));
    return this;
  }
  /** Everything about a replication; nothing changes before it is all there. */
  async fetch(replication) {
    const base = `run/${this.number}`;
    // one after the other: the server reads one thing at a time, and the text of one is gone before the next comes
    const scene = await json(`${base}/${replication}/scene.json`);
    const tracks = await columns(`${base}/${replication}/tracks.arrow`);
    const truth = this.truth ? null : await columns(`${base}/truth.arrow`);
    const series = this.series ?? (await json(`${base}/series.json`));
    return { replication, scene, tracks, truth, series };
  }
  take({ replication, scene, tracks, truth, series }) {
    scene.events.words.track_id = scene.tracks.ids.concat(scene.events.words.track_id);
    for (const [name, words] of Object.entries(scene.events.words)) scene.events[name] = scene.events[name].map((place) => words[place]);
    delete scene.events.words;
    Object.assign(this, { scene, series, replication, ofObject: null });
    if (truth) this.truth = new Paths(truth, "object", scene.objects.length);
    this.tracks = new Paths(tracks, "track", scene.tracks.ids.length);
    const { status, identity, sigma, speed, major, minor, bearing } = tracks;
    Object.assign(this.tracks, { status, identity, sigma, speed, major, minor, bearing });
    this.index();
  }
  index() {
    const { events, shots, objects, nodes } = this.scene;
    this.node = new Map(nodes.map((n) => [n.id, { ...n, xy: toMap(n.longitude, n.latitude) }]));
    this.objectIndex = new Map(objects.map((o, k) => [o.id, k]));
    this.trackIndex = new Map(this.scene.tracks.ids.map((id, k) => [id, k]));
    this.lifetimes(events);
    const one = (t, d) => [t, d];
    this.counts = {
      held: new Steps(this.heldSteps),
      in_flight: new Steps([
        ...shots.map((s) => one(s.time, 1)),
        ...shots.filter((s) => s.intercept !== null).map((s) => one(s.intercept, -1)),
      ]),
      kills: new Steps(objects.filter((o) => o.end_state === "killed").map((o) => one(o.end, 1))),
      leaks: new Steps(objects.filter((o) => o.end_state === "leaked").map((o) => one(o.end, 1))),
      magazine: new Steps([
        one(0, nodes.reduce((sum, n) => sum + Object.values(n.missiles).reduce((a, b) => a + b, 0), 0)),
        ...shots.map((s) => one(s.time, -1)),
      ]),
    };
  }
  /** When each track ends (dropped, or its last update), and the changes of the number of firm tracks held. */
  lifetimes(events) {
    const count = this.scene.tracks.ids.length;
    this.trackEnd = new Int32Array(count);
    for (let k = 0; k < count; k++) {
      const last = this.tracks.first[k + 1] - 1;
      this.trackEnd[k] = last >= this.tracks.first[k] ? this.tracks.time[last] + 12000 : -1; // a missed update or two
    }
    const firm = new Set();
    this.heldSteps = [];
    const order = events.time.map((t, i) => i).filter((i) => events.event[i] === "firm" || events.event[i] === "dropped");
    order.sort((a, b) => events.time[a] - events.time[b] || (events.event[a] === "dropped") - (events.event[b] === "dropped"));
    for (const i of order) {
      const id = events.track_id[i], k = this.trackIndex.get(id);
      if (events.event[i] === "firm") {
        if (!firm.has(id)) this.heldSteps.push([events.time[i], 1]);
        firm.add(id);
        if (k !== undefined) this.trackEnd[k] = this.scene.duration_ms;
      } else {
        if (firm.delete(id)) this.heldSteps.push([events.time[i], -1]);
        if (k !== undefined) this.trackEnd[k] = events.time[i];
      }
    }
  }
  count(name, t) {
    return this.counts[name].at(t);
  }
  alive(k, t) {
    const o = this.scene.objects[k];
    return t >= o.start && (t < o.end || (o.end_state === "alive_at_end" && t <= o.end));
  }
  /** Name of the object that track `k` really belongs to; empty for a false track and for none. */
  ownerOf(k) {
    return this.scene.objects[this.scene.tracks.object[k]]?.id ?? "";
  }
  /** Numbers of the tracks that really belong to an object. */
  tracksOf(id) {
    if (this.ofObject?.id !== id) {
      const found = [];
      const place = this.objectIndex.get(id) ?? -2;
      this.scene.tracks.object.forEach((o, k) => o === place && found.push(k));
      this.ofObject = { id, found };
    }
    return this.ofObject.found;
  }
  /** Where a track stands: at its last update; between two where they were sent too coarsely for that. */
  trackAt(k, t, out) {
    const p = this.tracks;
    if (this.scene.tracks.step_ms > 8000) return p.between(k, t, out);
    const i = p.row(k, t);
    out[0] = p.x[i];
    out[1] = p.y[i];
    return i;
  }
  held(k, t) {
    return t <= this.trackEnd[k] && this.tracks.row(k, t) >= 0;
  }
}
