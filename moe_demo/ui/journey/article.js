// The upper row: what the article prints at each stage, on paper and in ink, never in the colours of the live row.
import { el } from "../kit/dom.js";
import { fill, shortened } from "../kit/text.js";
import { className } from "./context.js";
import { CHIP, COLUMN } from "./geometry.js";
import { chipBox, classBar, label } from "./marks.js";

/**
 * @typedef {import("./context.js").Context} Context
 * @typedef {import("./context.js").StageId} StageId
 */

const NARROW = 96; // px of a column whose texts have to be smaller

/**
 * Word and name of each of the article's tokens, above its column.
 * @param {Context} c
 */
export function articleHeads({ data, geo, measure }) {
  const { words, names, columns } = data.article;
  const size = 12.5;
  return words.map((word, i) => {
    const text = shortened(`${names[i]} ${word}`, geo.step - 6, measure(size));
    return label(geo.x(columns[i]), 20, text, { size, kind: "muted" });
  });
}

/** @type {Record<StageId, (c: Context) => SVGElement[]>} */
export const PAPER = {
  tokens: (c) => [...printedChips(c), ...leftOut(c)],
  vectors({ data, geo, words }) {
    const { names, columns } = data.article;
    const vectors = names.map((_, i) => label(geo.x(columns[i]), 56, "[ ·, ·, … ]", { size: 14 }));
    const look = /** @type {const} */ ({ anchor: "start", kind: "muted" });
    return [...vectors, label(COLUMN.margin + 4, 86, words.vectors_unprinted, look)];
  },
  router(c) {
    const { scores, columns } = c.data.article;
    return columns.map((column, i) => {
      const x = c.geo.x(column);
      const given = scores.find(({ token }) => token === i);
      if (!given) return label(x, 64, c.words.unprinted, { kind: "muted", size: 12 });
      const bars = given.scores_E.map((score, e) => printedScore(c, x, 32 + e * 22, e, score));
      return el("g", {}, ...bars);
    });
  },
  choice(c) {
    const { weighted, outputs, columns } = c.data.article;
    return weighted.flatMap(({ token, expert }) => {
      const x = c.geo.x(columns[token]);
      const other = outputs.find((one) => one.token === token && one.expert !== expert);
      const seat = printedSeat(c, x, 34, expert, "printed-chip");
      return other ? [seat, printedSeat(c, x, 64, other.expert, "printed-chip slip")] : [seat];
    });
  },
  experts(c) {
    const { outputs, columns } = c.data.article;
    return columns.flatMap((column, i) => {
      const x = c.geo.x(column);
      const output = outputs.find(({ token }) => token === i);
      if (!output) return [label(x, 62, c.words.unprinted, { kind: "muted", size: 12 })];
      const { written, meant, values } = output;
      const size = c.geo.step < NARROW ? 12 : 14;
      const isWrong = written !== meant;
      const right = fill(c.words.meant, { written: meant });
      return [
        label(x, 46, written, { size, weight: 600, kind: isWrong ? "struck" : "" }),
        label(x, 66, `[${values.join(", ")}, …]`, { size }),
        ...(isWrong ? [label(x, 88, right, { size: 12.5, kind: "slip-text" })] : []),
      ];
    });
  },
  gates({ data, geo }) {
    const { weighted, columns } = data.article;
    const size = geo.step < NARROW ? 12 : 14;
    return weighted.flatMap(({ token, gate, written }) => {
      const x = geo.x(columns[token]);
      const room = geo.step - 22;
      const bar = { x: x - room / 2, y: 66, height: 10, rx: 3 };
      return [
        label(x, 54, `${gate} · ${written}`, { size, weight: 600 }),
        el("rect", { class: "track", width: room, ...bar }),
        el("rect", { class: "bar printed", width: room * gate, ...bar }),
      ];
    });
  },
  transformer: (c) => [wideBox(c, `${c.words.context} = ${c.data.article.context}`)],
  pooling: (c) => [wideBox(c, `${c.words.sentence_vector} = ${c.data.article.pooling}`)],
  classes(c) {
    const { data, geo } = c;
    return data.article.probabilities.map((one, i) => {
      const style = data.classes[data.labels.indexOf(one.label)] ?? { glyph: "·" };
      const place = { x: 96, y: 10 + i * 30, room: geo.visible - 110 };
      return classBar(place, style, className(c, one.label), one.value, { isPrinted: true });
    });
  },
};

/** @param {Context} c the article's words as it cuts them */
function printedChips({ data, geo, measure }) {
  const { words, columns } = data.article;
  return words.map((word, i) => {
    const chip = chipBox(word, geo.step - 8, measure, { kind: "printed-chip" });
    chip.setAttribute("transform", `translate(${geo.x(columns[i])}, 40)`);
    return chip;
  });
}

/** @param {Context} c a gap where the article leaves out one of our words */
function leftOut({ data, geo, words, measure }) {
  const size = 12.5;
  const widthOf = measure(size);
  return data.article.left_out.map((i) => {
    const text = shortened(fill(words.left_out, { word: data.words[i] }), geo.step - 16, widthOf);
    const width = widthOf(text) + 12;
    return el(
      "g",
      { transform: `translate(${geo.x(i)}, 40)`, class: "gap" },
      el("rect", { x: -width / 2, y: 0, width, height: CHIP, rx: 7 }),
      label(0, 21, text, { size }),
    );
  });
}

/**
 * @param {Context} c
 * @param {number} x
 * @param {number} y
 * @param {number} expert
 * @param {string} kind
 */
function printedSeat({ words }, x, y, expert, kind) {
  return el(
    "g",
    { transform: `translate(${x}, ${y})`, class: kind },
    el("rect", { x: -31, y: 0, width: 62, height: 24, rx: 6 }),
    label(0, 17, fill(words.article_expert, { number: expert })),
  );
}

/**
 * One printed score: the article's name for the expert, a bar in ink, the number.
 * @param {Context} c
 * @param {number} x middle of the column
 * @param {number} y
 * @param {number} expert
 * @param {number} score
 */
function printedScore({ geo, words }, x, y, expert, score) {
  const left = x - geo.step / 2 + 4;
  const right = left + geo.step + 12;
  const from = left + 36;
  const full = Math.max(10, right - from - 30);
  const name = fill(words.article_expert_short, { number: expert + 1 });
  const bar = { x: from, y: y + 2, height: 12, rx: 2 };
  return el(
    "g",
    {},
    label(left, y + 12, name, { anchor: "start", size: 12, kind: "muted" }),
    el("rect", { class: "track", width: full, ...bar }),
    el("rect", { class: "bar printed", width: full * score, ...bar }),
    label(right, y + 12, score, { anchor: "end", size: 12, weight: 600 }),
  );
}

/**
 * A box over all of the article's columns: a step that takes all tokens at once.
 * @param {Context} c
 * @param {string} text
 */
function wideBox({ data, geo }, text) {
  const { columns } = data.article;
  const left = geo.x(Math.min(...columns)) - geo.step / 2 + 4;
  const right = geo.x(Math.max(...columns)) + geo.step / 2 - 4;
  return el(
    "g",
    { class: "printed-chip" },
    el("rect", { x: left, y: 38, width: right - left, height: 40, rx: 8 }),
    label((left + right) / 2, 63, text, { size: 15 }),
  );
}
