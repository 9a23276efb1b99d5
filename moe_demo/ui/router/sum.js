// The same path as a sentence: how one expert came to its gate, every number a factor that points to its cell.
import { el } from "../kit/dom.js";
import { pieces } from "../kit/text.js";
import { whyMark } from "../kit/why.js";
import { WHY, three } from "./scene.js";

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {import("./geometry.js").ColumnId} ColumnId
 * @typedef {Node | string | number} Piece
 */

const MOST_TERMS = 4; // longer sums are written as one number

/**
 * A number that lights its column and its cell, and tells where it comes from.
 * @param {ColumnId} id
 * @param {number} e
 * @param {string} text
 * @param {number} [group] whose score it is
 */
function factor(id, e, text, group) {
  const why = id === "group" ? `group_score-${group}` : WHY[id];
  return el(
    "button",
    { type: "button", class: "factor why", "data-col": id, "data-of": e, ...whyMark(why, { expert: e }) },
    text,
  );
}

/**
 * @param {PictureData} data
 * @param {number} e
 * @returns {(Node | string)[]}
 */
export function sumOf(data, e) {
  const row = data.rows[e];
  const { words } = data;
  const group = data.groups[row.group];
  return pieces(words[row.chosen ? "sum_chosen" : row.kept ? "sum_below" : "sum_out"], {
    expert: () => el("b", {}, data.experts[e].label),
    logit: () => factor("logit", e, three(row.logit)),
    score: () => factor("score", e, three(row.score)),
    bias: () => factor("bias", e, `${row.bias < 0 ? "−" : "+"} ${three(Math.abs(row.bias))}`),
    biased: () => factor("choice", e, three(row.biased)),
    rank: row.rank === null ? "" : row.rank + 1,
    cut: three(data.cut),
    group: row.group,
    group_score: group ? () => factor("group", e, three(group.score), group.group) : "",
    fraction: fractionOf(data, e),
    gate: () => factor("gate", e, three(row.gate)),
  }).map((piece) => (typeof piece === "number" ? String(piece) : piece));
}

/** @param {PictureData} data @param {number} e @returns {Piece[]} */
function fractionOf(data, e) {
  const score = (/** @type {number} */ of) => factor("score", of, three(data.rows[of].score));
  const scale = data.route_scale === 1 ? [] : [` × ${data.route_scale}`];
  if (!data.normalised) return scale.length ? [score(e), ...scale] : ["s"];
  const chosen = data.order.slice(0, data.top_k);
  const terms = chosen.flatMap((of, i) => (i ? [" + ", score(of)] : [score(of)]));
  const sum = chosen.length > MOST_TERMS ? [three(data.score_sum)] : ["(", ...terms, ")"];
  return [score(e), " ÷ ", ...sum, ...scale];
}

/**
 * The same sentence for a screen reader.
 * @param {(Node | string)[]} nodes
 * @returns {string}
 */
export function textOf(nodes) {
  return nodes.map((node) => (node instanceof Node ? (node.textContent ?? "") : node)).join("");
}
