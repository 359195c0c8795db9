// Symbols: APP-6 pictures drawn at build time, or plain shapes. The shape of the frame carries the identity, not only the colour.
import sprite from "./sprite.json";

const images = new Map();
const SIZE = 24;

/** Draw every symbol once into a small canvas. */
export async function loadSymbols(ratio) {
  await Promise.all(
    Object.entries(sprite).map(async ([key, s]) => {
      const image = new Image();
      image.src = `data:image/svg+xml;base64,${btoa(s.svg)}`;
      await image.decode();
      const scale = SIZE / 30;
      const canvas = document.createElement("canvas");
      canvas.width = Math.ceil(s.width * scale * ratio);
      canvas.height = Math.ceil(s.height * scale * ratio);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      images.set(key, { canvas, width: s.width * scale, height: s.height * scale, x: s.x * scale, y: s.y * scale });
    }),
  );
}

export const SIDE_COLOURS = { friendly: "#5cc8ff", hostile: "#ff6b6b", neutral: "#8fe38f", unknown: "#ffe45c", pending: "#ffe45c" };

export function drawSymbol(ctx, theme, identity, kind, x, y) {
  if (theme === "app6") {
    const s = images.get(`${identity}/${kind}`) ?? images.get(`${identity}/aircraft`);
    if (s) {
      ctx.drawImage(s.canvas, x - s.x, y - s.y, s.width, s.height);
      return;
    }
  }
  plain(ctx, identity, x, y, 7);
}

/** friendly: circle; hostile: diamond; neutral: square; unknown and pending: four lobes. */
export function plain(ctx, identity, x, y, r) {
  ctx.beginPath();
  if (identity === "friendly") ctx.arc(x, y, r, 0, 2 * Math.PI);
  else if (identity === "hostile") {
    ctx.moveTo(x, y - r * 1.25);
    ctx.lineTo(x + r * 1.25, y);
    ctx.lineTo(x, y + r * 1.25);
    ctx.lineTo(x - r * 1.25, y);
    ctx.closePath();
  } else if (identity === "neutral") ctx.rect(x - r, y - r, 2 * r, 2 * r);
  else {
    for (let k = 0; k < 4; k++) {
      const a = (k * Math.PI) / 2, cx = x + Math.cos(a) * r * 0.6, cy = y + Math.sin(a) * r * 0.6;
      ctx.moveTo(cx + r * 0.62, cy);
      ctx.arc(cx, cy, r * 0.62, 0, 2 * Math.PI);
    }
  }
  ctx.fillStyle = SIDE_COLOURS[identity] ?? SIDE_COLOURS.unknown;
  ctx.strokeStyle = "#000";
  ctx.lineWidth = 1.5;
  ctx.stroke();
  ctx.fill();
}

export const symbolKinds = Object.keys(sprite);
