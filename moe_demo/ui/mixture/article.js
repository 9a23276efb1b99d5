// The article's own line of weighted outputs, weight by weight above that of the model that follows its example.
import { el } from "../kit/dom.js";
import { fixed } from "../kit/numbers.js";
import { dataTable } from "../kit/table.js";
import { fill } from "../kit/text.js";
import { whyMark } from "../kit/why.js";

/** @typedef {import("./picture.types.js").PictureData} PictureData */

/** @param {PictureData} data @returns {HTMLElement[]} */
export function articleLines({ article, words }) {
  if (!article.length) return [];
  const heads = article.map(({ word }, i) =>
    el("th", { scope: "col" }, `T${i + 1} `, el("span", { lang: "zh" }, word)),
  );
  const written = article.map((term) => `${term.gate} ${term.written}`);
  const live = article.map(({ live_gate: gate, live_expert: expert, token }, i) => {
    const mark = whyMark("gate", { token, expert });
    const number = el("button", { type: "button", class: "why", ...mark }, fixed(gate, 2));
    return el("td", {}, number, ` E${expert}(T${i + 1})`);
  });
  const rows = [
    [fill(words.article, { title: words.title }), ...written],
    [words.live, ...live],
  ];
  const table = dataTable(
    { caption: words.article_title, heads: ["", ...heads], rows },
    { class: "article" },
  );
  return [
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": words.article_title }, table),
  ];
}
