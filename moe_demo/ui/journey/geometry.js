// Where things stand in the journey's canvas: pure functions from counts and widths to places.

export const ROW = { article: 104, live: 286 }; // heights of the two rows; the gutter's in picture.css are the same
export const TOP = 10; // of a chip at rest
export const CHIP = 32;
export const ZONE = { top: 64, bottom: 262 }; // of the live row, where a stage draws
export const COLUMN = { least: 66, most: 150, margin: 6, tail: 104, fewest: 6 };
const SEAT = { y: 206, height: 62, gap: 10, label: 72 };

/**
 * A box in the canvas.
 * @typedef {{ x: number, y: number, w: number, h: number }} Box
 */

/** @typedef {ReturnType<typeof columnsOf>} Columns */

/**
 * Columns of the canvas: one per word, never narrower than a word can be read; the rest scrolls.
 * @param {number} count
 * @param {number} visible width in view
 */
export function columnsOf(count, visible) {
  const room = (visible - COLUMN.tail - 2 * COLUMN.margin) / count;
  const step = Math.max(COLUMN.least, Math.min(COLUMN.most, room));
  const end = COLUMN.margin + count * step;
  const x = (/** @type {number} */ i) => COLUMN.margin + step * (i + 0.5);
  return { step, visible, count, end, width: Math.max(visible, end + COLUMN.tail), x };
}

/**
 * The seat of one of `count` experts: they share the width in view.
 * @param {Pick<Columns, "end" | "visible">} geo
 * @param {number} scrolled
 * @param {number} count
 * @param {number} expert
 * @returns {Box}
 */
export function seatBox(geo, scrolled, count, expert) {
  const span = Math.min(geo.end, geo.visible) / count;
  return { x: scrolled + span * expert + SEAT.gap, w: span - 2 * SEAT.gap, y: SEAT.y, h: SEAT.height };
}

/**
 * Where a word's vector sits in its expert's seat: in the order of the sentence.
 * @param {Box} seat
 * @param {number[]} chosen the expert of each word
 * @param {number} i
 * @returns {Box}
 */
export function placeInSeat(seat, chosen, i) {
  const isMate = (/** @type {number} */ expert) => expert === chosen[i];
  const pitch = Math.min(20, (seat.w - SEAT.label - 12) / chosen.filter(isMate).length);
  const before = chosen.slice(0, i).filter(isMate).length;
  return { x: seat.x + SEAT.label + before * pitch, y: seat.y + 9, w: Math.max(2, pitch * 0.6), h: 44 };
}

/**
 * Left edges and width of upright bars around a middle.
 * @param {number} middle
 * @param {number} room
 * @param {number} count
 */
export function barPlaces(middle, room, count) {
  const width = Math.min(24, (room - 22) / count - 3);
  const pitch = width + 4;
  const left = middle - (pitch * count - 4) / 2;
  return { width, lefts: Array.from({ length: count }, (_, i) => left + i * pitch) };
}
