// What moves: truth (a cross with a dotted path), tracks (a framed symbol with a solid path), missiles in flight, links.
import { IDENTITIES } from "./model.js";
import { drawSymbol, SIDE_COLOURS } from "./symbols.js";

const TRAIL_MS = 300000;
const MANY = 600; // above this many live things, dots for symbols and trails for the selected only

export class Live {
  constructor(model, ui) {
    this.model = model;
    this.ui = ui;
    this.canvas = document.createElement("canvas");
    this.canvas.className = "live";
    this.hits = [];
    this.spare = []; // marks of earlier frames, used again: a thousand new ones sixty times a second are work for the collector
    this.objects = [];
    this.held = [];
    this.out = new Float64Array(3);
  }
  render(frame) {
    const ratio = frame.pixelRatio, [width, height] = frame.size;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${height}px`;
    }
    const ctx = this.canvas.getContext("2d");
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    const { center, resolution } = frame.viewState;
    this.left = center[0] - (width / 2) * resolution;
    this.top = center[1] + (height / 2) * resolution;
    this.resolution = resolution;
    this.size = [width, height];
    this.spare.push(...this.hits);
    this.hits.length = 0;
    this.draw(ctx, this.ui.state.t);
    return this.canvas;
  }
  px(x) {
    return (x - this.left) / this.resolution;
  }
  py(y) {
    return (this.top - y) / this.resolution;
  }
  visible(x, y, pad = 40) {
    return x > -pad && y > -pad && x < this.size[0] + pad && y < this.size[1] + pad;
  }
  draw(ctx, t) {
    const { layers, selection } = this.ui.state, m = this.model;
    const { objects, held: tracks } = this;
    objects.length = tracks.length = 0;
    for (let k = 0; k < m.scene.objects.length; k++) if (m.alive(k, t)) objects.push(k);
    for (let k = 0; k < m.trackEnd.length; k++) if (m.held(k, t)) tracks.push(k);
    const many = objects.length + tracks.length > MANY;
    this.still(ctx, layers);
    if (layers.truth) this.drawTruth(ctx, objects, t, many, layers, selection);
    if (layers.tracks) this.drawTracks(ctx, tracks, t, many, layers, selection);
    this.drawShots(ctx, t);
    this.drawEnds(ctx, t);
    if (layers.labels && !many) this.drawLabels(ctx);
    this.drawSelected(ctx, t);
    this.ui.drawTools(ctx, this);
  }
  /** Something that can be clicked. */
  mark(type, id, x, y, label) {
    const hit = this.spare.pop() ?? { type, id, x, y, label };
    hit.type = type;
    hit.id = id;
    hit.x = x;
    hit.y = y;
    hit.label = label;
    this.hits.push(hit);
  }
  still(ctx, layers) {
    const m = this.model;
    if (layers.links) {
      ctx.lineWidth = 1;
      ctx.strokeStyle = this.ui.colours().link;
      for (const link of m.scene.links) {
        const a = m.node.get(link.from), b = m.node.get(link.to);
        if (!a || !b) continue;
        ctx.setLineDash(link.active ? [] : [2, 5]);
        ctx.beginPath();
        ctx.moveTo(this.px(a.xy[0]), this.py(a.xy[1]));
        ctx.lineTo(this.px(b.xy[0]), this.py(b.xy[1]));
        ctx.stroke();
      }
      ctx.setLineDash([]);
    }
    for (const node of m.node.values()) {
      const x = this.px(node.xy[0]), y = this.py(node.xy[1]);
      if (!this.visible(x, y)) continue;
      drawSymbol(ctx, this.ui.state.symbols, "friendly", node.kind, x, y);
      this.mark("node", node.id, x, y, node.id);
    }
  }
  trail(ctx, paths, k, t, from) {
    const now = paths.row(k, t);
    if (now < 0) return;
    ctx.beginPath();
    ctx.moveTo(this.px(this.out[0]), this.py(this.out[1]));
    for (let i = now; i >= paths.first[k] && paths.time[i] >= from; i--) ctx.lineTo(this.px(paths.x[i]), this.py(paths.y[i]));
    ctx.stroke();
  }
  drawTruth(ctx, objects, t, many, layers, selection) {
    const m = this.model;
    for (const k of objects) {
      const o = m.scene.objects[k];
      if (m.truth.between(k, t, this.out) < 0) continue;
      const x = this.px(this.out[0]), y = this.py(this.out[1]);
      const chosen = selection?.type === "object" && selection.id === o.id;
      ctx.strokeStyle = SIDE_COLOURS[o.side];
      if ((layers.trails && !many) || chosen) {
        ctx.lineWidth = 1.2;
        ctx.setLineDash([1.5, 4]);
        this.trail(ctx, m.truth, k, t, t - TRAIL_MS);
        ctx.setLineDash([]);
      }
      if (!this.visible(x, y)) continue;
      ctx.lineWidth = 1.8;
      ctx.beginPath();
      ctx.moveTo(x - 4, y - 4);
      ctx.lineTo(x + 4, y + 4);
      ctx.moveTo(x + 4, y - 4);
      ctx.lineTo(x - 4, y + 4);
      ctx.stroke();
      this.mark("object", o.id, x, y, o.id);
    }
  }
  drawTracks(ctx, tracks, t, many, layers, selection) {
    const m = this.model, paths = m.tracks;
    for (const k of tracks) {
      const i = paths.row(k, t);
      const firm = paths.status[i] === 1;
      if (!firm && !layers.tentative) continue;
      const id = m.scene.tracks.ids[k], identity = IDENTITIES[paths.identity[i]] ?? "unknown";
      m.trackAt(k, t, this.out);
      const x = this.px(this.out[0]), y = this.py(this.out[1]);
      const chosen = selection?.type === "track" && selection.id === id;
      ctx.strokeStyle = SIDE_COLOURS[identity];
      if ((layers.trails && !many) || chosen) {
        ctx.lineWidth = 1.2;
        this.trail(ctx, paths, k, t, t - TRAIL_MS);
      }
      if (!this.visible(x, y)) continue;
      if (many || !firm) {
        ctx.fillStyle = SIDE_COLOURS[identity];
        ctx.fillRect(x - 2, y - 2, 4, 4);
      } else {
        const owner = m.scene.tracks.object[k];
        drawSymbol(ctx, this.ui.state.symbols, identity, identity === "pending" || owner < 0 ? "aircraft" : m.scene.objects[owner].kind, x, y);
      }
      this.mark("track", id, x, y, id);
    }
  }
  drawShots(ctx, t) {
    const m = this.model, c = this.ui.colours();
    for (const s of m.scene.shots) {
      const end = s.intercept ?? s.predicted;
      if (t < s.time || t > end) continue;
      const from = m.node.get(s.node), k = m.trackIndex.get(s.track);
      if (!from || k === undefined) continue;
      const i = m.tracks.row(k, t);
      if (i < 0) continue;
      const f = end > s.time ? (t - s.time) / (end - s.time) : 1;
      m.trackAt(k, t, this.out);
      const x0 = this.px(from.xy[0]), y0 = this.py(from.xy[1]), x1 = this.px(this.out[0]), y1 = this.py(this.out[1]);
      const x = x0 + f * (x1 - x0), y = y0 + f * (y1 - y0);
      ctx.strokeStyle = c.missile;
      ctx.lineWidth = 1.5;
      ctx.setLineDash([5, 4]);
      line(ctx, x0, y0, x1, y1);
      ctx.setLineDash([]);
      ctx.fillStyle = c.missile;
      ctx.beginPath();
      ctx.moveTo(x, y - 5);
      ctx.lineTo(x + 4, y + 4);
      ctx.lineTo(x - 4, y + 4);
      ctx.fill();
      this.mark("shot", `${s.node}/${s.shot}`, x, y, s.missile);
    }
  }
  drawEnds(ctx, t) {
    const m = this.model, c = this.ui.colours();
    for (let k = 0; k < m.scene.objects.length; k++) {
      const o = m.scene.objects[k], since = t - o.end;
      if (since < 0 || since > 30000 || (o.end_state !== "killed" && o.end_state !== "leaked")) continue;
      if (m.truth.between(k, o.end, this.out) < 0) continue;
      const x = this.px(this.out[0]), y = this.py(this.out[1]), r = 6 + since / 3000;
      ctx.strokeStyle = o.end_state === "killed" ? c.kill : c.leak;
      ctx.lineWidth = 2;
      ctx.beginPath();
      if (o.end_state === "killed") for (let a = 0; a < 8; a++) {
        ctx.moveTo(x + Math.cos((a * Math.PI) / 4) * r * 0.5, y + Math.sin((a * Math.PI) / 4) * r * 0.5);
        ctx.lineTo(x + Math.cos((a * Math.PI) / 4) * r, y + Math.sin((a * Math.PI) / 4) * r);
      } else ctx.rect(x - r, y - r, 2 * r, 2 * r);
      ctx.stroke();
    }
  }
  drawLabels(ctx) {
    ctx.font = "11px system-ui, sans-serif";
    ctx.textBaseline = "middle";
    const c = this.ui.colours(), taken = new Set();
    const order = { node: 0, object: 1, track: 2, shot: 3 };
    for (const h of [...this.hits].sort((a, b) => order[a.type] - order[b.type])) {
      if (h.type === "shot" || (h.type === "track" && this.ui.state.layers.truth)) continue;
      if (!this.free(taken, h.x + 16, h.y, h.label.length * 6.6)) continue;
      ctx.lineWidth = 3;
      ctx.strokeStyle = c.halo;
      ctx.strokeText(h.label, h.x + 16, h.y);
      ctx.fillStyle = c.text;
      ctx.fillText(h.label, h.x + 16, h.y);
    }
  }
  /** Whether a label fits there; then its place is taken. Places are cells of 20 by 14 pixels. */
  free(taken, x, y, width) {
    const cells = [];
    for (let row = Math.floor((y - 6) / 14); row <= Math.floor((y + 6) / 14); row++) for (let c = Math.floor(x / 20); c <= Math.floor((x + width) / 20); c++) cells.push(row * 4096 + c);
    if (cells.some((k) => taken.has(k))) return false;
    for (const k of cells) taken.add(k);
    return true;
  }
  drawSelected(ctx, t) {
    const s = this.ui.state.selection;
    if (!s) return;
    const hit = this.hits.find((h) => h.type === s.type && h.id === s.id);
    if (!hit) return;
    ctx.strokeStyle = this.ui.colours().selected;
    ctx.lineWidth = 2;
    ctx.beginPath();
    ctx.arc(hit.x, hit.y, 17, 0, 2 * Math.PI);
    ctx.stroke();
    const m = this.model;
    if (s.type === "track") this.drawEllipse(ctx, m.trackIndex.get(s.id), t);
    if (s.type === "object") for (const k of m.tracksOf(s.id)) if (m.held(k, t)) this.drawEllipse(ctx, k, t);
  }
  /** Two standard errors of a track in the horizontal plane. */
  drawEllipse(ctx, k, t) {
    const p = this.model.tracks, i = p.row(k, t);
    if (i < 0) return;
    const scale = (2 * this.ground(p.degrees(i)[1])) / this.resolution;
    ctx.lineWidth = 1.5;
    ctx.setLineDash([3, 3]);
    ctx.beginPath();
    this.model.trackAt(k, t, this.out);
    ctx.ellipse(this.px(this.out[0]), this.py(this.out[1]), Math.max(p.major[i] * scale, 1), Math.max(p.minor[i] * scale, 1), (p.bearing[i] / 10 - 90) * (Math.PI / 180), 0, 2 * Math.PI);
    ctx.stroke();
    ctx.setLineDash([]);
  }
  /** Map units per metre on the ground. */
  ground(latitude) {
    return 1 / Math.cos((latitude * Math.PI) / 180);
  }
  near(x, y, radius = 14) {
    return this.hits.filter((h) => (h.x - x) ** 2 + (h.y - y) ** 2 <= radius * radius)
      .map((h) => ({ ...h })) // kept by who asks, while the marks are used again
      .sort((a, b) => (a.x - x) ** 2 + (a.y - y) ** 2 - ((b.x - x) ** 2 + (b.y - y) ** 2) || (a.id < b.id ? -1 : 1));
  }
}

function line(ctx, x0, y0, x1, y1) {
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}
