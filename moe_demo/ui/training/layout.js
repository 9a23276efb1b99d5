// Where the bands of the training picture stand: a ruler on top, then loss, accuracy, the experts of every run and the
// routes, all on one x axis. No DOM.

const GUTTER_LEFT = 84;
const GUTTER_RIGHT = 128;
export const RULER = 40;
const HEAD = { loss: 24, accuracy: 22, experts: 34, routes: 26 };
const ROW = { least: 13, most: 24, half: 9 }; // height of a word's row; of each half of it where two runs share it
const EXPERTS_LEAST = 96; // pixels
const CURVES_LEAST = 100;
export const LINES_UP_TO = 8; // experts drawn as lines; more are rows of a heatmap

/**
 * @typedef {{ head: number, y: number, h: number }} Band top of its head, top of its drawing, height of that
 * @typedef {object} Layout
 * @property {number} width
 * @property {number} height what the picture takes in the end
 * @property {number} x0 left end of the axis of steps
 * @property {number} x1
 * @property {number} row height of a word's row
 * @property {Record<string, Band>} bands
 */

/**
 * The bands of a picture of a width and wished height, for so many runs and words, in type of a least size.
 * @param {{ width: number, height: number, runs: number, words: number, least?: number }} size
 * @returns {Layout}
 */
export function bandLayout({ width, height, runs, words, least = 0 }) {
  const isTwin = runs > 1;
  const heads = HEAD.loss + HEAD.accuracy + HEAD.experts * runs + HEAD.routes + 6;
  const free = Math.max(height - RULER - heads, 0);
  const routes = Math.max(Math.round(rowHeight(free, words, isTwin, least) * words), ROW.least * 4);
  const rest = Math.max(free - routes, EXPERTS_LEAST * runs + CURVES_LEAST);
  const experts = Math.max(Math.round((rest * 0.52) / runs), EXPERTS_LEAST);
  const curves = rest - experts * runs;
  /** @type {Record<string, Band>} */
  const bands = {};
  let y = RULER;
  const put = (/** @type {string} */ name, /** @type {number} */ head, /** @type {number} */ h) => {
    bands[name] = { head: y, y: y + head, h };
    y += head + h;
  };
  put("loss", HEAD.loss, Math.round(curves * 0.6));
  put("accuracy", HEAD.accuracy, Math.round(curves * 0.4));
  for (let run = 0; run < runs; run++) put(expertsBand(run), HEAD.experts, experts);
  put("routes", HEAD.routes, routes);
  return {
    width,
    height: y + 6,
    x0: GUTTER_LEFT,
    x1: width - GUTTER_RIGHT,
    row: routes / Math.max(words, 1),
    bands,
  };
}

/** @param {number} free @param {number} words @param {boolean} isTwin @param {number} type its least size */
function rowHeight(free, words, isTwin, type) {
  if (!words) return 0;
  const least = isTwin ? 2 * Math.max(ROW.half, type) : Math.max(ROW.least, type + 3);
  return Math.min(Math.max((free * 0.28) / words, least), ROW.most * (isTwin ? 1.4 : 1));
}

/**
 * Name of the band that holds the experts of a run.
 * @param {number} run
 */
export function expertsBand(run) {
  return `experts${run}`;
}

/**
 * The band that a height of the picture lies in, or null: between them stand the heads.
 * @param {Layout} layout
 * @param {number} y
 * @returns {string | null}
 */
export function bandAt(layout, y) {
  const found = Object.entries(layout.bands).find(([, band]) => y >= band.y && y < band.y + band.h);
  return found ? found[0] : null;
}
