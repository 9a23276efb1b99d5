// How numbers are written: a true minus sign, "–" where there is none. No DOM.

const NONE = "–";

/**
 * With so many decimals.
 * @param {number | null | undefined} value
 * @param {number} [digits]
 * @param {string} [none] what to write where there is no number
 * @returns {string}
 */
export function fixed(value, digits = 3, none = NONE) {
  return value === null || value === undefined ? none : minus(value.toFixed(digits));
}

/**
 * To read at a glance: two decimals, three where it is small.
 * @param {number | null | undefined} value
 * @returns {string}
 */
export function brief(value) {
  return fixed(value, value && Math.abs(value) < 0.1 ? 3 : 2);
}

/**
 * With its sign, + included.
 * @param {number} value
 * @param {number} [digits]
 * @returns {string}
 */
export function signed(value, digits = 3) {
  return (value < 0 ? "" : "+") + fixed(value, digits);
}

/**
 * A share of 1 as a percentage.
 * @param {number | null | undefined} share
 * @param {number} [digits]
 * @returns {string}
 */
export function percent(share, digits = 0) {
  return share === null || share === undefined ? NONE : `${fixed(100 * share, digits)}%`;
}

/**
 * Whole numbers as they are, others with the digits that tell them apart.
 * @param {number} value
 * @returns {string}
 */
export function compact(value) {
  if (Number.isInteger(value)) return minus(String(value));
  const size = Math.abs(value);
  return minus(size >= 100 ? value.toFixed(1) : size >= 0.1 ? value.toFixed(3) : value.toPrecision(3));
}

/**
 * With at most so many significant digits, and no zero at the end that says nothing.
 * @param {number} value
 * @param {number} [digits]
 * @returns {string}
 */
export function significant(value, digits = 4) {
  return minus(String(Number(value.toPrecision(digits))));
}

/**
 * .86 instead of 0.86, for shares that have little room.
 * @param {number} share
 * @returns {string}
 */
export function bare(share) {
  return share >= 0.995 ? "1.0" : share.toFixed(2).slice(1);
}

/** @param {string} text @returns {string} */
function minus(text) {
  return text.replace("-", "−");
}
