// Range and bearing between two points, both ways, on the ellipsoid.
import { $ } from "./dom.js";
import { toMap } from "./model.js";
import { both, direct, inverse } from "./units.js";
import { say } from "./i18n.js";


export class Measure {
  constructor(ui) {
    this.ui = ui;
    this.on = false;
    this.points = [];
    this.over = null;
  }
  get from() {
    return this.on ? this.points[0] : null;
  }
  toggle() {
    this.on = !this.on;
    this.points = [];
    this.over = null;
    this.tell();
  }
  clear() {
    this.on = false;
    this.points = [];
    this.tell();
  }
  add(at) {
    if (this.points.length > 1) this.points = [];
    this.points.push(at);
    this.tell();
  }
  hover(at) {
    if (!this.on || this.points.length !== 1) return;
    this.over = at;
    this.ui.maps.render();
  }
  tell() {
    $("measure").setAttribute("aria-pressed", this.on);
    const [a, b] = this.points;
    if (a && b) {
      const r = inverse(a, b);
      $("measured").textContent = `${both(r.distance)} · ${r.bearing.toFixed(1)}°T / ${r.back.toFixed(1)}°T`;
    } else $("measured").textContent = this.on ? say("measure_help") : "";
    this.ui.maps?.render();
  }
  draw(ctx, live) {
    const [a, b = this.on ? this.over : null] = this.points;
    if (!a || !b) return;
    const r = inverse(a, b);
    ctx.strokeStyle = this.ui.colours().selected;
    ctx.lineWidth = 1.5;
    ctx.beginPath();
    for (let i = 0; i <= 32; i++) {
      const [x, y] = toMap(...direct(a, r.bearing, (r.distance * i) / 32));
      if (i) ctx.lineTo(live.px(x), live.py(y));
      else ctx.moveTo(live.px(x), live.py(y));
    }
    ctx.stroke();
  }
}
