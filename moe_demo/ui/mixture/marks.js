// The marks of the mixture's tables: badges, strips of numbers, bars.
import { rampAt, rgb, signedPlace } from "../kit/colour.js";
import { el } from "../kit/dom.js";
import { fixed, signed } from "../kit/numbers.js";
import { fill } from "../kit/text.js";

/** @typedef {import("./picture.types.js").PictureData} PictureData */

const CELL = { width: 5, height: 18 };

/**
 * A piece's expert: its texture and name; a shared expert is an empty double frame.
 * @param {number | null} expert
 * @param {string} label
 * @param {string} patterns
 */
export function badge(expert, label, patterns) {
  const look = { x: 1, y: 1, width: 22, height: 14, rx: 3, class: expert === null ? "shared" : "seat" };
  const fillOf = expert === null ? "none" : `url(#${patterns}${expert})`;
  return el(
    "span",
    { class: "badge" },
    el("svg", { width: 24, height: 16, "aria-hidden": "true" }, el("rect", { ...look, fill: fillOf })),
    label,
  );
}

/**
 * A vector as a strip: one cell a number, its colour the value between -limit and +limit.
 * @param {number[]} values
 * @param {number} limit
 * @param {string[]} ramp
 * @param {string} label
 * @param {Record<string, string | undefined>} why where the vector comes from (kit/why.js)
 */
export function strip(values, limit, ramp, label, why) {
  const cells = values.map((value, i) =>
    el("rect", {
      x: i * CELL.width,
      y: 0,
      width: CELL.width + 0.3,
      height: CELL.height,
      fill: rgb(rampAt(ramp, signedPlace(value, limit))),
    }),
  );
  const width = values.length * CELL.width;
  return el(
    "svg",
    {
      class: "strip",
      viewBox: `0 0 ${width} ${CELL.height}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": label,
      ...why,
    },
    ...cells,
  );
}

/**
 * A bar from the left, with its number.
 * @param {number} value
 * @param {number} limit
 * @param {string} text
 * @param {Record<string, string | undefined>} why where the number comes from (kit/why.js)
 */
export function bar(value, limit, text, why) {
  const share = limit ? (100 * value) / limit : 0;
  return el(
    "span",
    { class: "bar" },
    el("span", { class: "track" }, el("i", { style: `width:${share}%` })),
    el("b", {}, el("button", { type: "button", class: "why", ...why }, text)),
  );
}

/**
 * A signed bar from the middle, in a class's hue, with its number and, where there is one, a hollow mark.
 * @param {number} value
 * @param {number | null} mark
 * @param {number} limit
 * @param {PictureData["classes"][number]} look
 * @param {string} says
 * @param {Record<string, string | undefined>} why where the number comes from (kit/why.js)
 */
export function effectBar(value, mark, limit, look, says, why) {
  const half = (/** @type {number} */ v) => (limit ? Math.min(50, (50 * Math.abs(v)) / limit) : 0);
  const begin = value < 0 ? 50 - half(value) : 50;
  const at = mark === null ? 0 : 50 + Math.sign(mark) * half(mark);
  return el(
    "span",
    { class: "effect", title: says },
    el(
      "span",
      { class: "track" },
      el("i", { style: `left:${begin}%; width:${half(value)}%; background:${look.hue}` }),
      mark === null ? null : el("u", { style: `left:${at}%` }),
    ),
    el(
      "b",
      {},
      el(
        "button",
        { type: "button", class: "why", ...why },
        signed(value, limit < 0.1 ? 4 : limit < 1 ? 3 : 2),
      ),
    ),
  );
}

/**
 * What a strip says to those who do not see it.
 * @param {number[]} values
 * @param {PictureData["words"]} words
 */
export function stripLabel(values, words) {
  return fill(words.strip, {
    n: values.length,
    low: fixed(Math.min(...values), 2),
    high: fixed(Math.max(...values), 2),
  });
}
