// Beside the canvas: what the stage claims, the formula with these numbers in it, and where the article slips.
import { el } from "../kit/dom.js";
import { brief, percent } from "../kit/numbers.js";
import { dataTable } from "../kit/table.js";
import { fill } from "../kit/text.js";
import { whyMark } from "../kit/why.js";
import { className } from "./context.js";
import { FORMULA, whyOfLine } from "./formula.js";

/**
 * @typedef {import("./context.js").Context} Context
 * @typedef {import("./context.js").HeldOutLoad} HeldOutLoad
 */

const OF_ALL_WORDS = ["tokens", "pooling", "classes"]; // stages whose formula is not that of one word

/** @typedef {"router" | "training"} Onward a page that the last stage leads to */

/**
 * Everything in the panel; rebuilt at each stage and for each picked word.
 * @param {Context} c
 * @param {(index: number) => void} go
 * @param {(page: Onward) => void} leave
 */
export function panelOf(c, go, leave) {
  const { data, index, stage, words } = c;
  const isLast = index === data.stages.length - 1;
  const onward = (/** @type {Onward} */ page, /** @type {string} */ kind) =>
    el("button", { type: "button", class: kind, onclick: () => leave(page) }, words[`to_${page}`]);
  const step = (
    /** @type {number} */ to,
    /** @type {string} */ text,
    /** @type {string} */ kind,
    /** @type {string} */ name,
  ) => {
    const disabled = !data.stages[to];
    return el(
      "button",
      { type: "button", class: kind, "aria-label": name, disabled, onclick: () => go(to) },
      text,
    );
  };
  return el(
    "div",
    { class: "panel-inner" },
    el(
      "div",
      { class: "panel-head" },
      el("h2", {}, el("span", { class: "number" }, index + 1), words[`stage.${stage.id}`]),
      step(index - 1, "←", "quiet", words.back),
      isLast ? onward("router", "solid") : step(index + 1, words.next, "solid", words.next),
    ),
    el("p", { class: "claim" }, stage.claim),
    el("div", { class: "formula", role: "group", "aria-label": words.formula }, ...formulaLines(c)),
    stage.note ? el("p", { class: "note" }, el("b", {}, words.article), stage.note) : null,
    stage.held_out ? heldOut(c, stage.held_out) : null,
    isLast ? el("p", { class: "onward" }, words.onward, onward("training", "quiet")) : null,
  );
}

/** @param {Context} c */
function formulaLines(c) {
  const lines = FORMULA[c.stage.id](c).map((line, i) => {
    const asked = whyOfLine(c, i);
    if (!asked) return el("div", {}, line);
    const mark = whyMark(asked.why, { token: c.token, expert: asked.expert });
    return el("div", {}, el("button", { type: "button", class: "why", ...mark }, line));
  });
  if (OF_ALL_WORDS.includes(c.stage.id)) return lines;
  return [el("div", { class: "who" }, `T${c.token + 1} ${c.data.words[c.token]}`), ...lines];
}

/**
 * What each expert really took on held-out headlines, by class, with the mark of chance in every bar.
 * @param {Context} c
 * @param {HeldOutLoad} found
 */
function heldOut(c, found) {
  const heads = c.data.labels.map((name, k) => `${c.data.classes[k].glyph} ${className(c, name)}`);
  const rows = found.share.map((shares, e) => [
    `E${e}`,
    ...shares.map((share, k) => heldOutCell(c, found, e, k, share)),
  ]);
  const chance = {
    class: "chance",
    cells: [c.words.chance, ...found.chance.map((share) => percent(share))],
  };
  return dataTable(
    {
      caption: fill(c.words.held_out, { n: found.n_headlines }),
      heads: ["", ...heads],
      rows: [...rows, chance],
    },
    { class: "held-out" },
  );
}

/**
 * @param {Context} c
 * @param {HeldOutLoad} found
 * @param {number} e
 * @param {number} k
 * @param {number | null} share
 */
function heldOutCell(c, found, e, k, share) {
  const title = fill(c.words.held_out_cell, {
    count: found.count[e][k],
    load: found.load[e],
    lift: brief(found.lift[e][k]),
  });
  const hue = c.data.classes[k].hue;
  return el(
    "td",
    { title, class: found.small[e][k] ? "small" : null },
    el("span", { class: "value" }, percent(share)),
    el(
      "span",
      { class: "mini" },
      el("i", { style: `width:${percent(share ?? 0)}; background:${hue}` }),
      el("u", { style: `left:${percent(found.chance[k] ?? 0)}` }),
    ),
  );
}
