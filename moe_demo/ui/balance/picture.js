// The picture of the balance page. First only curves and covered cards: which run is the most uneven? Then the loads.
// Hover and the arrow keys look at one evaluation of all runs; a click or Enter guesses; "reveal" asks Python ("act").
import { rampAt, rgb } from "../kit/colour.js";
import { el, set } from "../kit/dom.js";
import { focused } from "../kit/focus.js";
import { actOn, keyList } from "../kit/keys.js";
import { Panel } from "../kit/panel.js";
import { onLook } from "../kit/pointer.js";
import { mounted, roomBelow, watchRoom } from "../kit/stage.js";
import { fill, fitInto } from "../kit/text.js";
import { setMark, sumMark } from "../kit/why.js";
import { cardPatterns, drawCard } from "./cards.js";
import { drawCurves } from "./curves.js";
import { CARD, CURVES, LEAST_WIDTH, STACKED_BELOW, comparisonLayout, spotAt } from "./layout.js";
import { comparisonTable } from "./table.js";
import { lookedWords } from "./words.js";

const HEIGHT = { least: 340, most: 560, below: 44 };
const RAMP_STEPS = [0, 0.25, 0.5, 0.75, 1];

/**
 * @typedef {import("./picture.types.js").PictureData} Comparison
 * @typedef {import("./layout.js").Looked} Looked
 * @typedef {import("./layout.js").Layout} Layout
 * @typedef {import("../kit/stage.js").Send} Send
 */

/** @type {Looked} */
const NOTHING = { run: null, at: null, layer: null, expert: null };

class ComparisonPicture {
  /** @type {Comparison | null} */
  data = null;
  /** @type {Layout | null} */
  layout = null;
  /** @type {Send} */
  send = () => {};
  /** @type {number | null} */
  guess = null;
  looked = NOTHING;
  /** @type {SVGLineElement[]} */
  cursors = [];

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    const contents = {
      table: () => (this.data ? [comparisonTable(this.data)] : []),
      help: () => (this.data ? [keyList(Object.entries(this.data.keys))] : []),
    };
    this.ask = el("p", { class: "ask" });
    this.main = el("button", { type: "button", class: "main-act", onclick: () => this.reveal() });
    this.badge = el("span", { class: "badge" });
    this.svg = el("svg", { role: "group" });
    this.panel = new Panel(root, contents);
    this.stage = el("div", { class: "stage" }, this.svg, this.panel.node);
    this.read = el("p", { class: "read" });
    this.scale = el("span", { class: "scale" });
    this.live = el("div", { class: "unseen", "aria-live": "polite" });
    const { table, help } = this.panel.buttons;
    root.replaceChildren(
      el("div", { class: "bar" }, this.ask, el("span", { class: "gap" }), this.main, table, help),
      this.stage,
      el("div", { class: "below" }, this.read, this.scale, this.badge),
      this.live,
    );
    this.listen();
    this.stopRoom = watchRoom(this.stage, () => this.redraw());
  }

  listen() {
    onLook(
      this.svg,
      (event) => this.point(event),
      () => this.look({}),
    );
    this.svg.addEventListener("focusin", ({ target }) => this.look({ ...this.looked, run: runOf(target) }));
    this.svg.addEventListener("click", ({ target }) => {
      this.choose(runOf(target));
      this.askAt();
    });
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {Comparison} data @param {Send} send */
  show(data, send) {
    const isOpened = this.data !== null && !this.data.revealed && data.revealed;
    this.data = data;
    this.send = send;
    this.guess = data.guess;
    this.say(data);
    this.redraw();
    if (!isOpened) return;
    this.svg.classList.add("opening");
    this.live.textContent = data.ask;
  }

  leave() {
    this.stopRoom();
  }

  /** @param {Comparison} data */
  say(data) {
    const { words, revealed } = data;
    this.ask.textContent = data.ask;
    this.main.textContent = revealed ? words.close : words.reveal;
    this.main.classList.toggle("ready", this.guess !== null && !revealed);
    this.panel.say({ table: words.table, keys: words.keys });
    this.badge.textContent = data.badge;
    const ramp = RAMP_STEPS.map((place) => rgb(rampAt(data.ramp, place)));
    const bar = el("i", { style: `background:linear-gradient(to right, ${ramp.join(",")})` });
    this.scale.hidden = !revealed;
    this.scale.replaceChildren(words.scale_low, bar, fill(words.scale_high, { top: data.top }));
  }

  redraw() {
    const { data, svg, stage } = this;
    if (!data || !stage.clientWidth) return;
    const room = Math.floor(stage.clientWidth);
    const width = room < STACKED_BELOW ? room : Math.max(room, LEAST_WIDTH);
    const most = Math.min(Math.max(roomBelow(stage) - HEIGHT.below, HEIGHT.least), HEIGHT.most);
    const held = runOf(focused(this.root));
    const layout = comparisonLayout(data, width, most);
    const height = layout.height;
    this.layout = layout;
    this.cursors = [null, ...data.runs].map(() => el("line", { class: "cursor" }));
    set(svg, { width, height, viewBox: `0 0 ${width} ${height}` });
    svg.classList.remove("opening");
    svg.replaceChildren(
      cardPatterns(),
      drawCurves(data, layout),
      ...data.runs.map((_run, place) => drawCard(data, place, this.guess, layout)),
      ...this.cursors,
    );
    for (const text of svg.querySelectorAll(/** @type {"text"} */ (".card text"))) {
      fitInto(text, layout.cardWidth);
    }
    if (held !== null) this.card(held)?.focus();
    this.emphasise();
  }

  /** @param {number} place @returns {SVGElement | null} */
  card(place) {
    return this.svg.querySelector(`.card[data-run="${place}"]`);
  }

  /** @param {PointerEvent} event */
  point(event) {
    const { layout, data } = this;
    if (!layout || !data) return;
    const box = this.svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * layout.width;
    const y = ((event.clientY - box.top) / box.height) * layout.height;
    this.look(spotAt(layout, { x, y, run: runOf(event.target), layers: data.n_layers }));
  }

  /** @param {Partial<Looked>} looked */
  look(looked) {
    this.looked = { ...NOTHING, ...looked };
    this.emphasise();
  }

  /** Make what is looked at stand out, and write its numbers out. */
  emphasise() {
    const { layout, data } = this;
    if (!layout || !data) return;
    const { run, at } = this.looked;
    for (const node of this.svg.querySelectorAll(".curve, .card")) {
      const place = Number(runOf(node));
      const isCurve = node.matches(".curve");
      node.classList.toggle("looked", place === run);
      node.classList.toggle("dimmed", isCurve && run !== null && place !== run);
      if (isCurve) node.classList.toggle("most-uneven", data.runs[place].most_uneven);
    }
    this.cursors.forEach((line, index) => {
      const isOn = at !== null && (index === 0 || data.revealed);
      line.classList.toggle("on", isOn);
      if (isOn) set(line, index ? cardCursor(layout, index - 1, at) : curveCursor(layout, at));
    });
    this.read.textContent = lookedWords(data, layout.steps, this.looked);
    this.markCards();
  }

  /** @param {number | null} place */
  choose(place) {
    if (!this.data || place === null || this.data.revealed) return;
    this.guess = place;
    this.say(this.data);
    this.redraw();
    this.send("act", { guess: place });
  }

  /** Once there is nothing to guess, a click on a tile asks where its number comes from. */
  askAt() {
    const { data, layout } = this;
    const { run, at, layer, expert } = this.looked;
    if (!data?.revealed || !layout || run === null || at === null) return;
    const step = layout.steps[at];
    if (layer === null || expert === null || !data.runs[run].steps.includes(step)) return;
    this.send("why", { why: `eval_load-${run}-${step}`, layer, expert });
  }

  /** The number that "=" asks for on a card: of the step looked at, or of the last one. */
  markCards() {
    const { data, layout } = this;
    if (!data || !layout) return;
    data.runs.forEach((run, place) => {
      const looked = this.looked.at === null ? undefined : layout.steps[this.looked.at];
      const step = looked !== undefined && run.steps.includes(looked) ? looked : run.steps.at(-1);
      const name = data.revealed ? "eval_worst_vio" : "eval_accuracy";
      const card = this.card(place);
      if (card) setMark(card, sumMark(step === undefined ? null : `${name}-${place}-${step}`));
    });
  }

  /** Ask for the loads, or for a new start. */
  reveal() {
    this.send("act", { reveal: !this.data?.revealed });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const place = runOf(event.target);
    actOn(event, {
      "?": () => this.panel.toggle("help"),
      t: () => this.panel.toggle("table"),
      r: () => this.reveal(),
      Escape: () => (this.panel.isOpen ? this.panel.close() : this.look({})),
      ...(place === null ? {} : this.cardKeys(place)),
    });
  }

  /** @param {number} place of the card that has the focus */
  cardKeys(place) {
    const last = (this.layout?.steps.length ?? 1) - 1;
    const at = this.looked.at ?? last;
    const most = (this.data?.runs.length ?? 1) - 1;
    const go = (/** @type {number} */ to) => this.card(Math.min(Math.max(to, 0), most))?.focus();
    const step = (/** @type {number} */ to) => {
      this.look({ run: place, at: Math.min(Math.max(to, 0), last) });
      this.live.textContent = this.read.textContent;
    };
    return {
      ArrowLeft: () => go(place - 1),
      ArrowRight: () => go(place + 1),
      ArrowUp: () => step(at + 1),
      ArrowDown: () => step(at - 1),
      Home: () => step(0),
      End: () => step(last),
      Enter: () => this.choose(place),
      " ": () => this.choose(place),
    };
  }
}

/** @param {Layout} layout @param {number} at */
function curveCursor({ x, curvesHeight }, at) {
  return { x1: x(at), x2: x(at), y1: CURVES.top, y2: curvesHeight - CURVES.bottom };
}

/** @param {Layout} layout @param {number} run @param {number} at */
function cardCursor({ card, cardTop, cell, heatTop, cardHeight }, run, at) {
  const [x, top] = [card(run) + (at + 0.5) * cell, cardTop(run)];
  return { x1: x, x2: x, y1: top + heatTop(0), y2: top + cardHeight - CARD.foot };
}

/**
 * The run that a mark belongs to.
 * @param {EventTarget | null} target
 * @returns {number | null}
 */
function runOf(target) {
  const mark = target instanceof Element ? target.closest("[data-run]") : null;
  return mark ? Number(mark.getAttribute("data-run")) : null;
}

export default mounted((root) => new ComparisonPicture(root));
