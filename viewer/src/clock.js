// Times since the start of the scenario, as people write them.
export const pad = (n, w = 2) => String(n).padStart(w, "0");
export function clockText(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  return `${pad(Math.floor(s / 3600))}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`;
}
/** "1:02:03", "62:03", "3723" or "3723s" as milliseconds; NaN for anything else. */
export function parseClock(text) {
  const t = text.trim().replace(/s$/, "");
  if (!/^\d+(:\d{1,2}){0,2}(\.\d+)?$/.test(t)) return NaN;
  return t.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
}
