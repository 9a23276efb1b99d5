// One word: a row for each of its pieces, and their sum.
import { el } from "../kit/dom.js";
import { fixed, signed } from "../kit/numbers.js";
import { dataTable } from "../kit/table.js";
import { fill } from "../kit/text.js";
import { whyMark } from "../kit/why.js";
import { badge, bar, effectBar, strip, stripLabel } from "./marks.js";

/** @typedef {import("./picture.types.js").PictureData} PictureData */

/**
 * @param {PictureData} data
 * @param {string[]} ramp
 * @param {string} patterns
 */
export function pieceTable(data, ramp, patterns) {
  const { words, classes } = data;
  const heads = [
    words.expert,
    words.output,
    words.gate,
    words.piece,
    words.norm,
    ...classes.map((look, c) =>
      el(
        "th",
        { scope: "col", class: c === data.answer ? "answer" : null },
        el("span", { class: "dot", style: `background:${look.hue}` }),
        `${look.word}`,
      ),
    ),
  ];
  const rows = data.rows.map((row, p) => pieceRow(data, row, p, ramp, patterns));
  return dataTable(
    { caption: data.title, heads, rows: [...rows, totalRow(data, ramp)] },
    { class: "pieces" },
  );
}

/**
 * @param {PictureData} data
 * @param {PictureData["rows"][number]} row
 * @param {number} p
 * @param {string[]} ramp
 * @param {string} patterns
 */
function pieceRow(data, row, p, ramp, patterns) {
  const { words, classes } = data;
  const gate =
    row.expert === null
      ? el("span", { class: "muted" }, words.no_gate)
      : bar(row.gate, 1, fixed(row.gate), whyMark("gate", { expert: row.expert }));
  const norm = el(
    "td",
    { title: fill(words.so_far, { norm: fixed(row.so_far, 2) }) },
    bar(row.norm, data.norm_limit, fixed(row.norm, 2), whyMark(`length-${p}`)),
  );
  const effects = classes.map((look, c) =>
    effectBar(
      row.effect[c],
      row.direct && row.direct[c],
      data.effect_limit,
      look,
      effectSays(data, row, c),
      whyMark(`removal-${p}-${c}`),
    ),
  );
  return [
    el("th", { scope: "row" }, badge(row.expert, row.label, patterns)),
    strip(row.output, data.output_limit, ramp, stripLabel(row.output, words), whyMark(`output-${p}`)),
    gate,
    strip(row.piece, data.piece_limit, ramp, stripLabel(row.piece, words), whyMark(`piece-${p}`)),
    norm,
    ...effects,
  ];
}

/**
 * @param {PictureData} data
 * @param {PictureData["rows"][number]} row
 * @param {number} c
 */
function effectSays({ words, classes }, row, c) {
  const names = { label: row.label, class: classes[c].word, effect: signed(row.effect[c]) };
  const straight = row.direct ? fill(words.direct_says, { direct: signed(row.direct[c]) }) : "";
  const cosine = fill(words.cosine, { class: classes[c].word, cosine: signed(row.cosine[c], 2) });
  return `${fill(words.effect_says, names)}${straight}; ${cosine}`;
}

/** @param {PictureData} data @param {string[]} ramp */
function totalRow(data, ramp) {
  const { words, total } = data;
  return {
    class: "total",
    cells: [
      el("th", { scope: "row", colspan: 3 }, words.total),
      strip(total, data.piece_limit, ramp, stripLabel(total, words), whyMark("layer_output")),
      bar(data.total_norm, data.norm_limit, fixed(data.total_norm, 2), whyMark("output_length")),
      ...data.classes.map(() => ""),
    ],
  };
}
