// 2 Scores: the words of one headline against all experts.
import { rampStep } from "../../kit/colour.js";
import { el } from "../../kit/dom.js";
import { fixed } from "../../kit/numbers.js";
import { fill, shortened } from "../../kit/text.js";
import { whyCell, whyMark } from "../../kit/why.js";
import { GUTTER, HEIGHT } from "./layout.js";
import { text, titled, wordKind, wordSquare } from "./marks.js";

const MOST_WORDS = 20;
const TOP = 36;
const ROW_DELAY_MS = 55;
const STEP = 20; // width of a step of the ramp in the legend

/**
 * @typedef {import("./marks.js").StageContext} StageContext
 * @typedef {import("./marks.js").Drawn} Drawn
 */

/** @param {StageContext} context @returns {Drawn} */
export function drawScores(context) {
  const { data, headline, words } = context;
  const one = data.batch[headline];
  const tokens = one.read.map((i) => one.words[i]);
  const n = Math.min(tokens.length, data.scores.length, MOST_WORDS);
  const height = Math.min(27, (HEIGHT - 62) / n);
  const rows = Array.from({ length: n }, (_, t) => wordRow(context, t, TOP + t * height, height));
  const left = tokens.length - n;
  const more = left > 0 ? [text(4, HEIGHT - 4, fill(words.more_words, { n: left }), "small muted")] : [];
  return {
    marks: [...rows, ...legend(context), ...more],
    table: {
      heads: [words.word, ...data.experts.map((expert) => expert.label)],
      rows: data.scores.map((scores, t) => [
        tokens[t],
        ...scores.map((score, e) => {
          const shown = `${fixed(score)}${data.chosen[t].includes(e) ? " ✓" : ""}`;
          return whyCell(shown, ...asked(data, t, e));
        }),
      ]),
    },
  };
}

/** @param {StageContext} context @param {number} t @param {number} y @param {number} height */
function wordRow(context, t, y, height) {
  const { data, headline, widthOf } = context;
  const one = data.batch[headline];
  const word = shortened(one.words[one.read[t]], GUTTER.left - 30, widthOf);
  return el(
    "g",
    { class: "row", style: `animation-delay:${t * ROW_DELAY_MS}ms` },
    wordSquare(4, y + height / 2 - 6, 11, wordKind(one, one.read[t])),
    text(22, y + height / 2 + 4, word, "label"),
    ...data.scores[t].map((score, e) => scoreCell(context, t, e, { y, height, score })),
  );
}

/**
 * The key of an affinity, and its places.
 * @param {StageContext["data"]} data
 * @param {number} t
 * @param {number} e
 * @returns {[string, import("../../kit/why.js").Places]}
 */
function asked({ headline, layer }, t, e) {
  return [`slow_score-${headline}-${t}`, { layer, expert: e }];
}

/**
 * @param {StageContext} context
 * @param {number} t
 * @param {number} e
 * @param {{ y: number, height: number, score: number }} cell
 */
function scoreCell({ data, columns, words, ramp, headline }, t, e, { y, height, score }) {
  const isChosen = data.chosen[t].includes(e);
  const rect = el("rect", {
    class: isChosen ? "cell chosen" : "cell",
    x: columns.x(e) - columns.cell / 2 + 2.5,
    y: y + 2,
    width: columns.cell - 5,
    height: height - 4,
    rx: 3,
    fill: rampStep(ramp, score),
    ...whyMark(...asked(data, t, e)),
  });
  const values = {
    word: data.batch[headline].words[data.batch[headline].read[t]],
    expert: data.experts[e].label,
    score: fixed(score),
  };
  return titled(rect, fill(isChosen ? words.cell_chosen : words.cell, values));
}

/** @param {StageContext} context */
function legend({ ramp, columns, words }) {
  const y = HEIGHT - 14;
  const left = columns.right - ramp.length * STEP - 20;
  const steps = ramp.map((colour, i) =>
    el("rect", { class: "cell", x: left + i * STEP, y, width: STEP, height: 11, fill: colour }),
  );
  const ring = { class: "cell chosen", x: GUTTER.left, y, width: 20, height: 11, rx: 3, fill: "none" };
  return [
    text(left - 6, y + 10, "0", "small muted", "end"),
    ...steps,
    text(columns.right, y + 10, "1", "small muted", "end"),
    el("rect", ring),
    text(GUTTER.left + 27, y + 10, words.ring, "small muted"),
  ];
}
