// Slow motion: the marks that several stages draw, and the shapes that all of them share.
import { el } from "../../kit/dom.js";

/** @type {readonly ["whole", "hidden", "silenced", "left_out"]} */
export const WORD_KINDS = ["whole", "hidden", "silenced", "left_out"];
const BAR_MOST = 64; // pixels
const KEY = { width: 14, height: 10, gap: 18 };

/**
 * @typedef {import("./layout.js").Columns} Columns
 * @typedef {import("../slow_step.types.js").PictureData} SlowData
 * @typedef {import("../slow_step.types.js").SlowHeadlineRow} SlowHeadline
 * @typedef {import("../slow_step.types.js").StageColours} StageColours
 * @typedef {ReturnType<typeof import("../../kit/why.js").whyMark>} Mark
 * @typedef {keyof StageColours | "mine" | "outline"} BarKind
 *
 * @typedef {object} StageContext what a stage knows
 * @property {SlowData} data
 * @property {Columns} columns
 * @property {Record<string, string>} words
 * @property {readonly string[]} ramp of the theme
 * @property {number} headline the picked one
 * @property {(headline: number) => void} pick
 * @property {(text: string) => number} widthOf a small line of text
 *
 * @typedef {object} Drawn what a stage gives: its marks, and the same numbers as rows of text
 * @property {Node[]} marks
 * @property {{ heads: string[], rows: (string | number | Node)[][] }} table
 */

/**
 * One line of text.
 * @param {number} x
 * @param {number} y
 * @param {string | number} words
 * @param {string} [kind] classes
 * @param {"start" | "middle" | "end"} [anchor]
 * @param {Mark} [mark] of a number that tells where it comes from
 */
export function text(x, y, words, kind = "", anchor = "start", mark = {}) {
  return el("text", { x, y, class: kind, "text-anchor": anchor, ...mark }, words);
}

/**
 * A mark with words that show on hover.
 * @template {Element} Drawing
 * @param {Drawing} mark
 * @param {string} words
 * @returns {Drawing}
 */
export function titled(mark, words) {
  mark.append(el("title", {}, words));
  return mark;
}

/**
 * How training saw a word: whole, its own row hidden, silenced, or not at all.
 * @param {SlowHeadline} headline
 * @param {number} i
 */
export function wordKind({ left_out, silenced, hidden }, i) {
  return WORD_KINDS[left_out[i] ? 3 : silenced[i] ? 2 : hidden[i] ? 1 : 0];
}

/**
 * A word as a square of its kind.
 * @param {number} x
 * @param {number} y
 * @param {number} size
 * @param {string} kind
 */
export function wordSquare(x, y, size, kind) {
  const half = kind === "hidden" ? el("path", { d: `M0,${size} L${size},0 L${size},${size} Z` }) : null;
  const square = el("rect", { width: size, height: size, rx: 1.5 });
  return el("g", { class: `square ${kind}`, transform: `translate(${x}, ${y})` }, square, half);
}

/**
 * The words of a headline and its class.
 * @param {SlowData} data
 * @param {SlowHeadline} headline
 */
export function headlineWords(data, headline) {
  return `${headline.text} · ${data.classes[headline.label].word}`;
}

/**
 * What fills a kind of bar; two kinds are the stylesheet's.
 * @param {StageColours} colours
 * @param {BarKind} kind
 */
function barColour(colours, kind) {
  return kind === "mine" || kind === "outline" ? undefined : colours[kind];
}

/**
 * A bar in an expert's column, between two heights.
 * @param {StageContext} context
 * @param {number} expert
 * @param {number} y
 * @param {number} base
 * @param {BarKind} kind
 */
export function bar({ columns, data }, expert, y, base, kind) {
  const width = Math.min(columns.cell - 8, BAR_MOST);
  return el("rect", {
    class: `bar ${kind} grow`,
    x: columns.x(expert) - width / 2,
    y: Math.min(y, base),
    width: Math.max(width, 2),
    height: Math.max(Math.abs(base - y), 0.5),
    fill: barColour(data.colours, kind),
  });
}

/**
 * A line over all columns, named at its left end and numbered at its right; `lifted` moves the words alone.
 * @param {StageContext} context
 * @param {number} y
 * @param {string} name
 * @param {string} number
 * @param {string} kind
 * @param {{ lifted?: number, mark?: Mark }} [more]
 */
export function rule({ columns }, y, name, number, kind, { lifted = 0, mark = {} } = {}) {
  const { left, right } = columns;
  return el(
    "g",
    { class: `rule ${kind}` },
    el("line", { x1: left - 4, x2: right + 6, y1: y, y2: y }),
    text(left - 10, y + 4 + lifted, name, "small muted", "end"),
    text(right + 10, y + 4 + lifted, number, "small muted", "start", mark),
  );
}

/**
 * What the kinds of bars mean, in a row.
 * @param {StageContext} context
 * @param {[BarKind, string][]} kinds of bars and their meaning
 * @param {number} y
 */
export function barKey({ columns, data, widthOf }, kinds, y) {
  let x = columns.left;
  return kinds.flatMap(([kind, meaning]) => {
    const look = {
      class: `bar ${kind}`,
      fill: barColour(data.colours, kind),
      width: KEY.width,
      height: KEY.height,
    };
    const marks = [el("rect", { ...look, x, y: y - 9 }), text(x + 20, y, meaning, "small muted")];
    x += 20 + KEY.gap + widthOf(meaning);
    return marks;
  });
}

/**
 * Which colour a load / fair share has: less than fair, or not.
 * @param {number} f
 * @returns {"below" | "above"}
 */
export function fairKind(f) {
  return f < 1 ? "below" : "above";
}
