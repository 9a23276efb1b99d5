// Slow motion: where things stand. An expert keeps its column from the scores to the bias, so that the eye can stay on it.

import { el } from "../kit/dom.js";

export const SLOW = { height: 384, gutter: 128, right: 64, seatTop: 0, seatBottom: 350, mostWords: 20 };

/** Columns of the experts, a gap before every group: {x(e) middle, cell width, left, right}. */
export function columnsFor(data, width) {
  const n = data.experts.length, gaps = Math.ceil(n / data.group_size) - 1, gap = n > 1 ? 8 : 0;
  const room = width - SLOW.gutter - SLOW.right - gaps * gap;
  const cell = Math.min(n <= 4 ? 150 : 72, room / n);
  const x = (e) => SLOW.gutter + cell * (e + 0.5) + gap * Math.floor(e / data.group_size);
  return { x, cell, left: SLOW.gutter, right: x(n - 1) + cell / 2, width, numbers: cell >= 32 };
}

/** Ground is dark? Decides which ramp reads. */
export function isDarkGround(root) {
  const ground = getComputedStyle(root).getPropertyValue("--st-background-color").trim();
  if (!/^#[0-9a-f]{6}$/i.test(ground)) return false;
  return [1, 3, 5].reduce((sum, at) => sum + parseInt(ground.slice(at, at + 2), 16), 0) < 200;
}

/** The ramp's colour of a share between 0 and 1. */
export function rampColour(ramp, share) {
  return ramp[Math.max(0, Math.min(ramp.length - 1, Math.floor(share * ramp.length)))];
}

/** A round number not below `value`: 1, 1.5, 2, 3, 5, 7.5 or 10 times a power of ten. */
export function roundEnd(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-12)));
  return [1, 1.5, 2, 3, 5, 7.5, 10].map((step) => step * power).find((end) => end >= value * (1 - 1e-9));
}

/** Text of an SVG, one line. */
export function say(x, y, words, kind = "", anchor = "start") {
  return el("text", { x, y, class: kind, "text-anchor": anchor }, words);
}

/** A mark with words that show on hover. */
export function told(node, words) {
  node.append(el("title", {}, words));
  return node;
}

/** Whole numbers as they are, others with as many digits as tell them apart. */
export function exactly(value) {
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 100 ? value.toFixed(1) : size >= 0.1 ? value.toFixed(3) : value.toPrecision(3);
}
