// Small drawings in SVG: curves over an axis, and bars with their intervals. Colour is never the only carrier: dashes and marks differ too.
import { draw } from "./dom.js";

const WIDTH = 520;
const shape = { 0: "circle", 1: "square", 2: "diamond", 3: "triangle" };

/** Round steps between two values. */
export function ticks(low, high, about = 5) {
  const raw = (high - low || 1) / about, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].find((s) => s * power >= raw) * power;
  const found = [];
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + step * 1e-9; v += step) found.push(Math.abs(v) < step / 1e6 ? 0 : v);
  return found;
}
export const short = (v) => (v === null || v === undefined ? "–" : (Math.abs(v) >= 1000 ? Math.round(v).toString() : +v.toPrecision(3)).toString().replace("-", "−"));

const scale = (low, high, from, to) => (v) => from + ((v - low) / (high - low || 1)) * (to - from);
const textWidth = (text, size = 12) => text.length * size * 0.56;

function mark(kind, x, y, cls) {
  const r = 3.6;
  if (shape[kind % 4] === "square") return draw("rect", { x: x - r, y: y - r, width: 2 * r, height: 2 * r, class: cls });
  if (shape[kind % 4] === "diamond") return draw("path", { d: `M${x} ${y - 1.3 * r}L${x + 1.3 * r} ${y}L${x} ${y + 1.3 * r}L${x - 1.3 * r} ${y}Z`, class: cls });
  if (shape[kind % 4] === "triangle") return draw("path", { d: `M${x} ${y - 1.2 * r}L${x + 1.2 * r} ${y + r}L${x - 1.2 * r} ${y + r}Z`, class: cls });
  return draw("circle", { cx: x, cy: y, r, class: cls });
}
export const key = (kind) => draw("svg", { viewBox: "0 0 34 12", "aria-hidden": "true" }, draw("path", { d: "M1 6H33", class: `curve s${kind}` }), mark(kind, 17, 6, `f${kind}`));

function frame(height, label, told) {
  return draw("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": `${label}. ${told}` });
}

/** Curves: `lines` are { kind, points: [[x, y]] }; `asked` is a value of x or y to mark. */
export function curves({ label, told, lines, x, y, asked, marks = true }) {
  const height = 306, left = 62, top = asked ? 26 : 14, right = WIDTH - 16, bottom = height - 46;
  const svg = frame(height, label, told), px = scale(x.low, x.high, left, right), py = scale(y.low, y.high, bottom, top);
  for (const v of ticks(y.low, y.high)) svg.append(draw("path", { d: `M${left} ${py(v)}H${right}`, class: "grid" }), draw("text", { x: left - 8, y: py(v) + 4, "text-anchor": "end", class: "soft" }, short(v)));
  for (const v of ticks(x.low, x.high, 6)) svg.append(draw("path", { d: `M${px(v)} ${bottom}v5`, class: "axis" }), draw("text", { x: px(v), y: bottom + 18, "text-anchor": "middle", class: "soft" }, short(v)));
  svg.append(draw("path", { d: `M${left} ${top}V${bottom}H${right}`, class: "axis" }));
  svg.append(draw("text", { x: (left + right) / 2, y: height - 8, "text-anchor": "middle" }, x.name), draw("text", { transform: `translate(14 ${(top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle" }, y.name));
  if (asked) {
    const at = asked.x !== undefined ? px(asked.x) : py(asked.y);
    svg.append(draw("path", { d: asked.x !== undefined ? `M${at} ${top}V${bottom}` : `M${left} ${at}H${right}`, class: "asked" }));
    const end = asked.x !== undefined && at > (left + right) / 2;
    svg.append(draw("text", asked.x !== undefined ? { x: at + (end ? 4 : -4), y: top - 8, "text-anchor": end ? "end" : "start" } : { x: right - 4, y: at - 5, "text-anchor": "end" }, asked.name));
  }
  for (const { kind, band } of lines) if (band?.length > 1) svg.append(draw("path", { d: `M${[...band.map(([a, , v]) => [a, v]), ...band.map(([, b, v]) => [b, v]).reverse()].map(([a, b]) => `${px(a).toFixed(1)} ${py(b).toFixed(1)}`).join("L")}Z`, class: `band f${kind}` }));
  for (const { kind, points } of lines) {
    const known = points.filter(([, v]) => v !== null && v !== undefined);
    if (!known.length) continue;
    svg.append(draw("path", { d: `M${known.map(([a, b]) => `${px(a).toFixed(1)} ${py(b).toFixed(1)}`).join("L")}`, class: `curve s${kind}` }));
    const some = marks ? known : known.filter((_, i) => i % Math.ceil(known.length / 6) === Math.floor(known.length / 12));
    for (const [a, b] of some) svg.append(mark(kind, px(a), py(b), `f${kind}`));
  }
  return svg;
}

/** Bars: `rows` are { name, value, half, ones } in per cent or in the unit of the measure. */
export function bars({ label, told, rows, axis, show }) {
  const step = 30, top = 6, height = top + rows.length * step + 46;
  const names = Math.min(170, 16 + Math.max(...rows.map((r) => textWidth(r.name)))), numbers = 118;
  const ends = rows.flatMap((r) => [0, r.value, r.value - r.half, r.value + r.half, ...r.ones]);
  const left = names, right = WIDTH - numbers, bottom = top + rows.length * step, low = Math.min(...ends), high = Math.max(...ends);
  const svg = frame(height, label, told), px = scale(low, high, left, right);
  for (const v of ticks(low, high, 4)) svg.append(draw("path", { d: `M${px(v)} ${top}V${bottom}`, class: "grid" }), draw("text", { x: px(v), y: bottom + 17, "text-anchor": "middle", class: "soft" }, short(v)));
  svg.append(draw("path", { d: `M${px(0)} ${top}V${bottom}`, class: "axis" }), draw("text", { x: (left + right) / 2, y: height - 8, "text-anchor": "middle" }, axis));
  rows.forEach((r, i) => {
    const y = top + i * step, a = Math.min(px(0), px(r.value)), most = Math.floor((names - 16) / 6.7);
    svg.append(draw("rect", { x: a, y: y + 5, width: Math.max(1, Math.abs(px(r.value) - px(0))), height: 14, class: "bar" }));
    svg.append(draw("path", { d: `M${px(r.value - r.half)} ${y + 12}H${px(r.value + r.half)}M${px(r.value - r.half)} ${y + 8}v8M${px(r.value + r.half)} ${y + 8}v8`, class: "whisker" }));
    if (r.ones.length === 2) svg.append(draw("path", { d: `M${px(Math.min(...r.ones))} ${y + 23}H${px(Math.max(...r.ones))}`, class: "axis" }));
    svg.append(draw("text", { x: left - 8, y: y + 16, "text-anchor": "end" }, draw("title", {}, r.name), r.name.length > most ? `${r.name.slice(0, most - 1)}…` : r.name));
    svg.append(draw("text", { x: right + 8, y: y + 16 }, show(r)));
  });
  return svg;
}
