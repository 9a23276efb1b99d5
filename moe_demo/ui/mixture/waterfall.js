// From nothing to each class logit: a row for each step, a floating bar from where the sum stood to where it stands.
import { el } from "../kit/dom.js";
import { fixed, signed } from "../kit/numbers.js";
import { linear } from "../kit/scale.js";
import { drawn } from "../kit/stage.js";
import { dataTable } from "../kit/table.js";
import { texturePatterns } from "../kit/textures.js";
import { whyButton } from "../kit/why.js";
import { badge } from "./marks.js";

/** @typedef {import("./waterfall.types.js").PictureData} PictureData */

const PATTERNS = "w";

/**
 * Left edge and width of a bar, in percent of its track: from where the sum stood to where it stands.
 * @param {number} start
 * @param {number} value
 * @param {number[]} ends
 */
export function barOf(start, value, [low, high]) {
  const x = linear(low, high, 0, 100);
  const [from, to] = [x(start), x(start + value)];
  return { left: Math.min(from, to), width: Math.abs(to - from) };
}

/**
 * @param {PictureData} data
 * @param {number} c
 * @param {number} start
 * @param {number} value
 * @param {string} text
 * @param {string} why
 * @param {boolean} [isDrawn]
 */
function cell(data, c, start, value, text, why, isDrawn = true) {
  const ends = data.ends[c];
  const { left, width } = barOf(start, value, ends);
  const { hue } = data.classes[c];
  const style = `left:${left}%; width:max(${width}%, 2px); ${value < 0 ? `border-color:${hue}` : `background:${hue}`}`;
  const zero = `left:${barOf(data.base[c], 0, ends).left}%`;
  const bar = el("i", { class: value < 0 ? "down" : "up", style });
  return el(
    "span",
    { class: "step" },
    isDrawn ? el("span", { class: "track" }, el("u", { style: zero }), bar) : el("span", { class: "gap" }),
    whyButton(text, why),
  );
}

/** @param {PictureData} data @param {PictureData["steps"][number]} step */
function nameOf(data, step) {
  const isExpert = step.expert !== null || step.is_shared;
  return el("th", { scope: "row" }, isExpert ? badge(step.expert, step.name, PATTERNS) : step.name);
}

export default drawn((root, /** @type {PictureData} */ data) => {
  const { steps, logits, base, classes, words, title, answer, experts, claim, kind } = data;
  const heads = [
    words.step,
    ...classes.map((look, c) =>
      el(
        "th",
        { scope: "col", class: c === answer ? "answer" : null },
        el("span", { class: "dot", style: `background:${look.hue}` }),
        look.word,
      ),
    ),
  ];
  const rows = steps.map((step, n) => [
    nameOf(data, step),
    ...step.values.map((value, c) => {
      return cell(data, c, step.starts[c], value, signed(value), `step-${n}-${c}`, step.is_drawn);
    }),
  ]);
  const total = {
    class: "total",
    cells: [
      el("th", { scope: "row" }, words.total),
      ...logits.map((value, c) => {
        return cell(data, c, base[c], value - base[c], fixed(value), `class_logit-${c}`);
      }),
    ],
  };
  const table = dataTable({ caption: title, heads, rows: [...rows, total] }, { class: "waterfall" });
  root.replaceChildren(
    el(
      "svg",
      { class: "unseen", "aria-hidden": "true" },
      el("defs", {}, ...texturePatterns(experts, PATTERNS)),
    ),
    el("p", { class: "claim" }, claim),
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": title }, table),
    el("p", { class: "muted" }, kind),
  );
});
