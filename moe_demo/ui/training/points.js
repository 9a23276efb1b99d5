// What curves and heatmaps have to know before they draw: which steps are in view, where a line ends, who is dead.
// No DOM.
import { indexAt } from "./axis.js";

/**
 * @typedef {import("./axis.js").StepAxis} StepAxis
 * @typedef {{ steps: number[], values: (number | null)[] }} Line
 * @typedef {{ y: number, h: number }} Band
 * @typedef {{ from: number, xs: number[], ys: (number | null)[] }} Points
 */

const OUTLIERS = 0.02; // of single batches that may leave the picture at its top
const HEADROOM = 1.06;

/**
 * First and last index of the steps in view, one more at each side, so that lines leave the picture.
 * @param {number[]} steps
 * @param {StepAxis} axis
 * @returns {[number, number]}
 */
export function inView(steps, axis) {
  const [lo, hi] = axis.range;
  return [Math.max(indexAt(steps, lo), 0), Math.min(indexAt(steps, hi) + 2, steps.length)];
}

/**
 * Top of a y axis from 0: the highest value in view; of noisy lines a few outliers are left above it.
 * @param {StepAxis} axis
 * @param {(Line & { isNoisy?: boolean })[]} lines
 * @returns {number}
 */
export function topOf(axis, lines) {
  let top = 0;
  for (const { steps, values, isNoisy } of lines) {
    const seen = values
      .slice(...inView(steps, axis))
      .filter((value) => value !== null)
      .sort((a, b) => a - b);
    const at = isNoisy ? Math.floor((seen.length - 1) * (1 - OUTLIERS)) : seen.length - 1;
    if (seen.length) top = Math.max(top, seen[at]);
  }
  return top * HEADROOM || 1;
}

/**
 * The points of a line in view, on a y axis from 0 to `top`.
 * @param {StepAxis} axis
 * @param {Band} band
 * @param {number} top
 * @param {Line} line
 * @returns {Points}
 */
export function pointsOf(axis, band, top, { steps, values }) {
  const [from, to] = inView(steps, axis);
  return {
    from,
    xs: steps.slice(from, to).map((step) => axis.x(step)),
    ys: values.slice(from, to).map((value) => (value === null ? null : heightOf(band, value / top))),
  };
}

/**
 * Height of a share of a band, 0 at its foot.
 * @param {Band} band
 * @param {number} share
 */
export function heightOf(band, share) {
  return band.y + band.h * (1 - share);
}

/**
 * Where a line is named: at its last point, or where it leaves the picture; null where it is not in view.
 * @param {StepAxis} axis
 * @param {Band} band
 * @param {Points} points
 * @param {(number | null)[]} values of the whole line
 * @returns {{ x: number, y: number, value: number } | null}
 */
export function endOf(axis, band, { from, xs, ys }, values) {
  const last = ys.findLastIndex((y, i) => y !== null && xs[i] <= axis.x1 + 1);
  const y = ys[last];
  const value = values[from + last];
  if (last < 0 || y === null || value === null) return null;
  const beyond = ys[last + 1] ?? null;
  const clamped = (/** @type {number} */ at) => Math.min(Math.max(at, band.y), band.y + band.h);
  if (xs[last + 1] > axis.x1 && beyond !== null) {
    const share = (axis.x1 - xs[last]) / (xs[last + 1] - xs[last]);
    return { x: axis.x1, y: clamped(y + (beyond - y) * share), value };
  }
  return xs[last] < axis.x0 ? null : { x: xs[last], y: clamped(y), value };
}

/**
 * Runs [from, to) of consecutive places where a row lies below a bound.
 * @param {(number | null)[]} row
 * @param {number} bound
 * @returns {[number, number][]}
 */
export function deadSpans(row, bound) {
  /** @type {[number, number][]} */
  const spans = [];
  let from = -1;
  row.forEach((value, i) => {
    const isDead = value !== null && value < bound;
    if (isDead && from < 0) from = i;
    if (isDead || from < 0) return;
    spans.push([from, i]);
    from = -1;
  });
  if (from >= 0) spans.push([from, row.length]);
  return spans;
}

/**
 * Of rows so high: the size of their names, and every how many rows one has room.
 * @param {number} height
 * @param {number} [least] size of any type
 * @returns {{ size: number, every: number }}
 */
export function rowNames(height, least = 0) {
  const size = Math.max(Math.min(Math.max(Math.floor(height), 9), 12), least);
  return { size, every: Math.max(Math.ceil(Math.max(10, least) / height), 1) };
}
