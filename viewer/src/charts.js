// Counts over time: the shown replication as steps, the band of all replications behind it.
import uPlot from "uplot";
import { clockText } from "./units.js";
import { say } from "./i18n.js";

const CHARTS = [["held"], ["kills", "leaks"], ["in_flight", "magazine"]];
const STYLE = { held: 0, kills: 0, leaks: 1, in_flight: 0, magazine: 1 };

export class Charts {
  constructor(root, ui) {
    this.root = root;
    this.ui = ui;
    this.plots = [];
    new ResizeObserver(() => this.resize()).observe(root);
  }
  build(models) {
    for (const p of this.plots) p.destroy();
    this.root.replaceChildren();
    const c = this.ui.colours();
    const longest = models.reduce((a, b) => (b.scene.duration_ms > a.scene.duration_ms ? b : a));
    const x = longest.series.time.map((t) => t / 1000);
    this.plots = CHARTS.map((names) => {
      const box = document.createElement("div");
      box.className = "chart";
      const caption = document.createElement("p");
      caption.textContent = names.map((n) => `${STYLE[n] ? "▫" : "▪"} ${say(n)}`).join("   ") + ` · ${say("band", { n: models[0].series.replications })}`;
      box.append(caption);
      this.root.append(box);
      const series = [{}], bands = [], data = [x];
      models.forEach((m, which) => {
        for (const n of names) {
          const colour = STYLE[n] ? c.chart2 : c.chart1;
          const at = (values) => resample(m.series.time, values, longest.series.time);
          data.push(at(m.series.bands[n][2]), at(m.series.bands[n][0]));
          series.push({ stroke: "transparent", width: 0, points: { show: false } }, { stroke: "transparent", width: 0, points: { show: false } });
          bands.push({ series: [series.length - 2, series.length - 1], fill: colour + (which ? "1c" : "33") });
          data.push(longest.series.time.map((t) => (t <= m.scene.duration_ms ? m.count(n, t) : null)));
          series.push({ stroke: colour, width: 1.6, dash: which ? [6, 4] : undefined, points: { show: false } });
        }
      });
      const axis = { stroke: c.soft, grid: { stroke: c.line, width: 1 }, ticks: { show: false }, font: "11px system-ui" };
      return new uPlot(
        {
          width: Math.max(120, box.clientWidth), height: 112, series, bands, legend: { show: false }, padding: [16, 8, 0, 0],
          scales: { x: { time: false }, y: { range: (u, lo, hi) => [0, Math.max(1, hi * 1.05)] } },
          axes: [{ ...axis, values: (u, v) => v.map((s) => clockText(s * 1000)), space: 90, size: 20 }, { ...axis, size: 40, space: 22 }],
          cursor: { y: false, drag: { x: false, y: false } },
          hooks: {
            draw: [(u) => this.marker(u)],
            ready: [(u) => u.over.addEventListener("click", (e) => this.ui.seek(u.posToVal(e.offsetX, "x") * 1000))],
          },
        },
        data, box,
      );
    });
  }
  marker(u) {
    const x = u.valToPos(this.ui.state.t / 1000, "x", true);
    u.ctx.save();
    u.ctx.strokeStyle = this.ui.colours().text;
    u.ctx.beginPath();
    u.ctx.moveTo(x, u.bbox.top);
    u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
    u.ctx.stroke();
    u.ctx.restore();
  }
  draw() {
    for (const p of this.plots) p.redraw(false, false);
  }
  resize() {
    for (const p of this.plots) p.setSize({ width: Math.max(120, p.root.parentElement.clientWidth), height: 112 });
  }
}

/** Values at `from` looked up at `to` (the last before), for runs of different length; null after the end. */
function resample(from, values, to) {
  let i = 0;
  return to.map((t) => {
    if (t > from[from.length - 1]) return null;
    while (i + 1 < from.length && from[i + 1] <= t) i++;
    return values[i];
  });
}
