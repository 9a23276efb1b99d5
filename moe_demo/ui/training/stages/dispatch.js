// 3 Dispatch: words per expert in this batch, against the fair share.
import { el } from "../../kit/dom.js";
import { compact, fixed } from "../../kit/numbers.js";
import { linear, roundEnd } from "../../kit/scale.js";
import { fill } from "../../kit/text.js";
import { whyCell, whyMark } from "../../kit/why.js";
import { bar, barKey, fairKind, rule, text, titled } from "./marks.js";

const BASE = 340;
const TOP = 26;
const NAME_APART = 15; // between the names of two rules

/**
 * @typedef {import("./marks.js").StageContext} StageContext
 * @typedef {import("./marks.js").Drawn} Drawn
 */

/** @param {StageContext} context @returns {Drawn} */
export function drawDispatch(context) {
  const { data, words } = context;
  const y = linear(0, roundEnd(Math.max(...data.f, data.random_f, 1.2)), BASE, TOP);
  const key = barKey(
    context,
    [
      ["below", words.below_fair],
      ["above", words.above_fair],
      ["mine", words.mine],
    ],
    12,
  );
  return {
    marks: [...rules(context, y), ...data.f.flatMap((_f, e) => loadMarks(context, y, e)), ...key],
    table: {
      heads: [words.expert, words.load, words.load_ratio, words.mine],
      rows: data.f.map((f, e) => {
        const places = { layer: data.layer, expert: e };
        return [
          data.experts[e].label,
          whyCell(data.load[e], "slow_count", places),
          whyCell(fixed(f), "slow_load", places),
          whyCell(data.mine[e], `slow_mine-${data.headline}`, places),
        ];
      }),
    },
  };
}

/** @param {StageContext} context @param {(f: number) => number} y */
function rules(context, y) {
  const { data, words } = context;
  const { layer } = data;
  const mean = whyMark("slow_mean", { layer });
  const fair = rule(context, y(1), words.fair, `1 = ${compact(data.mean)}`, "fair", { mark: mean });
  const at = y(data.random_f);
  if (at >= y(1) - 3) return [fair];
  const lifted = Math.min(0, y(1) - NAME_APART - at); // its words stay clear of those of the fair share
  const mark = whyMark("slow_random", { layer });
  return [fair, rule(context, at, words.floor, fixed(data.random_f, 2), "floor", { lifted, mark })];
}

/**
 * The bar of an expert, the picked headline's part of it, and its number.
 * @param {StageContext} context
 * @param {(f: number) => number} y
 * @param {number} e
 */
function loadMarks(context, y, e) {
  const { data, columns, words } = context;
  const f = data.f[e];
  const x = columns.x(e);
  const mine = data.load[e] ? bar(context, e, y(data.mine_f[e]), BASE, "mine") : null;
  const values = { expert: data.experts[e].label, n: data.load[e], f: fixed(f, 2), mine: data.mine[e] };
  const both = el("g", {}, bar(context, e, y(f), BASE, fairKind(f)), mine);
  const marks = [titled(both, fill(words.load_says, values))];
  if (!data.load[e]) marks.push(text(x, BASE - 6, words.dead, "small dead", "middle"));
  else if (columns.numbers) {
    const mark = whyMark("slow_load", { layer: data.layer, expert: e });
    marks.push(text(x, y(f) - 5, fixed(f, 2), "number", "middle", mark));
  }
  return marks;
}
