// Which experts of a layer are chosen together: one cell a pair, against chance under the same rule.
import { inkOn, isDark, loadPlace, rampAt, rgb } from "../kit/colour.js";
import { el } from "../kit/dom.js";
import { fixed } from "../kit/numbers.js";
import { mounted, watchTheme } from "../kit/stage.js";
import { foldedTable } from "../kit/table.js";
import { fill } from "../kit/text.js";
import { whyCell, whyMark } from "../kit/why.js";

/**
 * @typedef {import("./pairs.types.js").PictureData} PictureData
 * @typedef {PictureData["rows"][number][number]} Pair
 */

const TOP = 3; // lift at which the ramp ends

class Pairs {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.forgetTheme = watchTheme(() => this.data && this.show(this.data));
  }

  leave() {
    this.forgetTheme();
  }

  /** @param {PictureData} data */
  show(data) {
    this.data = data;
    const isOpen = this.root.querySelector("details")?.open ?? false;
    const stops = data.ramp[isDark(this.root) ? "dark" : "light"];
    const { title, claim, words } = data;
    const map = el(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": title },
      grid(data, stops),
    );
    const swatch = el("span", { class: "swatch", "aria-hidden": "true" });
    this.root.replaceChildren(
      el("p", { class: "claim" }, claim),
      map,
      el("p", { class: "muted legend" }, swatch, words.legend),
      twin(data, isOpen),
    );
  }
}

/** @param {PictureData} data @param {readonly string[]} stops */
function grid({ experts, rows, group_size: size, title, words }, stops) {
  const edge = (/** @type {number} */ e) => (e && e % size === 0 ? "edge" : "");
  return el(
    "table",
    { class: "pairs" },
    el("caption", { class: "unseen" }, title),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("td", {}),
        ...experts.slice(0, -1).map((name, j) => el("th", { scope: "col", class: edge(j) }, name)),
      ),
    ),
    el(
      "tbody",
      {},
      ...rows
        .slice(1)
        .map((row, r) =>
          el(
            "tr",
            { class: edge(r + 1) },
            el("th", { scope: "row" }, experts[r + 1]),
            ...row.map((pair, j) =>
              cell(
                pair,
                `${experts[j]} + ${experts[r + 1]}`,
                edge(j),
                words,
                stops,
                whyPair("pair_lift", r + 1, j),
              ),
            ),
          ),
        ),
    ),
  );
}

/**
 * @param {Pair} pair
 * @param {string} name
 * @param {string} edge
 * @param {Record<string, string>} words
 * @param {readonly string[]} stops
 * @param {ReturnType<typeof whyMark>} mark
 */
function cell(pair, name, edge, words, stops, mark) {
  const says = fill(words.cell, {
    pair: name,
    lift: fixed(pair.lift, 2),
    n: pair.n,
    expected: fixed(pair.expected, 0),
    low: fixed(pair.low, 2),
    high: fixed(pair.high, 2),
  });
  const node = el(
    "td",
    { class: `${pair.clear ? "" : "unclear"} ${edge}`.trim(), title: says },
    pair.lift === null ? fixed(pair.lift, 1) : el("span", { class: "why", ...mark }, fixed(pair.lift, 1)),
  );
  if (pair.lift === null) return node;
  const colour = rampAt(stops, loadPlace(pair.lift, TOP));
  node.style.backgroundColor = rgb(colour);
  node.style.color = inkOn(colour);
  return node;
}

/** @param {string} name @param {number} i @param {number} j */
function whyPair(name, i, j) {
  return whyMark(`${name}-${j}`, { expert: i });
}

/** @param {PictureData} data @param {boolean} isOpen */
function twin({ experts, rows, title, words }, isOpen) {
  const lines = rows.flatMap((row, i) =>
    row.map((pair, j) => {
      const number = (/** @type {string | number} */ text, /** @type {string} */ name) =>
        whyCell(text, `${name}-${j}`, { expert: i });
      return [
        `${experts[j]} + ${experts[i]}`,
        pair.lift === null ? fixed(pair.lift, 2) : number(fixed(pair.lift, 2), "pair_lift"),
        number(pair.n, "pair_count"),
        number(fixed(pair.expected, 1), "pair_expected"),
        number(fixed(pair.low, 2), "pair_band"),
        number(fixed(pair.high, 2), "pair_band"),
      ];
    }),
  );
  const heads = [words.pair, words.lift, words.n, words.expected, words.low, words.high];
  return foldedTable({ summary: words.table, isOpen, caption: title, heads, rows: lines });
}

export default mounted((root) => new Pairs(root));
