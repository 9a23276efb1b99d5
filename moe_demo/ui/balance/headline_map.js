// f of every expert, headline by headline and for the whole batch, and which way each loss pushes.
// Even is white; above 1 is pressed down, below 1 is lifted. Hover or focus a row to read its numbers.
import { inkOn, loadPlace, rampAt, rgb } from "../kit/colour.js";
import { el } from "../kit/dom.js";
import { fixed } from "../kit/numbers.js";
import { drawn } from "../kit/stage.js";
import { dataTable } from "../kit/table.js";
import { fill } from "../kit/text.js";
import { whyButton, whyMark } from "../kit/why.js";

const PUSHED = 0.05; // below this the push is too small for an arrow

/**
 * @typedef {import("./headline_map.types.js").PictureData} HeadlineMap
 * @typedef {import("./headline_map.types.js").HeadlineRow} HeadlineRow
 * @typedef {import("./headline_map.types.js").BatchRow} BatchRow
 */

/**
 * Which way a loss pushes an expert of this f.
 * @param {number} f
 * @returns {"down" | "up" | "rest"}
 */
export function pushOf(f) {
  if (Math.abs(f - 1) < PUSHED) return "rest";
  return f > 1 ? "down" : "up";
}

/** @param {HTMLElement} root @param {HeadlineMap} data */
function draw(root, data) {
  const { headlines, batch, words, label } = data;
  const width = batch.f.length + 2;
  const table = dataTable({
    caption: label,
    hidesCaption: true,
    heads: [
      el("td", {}, words.corner),
      ...batch.f.map((_f, expert) => `E${expert}`),
      el("th", { scope: "col", class: "total" }, words.total),
    ],
    rows: [
      ...headlines.map((row, b) => ({
        class: "headline",
        cells: cells(headlineHead(row), row, data, `headline_f-${b}`, `headline_unevenness-${b}`),
      })),
      { class: "gap", cells: [el("td", { colspan: width }, words.whole)] },
      { class: "batch", cells: cells(batch.text, batch, data, "batch_f", "batch_unevenness") },
    ],
  });
  root.replaceChildren(el("div", { class: "scroll" }, table));
}

/** @param {HeadlineRow} row */
function headlineHead({ text, class_word, glyph, hue }) {
  return el(
    "th",
    { scope: "row", title: `${text} (${class_word})` },
    el("span", { style: `color:${hue}` }, glyph),
    " ",
    el("span", { lang: "zh" }, text),
  );
}

/**
 * @param {import("../kit/table.js").Cell} head
 * @param {BatchRow} row
 * @param {HeadlineMap} data
 * @param {string} why key of its numbers (insight.lineage)
 * @param {string} whyTotal key of how far they are apart
 */
function cells(head, { f, unevenness }, data, why, whyTotal) {
  const values = f.map((value, expert) => valueCell(value, expert, data, why));
  return [head, ...values, el("td", { class: "total" }, whyButton(fixed(unevenness, 2), whyTotal))];
}

/** @param {number} f @param {number} expert @param {HeadlineMap} data @param {string} why */
function valueCell(f, expert, { ramp, top, words }, why) {
  const colour = rampAt(ramp, loadPlace(f, top));
  const push = pushOf(f);
  const says = fill(words[push], { expert: `E${expert}`, f: fixed(f, 2) });
  const arrow = { down: "▼", up: "▲", rest: "·" }[push];
  const style = `background:${rgb(colour)};color:${inkOn(colour)}`;
  const mark = whyMark(why, { expert });
  return el(
    "td",
    { class: "cell", title: says, "aria-label": says, style, ...mark },
    `${fixed(f, 1)} ${arrow}`,
  );
}

export default drawn(draw);
