// The heads of the bands: title, hint, switches, legend, and the values at the step looked at.
import { el } from "../kit/dom.js";
import { fill } from "../kit/text.js";
import { signed } from "../kit/numbers.js";
import { LOAD_END } from "./heatmap.js";
import { LINES_UP_TO, expertsBand } from "./layout.js";
import { readChanges, readExperts, readPair, runName } from "./words.js";

/**
 * @typedef {import("./scene.js").Mode} Mode
 * @typedef {import("./scene.js").Scene} Scene
 * @typedef {import("./scene.js").TrainingData} TrainingData
 * @typedef {{ node: HTMLElement, title: HTMLElement, choices: HTMLElement, hint: HTMLElement, legend: HTMLElement,
 *   read: HTMLElement }} Head
 */

/** @type {Mode[]} */
const MODES = ["load", "max_vio", "bias"];

export class Heads {
  /** @param {(mode: Mode) => void} choose */
  constructor(choose) {
    this.choose = choose;
    /** @type {Map<string, Head>} */
    this.heads = new Map();
    this.node = el("div");
  }

  /**
   * The texts that change with language, runs and what the bands of the experts show.
   * @param {TrainingData} data
   * @param {Mode} mode
   * @param {number} layer whose experts are shown
   */
  say({ runs, words, hints }, mode, layer) {
    this.build(runs.length);
    const isTwin = runs.length > 1;
    const twin = runs[0].seed === runs.at(-1)?.seed ? words.twin_same : words.twin_other;
    const layerName = fill(words.layer, { index: layer });
    this.title("loss", words.loss, words.loss_hint, hints.loss);
    this.title("accuracy", words.accuracy, words.accuracy_hint, hints.accuracy);
    this.title("routes", `${words.routes} · ${layerName}`, isTwin ? twin : words.routes_hint, hints.routes);
    for (const run of runs.keys()) {
      const name = isTwin ? `${runName(runs, run, words)} · ` : "";
      const title = `${name}${words[mode]} · ${layerName}`;
      this.title(expertsBand(run), title, words[`${mode}_hint`], hints[mode]);
    }
    const { choices } = this.head(expertsBand(0));
    choices.setAttribute("aria-label", words.switch);
    const options = MODES.map((option) => ({ value: option, text: words[`${option}_short`] }));
    fillSwitch(choices, options, mode, this.choose);
  }

  /** @param {number} runs */
  build(runs) {
    const experts = Array.from({ length: runs }, (_, run) => expertsBand(run));
    const names = ["loss", "accuracy", ...experts, "routes"];
    if (names.join() === [...this.heads.keys()].join()) return;
    this.heads = new Map(names.map((name) => [name, newHead()]));
    this.node.replaceChildren(...[...this.heads.values()].map((head) => head.node));
  }

  /** @param {string} band @returns {Head} */
  head(band) {
    return /** @type {Head} */ (this.heads.get(band));
  }

  /** @param {string} band @param {string} text @param {string} hint @param {string} terms what its words mean */
  title(band, text, hint, terms) {
    const head = this.head(band);
    head.title.textContent = text;
    head.hint.textContent = hint;
    head.title.title = head.hint.title = terms;
  }

  /**
   * Put every head above its band.
   * @param {Scene} scene
   */
  place(scene) {
    const { layout, records, mode } = scene;
    for (const [name, { node }] of this.heads) {
      const band = layout.bands[name];
      node.style.top = `${band.head}px`;
      node.style.height = `${band.y - band.head}px`;
    }
    records.forEach((record, run) => {
      const isHeatmap = record.nRouted > LINES_UP_TO && mode !== "max_vio";
      fillLegend(this.head(expertsBand(run)).legend, scene, isHeatmap);
    });
  }

  /**
   * The values at a step, or none.
   * @param {Scene} scene
   * @param {number | null} step
   * @param {{ isHovered: boolean, pointed: (run: number) => number | null }} looked
   */
  read(scene, step, { isHovered, pointed }) {
    /** @type {Map<string, import("./words.js").Said>} */
    const said = new Map();
    if (step !== null) {
      said.set("loss", readPair(scene, step, "loss"));
      said.set("accuracy", readPair(scene, step, "accuracy"));
      said.set("routes", [readChanges(scene, step)]);
      for (const run of scene.records.keys()) {
        said.set(expertsBand(run), readExperts(scene, run, step, pointed(run)));
      }
    }
    for (const [name, { read }] of this.heads) {
      write(read, said.get(name) ?? []);
      read.classList.toggle("hovered", isHovered);
    }
  }
}

/**
 * A sentence into its place; what stands there already stays, so that no button is lost from under a finger.
 * @param {HTMLElement} read
 * @param {import("./words.js").Said} said
 */
function write(read, said) {
  const now = JSON.stringify(said);
  if (read.dataset.said === now) return;
  read.dataset.said = now;
  const nodes = said.map((piece) => {
    if (typeof piece === "string") return piece;
    if (!piece.mark["data-why"]) return piece.text;
    return el("button", { type: "button", class: "why", ...piece.mark }, piece.text);
  });
  read.replaceChildren(...nodes);
}

/** @returns {Head} */
function newHead() {
  const title = el("b");
  const choices = el("div", { class: "switch small", role: "group" });
  const hint = el("span", { class: "hint" });
  const legend = el("span", { class: "legend" });
  const read = el("span", { class: "read" });
  const gap = el("span", { class: "gap" });
  const node = el("div", { class: "head" }, title, choices, hint, legend, gap, read);
  return { node, title, choices, hint, legend, read };
}

/**
 * A row of buttons of which one is pressed; the buttons stay, only what they say changes.
 * @template Value
 * @param {HTMLElement} holder
 * @param {{ value: Value, text: string, hint?: string }[]} options
 * @param {Value} chosen
 * @param {(value: Value) => void} choose
 */
export function fillSwitch(holder, options, chosen, choose) {
  const buttons = [...holder.querySelectorAll("button")];
  for (const button of buttons.slice(options.length)) button.remove();
  options.forEach(({ value, text, hint = "" }, i) => {
    const button = buttons[i] ?? holder.appendChild(el("button", { type: "button" }));
    if (button.textContent !== text) button.textContent = text;
    button.title = hint;
    button.setAttribute("aria-pressed", String(value === chosen));
    button.onclick = () => choose(value);
  });
}

/**
 * The ramp of the heatmap with its ends and its middle named.
 * @param {HTMLElement} holder
 * @param {Scene} scene
 * @param {boolean} isHeatmap
 */
function fillLegend(holder, { data, mode, words, biasLimit }, isHeatmap) {
  holder.hidden = !isHeatmap;
  const [low, high] = mode === "bias" ? [signed(-biasLimit), signed(biasLimit)] : ["0", `≥${LOAD_END}`];
  const says = [mode, low, high, words.fair, words.dead].join();
  if (!isHeatmap || holder.dataset.says === says) return;
  holder.dataset.says = says;
  const ramp = el("span", { class: "ramp" });
  ramp.style.background = `linear-gradient(90deg, ${data.ramps.diverging.join(", ")})`;
  const ofLoad = [
    el("span", { class: "middle" }, `= 1 ${words.fair}`),
    el("span", { class: "dead" }),
    words.dead,
  ];
  holder.replaceChildren(low, ramp, high, ...(mode === "load" ? ofLoad : []));
}
