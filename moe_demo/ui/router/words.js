// The same path in words: one expert's sum, the side panel, the table and the keys.

import { el } from "../kit/dom.js";
import { SHARES } from "./geometry.js";
import { signed, three } from "./rows.js";

/** A template of the locale as nodes; a value may be text, a node, or { text, col, e } that lights its cell. */
function rich(template, values) {
  return template.split(/(\{\w+\})/).filter(Boolean).flatMap((piece) => {
    const name = /^\{(\w+)\}$/.exec(piece)?.[1], value = name === undefined ? piece : values[name];
    if (Array.isArray(value)) return value;
    if (value?.text !== undefined) return [el("span", { class: "factor", "data-col": value.col, "data-of": value.e }, value.text)];
    return [value ?? piece];
  });
}

/** How one expert came to its gate, every number a factor that points to its cell. */
export function sumOf(data, e) {
  const row = data.rows[e], { words } = data;
  const factor = (col, text) => ({ col, text, e });
  const group = data.groups[row.group];
  return rich(words[row.chosen ? "sum_chosen" : row.kept ? "sum_below" : "sum_out"], {
    expert: el("b", {}, data.experts[e].label),
    logit: factor("logit", three(row.logit)),
    score: factor("score", three(row.score)),
    bias: factor("bias", `${row.bias < 0 ? "−" : "+"} ${Math.abs(row.bias).toFixed(3)}`),
    biased: factor("choice", three(row.biased)),
    rank: row.rank === null ? "" : row.rank + 1,
    cut: three(data.cut),
    group: row.group,
    group_score: group ? factor("group", three(group.score)) : "",
    fraction: fractionOf(data, row),
    gate: factor("gate", three(row.gate)),
  });
}

function fractionOf(data, row) {
  const score = (e) => el("span", { class: "factor", "data-col": "score", "data-of": e }, three(data.rows[e].score));
  const scale = data.route_scale === 1 ? [] : [` × ${data.route_scale}`];
  if (!data.normalised) return scale.length ? [score(row.e), ...scale] : ["s"];
  const chosen = data.order.slice(0, data.top_k);
  const sum = chosen.length > 4 ? [three(data.score_sum)]
    : ["(", ...chosen.flatMap((e, i) => (i ? [" + ", score(e)] : [score(e)])), ")"];
  return [score(row.e), " ÷ ", ...sum, ...scale];
}

/** What changed, the claim with its evidence, the margin, and the classes before and after. */
export function drawSide(side, data) {
  const { words } = data;
  side.replaceChildren(
    el("p", { class: data.changed ? "change is" : "change" }, data.lines.change),
    el("p", { class: "claim" }, el("b", {}, data.lines.claim), el("br"), data.lines.evidence),
    el("p", { class: "margin" }, data.lines.margin),
    el("h3", {}, data.changed ? words.classes_change : words.classes),
    ...data.classes.map((item) => classBar(item, data)));
}

function classBar(item, data) {
  const percent = (p) => `${(p * 100).toFixed(1)}%`;
  const value = data.changed ? `${percent(item.before)} → ${percent(item.after)}` : percent(item.after);
  const track = el("div", { class: "track" },
    el("i", { class: "now", style: `width:${item.after * 100}%; background:${item.hue}` }),
    data.changed ? el("i", { class: "was", style: `width:${item.before * 100}%` }) : null);
  return el("div", { class: "class" },
    el("span", { class: "glyph", style: `color:${item.hue}`, "aria-hidden": "true" }, item.glyph),
    el("span", { class: "what" }, item.word), el("span", { class: "p" }, value), track);
}

/** Every number of the picture as a table. */
export function scoreTable(data) {
  const ids = Object.keys(SHARES).filter((id) => data.heads[id]);
  const head = el("tr", {}, el("th", { scope: "col" }, data.words.expert),
    ...ids.map((id) => el("th", { scope: "col" }, data.heads[id].word)), el("th", { scope: "col" }, data.words.rank));
  const value = (row, id) => {
    if (id === "group") return `${row.group} ${row.kept ? "✓" : "✕"}`;
    return id === "bias" ? signed(row.bias) : three(row[id]);
  };
  const rows = data.rows.map((row) => el("tr", { class: row.chosen ? "chosen" : null },
    el("th", { scope: "row" }, data.experts[row.e].label),
    ...ids.map((id) => el("td", {}, value(row, id))), el("td", {}, row.rank === null ? "–" : row.rank + 1)));
  return el("table", {}, el("caption", {}, data.title), el("thead", {}, head), el("tbody", {}, ...rows));
}

export function scoreKeys(data) {
  const list = el("dl", { class: "keys" });
  for (const [key, meaning] of Object.entries(data.keys)) list.append(el("dt", {}, key), el("dd", {}, meaning));
  return list;
}
