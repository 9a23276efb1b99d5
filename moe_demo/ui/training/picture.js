// The training picture: one run, or two side by side, on one axis of steps under one ruler.
//
// New points come by fetch and are painted into one canvas; hover, scrubbing and zooming paint a second canvas above
// it and never ask Python. Python hears of the checkpoint a scrub ends at ("step"), of another layer ("layer") and of
// a state of the run that it has not seen ("state").
import { actOn } from "../kit/keys.js";
import { onLook } from "../kit/pointer.js";
import { whenReleased } from "../kit/pressed.js";
import { mounted, watchRoom, watchTheme, zoomOf } from "../kit/stage.js";
import { StepAxis, indexAt, nearestIndex } from "./axis.js";
import { Elements } from "./elements.js";
import { flagsOf } from "./flags.js";
import { LINES_UP_TO, RULER, bandAt, expertsBand } from "./layout.js";
import { paintLooked, paintRecords, sceneOf } from "./painting.js";
import { recordAt } from "./record.js";
import { LAST_CELL, cellAt } from "./route_cells.js";
import { StateReport } from "./state_report.js";
import { Told } from "./told.js";
import { readCell } from "./words.js";

const CLICK_MS = 240; // a second click within this time makes it a double click, which resets the zoom
const DRAG_FROM = 6; // pixels
const BESIDE = 4; // pixels left of the axis that still belong to it
const SAY_MS = 500;

/**
 * @typedef {import("./record.js").LiveRecord} LiveRecord
 * @typedef {import("./scene.js").Mode} Mode
 * @typedef {import("./scene.js").Scene} Scene
 * @typedef {import("./scene.js").TrainingData} TrainingData
 * @typedef {import("../kit/stage.js").Send} Send
 * @typedef {{ x: number, y: number, band: string | null }} Place
 * @typedef {{ kind: "scrub", step: number } | { kind: "brush", from: number, to: number }} Drag
 * @typedef {{ log: boolean, lo: number | null, hi: number | null, mode: Mode }} View
 */

/** @type {Map<string, View>} */
const views = new Map(); // run -> how the reader last looked at it, while the tab is open

export class TrainingPicture {
  axis = new StepAxis();
  /** @type {LiveRecord[]} */
  records = [];
  layer = 0;
  /** @type {Mode} */
  mode = "load";
  /** @type {number | null} the scrubbed step; null follows the newest checkpoint */
  chosen = null;
  told = new Told();
  /** @type {Place | null} under the pointer */
  hover = null;
  /** @type {Drag | null} */
  drag = null;
  /** @type {TrainingData | null} */
  data = null;
  /** @type {Scene | null} */
  scene = null;
  /** @type {Send} */
  send = () => {};
  report = new StateReport();
  /** @type {number | null} */
  frame = null;
  isStale = false; // the records are to be painted too, not only what is pointed at
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  click = undefined;
  stands = () => {};
  /** @type {Promise<void>} */
  standing = new Promise((resolve) => {
    this.stands = resolve;
  });

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.elements = new Elements(root, this);
    this.stopRoom = watchRoom(this.elements.stage, () => this.data && this.redraw());
    this.stopTheme = watchTheme(() => this.redraw());
    this.listen();
  }

  /**
   * @param {TrainingData} data
   * @param {Send} send
   * @returns {Promise<void>} kept once the first answers about the runs are painted
   */
  show(data, send) {
    const before = this.data;
    const isOtherRun = before?.runs[0].address !== data.runs[0].address;
    this.data = data;
    this.send = send;
    if (isOtherRun) this.takeView(views.get(data.runs[0].id));
    if (before?.layer !== data.layer) this.layer = data.layer;
    const isOlder = !isOtherRun && this.told.isOlder(data.step, this.records[0]?.checkpoints.at(-1));
    if (isOtherRun || (before?.step !== data.step && !isOlder)) this.chosen = data.step;
    const records = data.runs.map((run) => recordAt(run.address));
    for (const record of this.records) if (!records.includes(record)) record.stop();
    this.records = records;
    records.forEach((record, i) => {
      record.visit = data.visit;
      record.follow(data.sentence);
      const pace = { poll_ms: data.poll_ms, idle_ms: data.idle_ms, live: data.runs[i].live };
      record.start(pace, (isNew) => this.heard(i, isNew));
      record.wake();
    });
    this.elements.say(data);
    this.redraw();
    return this.standing;
  }

  leave() {
    for (const record of this.records) record.stop();
    this.stopRoom();
    this.stopTheme();
    this.elements.leave();
    clearTimeout(this.click);
    if (this.frame) cancelAnimationFrame(this.frame);
  }

  /**
   * A record has an answer.
   * @param {number} i
   * @param {boolean} isNew
   */
  heard(i, isNew) {
    if (i === 0 && this.data) this.report.of(this.records[0], this.data, this.send);
    if (isNew) whenReleased(() => this.redraw());
  }

  // -- painting --------------------------------------------------------------------------------------------

  redraw() {
    this.isStale = true;
    this.look();
  }

  look() {
    this.frame ??= requestAnimationFrame(() => this.paint());
  }

  paint() {
    this.frame = null;
    if (!this.root.clientWidth || !this.data) return;
    if (this.isStale || !this.scene) this.paintRecords(this.data);
    if (this.scene) this.paintLooked(this.scene);
  }

  /** @param {TrainingData} data */
  paintRecords(data) {
    const { root, elements, axis, records, mode } = this;
    const size = { width: Math.floor(root.clientWidth), height: elements.room() };
    this.layer = Math.min(this.layer, Math.max(...records.map((record) => record.nLayers), 1) - 1);
    const picture = { axis, records, data, layer: this.layer, mode };
    const { scene, context } = sceneOf(root, elements.base, size, picture);
    const flags = flagsOf(scene);
    paintRecords(context, scene, flags);
    elements.place(scene, flags);
    this.scene = scene;
    this.isStale = false;
    if (records.every((record) => record.state || record.problem)) this.stands();
  }

  /** @param {Scene} scene */
  paintLooked(scene) {
    const { step: checkpoint, lookedStep: step, drag } = this;
    paintLooked(this.elements.over, scene, {
      step,
      checkpoint,
      line: this.draggedStep ?? checkpoint,
      isHovered: Boolean(this.hover),
      brush: drag?.kind === "brush" ? [drag.from, drag.to] : null,
      pointed: (run) => this.rowUnder(run),
    });
    this.elements.read(scene, step);
  }

  /**
   * The row of the heatmap of a run under the pointer, or null.
   * @param {number} run
   */
  rowUnder(run) {
    const n = this.records[run].nRouted;
    const name = expertsBand(run);
    if (!this.scene || this.hover?.band !== name || this.mode === "max_vio" || n <= LINES_UP_TO) return null;
    const band = this.scene.layout.bands[name];
    return Math.floor(((this.hover.y - band.y) / band.h) * n);
  }

  // -- where in time ---------------------------------------------------------------------------------------

  get checkpoints() {
    return this.records[0].checkpoints;
  }

  /** Where a dragged handle is, between the checkpoints too; null while it rests. */
  get draggedStep() {
    return this.drag?.kind === "scrub" ? this.drag.step : null;
  }

  /** The checkpoint in force: the chosen one, or the newest; null while there is none. */
  get step() {
    if (!this.checkpoints.length) return null;
    const wanted = this.draggedStep ?? this.chosen;
    return this.checkpointAt(wanted ?? Infinity);
  }

  /** @param {number} step @returns {number} the checkpoint at or before it, or the first */
  checkpointAt(step) {
    return this.checkpoints[Math.max(indexAt(this.checkpoints, step + 1e-6), 0)];
  }

  /** The step whose values are written out: under the pointer, or at the handle. */
  get lookedStep() {
    if (!this.hover || this.drag) return this.step;
    const at = this.axis.at(this.hover.x);
    if (this.hover.band === "routes") return this.checkpoints.length ? this.checkpointAt(at) : null;
    const { steps } = this.records[0];
    return steps.length ? steps[nearestIndex(steps, at)] : this.step;
  }

  /**
   * Take the handle to a checkpoint and tell Python.
   * @param {number} step
   */
  travel(step) {
    if (!this.checkpoints.length) return;
    const to = this.checkpointAt(step);
    const isSame = to === this.step && this.chosen !== null;
    this.chosen = to;
    this.look();
    this.elements.saySoon(SAY_MS);
    if (isSame && to === this.data?.step) return;
    this.told.tell(to);
    this.send("step", to);
  }

  /** @param {number} by how many checkpoints on */
  neighbour(by) {
    if (this.step === null) return;
    const to = this.checkpoints.indexOf(this.step) + by;
    this.travel(this.checkpoints[Math.min(Math.max(to, 0), this.checkpoints.length - 1)]);
  }

  // -- how it is looked at ---------------------------------------------------------------------------------

  /** @param {View} [view] */
  takeView({ log, lo, hi, mode } = { log: false, lo: null, hi: null, mode: "load" }) {
    Object.assign(this.axis, { log, lo, hi });
    this.mode = mode;
  }

  /**
   * Change axis, zoom or what is shown, and keep it for this run while the tab is open.
   * @param {() => void} change
   */
  changeView(change) {
    if (!this.data) return;
    change();
    const { log, lo, hi } = this.axis;
    views.set(this.data.runs[0].id, { log, lo, hi, mode: this.mode });
    this.elements.say(this.data);
    this.redraw();
  }

  /** @param {number} layer */
  chooseLayer(layer) {
    if (layer === this.layer) return;
    this.changeView(() => {
      this.layer = layer;
    });
    this.send("layer", layer);
  }

  // -- pointer and keys ------------------------------------------------------------------------------------

  listen() {
    const { stage } = this.elements;
    stage.addEventListener("pointerdown", (event) => this.press(event));
    stage.addEventListener("pointerup", () => this.release());
    stage.addEventListener("pointercancel", () => {
      this.drag = null;
      this.look();
    });
    onLook(
      stage,
      (event) => this.move(event),
      () => this.away(),
    );
    stage.addEventListener("dblclick", (event) => {
      if (isControl(event)) return;
      clearTimeout(this.click);
      this.changeView(() => this.axis.reset());
    });
    const zoom = (/** @type {WheelEvent} */ event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const { x } = this.place(event);
      this.changeView(() => this.axis.zoomAround(x, event.deltaY > 0 ? 1.25 : 0.8));
    };
    stage.addEventListener("wheel", zoom, { passive: false });
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {MouseEvent} event @returns {Place} */
  place(event) {
    const { stage } = this.elements;
    const box = stage.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / zoomOf(stage), (event.clientY - box.top) / zoomOf(stage)];
    return { x, y, band: this.scene ? bandAt(this.scene.layout, y) : null };
  }

  /** @param {number} x */
  isOnAxis(x) {
    return x >= this.axis.x0 - BESIDE && x <= this.axis.x1 + LAST_CELL;
  }

  /** @param {PointerEvent} event */
  press(event) {
    if (event.button !== 0 || isControl(event) || !this.scene) return;
    const { x, y } = this.place(event);
    const isHandle = /** @type {Element} */ (event.target).closest(".handle");
    if (y < RULER || isHandle) this.drag = { kind: "scrub", step: this.axis.at(x) };
    else if (this.isOnAxis(x)) this.drag = { kind: "brush", from: this.axis.clamp(x), to: x };
    else return;
    this.elements.stage.setPointerCapture(event.pointerId);
    this.elements.handle.focus({ preventScroll: true }); // the keys now move the handle
    event.preventDefault();
    this.look();
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (!this.scene) return;
    const { x, y, band } = this.place(event);
    if (this.drag?.kind === "scrub") this.drag.step = this.axis.at(x);
    else if (this.drag) this.drag.to = this.axis.clamp(x);
    else this.hover = this.isOnAxis(x) && !isControl(event) ? { x, y, band } : null;
    const cell = !this.drag && this.hover?.band === "routes" ? cellAt(this.scene, x, y) : null;
    const tip = cell && { x, y, isAbove: true, text: readCell(this.scene, cell) };
    if (!isControl(event)) this.elements.tell(tip);
    this.look();
  }

  /** The pointer is elsewhere. */
  away() {
    this.hover = null;
    this.elements.tell(null);
    this.look();
  }

  release() {
    const { drag } = this;
    this.drag = null;
    if (drag?.kind === "scrub") this.travel(drag.step);
    else if (drag && Math.abs(drag.to - drag.from) >= DRAG_FROM) {
      const [lo, hi] = [drag.from, drag.to].map((x) => this.axis.at(x)).sort((a, b) => a - b);
      this.changeView(() => this.axis.zoom(lo, hi));
    } else if (drag) {
      const step = this.axis.at(drag.from);
      clearTimeout(this.click);
      this.click = setTimeout(() => this.travel(step), CLICK_MS);
    }
    this.look();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { panel, handle } = this.elements;
    const ofHandle = {
      ArrowLeft: () => this.neighbour(-1),
      ArrowRight: () => this.neighbour(1),
      ArrowDown: () => this.neighbour(-1),
      ArrowUp: () => this.neighbour(1),
      Home: () => this.neighbour(-Infinity),
      End: () => this.neighbour(Infinity),
    };
    actOn(event, {
      t: () => panel.toggle("table"),
      "?": () => panel.toggle("help"),
      Escape: () => (panel.isOpen ? panel.close() : this.changeView(() => this.axis.reset())),
      ...(event.target === handle ? ofHandle : {}),
    });
  }
}

/** @param {Event} event */
function isControl({ target }) {
  return target instanceof Element && Boolean(target.closest("button, .panel"));
}

export default mounted((root) => new TrainingPicture(root));
