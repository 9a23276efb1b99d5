// The same numbers as a real table.
import { el } from "../kit/dom.js";
import { brief } from "../kit/numbers.js";
import { dataTable } from "../kit/table.js";
import { fill } from "../kit/text.js";
import { whyMark } from "../kit/why.js";

/**
 * Every assignment of a layer as a row; the word stands once before all of its own.
 * @param {import("./picture.types.js").PictureData} data
 * @param {import("./picture.types.js").PictureData["layers"][number]} layer
 * @returns {HTMLTableElement}
 */
export function flowTable({ words, tokens, experts, layer_names: names }, layer) {
  const rows = tokens.flatMap(({ text }, t) =>
    layer.experts[t].map((e, k) => {
      const number = (/** @type {string} */ why, /** @type {number} */ value) => {
        const mark = whyMark(why, { token: t, layer: layer.index, expert: e });
        return el("button", { type: "button", class: "why", ...mark }, brief(value));
      };
      const numbers = [number("gate", layer.gates[t][k]), number("score", layer.scores[t][k])];
      const values = [k + 1, experts[e].label, ...numbers];
      const cells = values.map((value) => el("td", {}, value));
      const head = { scope: "row", rowspan: layer.experts[t].length, lang: "zh" };
      return k === 0 ? [el("th", head, text), ...cells] : cells;
    }),
  );
  return dataTable({
    caption: fill(words.table_caption, { layer: names[layer.index] }),
    heads: [words.col_word, words.col_rank, words.col_expert, words.col_gate, words.col_score],
    rows,
  });
}
