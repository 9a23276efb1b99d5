// The marks of the journey: chips, vectors, bars. Each returns an SVG node.
import { rampAt, rgb, signedPlace } from "../kit/colour.js";
import { el } from "../kit/dom.js";
import { bare, fixed } from "../kit/numbers.js";
import { shortened } from "../kit/text.js";
import { whyMark } from "../kit/why.js";
import { CHIP, barPlaces } from "./geometry.js";

/**
 * @typedef {import("./context.js").Context} Context
 * @typedef {import("../kit/looks.types.js").ExpertLook} ExpertLook
 * @typedef {import("./geometry.js").Box & { values: number[], limit: number, opacity?: number }} VectorPlace
 */

const ROOMY = 86; // px of a column that has room for numbers
const LEAST_BAR = 24; // px of a probability of 1, where there is little room

/**
 * A text at a place.
 * @param {number} x
 * @param {number} y
 * @param {string | number} text
 * @param {{ anchor?: "start" | "middle" | "end", size?: number, kind?: string, weight?: number | null,
 *   mark?: ReturnType<typeof whyMark> }} [look]
 */
export function label(
  x,
  y,
  text,
  { anchor = "middle", size = 13, kind = "", weight = null, mark = {} } = {},
) {
  const type = { "text-anchor": anchor, "font-size": size, "font-weight": weight };
  return el("text", { x, y, class: kind, ...type, ...mark }, text);
}

/**
 * A box with a text in its middle; the whole word is told on hover where it had to be cut.
 * @param {string} word
 * @param {number} room
 * @param {Context["measure"]} measure
 * @param {{ height?: number, size?: number, kind?: string, gloss?: string }} [look]
 */
export function chipBox(word, room, measure, { height = CHIP, size = 15, kind = "chip", gloss = "" } = {}) {
  const widthOf = measure(size);
  const text = shortened(word, room - 16, widthOf);
  const wide = Math.min(room, widthOf(text) + 18);
  return el(
    "g",
    { class: kind },
    el("title", {}, gloss ? `${word}: ${gloss}` : word),
    el("rect", { x: -wide / 2, y: 0, width: wide, height, rx: 7 }),
    label(0, height / 2 + size * 0.36, text, { size }),
  );
}

/**
 * A vector as a column of cells, drawn in a unit square that `placeVector` moves and stretches.
 * @param {number} count
 * @param {string} [kind]
 */
export function vectorColumn(count, kind = "vec") {
  const cells = Array.from({ length: count }, (_, i) =>
    el("rect", { x: 0, y: i / count, width: 1, height: 0.9 / count }, el("title")),
  );
  return el("g", { class: kind, "aria-hidden": true }, ...cells); // the table has the numbers
}

/**
 * Move, stretch and colour a vector; a style change, so that CSS can animate it.
 * @param {SVGGElement} node
 * @param {VectorPlace} place
 * @param {string[]} ramp
 */
export function placeVector(node, { x, y, w, h, values, limit, opacity = 1 }, ramp) {
  node.style.transform = `translate(${x}px, ${y}px) scale(${w}, ${h})`;
  node.style.opacity = String(opacity);
  node.style.pointerEvents = opacity ? "" : "none";
  node.querySelectorAll("rect").forEach((cell, i) => {
    cell.style.fill = rgb(rampAt(ramp, signedPlace(values[i] ?? 0, limit)));
    cell.children[0].textContent = `[${i + 1}] ${fixed(values[i])}`;
  });
}

/**
 * A vector that stands still.
 * @param {VectorPlace} place
 * @param {string[]} ramp
 * @param {string} [kind]
 */
export function stillVector(place, ramp, kind = "vec ghost") {
  const node = vectorColumn(place.values.length, kind);
  placeVector(node, place, ramp);
  return node;
}

/**
 * Whether a column has room for numbers beside its marks.
 * @param {Context["geo"]} geo
 */
export function isRoomy(geo) {
  return geo.step >= ROOMY;
}

/**
 * Expert scores as upright bars on a fixed scale from 0 to 1.
 * @param {{ x: number, bottom: number, height: number, room: number }} place
 * @param {number[]} scores
 * @param {number} chosen
 * @param {number | null} [token] of our own model, whose scores tell where they come from
 */
export function scoreBars({ x, bottom, height, room }, scores, chosen, token = null) {
  const { width, lefts } = barPlaces(x, room, scores.length);
  const nodes = scores.flatMap((score, e) => {
    const isChosen = e === chosen;
    const bar = { class: isChosen ? "bar best" : "bar", y: bottom - height * score, fill: `url(#jx${e})` };
    const middle = lefts[e] + width / 2;
    const mark = token === null ? {} : whyMark("score", { token, expert: e });
    const look = { size: 12, kind: isChosen ? "strong" : "muted", mark };
    return [
      el("rect", { class: "track", x: lefts[e], y: bottom - height, width, height, rx: 2 }),
      el(
        "rect",
        { ...bar, x: lefts[e], width, height: Math.max(1, height * score), rx: 2 },
        el("title", {}, `E${e} ${fixed(score)}`),
      ),
      isChosen || room >= ROOMY ? label(middle, bottom - height * score - 5, bare(score), look) : null,
      label(middle, bottom + 15, `E${e}`, { size: 11, kind: "muted" }),
    ];
  });
  return el("g", {}, ...nodes);
}

/**
 * An expert's badge: texture and label, the same wherever it appears.
 * @param {number} x its middle
 * @param {number} y
 * @param {number} expert
 * @param {ExpertLook} style
 */
export function badge(x, y, expert, style) {
  const [width, height] = [46, 24];
  return el(
    "g",
    { transform: `translate(${x - width / 2}, ${y})`, class: "badge" },
    el("rect", { width, height, rx: 6, fill: `url(#jx${expert})`, stroke: style.hue }),
    el("rect", { x: width / 2 - 14, y: 3, width: 28, height: height - 6, rx: 4, class: "plate" }),
    label(width / 2, height / 2 + 4.5, style.label, { size: 13, weight: 600 }),
  );
}

/**
 * A probability as a lying bar: shape, word, bar on a scale from 0 to 1, number. Printed ones are in ink.
 * @param {{ x: number, y: number, room: number, height?: number }} place
 * @param {{ glyph: string, hue?: string }} style
 * @param {string} word
 * @param {number} value
 * @param {{ isPrinted?: boolean, mark?: ReturnType<typeof whyMark> }} [look]
 */
export function classBar(
  { x, y, room, height = 20 },
  style,
  word,
  value,
  { isPrinted = false, mark = {} } = {},
) {
  const from = x + 128;
  const full = Math.max(room - 128 - 60, LEAST_BAR);
  const glyph = label(x, y + height * 0.74, style.glyph, { anchor: "start", size: 16, kind: "glyph" });
  if (!isPrinted) glyph.style.fill = style.hue ?? "";
  const bar = { class: isPrinted ? "bar printed" : "bar", fill: isPrinted ? null : style.hue };
  const number = fixed(value, isPrinted ? 2 : 3);
  return el(
    "g",
    {},
    glyph,
    label(x + 22, y + height * 0.74, word, { anchor: "start", size: 14 }),
    el("rect", { class: "track", x: from, y, width: full, height, rx: 3 }),
    el("rect", { ...bar, x: from, y, width: Math.max(1.5, full * value), height, rx: 3 }),
    label(from + full + 10, y + height * 0.76, number, { anchor: "start", size: 15, weight: 600, mark }),
  );
}
