// A rail of nine stations and one canvas on which the same words travel from stage to stage.
//
// data: the record of moe_demo.insight.journey, with the locale's words and the looks of figures.theme.
// Trigger: `place` {stage 1..9, token or null, serial}. A click acts here at once; Python only writes the address
// and hands the serial back in `data`, so that an answer to an older click cannot undo a newer one.
import { isDark } from "../kit/colour.js";
import { el, set } from "../kit/dom.js";
import { focused } from "../kit/focus.js";
import { actOn } from "../kit/keys.js";
import { fixed } from "../kit/numbers.js";
import { mounted, tell, watchRoom, watchTheme } from "../kit/stage.js";
import { fill, measureIn } from "../kit/text.js";
import { texturePatterns } from "../kit/textures.js";
import { setMark } from "../kit/why.js";
import { PAPER, articleHeads } from "./article.js";
import { stageOf } from "./context.js";
import { sumOfWord } from "./formula.js";
import { COLUMN, ROW, columnsOf } from "./geometry.js";
import { LIVE, OVER, chipTop } from "./live.js";
import { chipBox, placeVector, vectorColumn } from "./marks.js";
import { panelOf } from "./panel.js";
import { stageTable } from "./table.js";
import { Teller } from "./teller.js";
import { VECTOR } from "./vectors.js";

/**
 * @typedef {import("./context.js").PictureData} PictureData
 * @typedef {import("./context.js").Context} Context
 * @typedef {import("../kit/stage.js").Send} Send
 */

const LEAST_WIDTH = 280;
const WITHOUT_HEADS = ["tokens", "classes"]; // stages at which the article has no column for a word

class Journey {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.index = 0;
    /** @type {number | null} */
    this.token = null;
    this.isTableOpen = false;
    /** @type {HTMLButtonElement[]} */
    this.stations = [];
    /** @type {{ chip: SVGGElement, vector: SVGGElement }[]} */
    this.words = [];
    this.teller = new Teller((serial) => {
      this.send?.("place", { stage: this.index + 1, token: this.token, serial });
    });
    this.rail = el("div", { class: "rail", role: "tablist" });
    this.defs = el("defs");
    this.layers = { back: el("g"), extra: el("g"), words: el("g", { role: "listbox" }), over: el("g") };
    const { back, extra, words, over } = this.layers;
    const height = ROW.article + ROW.live;
    this.svg = el("svg", { role: "group", height }, this.defs, back, extra, words, over);
    this.scroll = el("div", { class: "scroll", onscroll: () => this.follow() }, this.svg);
    this.gutter = el("div", { class: "gutter" });
    this.foot = el("div", { class: "foot" });
    this.panel = el("aside", { class: "panel" });
    this.table = el("div", { class: "table", hidden: true });
    this.live = el("div", { class: "unseen", "aria-live": "polite" });
    const tab = { class: "canvas", role: "tabpanel", id: "journey-canvas" };
    const canvas = el("div", tab, this.gutter, this.scroll, this.foot);
    const work = el("div", { class: "stagework" }, canvas, this.panel);
    root.replaceChildren(this.rail, work, this.table, this.live);
    root.addEventListener("keydown", (event) => this.key(event));
    this.forgetRoom = watchRoom(this.scroll, () => this.resized());
    this.forgetTheme = watchTheme(() => this.recoloured());
  }

  leave() {
    this.forgetRoom();
    this.forgetTheme();
    this.teller.stop();
  }

  /** The data shown; there is some whenever a hand can reach the picture. */
  get data() {
    return /** @type {PictureData} */ (this.given);
  }

  get state() {
    return `${this.index} ${this.token} ${this.isDark}`;
  }

  /**
   * New data from Python: another sentence redraws everything; an echo of our own clicks moves nothing.
   * @param {PictureData} data
   * @param {Send} send
   */
  show(data, send) {
    const isFresh = this.given?.key !== data.key;
    const before = this.state;
    this.given = data;
    this.send = send;
    if (this.teller.heard(data.serial)) {
      this.index = data.stage - 1;
      this.token = data.token;
    }
    this.isDark = isDark(this.root);
    if (isFresh) this.rebuild();
    if (isFresh || before !== this.state) this.draw({ isStill: isFresh });
  }

  resized() {
    if (this.given && Math.abs(this.scroll.clientWidth - (this.geo?.visible ?? 0)) > 1) {
      this.draw({ isStill: true });
    }
  }

  recoloured() {
    this.isDark = isDark(this.root);
    if (this.given) this.draw({ isStill: true });
  }

  // -- drawing ---------------------------------------------------------------------------------------------

  /** What depends on sentence or language, but not on the stage. */
  rebuild() {
    const { text_of: says, stages, article, run, experts } = this.data;
    this.rail.setAttribute("aria-label", says.rail);
    this.stations = stages.map(({ id }, i) => {
      const tab = { role: "tab", "aria-controls": "journey-canvas", onclick: () => this.go(i) };
      return el(
        "button",
        { type: "button", class: "tab", "data-stage": id, ...tab },
        el("span", { class: "dot" }, i + 1),
        el("span", { class: "name" }, says[`stage.${id}`]),
      );
    });
    this.rail.replaceChildren(...this.stations);
    const other = article.same_text
      ? null
      : el("span", { class: "other", title: article.text }, says.other_sentence);
    this.gutter.replaceChildren(
      el("div", { class: "paper" }, el("b", {}, says.article), other),
      el("div", { class: "real" }, el("b", {}, says.live), el("span", {}, run)),
    );
    this.scroll.scrollLeft = 0;
    this.layers.words.setAttribute("aria-label", says.words_label);
    this.defs.replaceChildren(...texturePatterns(experts, "jx"));
    this.words = [];
  }

  /**
   * Chips and vectors of all words: kept as long as the sentence and the width are.
   * @param {Context} c
   */
  buildWords({ data, geo, measure }) {
    this.words = data.words.map((word, i) => {
      const gloss = data.glosses[i];
      const label = `T${i + 1} ${word}${gloss && ` (${gloss})`}`;
      const option = { role: "option", tabindex: -1, "aria-label": label };
      const look = { class: "word", onclick: () => this.pick(i) };
      const chip = el("g", { ...look, ...option }, chipBox(word, geo.step - 8, measure, { gloss }));
      return { chip, vector: vectorColumn(data.shown) };
    });
    this.layers.words.replaceChildren(...this.words.flatMap(({ chip, vector }) => [vector, chip]));
  }

  /** Everything that the stage, the picked word or the width decides. */
  draw({ isStill = false } = {}) {
    const visible = Math.max(LEAST_WIDTH, this.scroll.clientWidth);
    const isNew = this.geo?.visible !== visible || !this.words.length;
    this.geo = columnsOf(Math.max(this.data.words.length, COLUMN.fewest), visible);
    const c = this.context(this.geo);
    if (isNew) this.buildWords(c);
    set(this.svg, { width: this.geo.width });
    tell(this.root, this.said());
    this.svg.classList.toggle("still", isStill || isNew);
    this.drawRows(c);
    this.moveWords(c);
    this.stations.forEach((station, i) => {
      station.setAttribute("aria-selected", String(i === this.index));
      station.tabIndex = i === this.index ? 0 : -1;
      station.classList.toggle("passed", i < this.index);
    });
    this.panel.replaceChildren(
      panelOf(
        c,
        (index) => this.go(index),
        (page) => this.send?.("leave", page),
      ),
    );
    this.foot.replaceChildren(...this.footOf(c));
    this.table.hidden = !this.isTableOpen;
    this.table.replaceChildren(...(this.isTableOpen ? [stageTable(c)] : []));
  }

  /** @param {Context["geo"]} geo @returns {Context} */
  context(geo) {
    const { data, index } = this;
    return {
      data,
      geo,
      index,
      words: data.text_of,
      stage: /** @type {Context["stage"]} */ (/** @type {unknown} */ (data.stages[index])),
      token: Math.min(this.token ?? 0, data.words.length - 1),
      ramp: data.ramps[this.isDark ? "dark" : "light"],
      scrolled: this.scroll.scrollLeft,
      measure: measureIn(this.root),
      of: (id) => stageOf(data, id),
    };
  }

  /**
   * Paper above, the trained model below: new marks fade in, the words themselves stay.
   * @param {Context} c
   */
  drawRows(c) {
    const { id } = c.stage;
    const { paper, left } = paperContext(c);
    const heads = WITHOUT_HEADS.includes(id) ? [] : articleHeads(paper);
    const row = (/** @type {number} */ x, /** @type {number} */ y, /** @type {(Node | null)[]} */ marks) =>
      el("g", { class: "fresh", transform: `translate(${x}, ${y})` }, ...marks);
    const ground = { x: 0, y: 0, width: c.geo.width, height: ROW.article - 6, rx: 8 };
    this.layers.back.replaceChildren(el("rect", { class: "paper-ground", ...ground }));
    this.layers.extra.replaceChildren(
      row(left, 0, [...heads, ...PAPER[id](paper)]),
      row(0, ROW.article, LIVE[id](c)),
    );
    this.layers.over.replaceChildren(row(0, ROW.article, OVER[id]?.(c) ?? []));
  }

  /** @param {Context} c */
  moveWords(c) {
    const { id } = c.stage;
    this.words.forEach(({ chip, vector }, i) => {
      chip.style.transform = `translate(${c.geo.x(i)}px, ${ROW.article + chipTop(id)}px)`;
      chip.classList.toggle("picked", i === c.token);
      chip.classList.toggle("quiet", id === "classes");
      setMark(chip, sumOfWord(c, i));
      set(chip, { "aria-selected": i === c.token, tabindex: i === c.token ? 0 : -1 });
      const place = VECTOR[id](c, i);
      placeVector(vector, { ...place, y: place.y + ROW.article }, c.ramp);
    });
  }

  /** Seats, sum and classes stay in view while a long sentence is scrolled. */
  follow() {
    if (!this.given || !this.geo || this.geo.width <= this.geo.visible) return;
    const c = this.context(this.geo);
    this.svg.classList.add("still");
    this.drawRows(c);
    this.moveWords(c);
  }

  /**
   * Below the canvas: the scale of the colours, the keys, and the table of the same data.
   * @param {Context} c
   */
  footOf({ stage, ramp, words, data }) {
    const says = words[this.isTableOpen ? "hide_table" : "show_table"];
    const act = { "aria-expanded": this.isTableOpen, onclick: () => this.toggleTable() };
    const toggle = el("button", { type: "button", class: "quiet", ...act }, says);
    const keys = el("span", { class: "keys" }, words.keys);
    if (stage.limit === undefined) return [el("span"), keys, toggle];
    const limit = fixed(stage.limit);
    const colours = `background:linear-gradient(90deg, ${ramp.join(", ")})`;
    const shown = el("span", {}, fill(words.first_values, { n: data.shown, dim: data.dim }));
    const bar = el("span", { class: "ramp", style: colours });
    return [el("span", { class: "scale" }, `−${limit}`, bar, `+${limit}`, shown), keys, toggle];
  }

  toggleTable() {
    this.isTableOpen = !this.isTableOpen;
    this.draw();
    this.foot.querySelector("button")?.focus();
  }

  // -- going through it ------------------------------------------------------------------------------------

  /** @param {number} index */
  go(index) {
    const next = Math.max(0, Math.min(this.data.stages.length - 1, index));
    if (next === this.index) return;
    const isInPanel = this.panel.contains(focused(this.root));
    this.index = next;
    this.draw();
    /** @type {HTMLElement | null} */
    const onward = isInPanel ? this.panel.querySelector(".panel-head .solid:not([disabled])") : null;
    (onward ?? this.stations[next]).focus({ preventScroll: true });
    this.live.textContent = this.said();
    this.teller.tell();
  }

  /** The station in a sentence. */
  said() {
    const { id, claim } = this.data.stages[this.index];
    return `${this.index + 1} ${this.data.text_of[`stage.${id}`]}. ${claim}`;
  }

  /** @param {number} token */
  pick(token) {
    const picked = Math.max(0, Math.min(this.data.words.length - 1, token));
    this.token = picked;
    this.draw();
    const { chip } = this.words[picked];
    chip.focus({ preventScroll: true });
    chip.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.teller.tell();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (this.table.contains(/** @type {Node} */ (event.target))) return;
    const token = this.token ?? 0;
    actOn(event, {
      ArrowLeft: () => this.go(this.index - 1),
      ArrowRight: () => this.go(this.index + 1),
      Home: () => this.go(0),
      End: () => this.go(this.stations.length - 1),
      ArrowUp: () => this.pick(token - 1),
      ArrowDown: () => this.pick(token + 1),
    });
  }
}

/**
 * The article stands over our columns where the sentence is its own; else it keeps to itself, in view.
 * @param {Context} c
 */
function paperContext(c) {
  const { same_text: isSame, words } = c.data.article;
  if (isSame) return { paper: c, left: c.stage.id === "classes" ? c.scrolled : 0 };
  return { paper: { ...c, geo: columnsOf(words.length, c.geo.visible) }, left: c.scrolled };
}

export default mounted((root) => new Journey(root));
