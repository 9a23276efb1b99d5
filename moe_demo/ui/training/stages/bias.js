// 6 Bias: busy experts sink, idle ones rise.
import { el } from "../../kit/dom.js";
import { compact, fixed } from "../../kit/numbers.js";
import { linear, roundEnd } from "../../kit/scale.js";
import { fill } from "../../kit/text.js";
import { whyCell, whyMark } from "../../kit/why.js";
import { bar, rule, text, titled } from "./marks.js";

const COUNTS = { top: 24, base: 132 };
const ARROW = 155; // height of its middle
const NUMBER = 180;
const BIAS = { top: 202, base: 322 };

/** @typedef {"up" | "rest" | "down"} Way */

/**
 * @typedef {import("./marks.js").StageContext} StageContext
 * @typedef {import("./marks.js").Drawn} Drawn
 */

/** @param {StageContext} context @returns {Drawn} */
export function drawBias(context) {
  const { data, columns, words } = context;
  const { load, mean, before, after } = data;
  const y = linear(0, roundEnd(Math.max(...load, mean)), COUNTS.base, COUNTS.top);
  const bars = load.flatMap((n, e) => {
    const one = bar(context, e, y(n), COUNTS.base, KIND[wayOf(data.sign[e])]);
    const marks = [titled(one, `${data.experts[e].label} c = ${n}`)];
    const why = whyMark("slow_count", { layer: data.layer, expert: e });
    return columns.numbers ? [...marks, text(columns.x(e), y(n) - 4, n, "tiny", "middle", why)] : marks;
  });
  const fair = whyMark("slow_mean", { layer: data.layer });
  const moves = data.rate > 0 ? biasMoves(context) : [text(columns.left, 230, words.no_bias, "label")];
  return {
    marks: [
      rule(context, y(mean), words.mean, compact(mean), "fair", { mark: fair }),
      ...bars,
      text(4, 16, words.counts, "label"),
      ...moves,
    ],
    table: {
      heads: [words.expert, "c", words.sign, words.old_bias, words.new_bias],
      rows: load.map((n, e) => [
        data.experts[e].label,
        whyCell(n, "slow_count", { layer: data.layer, expert: e }),
        directionWord(data.sign[e]),
        fixed(before[e], 4),
        whyCell(fixed(after[e], 4), data.rate > 0 ? "slow_bias" : null, { layer: data.layer, expert: e }),
      ]),
    },
  };
}

/** @param {number} sign @returns {Way} */
function wayOf(sign) {
  return sign > 0 ? "up" : sign < 0 ? "down" : "rest";
}

/** @param {number} sign */
function directionWord(sign) {
  return { up: "+1", rest: "0", down: "−1" }[wayOf(sign)];
}

/** @type {Readonly<Record<Way, "below" | "share" | "above">>} an expert below its share rises */
const KIND = { up: "below", rest: "share", down: "above" };

/**
 * An arrow at a column, pointing up or down; a dash where the bias rests.
 * @param {number} x
 * @param {Way} way
 */
export function arrowPath(x, way) {
  if (way === "rest") return `M${x - 7},${ARROW - 1} h14 v3 h-14 Z`;
  return way === "up" ? `M${x},${ARROW - 7} l8,14 h-16 Z` : `M${x},${ARROW + 7} l8,-14 h-16 Z`;
}

/**
 * An arrow the way each bias went, and the bias on its scale: hollow before, filled after.
 * @param {StageContext} context
 */
function biasMoves(context) {
  const { data, columns, words } = context;
  const { left, right } = columns;
  const limit = roundEnd(Math.max(...data.before.map(Math.abs), ...data.after.map(Math.abs)));
  const y = linear(-limit, limit, BIAS.base, BIAS.top);
  return [
    rule(context, y(0), words.bias, "0", "zero"),
    text(right + 10, BIAS.top + 4, `+${compact(limit)}`, "small muted"),
    text(right + 10, BIAS.base + 4, compact(-limit), "small muted"),
    ...data.after.flatMap((_after, e) => biasMove(context, y, e)),
    text(left - 10, ARROW + 5, fill("± u = {u}", { u: data.rate }), "small muted", "end"),
    text(left - 10, NUMBER, words.new_bias, "small muted", "end"),
  ];
}

/** @param {StageContext} context @param {(bias: number) => number} y @param {number} e */
function biasMove({ data, columns }, y, e) {
  const [before, after] = [data.before[e], data.after[e]];
  const x = columns.x(e);
  const way = wayOf(data.sign[e]);
  const says = `${data.experts[e].label} ${fixed(before, 4)} → ${fixed(after, 4)}`;
  const look = { class: `arrow ${way}`, fill: data.colours[KIND[way]] };
  const stem = el("line", { class: "stem", x1: x, x2: x, y1: y(0), y2: y(after) });
  const old = el("circle", { class: "old", cx: x, cy: y(before), r: 6 });
  const now = el("circle", { class: "new", cx: x, cy: y(after), r: 4 });
  const marks = [
    titled(el("path", { ...look, d: arrowPath(x, way) }), says),
    titled(el("g", {}, stem, old, now), says),
  ];
  const why = whyMark("slow_bias", { layer: data.layer, expert: e });
  return columns.numbers ? [...marks, text(x, NUMBER, fixed(after), "tiny", "middle", why)] : marks;
}
