// Always there: what each mark means, drawn by the code that draws the map.
import { differenceColour, palette } from "./cover.js";
import { $, make } from "./dom.js";
import { drawSymbol } from "./symbols.js";
import { say } from "./i18n.js";

function picture(draw, width = 34, height = 26) {
  const ratio = devicePixelRatio || 1, canvas = make("canvas", { "aria-hidden": "true", width: width * ratio, height: height * ratio });
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  draw(ctx, width / 2, height / 2);
  return canvas;
}
const row = (draw, text, width) => make("div", {}, picture(draw, width), make("span", {}, text));
function stroke(ctx, colour, dash, y, width = 34) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.6;
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(2, y);
  ctx.lineTo(width - 2, y);
  ctx.stroke();
  ctx.setLineDash([]);
}

export function legend(ui) {
  const c = ui.colours(), dark = ui.state.theme === "dark";
  const sides = ["friendly", "hostile", "neutral", "unknown"].map((s) => row((ctx, x, y) => drawSymbol(ctx, ui.state.symbols, s, "aircraft", x, y), say(s), 26));
  const cross = row((ctx, x, y) => {
    stroke(ctx, c.text, [1.5, 4], y);
    ctx.beginPath();
    for (const d of [-1, 1]) {
      ctx.moveTo(x - 4, y - 4 * d);
      ctx.lineTo(x + 4, y + 4 * d);
    }
    ctx.stroke();
  }, say("truth_legend"));
  const track = row((ctx, x, y) => stroke(ctx, c.text, [], y), say("track_legend"));
  const missile = row((ctx, x, y) => {
    stroke(ctx, c.missile, [5, 4], y);
    ctx.fillStyle = c.missile;
    ctx.beginPath();
    ctx.moveTo(x, y - 5);
    ctx.lineTo(x + 4, y + 4);
    ctx.lineTo(x - 4, y + 4);
    ctx.fill();
  }, say("interceptor"));
  const ellipse = row((ctx, x, y) => {
    ctx.strokeStyle = c.selected;
    ctx.setLineDash([3, 3]);
    ctx.lineWidth = 1.5;
    ctx.beginPath();
    ctx.ellipse(x, y, 13, 6, -0.5, 0, 2 * Math.PI);
    ctx.stroke();
  }, say("ellipse_legend"));
  const rows = [...sides, cross, track, missile, ellipse];
  if (ui.covers[0]?.data?.radars.length) {
    rows.push(row((ctx, x, y) => stroke(ctx, dark ? "#ffcf70" : "#8a5a00", [8, 5], y), say("ring_legend")));
    rows.push(row((ctx, x, y) => stroke(ctx, dark ? "#bfe9ff" : "#0b4f75", [], y), say("outline_legend")));
    const most = Math.min(7, Math.max(...ui.covers.map((k) => k.data?.radars.length ?? 0)));
    const cells = picture((ctx) => {
      ctx.font = "10px system-ui";
      ctx.textAlign = "center";
      for (let n = 1; n <= most; n++) {
        ctx.fillStyle = palette(ui.state.theme, n);
        ctx.fillRect((n - 1) * 20, 0, 20, 14);
        ctx.fillStyle = dark || n < 3 ? "#000" : "#fff";
        ctx.fillText(n === 7 ? "7+" : n, (n - 1) * 20 + 10, 11);
      }
    }, most * 20, 14);
    rows.push(make("div", {}, cells, make("span", {}, say("radars_n"))));
  }
  if (ui.state.layers.difference && ui.state.mode === "compare") for (const [sign, text] of [[1, "more_in_b"], [-1, "fewer_in_b"]]) rows.push(row((ctx, x, y) => {
    ctx.fillStyle = differenceColour(sign);
    for (let k = -8; k < 8; k++) if (sign > 0 || (k + 8) % 6 > 1) ctx.fillRect(x + k, y - 6, 1, 12);
  }, say(text), 22));
  $("legend").replaceChildren(...rows);
}
