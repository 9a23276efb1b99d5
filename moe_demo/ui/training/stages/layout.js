// Slow motion: where things stand. An expert keeps its column from the scores to the bias, so that the eye can stay
// on it. No DOM.

export const HEIGHT = 384;
export const GUTTER = { left: 128, right: 64 };
export const NAMES = { scores: 0, other: 350 }; // top of the experts' names at the stage "scores", and at all others
const GROUP_GAP = 8;
const MOST_WIDE = { few: 150, many: 72 }; // pixels of a column
const NUMBERS_FROM = 32;
const BATCH_COLUMNS = 4;

/**
 * @typedef {object} Columns one an expert
 * @property {(expert: number) => number} x its middle
 * @property {number} cell width of a column
 * @property {number} left
 * @property {number} right
 * @property {number} width of the whole picture
 * @property {boolean} numbers whether a column has room for one
 */

/**
 * Columns of the experts, a gap before every group.
 * @param {number} n
 * @param {number} groupSize
 * @param {number} width
 * @returns {Columns}
 */
export function columnsFor(n, groupSize, width) {
  const gaps = Math.ceil(n / groupSize) - 1;
  const gap = n > 1 ? GROUP_GAP : 0;
  const room = width - GUTTER.left - GUTTER.right - gaps * gap;
  const cell = Math.min(n <= 4 ? MOST_WIDE.few : MOST_WIDE.many, room / n);
  const x = (/** @type {number} */ e) => GUTTER.left + cell * (e + 0.5) + gap * Math.floor(e / groupSize);
  return { x, cell, left: GUTTER.left, right: x(n - 1) + cell / 2, width, numbers: cell >= NUMBERS_FROM };
}

/**
 * Places of the headlines of a batch: four columns of lines, each line with a square a word.
 * @param {number} n headlines
 * @param {number} most words of the longest
 * @param {number} width
 * @returns {{ width: number, height: number, square: number, at: (place: number) => { x: number, y: number } }}
 */
export function batchLines(n, most, width) {
  const rows = Math.ceil(n / BATCH_COLUMNS);
  const height = Math.min(24, (HEIGHT - 34) / Math.max(rows, 8));
  const wide = width / BATCH_COLUMNS;
  return {
    width: wide,
    height,
    square: Math.min(11, height - 5, (wide - 40) / most - 2),
    at: (place) => ({ x: Math.floor(place / rows) * wide, y: (place % rows) * height }),
  };
}

/**
 * Height of a mark in a crowd on one line: seven heights in turn, so that marks of like value can be told apart.
 * @param {number} place
 */
export function crowdHeight(place) {
  return 30 + ((place * 3) % 7) * 5.5;
}
