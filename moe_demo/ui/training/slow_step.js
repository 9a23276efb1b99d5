// One training step in slow motion: a rail of six stations, one canvas, one panel.
//
// data: what moe_demo.ui.slow_motion.data_of makes of a SlowStep, with the locale's words and the theme's colours.
// Which stage is shown stays in the browser. State: `pick` {headline} or {layer}: Python answers with its numbers.
// The seats of the experts are the same nodes at every stage and travel to where the stage wants them.

import { el, fill } from "../kit/dom.js";
import { texturePatterns } from "../kit/textures.js";
import { SLOW, columnsFor, isDarkGround } from "./slow_geometry.js";
import { STAGE, wordKind } from "./slow_stages.js";

const SECONDS_A_STAGE = 3.2;
const PICK_PAUSE = 160; // milliseconds: who runs through the headlines asks for the last one only

const mounted = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".root");
  let m = mounted.get(root);
  if (!m) mounted.set(root, (m = build(root)));
  m.send = (value) => setStateValue("pick", value);
  receive(m, data);
  return () => {
    m.sizes.disconnect();
    stop(m);
    clearTimeout(m.asking);
    mounted.delete(root);
    root.replaceChildren();
  };
}

/** The parts that stay for the life of the component. */
function build(root) {
  const m = { root, index: 0, tableOpen: false };
  m.rail = el("div", { class: "rail", role: "tablist" });
  m.seats = el("g", { class: "seats", "aria-hidden": "true" });
  m.stage = el("g");
  m.defs = el("defs");
  m.svg = el("svg", { role: "group", height: SLOW.height }, m.defs, m.stage, m.seats);
  m.canvas = el("div", { class: "canvas", role: "tabpanel", id: "slow-canvas" }, m.svg);
  m.panel = el("aside", { class: "panel" });
  m.foot = el("div", { class: "foot" });
  m.table = el("div", { class: "table", hidden: true, tabindex: 0 });
  m.live = el("div", { class: "unseen", "aria-live": "polite" });
  root.append(m.rail, el("div", { class: "work" }, m.canvas, m.panel), m.foot, m.table, m.live);
  root.onkeydown = (event) => onKey(m, event);
  root.onkeyup = (event) => event.key === " " && !isOwnButton(event.target) && event.preventDefault(); // no click of the station
  m.sizes = new ResizeObserver(() => m.data && Math.abs(m.canvas.clientWidth - (m.geo?.width ?? 0)) > 1 && draw(m, { still: true }));
  m.sizes.observe(m.canvas);
  return m;
}

/** New numbers from Python: another step starts at its first stage; another headline or layer stays where it is. */
function receive(m, data) {
  const fresh = m.data?.key !== data.key, other = JSON.stringify(m.data) !== JSON.stringify(data), dark = isDarkGround(m.root);
  if (!other && dark === m.dark) return;
  m.data = data;
  m.dark = dark;
  m.headline = data.headline;
  m.root.lang = data.lang;
  if (fresh) rebuild(m);
  draw(m, { still: !fresh });
}

function rebuild(m) {
  const { data } = m;
  m.rail.setAttribute("aria-label", data.words.rail);
  m.stations = data.stages.map((stage, i) =>
    el("button", { type: "button", role: "tab", class: "station", "data-stage": stage.id, "aria-controls": "slow-canvas", onclick: () => (stop(m), go(m, i)) },
      el("span", { class: "dot" }, i + 1), el("span", { class: "name" }, stage.name), el("span", { class: "value" }, stage.value)));
  m.rail.replaceChildren(...m.stations);
  m.defs.replaceChildren(...texturePatterns(data.experts, "sx"));
  m.seatOf = data.experts.map((expert, e) => seatNode(expert, e, data.experts.length));
  m.seats.replaceChildren(...m.seatOf);
}

function seatNode(expert, e, n) {
  const fill_ = n > 16 ? "none" : `url(#sx${e})`, ink = expert.filled ? expert.ink : "var(--st-text-color)";
  return el("g", { class: "seat" }, el("rect", { x: -17, y: 0, width: 34, height: 22, rx: 5, fill: fill_, stroke: expert.hue }),
    el("rect", { class: "plate", x: -12, y: 4, width: 24, height: 14, rx: 3, fill: expert.filled ? expert.hue : "var(--st-background-color)" }),
    el("text", { y: 15, "text-anchor": "middle", style: `fill:${ink}` }, expert.label));
}

function draw(m, { still = false } = {}) {
  const { data } = m, width = Math.max(560, m.canvas.clientWidth), stage = data.stages[m.index];
  m.geo = columnsFor(data, width);
  m.svg.setAttribute("width", width);
  m.svg.setAttribute("aria-label", `${stage.name}. ${stage.claim}`);
  m.svg.classList.toggle("still", still);
  const c = { data, geo: m.geo, words: data.words, ramp: data.ramp[m.dark ? "dark" : "light"], headline: m.headline, pick: (b) => pick(m, b) };
  m.drawn = STAGE[stage.id](c);
  const layer = el("g", { class: "fresh" });
  layer.append(...m.drawn.marks);
  m.stage.replaceChildren(layer);
  moveSeats(m, stage.id);
  m.stations.forEach((station, i) => {
    station.setAttribute("aria-selected", i === m.index);
    station.tabIndex = i === m.index ? 0 : -1;
    station.classList.toggle("passed", i < m.index);
  });
  drawPanel(m, stage);
  drawFoot(m);
}

function moveSeats(m, id) {
  const y = id === "scores" ? SLOW.seatTop : SLOW.seatBottom, wide = Math.min(1, (m.geo.cell - 2) / 34);
  m.seats.classList.toggle("away", id === "batch");
  m.seatOf.forEach((seat, e) => {
    seat.style.transform = `translate(${m.geo.x(e)}px, ${y}px) scale(${wide}, 1)`;
    seat.classList.toggle("bare", m.geo.cell < 26);
  });
}

// -- the panel ----------------------------------------------------------------------------------------------------

function drawPanel(m, stage) {
  const { data } = m, held = m.panel.contains(m.root.getRootNode().activeElement) && m.root.getRootNode().activeElement.dataset.act;
  const button = (act, words, run, off = false) => el("button", { type: "button", class: act === "play" ? "solid" : "quiet", "data-act": act, disabled: off, title: words, "aria-label": words, onclick: run },
    { back: "←", next: "→", play: m.timer ? "⏸" : "▶" }[act]);
  const last = data.stages.length - 1;
  m.panel.replaceChildren(
    el("div", { class: "head" }, el("h3", {}, el("span", { class: "number" }, m.index + 1), stage.name),
      button("back", data.words.back, () => (stop(m), go(m, m.index - 1)), m.index === 0), button("play", data.words[m.timer ? "pause" : "play"], () => toggle(m)), button("next", data.words.next, () => (stop(m), go(m, m.index + 1)), m.index === last)),
    el("p", { class: "claim" }, stage.claim),
    el("div", { class: "formula" }, ...stage.formula.split("\n").map((line) => el("div", {}, line))),
    ...(stage.card ? [cardOf(m)] : []),
    ...(stage.note ? [el("p", { class: "note" }, stage.note)] : []),
  );
  if (held) (m.panel.querySelector(`[data-act="${held}"]:not([disabled])`) ?? m.panel.querySelector('[data-act="play"]')).focus({ preventScroll: true });
}

/** The picked headline: its words as training saw them, its class, what the model said. */
function cardOf(m) {
  const { data } = m, one = data.batch[m.headline], right = one.label === one.predicted;
  const step = (by, words, sign) => el("button", { type: "button", class: "quiet small", title: words, "aria-label": words, onclick: () => pick(m, m.headline + by) }, sign);
  const words = one.words.map((word, i) => el("span", { class: `chip ${wordKind(one, i)}`, title: data.words[`word_${wordKind(one, i)}`] }, word));
  const says = fill(data.words[right ? "card_right" : "card_wrong"], { label: data.classes[one.label].word, predicted: data.classes[one.predicted].word, loss: one.loss.toFixed(3) });
  return el("div", { class: "card" },
    el("div", { class: "card-head" }, el("span", {}, fill(data.words.card, { n: m.headline + 1, total: data.batch.length })), step(-1, data.words.previous_headline, "↑"), step(1, data.words.next_headline, "↓")),
    el("div", { class: "chips", lang: "zh" }, ...words), el("div", { class: "muted" }, says));
}

function drawFoot(m) {
  const { data } = m, layered = m.index > 0 && data.layers.length > 1;
  const layers = data.layers.map((name, l) => el("button", { type: "button", class: "quiet small", "aria-pressed": l === data.layer, onclick: () => m.send({ layer: l, headline: m.headline }) }, name));
  const toggle_ = el("button", { type: "button", class: "quiet small table-toggle", "aria-expanded": m.tableOpen, onclick: () => toggleTable(m) }, data.words[m.tableOpen ? "hide_table" : "show_table"]);
  m.foot.replaceChildren(el("span", { class: "badge", title: data.badge_hint }, data.badge), ...(layered ? layers : []), el("span", { class: "keys" }, data.words.keys), toggle_);
  m.table.hidden = !m.tableOpen;
  m.table.replaceChildren(...(m.tableOpen ? [tableNode(m)] : []));
}

function tableNode(m) {
  const { head, rows } = m.drawn.table;
  return el("table", {}, el("caption", {}, m.data.stages[m.index].name), el("thead", {}, el("tr", {}, ...head.map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((value, i) => el(i ? "td" : "th", i ? {} : { scope: "row" }, value))))));
}

function toggleTable(m) {
  m.tableOpen = !m.tableOpen;
  drawFoot(m);
  m.foot.querySelector(".table-toggle").focus({ preventScroll: true });
}

// -- going through it ---------------------------------------------------------------------------------------------

function go(m, index) {
  const next = Math.max(0, Math.min(m.data.stages.length - 1, index));
  if (next === m.index) return;
  const onRail = m.rail.contains(m.root.getRootNode().activeElement);
  m.index = next;
  draw(m);
  if (onRail) m.stations[next].focus({ preventScroll: true });
  m.live.textContent = `${next + 1} ${m.data.stages[next].name}. ${m.data.stages[next].claim}`;
}

function pick(m, headline) {
  m.headline = Math.max(0, Math.min(m.data.batch.length - 1, headline));
  const known = m.data.stages[m.index].id === "batch"; // elsewhere the numbers are still those of the headline before
  if (known) draw(m, { still: true });
  clearTimeout(m.asking);
  m.asking = setTimeout(() => m.send({ headline: m.headline, layer: m.data.layer }), PICK_PAUSE);
}

function toggle(m) {
  if (m.timer) return stop(m);
  m.timer = setInterval(() => {
    if (m.index === m.data.stages.length - 1) return stop(m);
    go(m, m.index + 1);
  }, SECONDS_A_STAGE * 1000);
  if (m.index === m.data.stages.length - 1) go(m, 0);
  else draw(m, { still: true });
}

function stop(m) {
  if (!m.timer) return;
  clearInterval(m.timer);
  m.timer = null;
  if (m.data) drawPanel(m, m.data.stages[m.index]);
}

/** A button that Space presses; everywhere else Space plays. */
function isOwnButton(node) {
  return Boolean(node.closest(".panel button, .foot button"));
}

function onKey(m, event) {
  if (event.altKey || event.ctrlKey || event.metaKey || m.table.contains(event.target)) return;
  const stepTo = (index) => () => (stop(m), go(m, index));
  const moves = { ArrowLeft: stepTo(m.index - 1), ArrowRight: stepTo(m.index + 1), Home: stepTo(0), End: stepTo(m.data.stages.length - 1) };
  Object.assign(moves, { ArrowUp: () => pick(m, m.headline - 1), ArrowDown: () => pick(m, m.headline + 1) });
  if (!isOwnButton(event.target)) moves[" "] = () => toggle(m);
  if (!moves[event.key]) return;
  event.preventDefault();
  moves[event.key]();
}
