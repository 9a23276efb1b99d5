// Beside the picture: what changed, the claim with its evidence, the margin, and the classes before and after.
import { el } from "../kit/dom.js";
import { percent } from "../kit/numbers.js";

/** @typedef {import("./picture.types.js").PictureData} PictureData */

/** @param {PictureData} data @returns {HTMLElement[]} */
export function sideOf({ changed, lines, words, classes }) {
  return [
    el("p", { class: changed ? "change is" : "change" }, lines.change),
    el("p", { class: "claim" }, el("b", {}, lines.claim), el("br"), lines.evidence),
    el("p", { class: "margin" }, lines.margin),
    el("h2", {}, changed ? words.classes_change : words.classes),
    ...classes.map((item) => classBar(item, changed)),
  ];
}

/** @param {PictureData["classes"][number]} item @param {boolean} changed */
function classBar({ hue, glyph, word, before, after }, changed) {
  const now = percent(after, 1);
  const value = changed ? `${percent(before, 1)} → ${now}` : now;
  return el(
    "div",
    { class: "class" },
    el("span", { class: "glyph", style: `color:${hue}`, "aria-hidden": "true" }, glyph),
    el("span", { class: "what" }, word),
    el("span", { class: "p" }, value),
    el(
      "div",
      { class: "track" },
      el("i", { class: "now", style: `width:${after * 100}%; background:${hue}` }),
      changed ? el("i", { class: "was", style: `width:${before * 100}%` }) : null,
    ),
  );
}
