// Where everything of the score path stands: columns of the formula, rows of experts, bands of groups.
import { linear } from "../kit/scale.js";

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {"logit" | "score" | "bias" | "choice" | "gate"} BarId a column that draws a bar
 * @typedef {BarId | "group"} ColumnId
 * @typedef {{ id: ColumnId, x: number, w: number, bar: number, barW: number, number: number }} Column
 *   left edge and width; left edge and width of its bars; right edge of its numbers
 * @typedef {Record<BarId, (value: number) => number>} Scales from a value to its x
 */

export const SCORE = { label: 104, head: 44, foot: 20, gap: 5, number: 46, pad: 10 };
const RANK = 30; // px beside a choice score
const ROW = { least: 17, most: 46 };
const CUT_GAP = 3; // px more between the chosen and the others, where rows stand by choice score

/** @type {readonly (readonly [ColumnId, number])[]} */
const SHARES = [
  ["logit", 1.15],
  ["score", 1.05],
  ["bias", 0.85],
  ["group", 0.9],
  ["choice", 1.6],
  ["gate", 1.45],
];

/** @type {readonly BarId[]} */
export const BAR_IDS = ["logit", "score", "bias", "choice", "gate"];

/** @typedef {ReturnType<typeof scoreLayout>} Layout */

/**
 * The columns of the formula in its order; the group's only where there are groups.
 * @param {Pick<PictureData, "groups">} data
 * @returns {ColumnId[]}
 */
export function columnIds({ groups }) {
  return SHARES.map(([id]) => id).filter((id) => id !== "group" || groups.length);
}

/**
 * All places for a picture `width` wide whose rows may take `room` in height.
 * @param {Pick<PictureData, "groups" | "rows" | "scales">} data
 * @param {number} width
 * @param {number} room
 */
export function scoreLayout(data, width, room) {
  const shares = SHARES.filter(([id]) => id !== "group" || data.groups.length);
  const total = shares.reduce((sum, [, share]) => sum + share, 0);
  let x = SCORE.label;
  const columns = /** @type {Record<ColumnId, Column>} */ ({});
  for (const [id, share] of shares) {
    const w = ((width - SCORE.label) * share) / total;
    const barW = w - SCORE.number - 2 * SCORE.pad - (id === "choice" ? RANK : 0);
    columns[id] = { id, x, w, bar: x + SCORE.pad, barW, number: x + w - SCORE.pad };
    x += w;
  }
  const gaps = Math.max(data.groups.length - 1, 0) * SCORE.gap;
  const free = (room - SCORE.head - SCORE.foot - gaps) / data.rows.length;
  const row = Math.min(Math.max(free, ROW.least), ROW.most);
  const bottom = SCORE.head + row * data.rows.length + gaps;
  return {
    width,
    columns,
    row,
    bottom,
    height: bottom + SCORE.foot,
    scales: scoreScales(data.scales, columns),
  };
}

/**
 * @param {PictureData["scales"]} limits
 * @param {Record<BarId, { bar: number, barW: number }>} columns
 * @returns {Scales}
 */
export function scoreScales(limits, columns) {
  const scale = (/** @type {BarId} */ id, /** @type {number} */ low, /** @type {number} */ high) =>
    linear(low, high, columns[id].bar, columns[id].bar + columns[id].barW);
  return {
    logit: scale("logit", -limits.logit, limits.logit),
    score: scale("score", 0, limits.score),
    bias: scale("bias", -limits.bias, limits.bias),
    choice: scale("choice", limits.choice[0], limits.choice[1]),
    gate: scale("gate", 0, limits.gate),
  };
}

/**
 * Top of every expert's row, by expert: in their own order with a gap between groups, or by choice score.
 * @param {{ rows: { e: number }[], groups: { members: number[] }[], order: number[], top_k: number }} data
 * @param {{ row: number }} layout
 * @param {boolean} isSorted
 * @returns {number[]}
 */
export function rowTops({ rows, groups, order, top_k: k }, layout, isSorted) {
  const size = groups.length ? groups[0].members.length : rows.length;
  const gap = groups.length ? SCORE.gap : 0;
  return rows.map(({ e }) => {
    const place = isSorted ? order.indexOf(e) : e;
    const apart = isSorted ? (place >= k ? gap + CUT_GAP : 0) : Math.floor(e / size) * gap;
    return SCORE.head + place * layout.row + apart;
  });
}
