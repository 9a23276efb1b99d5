// The slope chart: each class a line from its probability before to that after. Geometry apart from drawing.
import { el } from "../kit/dom.js";
import { percent } from "../kit/numbers.js";
import { linear } from "../kit/scale.js";
import { spread } from "../kit/spread.js";
import { dataTable, foldedTable } from "../kit/table.js";
import { shortened, widthIn } from "../kit/text.js";
import { whyButton, whyMark } from "../kit/why.js";

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {NonNullable<PictureData["answers"]>[number]} Answer
 */

const SIZE = { height: 236, between: 130, top: 34, bottom: 16, apart: 21, band: 24 };
const LABEL = { font: "14px sans-serif", least: 150, most: 260, apart: 18 };

/**
 * Where the lines end and their labels stand; labels of ends that lie close are moved apart. No DOM.
 * @param {readonly Answer[]} answers
 */
export function slopeLines(answers) {
  const y = linear(0, 1, SIZE.height - SIZE.bottom, SIZE.top);
  const ends = { low: SIZE.top, high: SIZE.height - SIZE.bottom };
  const places = (/** @type {"before" | "after"} */ side) =>
    spread(
      answers.map((answer) => y(answer[side])),
      SIZE.apart,
      ends,
    );
  const [before, after] = [places("before"), places("after")];
  return answers.map((answer, i) => ({
    before: { y: y(answer.before), label: before[i] },
    after: { y: y(answer.after), label: after[i] },
    band: answer.low === null || answer.high === null ? null : { top: y(answer.high), bottom: y(answer.low) },
  }));
}

/**
 * Where both ends stand: as far from the edges as the longest label is wide, and what each class is called there.
 * @param {PictureData["classes"]} classes
 */
function columns(classes) {
  const widthOf = widthIn(LABEL.font);
  const value = widthOf(" 100.0%");
  const names = classes.map(({ glyph, word }) => shortened(`${glyph} ${word}`, LABEL.most - value, widthOf));
  const room = Math.max(LABEL.least, ...names.map((name) => widthOf(name) + value)) + LABEL.apart;
  return { names, left: room, right: room + SIZE.between, width: 2 * room + SIZE.between };
}

/**
 * @param {PictureData} data
 * @param {readonly Answer[]} answers
 */
export function slope({ classes, words }, answers) {
  const lines = slopeLines(answers);
  const at = columns(classes);
  const head = (/** @type {string} */ text, /** @type {number} */ x, /** @type {string} */ kind) =>
    el("text", { x, y: 16, class: `tick ${kind}` }, text);
  const axis = (/** @type {number} */ x) =>
    el("line", { x1: x, x2: x, y1: SIZE.top, y2: SIZE.height - SIZE.bottom, class: "axis-line" });
  return el(
    "svg",
    { viewBox: `0 0 ${at.width} ${SIZE.height}`, role: "img", "aria-label": alt(classes, answers, words) },
    head(words.before, at.left, "end"),
    head(words.after, at.right, ""),
    axis(at.left),
    axis(at.right),
    ...classes.flatMap((look, c) => line(look, c, answers[c], lines[c], at)),
  );
}

/**
 * @param {PictureData["classes"][number]} look
 * @param {number} c its place
 * @param {Answer} answer
 * @param {ReturnType<typeof slopeLines>[number]} height
 * @param {ReturnType<typeof columns>} at
 */
function line(look, c, answer, height, at) {
  const end = (/** @type {number} */ x, /** @type {number} */ y) =>
    el("circle", { cx: x, cy: y, r: 6, fill: look.hue, class: "mark" });
  const label = (
    /** @type {number} */ x,
    /** @type {number} */ y,
    /** @type {string} */ kind,
    /** @type {number} */ p,
    /** @type {string} */ why,
  ) =>
    el(
      "text",
      { x, y: y + 5, class: `label ${kind}` },
      `${at.names[c]} `,
      el("tspan", whyMark(why), percent(p, 1)),
    );
  const { band } = height;
  return [
    band &&
      el("rect", {
        x: at.right - SIZE.band / 2,
        y: band.top - 1,
        width: SIZE.band,
        height: band.bottom - band.top + 2,
        fill: look.hue,
        class: "band",
      }),
    el("line", {
      x1: at.left,
      x2: at.right,
      y1: height.before.y,
      y2: height.after.y,
      stroke: look.hue,
      class: "slope-line",
    }),
    end(at.left, height.before.y),
    end(at.right, height.after.y),
    label(at.left - 14, height.before.label, "end", answer.before, `trained_probability-${c}`),
    label(at.right + 15, height.after.label, "", answer.after, `probability-${c}`),
  ].filter((part) => part !== null);
}

/**
 * @param {PictureData["classes"]} classes
 * @param {readonly Answer[]} answers
 * @param {Record<string, string>} words
 */
function alt(classes, answers, words) {
  const said = classes.map((look, c) => {
    const { before, after } = answers[c];
    return `${look.word}: ${percent(before, 1)} → ${percent(after, 1)}`;
  });
  return [words.answer, ...said].join("; ");
}

/** @param {Answer} answer @returns {string[]} its ends in words, none where there is no band */
function bandWords({ low, high }) {
  return low === null || high === null ? [] : [percent(low, 1), percent(high, 1)];
}

/**
 * The same numbers as a table.
 * @param {PictureData} data
 * @param {readonly Answer[]} answers
 * @param {boolean} [isOpen]
 */
export function slopeTable(data, answers, isOpen) {
  const { classes, words } = data;
  const rows = classes.map((look, c) => [
    look.word,
    whyButton(percent(answers[c].before, 1), `trained_probability-${c}`),
    whyButton(percent(answers[c].after, 1), `probability-${c}`),
    ...bandWords(answers[c]),
  ]);
  const heads = [words.class, words.before, words.after];
  if (answers.some(({ low }) => low !== null)) heads.push(words.low, words.high);
  const table = { summary: words.table, isOpen, caption: words.answer, heads, rows };
  return foldedTable(table, loadTable(data));
}

/** @param {PictureData} data how many words of the sentence each expert has, before and after */
function loadTable({ rows: layers, experts, words }) {
  const rows = layers.flatMap(({ title, seats }, layer) =>
    seats.map(({ before, after }, expert) => [
      `${title} ${experts[expert].label}`,
      whyButton(String(before), "trained_words_taken", { layer, expert }),
      whyButton(String(after), "words_taken", { layer, expert }),
    ]),
  );
  const heads = [words.taken, words.before, words.after];
  return dataTable({ caption: words.taken, hidesCaption: true, heads, rows }, { class: "twin" });
}
