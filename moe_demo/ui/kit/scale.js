// Scales of axes: values to pixels, round numbers to write on them, paths through points. No DOM.

/**
 * A function from values to places: `low` to `from`, `high` to `to`, all others on the same line.
 * @param {number} low
 * @param {number} high
 * @param {number} from
 * @param {number} to
 * @returns {(value: number) => number}
 */
export function linear(low, high, from, to) {
  return (value) => from + ((value - low) / (high - low || 1)) * (to - from);
}

/**
 * The smallest of 1, 2, 5 times a power of ten that is not below `least`.
 * @param {number} least
 * @returns {number}
 */
export function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(least || 1));
  const factor = [1, 2, 5].find((by) => by * power >= least * 0.999) ?? 10;
  return factor * power;
}

/**
 * About `n` round numbers from `low` to `high`, both ends included where they are round themselves.
 * @param {number} low
 * @param {number} high
 * @param {number} n
 * @param {{ leastStep?: number }} [options] leastStep 1 for numbers that are counted
 * @returns {number[]}
 */
export function roundNumbers(low, high, n, { leastStep = 0 } = {}) {
  const step = Math.max(roundStep((high - low) / n), leastStep);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9) + 0; i * step <= high + step * 1e-9; i += 1) found.push(i * step);
  return found;
}

/**
 * A round number not below `value`, for the end of an axis: 1, 1.5, 2, 3, 5, 7.5 or 10 times a power of ten.
 * @param {number} value
 * @returns {number}
 */
export function roundEnd(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-12)));
  return power * ([1, 1.5, 2, 3, 5, 7.5].find((by) => by * power >= value * (1 - 1e-9)) ?? 10);
}

/**
 * A path through points, to a tenth of a pixel.
 * @param {[number, number][]} points
 * @returns {string}
 */
export function pathOf(points) {
  return points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)},${y.toFixed(1)}`).join("");
}

/**
 * 0, 1, 2, 5, 10, 20, ... up to the decade of `high`: round numbers for an axis that is dense at its start.
 * @param {number} high
 * @returns {number[]}
 */
export function oneTwoFive(high) {
  const found = [0];
  for (let power = 1; power <= high; power *= 10) found.push(power, 2 * power, 5 * power);
  return found;
}

/**
 * x and width of a bar from the zero of its scale to a value.
 * @param {(value: number) => number} scale
 * @param {number} value
 */
export function span(scale, value) {
  const [zero, end] = [scale(0), scale(value)];
  return { x: Math.min(zero, end), width: Math.abs(end - zero) };
}

/**
 * Left edge and width of a signed bar in a box whose middle is 0 and whose ends are -limit and +limit.
 * @param {number} value
 * @param {number} limit
 * @param {number} width of the box
 */
export function signedBar(value, limit, width) {
  const { x, width: long } = span(linear(-limit, limit, 0, width), value);
  return { left: x, width: long };
}
