// The marks of the journey: chips, vectors, bars. Each returns an SVG node.

import { el } from "../kit/dom.js";
import { CHIP, exact, fitted, heat } from "./geometry.js";

/** A text at a place; `anchor` is start, middle or end. */
export function label(x, y, text, { anchor = "middle", size = 13, kind = "", weight = null } = {}) {
  return el("text", { x, y, class: kind, "text-anchor": anchor, "font-size": size, "font-weight": weight }, text);
}

/** A box with a text in its middle; the whole word is told on hover where it had to be cut. */
export function chipBox(word, room, { height = CHIP, size = 15, kind = "chip" } = {}) {
  const { text, width } = fitted(word, room - 16, size);
  const wide = Math.min(room, width + 18);
  return el(
    "g",
    { class: kind },
    el("title", {}, word),
    el("rect", { x: -wide / 2, y: 0, width: wide, height, rx: 7 }),
    el("text", { x: 0, y: height / 2 + size * 0.36, "text-anchor": "middle", "font-size": size }, text),
  );
}

/** A vector as a column of cells, drawn in a unit square that `placeVector` moves and stretches. */
export function vectorColumn(count, kind = "vec") {
  const cells = Array.from({ length: count }, (_, i) =>
    el("rect", { x: 0, y: i / count, width: 1, height: 0.9 / count }, el("title")),
  );
  return el("g", { class: kind }, ...cells);
}

/** Move, stretch and colour a vector; a style change, so that CSS can animate it. */
export function placeVector(node, { x, y, w, h, values, limit, opacity = 1 }, ramp) {
  node.style.transform = `translate(${x}px, ${y}px) scale(${w}, ${h})`;
  node.style.opacity = opacity;
  node.style.pointerEvents = opacity ? "" : "none";
  [...node.children].forEach((cell, i) => {
    cell.style.fill = heat(values[i] ?? 0, limit, ramp);
    cell.firstChild.textContent = `[${i + 1}] ${exact(values[i])}`;
  });
}

/** A vector that stands still. */
export function stillVector(place, ramp, kind = "vec ghost") {
  const node = vectorColumn(place.values.length, kind);
  placeVector(node, place, ramp);
  return node;
}

/** Expert scores as upright bars on a fixed scale from 0 to 1. */
export function scoreBars(x, bottom, height, step, scores, chosen) {
  const wide = Math.min(24, (step - 22) / scores.length - 3);
  const pitch = wide + 4;
  const left = x - (pitch * scores.length - 4) / 2;
  const look = (e) => ({ size: 12, kind: e === chosen ? "strong" : "muted" });
  const nodes = scores.flatMap((score, e) => [
    el("rect", { class: "track", x: left + e * pitch, y: bottom - height, width: wide, height, rx: 2 }),
    el(
      "rect",
      {
        class: e === chosen ? "bar best" : "bar",
        x: left + e * pitch,
        y: bottom - height * score,
        width: wide,
        height: Math.max(1, height * score),
        rx: 2,
        fill: `url(#jx${e})`,
      },
      el("title", {}, `E${e} ${exact(score)}`),
    ),
    e === chosen || step >= 86 ? label(left + e * pitch + wide / 2, bottom - height * score - 5, bare(score), look(e)) : el("g"),
    label(left + e * pitch + wide / 2, bottom + 15, `E${e}`, { size: 11, kind: "muted" }),
  ]);
  return el("g", {}, ...nodes);
}

/** .86 instead of 0.86: three numbers must fit over three narrow bars. */
function bare(score) {
  return score >= 0.995 ? "1.0" : score.toFixed(2).slice(1);
}

/** An expert's badge: texture and label, the same wherever it appears. */
export function badge(x, y, expert, style, { width = 46, height = 24 } = {}) {
  return el(
    "g",
    { transform: `translate(${x - width / 2}, ${y})`, class: "badge" },
    el("rect", { width, height, rx: 6, fill: `url(#jx${expert})`, stroke: style.hue }),
    el("rect", { x: width / 2 - 14, y: 3, width: 28, height: height - 6, rx: 4, class: "plate" }),
    label(width / 2, height / 2 + 4.5, style.label, { size: 13, weight: 600 }),
  );
}

/** A probability as a lying bar: shape, word, bar on a scale from 0 to 1, number. */
export function classBar(x, y, room, style, word, value, { height = 20, paper = false } = {}) {
  const from = x + 128;
  const full = room - 128 - 60;
  const glyphText = label(x, y + height * 0.74, style.glyph, { anchor: "start", size: 16, kind: "glyph" });
  if (!paper) glyphText.style.fill = style.hue;
  return el(
    "g",
    {},
    glyphText,
    label(x + 22, y + height * 0.74, word, { anchor: "start", size: 14 }),
    el("rect", { class: "track", x: from, y, width: full, height, rx: 3 }),
    el("rect", {
      class: paper ? "bar printed" : "bar",
      x: from,
      y,
      width: Math.max(1.5, full * value),
      height,
      rx: 3,
      fill: paper ? null : style.hue,
    }),
    label(from + full + 10, y + height * 0.76, value.toFixed(paper ? 2 : 3), { anchor: "start", size: 15, weight: 600 }),
  );
}
