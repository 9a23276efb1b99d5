// One training step in slow motion: the tabs of six stages, one picture, one panel.
//
// Which stage is shown stays in the browser. Python hears of another headline or layer ("pick": {headline, layer}) and
// answers with its numbers. The names of the experts are the same nodes at every stage and travel to where the stage
// wants them.
import { isDark } from "../kit/colour.js";
import { el, set } from "../kit/dom.js";
import { focused } from "../kit/focus.js";
import { actOn } from "../kit/keys.js";
import { mounted, watchRoom } from "../kit/stage.js";
import { dataTable } from "../kit/table.js";
import { measureIn } from "../kit/text.js";
import { texturePatterns } from "../kit/textures.js";
import { footParts, panelParts } from "./slow_panel.js";
import { drawBatch } from "./stages/batch.js";
import { drawBias } from "./stages/bias.js";
import { drawDispatch } from "./stages/dispatch.js";
import { drawGradient } from "./stages/gradient.js";
import { HEIGHT, NAMES, columnsFor } from "./stages/layout.js";
import { drawLosses } from "./stages/loss.js";
import { drawScores } from "./stages/scores.js";

const STAGE_MS = 3200;
const PICK_PAUSE = 160; // milliseconds: who runs through the headlines asks for the last one only
const LEAST_WIDTH = 560;
const NAME_WIDTH = 34;
const NAME_FROM = 26; // width of a column that has room for a name
const TEXTURED_UP_TO = 16; // experts
const SMALL_TYPE = 12.5; // pixels

const DRAW = {
  batch: drawBatch,
  scores: drawScores,
  dispatch: drawDispatch,
  loss: drawLosses,
  gradient: drawGradient,
  bias: drawBias,
};

/**
 * @typedef {import("./slow_step.types.js").PictureData} SlowData
 * @typedef {import("./slow_step.types.js").SlowStage["id"]} StageId
 * @typedef {import("./stages/marks.js").Drawn} Drawn
 * @typedef {import("../kit/looks.types.js").ExpertLook} ExpertLook
 * @typedef {import("../kit/stage.js").Send} Send
 */

class SlowStepPicture {
  /** @type {SlowData | null} */
  data = null;
  /** @type {Send} */
  send = () => {};
  index = 0;
  headline = 0;
  isTableOpen = false;
  isDark = false;
  width = 0;
  /** @type {Drawn["table"]} */
  numbers = { heads: [], rows: [] };
  /** @type {HTMLButtonElement[]} */
  tabs = [];
  /** @type {SVGGElement[]} */
  names = [];
  /** @type {ReturnType<typeof setInterval> | null} */
  timer = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  asking = undefined;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.tabList = el("div", { class: "tabs", role: "tablist" });
    this.stage = el("g");
    this.defs = el("defs");
    this.experts = el("g", { class: "experts", "aria-hidden": true });
    this.svg = el("svg", { role: "group", height: HEIGHT }, this.defs, this.stage, this.experts);
    this.canvas = el("div", { class: "canvas", role: "tabpanel", id: "slow-canvas" }, this.svg);
    this.panel = el("aside", { class: "panel" });
    this.foot = el("div", { class: "foot" });
    this.table = el("div", { class: "table", hidden: true, tabindex: 0 });
    this.live = el("div", { class: "unseen", "aria-live": "polite" });
    const work = el("div", { class: "work" }, this.canvas, this.panel);
    root.replaceChildren(this.tabList, work, this.foot, this.table, this.live);
    root.onkeydown = (event) => this.key(event);
    root.onkeyup = (event) => {
      if (event.key === " " && !isOwnButton(event.target)) event.preventDefault(); // no click of the tab
    };
    this.forgetRoom = watchRoom(this.canvas, () => {
      if (Math.abs(this.canvas.clientWidth - this.width) > 1) this.draw({ isStill: true });
    });
  }

  /**
   * New numbers: another step starts at its first picture; another headline or layer stays where it is.
   * @param {SlowData} data
   * @param {Send} send
   */
  show(data, send) {
    const isOther = JSON.stringify(this.data) !== JSON.stringify(data);
    const isFresh = this.data?.key !== data.key;
    const dark = isDark(this.root);
    this.send = send;
    if (!isOther && dark === this.isDark) return;
    this.data = data;
    this.isDark = dark;
    this.headline = data.headline;
    if (isFresh) this.rebuild(data);
    this.draw({ isStill: !isFresh });
  }

  leave() {
    this.forgetRoom();
    this.stop();
    clearTimeout(this.asking);
    this.root.replaceChildren();
  }

  /** @param {SlowData} data */
  rebuild(data) {
    this.tabList.setAttribute("aria-label", data.words.stages);
    this.tabs = data.stages.map(({ id, name, value }, i) => {
      const attributes = { type: "button", role: "tab", class: "tab", "data-stage": id };
      return el(
        "button",
        { ...attributes, "aria-controls": "slow-canvas", onclick: () => this.stopAt(i) },
        el("span", { class: "dot" }, i + 1),
        el("span", { class: "name" }, name),
        el("span", { class: "value" }, value),
      );
    });
    this.tabList.replaceChildren(...this.tabs);
    this.defs.replaceChildren(...texturePatterns(data.experts, "sx"));
    const isTextured = data.experts.length <= TEXTURED_UP_TO;
    this.names = data.experts.map((expert, e) => nameMark(expert, isTextured ? `url(#sx${e})` : "none"));
    this.experts.replaceChildren(...this.names);
  }

  // -- drawing ---------------------------------------------------------------------------------------------

  /** @param {{ isStill?: boolean }} [how] still: nothing moves to its place */
  draw({ isStill = false } = {}) {
    const { data, svg } = this;
    if (!data) return;
    this.width = Math.max(LEAST_WIDTH, this.canvas.clientWidth);
    const stage = data.stages[this.index];
    const columns = columnsFor(data.experts.length, data.group_size, this.width);
    set(svg, { width: this.width, "aria-label": `${stage.name}. ${stage.claim}` });
    svg.classList.toggle("still", isStill);
    const { marks, table } = DRAW[stage.id]({
      data,
      columns,
      words: data.words,
      ramp: this.isDark ? data.ramp.dark : data.ramp.light,
      headline: this.headline,
      pick: (headline) => this.pick(headline),
      widthOf: measureIn(this.root)(SMALL_TYPE),
    });
    this.numbers = table;
    this.stage.replaceChildren(el("g", { class: "fresh" }, ...marks));
    this.moveNames(columns, stage.id);
    this.tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(i === this.index));
      tab.tabIndex = i === this.index ? 0 : -1;
      tab.classList.toggle("passed", i < this.index);
    });
    this.drawPanel(data);
    this.drawFoot(data);
  }

  /** @param {import("./stages/layout.js").Columns} columns @param {StageId} stage */
  moveNames(columns, stage) {
    const y = stage === "scores" ? NAMES.scores : NAMES.other;
    const wide = Math.min(1, (columns.cell - 2) / NAME_WIDTH);
    this.experts.classList.toggle("away", stage === "batch");
    this.names.forEach((name, e) => {
      name.style.transform = `translate(${columns.x(e)}px, ${y}px) scale(${wide}, 1)`;
      name.classList.toggle("bare", columns.cell < NAME_FROM);
    });
  }

  /** @param {SlowData} data */
  drawPanel(data) {
    const { index, headline, timer } = this;
    const active = focused(this.root);
    const held = active && this.panel.contains(active) ? active.dataset.act : undefined;
    const acts = {
      go: (/** @type {number} */ to) => this.stopAt(to),
      toggle: () => this.toggle(),
      pick: (/** @type {number} */ to) => this.pick(to),
    };
    this.panel.replaceChildren(...panelParts({ data, index, headline, isPlaying: timer !== null }, acts));
    if (held === undefined) return;
    const button = (/** @type {string} */ act) => this.panel.querySelector(`[data-act="${act}"]:enabled`);
    const again = button(held) ?? button("play");
    if (again instanceof HTMLElement) again.focus({ preventScroll: true });
  }

  /** @param {SlowData} data */
  drawFoot(data) {
    const { isTableOpen } = this;
    const look = { hasLayers: this.index > 0 && data.layers.length > 1, isTableOpen };
    const acts = {
      chooseLayer: (/** @type {number} */ layer) => this.send("pick", { layer, headline: this.headline }),
      toggleTable: () => this.toggleTable(),
    };
    this.foot.replaceChildren(...footParts(data, look, acts));
    this.table.hidden = !isTableOpen;
    const table = { caption: data.stages[this.index].name, ...this.numbers };
    this.table.replaceChildren(...(isTableOpen ? [dataTable(table)] : []));
  }

  toggleTable() {
    this.isTableOpen = !this.isTableOpen;
    if (this.data) this.drawFoot(this.data);
    const button = this.foot.querySelector(".table-toggle");
    if (button instanceof HTMLElement) button.focus({ preventScroll: true });
  }

  // -- going through it ------------------------------------------------------------------------------------

  get last() {
    return (this.data?.stages.length ?? 1) - 1;
  }

  /** @param {number} index */
  go(index) {
    const to = Math.max(0, Math.min(this.last, index));
    if (!this.data || to === this.index) return;
    const isOnTabs = this.tabList.contains(focused(this.root));
    this.index = to;
    this.draw();
    if (isOnTabs) this.tabs[to].focus({ preventScroll: true });
    const { name, claim } = this.data.stages[to];
    this.live.textContent = `${to + 1} ${name}. ${claim}`;
  }

  /**
   * Go to a stage and play no further.
   * @param {number} index
   */
  stopAt(index) {
    this.stop();
    this.go(index);
  }

  /** @param {number} headline */
  pick(headline) {
    if (!this.data) return;
    const { batch, stages, layer } = this.data;
    this.headline = Math.max(0, Math.min(batch.length - 1, headline));
    const isKnown = stages[this.index].id === "batch"; // elsewhere the numbers are still those of the one before
    if (isKnown) this.draw({ isStill: true });
    clearTimeout(this.asking);
    this.asking = setTimeout(() => this.send("pick", { headline: this.headline, layer }), PICK_PAUSE);
  }

  toggle() {
    if (this.timer) return this.stop();
    this.timer = setInterval(() => {
      if (this.index === this.last) this.stop();
      else this.go(this.index + 1);
    }, STAGE_MS);
    if (this.index === this.last) this.go(0);
    else this.draw({ isStill: true });
  }

  stop() {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = null;
    if (this.data) this.drawPanel(this.data);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.target instanceof Node && this.table.contains(event.target)) return;
    actOn(event, {
      ArrowLeft: () => this.stopAt(this.index - 1),
      ArrowRight: () => this.stopAt(this.index + 1),
      ArrowUp: () => this.pick(this.headline - 1),
      ArrowDown: () => this.pick(this.headline + 1),
      Home: () => this.stopAt(0),
      End: () => this.stopAt(this.last),
      ...(isOwnButton(event.target) ? {} : { " ": () => this.toggle() }),
    });
  }
}

/**
 * The name of an expert on its texture.
 * @param {ExpertLook} expert
 * @param {string} fill
 */
function nameMark({ label, hue, ink }, fill) {
  return el(
    "g",
    { class: "expert" },
    el("rect", { x: -NAME_WIDTH / 2, y: 0, width: NAME_WIDTH, height: 22, rx: 5, fill, stroke: hue }),
    el("rect", { class: "plate", x: -12, y: 4, width: 24, height: 14, rx: 3, fill: hue }),
    el("text", { y: 15, "text-anchor": "middle", style: `fill:${ink}` }, label),
  );
}

/**
 * A button that Space presses; everywhere else Space plays.
 * @param {EventTarget | null} target
 */
function isOwnButton(target) {
  return target instanceof Element && target.closest(".panel button, .foot button") !== null;
}

export default mounted((root) => new SlowStepPicture(root));
