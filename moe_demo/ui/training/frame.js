// What stands around and upon the two canvases as ordinary elements: tools, status, heads, flags, the handle, the table.
// It is built once; later only texts and places change, so that focus and clicks are never lost.

import { el, fill, roomBelow, shown } from "../kit/dom.js";
import { signed } from "./curves.js";
import { LOAD_END } from "./heat.js";
import { LINES_UP_TO } from "./layout.js";
import { placeFlags } from "./ruler.js";
import { epochOf, evalAt, labKeys, labTables, percent, progressWords, readChanges, readPair, readSeats, stateWord } from "./words.js";

const ROOM = { least: 440, most: 780 };
const MODES = ["load", "max_vio", "bias"];

export class LabFrame {
  constructor(root, lab) {
    Object.assign(this, { root, lab, heads: {} });
    this.layers = el("div", { class: "switch", role: "group" });
    this.axes = el("div", { class: "switch", role: "group" });
    this.unzoom = el("button", { type: "button", class: "quiet", hidden: true, onclick: () => lab.view(() => lab.axis.reset()) });
    this.statuses = el("div", { class: "statuses" });
    this.tableButton = el("button", { type: "button", class: "quiet", onclick: () => this.toggle("table", lab.scene) });
    this.helpButton = el("button", { type: "button", class: "quiet", onclick: () => this.toggle("help", lab.scene) }, "?");
    this.at = el("span", { class: "at" });
    this.notice = el("span", { class: "notice", role: "status" });
    this.base = el("canvas", { "aria-hidden": "true" });
    this.over = el("canvas", { "aria-hidden": "true" });
    this.flags = el("div", { class: "flags" });
    this.pill = el("span", { class: "pill" });
    this.handle = el("div", { class: "handle", role: "slider", tabindex: 0, hidden: true }, this.pill);
    this.headsHolder = el("div", {});
    this.tip = el("div", { class: "tip", hidden: true, "aria-hidden": "true" });
    this.panel = el("div", { class: "panel", hidden: true, tabindex: -1 });
    this.stage = el("div", { class: "stage", role: "group" }, this.base, this.over, this.headsHolder, this.flags, this.handle, this.tip, this.panel);
    this.live = el("div", { class: "unseen", "aria-live": "polite" });
    root.replaceChildren(
      el("div", { class: "tools" }, this.layers, this.axes, this.unzoom, this.at, this.notice, this.statuses, this.tableButton, this.helpButton),
      this.stage, this.live);
  }

  get isOpen() { return !this.panel.hidden; }

  /** Height for the stage: what is left of the window below its top, within reason. */
  room() { return Math.min(Math.max(roomBelow(this.stage) - 14, ROOM.least), ROOM.most); }

  /** The texts that change with language, runs and the reader's switches. */
  words(data, lab) {
    const { words } = data, axis = lab.axis;
    this.stage.setAttribute("aria-label", words.label);
    this.handle.setAttribute("aria-label", words.scrubber);
    this.axes.setAttribute("aria-label", words.axis);
    this.layers.setAttribute("aria-label", words.layers);
    this.unzoom.textContent = words.reset_zoom;
    this.unzoom.hidden = !axis.isZoomed;
    this.tableButton.textContent = words.table;
    this.helpButton.setAttribute("aria-label", words.keys);
    this.handle.title = words.drag_hint;
    choices(this.axes, [[false, words.linear, ""], [true, words.log, words.log_hint]], axis.log, (log) => lab.view(() => { axis.log = log; }));
    this.headsOf(data.runs.length);
    const { loss, accuracy, routes } = this.heads;
    title(loss, words.loss, words.loss_hint);
    title(accuracy, words.accuracy, words.accuracy_hint);
    title(routes, words.routes, data.runs.length < 2 ? words.routes_hint : data.runs[0].seed === data.runs[1].seed ? words.twin_same : words.twin_other);
    data.runs.forEach((run, i) => {
      const head = this.heads[`seats${i}`], name = data.runs.length > 1 ? `${fill(words.run_name, { letter: "AB"[i], name: run.name })} · ` : "";
      title(head, name + words[lab.mode], words[`${lab.mode}_hint`]);
      if (i === 0) {
        head.choices.setAttribute("aria-label", words.switch);
        choices(head.choices, MODES.map((mode) => [mode, words[`${mode}_short`], ""]), lab.mode, (mode) => lab.view(() => { lab.mode = mode; }));
      }
    });
  }

  /** One head a band: title, hint, choices, legend, and the values at the step looked at. */
  headsOf(runs) {
    const names = ["loss", "accuracy", ...Array.from({ length: runs }, (_, run) => `seats${run}`), "routes"];
    if (names.join() === Object.keys(this.heads).join()) return;
    this.heads = {};
    for (const name of names) {
      const parts = { title: el("b", {}), choices: el("div", { class: "switch small", role: "group" }), hint: el("span", { class: "hint" }), legend: el("span", { class: "legend" }), read: el("span", { class: "read" }) };
      parts.node = el("div", { class: "head" }, parts.title, parts.choices, parts.hint, parts.legend, el("span", { class: "gap" }), parts.read);
      this.heads[name] = parts;
    }
    this.headsHolder.replaceChildren(...names.map((name) => this.heads[name].node));
  }

  /** After a picture: put everything where its band is now, and say how the runs are doing. */
  place(scene, flags) {
    const { layout, words, data, feeds } = scene, { root } = this;
    this.stage.style.height = `${layout.height}px`;
    for (const [name, head] of Object.entries(this.heads)) {
      const band = layout.bands[name];
      head.node.style.top = `${band.head}px`;
      head.node.style.height = `${band.y - band.head}px`;
    }
    feeds.forEach((feed, run) => legend(this.heads[`seats${run}`].legend, scene, feed.nRouted > LINES_UP_TO && scene.mode !== "max_vio"));
    placeFlags(this.flags, flags, (tip) => this.tell(tip && { x: tip.x, y: 22, text: tip.text }));
    choices(this.layers, Array.from({ length: feeds[0].nLayers > 1 ? feeds[0].nLayers : 0 }, (_, layer) =>
      [layer, fill(words.layer, { index: layer }), fill(words.layer_hint, { n: layer + 1 })]), this.lab.layer, (layer) => this.lab.chooseLayer(layer));
    this.status(scene);
    Object.assign(root.dataset, {
      state: feeds[0].state ?? "", version: String(feeds[0].version ?? ""), steps: String(feeds[0].steps[feeds[0].last] ?? 0),
      zoom: this.lab.axis.range.map((step) => Math.round(step)).join(), mode: scene.mode, layer: String(scene.layer), runs: String(data.runs.length),
    });
  }

  status({ feeds, data, words }) {
    while (this.statuses.children.length > feeds.length) this.statuses.lastChild.remove();
    feeds.forEach((feed, i) => {
      const node = this.statuses.children[i] ?? this.statuses.appendChild(el("div", { class: "status" },
        el("span", { class: "badge" }), el("div", { class: "bar", role: "progressbar" }, el("div", {})), el("span", { class: "numbers" })));
      const [badge, bar, numbers] = node.children, run = data.runs[i], share = feed.nSteps ? feed.step / feed.nSteps : 0;
      badge.textContent = (feeds.length > 1 ? `${"AB"[i]} · ` : "") + stateWord(feed, run, words);
      badge.dataset.state = feed.state ?? "";
      badge.title = [run.name, feed.reason].filter(Boolean).join(": ");
      bar.setAttribute("aria-valuemax", feed.nSteps);
      bar.setAttribute("aria-valuenow", feed.step);
      bar.setAttribute("aria-label", badge.textContent);
      bar.firstChild.style.width = `${100 * Math.min(share, 1)}%`;
      numbers.textContent = feed.nSteps ? progressWords(feed, words, data.lang).join(" · ") : "";
    });
    const trouble = feeds.find((feed) => feed.trouble)?.trouble, known = feeds[0];
    const notice = trouble ? trouble.message ?? words.lost
      : known.version === null ? words.loading : known.steps.length || known.evals.length ? "" : words.no_steps;
    if (this.notice.textContent !== notice) this.notice.textContent = this.notice.title = notice;
    this.notice.classList.toggle("bad", Boolean(trouble));
    this.notice.hidden = !notice;
    this.at.hidden = Boolean(notice);
  }

  /** Values at the step looked at, and where the handle stands. */
  read(lab, step) {
    const { scene } = lab, { axis, data } = scene, at = lab.step, { heads } = this;
    const put = (head, text) => { if (head.read.textContent !== text) head.read.textContent = text; };
    put(heads.loss, step === null ? "" : readPair(scene, step, "loss"));
    put(heads.accuracy, step === null ? "" : readPair(scene, step, "accuracy"));
    data.runs.forEach((_run, i) => put(heads[`seats${i}`], step === null ? "" : readSeats(scene, i, step, lab.rowUnder(i))));
    put(heads.routes, step === null ? "" : readChanges(scene, step));
    for (const head of Object.values(heads)) head.read.classList.toggle("hovered", Boolean(lab.hover));
    const line = lab.drag?.kind === "scrub" ? lab.drag.step : at, x = at === null ? 0 : axis.x(line);
    this.handle.hidden = at === null;
    this.handle.classList.toggle("away", x < axis.x0 - 1 || x > axis.x1 + 1); // out of the zoom: it waits at the edge
    this.handle.style.transform = `translateX(${Math.min(Math.max(x, axis.x0), axis.x1)}px)`;
    if (this.root.dataset.step === String(at ?? "") && this.said === lab.feeds[0].version) return;
    this.root.dataset.step = String(at ?? "");
    this.said = lab.feeds[0].version;
    const text = this.summary(lab);
    this.at.textContent = this.at.title = text;
    this.pill.textContent = at ?? "";
    for (const [name, value] of [["min", lab.checkpoints[0] ?? 0], ["max", lab.checkpoints.at(-1) ?? 0], ["now", at ?? 0], ["text", text]]) {
      this.handle.setAttribute(`aria-value${name}`, value);
    }
  }

  summary(lab) {
    const { words } = lab.data, at = lab.step;
    if (at === null) return lab.feeds[0].version === null ? "" : words.at_none;
    const held = lab.feeds.length < 2 && evalAt(lab.feeds[0], at); // of two runs the heads say it
    const values = held ? [fill(words.at_values, { loss: shown(held.loss), accuracy: percent(held.accuracy) })] : [];
    return [fill(words.at, { step: at, epoch: epochOf(lab.feeds[0], at) }), ...values].join(" · ");
  }

  saySoon(wait) {
    clearTimeout(this.saying);
    this.saying = setTimeout(() => { this.live.textContent = this.summary(this.lab); }, wait);
  }

  tell(tip) {
    this.tip.hidden = !tip;
    if (!tip) return;
    this.tip.textContent = tip.text;
    const left = Math.min(Math.max(tip.x + 12, 4), this.stage.clientWidth - this.tip.offsetWidth - 4);
    const above = tip.y + this.tip.offsetHeight > this.stage.clientHeight;
    this.tip.style.left = `${left}px`;
    this.tip.style.top = `${above ? tip.y - this.tip.offsetHeight - 34 : tip.y}px`;
  }

  toggle(kind, scene) {
    const closes = !kind || (this.isOpen && this.panel.dataset.kind === kind);
    this.panel.hidden = closes;
    this.panel.dataset.kind = closes ? "" : kind;
    this.tableButton.setAttribute("aria-expanded", !closes && kind === "table");
    this.helpButton.setAttribute("aria-expanded", !closes && kind === "help");
    if (closes) this.handle.focus({ preventScroll: true }); // the keys go on
    if (closes || !scene) return;
    const close = el("button", { type: "button", class: "close", onclick: () => this.toggle(null) }, scene.words.close);
    this.panel.replaceChildren(close, ...(kind === "table" ? labTables(scene) : [labKeys(scene.words)]));
    this.panel.focus();
  }
}

function title(head, text, hint) {
  head.title.textContent = text;
  head.hint.textContent = hint;
}

/** A row of buttons of which one is pressed; the buttons stay, only what they say changes. */
function choices(holder, options, chosen, choose) {
  while (holder.children.length > options.length) holder.lastChild.remove();
  options.forEach(([value, text, hint], i) => {
    const button = holder.children[i] ?? holder.appendChild(el("button", { type: "button" }));
    if (button.textContent !== text) button.textContent = text;
    button.title = hint;
    button.setAttribute("aria-pressed", value === chosen);
    button.onclick = () => choose(value);
  });
}

/** The ramp of the heatmap with its ends and its middle named. */
function legend(holder, { data, mode, words, biasLimit }, isHeat) {
  holder.hidden = !isHeat;
  const [low, middle, high] = mode === "bias" ? [signed(-biasLimit, mode), "", signed(biasLimit, mode)] : ["0", `1 ${words.fair}`, `≥${LOAD_END}`];
  if (!isHeat || holder.dataset.says === [low, middle, high, words.dead].join()) return;
  holder.dataset.says = [low, middle, high, words.dead].join();
  const ramp = el("span", { class: "ramp" });
  ramp.style.background = `linear-gradient(90deg, ${data.ramps.diverging.join(", ")})`;
  holder.replaceChildren(low, ramp, high, ...(mode === "load" ? [el("span", { class: "middle" }, `= ${middle}`), el("span", { class: "dead" }), words.dead] : []));
}
