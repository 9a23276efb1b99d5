// Beside the picture: what changed, the claim with its evidence, the margin, and the classes before and after.
import { el } from "../kit/dom.js";
import { percent } from "../kit/numbers.js";
import { whyButton } from "../kit/why.js";

/** @typedef {import("./picture.types.js").PictureData} PictureData */

/** @param {PictureData} data @returns {HTMLElement[]} */
export function sideOf({ changed, lines, words, classes }) {
  return [
    el("p", { class: changed ? "change is" : "change" }, lines.change),
    el("p", { class: "claim" }, el("b", {}, lines.claim), el("br"), lines.evidence),
    el("p", { class: "margin" }, lines.margin),
    el("h2", {}, changed ? words.classes_change : words.classes),
    ...classes.map((item, c) => classBar(item, c, changed)),
  ];
}

/** @param {PictureData["classes"][number]} item @param {number} c @param {boolean} changed */
function classBar({ hue, glyph, word, before, after }, c, changed) {
  const now = percent(after, 1);
  return el(
    "div",
    { class: "class" },
    el("span", { class: "glyph", style: `color:${hue}`, "aria-hidden": "true" }, glyph),
    el("span", { class: "what" }, word),
    el(
      "span",
      { class: "p" },
      ...(changed ? [whyButton(percent(before, 1), `trained_probability-${c}`), " → "] : []),
      whyButton(now, `probability-${c}`),
    ),
    el(
      "div",
      { class: "track" },
      el("i", { class: "now", style: `width:${after * 100}%; background:${hue}` }),
      changed ? el("i", { class: "was", style: `width:${before * 100}%` }) : null,
    ),
  );
}
