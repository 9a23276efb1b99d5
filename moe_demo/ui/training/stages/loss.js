// 4 Loss: cross-entropy of every headline, and what the balance method adds.
import { el } from "../../kit/dom.js";
import { compact, fixed, significant } from "../../kit/numbers.js";
import { linear, roundEnd } from "../../kit/scale.js";
import { fill } from "../../kit/text.js";
import { whyCell, whyMark } from "../../kit/why.js";
import { GUTTER, crowdHeight } from "./layout.js";
import { bar, fairKind, headlineWords, rule, text, titled } from "./marks.js";

const RIGHT = 76;
const AXIS = 68;
const MEAN_BAR = 92;
const FACTOR_HEIGHT = 60;
const LEAST_SEEN = 3; // pixels of a balance loss that is there at all

/**
 * @typedef {import("./marks.js").StageContext} StageContext
 * @typedef {import("./marks.js").Drawn} Drawn
 */

/** @param {StageContext} context @returns {Drawn} */
export function drawLosses(context) {
  const { data, columns, words } = context;
  const { f, P, product } = data.factors;
  const left = GUTTER.left;
  const end = roundEnd(Math.max(...data.batch.map((one) => one.loss), data.ce));
  const x = linear(0, end, left, columns.width - RIGHT);
  return {
    marks: [
      text(left - 10, 44, words.each_headline, "small muted", "end"),
      ...data.batch.map((_one, place) => headlineMark(context, x, place)),
      el("line", { class: "axis", x1: left, x2: x(end), y1: AXIS, y2: AXIS }),
      text(left, AXIS + 14, "0", "small muted", "middle"),
      text(x(end), AXIS + 14, compact(end), "small muted", "middle"),
      ...meanBar(context, x),
      ...factorRows(context),
    ],
    table: {
      heads: [words.expert, "f", "P", "f × P"],
      rows: f.map((value, e) => {
        const number = (/** @type {number} */ shown, /** @type {string} */ name) =>
          whyCell(fixed(shown, 4), `${name}-${data.headline}`, { layer: data.layer, expert: e });
        return [
          data.experts[e].label,
          number(value, "slow_f"),
          number(P[e], "slow_share"),
          number(product[e], "slow_push"),
        ];
      }),
    },
  };
}

/** @param {StageContext} context @param {(loss: number) => number} x @param {number} place */
function headlineMark({ data, headline, pick }, x, place) {
  const one = data.batch[place];
  const { glyph, hue } = data.classes[one.label];
  const attributes = {
    x: x(one.loss),
    y: crowdHeight(place),
    class: `glyph dot${place === headline ? " on" : ""}`,
    style: `fill:${hue}`,
    "text-anchor": "middle",
    onclick: () => pick(place),
  };
  return titled(el("text", attributes, glyph), `${headlineWords(data, one)} · ${fixed(one.loss)}`);
}

/** @param {StageContext} context @param {(loss: number) => number} x */
function meanBar({ data, words, widthOf }, x) {
  const y = MEAN_BAR;
  const entropy = fill(words.entropy_is, { n: fixed(data.ce, 4) });
  const [left, right] = [x(0), x(data.ce)];
  const { colours } = data;
  const marks = [
    text(GUTTER.left - 10, y + 16, words.mean_loss, "small muted", "end"),
    el("rect", { class: "bar entropy", x: left, y, width: right - left, height: 22, fill: colours.entropy }),
    text(left, y + 46, entropy, "label", "start", whyMark("slow_ce")),
  ];
  if (data.balance <= 0) return marks;
  const width = Math.max(x(data.balance) - left, LEAST_SEEN);
  const share = significant(100 * data.balance_share, 2);
  const says = fill(words.balance_is, { n: significant(data.balance, 3), share });
  return [
    ...marks,
    el("rect", { class: "bar", x: right, y: y - 4, width, height: 30, fill: colours.balance }),
    text(left + widthOf(entropy) + 30, y + 46, says, "label", "start", whyMark("slow_balance")),
  ];
}

/** @param {StageContext} context */
function factorRows(context) {
  const { data, words } = context;
  const { f, P, even, name } = data.factors;
  const ofF = {
    id: "f",
    why: "slow_f",
    name: words.f_name,
    values: f,
    fair: 1,
    base: 248,
    end: Math.max(...f, 1.2),
    digits: 2,
  };
  const ofP = {
    id: "P",
    why: "slow_share",
    name: words.P_name,
    values: P,
    fair: even,
    base: 336,
    end: Math.max(...P),
    digits: 3,
  };
  const sum = whyMark(`slow_sum-${data.headline}`, { layer: data.layer });
  return [text(4, 172, name, "label", "start", sum), ...factorRow(context, ofF), ...factorRow(context, ofP)];
}

/**
 * @typedef {{ id: string, why: string, name: string, values: number[], fair: number, base: number, end: number,
 *   digits: number }} FactorRow
 *
 * @param {StageContext} context
 * @param {FactorRow} row
 */
function factorRow(context, { id, why, name, values, fair, base, end, digits }) {
  const { data, columns } = context;
  const y = linear(0, roundEnd(end), base, base - FACTOR_HEIGHT);
  const marks = values.flatMap((value, e) => {
    const kind = id === "f" ? fairKind(value) : "share";
    const says = `${data.experts[e].label} ${id} = ${fixed(value, 4)}`;
    const one = titled(bar(context, e, y(value), base, kind), says);
    const hasNumber = columns.numbers && value > 0;
    const mark = whyMark(`${why}-${data.headline}`, { layer: data.layer, expert: e });
    return hasNumber
      ? [one, text(columns.x(e), y(value) - 3, fixed(value, digits), "tiny", "middle", mark)]
      : [one];
  });
  return [rule(context, y(fair), name, compact(fair), "fair"), ...marks];
}
