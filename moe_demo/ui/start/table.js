// The same numbers as a real table, and the list of keys: one key away from the picture.

import { el, fill, shown } from "../kit/dom.js";

/** Every assignment of a layer as rows of an HTML table. */
export function flowTable(data, layer) {
  const words = data.words;
  const head = [words.col_word, words.col_rank, words.col_expert, words.col_gate, words.col_score];
  const table = el("table", {}, el("caption", {}, fill(words.table_caption, { layer: data.layer_names[layer.index] })),
    el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col" }, text)))));
  const body = el("tbody");
  data.tokens.forEach((token, t) => layer.experts[t].forEach((e, k) => {
    const cells = [k + 1, data.experts[e].label, shown(layer.gates[t][k]), shown(layer.scores[t][k])];
    const row = el("tr", {}, ...cells.map((value) => el("td", {}, value)));
    if (k === 0) row.prepend(el("th", { scope: "row", rowspan: layer.experts[t].length, lang: "zh" }, token.text));
    body.append(row);
  }));
  table.append(body);
  return table;
}

/** The keys, as a list of term and meaning. */
export function keyHelp(data) {
  const list = el("dl", { class: "keys" });
  for (const [key, meaning] of Object.entries(data.keys)) list.append(el("dt", {}, key), el("dd", {}, meaning));
  return list;
}
