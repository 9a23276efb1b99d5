// The table of a stage: the same numbers for readers who cannot or will not read the picture.
import { el } from "../kit/dom.js";
import { fixed, percent } from "../kit/numbers.js";
import { dataTable } from "../kit/table.js";
import { className } from "./context.js";

/**
 * @typedef {import("./context.js").Context} Context
 * @typedef {import("./context.js").StageId} StageId
 * @typedef {string | number} Value
 * @typedef {{ heads: string[], rows: Value[][] }} Numbers
 */

/** @param {number | null} value */
const exact = (value) => fixed(value);

/** @type {Record<StageId, (c: Context) => Numbers>} */
const NUMBERS = {
  tokens: (c) => byWord(c, ["from", "to"], (i) => c.stage.spans[i]),
  vectors: (c) => {
    const known = (/** @type {number} */ i) => c.words[c.stage.known[i] ? "known_word" : "unknown_word"];
    return byCoordinate(c, ["known"], (i) => [known(i)]);
  },
  router: (c) => byExpert(c, c.stage.scores, [], () => []),
  choice: (c) => byExpert(c, c.stage.choice, ["expert", "gate"], (i) => choiceOf(c, i)),
  experts: (c) => byCoordinate(c, ["expert"], (i) => [`E${c.stage.expert[i]}`]),
  gates: (c) => byCoordinate(c, ["expert", "gate"], (i) => choiceOf(c, i)),
  transformer: (c) => byCoordinate(c, ["change"], (i) => [percent(c.stage.change[i])]),
  pooling: (c) => {
    const { heads, rows } = byCoordinate(c, [], () => []);
    return { heads, rows: [...rows, ["", c.words.sentence_vector, ...c.stage.pooled.map(exact)]] };
  },
  classes: (c) => ({
    heads: ["class", "logit", "probability"],
    rows: c.data.labels.map((name, i) => [
      className(c, name),
      exact(c.of("classes").logits[i]),
      exact(c.stage.probabilities[i]),
    ]),
  }),
};

/** @param {Context} c @param {number} i */
function choiceOf({ stage }, i) {
  return [`E${stage.expert[i]}`, exact(stage.gate[i])];
}

/**
 * @param {Context} c
 * @param {string[]} heads
 * @param {(i: number) => Value[]} cells
 * @returns {Numbers}
 */
function byWord(c, heads, cells) {
  return {
    heads: ["T", "word", ...heads],
    rows: c.data.words.map((word, i) => [`T${i + 1}`, word, ...cells(i)]),
  };
}

/**
 * @param {Context} c
 * @param {string[]} heads
 * @param {(i: number) => Value[]} cells
 */
function byCoordinate(c, heads, cells) {
  const coordinates = c.stage.values[0].map((_, d) => `[${d + 1}]`);
  return byWord(c, [...heads, ...coordinates], (i) => [...cells(i), ...c.stage.values[i].map(exact)]);
}

/**
 * @param {Context} c
 * @param {number[][]} values
 * @param {string[]} heads
 * @param {(i: number) => Value[]} cells
 */
function byExpert(c, values, heads, cells) {
  const experts = c.data.experts.map((style) => style.label);
  return byWord(c, [...experts, ...heads], (i) => [...values[i].map(exact), ...cells(i)]);
}

/** @param {Context} c @returns {HTMLTableElement} */
export function stageTable(c) {
  const { heads, rows } = NUMBERS[c.stage.id](c);
  return dataTable(
    {
      caption: c.words[`stage.${c.stage.id}`],
      hidesCaption: true,
      heads: heads.map((name) => c.words[`column.${name}`] ?? name),
      rows: rows.map((cells) => cells.map((cell) => el("td", {}, cell))),
    },
    { class: "data" },
  );
}
