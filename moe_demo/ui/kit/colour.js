// Colours as numbers: how light one is, which ink reads on it, and the one ramp between the stops of a scale.
// A colour here is "#rrggbb" or [red, green, blue] with parts from 0 to 255. No DOM but for `isDark`.

const INK = { dark: "#000000", light: "#FFFFFF" };
const LIGHT_FROM = 0.179; // luminance from which dark ink stands out more: each has 4.5 : 1 at least on its side
const DARK_BELOW = 0.2; // luminance of a ground below which the theme is a dark one

/**
 * The parts of "#rrggbb".
 * @param {string} hex
 * @returns {number[]}
 */
export function channels(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/**
 * CSS for parts.
 * @param {number[]} parts
 * @returns {string}
 */
export function rgb(parts) {
  return `rgb(${parts.join(", ")})`;
}

/**
 * Relative luminance, 0 black to 1 white (WCAG 2).
 * @param {string | number[]} colour
 * @returns {number}
 */
export function luminance(colour) {
  const parts = typeof colour === "string" ? channels(colour) : colour;
  const [red, green, blue] = parts.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/**
 * The ink that reads on a colour.
 * @param {string | number[]} colour
 * @returns {string}
 */
export function inkOn(colour) {
  return luminance(colour) >= LIGHT_FROM ? INK.dark : INK.light;
}

/**
 * Whether a ground asks for the ramps of a dark theme; what is no "#rrggbb" counts as light.
 * @param {string} ground
 * @returns {boolean}
 */
export function isDarkColour(ground) {
  return /^#[0-9a-f]{6}$/i.test(ground) && luminance(ground) < DARK_BELOW;
}

/**
 * Whether the page behind a node is dark now.
 * @param {Element} node
 * @returns {boolean}
 */
export function isDark(node) {
  return isDarkColour(getComputedStyle(node).getPropertyValue("--st-background-color").trim());
}

/**
 * The colour between the stops of a ramp at a place from 0 to 1; beyond its ends the ramp stays as it is.
 * @param {readonly string[]} stops
 * @param {number} place
 * @returns {number[]}
 */
export function rampAt(stops, place) {
  const at = between(place, 0, 1) * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  const [before, after] = [channels(stops[low]), channels(stops[low + 1])];
  return before.map((part, c) => Math.round(part + (after[c] - part) * (at - low)));
}

/**
 * The step of a ramp whose legend shows every step: no colour between them, so that a reader can match it.
 * @param {readonly string[]} stops
 * @param {number} place from 0 to 1
 * @returns {string}
 */
export function rampStep(stops, place) {
  return stops[between(Math.floor(place * stops.length), 0, stops.length - 1)];
}

/**
 * Place of a load / fair share on a diverging ramp: fair is the middle, everything from `top` on is the last colour.
 * @param {number} load
 * @param {number} top
 * @returns {number}
 */
export function loadPlace(load, top) {
  return load <= 1 ? load / 2 : 0.5 + Math.min((load - 1) / (top - 1), 1) / 2;
}

/**
 * Place of a signed value on a diverging ramp that runs from -limit to +limit; 0 is the middle.
 * @param {number} value
 * @param {number} limit
 * @returns {number}
 */
export function signedPlace(value, limit) {
  return limit ? between(0.5 + value / (2 * limit), 0, 1) : 0.5;
}

/** @param {number} value @param {number} low @param {number} high @returns {number} */
function between(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
