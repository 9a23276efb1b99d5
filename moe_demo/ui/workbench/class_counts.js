// How many headlines each class has: one bar a class, on one scale from 0.
import { el } from "../kit/dom.js";
import { drawn } from "../kit/stage.js";

/**
 * @typedef {import("./class_counts.types.js").ClassCount} ClassCount
 * @typedef {import("./class_counts.types.js").PictureData} ClassCounts
 */

/** @param {HTMLElement} root @param {ClassCounts} data */
function draw(root, { rows, label }) {
  const most = Math.max(...rows.map((row) => row.count), 1);
  root.replaceChildren(el("ul", { "aria-label": label }, ...rows.map((row) => line(row, most))));
}

/** @param {ClassCount} row @param {number} most */
function line({ word, glyph, hue, count, shown }, most) {
  const mark = el("span", { class: "glyph", "aria-hidden": true }, glyph);
  const bar = el("span", { class: "bar" });
  mark.style.color = hue;
  bar.style.background = hue;
  bar.style.width = `${(100 * count) / most}%`;
  return el(
    "li",
    {},
    mark,
    el("span", { class: "word", title: word }, word),
    el("span", { class: "track", "aria-hidden": true }, bar),
    el("span", { class: "count" }, shown),
  );
}

export default drawn(draw);
