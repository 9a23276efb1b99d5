// What stands around and upon the two canvases as ordinary elements: tools, status, heads, flags, handle, panel.
// It is built once; later only texts and places change, so that focus and clicks are never lost.
import { el, set } from "../kit/dom.js";
import { keyList } from "../kit/keys.js";
import { brief, percent } from "../kit/numbers.js";
import { Panel } from "../kit/panel.js";
import { roomBelow, tell } from "../kit/stage.js";
import { fill } from "../kit/text.js";
import { placeFlags } from "./flags.js";
import { Heads, fillSwitch } from "./heads.js";
import { Status } from "./status.js";
import { evaluationTables } from "./tables.js";
import { epochOf, evaluationAt } from "./words.js";

const ROOM = { least: 440, most: 780 };
const TIP_ABOVE = 14; // pixels between a pointer and the foot of a tip above it

/**
 * @typedef {import("./picture.js").TrainingPicture} TrainingPicture
 * @typedef {import("./scene.js").Scene} Scene
 * @typedef {import("./scene.js").TrainingData} TrainingData
 * @typedef {{ x: number, y: number, text: string, isAbove?: boolean }} Tip
 */

export class Elements {
  /** @param {HTMLElement} root @param {TrainingPicture} picture */
  constructor(root, picture) {
    this.root = root;
    this.picture = picture;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.saying = undefined;
    /** @type {string | number | null | undefined} of the record when the handle's words were set */
    this.saidVersion = undefined;
    this.layers = el("div", { class: "switch", role: "group" });
    this.axes = el("div", { class: "switch", role: "group" });
    this.unzoom = el("button", { type: "button", class: "quiet", hidden: true });
    this.unzoom.onclick = () => picture.changeView(() => picture.axis.reset());
    this.at = el("span", { class: "at" });
    this.status = new Status();
    this.base = el("canvas", { "aria-hidden": true });
    this.over = el("canvas", { "aria-hidden": true });
    this.heads = new Heads((mode) =>
      picture.changeView(() => {
        picture.mode = mode;
      }),
    );
    this.flags = el("div", { class: "flags" });
    this.pill = el("span", { class: "pill" });
    this.handle = el("div", { class: "handle", role: "slider", tabindex: 0, hidden: true }, this.pill);
    this.tip = el("div", { class: "tip", hidden: true, "aria-hidden": true });
    this.panel = new Panel(
      root,
      { table: () => this.tables(), help: () => this.keys() },
      { buttonClass: "quiet" },
    );
    this.live = el("div", { class: "unseen", "aria-live": "polite" });
    this.stage = el("div", { class: "stage", role: "group" }, this.base, this.over);
    this.stage.append(this.heads.node, this.flags, this.handle, this.tip, this.panel.node);
    root.replaceChildren(this.tools(), this.stage, this.live);
  }

  tools() {
    const { table, help } = this.panel.buttons;
    const { notice, node } = this.status;
    return el(
      "div",
      { class: "tools" },
      this.layers,
      this.axes,
      this.unzoom,
      this.at,
      notice,
      node,
      table,
      help,
    );
  }

  tables() {
    const { scene } = this.picture;
    return scene ? [this.closeButton(), ...evaluationTables(scene)] : [];
  }

  keys() {
    const { data } = this.picture;
    return data ? [this.closeButton(), keyList(Object.entries(data.keys))] : [];
  }

  closeButton() {
    const close = el("button", { type: "button", class: "close" }, this.picture.data?.words.close);
    close.onclick = () => this.panel.close();
    return close;
  }

  /** Height for the stage: what is left of the window below its top, within reason. */
  room() {
    return Math.min(Math.max(roomBelow(this.stage) - 14, ROOM.least), ROOM.most);
  }

  /**
   * The texts that change with language, runs and the reader's switches.
   * @param {TrainingData} data
   */
  say(data) {
    const { words } = data;
    const { axis, mode } = this.picture;
    this.saidVersion = undefined; // so that it is said again, in another language perhaps
    this.handle.setAttribute("aria-label", words.scrubber);
    this.handle.title = words.drag_hint;
    this.axes.setAttribute("aria-label", words.axis);
    this.layers.setAttribute("aria-label", words.layers);
    this.unzoom.textContent = words.reset_zoom;
    this.unzoom.hidden = !axis.isZoomed;
    this.panel.say({ table: words.table, keys: words.keys });
    const scales = [
      { value: false, text: words.linear },
      { value: true, text: words.log, hint: words.log_hint },
    ];
    fillSwitch(this.axes, scales, axis.log, (log) =>
      this.picture.changeView(() => {
        axis.log = log;
      }),
    );
    this.heads.say(data, mode, this.picture.layer);
  }

  /**
   * After a picture: put everything where its band is now, and say how the runs are doing.
   * @param {Scene} scene
   * @param {import("./flags.js").Flag[]} flags
   */
  place(scene, flags) {
    const { layout, words, data, records } = scene;
    const [record] = records;
    this.stage.style.height = `${layout.height}px`;
    this.heads.place(scene);
    placeFlags(this.flags, flags, (tip) => this.tell(tip && { ...tip, y: 22 }));
    const layers = Array.from({ length: record.nLayers > 1 ? record.nLayers : 0 }, (_, layer) => ({
      value: layer,
      text: fill(words.layer, { index: layer }),
      hint: fill(words.layer_hint, { n: layer + 1 }),
    }));
    fillSwitch(this.layers, layers, scene.layer, (layer) => this.picture.chooseLayer(layer));
    this.status.show(scene);
    this.at.hidden = !this.status.notice.hidden;
    Object.assign(this.root.dataset, {
      state: record.state ?? "",
      version: String(record.version ?? ""),
      steps: String(record.steps[record.last] ?? 0),
      zoom: scene.axis.range.map(Math.round).join(),
      mode: scene.mode,
      layer: String(scene.layer),
      runs: String(data.runs.length),
    });
  }

  /**
   * Values at the step looked at, and where the handle stands.
   * @param {Scene} scene
   * @param {number | null} step
   */
  read(scene, step) {
    const { axis, records } = scene;
    const { picture } = this;
    const isHovered = Boolean(picture.hover);
    this.heads.read(scene, step, { isHovered, pointed: (run) => picture.rowUnder(run) });
    const at = picture.step;
    const x = at === null ? 0 : axis.x(picture.draggedStep ?? at);
    this.handle.hidden = at === null;
    this.handle.classList.toggle("away", !axis.holds(x)); // out of the zoom: it waits at the edge
    this.handle.style.transform = `translateX(${axis.clamp(x)}px)`;
    if (this.root.dataset.step === String(at ?? "") && this.saidVersion === records[0].version) return;
    this.root.dataset.step = String(at ?? "");
    this.saidVersion = records[0].version;
    const text = this.summary(scene);
    this.at.textContent = this.at.title = text;
    tell(this.root, `${scene.words.label} ${text}`);
    this.pill.textContent = String(at ?? "");
    const { checkpoints } = records[0];
    set(this.handle, {
      "aria-valuemin": checkpoints[0] ?? 0,
      "aria-valuemax": checkpoints.at(-1) ?? 0,
      "aria-valuenow": at ?? 0,
      "aria-valuetext": text,
    });
  }

  /**
   * Where the handle stands, in words.
   * @param {Scene} scene
   */
  summary({ records, words }) {
    const [record] = records;
    const { step } = this.picture;
    if (step === null) return record.version === null ? "" : words.at_none;
    const text = fill(words.at, { step, epoch: epochOf(record, step) });
    const heldOut = records.length < 2 ? evaluationAt(record, step) : null; // of two runs the heads say it
    if (!heldOut) return text;
    const values = { loss: brief(heldOut.loss), accuracy: percent(heldOut.accuracy, 1), step: heldOut.step };
    return [text, fill(heldOut.step === step ? words.at_values : words.at_older, values)].join(" · ");
  }

  /**
   * Say it to those who hear, once the handle has rested so many milliseconds.
   * @param {number} wait
   */
  saySoon(wait) {
    clearTimeout(this.saying);
    this.saying = setTimeout(() => {
      if (this.picture.scene) this.live.textContent = this.summary(this.picture.scene);
    }, wait);
  }

  /** @param {Tip | null} tip what to show beside a point, or nothing */
  tell(tip) {
    this.tip.hidden = !tip;
    if (!tip) return;
    this.tip.textContent = tip.text;
    const { offsetWidth: width, offsetHeight: height, style } = this.tip;
    const left = Math.min(Math.max(tip.x + 12, 4), this.stage.clientWidth - width - 4);
    const isAbove = tip.isAbove || tip.y + height > this.stage.clientHeight;
    style.left = `${left}px`;
    style.top = `${isAbove ? tip.y - height - TIP_ABOVE : tip.y}px`;
  }

  leave() {
    clearTimeout(this.saying);
  }
}
