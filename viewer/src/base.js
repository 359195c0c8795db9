// What stands still: land, coasts, borders, relief, coverage. Drawn 1.4 times oversize and moved while the map is dragged.
import { feature, mesh } from "topojson-client";
import { toMap } from "./model.js";

const MARGIN = 0.2;

export function worldOf(topology) {
  const countries = topology.objects.countries;
  const project = (lines) => lines.map((line) => Float64Array.from(line.flatMap(([lon, lat]) => toMap(lon, lat))));
  const rings = [];
  for (const f of feature(topology, countries).features) {
    const parts = f.geometry.type === "Polygon" ? [f.geometry.coordinates] : f.geometry.coordinates;
    for (const part of parts) rings.push(...part);
  }
  return {
    land: boxed(project(rings)),
    coasts: boxed(project(mesh(topology, countries, (a, b) => a === b).coordinates)),
    borders: boxed(project(mesh(topology, countries, (a, b) => a !== b).coordinates)),
  };
}

function boxed(lines) {
  return lines.map((points) => {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < points.length; i += 2) {
      box[0] = Math.min(box[0], points[i]);
      box[1] = Math.min(box[1], points[i + 1]);
      box[2] = Math.max(box[2], points[i]);
      box[3] = Math.max(box[3], points[i + 1]);
    }
    return { points, box };
  });
}

function trace(ctx, lines, view, close) {
  const step = view.resolution * 0.7;
  ctx.beginPath();
  for (const { points, box } of lines) {
    if (box[2] < view.box[0] || box[0] > view.box[2] || box[3] < view.box[1] || box[1] > view.box[3]) continue;
    if (box[2] - box[0] < step && box[3] - box[1] < step) continue;
    let lastX = points[0], lastY = points[1];
    ctx.moveTo((lastX - view.left) / view.resolution, (view.top - lastY) / view.resolution);
    for (let i = 2; i < points.length; i += 2) {
      const x = points[i], y = points[i + 1];
      if (i < points.length - 2 && Math.abs(x - lastX) < step && Math.abs(y - lastY) < step) continue;
      ctx.lineTo((x - view.left) / view.resolution, (view.top - y) / view.resolution);
      lastX = x;
      lastY = y;
    }
    if (close) ctx.closePath();
  }
}

/** The still picture under a map. `extra(ctx, view)` draws coverage on it; `dirty()` makes it draw anew. */
export class Base {
  constructor(world, colours, extra) {
    this.world = world;
    this.colours = colours;
    this.extra = extra;
    this.canvas = document.createElement("canvas");
    this.canvas.className = "base";
    this.holder = document.createElement("div");
    this.holder.className = "base-holder";
    this.holder.append(this.canvas);
    this.borders = true;
    this.relief = null;
    this.showRelief = true;
    this.seethrough = false; // over a base map of the user's own
    this.drawn = null;
  }
  dirty() {
    this.drawn = null;
  }
  render(frame) {
    const { center, resolution } = frame.viewState;
    const [width, height] = frame.size;
    const d = this.drawn;
    const moving = frame.viewHints[0] > 0 || frame.viewHints[1] > 0;
    const fits = d && d.width === width && d.height === height && d.ratio === frame.pixelRatio;
    const inside = fits && Math.abs(center[0] - d.center[0]) / resolution < width * MARGIN * 0.98 && Math.abs(center[1] - d.center[1]) / resolution < height * MARGIN * 0.98;
    if (!fits || (!moving && d.resolution !== resolution) || (!inside && (!moving || d.resolution === resolution))) this.draw(center, resolution, width, height, frame.pixelRatio);
    const b = this.drawn, scale = b.resolution / resolution;
    const left = (b.center[0] - center[0]) / resolution + width / 2 - (b.fullWidth / 2) * scale;
    const top = (center[1] - b.center[1]) / resolution + height / 2 - (b.fullHeight / 2) * scale;
    this.canvas.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
    return this.holder;
  }
  draw(center, resolution, width, height, ratio) {
    const fullWidth = Math.ceil(width * (1 + 2 * MARGIN)), fullHeight = Math.ceil(height * (1 + 2 * MARGIN));
    const canvas = this.canvas;
    canvas.width = fullWidth * ratio;
    canvas.height = fullHeight * ratio;
    canvas.style.width = `${fullWidth}px`;
    canvas.style.height = `${fullHeight}px`;
    const ctx = canvas.getContext("2d");
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    const left = center[0] - (fullWidth / 2) * resolution, top = center[1] + (fullHeight / 2) * resolution;
    const view = { left, top, resolution, width: fullWidth, height: fullHeight, ratio, box: [left, top - fullHeight * resolution, left + fullWidth * resolution, top] };
    const c = this.colours();
    if (!this.seethrough) {
      ctx.fillStyle = c.sea;
      ctx.fillRect(0, 0, fullWidth, fullHeight);
      trace(ctx, this.world.land, view, true);
      ctx.fillStyle = c.land;
      ctx.fill();
    }
    if (this.relief && this.showRelief) this.drawRelief(ctx, view);
    this.extra(ctx, view);
    trace(ctx, this.world.coasts, view, false);
    ctx.strokeStyle = c.coast;
    ctx.lineWidth = 1;
    ctx.stroke();
    if (this.borders) {
      trace(ctx, this.world.borders, view, false);
      ctx.setLineDash([6, 3, 1.5, 3]);
      ctx.strokeStyle = c.border;
      ctx.stroke();
      ctx.setLineDash([]);
    }
    this.drawn = { center: [...center], resolution, width, height, ratio, fullWidth, fullHeight };
  }
  drawRelief(ctx, view) {
    const { image, extent } = this.relief;
    const [x0, y0] = toMap(extent.west, extent.south), [x1, y1] = toMap(extent.east, extent.north);
    ctx.save();
    ctx.globalAlpha = 0.85;
    ctx.globalCompositeOperation = "soft-light";
    ctx.drawImage(image, (x0 - view.left) / view.resolution, (view.top - y1) / view.resolution, (x1 - x0) / view.resolution, (y1 - y0) / view.resolution);
    ctx.restore();
  }
}
