// The words that other experts take now: who had them, who has them, and where a full expert dropped one.
import { el } from "../kit/dom.js";

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
  const seats = (/** @type {number[]} */ chosen, /** @type {number[]} */ others) =>
    chosen.map((e) => {
      const isDropped = word.dropped.includes(e) && chosen === word.after;
      const kind = ["mini", others.includes(e) ? "" : "new", isDropped ? "dropped" : ""].join(" ").trim();
      return el(
        "span",
        { class: kind, title: isDropped ? words.dropped : null },
        el(
          "svg",
          { "aria-hidden": "true" },
          el("rect", { width: "100%", height: "100%", fill: `url(#${patterns}${e})` }),
        ),
        experts[e].label,
      );
    });
  return el(
    "span",
    { class: "change" },
    el("b", { lang: "zh", class: word.dropped.length ? "struck" : null }, word.word),
    el("span", { class: "from" }, ...seats(word.before, word.after)),
    "→",
    el("span", { class: "to" }, ...seats(word.after, word.before)),
  );
}
