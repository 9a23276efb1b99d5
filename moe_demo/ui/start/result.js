// The answer at the right: the probability of each class, and which part of the way the words have come to.
import { el, set } from "../kit/dom.js";
import { percent } from "../kit/numbers.js";
import { fill } from "../kit/text.js";
import { whyMark } from "../kit/why.js";
import { verdictLine } from "./geometry.js";

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {import("./playback.js").Standing} Standing
 * @typedef {ReturnType<typeof drawResult>} Result
 */

const CLASS_ROW = 66;
const PARTS = /** @type {const} */ (["mixing", "experts", "mean", "class"]);
const FOOT = { size: 14, row: 20 }; // the largest type of the parts, and from one line to the next

/**
 * A row for each class on a scale from 0 to 1, and the parts of the way; `writeResult` fills them in.
 * @param {PictureData} data
 * @param {Pick<import("./geometry.js").Layout, "resultX" | "resultWidth" | "seatsHeight" | "top">} layout
 * @param {import("./geometry.js").Measure} measure
 */
export function drawResult(
  { classes, words },
  { resultX: x, resultWidth: width, seatsHeight, top: above },
  measure,
) {
  const middle = above + seatsHeight / 2;
  const top = Math.max(middle - (CLASS_ROW * classes.length) / 2, above + 34);
  const rows = classes.map(({ hue, glyph, word }, c) => {
    const y = top + c * CLASS_ROW;
    const bar = { x, y: y + 31, height: 14, rx: 3 };
    const sign = el("tspan", { class: "glyph", fill: hue }, glyph);
    const text = el("tspan");
    return {
      word,
      text,
      name: el("text", { x, y: y + 20 }, sign, text),
      value: el("text", { x: x + width, y: y + 20, "text-anchor": "end", ...whyMark(`probability-${c}`) }),
      track: el("rect", { class: "track", width, ...bar }),
      bar: el("rect", { class: "fill", width: 0, fill: hue, ...bar }),
    };
  });
  const parts = PARTS.map((part) => el("tspan", { "data-part": part }, words[`part_${part}`]));
  const y = top + classes.length * CLASS_ROW + 8;
  const isLong = measure(FOOT.size)(PARTS.map((part) => words[`part_${part}`]).join(" → ")) > width;
  if (isLong) set(parts[2], { x, dy: FOOT.row }); // the mean and the class in a line of their own
  const between = parts.flatMap((part, i) => (i ? [" → ", part] : [part]));
  const last = y + (isLong ? 2 : 1) * FOOT.row;
  const status = el("text", { class: "foot status", x, y: last });
  const node = el(
    "g",
    { class: "result" },
    x > 0
      ? el("path", { class: "arrow", d: `M${x - 40},${middle} h22 m-8,-7 l8,7 l-8,7`, fill: "none" })
      : null,
    el("text", { class: "head", x, y: top - 14 }, words.result),
    ...rows.flatMap(({ name, value, track, bar }) => [name, value, track, bar]),
    el("text", { class: "foot", x, y }, ...between),
    status,
  );
  return { node, rows, parts, status, width, measure, height: last + 10 };
}

/**
 * The answer as far as it has come: that of all words at rest; while it plays, that of the mean of those that have
 * arrived, and none before the first.
 * @param {Result} result
 * @param {PictureData} data
 * @param {Standing | null} at
 */
export function writeResult({ rows, parts, status, width, measure }, data, at) {
  const answer = data.answers[(at?.arrived ?? data.answers.length) - 1];
  const best = answer ? answer.indexOf(Math.max(...answer)) : -1;
  rows.forEach(({ word, text, name, value, bar }, c) => {
    const kind = c === best ? " best" : "";
    const shown = percent(answer?.[c], 1);
    const line = verdictLine(word, shown, width, c === best, measure);
    set(name, { class: `class${kind}`, "font-size": line.size });
    set(value, { class: `value${kind}`, "font-size": line.size });
    set(bar, { width: answer ? Math.max(answer[c] * width, 2) : 0 });
    text.textContent = ` ${line.word}`;
    value.textContent = shown;
  });
  const now = at ? (at.arrived ? ["mean", "class"] : ["mixing", "experts"]) : [];
  for (const part of parts) part.classList.toggle("now", now.includes(part.dataset.part ?? ""));
  status.textContent = at ? said(data, at) : "";
}

/**
 * @param {PictureData} data
 * @param {Standing} at
 */
function said({ words, tokens, layer_names: names, arrival_lines: lines }, { layer, words: sent, arrived }) {
  if (arrived) return lines[arrived - 1];
  return fill(words.status_layer, { layer: names[layer], n: sent, all: tokens.length });
}
