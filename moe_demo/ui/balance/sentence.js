// One headline through four trainings: a grid of words by experts for each layer, a square where a word went.
// Words that share one set make upright stripes; words with sets of their own scatter.
import { el } from "../kit/dom.js";
import { drawn } from "../kit/stage.js";
import { dataTable } from "../kit/table.js";

const CELL = 13;
const HEAD = 16; // room for the experts' numbers
const WORD = 88; // room for a word at the left

/**
 * @typedef {import("./sentence.types.js").PictureData} Sentence
 * @typedef {import("./sentence.types.js").SentenceCard} Card
 * @typedef {import("./sentence.types.js").SentenceGrid} Grid
 */

/** @param {HTMLElement} root @param {Sentence} data */
function draw(root, data) {
  const cards = data.cards.map((card) => drawCard(card, data));
  const twin = el("details", { class: "extra" }, el("summary", {}, data.words.table), table(data));
  root.replaceChildren(
    el("div", { class: "cards", role: "group", "aria-label": data.label }, ...cards),
    twin,
  );
}

/** @param {Card} card @param {Sentence} data */
function drawCard({ title, foot, chosen, layers }, data) {
  return el(
    "section",
    { class: chosen ? "card chosen" : "card" },
    el("h3", {}, title),
    ...layers.map((layer) => drawLayer(layer, data)),
    el("p", { class: "foot" }, foot),
  );
}

/** @param {Grid} layer @param {Sentence} data */
function drawLayer({ name, experts, line }, { tokens, n_experts: n }) {
  const [width, height] = [WORD + n * CELL, HEAD + tokens.length * CELL * 1.5];
  const squares = tokens.flatMap((token, t) => [
    el(
      "text",
      { class: "word", lang: "zh", x: WORD - 8, y: rowTop(t) + CELL * 0.85, "text-anchor": "end" },
      token,
    ),
    el("rect", { class: "track", x: WORD, y: rowTop(t), width: n * CELL, height: CELL, rx: 2 }),
    ...experts[t].map((e) =>
      el(
        "rect",
        {
          class: "square",
          x: WORD + e * CELL + 1,
          y: rowTop(t) + 1,
          width: CELL - 2,
          height: CELL - 2,
          rx: 2,
        },
        el("title", {}, `${token}: E${e}`),
      ),
    ),
  ]);
  const ends = [0, n - 1].map((e) =>
    el(
      "text",
      { class: "axis", x: WORD + (e ? n * CELL : 0), y: 11, "text-anchor": e ? "end" : "start" },
      `E${e}`,
    ),
  );
  const grid = el(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${name}: ${line}` },
    ...ends,
    ...squares,
  );
  return el("div", { class: "layer" }, el("p", { class: "line" }, el("b", {}, name), ` ${line}`), grid);
}

/** @param {number} t @returns {number} where the squares of a word begin */
export function rowTop(t) {
  return HEAD + t * CELL * 1.5 + CELL * 0.25;
}

/** @param {Sentence} data */
function table({ cards, tokens, words, label }) {
  const rows = cards.flatMap(({ title, layers }) =>
    layers.map(({ name, experts, line }) => [
      `${title}, ${name}`,
      line,
      ...experts.map((row) => row.map((e) => `E${e}`).join(" ")),
    ]),
  );
  const heads = [
    words.training,
    words.sets,
    ...tokens.map((token) => el("th", { scope: "col", lang: "zh" }, token)),
  ];
  return el("div", { class: "scroll" }, dataTable({ caption: label, hidesCaption: true, heads, rows }));
}

export default drawn(draw);
