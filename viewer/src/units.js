// Numbers as people read them. Range and bearing on the WGS 84 ellipsoid, by Karney's method.
import geodesic from "geographiclib-geodesic";
import { forward } from "mgrs";
import { pad } from "./clock.js";

export { clockText, parseClock } from "./clock.js";

const earth = geodesic.Geodesic.WGS84;
export const FOOT = 0.3048;
export const NAUTICAL = 1852;

export function inverse(a, b) {
  const r = earth.Inverse(a[1], a[0], b[1], b[0]);
  return { distance: r.s12, bearing: (r.azi1 + 360) % 360, back: (r.azi2 + 180 + 360) % 360 };
}
export function direct(from, bearing, distance) {
  const r = earth.Direct(from[1], from[0], bearing, distance);
  return [r.lon2, r.lat2];
}
function angle(value, positive, negative, width) {
  const a = Math.abs(value), d = Math.floor(a), m = (a - d) * 60;
  return m >= 59.995 ? `${pad(d + 1, width)}°00.00′${value < 0 ? negative : positive}` : `${pad(d, width)}°${pad(m.toFixed(2), 5)}′${value < 0 ? negative : positive}`;
}
export const latLon = ([lon, lat]) => `${angle(lat, "N", "S", 2)} ${angle(lon, "E", "W", 3)}`;
export function grid([lon, lat]) {
  if (lat > 84 || lat < -80) return "–";
  const text = forward([lon, lat], 5);
  return text.replace(/^(\d+[A-Z])([A-Z]{2})(\d{5})(\d{5})$/, "$1 $2 $3 $4");
}
export const km = (m, digits = 1) => `${(m / 1000).toFixed(digits)} km`;
export const both = (m) => `${(m / 1000).toFixed(1)} km (${(m / NAUTICAL).toFixed(1)} NM)`;
export const height = (m) => `${Math.round(m)} m (${Math.round(m / FOOT)} ft)`;
