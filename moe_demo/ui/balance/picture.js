// The hero of the balance page. First only curves and closed curtains: in which run is the load uneven? Then the loads.
// Hover and the arrow keys look at one evaluation of all runs; a click or Enter guesses; "reveal" asks Python.

import { el, fill, roomBelow, watchRoom } from "../kit/dom.js";
import { loadColour } from "../kit/load_colour.js";
import { drawCard, theatrePatterns } from "./cards.js";
import { drawCurves } from "./curves.js";
import { THEATRE, theatreLayout } from "./layout.js";
import { theatreKeys, theatreTable } from "./table.js";

const theatres = new WeakMap();

class Theatre {
  constructor(root) {
    this.root = root;
    this.looked = { run: null, at: null, layer: null, expert: null };
    this.build();
    this.observer = watchRoom(this.stage, () => this.data && this.redraw());
  }

  build() {
    const button = (act, kind = "") => el("button", { type: "button", class: kind, onclick: act });
    this.ask = el("p", { class: "ask" });
    this.main = button(() => this.send({ reveal: !this.data.revealed }), "main-act");
    this.tableButton = button(() => this.toggle("table"));
    this.helpButton = button(() => this.toggle("help"));
    this.badge = el("span", { class: "badge" });
    this.svg = el("svg", { role: "group" });
    this.panel = el("div", { class: "panel", hidden: true, tabindex: -1 });
    this.stage = el("div", { class: "stage" }, this.svg, this.panel);
    this.read = el("p", { class: "read" });
    this.scale = el("span", { class: "scale" });
    this.live = el("div", { class: "unseen", "aria-live": "polite" });
    this.root.replaceChildren(
      el("div", { class: "bar" }, this.ask, el("span", { class: "gap" }), this.main, this.tableButton, this.helpButton),
      this.stage, el("div", { class: "below" }, this.read, this.scale, this.badge), this.live);
    this.listen();
  }

  listen() {
    this.svg.addEventListener("pointermove", (event) => this.point(event));
    this.svg.addEventListener("pointerleave", () => this.look({}));
    this.svg.addEventListener("focusin", (event) => this.look({ ...this.looked, run: runOf(event.target) }));
    this.svg.addEventListener("click", (event) => this.guess(runOf(event.target)));
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  show(data, send) {
    const opened = this.data && !this.data.revealed && data.revealed;
    Object.assign(this, { data, send });
    data.runs.forEach((run, place) => Object.assign(run, { place }));
    this.words();
    this.redraw();
    if (opened) this.svg.classList.add("opening");
    if (opened) this.live.textContent = data.ask;
  }

  words() {
    const { data } = this, { words } = data;
    this.ask.textContent = data.ask;
    this.main.textContent = data.revealed ? words.close : words.reveal;
    this.main.classList.toggle("ready", data.guess !== null && !data.revealed);
    this.tableButton.textContent = words.table;
    this.helpButton.textContent = "?";
    this.helpButton.setAttribute("aria-label", words.keys);
    this.badge.textContent = data.badge;
    this.svg.setAttribute("aria-label", data.label);
    const ramp = [0, 0.5, 1, 1 + (data.top - 1) / 2, data.top].map((value) => loadColour(value, data.ramp, data.top));
    this.scale.hidden = !data.revealed;
    this.scale.replaceChildren(words.scale_low, el("i", { style: `background:linear-gradient(to right, ${ramp.join(",")})` }),
      fill(words.scale_high, { top: data.top }));
    if (!this.panel.hidden) this.fillPanel(this.panel.dataset.kind);
  }

  redraw() {
    if (!this.stage.clientWidth) return;
    const width = Math.max(Math.floor(this.stage.clientWidth), THEATRE.leastWidth);
    const height = Math.min(Math.max(roomBelow(this.stage) - 44, 340), 560);
    const held = runOf(this.root.getRootNode().activeElement);
    this.layout = theatreLayout(this.data, width, height);
    Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` }).forEach(([name, value]) => this.svg.setAttribute(name, value));
    this.cursors = [el("line", { class: "cursor" }), ...this.data.runs.map(() => el("line", { class: "cursor" }))];
    this.svg.classList.remove("opening");
    this.svg.replaceChildren(theatrePatterns(), drawCurves(this.data, this.layout),
      ...this.data.runs.map((run) => drawCard(run, this.data, this.layout)), ...this.cursors);
    if (held !== null) this.card(held)?.focus();
    this.emphasise();
  }

  card(place) { return this.svg.querySelector(`.card[data-run="${place}"]`); }

  /** What is under the pointer: an evaluation, and the nearest line or the card's cell. */
  point(event) {
    const { layout, data } = this, box = this.svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * layout.width, y = ((event.clientY - box.top) / box.height) * layout.height;
    const place = runOf(event.target), inCurves = x < layout.x1 + 30;
    const start = inCurves ? layout.x0 : layout.card(place ?? 0), span = inCurves ? layout.x1 - layout.x0 : layout.cardWidth;
    const at = inCurves ? Math.round(((x - start) / span) * (layout.n - 1)) : Math.floor((x - start) / layout.cell);
    if (!inCurves && place === null) return this.look({});
    const layer = inCurves ? -1 : [...Array(data.n_layers).keys()].findIndex((l) => y >= layout.heatTop(l) && y < layout.heatTop(l) + layout.heatHeight);
    const expert = layer < 0 ? null : Math.floor((y - layout.heatTop(layer)) / layout.row);
    this.look({ run: place, at: Math.min(Math.max(at, 0), layout.steps.length - 1), layer: layer < 0 ? null : layer, expert });
  }

  look(looked) {
    this.looked = { run: null, at: null, layer: null, expert: null, ...looked };
    this.emphasise();
  }

  emphasise() {
    const { layout, data } = this, { run, at } = this.looked;
    if (!layout) return;
    this.svg.querySelectorAll(".curve, .card").forEach((node) => {
      const place = Number(node.dataset.run);
      node.classList.toggle("looked", place === run);
      node.classList.toggle("dimmed", node.matches(".curve") && run !== null && place !== run);
      node.classList.toggle("most-uneven", Boolean(data.runs[place].most_uneven));
    });
    const spots = [[layout.x(at ?? 0), THEATRE.top, layout.height - THEATRE.bottom],
      ...data.runs.map((_, place) => [layout.card(place) + (at + 0.5) * layout.cell, layout.heatTop(0), layout.height - THEATRE.cardFoot])];
    this.cursors.forEach((line, index) => {
      const isOn = at !== null && (index === 0 || data.revealed), [x, y1, y2] = spots[index];
      line.classList.toggle("on", isOn);
      if (isOn) Object.entries({ x1: x, x2: x, y1, y2 }).forEach(([name, value]) => line.setAttribute(name, value));
    });
    this.read.textContent = this.sentence();
  }

  /** The numbers under the pointer, of one run or of all. */
  sentence() {
    const { data, layout } = this, { run, at, layer, expert } = this.looked, { words } = data;
    if (at === null) return data.revealed ? words.hint_revealed : words.hint;
    const step = layout.steps[at], shownRuns = run === null ? data.runs : [data.runs[run]];
    const parts = shownRuns.flatMap((one) => {
      const index = one.steps.indexOf(step);
      if (index < 0) return [];
      const short = run === null ? words.value_short : data.revealed ? words.value_vio : words.value;
      const vio = data.revealed ? Math.max(...one.course[index]).toFixed(2) : "";
      const values = { run: one.letter, loss: one.loss[index].toFixed(3), accuracy: `${(one.accuracy[index] * 100).toFixed(1)}%`, vio };
      const cell = expert === null || !one.load ? "" : fill(words.cell, { expert: `E${expert}`, layer: `L${layer}`, load: one.load[layer][index][expert].toFixed(2) });
      return [fill(short, values) + cell];
    });
    return `${fill(words.at, { step })}${parts.join(words.between)}`;
  }

  guess(place) {
    if (place === null || this.data.revealed) return;
    this.data.guess = place;
    this.words();
    this.redraw();
    this.send({ guess: place });
  }

  toggle(kind) {
    const isOpen = !this.panel.hidden && this.panel.dataset.kind === kind;
    this.panel.hidden = isOpen;
    this.panel.dataset.kind = kind;
    this.tableButton.setAttribute("aria-expanded", !isOpen && kind === "table");
    this.helpButton.setAttribute("aria-expanded", !isOpen && kind === "help");
    if (isOpen) return this.opener?.focus();
    this.opener = this.root.getRootNode().activeElement;
    this.fillPanel(kind);
    this.panel.focus();
  }

  fillPanel(kind) {
    this.panel.replaceChildren(kind === "table" ? theatreTable(this.data) : theatreKeys(this.data));
  }

  key(event) {
    const place = runOf(event.target), last = this.layout.steps.length - 1, at = this.looked.at ?? last;
    const acts = {
      "?": () => this.toggle("help"), t: () => this.toggle("table"), r: () => this.send({ reveal: !this.data.revealed }),
      Escape: () => (this.panel.hidden ? this.look({}) : this.toggle(this.panel.dataset.kind)),
    };
    if (place !== null) {
      const go = (by) => this.card(Math.min(Math.max(place + by, 0), this.data.runs.length - 1)).focus();
      const step = (to) => { this.look({ run: place, at: Math.min(Math.max(to, 0), last) }); this.live.textContent = this.sentence(); };
      Object.assign(acts, {
        ArrowLeft: () => go(-1), ArrowRight: () => go(1), ArrowUp: () => step(at + 1), ArrowDown: () => step(at - 1),
        Home: () => step(0), End: () => step(last), Enter: () => this.guess(place), " ": () => this.guess(place),
      });
    }
    if (event.ctrlKey || event.metaKey || event.altKey || !acts[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }
}

function runOf(target) {
  const node = target?.closest?.("[data-run]");
  return node ? Number(node.dataset.run) : null;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let theatre = theatres.get(parentElement);
  if (!theatre) theatres.set(parentElement, (theatre = new Theatre(root)));
  root.lang = data.lang;
  theatre.show(data, (asked) => setTriggerValue("act", asked));
  return () => theatre.observer.disconnect();
}
