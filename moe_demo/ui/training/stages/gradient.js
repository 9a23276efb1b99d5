// 5 Gradient: how hard each part is pulled, before and after clipping.
import { el } from "../../kit/dom.js";
import { compact, significant } from "../../kit/numbers.js";
import { linear, pathOf, roundEnd } from "../../kit/scale.js";
import { whyCell, whyMark } from "../../kit/why.js";
import { GUTTER } from "./layout.js";
import { bar, text, titled } from "./marks.js";

const PARTS = { top: 18, height: 196, row: 21, least: 180 };
const RATE = { top: 42, base: 190, gap: 96, least: 60 };
const PULL = { base: 340, height: 86, title: 246 };

/**
 * @typedef {import("./marks.js").StageContext} StageContext
 * @typedef {import("./marks.js").Drawn} Drawn
 */

/** @param {StageContext} context @returns {Drawn} */
export function drawGradient(context) {
  const { data, columns, words } = context;
  const width = Math.max(PARTS.least, columns.width * 0.5 - GUTTER.left);
  const pull = data.pull.map((part, e) => ({ word: data.experts[e].label, ...part }));
  return {
    marks: [
      ...partBars(context, width),
      ...rateCurve(context, GUTTER.left + width + RATE.gap),
      ...expertPull(context),
    ],
    table: {
      heads: [words.part, words.norm, words.clipped],
      rows: [
        ...data.gradients.map(({ word, norm, clipped, why }) => [
          word,
          whyCell(compact(norm), why, { layer: data.layer }),
          compact(clipped),
        ]),
        ...pull.map(({ word, norm, clipped }, e) => [
          word,
          compact(norm),
          whyCell(compact(clipped), "slow_clipped", { layer: data.layer, expert: e }),
        ]),
      ],
    },
  };
}

/** @param {StageContext} context @param {number} width */
function partBars({ data }, width) {
  const { gradients, colours, layer } = data;
  const left = GUTTER.left;
  const height = Math.min(PARTS.row, PARTS.height / gradients.length);
  const wide = linear(0, roundEnd(Math.max(...gradients.map((part) => part.norm))), 0, width);
  return gradients.flatMap(({ word, norm, clipped, why }, i) => {
    const y = PARTS.top + i * height;
    const box = { x: left, y: y + 3, height: height - 6 };
    const whole = el("rect", { class: "bar outline", ...box, width: Math.max(wide(norm), 1) });
    const used = { class: "bar share growx", ...box, width: Math.max(wide(clipped), 1), fill: colours.share };
    return [
      text(left - 10, y + height / 2 + 4, word, "small", "end"),
      titled(el("g", {}, whole, el("rect", used)), `${word} ${compact(norm)}`),
      text(
        left + wide(norm) + 7,
        y + height / 2 + 4,
        compact(norm),
        "small number",
        "start",
        whyMark(why, { layer }),
      ),
    ];
  });
}

/**
 * The learning rate over the whole run, and where this step stands on it.
 * @param {StageContext} context
 * @param {number} left
 */
function rateCurve({ data, columns, words }, left) {
  const { rates, step, lr } = data;
  const { top, base } = RATE;
  const right = left + Math.max(RATE.least, columns.width - left - 20);
  const last = Math.max(rates[rates.length - 1][0], step);
  const x = linear(0, last, left, right);
  const y = linear(0, Math.max(...rates.map(([, rate]) => rate)), base, top);
  const [cx, cy] = [x(step), y(lr)];
  const d = pathOf(rates.map(([at, rate]) => [x(at), y(rate)]));
  return [
    text(left, 24, words.rate, "small muted"),
    el("line", { class: "axis", x1: left, x2: right, y1: base, y2: base }),
    el("path", { class: "curve", d }),
    el("line", { class: "here", x1: cx, x2: cx, y1: top - 6, y2: base }),
    el("circle", { class: "here", cx, cy, r: 5 }),
    text(
      Math.min(cx + 8, right - 70),
      Math.max(cy - 8, 38),
      compact(lr),
      "label",
      "start",
      whyMark("slow_rate"),
    ),
    text(left, base + 15, "1", "small muted", "middle"),
    text(right, base + 15, String(last), "small muted", "end"),
  ];
}

/** @param {StageContext} context */
function expertPull(context) {
  const { data, columns, words } = context;
  const { base, height } = PULL;
  const most = roundEnd(Math.max(...data.pull.map((part) => part.norm)));
  const y = linear(0, most, base, base - height);
  const marks = data.pull.flatMap(({ norm, clipped }, e) => {
    const whole = bar(context, e, y(norm), base, "outline");
    const used = bar(context, e, y(clipped), base, "share");
    const says = `${data.experts[e].label} ${compact(norm)}`;
    const both = titled(el("g", {}, whole, used), says);
    const hasNumber = columns.numbers && norm > 0;
    const number = text(columns.x(e), y(norm) - 4, significant(norm, 2), "tiny", "middle");
    return hasNumber ? [both, number] : [both];
  });
  return [...marks, text(4, PULL.title, words.pull, "label")];
}
