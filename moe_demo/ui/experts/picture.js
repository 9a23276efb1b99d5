// Who handles what: lift of every expert by class and by kind of word, beside shuffled labels; and one cell opened.
import { choices, layerChoices } from "../kit/choices.js";
import { isDark } from "../kit/colour.js";
import { el } from "../kit/dom.js";
import { setTabStop } from "../kit/focus.js";
import { actOn } from "../kit/keys.js";
import { Redrawn, mounted, watchTheme } from "../kit/stage.js";
import { fill } from "../kit/text.js";
import { cellPanel, namesGiven } from "./cell.js";
import { grid, legend } from "./grid.js";
import { sorted } from "./order.js";
import { twin } from "./table.js";

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {import("../kit/stage.js").Send} Send
 * @typedef {(click: Record<string, unknown>) => void} Go
 * @typedef {{ group: number, place: number } | null} Order rows by the lift of a column; null: by their numbers
 */

/** @extends {Redrawn<PictureData>} */
class ExpertMap extends Redrawn {
  /** @param {HTMLElement} root */
  constructor(root) {
    super(root, watchTheme);
    /** @type {Order} */
    this.order = null;
    root.addEventListener("keydown", (event) => this.key(event));
  }

  /**
   * @param {PictureData} data
   * @param {Send} send
   */
  show(data, send) {
    if (this.data?.layer !== data.layer) this.order = null;
    super.show(data, send);
  }

  /** @param {PictureData} data */
  draw(data) {
    const typed = this.typed(data);
    const isOpen = this.root.querySelector("details")?.open ?? false;
    /** @type {Go} */
    const go = (click) => this.send("go", click);
    const stops = data.ramp[isDark(this.root) ? "dark" : "light"];
    const rows = sorted(data.rows, this.order);
    const sort = (/** @type {Order} */ order) => {
      this.order = order;
      this.redraw();
    };
    const grids = data.columns.map((_, g) => grid(data, rows, g, this.order, sort, stops, go));
    this.root.replaceChildren(
      controls(data, go),
      el("p", { class: "claim" }, data.claim),
      el(
        "div",
        { class: "body" },
        el(
          "div",
          { class: "grids" },
          ...grids.map((table, g) => el("div", { class: g ? "kinds" : "classes" }, table)),
          legend(data, stops),
        ),
        el("div", { class: "side" }, ...cellPanel(data, go)),
      ),
      ...namesGiven(data, go),
      twin(data, isOpen),
    );
    this.setStops(data);
    if (typed !== null) /** @type {HTMLInputElement} */ (this.root.querySelector("input")).value = typed;
  }

  /**
   * What a reader has begun to type for the cell that stays picked: a late answer must not take it away.
   * @param {PictureData} data
   * @returns {string | null}
   */
  typed({ layer, picked }) {
    const field = this.root.querySelector("input");
    const cell = `${layer}-${picked.expert}-${picked.column}`;
    const isSame = field?.dataset.cell === cell && field.dataset.name === picked.name;
    return isSame ? field.value : null;
  }

  /** @param {PictureData} data The picked cell is the one stop of the map. */
  setStops({ picked }) {
    const cells = [...this.root.querySelectorAll("button.lift")];
    const current = this.root.querySelector(`[data-stop="c${picked.expert}-${picked.column}"]`);
    setTabStop(cells, current ?? cells[0]);
  }

  /** @param {KeyboardEvent} event Arrow keys walk through both maps as if they were one. */
  key(event) {
    const at = /** @type {HTMLElement} */ (event.target);
    if (!at.classList?.contains("lift")) return;
    const tables = [...this.root.querySelectorAll("table.map")];
    const rows = [...tables[0].querySelectorAll("tbody tr")].map((_, r) =>
      tables.flatMap((table) => [
        ...table.querySelectorAll("tbody tr")[r].querySelectorAll(/** @type {"button"} */ ("button.lift")),
      ]),
    );
    const row = rows.findIndex((cells) => cells.some((cell) => cell === at));
    const column = rows[row].findIndex((cell) => cell === at);
    const go = (/** @type {number} */ down, /** @type {number} */ right) => {
      const next = rows[row + down]?.[column + right];
      if (!next) return;
      setTabStop(rows.flat(), next);
      next.focus();
    };
    actOn(event, {
      ArrowRight: () => go(0, 1),
      ArrowLeft: () => go(0, -1),
      ArrowDown: () => go(1, 0),
      ArrowUp: () => go(-1, 0),
    });
  }
}

/**
 * Which layer, and what the cells say.
 * @param {PictureData} data
 * @param {Go} go
 */
function controls({ layer, layers, shown, words, badge, badge_hint: hint }, go) {
  const cells = [
    { stop: "lift", text: words.show_lift, pressed: shown === "lift", click: { cells: "lift" } },
    { stop: "count", text: words.show_count, pressed: shown === "count", click: { cells: "count" } },
  ];
  return el(
    "div",
    { class: "controls" },
    layerChoices(layers, layer, go),
    choices(cells, go),
    el("span", { class: "muted", title: hint }, badge),
    el("span", { class: "muted keys" }, fill(words.keys)),
  );
}

export default mounted((root) => new ExpertMap(root));
