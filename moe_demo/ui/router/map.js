// All words x all experts of one layer: darker is a higher score, a ring is a chosen expert. Click picks both.

import { el, fill } from "../kit/dom.js";

const maps = new WeakMap();

/** The ramp's step for a score between 0 and 1. */
function step(score, ramp) {
  return ramp[Math.min(Math.floor(score * ramp.length), ramp.length - 1)];
}

function luminance(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
  return 0.2126 * r ** 2.2 + 0.7152 * g ** 2.2 + 0.0722 * b ** 2.2;
}

function isDark(root) {
  const ground = getComputedStyle(root).getPropertyValue("--st-background-color").trim();
  return /^#[0-9a-f]{6}$/i.test(ground) && luminance(ground) < 0.2;
}

function mapCell(state, t, e, ramp) {
  const { data } = state, k = data.chosen[t].indexOf(e), score = data.scores[t][e], fill_ = step(score, ramp);
  const says = fill(k < 0 ? data.words.cell : data.words.cell_chosen, {
    word: data.tokens[t], expert: data.experts[e].label, score: score.toFixed(3), rank: k + 1, gate: k < 0 ? "" : data.gates[t][k].toFixed(3),
  });
  return el("td", { class: (e % data.group_size === 0 && e > 0 ? "edge " : "") + (k < 0 ? "" : "chosen") },
    el("button", {
      type: "button", "data-t": t, "data-e": e, tabindex: -1, title: says, "aria-label": says,
      "aria-current": t === data.token && e === data.expert ? "true" : null,
      style: `background:${fill_}; color:${luminance(fill_) > 0.3 ? "#111111" : "#FFFFFF"}`,
      onclick: () => state.send({ token: t, expert: e }),
    }, score.toFixed(2).replace(/^0/, "")));
}

function draw(state) {
  const { root, data } = state, ramp = data.ramp[isDark(root) ? "dark" : "light"];
  const held = root.getRootNode().activeElement?.dataset ?? {};
  const head = el("tr", {}, el("td", {}), ...data.experts.map((expert, e) =>
    el("th", { scope: "col", class: (e % data.group_size === 0 && e > 0 ? "edge " : "") + (e === data.expert ? "on" : "") }, expert.label)));
  const rows = data.tokens.map((word, t) => el("tr", { class: t === data.token ? "on" : null },
    el("th", { scope: "row", lang: "zh", title: word }, word), ...data.experts.map((_, e) => mapCell(state, t, e, ramp))));
  const legend = el("p", { class: "legend" }, data.words.low, ...ramp.map((colour) => el("i", { style: `background:${colour}` })),
    data.words.high, el("span", { class: "ringed" }, "·"), data.words.ring);
  root.replaceChildren(el("div", { class: "scroll" }, el("table", {}, el("caption", { class: "unseen" }, data.words.label),
    el("thead", {}, head), el("tbody", {}, ...rows))), legend);
  const home = cellOf(root, Number(held.t ?? data.token), Number(held.e ?? data.expert ?? 0));
  home?.setAttribute("tabindex", 0);
  if (held.t !== undefined) home?.focus();
}

function cellOf(root, t, e) {
  return root.querySelector(`button[data-t="${t}"][data-e="${e}"]`);
}

function move(event, root) {
  const at = event.target.dataset, by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  const next = by && at.t !== undefined && cellOf(root, Number(at.t) + by[0], Number(at.e) + by[1]);
  if (!next) return;
  event.preventDefault();
  event.target.setAttribute("tabindex", -1);
  next.setAttribute("tabindex", 0);
  next.focus();
}

export default function ({ data, parentElement, setTriggerValue }) {
  let state = maps.get(parentElement);
  if (!state) {
    const root = parentElement.querySelector(".root");
    maps.set(parentElement, (state = { root }));
    root.addEventListener("keydown", (event) => move(event, root));
  }
  state.root.lang = data.lang;
  Object.assign(state, { data, send: (picked) => setTriggerValue("pick", picked) });
  draw(state);
}
