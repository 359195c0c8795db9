// Coverage: per radar and altitude the server says how far it sees at each azimuth; the page applies the RCS.
import { direct } from "./units.js";
import { toMap } from "./model.js";

const PALETTES = {
  dark: ["#7fd6ff", "#59b9f0", "#c3a6ff", "#f2a0e0", "#ffb38a", "#ffd766", "#fff7b0"],
  light: ["#9fd3ee", "#5aa9d6", "#7b86d8", "#a05cc0", "#c04a8a", "#c4553a", "#8f3d12"],
};
export const palette = (theme, n) => PALETTES[theme][Math.min(n, 7) - 1];

export class Cover {
  constructor(data) {
    this.data = data;
    this.cache = new Map();
  }
  get altitudes() {
    return this.data?.altitudes_m ?? [];
  }
  /** Farthest range [m] by azimuth at which an object of `rcs` is seen; `band` is low, nominal or high. */
  ranges(radar, altitude, rcs, band) {
    const steps = this.data.rcs_dbsm, dbsm = Math.round(10 * Math.log10(rcs));
    const reach = radar.reach_m[band][altitude][Math.max(0, Math.min(steps.length - 1, dbsm - steps[0]))] ?? Infinity;
    const least = radar.least_m[altitude];
    return radar.sight_m[altitude].map((s) => {
      const r = Math.min(s, reach);
      return r > least ? r : 0;
    });
  }
  outline(radar, altitude, rcs, band) {
    const key = `${radar.id}|${altitude}|${rcs}|${band}`;
    if (!this.cache.has(key)) {
      if (this.cache.size > 400) this.cache.clear();
      const site = [radar.longitude, radar.latitude];
      const ranges = this.ranges(radar, altitude, rcs, band);
      this.cache.set(key, ranges.map((r, k) => (r > 0 ? toMap(...direct(site, (k * 360) / ranges.length, r)) : toMap(...site))));
    }
    return this.cache.get(key);
  }
  ring(radar) {
    const key = `ring|${radar.id}`;
    if (!this.cache.has(key)) {
      const points = [];
      for (let a = 0; a < 360; a += 2) points.push(toMap(...direct([radar.longitude, radar.latitude], a, radar.published_m)));
      this.cache.set(key, points);
    }
    return this.cache.get(key);
  }
  /** Share of the published disc that is seen, by area. */
  share(radar, altitude, rcs, band) {
    const ranges = this.ranges(radar, altitude, rcs, band);
    const sum = ranges.reduce((total, r) => total + Math.min(r, radar.published_m) ** 2, 0);
    return sum / ranges.length / radar.published_m ** 2;
  }
}

function path(ctx, points, view) {
  ctx.beginPath();
  points.forEach(([x, y], i) => {
    const px = (x - view.left) / view.resolution, py = (view.top - y) / view.resolution;
    if (i) ctx.lineTo(px, py);
    else ctx.moveTo(px, py);
  });
  ctx.closePath();
}

/** Number of radars that see each pixel, as a small picture: each outline adds one to the red channel. */
function countGrid(cover, state, view, scale) {
  const width = Math.ceil(view.width * scale), height = Math.ceil(view.height * scale);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  ctx.fillStyle = "#000";
  ctx.fillRect(0, 0, width, height);
  ctx.globalCompositeOperation = "lighter";
  ctx.scale(scale, scale);
  ctx.fillStyle = "rgb(16,0,0)";
  for (const radar of cover.data.radars) {
    path(ctx, cover.outline(radar, state.altitude, state.rcs, state.band), view);
    ctx.fill();
  }
  return { canvas, ctx, data: ctx.getImageData(0, 0, width, height) };
}

const MORE = [80, 170, 255], FEWER = [255, 150, 60];
export const differenceColour = (sign) => `rgb(${(sign > 0 ? MORE : FEWER).join(",")})`;
const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

export function drawCoverage(ctx, view, cover, other, state, theme, layers) {
  if (!cover?.data?.radars.length) return;
  const scale = 0.5;
  if (layers.count || (layers.difference && other)) {
    const grid = countGrid(cover, state, view, scale), data = grid.data.data;
    const second = layers.difference && other ? countGrid(other, state, view, scale).data.data : null;
    const colours = Array.from({ length: 8 }, (_, n) => (n ? rgb(palette(theme, n)) : null));
    for (let i = 0; i < data.length; i += 4) {
      const n = Math.round(data[i] / 16), d = second ? Math.round(second[i] / 16) - n : 0;
      const c = second ? (d > 0 ? MORE : d < 0 ? FEWER : null) : n ? colours[Math.min(n, 7)] : null;
      const hatch = second && d < 0 && ((i >> 2) + Math.floor((i >> 2) / grid.canvas.width)) % 6 < 2;
      data[i] = c ? c[0] : 0;
      data[i + 1] = c ? c[1] : 0;
      data[i + 2] = c ? c[2] : 0;
      data[i + 3] = c && !hatch ? 255 : 0;
    }
    grid.ctx.putImageData(grid.data, 0, 0);
    ctx.save();
    ctx.globalAlpha = state.opacity;
    ctx.drawImage(grid.canvas, 0, 0, view.width, view.height);
    ctx.restore();
  }
  for (const radar of cover.data.radars) {
    if (layers.outlines) {
      path(ctx, cover.outline(radar, state.altitude, state.rcs, state.band), view);
      ctx.strokeStyle = theme === "dark" ? "#bfe9ff" : "#0b4f75";
      ctx.lineWidth = 1.4;
      ctx.stroke();
    }
    if (layers.rings) {
      path(ctx, cover.ring(radar), view);
      ctx.strokeStyle = theme === "dark" ? "#ffcf70" : "#8a5a00";
      ctx.setLineDash([8, 5]);
      ctx.lineWidth = 1.2;
      ctx.stroke();
      ctx.setLineDash([]);
    }
  }
}
