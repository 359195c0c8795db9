// Builds the page into src/openiads/web/static. `--check` builds aside and fails when the bytes differ from what is committed.
import { build } from "esbuild";
import { createRequire } from "node:module";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const check = process.argv.includes("--check");
const target = resolve(here, "../src/openiads/web/static");
const out = check ? mkdtempSync(join(tmpdir(), "viewer-")) : target;
mkdirSync(out, { recursive: true });

// APP-6 symbols of what the tables can hold, drawn once here so that the page needs no symbol library
const ms = createRequire(import.meta.url)("milsymbol");
const IDENTITY = { pending: "0", unknown: "1", friendly: "3", neutral: "4", hostile: "6" };
const KIND = {
  aircraft: ["01", "110104"], cruise_missile: ["02", "110000"], drone: ["01", "110300"], ballistic: ["02", "110000"], decoy: ["01", "120400"],
  fire_unit: ["10", "130102"], command_post: ["10", "130100"], sensor: ["15", "220300"],
};
const sprite = {};
for (const [identity, digit] of Object.entries(IDENTITY)) for (const [kind, [set, entity]] of Object.entries(KIND)) {
  const symbol = new ms.Symbol(`100${digit}${set}0000${entity}0000`, { size: 22, outlineWidth: 2, outlineColor: "rgba(0,0,0,0.6)" });
  const { width, height } = symbol.getSize(), anchor = symbol.getAnchor();
  sprite[`${identity}/${kind}`] = { svg: symbol.asSVG().replace(/(\d+\.\d{3})\d+/g, "$1"), width: +width.toFixed(2), height: +height.toFixed(2), x: +anchor.x.toFixed(2), y: +anchor.y.toFixed(2) };
}
writeFileSync(join(here, "src/sprite.json"), JSON.stringify(sprite));

const common = { bundle: true, minify: true, format: "iife", target: "es2022", metafile: true, legalComments: "none", absWorkingDir: here, logLevel: "warning", charset: "utf8" };
const main = await build({ ...common, entryPoints: { app: "src/main.js", study: "src/study.js", basemap: "src/basemap.js" }, outdir: out });
for (const page of ["index.html", "study.html"]) writeFileSync(join(out, page), readFileSync(join(here, "src", page)));

// licences of everything that went into the bundle
const packages = new Set();
for (const input of Object.keys(main.metafile.inputs)) {
  const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
  if (match) packages.add(match[1]);
}
const notice = ["The viewer contains these packages.", ""];
for (const name of [...packages, "milsymbol"].sort()) {
  const folder = join(here, "node_modules", name), info = JSON.parse(readFileSync(join(folder, "package.json")));
  const file = readdirSync(folder).find((f) => /^licen[cs]e(\.(md|txt))?$/i.test(f));
  notice.push(`${name} ${info.version} (${info.license})${name === "milsymbol" ? ", which drew the symbols" : ""}`, "");
  if (file) notice.push(readFileSync(join(folder, file), "utf8").trim(), "");
}
writeFileSync(join(out, "NOTICE.txt"), notice.join("\n"));

if (check) {
  const files = readdirSync(out);
  const wrong = files.filter((f) => !readFileSync(join(out, f)).equals(readFileSync(join(target, f))));
  if (wrong.length) {
    console.error(`built bytes differ from those committed: ${wrong.join(", ")}. Run npm run build and commit.`);
    process.exit(1);
  }
  console.log(`${files.length} files as committed`);
}
