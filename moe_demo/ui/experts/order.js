// The order of the map's rows. No DOM.

/**
 * @typedef {import("./picture.types.js").PictureData["rows"][number]} Row
 * @typedef {import("./picture.js").Order} Order
 */

/**
 * By the lift of a column, the largest first and what has none last; by their numbers without an order.
 * @param {Row[]} rows
 * @param {Order} order
 * @returns {Row[]}
 */
export function sorted(rows, order) {
  if (!order) return rows;
  const lift = (/** @type {Row} */ row) => row.cells[order.group][order.place].lift ?? -1;
  return [...rows].sort((a, b) => lift(b) - lift(a));
}
