// The cells of the routes: where each stands, how it is divided, and at which the choice has changed. No DOM.

export const LAST_CELL = 116; // pixels of the newest checkpoint at least: its routes hold until the next one

/**
 * @typedef {import("./axis.js").StepAxis} StepAxis
 * @typedef {import("./record.js").LiveRecord} LiveRecord
 * @typedef {import("./record.js").Routes} Routes
 * @typedef {import("./scene.js").Scene} Scene
 * @typedef {{ run: number, i: number, t: number }} Cell a run, its i-th checkpoint, the t-th word
 */

/**
 * Left and right edge of a checkpoint's column: its routes hold until the next checkpoint.
 * @param {StepAxis} axis
 * @param {Pick<LiveRecord, "step">} record
 * @param {number[]} steps the checkpoints
 * @param {number} i
 * @returns {[number, number]}
 */
export function columnOf(axis, record, steps, i) {
  const left = axis.x(steps[i]);
  if (i + 1 < steps.length) return [left, axis.x(steps[i + 1])];
  return [left, Math.max(axis.x(Math.max(record.step, steps[i])), left + LAST_CELL)];
}

/**
 * A width divided among the chosen experts as their gates divide the word: left edge and width of each.
 * @param {readonly number[]} gates
 * @param {number} left
 * @param {number} width
 * @returns {{ x: number, w: number }[]}
 */
export function piecesOf(gates, left, width) {
  const whole = gates.reduce((sum, gate) => sum + gate, 0) || 1;
  let x = left;
  return gates.map((gate) => {
    const piece = { x, w: (width * gate) / whole };
    x += piece.w;
    return piece;
  });
}

/**
 * Whether the experts chosen for a word are others than at the checkpoint before; their order says nothing.
 * @param {Routes} routes
 * @param {number} layer
 * @param {number} i
 * @param {number} t
 */
export function isChanged({ experts }, layer, i, t) {
  return i > 0 && !isSameSet(experts[layer][i][t], experts[layer][i - 1][t]);
}

/** @param {number[]} a @param {number[]} b */
function isSameSet(a, b) {
  return a.length === b.length && a.every((expert) => b.includes(expert));
}

/**
 * Whether two runs can be compared expert by expert: only those that began with the same weights can.
 * @param {Pick<Scene, "data" | "records">} scene
 */
export function isComparable({ data, records }) {
  return data.runs[0].seed === data.runs[1].seed && records[0].nRouted === records[1].nRouted;
}

/**
 * Whether A and B chose other experts for a word at A's i-th checkpoint; where B has none there, nothing differs.
 * @param {Routes} a
 * @param {Routes} b
 * @param {number} layer
 * @param {number} i
 * @param {number} t
 */
export function isOther(a, b, layer, i, t) {
  const j = b.steps.indexOf(a.steps[i]);
  if (j < 0 || t >= b.tokens.length) return false;
  return !isSameSet(a.experts[layer][i][t], b.experts[layer][j]?.[t] ?? []);
}

/**
 * The cell at a point of the band of routes, or null.
 * @param {Pick<Scene, "axis" | "layout" | "records">} scene
 * @param {number} x
 * @param {number} y
 * @returns {Cell | null}
 */
export function cellAt({ axis, layout, records }, x, y) {
  const row = (y - layout.bands.routes.y) / layout.row;
  const t = Math.floor(row);
  const run = Math.min(Math.floor((row % 1) * records.length), records.length - 1);
  const routes = records[run]?.routes;
  if (!routes || t < 0 || t >= routes.tokens.length) return null;
  const i = routes.steps.findIndex((_step, index) => {
    const [left, right] = columnOf(axis, records[run], routes.steps, index);
    return x >= left && x < right;
  });
  return i < 0 ? null : { run, i, t };
}
