// The journey: a rail of nine stations and one canvas on which the same words travel from stage to stage.
//
// data: the record of moe_demo.insight.journey, with the locale's words and the styles of figures.theme.
// Trigger: `place` {stage 1..9, token or null, serial}. A click acts here at once; Python only writes the address
// and hands the serial back in `data`, so that an answer to an older click cannot undo a newer one.

import { el, fill } from "../kit/dom.js";
import { texturePatterns } from "../kit/textures.js";
import { PAPER, articleHeads } from "./article.js";
import { COLUMN, ROW, columnsOf, exact, isDark } from "./geometry.js";
import { LIVE, OVER, VECTOR, chipTop } from "./live.js";
import { chipBox, placeVector, vectorColumn } from "./marks.js";
import { panelOf, tableOf } from "./panel.js";

const PAUSE = 120; // milliseconds: a reader who runs over the rail leaves one entry in the history, not nine
const PATIENCE = 2500;

const mounted = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let m = mounted.get(root);
  if (!m) mounted.set(root, (m = build(root)));
  m.trigger = setTriggerValue;
  receive(m, data);
  return () => {
    m.sizes.disconnect();
    clearTimeout(m.timer);
    mounted.delete(root);
    root.replaceChildren();
  };
}

/** The parts that stay for the life of the component. */
function build(root) {
  const m = { root, index: 0, token: null, serial: 0, answered: 0, tableOpen: false };
  m.rail = el("div", { class: "rail", role: "tablist" });
  m.svg = el("svg", { role: "group", height: ROW.article + ROW.live });
  m.scroll = el("div", { class: "scroll" }, m.svg);
  m.gutter = el("div", { class: "gutter" });
  m.foot = el("div", { class: "foot" });
  m.panel = el("aside", { class: "panel" });
  m.table = el("div", { class: "table", hidden: true });
  m.live = el("div", { class: "unseen", "aria-live": "polite" });
  const canvas = el("div", { class: "canvas", role: "tabpanel", id: "journey-canvas" }, m.gutter, m.scroll, m.foot);
  root.append(m.rail, el("div", { class: "stagework" }, canvas, m.panel), m.table, m.live);
  m.scroll.onscroll = () => follow(m);
  root.onkeydown = (event) => onKey(m, event);
  m.sizes = new ResizeObserver(() => m.data && Math.abs(m.scroll.clientWidth - (m.geo?.visible ?? 0)) > 1 && draw(m, { still: true }));
  m.sizes.observe(m.scroll);
  return m;
}

/** New data from Python: another sentence redraws everything; an echo of our own clicks moves nothing. */
function receive(m, data) {
  const fresh = !m.data || m.data.key !== data.key;
  const before = `${m.index} ${m.token} ${m.dark}`;
  const place = `${data.stage} ${data.token}`;
  if (!m.data) m.serial = data.serial;
  m.answered = data.serial;
  if (data.serial >= m.serial && (fresh || m.seen !== place)) {
    m.index = data.stage - 1;
    m.token = data.token;
  }
  if (data.serial >= m.serial) m.seen = place;
  m.data = data;
  m.dark = isDark(m.root);
  if (fresh) rebuild(m);
  if (fresh || before !== `${m.index} ${m.token} ${m.dark}`) draw(m, { still: fresh });
}

/** What depends on sentence or language, but not on the stage. */
function rebuild(m) {
  const { data } = m;
  m.root.lang = data.lang;
  m.rail.setAttribute("aria-label", data.text_of.rail);
  m.stations = data.stages.map((stage, i) =>
    el(
      "button",
      { type: "button", role: "tab", class: "station", "data-stage": stage.id, "aria-controls": "journey-canvas", onclick: () => go(m, i) },
      el("span", { class: "dot" }, i + 1),
      el("span", { class: "name" }, data.text_of[`stage.${stage.id}`]),
    ),
  );
  m.rail.replaceChildren(...m.stations);
  const other = data.article.same_text ? null : el("span", { class: "other", title: data.article.text }, data.text_of.other_sentence);
  m.gutter.replaceChildren(
    el("div", { class: "paper" }, el("b", {}, data.text_of.article), other),
    el("div", { class: "real" }, el("b", {}, data.text_of.live), el("span", {}, data.run)),
  );
  m.scroll.scrollLeft = 0;
  m.layers = { back: el("g"), extra: el("g"), over: el("g"), words: el("g", { role: "listbox", "aria-label": data.text_of.words_label }) };
  m.svg.replaceChildren(el("defs", {}, ...texturePatterns(data.experts, "jx")), m.layers.back, m.layers.extra, m.layers.words, m.layers.over);
  m.chips = [];
}

/** Chips and vectors of all words: kept as long as the sentence and the width are. */
function buildWords(m) {
  m.chips = m.data.words.map((word, i) => {
    const chip = chipBox(word, m.geo.step - 8);
    const hit = el("g", { class: "word", role: "option", tabindex: -1, "aria-label": `T${i + 1} ${word}`, onclick: () => pick(m, i) }, chip);
    return { chip: hit, vector: vectorColumn(m.data.shown) };
  });
  m.layers.words.replaceChildren(...m.chips.flatMap((one) => [one.vector, one.chip]));
}

/** Everything that the stage, the picked word or the width decides. */
function draw(m, { still = false } = {}) {
  const visible = Math.max(280, m.scroll.clientWidth);
  const resized = !m.geo || m.geo.visible !== visible || !m.chips.length;
  m.geo = columnsOf(Math.max(m.data.words.length, COLUMN.fewest), visible);
  if (resized) buildWords(m);
  const c = contextOf(m);
  m.svg.setAttribute("width", m.geo.width);
  m.svg.setAttribute("aria-label", c.stage.claim);
  m.svg.classList.toggle("still", still || resized);
  drawRows(m, c);
  moveWords(m, c);
  m.stations.forEach((station, i) => {
    station.setAttribute("aria-selected", i === m.index);
    station.tabIndex = i === m.index ? 0 : -1;
    station.classList.toggle("passed", i < m.index);
  });
  m.panel.replaceChildren(panelOf(c, (index) => go(m, index)));
  m.foot.replaceChildren(...footOf(m, c));
  m.table.hidden = !m.tableOpen;
  m.table.replaceChildren(...(m.tableOpen ? [tableOf(c)] : []));
}

function contextOf(m) {
  const { data, geo, index, token } = m;
  const of = (id) => data.stages.find((stage) => stage.id === id);
  const scrolled = m.scroll.scrollLeft;
  const ramp = data.ramps[m.dark ? "dark" : "light"];
  return { data, geo, index, ramp, scrolled, token: Math.min(token ?? 0, data.words.length - 1), stage: data.stages[index], words: data.text_of, of };
}

/** Paper above, the trained model below: new marks fade in, the words themselves stay. */
function drawRows(m, c) {
  const p = paperContext(c);
  const heads = ["tokens", "classes"].includes(c.stage.id) ? [] : articleHeads(p);
  const paper = el("g", { class: "fresh", transform: `translate(${p.left}, 0)` }, ...heads, ...PAPER[c.stage.id](p));
  const down = `translate(0, ${ROW.article})`;
  const real = el("g", { class: "fresh", transform: down }, ...LIVE[c.stage.id](c));
  const over = el("g", { class: "fresh", transform: down }, ...(OVER[c.stage.id]?.(c) ?? []));
  m.layers.back.replaceChildren(el("rect", { class: "paper-ground", x: 0, y: 0, width: c.geo.width, height: ROW.article - 6, rx: 8 }));
  m.layers.extra.replaceChildren(paper, real);
  m.layers.over.replaceChildren(over);
}

/** The article stands over our columns where the sentence is its own; else it keeps to itself, in view. */
function paperContext(c) {
  if (c.data.article.same_text) return { ...c, left: c.stage.id === "classes" ? c.scrolled : 0 };
  return { ...c, geo: columnsOf(c.data.article.words.length, c.geo.visible), left: c.scrolled };
}

/** Seats, sum and classes stay in view while a long sentence is scrolled. */
function follow(m) {
  if (!m.data || m.geo.width <= m.geo.visible) return;
  const c = contextOf(m);
  m.svg.classList.add("still");
  drawRows(m, c);
  moveWords(m, c);
}

function moveWords(m, c) {
  const quiet = c.stage.id === "classes";
  m.chips.forEach(({ chip, vector }, i) => {
    chip.style.transform = `translate(${c.geo.x(i)}px, ${ROW.article + chipTop(c.stage.id)}px)`;
    chip.classList.toggle("picked", i === c.token);
    chip.classList.toggle("quiet", quiet);
    chip.setAttribute("aria-selected", i === c.token);
    chip.setAttribute("tabindex", i === c.token ? 0 : -1);
    const place = VECTOR[c.stage.id](c, i);
    placeVector(vector, { ...place, y: place.y + ROW.article }, c.ramp);
  });
}

/** Below the canvas: the scale of the colours, the keys, and the table of the same data. */
function footOf(m, c) {
  const scaled = c.stage.limit !== undefined;
  const ramp = el("span", { class: "ramp" });
  ramp.style.background = `linear-gradient(90deg, ${c.ramp.join(", ")})`;
  const limit = scaled ? exact(c.stage.limit) : "";
  const scale = scaled ? el("span", { class: "scale" }, `−${limit}`, ramp, `+${limit}`, el("span", {}, fill(c.words.first_values, { n: c.data.shown, dim: c.data.dim }))) : el("span");
  const toggle = el("button", { type: "button", class: "quiet", "aria-expanded": m.tableOpen, onclick: () => toggleTable(m) }, c.words[m.tableOpen ? "hide_table" : "show_table"]);
  return [scale, el("span", { class: "keys" }, c.words.keys), toggle];
}

function toggleTable(m) {
  m.tableOpen = !m.tableOpen;
  draw(m);
  m.foot.querySelector("button").focus();
}

function go(m, index) {
  const next = Math.max(0, Math.min(m.data.stages.length - 1, index));
  if (next === m.index) return;
  const inPanel = m.panel.contains(m.root.getRootNode().activeElement);
  m.index = next;
  draw(m);
  const target = inPanel ? m.panel.querySelector(".panel-head .solid:not([disabled])") ?? m.stations[next] : m.stations[next];
  target.focus({ preventScroll: true });
  m.live.textContent = `${next + 1} ${m.data.text_of[`stage.${m.data.stages[next].id}`]}. ${m.data.stages[next].claim}`;
  tell(m);
}

function pick(m, token) {
  m.token = Math.max(0, Math.min(m.data.words.length - 1, token));
  draw(m);
  m.chips[m.token].chip.focus({ preventScroll: true });
  m.chips[m.token].chip.scrollIntoView({ block: "nearest", inline: "nearest" });
  tell(m);
}

/** Tell Python where we are, once the reader has paused; again where the answer stays away. */
function tell(m) {
  m.serial += 1;
  clearTimeout(m.timer);
  m.timer = setTimeout(() => send(m, m.serial, 3), PAUSE);
}

function send(m, serial, tries) {
  if (m.answered >= serial || !tries) return;
  m.trigger("place", { stage: m.index + 1, token: m.token, serial });
  m.timer = setTimeout(() => send(m, serial, tries - 1), PATIENCE);
}

function onKey(m, event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const moves = { ArrowLeft: () => go(m, m.index - 1), ArrowRight: () => go(m, m.index + 1) };
  Object.assign(moves, { Home: () => go(m, 0), End: () => go(m, m.stations.length - 1) });
  Object.assign(moves, { ArrowUp: () => pick(m, (m.token ?? 0) - 1), ArrowDown: () => pick(m, (m.token ?? 0) + 1) });
  if (m.table.contains(event.target) || !moves[event.key]) return;
  event.preventDefault();
  moves[event.key]();
}
