// Beside the canvas: what the stage claims, the formula with these numbers in it, and where the article slips.

import { el, fill, shown } from "../kit/dom.js";
import { exact, vectorText } from "./geometry.js";

const SUB = (i) => String(i + 1).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);

/** The formula of a stage for the picked word: lines of text, numbers from the record. */
const FORMULA = {
  tokens: (c) => [`${fill(c.words.cut, {})}(s) = [T₁ … T${SUB(c.data.words.length - 1)}]`],
  vectors: (c) => {
    const grams = c.stage.ngrams[c.token] ?? [];
    const few = grams.slice(0, 3).join(", ") + (grams.length > 3 ? ", …" : "");
    return [`x${SUB(c.token)} = ${c.words.word_row} + ${c.words.mean}(${few})`, `= ${vectorText(c.stage.values[c.token])} ∈ ℝ^${c.data.dim}`];
  },
  router: (c) => [
    `s = softmax(u${SUB(c.token)} · e)`,
    `= softmax(${c.stage.logits[c.token].map((v) => shown(v).replace("-", "−")).join(", ")})`,
    `= (${c.stage.scores[c.token].map(exact).join(", ")})`,
  ],
  choice: (c) => [
    `argmax(s + b)`,
    ...c.stage.scores[c.token].map((s, e) => {
      const mark = e === c.stage.expert[c.token] ? "  ◀" : "";
      return `E${e}: ${exact(s)} + ${exact(c.stage.bias[e])} = ${exact(c.stage.choice[c.token][e])}${mark}`;
    }),
  ],
  experts: (c) => {
    const expert = c.stage.expert[c.token];
    return [`E${expert}(u${SUB(c.token)}) = W↓ (silu(W₁u) ⊙ W₂u)`, `= ${vectorText(c.stage.values[c.token])}`];
  },
  gates: (c) => [
    `y${SUB(c.token)} = g · E${c.stage.expert[c.token]}(u${SUB(c.token)})`,
    ...[0, 1, 2].map((d) => `[${d + 1}]  ${exact(c.stage.gate[c.token])} × ${exact(c.stage.output[c.token][d])} = ${exact(c.stage.values[c.token][d])}`),
  ],
  transformer: (c) => [
    `h${SUB(c.token)} = y${SUB(c.token)} + ${c.words.mixing}`,
    ...[0, 1, 2].map((d) => {
      const parts = ["entered", "added"].map((name) => exact(c.stage[name][c.token][d]));
      return `[${d + 1}]  ${parts.join(" + ").replaceAll("+ −", "− ")} = ${exact(c.stage.values[c.token][d])}`;
    }),
  ],
  pooling: (c) => {
    const terms = c.stage.values.map((value) => exact(value[0]));
    const listed = terms.length > 8 ? [...terms.slice(0, 4), "…", ...terms.slice(-2)] : terms;
    const mean = `(${listed.join(" + ").replaceAll("+ −", "− ")}) ÷ ${terms.length} = ${exact(c.stage.mean[0])}`;
    return [`${c.words.pooled_symbol} = (1/${terms.length}) Σ h`, `[1]  ${mean}`, ...(c.stage.normed_after ? [`RMSNorm → ${exact(c.stage.pooled[0])}`] : [])];
  },
  classes: (c) => [
    `p = softmax(W · ${c.words.pooled_symbol} + b)`,
    `= softmax(${c.stage.logits.map((v) => shown(v).replace("-", "−")).join(", ")})`,
    `= (${c.stage.probabilities.map(exact).join(", ")})`,
    `Σ = ${c.stage.probabilities.reduce((sum, p) => sum + p, 0).toFixed(2)}`,
  ],
};

/** Everything in the panel; rebuilt at each stage and for each picked word. */
export function panelOf(c, go) {
  const position = c.index + 1;
  const last = c.data.stages.length;
  const step = (by, text, kind, name) =>
    el("button", { type: "button", class: kind, "aria-label": name, disabled: position + by < 1 || position + by > last, onclick: () => go(c.index + by) }, text);
  return el(
    "div",
    { class: "panel-inner" },
    el(
      "div",
      { class: "panel-head" },
      el("h2", {}, el("span", { class: "number" }, position), c.words[`stage.${c.stage.id}`]),
      step(-1, "←", "quiet", c.words.back),
      step(1, c.words.next, "solid"),
    ),
    el("p", { class: "claim" }, c.stage.claim),
    el("div", { class: "formula", role: "group", "aria-label": c.words.formula }, ...formulaLines(c)),
    c.stage.note ? el("p", { class: "note" }, el("b", {}, c.words.article), c.stage.note) : null,
    c.stage.held_out ? heldOut(c) : null,
  );
}

function formulaLines(c) {
  const head = ["tokens", "pooling", "classes"].includes(c.stage.id) ? [] : [el("div", { class: "who" }, `T${c.token + 1} ${c.data.words[c.token]}`)];
  return [...head, ...FORMULA[c.stage.id](c).map((line) => el("div", {}, line))];
}

/** What each expert really took on held-out headlines, by class, with the mark of chance in every bar. */
function heldOut(c) {
  const found = c.stage.held_out;
  const names = c.data.labels.map((name) => c.words[`class.${name}`] ?? name);
  const head = el("tr", {}, el("th"), ...names.map((name, k) => el("th", { scope: "col" }, `${c.data.classes[k].glyph} ${name}`)));
  const chance = el("tr", { class: "chance" }, el("th", { scope: "row" }, c.words.chance), ...found.chance.map((share) => el("td", {}, percent(share))));
  const rows = found.share.map((shares, e) =>
    el("tr", {}, el("th", { scope: "row" }, `E${e}`), ...shares.map((share, k) => heldOutCell(c, found, e, k, share))),
  );
  const caption = fill(c.words.held_out, { n: found.n_headlines });
  return el("table", { class: "held-out" }, el("caption", {}, caption), el("thead", {}, head), el("tbody", {}, ...rows, chance));
}

function heldOutCell(c, found, e, k, share) {
  const title = fill(c.words.held_out_cell, { count: found.count[e][k], load: found.load[e], lift: shown(found.lift[e][k]) });
  const cell = el("td", { title, class: found.small[e][k] ? "small" : null }, el("span", { class: "value" }, percent(share)));
  const bar = el("span", { class: "mini" }, el("i"), el("u"));
  bar.children[0].style.width = percent(share ?? 0);
  bar.children[0].style.background = c.data.classes[k].hue;
  bar.children[1].style.left = percent(found.chance[k] ?? 0);
  cell.append(bar);
  return cell;
}

function percent(share) {
  return share === null ? "–" : `${Math.round(share * 100)}%`;
}

/** The table of a stage: the same numbers for readers who cannot or will not read the picture. */
const TABLE = {
  tokens: (c) => [["T", "word", "from", "to"], c.data.words.map((w, i) => [`T${i + 1}`, w, ...c.stage.spans[i]])],
  vectors: (c) => vectorTable(c, ["known"], (i) => [c.words[c.stage.known[i] ? "known_word" : "unknown_word"]]),
  router: (c) => expertTable(c, c.stage.scores, [], () => []),
  choice: (c) => expertTable(c, c.stage.choice, ["expert", "gate"], (i) => [`E${c.stage.expert[i]}`, exact(c.stage.gate[i])]),
  experts: (c) => vectorTable(c, ["expert"], (i) => [`E${c.stage.expert[i]}`]),
  gates: (c) => vectorTable(c, ["expert", "gate"], (i) => [`E${c.stage.expert[i]}`, exact(c.stage.gate[i])]),
  transformer: (c) => vectorTable(c, ["change"], (i) => [percent(c.stage.change[i])]),
  pooling: (c) => {
    const [head, rows] = vectorTable(c, [], () => []);
    return [head, [...rows, ["", c.words.sentence_vector, ...c.stage.pooled.map(exact)]]];
  },
  classes: (c) => [["class", "logit", "probability"], c.data.labels.map((name, i) => [c.words[`class.${name}`] ?? name, exact(c.stage.logits[i]), exact(c.stage.probabilities[i])])],
};

function vectorTable(c, extra, cells) {
  const coordinates = c.stage.values[0].map((_, d) => `[${d + 1}]`);
  return [["T", "word", ...extra, ...coordinates], c.data.words.map((w, i) => [`T${i + 1}`, w, ...cells(i), ...c.stage.values[i].map(exact)])];
}

function expertTable(c, values, extra, cells) {
  const experts = c.data.experts.map((style) => style.label);
  return [["T", "word", ...experts, ...extra], c.data.words.map((w, i) => [`T${i + 1}`, w, ...values[i].map(exact), ...cells(i)])];
}

export function tableOf(c) {
  const [head, rows] = TABLE[c.stage.id](c);
  const heads = head.map((name) => el("th", { scope: "col" }, c.words[`column.${name}`] ?? name));
  const lines = rows.map((cells) => el("tr", {}, ...cells.map((cell) => el("td", {}, cell))));
  return el("table", { class: "data" }, el("caption", { class: "unseen" }, c.words[`stage.${c.stage.id}`]), el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...lines));
}
