// The article's own line of weighted outputs, beside that of the model that follows its example.
import { el } from "../kit/dom.js";
import { fixed } from "../kit/numbers.js";
import { fill } from "../kit/text.js";

/** @typedef {import("./picture.types.js").PictureData} PictureData */

/** @param {PictureData} data @returns {HTMLElement[]} */
export function articleLines({ article, words }) {
  if (!article.length) return [];
  const written = article.map((term) => `${term.gate} ${term.written}`).join(", ");
  const live = article
    .map((term, i) => `${fixed(term.live_gate, 2)} E${term.live_expert}(T${i + 1})`)
    .join(", ");
  return [
    el("p", { class: "article" }, fill(words.article, { title: words.title, line: written })),
    el("p", { class: "article" }, fill(words.live, { line: live })),
  ];
}
