// Where everything in the comparison stands: two panels of curves at the left, one card a run at the right; on a phone
// the cards stand below the curves, one below the other. No DOM.
import { linear, oneTwoFive, roundNumbers, roundStep } from "../kit/scale.js";
import { spread } from "../kit/spread.js";

export const LEAST_WIDTH = 940;
export const STACKED_BELOW = 720; // pixels of width
export const CURVES = { share: 0.38, left: 44, right: 40, top: 34, bottom: 34, between: 42, lossShare: 0.56 };
export const CARD = { gap: 12, head: 44, foot: 66, layerGap: 16, layerLabel: 15 };
const GAP = 30; // between curves and cards
const EDGE = 7; // right of the last card
const STACKED = { curves: 340, head: 26, row: 11, gap: 10 }; // heights
const LEAST_SPAN = 0.1; // of an axis
const LETTER_APART = 15;

/**
 * @typedef {import("./picture.types.js").ComparedCourse} ComparedRun
 * @typedef {{ top: number, height: number }} Panel
 *
 * @typedef {object} Layout
 * @property {number} width
 * @property {number} height
 * @property {number[]} steps at which some run was evaluated: they stand side by side, dense where much happens
 * @property {number} n columns of a card
 * @property {number} x0 left end of the curves
 * @property {number} x1
 * @property {(index: number) => number} x of a step by its place among `steps`
 * @property {Panel} loss
 * @property {Panel} accuracy
 * @property {boolean} stacked
 * @property {number} curvesHeight
 * @property {number} cardWidth
 * @property {number} cardHeight
 * @property {number} head of a card: its line and letter, and its name below or, stacked, beside them
 * @property {(run: number) => number} card left edge
 * @property {(run: number) => number} cardTop
 * @property {number} heatHeight of the load of one layer
 * @property {(layer: number) => number} heatTop from the card's top
 * @property {number} cell width of one evaluation
 * @property {number} row height of one expert
 *
 * @typedef {{ from: number, to: number, marks: number[], digits: number }} Axis
 *
 * @typedef {object} Looked what the reader points at
 * @property {number | null} run
 * @property {number | null} at index of the step
 * @property {number | null} layer
 * @property {number | null} expert
 */

/**
 * @param {{ runs: Pick<ComparedRun, "steps">[], n_layers: number, n_experts: number }} data
 * @param {number} width
 * @param {number} height
 * @returns {Layout}
 */
export function comparisonLayout({ runs, n_layers, n_experts }, width, height) {
  const steps = [...new Set(runs.flatMap((run) => run.steps))].sort((a, b) => a - b);
  const n = Math.max(steps.length, 2);
  const stacked = width < STACKED_BELOW;
  const curvesWidth = stacked ? width : Math.round(width * CURVES.share);
  const curvesHeight = stacked ? STACKED.curves : height;
  const [x0, x1] = [CURVES.left, curvesWidth - CURVES.right];
  const free = curvesHeight - CURVES.top - CURVES.bottom - CURVES.between;
  const lossHeight = Math.round(free * CURVES.lossShare);
  const cardsX = stacked ? EDGE : curvesWidth + GAP;
  const gaps = stacked ? 0 : CARD.gap * (runs.length - 1);
  const cardWidth = (width - EDGE - cardsX - gaps) / (stacked ? 1 : runs.length);
  const labels = CARD.layerLabel * n_layers + CARD.layerGap * (n_layers - 1);
  const head = stacked ? STACKED.head : CARD.head;
  const around = head + CARD.foot + labels;
  const cardHeight = stacked ? around + STACKED.row * n_experts * n_layers : height;
  const heatHeight = (cardHeight - around) / n_layers;
  const layerHeight = heatHeight + CARD.layerLabel + CARD.layerGap;
  const cardTop = (/** @type {number} */ run) =>
    stacked ? curvesHeight + STACKED.gap + run * (cardHeight + STACKED.gap) : 0;
  return {
    width,
    height: stacked ? cardTop(runs.length) : height,
    stacked,
    curvesHeight,
    steps,
    n,
    x0,
    x1,
    x: linear(0, n - 1, x0, x1),
    loss: { top: CURVES.top, height: lossHeight },
    accuracy: { top: CURVES.top + lossHeight + CURVES.between, height: free - lossHeight },
    cardWidth,
    cardHeight,
    head,
    card: (run) => (stacked ? cardsX : cardsX + run * (cardWidth + CARD.gap)),
    cardTop,
    heatHeight,
    heatTop: (layer) => head + CARD.layerLabel + layer * layerHeight,
    cell: cardWidth / n,
    row: heatHeight / n_experts,
  };
}

/**
 * Ends of an axis and its marks: round numbers that hold all values. Where all values are nearly one, as before the
 * first step, the axis still spans something.
 * @param {number[]} values
 * @param {number} [count]
 * @returns {Axis}
 */
export function axisOf(values, count = 4) {
  if (!values.length) return { from: 0, to: 1, marks: [0, 1], digits: 1 };
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const middle = (least + most) / 2;
  const half = Math.max(most - middle, LEAST_SPAN / 2);
  const step = roundStep((2 * half) / count);
  const from = Math.floor((middle - half) / step + 1e-9) * step;
  const to = Math.ceil((middle + half) / step - 1e-9) * step;
  const marks = roundNumbers(from, to, Math.round((to - from) / step));
  return { from, to, marks, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

/**
 * Height of a value in a panel.
 * @param {Axis} axis
 * @param {Panel} panel
 */
export function heightIn({ from, to }, { top, height }) {
  return linear(from, to, top + height, top);
}

/**
 * Round steps (0, 1, 2, 5, 10, ...) that fit below the curves. Evaluations stand side by side, however many steps lie
 * between them; a round step stands between its neighbours in proportion.
 * @param {Pick<Layout, "steps" | "x">} layout
 * @param {number} gap least pixels between two
 * @returns {{ step: number, x: number }[]}
 */
export function roundSteps({ steps, x }, gap) {
  /** @type {{ step: number, x: number }[]} */
  const chosen = [];
  for (const step of oneTwoFive(steps.at(-1) ?? -1)) {
    const after = steps.findIndex((known) => known >= step);
    if (after < 0 || step < steps[0]) continue;
    const before = steps[after] === step ? after : after - 1;
    const share = after === before ? 0 : (step - steps[before]) / (steps[after] - steps[before]);
    const at = x(before + share);
    if (!chosen.length || at - (chosen.at(-1)?.x ?? 0) >= gap) chosen.push({ step, x: at });
  }
  return chosen;
}

/**
 * Heights of the letters at the ends of lines: apart, and together as near to their lines above as below.
 * @param {number[]} ends
 * @returns {number[]}
 */
export function letterHeights(ends) {
  const places = spread(ends, LETTER_APART);
  const over = Math.max(...places, 0) - Math.max(...ends, 0);
  return places.map((place) => place - over / 2);
}

/**
 * What stands at a point: an evaluation, and where it is a card's load, a layer and an expert. `run` is the card or
 * the line under the pointer.
 * @param {Layout} layout
 * @param {{ x: number, y: number, run: number | null, layers: number }} point
 * @returns {Partial<Looked>}
 */
export function spotAt(layout, { x, y, run, layers }) {
  const most = layout.steps.length - 1;
  const within = (/** @type {number} */ at) => Math.min(Math.max(at, 0), most);
  if (layout.stacked ? y < layout.curvesHeight : x < layout.x1 + GAP) {
    const share = (x - layout.x0) / (layout.x1 - layout.x0);
    return { run, at: within(Math.round(share * (layout.n - 1))) };
  }
  if (run === null) return {};
  const at = within(Math.floor((x - layout.card(run)) / layout.cell));
  const inside = y - layout.cardTop(run);
  const layer = [...Array(layers).keys()].find((l) => {
    const above = inside - layout.heatTop(l);
    return above >= 0 && above < layout.heatHeight;
  });
  if (layer === undefined) return { run, at };
  return { run, at, layer, expert: Math.floor((inside - layout.heatTop(layer)) / layout.row) };
}
