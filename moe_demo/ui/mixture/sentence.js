// All words: how long each piece is, end to end, and what each does to the answer.
import { el } from "../kit/dom.js";
import { fixed, signed } from "../kit/numbers.js";
import { dataTable } from "../kit/table.js";

/** @typedef {import("./picture.types.js").PictureData} PictureData */

const HEIGHT = 20;

/**
 * @param {PictureData} data
 * @param {string} patterns
 * @param {(place: Record<string, unknown>) => void} go
 */
export function sentenceTable(data, patterns, go) {
  const { words, sentence, token } = data;
  const limit = Math.max(...sentence.flatMap((row) => row.effects.map(Math.abs)));
  const rows = sentence.map((row, t) => ({
    class: t === token ? "on" : null,
    cells: [
      el(
        "th",
        { scope: "row", lang: "zh" },
        el(
          "button",
          { type: "button", "data-stop": `t${t}`, onclick: () => go({ of: "word", token: t }) },
          row.word,
        ),
      ),
      lengths(data, row, patterns),
      effects(data, row, limit),
    ],
  }));
  const heads = [words.words_head, words.pieces_head, words.effects_head];
  return dataTable({ caption: data.title, hidesCaption: true, heads, rows }, { class: "sentence" });
}

/** @param {PictureData["sentence"][number]} row @param {number} p */
function nameOf(row, p) {
  return p < row.experts.length ? `E${row.experts[p]}` : "S";
}

/**
 * @param {PictureData} data
 * @param {PictureData["sentence"][number]} row
 * @param {string} patterns
 */
function lengths(data, row, patterns) {
  let x = 0;
  const cells = row.norms.map((norm, p) => {
    const width = (100 * norm) / data.sentence_norm_limit;
    const cell = el(
      "rect",
      {
        x: `${x}%`,
        y: 1,
        width: `${width}%`,
        height: HEIGHT - 2,
        class: p < row.experts.length ? "seat" : "shared",
        fill: p < row.experts.length ? `url(#${patterns}${row.experts[p]})` : "none",
      },
      el("title", {}, `${nameOf(row, p)} ${fixed(norm, 2)}`),
    );
    x += width;
    return cell;
  });
  const label = row.norms.map((norm, p) => `${nameOf(row, p)} ${fixed(norm, 2)}`).join(", ");
  return el("svg", { class: "lengths", height: HEIGHT, role: "img", "aria-label": label }, ...cells);
}

/**
 * @param {PictureData} data
 * @param {PictureData["sentence"][number]} row
 * @param {number} limit
 */
function effects({ classes, answer }, row, limit) {
  const bars = row.effects.map((effect, p) => {
    const height = limit ? (100 * Math.abs(effect)) / limit : 0;
    const side = effect < 0 ? "down" : "up";
    const says = `${nameOf(row, p)} ${signed(effect)}`;
    return el(
      "span",
      { class: "column", title: says },
      el("i", { class: side, style: `height:${height / 2}%; background:${classes[answer].hue}` }),
      el("small", {}, nameOf(row, p)),
    );
  });
  const label = row.effects.map((effect, p) => `${nameOf(row, p)} ${signed(effect)}`).join(", ");
  return el("span", { class: "columns", role: "img", "aria-label": label }, ...bars);
}
