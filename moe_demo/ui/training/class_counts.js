// How many headlines each class has: one bar a class, on one scale from 0.

import { el } from "../kit/dom.js";

export default function ({ data, parentElement }) {
  const most = Math.max(...data.rows.map((row) => row.count), 1);
  const items = data.rows.map((row) => {
    const mark = el("span", { class: "glyph", "aria-hidden": true }, row.glyph);
    const bar = el("span", { class: "bar" });
    mark.style.color = row.hue;
    bar.style.background = row.hue;
    bar.style.width = `${(100 * row.count) / most}%`;
    const track = el("span", { class: "track", "aria-hidden": true }, bar);
    return el("li", {}, mark, el("span", { class: "word", title: row.word }, row.word), track, el("span", { class: "count" }, row.shown));
  });
  const list = el("ul", { "aria-label": data.label, lang: data.lang }, ...items);
  parentElement.querySelector(".root").replaceChildren(list);
}
