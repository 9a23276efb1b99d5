// Slow motion: the panel beside the picture, with the words of a stage and the picked headline, and the foot below it.
import { el } from "../kit/dom.js";
import { fixed } from "../kit/numbers.js";
import { fill, pieces } from "../kit/text.js";
import { whyButton } from "../kit/why.js";
import { wordKind } from "./stages/marks.js";

/**
 * @typedef {import("./slow_step.types.js").PictureData} SlowData
 * @typedef {import("./slow_step.types.js").SlowStage} SlowStage
 * @typedef {{ data: SlowData, index: number, headline: number, isPlaying: boolean }} State
 * @typedef {{ go: (index: number) => void, toggle: () => void, pick: (headline: number) => void }} PanelActs
 * @typedef {{ chooseLayer: (layer: number) => void, toggleTable: () => void }} FootActs
 */

/**
 * Everything in the panel.
 * @param {State} state
 * @param {PanelActs} acts
 * @returns {HTMLElement[]}
 */
export function panelParts(state, acts) {
  const stage = state.data.stages[state.index];
  const lines = stage.formula.split("\n").map((line, i) => {
    const why = stage.why?.[i];
    return el("div", {}, why ? whyButton(line, why, { layer: state.data.layer }) : line);
  });
  const parts = [
    panelHead(state, stage, acts),
    el("p", { class: "claim" }, stage.claim),
    el("div", { class: "formula" }, ...lines),
  ];
  if (stage.card) parts.push(headlineCard(state, acts));
  if (stage.note) parts.push(el("p", { class: "note" }, stage.note));
  return parts;
}

/** @param {State} state @param {SlowStage} stage @param {PanelActs} acts */
function panelHead({ data, index, isPlaying }, stage, { go, toggle }) {
  const { words } = data;
  const name = el("h3", {}, el("span", { class: "number" }, index + 1), stage.name);
  const isLast = index === data.stages.length - 1;
  return el(
    "div",
    { class: "head" },
    name,
    actButton("back", "←", words.back, () => go(index - 1), index === 0),
    actButton("play", isPlaying ? "❚❚" : "▶", isPlaying ? words.pause : words.play, toggle),
    actButton("next", "→", words.next, () => go(index + 1), isLast),
  );
}

/**
 * @param {"back" | "play" | "next"} act
 * @param {string} sign
 * @param {string} words
 * @param {() => void} onclick
 * @param {boolean} [disabled]
 */
function actButton(act, sign, words, onclick, disabled = false) {
  const look = { class: act === "play" ? "solid" : "quiet", title: words, "aria-label": words };
  return el("button", { type: "button", "data-act": act, disabled, onclick, ...look }, sign);
}

/**
 * The picked headline: its words as training saw them, its class, what the model said.
 * @param {State} state
 * @param {PanelActs} acts
 */
function headlineCard({ data, headline }, { pick }) {
  const { words, batch, classes } = data;
  const one = batch[headline];
  const isRight = one.label === one.predicted;
  const chips = one.words.map((word, i) => {
    const kind = wordKind(one, i);
    return el("span", { class: `chip ${kind}`, title: words[`word_${kind}`] }, word);
  });
  const step = (/** @type {number} */ by, /** @type {string} */ says, /** @type {string} */ sign) => {
    const look = { class: "quiet small", title: says, "aria-label": says };
    return el("button", { type: "button", ...look, onclick: () => pick(headline + by) }, sign);
  };
  const says = pieces(isRight ? words.card_right : words.card_wrong, {
    label: classes[one.label].word,
    predicted: classes[one.predicted].word,
    loss: whyButton(fixed(one.loss), `slow_headline_loss-${headline}`),
  });
  const head = el("span", {}, fill(words.card, { n: headline + 1, total: batch.length }));
  const steps = [step(-1, words.previous_headline, "↑"), step(1, words.next_headline, "↓")];
  return el(
    "div",
    { class: "card" },
    el("div", { class: "card-head" }, head, ...steps),
    el("div", { class: "chips", lang: "zh" }, ...chips),
    el("div", { class: "muted" }, ...says),
  );
}

/**
 * Everything in the foot: where the step comes from, the layers, the keys, the switch of the table.
 * @param {SlowData} data
 * @param {{ hasLayers: boolean, isTableOpen: boolean }} look
 * @param {FootActs} acts
 * @returns {HTMLElement[]}
 */
export function footParts({ words, layers, layer, badge, badge_hint }, look, { chooseLayer, toggleTable }) {
  const small = { type: "button", class: "quiet small" };
  const choices = layers.map((name, l) =>
    el("button", { ...small, "aria-pressed": l === layer, onclick: () => chooseLayer(l) }, name),
  );
  const open = { ...small, class: "quiet small table-toggle", "aria-expanded": look.isTableOpen };
  return [
    el("span", { class: "badge", title: badge_hint }, badge),
    ...(look.hasLayers ? choices : []),
    el("span", { class: "keys" }, words.keys),
    el("button", { ...open, onclick: toggleTable }, look.isTableOpen ? words.hide_table : words.show_table),
  ];
}
