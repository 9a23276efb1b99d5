// The training laboratory: one run, or two side by side, on one axis of steps under one ruler.
// Parts: dom, textures, lab_axis, lab_feed, lab_layout, lab_paint, lab_curves, lab_heat, lab_routes, lab_ruler,
// lab_words, lab_frame. Words: labels("lab").
//
// New points come by fetch and are painted into one canvas; hover, scrubbing and zooming paint a second canvas above
// it and never ask Python. Python hears of the checkpoint a scrub ends at ("step"), of another layer ("layer") and of
// a state of the run that it has not seen ("state").

import { watchRoom } from "../kit/dom.js";
import { LabAxis, indexAt, nearestIndex, views } from "./axis.js";
import { drawAccuracy, drawExpertLines, drawLoss, drawMaxVio } from "./curves.js";
import { feedOf } from "./feed.js";
import { LabFrame } from "./frame.js";
import { drawHeat, drawSeatValues } from "./heat.js";
import { LINES_UP_TO, RULER, bandAt, labLayout } from "./layout.js";
import { canvasTexture, crossHatch, fitCanvas, inkOf } from "./paint.js";
import { LAST_CELL, cellAt, columnOf, drawRoutes, outline } from "./routes.js";
import { drawRuler, flagsOf, vertical } from "./ruler.js";
import { batchAt, readCell } from "./words.js";

const CLICK_MS = 240; // a second click within this time makes it a double click, which resets the zoom
const DRAG_FROM = 6; // pixels
const SAY_MS = 500;
const TELL_AGAIN_MS = 1500; // a process that has just said its last word still lives for a moment, and the page may have seen that
const TELLINGS = 12;
const labs = new WeakMap();

class TrainingLab {
  constructor(root) {
    this.root = root;
    this.axis = new LabAxis();
    this.feeds = [];
    this.layer = 0;
    this.mode = "load";
    this.chosen = null; // the scrubbed step; null follows the newest checkpoint
    this.hover = null; // { x, y, band } under the pointer
    this.drag = null; // { kind: "scrub" } or { kind: "brush", from, to }
    this.dirty = { base: false, over: false };
    this.frame = new LabFrame(root, this);
    this.observer = watchRoom(this.frame.stage, () => this.data && this.redraw());
    this.theme = window.matchMedia("(prefers-color-scheme: dark)");
    this.theme.onchange = () => setTimeout(() => this.redraw(), 60); // the page changes its colours first
    this.listen();
  }

  show(data, send) {
    const before = this.data;
    Object.assign(this, { data, send });
    if (before?.runs[0].address !== data.runs[0].address) this.remember(views.get(data.runs[0].id));
    if (before?.layer !== data.layer) this.layer = data.layer;
    if (before?.step !== data.step || before.runs[0].address !== data.runs[0].address) this.chosen = data.step;
    const feeds = data.runs.map((run) => feedOf(run.address));
    for (const feed of this.feeds) if (!feeds.includes(feed)) feed.stop();
    this.feeds = feeds;
    feeds.forEach((feed, i) => {
      feed.follow(data.sentence);
      feed.start({ poll_ms: data.poll_ms, idle_ms: data.idle_ms, live: data.runs[i].live }, (isNew) => this.heard(i, isNew));
      feed.wake();
    });
    this.frame.words(data, this);
    this.redraw();
  }

  /** A feed has an answer. */
  heard(i, isNew) {
    if (i === 0) this.tellState(this.feeds[0]);
    if (isNew) this.redraw();
  }

  /** Tell Python of a state that it has not seen; again, a few times, where it still has not after it was told. */
  tellState(feed) {
    const { state } = feed, now = performance.now();
    if (!state || feed.trouble || state === this.data.state) {
      feed.isDisputed = false;
      this.told = null;
      return;
    }
    if (this.told?.state !== state) this.told = { state, times: 0, at: -Infinity };
    feed.isDisputed = this.told.times < TELLINGS;
    if (!feed.isDisputed || now - this.told.at < TELL_AGAIN_MS) return;
    this.told.times++;
    this.told.at = now;
    this.send("state", state);
  }

  redraw() {
    this.dirty.base = true;
    this.look();
  }

  look() {
    this.dirty.over = true;
    this.waiting ??= requestAnimationFrame(() => this.paint());
  }

  paint() {
    this.waiting = null;
    if (!this.root.clientWidth || !this.data) return;
    if (this.dirty.base) this.paintBase();
    if (this.dirty.over) this.paintOver();
    this.dirty = { base: false, over: false };
  }

  /** Everything that painting needs to know, gathered once a picture. */
  gather() {
    const { axis, feeds, data } = this, ink = inkOf(this.root);
    axis.end = Math.max(1, ...feeds.map((feed) => (feed.state === "done" ? feed.step : Math.max(feed.nSteps, feed.step))));
    this.layer = Math.min(this.layer, Math.max(...feeds.map((feed) => feed.nLayers), 1) - 1);
    const words = Math.max(...feeds.map((feed) => feed.routes?.tokens.length ?? 0), 0);
    const layout = labLayout({ width: Math.floor(this.root.clientWidth), height: this.frame.room(), runs: feeds.length, words });
    Object.assign(axis, { x0: layout.x0, x1: layout.x1 });
    const textures = new Map();
    const expert = (_run, e) => data.experts[e] ?? { label: `E${e}`, hue: data.lines.train, ink: ink.ground, texture: "solid", filled: true };
    return (this.scene = {
      ink, axis, layout, feeds, data, words: data.words, layer: this.layer, mode: this.mode, expert,
      biasLimit: Math.max(...feeds.flatMap((feed) => (feed.bias[this.layer] ?? []).flat().map((value) => Math.abs(value ?? 0))), 1e-3),
      texture: (run, e, context) => textures.get(e) ?? textures.set(e, canvasTexture(context, ink, expert(run, e))).get(e),
    });
  }

  paintBase() {
    const scene = this.gather(), { layout, ink } = scene;
    const context = fitCanvas(this.frame.base, layout.width, layout.height);
    context.clearRect(0, 0, layout.width, layout.height);
    Object.assign(scene, { hatch: crossHatch(context, ink), hatchDark: canvasTexture(context, ink, { texture: "cross", filled: false, hue: "#111111" }) });
    drawRuler(context, scene);
    drawLoss(context, scene);
    drawAccuracy(context, scene);
    scene.feeds.forEach((_feed, run) => this.seatsPainter(run)(context, scene, run));
    drawRoutes(context, scene);
    const flags = flagsOf(scene);
    for (const { x } of flags) vertical(context, ink.text, x, RULER, layout.height, 0.5, [2, 3]);
    this.frame.place(scene, flags);
  }

  seatsPainter(run) {
    if (this.mode === "max_vio") return drawMaxVio;
    return this.feeds[run].nRouted <= LINES_UP_TO ? drawExpertLines : drawHeat;
  }

  paintOver() {
    const { scene } = this, { layout, axis, ink } = scene;
    const context = fitCanvas(this.frame.over, layout.width, layout.height);
    context.clearRect(0, 0, layout.width, layout.height);
    const step = this.lookedStep, scrubbed = this.drag?.kind === "scrub" ? this.drag.step : this.step;
    if (this.drag?.kind === "brush") this.paintBrush(context);
    if (this.step !== null) this.paintColumn(context);
    if (scrubbed !== null) vertical(context, ink.primary, axis.x(scrubbed), RULER - 4, layout.height, axis.x(scrubbed) < axis.x0 - 1 || axis.x(scrubbed) > axis.x1 + 1 ? 0 : 1, [], 2);
    if (this.hover && step !== null) vertical(context, ink.text, axis.x(step), RULER - 4, layout.height, 0.8, [3, 3]);
    if (step !== null) this.paintValues(context, step);
    this.frame.read(this, step);
  }

  paintBrush(context) {
    const { layout, ink } = this.scene, { from, to } = this.drag;
    context.save();
    context.fillStyle = ink.primary;
    context.globalAlpha = 0.16;
    context.fillRect(Math.min(from, to), RULER, Math.abs(to - from), layout.height - RULER);
    context.restore();
  }

  /** A frame around the routes of the checkpoint in force. */
  paintColumn(context) {
    const { feeds, layout, axis, ink } = this.scene, { routes } = feeds[0], band = layout.bands.routes;
    const i = routes ? routes.steps.indexOf(this.step) : -1;
    if (i < 0) return;
    const [left, right] = columnOf(this.scene, 0, i);
    const a = Math.max(left, axis.x0 - 1), b = Math.min(right, axis.x1 + LAST_CELL);
    if (b > a) outline(context, ink.primary, a, band.y - 1, b - a, band.h + 2, 2.5);
  }

  paintValues(context, step) {
    this.feeds.forEach((feed, run) => {
      if (this.mode === "max_vio" || feed.nRouted <= LINES_UP_TO) return;
      const i = batchAt(feed, step);
      if (i >= 0) drawSeatValues(context, this.scene, run, i, this.rowUnder(run));
    });
  }

  /** The seat of a run under the pointer, or null. */
  rowUnder(run) {
    if (this.hover?.band !== `seats${run}` || this.mode === "max_vio") return null;
    const band = this.scene.layout.bands[`seats${run}`], n = this.feeds[run].nRouted;
    return n > LINES_UP_TO ? Math.floor(((this.hover.y - band.y) / band.h) * n) : null;
  }

  // -- where in time ---------------------------------------------------------------------------------------

  get checkpoints() { return this.feeds[0].checkpoints; }

  /** The checkpoint in force: the chosen one, or the newest; null while there is none. */
  get step() {
    if (!this.checkpoints.length) return null;
    if (this.drag?.kind === "scrub") return this.checkpointAt(this.drag.step);
    return this.chosen === null ? this.checkpoints.at(-1) : this.checkpointAt(this.chosen);
  }

  checkpointAt(step) { return this.checkpoints[Math.max(indexAt(this.checkpoints, step + 1e-6), 0)]; }

  /** The step whose values are written out: under the pointer, or at the scrubber. */
  get lookedStep() {
    if (!this.hover || this.drag) return this.step;
    const at = this.axis.at(this.hover.x);
    if (this.hover.band === "routes") return this.checkpoints.length ? this.checkpointAt(at) : null;
    const { steps } = this.feeds[0];
    return steps.length ? steps[nearestIndex(steps, at)] : this.step;
  }

  /** Take the scrubber to a checkpoint and tell Python. */
  travel(step) {
    if (!this.checkpoints.length) return;
    const to = this.checkpointAt(step);
    const isSame = to === this.step && this.chosen !== null;
    this.chosen = to;
    this.look();
    this.frame.saySoon(SAY_MS);
    if (!isSame || to !== this.data.step) this.send("step", to);
  }

  neighbour(by) {
    const i = this.checkpoints.indexOf(this.step);
    this.travel(this.checkpoints[Math.min(Math.max(i + by, 0), this.checkpoints.length - 1)]);
  }

  // -- how it is looked at ---------------------------------------------------------------------------------

  remember(view) {
    Object.assign(this.axis, { log: view?.log ?? false, lo: view?.lo ?? null, hi: view?.hi ?? null });
    this.mode = view?.mode ?? "load";
  }

  /** Change axis, zoom or panel, and keep it for this run while the tab is open. */
  view(change) {
    change();
    const { log, lo, hi } = this.axis;
    views.set(this.data.runs[0].id, { log, lo, hi, mode: this.mode });
    this.frame.words(this.data, this);
    this.redraw();
  }

  chooseLayer(layer) {
    if (layer === this.layer) return;
    this.view(() => { this.layer = layer; });
    this.send("layer", layer);
  }

  // -- hands -----------------------------------------------------------------------------------------------

  listen() {
    const { stage } = this.frame;
    stage.addEventListener("pointerdown", (event) => this.press(event));
    stage.addEventListener("pointermove", (event) => this.move(event));
    stage.addEventListener("pointerup", (event) => this.release(event));
    stage.addEventListener("pointercancel", () => { this.drag = null; this.look(); });
    stage.addEventListener("pointerleave", () => { this.hover = null; this.frame.tell(null); this.look(); });
    stage.addEventListener("dblclick", (event) => {
      if (isControl(event.target)) return;
      clearTimeout(this.clicking);
      this.view(() => this.axis.reset());
    });
    stage.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.view(() => this.axis.zoomAround(this.place(event).x, event.deltaY > 0 ? 1.25 : 0.8));
    }, { passive: false });
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  place(event) {
    const box = this.frame.stage.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    return { x, y, band: this.scene ? bandAt(this.scene.layout, y) : null };
  }

  press(event) {
    if (event.button !== 0 || isControl(event.target) || !this.scene) return;
    const { x, y } = this.place(event), { x0, x1 } = this.axis;
    if (y < RULER || event.target.closest(".handle")) this.drag = { kind: "scrub", step: this.axis.at(x) };
    else if (x >= x0 - 4 && x <= x1 + LAST_CELL) this.drag = { kind: "brush", from: Math.min(Math.max(x, x0), x1), to: x };
    else return;
    this.frame.stage.setPointerCapture(event.pointerId);
    this.frame.handle.focus({ preventScroll: true }); // the keys now speak to the laboratory
    event.preventDefault();
    this.look();
  }

  move(event) {
    if (!this.scene) return;
    const { x, y, band } = this.place(event), { x0, x1 } = this.axis;
    if (this.drag?.kind === "scrub") this.drag.step = this.axis.at(x);
    else if (this.drag) this.drag.to = Math.min(Math.max(x, x0), x1);
    else this.hover = x >= x0 - 4 && x <= x1 + LAST_CELL ? { x, y, band } : null;
    const cell = !this.drag && this.hover?.band === "routes" ? cellAt(this.scene, x, y) : null;
    if (!isControl(event.target)) this.frame.tell(cell && { x, y: y + 16, text: readCell(this.scene, cell) });
    this.look();
  }

  release() {
    const { drag } = this;
    this.drag = null;
    if (drag?.kind === "scrub") this.travel(drag.step);
    else if (drag && Math.abs(drag.to - drag.from) >= DRAG_FROM) {
      const ends = [drag.from, drag.to].map((x) => this.axis.at(x)).sort((a, b) => a - b);
      this.view(() => this.axis.zoom(...ends));
    } else if (drag) {
      const step = this.axis.at(drag.from);
      clearTimeout(this.clicking);
      this.clicking = setTimeout(() => this.travel(step), CLICK_MS);
    }
    this.look();
  }

  key(event) {
    const acts = {
      t: () => this.frame.toggle("table", this.scene), "?": () => this.frame.toggle("help", this.scene),
      Escape: () => (this.frame.isOpen ? this.frame.toggle(null) : this.view(() => this.axis.reset())),
    };
    if (event.target === this.frame.handle) {
      Object.assign(acts, {
        ArrowLeft: () => this.neighbour(-1), ArrowRight: () => this.neighbour(1), ArrowDown: () => this.neighbour(-1), ArrowUp: () => this.neighbour(1),
        Home: () => this.neighbour(-Infinity), End: () => this.neighbour(Infinity),
      });
    }
    if (event.ctrlKey || event.metaKey || event.altKey || !acts[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }

  leave() {
    for (const feed of this.feeds) feed.stop();
    clearTimeout(this.frame.saying);
    this.observer.disconnect();
    this.theme.onchange = null;
    clearTimeout(this.clicking);
    cancelAnimationFrame(this.waiting);
  }
}

function isControl(target) {
  return Boolean(target.closest?.("button, .panel"));
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let lab = labs.get(parentElement);
  if (!lab) labs.set(parentElement, (lab = new TrainingLab(root)));
  root.lang = data.lang;
  lab.show(data, (name, value) => setTriggerValue(name, value));
  return () => {
    labs.delete(parentElement);
    lab.leave();
  };
}
