// The study page: words of each party on each claim, and the numbers behind them, filtered by claim and by party.
import "./study.css";
import { $, make } from "./dom.js";
import { currentLanguage, LANGUAGES, say, setLanguage } from "./i18n.js";
import { bars, curves, key, short } from "./plots.js";
import { json } from "./source.js";
import { clockText } from "./clock.js";

const state = { claim: "", party: "", theme: "dark", measure: "", rest: "" };
const MARKS = { holds: "●", fails: "○", depends: "◐", not: "?", at: "≈", silent: "–", odds: "◐" };
let study = null;
const page = { get study() { return study; }, state };
window.openiadsStudy = page; // for tests: what is shown can be asked

const unitOf = (u) => (!u || u === "1" ? "" : ` ${u}`);
const number = (party) => Math.min(5, study.parties.findIndex((p) => p.id === party));
const shownParties = () => study.parties.filter((p) => !state.party || p.id === state.party);
const shownClaims = () => study.claims.filter((c) => !state.claim || c.id === state.claim);
const readingsOf = (claim) => study.readings.filter((r) => r.claim === claim.id);
const readings = () => shownClaims().flatMap(readingsOf);
/** What a reading asks: comparison, threshold and unit, as its rows hold them. */
const asked = (reading) => rows("claims", { reading: reading.id })[0] ?? { op: "", threshold: null, unit: "1" };
const rows = (table, wanted) => study.tables[table].filter((r) => Object.entries(wanted).every(([k, v]) => r[k] === v));
const partyShown = (row) => !state.party || row.party_a === state.party || row.party_b === state.party;
const cell = (text, cls) => make("td", cls ? { class: cls } : {}, text);
const head = (...names) => make("thead", {}, make("tr", {}, ...names.map((n) => make("th", { scope: "col" }, n))));
const small = (text) => make("span", { class: "small" }, text);
const none = (text) => make("p", { class: "soft" }, text);

function word(row) {
  const told = say(`word_${row.code}`, { party: row.party });
  return make("span", { class: "word", "data-mark": MARKS[row.code.split("_")[0]] ?? "?" }, row.code === "odds" ? `${told} ${/[\d.]+ to [\d.]+/.exec(row.word)?.[0].replace(" to ", "–") ?? ""}` : told);
}
function parties() {
  $("parties").replaceChildren(
    head(say("study_party"), say("study_name"), say("study_role"), say("study_endorsed")),
    make("tbody", {}, ...shownParties().map((p) => make("tr", {}, make("th", { scope: "row" }, p.id), cell(p.name), cell(say(`role_${p.role}`)), cell(p.silent ? say("study_silent") : say(`endorsement_${p.endorsement}`))))),
  );
}
function claims() {
  const shown = shownParties(), list = [];
  for (const claim of shownClaims()) {
    const first = make("th", { scope: "rowgroup", rowspan: Math.max(1, readingsOf(claim).length) }, `${claim.id} `, make("span", {}, claim.text), small(`${say("study_owner")} ${claim.owner} · ${say(`testability_${claim.testability}`)}`), claim.why && readingsOf(claim).length ? small(claim.why) : null);
    if (!readingsOf(claim).length) {
      list.push(make("tr", {}, first, make("td", { colspan: 2 + shown.length }, say("study_no_reading"), claim.why ? make("span", { class: "small", lang: "en" }, claim.why) : null)));
      continue;
    }
    readingsOf(claim).forEach((reading, k) => {
      const between = rows("comparisons", { reading: reading.id }).filter(partyShown);
      list.push(make("tr", { "data-reading": reading.id }, k ? null : first, make("td", {}, make("span", { lang: "en" }, reading.label ?? reading.asked), reading.label ? make("span", { class: "small", lang: "en" }, reading.asked) : null, ...reading.moments.map((m) => make("a", { href: m.address, class: "small", lang: "en" }, study.runs.length > 1 ? `${"AB"[+(/sel=(\d)/.exec(m.address)?.[1] ?? 0)]} · ${m.text}` : m.text))),
        ...shown.map((p) => opinion(rows("claims", { reading: reading.id, party: p.id })[0])),
        make("td", {}, ...between.map((b) => make("div", {}, make("span", { lang: "en" }, study.parties.length > 2 ? `${b.party_a}–${b.party_b}: ` : "", b.between), b.sentence ? make("span", { class: "small", lang: "en" }, b.sentence) : null)))));
    });
  }
  $("claims").replaceChildren(head(say("study_claim"), say("study_reading"), ...shown.map((p) => p.id), say("study_between")), make("tbody", {}, ...list));
}
function opinion(row) {
  if (!row) return cell("–");
  const interval = row.value === null ? "" : `${short(row.value)}${row.value_low === null ? "" : ` (${short(row.value_low)} ${say("to")} ${short(row.value_high)})`}${unitOf(row.unit)}`;
  return make("td", {}, word(row), small(row.share_met === null ? "" : say("study_share", { share: Math.round(100 * row.share_met), n: row.draws })), interval ? small(interval) : null);
}
function figure(title, drawing, table, extra) {
  return make("figure", {}, make("figcaption", {}, make("h3", {}, title), extra ?? null), drawing, make("details", {}, make("summary", {}, say("study_numbers")), make("div", { class: "wide", tabindex: "0", role: "region", "aria-label": `${say("study_numbers")}: ${title}` }, table)));
}
const keys = (kinds) => make("ul", { class: "keys" }, ...kinds.map((p) => make("li", {}, key(number(p)), ` ${p}`)));
function numbers(names, body) {
  return make("table", {}, head(...names), make("tbody", {}, ...body.map((r) => make("tr", {}, ...r.map((v, i) => cell(v, i ? "number" : ""))))));
}
const LENGTHS = ["km", "m", "NM"];
const told = (fixed) => Object.entries(fixed).map(([k, v]) => `${k} ${v}`).join(", ");
function reach() {
  const box = $("reach"), all = study.profiles.filter((p) => LENGTHS.includes(p.unit) && p.condition_unit === "m");
  if (!all.length) return box.replaceChildren(none(say("study_no_reach")));
  const measures = [...new Set(all.map((p) => p.measure))];
  if (!measures.includes(state.measure)) state.measure = measures[0];
  const of = all.filter((p) => p.measure === state.measure), rests = of.map((p) => told(p.fixed));
  if (!rests.includes(state.rest)) state.rest = rests[0];
  const choose = (label, name, values) => make("label", {}, `${label} `, make("select", { id: `reach-${name}`, onchange: (e) => { state[name] = e.target.value; reach(); write(); $(`reach-${name}`).focus(); } }, ...values.map((v) => make("option", { value: v, selected: state[name] === v }, v || say("all")))));
  const controls = make("div", { class: "row" }, choose(say("study_measure"), "measure", measures), rests.length > 1 || rests[0] ? choose(say("study_rest"), "rest", rests) : null);
  const profile = of[rests.indexOf(state.rest)], lines = profile.lines.filter((l) => !state.party || l.party === state.party);
  if (!lines.some((l) => l.points.length)) return box.replaceChildren(controls, none(say("study_nothing")));
  const points = lines.flatMap((l) => l.points.map((p) => ({ party: l.party, ...p })));
  const levels = [...new Set(points.map((p) => p.level))].sort((a, b) => a - b), name = profile.measure.replaceAll("_", " ");
  const drawing = curves({
    label: `${name} · ${profile.condition}`, told: points.map((p) => `${p.party} ${short(p.level)} m: ${short(p.middle)}${unitOf(profile.unit)}`).join("; "),
    lines: lines.map((l) => ({ kind: number(l.party), points: l.points.map((p) => [p.middle, p.level]), band: l.points.map((p) => [p.low, p.high, p.level]) })),
    x: { low: 0, high: Math.max(...points.map((p) => p.high)) * 1.05 || 1, name: `${name}, ${profile.unit}` }, y: { low: 0, high: levels[levels.length - 1], name: `${profile.condition}, m` },
  });
  const at = (party, level) => points.find((p) => p.party === party && p.level === level);
  const text = (p) => (p ? `${short(p.middle)} (${short(p.low)} ${say("to")} ${short(p.high)})` : "–");
  const table = numbers([`${profile.condition}, m`, ...lines.map((l) => l.party)], levels.map((l) => [short(l), ...lines.map((line) => text(at(line.party, l)))]));
  box.replaceChildren(controls, make("div", { class: "figures" }, figure(`${name} · ${say("study_mean")}`, drawing, table, keys(lines.map((l) => l.party)))));
}
function disagreement() {
  const found = [];
  for (const reading of readings()) for (const c of rows("comparisons", { reading: reading.id }).filter(partyShown)) {
    const shares = rows("attribution", { reading: reading.id, party_a: c.party_a, party_b: c.party_b, interval_reading: "uniform" });
    if (!shares.length) continue;
    const title = `${reading.id} · ${c.party_a} → ${c.party_b}`;
    const about = make("p", { class: "note" }, say("study_delta", { a: short(c.value_a), b: short(c.value_b), delta: short(c.delta), unit: unitOf(c.unit) }), c.material ? "" : ` ${say("study_not_material")}`);
    const scaled = c.material && shares.every((s) => s.percent !== null) && c.delta;
    const f = scaled ? 100 / c.delta : 1;
    const list = shares.map((s) => ({ name: s.player.replaceAll("_", " "), value: f * s.share, half: Math.abs(f) * (s.half_width ?? 0), ones: [s.from_a, s.from_b].filter((v) => v !== null).map((v) => f * v) })).sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, 10);
    const show = (r) => `${short(+r.value.toPrecision(2))}${scaled ? " %" : ""} ± ${short(+r.half.toPrecision(2))}`;
    const flat = list.every((r) => Math.abs(r.value) < 1e-12 && r.half < 1e-12);
    const drawing = flat ? make("p", { class: "note" }, say("study_flat")) : bars({ label: title, told: list.map((r) => `${r.name} ${show(r)}`).join("; "), rows: list, axis: scaled ? say("study_axis_share") : `${say("study_axis_part")}${unitOf(c.unit) && `, ${c.unit}`}`, show });
    found.push(figure(title, drawing, numbers([say("study_player"), say("study_axis_part"), "±", "%", say("study_from", { party: c.party_a }), say("study_from", { party: c.party_b })], shares.map((s) => [s.player, short(s.share), short(s.half_width), short(s.percent), short(s.from_a), short(s.from_b)])), about));
  }
  $("bars").replaceChildren(...(found.length ? found : [none(say("study_nothing"))]));
}
function sweeps() {
  const found = [];
  for (const reading of readings()) {
    const of = rows("sweep", { reading: reading.id }).filter((r) => !state.party || r.party === state.party);
    if (!of.length) continue;
    const who = [...new Set(of.map((r) => r.party))], at = of.map((r) => r.threshold), { threshold, unit } = asked(reading);
    const drawing = curves({
      label: reading.id, told: who.map((p) => `${p}: ${Math.round(100 * nearest(of, p, threshold))} % ${say("study_at_asked")}`).join("; "), marks: false,
      lines: who.map((p) => ({ kind: number(p), points: of.filter((r) => r.party === p).map((r) => [r.threshold, r.share_met === null ? null : 100 * r.share_met]) })),
      x: { low: Math.min(...at), high: Math.max(...at), name: `${say("study_threshold")}${unitOf(unit) && `, ${unit}`}` }, y: { low: 0, high: 100, name: say("study_range_share") },
      asked: threshold === null ? null : { x: threshold, name: `${say("study_asked")} ${short(threshold)}` },
    });
    const thresholds = [...new Set(at)].sort((a, b) => a - b);
    found.push(figure(reading.id, drawing, numbers([say("study_threshold"), ...who], thresholds.map((t) => [short(t), ...who.map((p) => short(of.find((r) => r.party === p && r.threshold === t)?.share_met))])), make("div", {}, make("p", { class: "note", lang: "en" }, reading.label ?? reading.asked), keys(who))));
  }
  $("sweep").replaceChildren(...(found.length ? found : [none(say("study_nothing"))]));
}
function nearest(of, party, threshold) {
  const mine = of.filter((r) => r.party === party);
  return mine.reduce((best, r) => (Math.abs(r.threshold - threshold) < Math.abs(best.threshold - threshold) ? r : best), mine[0]).share_met ?? 0;
}
/** Leaks of the runs that are served beside: each opens the viewer at that moment. */
function moments() {
  $("moments-part").hidden = !study.runs.length;
  $("moments").replaceChildren(...study.runs.map((m) => {
    const list = m.rows.map((r) => make("tr", {}, make("td", {}, make("a", { href: `./#${new URLSearchParams({ t: r.at, rep: r.replication, sel: `${m.run}:object:${r.object}`, lang: currentLanguage(), theme: state.theme })}` }, r.object)), cell(r.replication), cell(clockText(r.at)), cell(say(`cause_${r.cause}`))));
    const title = `${m.label} · ${m.title} · ${m.folder}: ${say("study_leaks", { n: m.leaks })}`;
    return make("div", {}, make("h3", {}, title), list.length ? make("div", { class: "wide tall", tabindex: "0", role: "region", "aria-label": title }, make("table", { class: "narrow" }, head(say("object"), say("replication"), say("time"), say("cause")), make("tbody", {}, ...list))) : null);
  }));
}
function show() {
  parties();
  claims();
  reach();
  disagreement();
  sweeps();
  moments();
  $("shown").textContent = say("study_shown", { claims: shownClaims().length, of: study.claims.length, parties: shownParties().length, all: study.parties.length });
}
function words() {
  setLanguage(currentLanguage());
  document.title = `${study.title} · openiads`;
  $("title").textContent = study.title;
  $("question").textContent = study.question;
  $("answer").replaceChildren(make("p", { class: "headline" }, `${study.headline}.`), ...study.sentences.map((s) => make("p", {}, s)));
  $("state").replaceChildren(study.draft ? make("b", {}, say("study_draft")) : say("study_registered"), study.quick ? ` · ${say("study_quick")}` : "", study.placeholders ? ` · ${say("placeholders", { n: study.placeholders })}` : "", ` · ${say("study_digest")} ${study.digest.slice(0, 12)}`);
  $("tag").textContent = say("tag");
  const option = (value, text) => make("option", { value }, text);
  $("claim").replaceChildren(option("", say("study_every_claim")), ...study.claims.map((c) => option(c.id, `${c.id} · ${c.text.length > 70 ? `${c.text.slice(0, 69)}…` : c.text}`)));
  $("party").replaceChildren(option("", say("study_every_party")), ...study.parties.map((p) => option(p.id, `${p.id} · ${p.name}`)));
  $("claim").value = state.claim;
  $("party").value = state.party;
}
function write() {
  history.replaceState(null, "", `#${new URLSearchParams({ claim: state.claim, party: state.party, measure: state.measure, rest: state.rest, lang: currentLanguage(), theme: state.theme })}`);
}
function read() {
  const p = new URLSearchParams(location.hash.slice(1));
  for (const name of ["measure", "rest"]) state[name] = p.get(name) ?? "";
  state.claim = study.claims.some((c) => c.id === p.get("claim")) ? p.get("claim") : "";
  state.party = study.parties.some((c) => c.id === p.get("party")) ? p.get("party") : "";
}
const renew = () => { words(); show(); write(); };
function theme(wanted) {
  state.theme = wanted;
  document.documentElement.dataset.theme = wanted;
}
async function start() {
  const p = new URLSearchParams(location.hash.slice(1));
  setLanguage(p.get("lang") ?? (navigator.language.startsWith("tr") ? "tr" : "en"));
  theme(["dark", "light"].includes(p.get("theme")) ? p.get("theme") : matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
  study = await json("study.json");
  read();
  $("language").replaceChildren(...LANGUAGES.map((l) => make("option", { value: l, lang: l }, { en: "English", tr: "Türkçe" }[l] ?? l)));
  $("language").value = currentLanguage();
  $("language").onchange = () => { setLanguage($("language").value); renew(); };
  $("theme").onclick = () => { theme(state.theme === "dark" ? "light" : "dark"); moments(); write(); };
  $("claim").onchange = () => { state.claim = $("claim").value; show(); write(); };
  $("party").onchange = () => { state.party = $("party").value; show(); write(); };
  $("clear").onclick = () => { state.claim = state.party = ""; renew(); };
  window.onhashchange = () => { read(); renew(); };
  $("to-runs").hidden = !study.runs.length;
  $("to-report").hidden = !study.report;
  renew();
  document.body.dataset.ready = "true";
}
start().catch((error) => {
  $("message").replaceChildren(make("h2", {}, say("failed")), make("p", {}, error.message));
  $("message").hidden = false;
});
