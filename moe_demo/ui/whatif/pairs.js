// Two sentences, one above the other, and a table of the words they share: their experts here and there.
import { el } from "../kit/dom.js";
import { drawn } from "../kit/stage.js";
import { dataTable } from "../kit/table.js";
import { texturePatterns } from "../kit/textures.js";
import { expertMarks } from "./marks.js";

/** @typedef {import("./pairs.types.js").PictureData} PictureData */

const PATTERNS = "p";

/**
 * @param {HTMLElement} root
 * @param {PictureData} data
 */
function draw(root, data) {
  const parts = [
    el(
      "svg",
      { class: "unseen", "aria-hidden": "true" },
      el("defs", {}, ...texturePatterns(data.experts, PATTERNS)),
    ),
    el("div", { class: "sentences" }, ...data.sentences.map((found, i) => sentence(found, "AB"[i]))),
    el("p", { class: "claim", "aria-live": "polite" }, data.claim),
    data.rows.length
      ? el(
          "div",
          { class: "scroll", tabindex: 0, role: "group", "aria-label": data.words.caption },
          routes(data),
        )
      : null,
    data.why ? el("p", {}, data.why) : null,
  ];
  root.replaceChildren(...parts.filter((part) => part !== null));
}

/**
 * @param {PictureData["sentences"][number]} found
 * @param {string} letter
 */
function sentence({ words, gloss, answer }, letter) {
  const chips = words.map((word) =>
    el(
      "span",
      { lang: "zh", class: word.shared ? "word shared" : "word", title: word.gloss || null },
      word.text,
    ),
  );
  return el(
    "p",
    { class: "sentence" },
    el("b", {}, letter),
    ...chips,
    el("span", {}, answer),
    gloss ? el("span", { class: "muted" }, gloss) : null,
  );
}

/** @param {PictureData} data */
function routes(data) {
  const { rows, layers, words } = data;
  const heads = [words.word, ...layers];
  const cells = rows.map((row) => [
    el(
      "th",
      { scope: "row" },
      el("span", { lang: "zh" }, row.word),
      row.gloss ? el("small", { class: "muted" }, ` ${row.gloss}`) : null,
    ),
    ...row.cells.map((cell) => el("td", { class: cell.moved ? "moved" : null }, ...routeLines(data, cell))),
  ]);
  return dataTable({ caption: words.caption, hidesCaption: true, heads, rows: cells });
}

/**
 * @param {PictureData} data
 * @param {PictureData["rows"][number]["cells"][number]} cell
 */
function routeLines({ experts, words }, { a, b, moved }) {
  const line = (/** @type {string} */ letter, /** @type {number[]} */ own, /** @type {number[]} */ other) =>
    el(
      "div",
      { class: "line" },
      el("small", {}, letter),
      ...expertMarks(own, experts, PATTERNS, (e) => (other.includes(e) ? "mini" : "mini new")),
    );
  return [
    line("A", a, b),
    line("B", b, a),
    el("small", { class: "verdict" }, moved ? words.moved : words.same),
  ];
}

export default drawn(draw);
