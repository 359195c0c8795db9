// Load CZML files with CesiumJS under Node: node tools/check_czml.mjs FOLDER FILE...
// FOLDER is where `npm install @cesium/engine` was run. Prints one JSON line for each file; ends with 1 at the first error.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import path from "node:path";

// What the library touches while it loads and a browser has; nothing is drawn.
class Stub {
  static [Symbol.hasInstance]() { return false; }
  addEventListener() {}
  removeEventListener() {}
}
for (const name of ["HTMLElement", "HTMLCanvasElement", "HTMLImageElement", "Image", "Document", "ImageBitmap", "Element"]) {
  globalThis[name] ??= class extends Stub {};
}
globalThis.window ??= globalThis;
globalThis.self ??= globalThis;
globalThis.document ??= {
  createElement: () => ({ style: {}, getContext: () => null, setAttribute() {}, appendChild() {} }),
  createElementNS: () => ({ style: {} }),
  getElementsByTagName: () => [], documentElement: { style: {} }, head: { appendChild() {} }, addEventListener() {},
};
globalThis.location ??= new URL("http://localhost/");
globalThis.document.location ??= globalThis.location;
globalThis.CESIUM_BASE_URL = "http://localhost/";

const [folder, ...files] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(folder), "package.json"));
const engine = await import(pathToFileURL(require.resolve("@cesium/engine")));

for (const file of files) {
  const packets = JSON.parse(readFileSync(file, "utf8"));
  const source = new engine.CzmlDataSource();
  try {
    await source.process(packets);
  } catch (error) {
    console.error(`${file}: ${error.message ?? error}`);
    process.exit(1);
  }
  const positions = {};
  for (const packet of packets) {
    const cartesian = packet.position?.cartesian;
    if (!cartesian || !packet.position.epoch) continue;
    const entity = source.entities.getById(packet.id);
    const epoch = engine.JulianDate.fromIso8601(packet.position.epoch);
    positions[packet.id] = [];
    for (let k = 0; k + 7 < cartesian.length; k += 4) { // halfway between two samples: what the viewer draws
      const seconds = (cartesian[k] + cartesian[k + 4]) / 2;
      const at = engine.JulianDate.addSeconds(epoch, seconds, new engine.JulianDate());
      const place = entity.position.getValue(at);
      if (!place) { console.error(`${file}: ${packet.id} has no position at ${seconds} s`); process.exit(1); }
      positions[packet.id].push([seconds, place.x, place.y, place.z]);
    }
  }
  console.log(JSON.stringify({ file, entities: source.entities.values.length, positions }));
}
process.exit(0);
