// f of every expert, headline by headline and for the whole batch, and which way each loss pushes.
// Even is white; above 1 is pressed down, below 1 is lifted. Hover or focus a row to read its numbers.

import { el, fill } from "../kit/dom.js";
import { loadColour } from "../kit/load_colour.js";

const maps = new WeakMap();
const PUSHED = 0.05; // below this the push is too small for an arrow

function arrow(f) {
  if (Math.abs(f - 1) < PUSHED) return "·";
  return f > 1 ? "▼" : "▲";
}

function loadCell(f, expert, data) {
  const colour = loadColour(f, data.ramp, data.top), [r, g, b] = colour.match(/\d+/g).map(Number);
  const ink = 0.2126 * (r / 255) ** 2.2 + 0.7152 * (g / 255) ** 2.2 + 0.0722 * (b / 255) ** 2.2 > 0.3 ? "#111111" : "#FFFFFF";
  const says = fill(data.words[f > 1 + PUSHED ? "down" : f < 1 - PUSHED ? "up" : "rest"], { expert: `E${expert}`, f: f.toFixed(2) });
  return el("td", { class: "cell", title: says, "aria-label": says, style: `background:${colour};color:${ink}` }, `${f.toFixed(1)} ${arrow(f)}`);
}

function loadRow(row, data, kind) {
  const head = kind === "batch"
    ? el("th", { scope: "row" }, row.text)
    : el("th", { scope: "row", title: `${row.text} (${row.class_word})` }, el("span", { style: `color:${row.hue}` }, row.glyph), " ", el("span", { lang: "zh" }, row.text));
  return el("tr", { class: kind }, head, ...row.f.map((f, expert) => loadCell(f, expert, data)),
    el("td", { class: "total" }, row.unevenness.toFixed(2)));
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  if (!maps.has(parentElement)) maps.set(parentElement, root);
  root.lang = data.lang;
  const head = el("tr", {}, el("td", {}, data.words.corner), ...data.batch.f.map((_, expert) => el("th", { scope: "col" }, `E${expert}`)),
    el("th", { scope: "col", class: "total" }, data.words.total));
  const gap = el("tr", { class: "gap" }, el("td", { colspan: data.batch.f.length + 2 }, data.words.whole));
  root.replaceChildren(el("div", { class: "scroll" }, el("table", {}, el("caption", { class: "unseen" }, data.label),
    el("thead", {}, head), el("tbody", {}, ...data.headlines.map((row) => loadRow(row, data, "headline")), gap, loadRow(data.batch, data, "batch")))));
}
