// Where data comes from: the local server, or blocks inside an exported file. Same names either way.
import { tableFromIPC } from "@uwdata/flechette";

const blocks = new Map();
for (const block of document.querySelectorAll("script[data-name]")) blocks.set(block.dataset.name, block);

export const embedded = blocks.size > 0;
export const has = (name) => !embedded || blocks.has(name);

async function bytes(name) {
  if (embedded) {
    const block = blocks.get(name);
    if (!block) throw new Error(name);
    const text = atob(block.textContent);
    const out = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
    return out;
  }
  return new Uint8Array(await (await ask(name)).arrayBuffer());
}

async function ask(name) {
  const answer = await fetch(`api/${name}`);
  if (!answer.ok) throw new Error((await answer.text()).slice(0, 600));
  return answer;
}

export async function json(name) {
  if (embedded) {
    const block = blocks.get(name);
    if (!block) throw new Error(name);
    return JSON.parse(block.textContent);
  }
  return (await ask(name)).json();
}

/** Columns of an Arrow stream as typed arrays. */
export async function columns(name) {
  const table = tableFromIPC(await bytes(name));
  const out = { length: table.numRows };
  for (const field of table.schema.fields) out[field.name] = table.getChild(field.name).toArray();
  return out;
}

export async function imageUrl(name) {
  return URL.createObjectURL(new Blob([await bytes(name)], { type: "image/png" }));
}
