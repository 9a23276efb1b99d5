// The words that other experts take now: who had them, who has them, and where a full expert dropped one.
import { el } from "../kit/dom.js";
import { expertMarks } from "./marks.js";

/** @typedef {import("./picture.types.js").PictureData} PictureData */

/**
 * @param {PictureData} data
 * @param {string} patterns
 * @returns {HTMLElement[]}
 */
export function movedWords(data, patterns) {
  const { layers, words } = data;
  if (!layers.length) return [el("p", { class: "moved" }, words.none_moved)];
  return [
    el("h2", {}, words.moved),
    ...layers.map((layer) =>
      el(
        "div",
        { class: "row" },
        el("span", { class: "layer" }, layer.title),
        el("div", { class: "changes" }, ...layer.words.map((word) => change(data, word, patterns))),
      ),
    ),
  ];
}

/**
 * @param {PictureData} data
 * @param {PictureData["layers"][number]["words"][number]} word
 * @param {string} patterns
 */
function change({ experts, words }, word, patterns) {
  const seats = (/** @type {number[]} */ chosen, /** @type {number[]} */ others) => {
    const isDropped = (/** @type {number} */ e) => word.dropped.includes(e) && chosen === word.after;
    const kindOf = (/** @type {number} */ e) =>
      ["mini", others.includes(e) ? "" : "new", isDropped(e) ? "dropped" : ""].filter(Boolean).join(" ");
    return expertMarks(chosen, experts, patterns, kindOf, (e) => (isDropped(e) ? words.dropped : null));
  };
  return el(
    "span",
    { class: "change" },
    el("b", { lang: "zh", class: word.dropped.length ? "struck" : null }, word.word),
    el("span", { class: "from" }, ...seats(word.before, word.after)),
    "→",
    el("span", { class: "to" }, ...seats(word.after, word.before)),
  );
}
