// One row per expert, one column per step of the formula, a cut at k.
// Hover looks, click or Enter picks an expert, the arrows left and right pick another word (both in Python).
import { el } from "../kit/dom.js";
import { focused } from "../kit/focus.js";
import { actOn, keyList } from "../kit/keys.js";
import { Panel } from "../kit/panel.js";
import { onLook } from "../kit/pointer.js";
import { mounted, roomBelow, watchRoom } from "../kit/stage.js";
import { scoreLayout, scoreScales } from "./geometry.js";
import { buildScene, moveScene } from "./scene.js";
import { sideOf } from "./side.js";
import { sumOf, textOf } from "./sum.js";
import { scoreTable } from "./table.js";

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {import("./geometry.js").ColumnId} ColumnId
 * @typedef {import("../kit/stage.js").Send} Send
 */

const LEAST_WIDTH = 740; // a narrow window scrolls the picture
const ROOM = { least: 352, most: 560 };

class ScorePath {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.isSorted = false;
    /** @type {number | null} */
    this.looked = null; // the expert under the pointer or the keyboard's focus
    /** @type {string | null} */
    this.column = null;
    this.shape = "";
    /** @type {unknown[]} */
    this.told = [];
    this.panel = new Panel(root, {
      table: () => [scoreTable(this.data)],
      help: () => [keyList(Object.entries(this.data.keys))],
    });
    const button = (/** @type {() => void} */ act, text = "") =>
      el("button", { type: "button", onclick: act }, text);
    this.before = button(() => this.word(-1), "◀");
    this.after = button(() => this.word(1), "▶");
    this.title = el("span", { class: "token" });
    this.sort = button(() => this.toggleSort());
    this.svg = el("svg", { role: "group" });
    this.stage = el("div", { class: "stage" }, this.svg, this.panel.node);
    this.sum = el("p", { class: "sum" });
    this.live = el("div", { class: "unseen", "aria-live": "polite" });
    this.side = el("aside", { class: "side" });
    this.badge = el("span", { class: "badge" });
    const { table, help } = this.panel.buttons;
    const word = [this.before, this.title, this.after, this.badge];
    const bar = el("div", { class: "bar" }, ...word, el("span", { class: "gap" }), this.sort, table, help);
    const main = el("div", { class: "main" }, bar, this.stage, this.sum);
    root.replaceChildren(el("div", { class: "work" }, main, this.side), this.live);
    this.listen();
    this.forgetRoom = watchRoom(this.stage, () => this.given && this.redraw());
  }

  listen() {
    onLook(
      this.svg,
      (event) => this.lookAt(event.target),
      () => this.look(null, null),
    );
    this.svg.addEventListener("focusin", (event) => this.lookAt(event.target));
    this.svg.addEventListener("focusout", () => this.look(null, null));
    this.svg.addEventListener("click", (event) => this.pick(rowOf(event.target)));
    onLook(
      this.sum,
      (event) => this.point(factorOf(event.target)),
      () => this.point(null),
    );
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  leave() {
    this.forgetRoom();
  }

  /**
   * @param {PictureData} data
   * @param {Send} send
   */
  show(data, send) {
    const shape = JSON.stringify([data.rows.length, data.groups.length, data.lang]);
    const isSame = shape === this.shape;
    this.shape = shape;
    this.given = data;
    this.send = send;
    this.words();
    if (isSame && this.scene) this.update();
    else this.redraw();
  }

  /** The data shown; there is some whenever a hand can reach the picture. */
  get data() {
    return /** @type {PictureData} */ (this.given);
  }

  redraw() {
    if (!this.stage.clientWidth) return;
    const width = Math.max(Math.floor(this.stage.clientWidth), LEAST_WIDTH);
    const held = rowOf(focused(this.root));
    this.layout = scoreLayout(this.data, width, this.room());
    this.scene = buildScene(this.svg, this.data, this.layout);
    this.update();
    if (held !== null) this.scene.rows[held]?.node.focus();
  }

  /** Height for the rows: what is left of the window below their top. */
  room() {
    return Math.min(Math.max(roomBelow(this.stage) - 64, ROOM.least), ROOM.most);
  }

  words() {
    const { data } = this;
    const { words } = data;
    const place = ` ${data.token + 1}/${data.n_tokens}`;
    const meaning = data.gloss ? ` ${data.gloss} ` : "";
    this.title.replaceChildren(el("b", { lang: "zh" }, data.word), meaning, place);
    this.before.setAttribute("aria-label", words.before);
    this.after.setAttribute("aria-label", words.after);
    this.before.disabled = data.token === 0;
    this.after.disabled = data.token === data.n_tokens - 1;
    this.sort.textContent = this.isSorted ? words.by_seat : words.by_choice;
    this.panel.say({ table: words.table, keys: words.keys });
    this.badge.textContent = data.badge;
    this.badge.title = data.badge_hint;
    this.side.replaceChildren(...sideOf(data));
  }

  update() {
    const { data, layout, scene } = this;
    if (!layout || !scene) return;
    layout.scales = scoreScales(data.scales, layout.columns);
    this.svg.classList.toggle("sorted", this.isSorted);
    moveScene(scene, data, layout, this.isSorted);
    for (const { e } of data.rows) {
      scene.rows[e].node.setAttribute("aria-description", textOf(sumOf(data, e)));
    }
    this.emphasise();
  }

  emphasise() {
    const { data, scene } = this;
    if (!scene) return;
    const shown = this.looked ?? data.selected ?? data.order[0];
    const stop = rowOf(focused(this.root)) ?? shown;
    scene.rows.forEach(({ node }, e) => {
      node.classList.toggle("picked", e === data.selected);
      node.classList.toggle("looked", e === this.looked);
      node.setAttribute("aria-selected", String(e === data.selected));
      node.setAttribute("tabindex", e === stop ? "0" : "-1");
    });
    for (const { id, node, back } of scene.heads) {
      node.classList.toggle("hot", id === this.column);
      back.classList.toggle("hot", id === this.column);
    }
    if (this.told[0] === shown && this.told[1] === data) return;
    this.sum.replaceChildren(...sumOf(data, shown));
    this.told = [shown, data];
  }

  /** @param {EventTarget | null} target */
  lookAt(target) {
    const column = target instanceof Element ? target.closest("[data-col]") : null;
    this.look(rowOf(target), column?.getAttribute("data-col") ?? null);
  }

  /**
   * @param {number | null} expert
   * @param {string | null} column
   */
  look(expert, column) {
    if (expert === this.looked && column === this.column) return;
    this.looked = expert;
    this.column = column;
    this.emphasise();
  }

  /**
   * A factor of the sum lights its column and its cell.
   * @param {HTMLElement | null} factor
   */
  point(factor) {
    for (const node of this.svg.querySelectorAll(".pointed")) node.classList.remove("pointed");
    const id = factor?.dataset.col ?? null;
    this.column = id;
    const row = this.scene?.rows[Number(factor?.dataset.of)];
    if (row && id) {
      const cell = id === "group" ? row.group : row.bars[/** @type {import("./geometry.js").BarId} */ (id)];
      cell?.node.classList.add("pointed");
    }
    this.emphasise();
  }

  /** @param {number | null} expert */
  pick(expert) {
    if (expert !== null) this.tell({ expert: expert === this.data.selected ? null : expert });
  }

  /** @param {number} by */
  word(by) {
    const token = this.data.token + by;
    if (token >= 0 && token < this.data.n_tokens) this.tell({ token });
  }

  /** @param {{ expert: number | null } | { token: number }} picked */
  tell(picked) {
    this.send?.("pick", picked);
  }

  toggleSort() {
    this.isSorted = !this.isSorted;
    this.words();
    this.update();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const expert = rowOf(event.target);
    /** @type {Record<string, () => void>} */
    const acts = {
      "?": () => this.panel.toggle("help"),
      t: () => this.panel.toggle("table"),
      s: () => this.toggleSort(),
      Escape: () => (this.panel.isOpen ? this.panel.close() : this.tell({ expert: null })),
    };
    if (expert !== null) {
      Object.assign(acts, {
        ArrowDown: () => this.go(expert, 1),
        ArrowUp: () => this.go(expert, -1),
        ArrowLeft: () => this.word(-1),
        ArrowRight: () => this.word(1),
        Enter: () => this.pick(expert),
        " ": () => this.pick(expert),
        Home: () => this.go(expert, -Infinity),
        End: () => this.go(expert, Infinity),
      });
    }
    actOn(event, acts);
  }

  /**
   * The next row as it is drawn now: by expert, or by choice score.
   * @param {number} expert
   * @param {number} by
   */
  go(expert, by) {
    const order = this.isSorted ? this.data.order : this.data.rows.map((row) => row.e);
    const to = order[Math.min(Math.max(order.indexOf(expert) + by, 0), order.length - 1)];
    this.scene?.rows[to].node.focus();
    this.live.textContent = textOf(sumOf(this.data, to));
  }
}

/** @param {EventTarget | null} target @returns {number | null} the expert whose row this is in */
function rowOf(target) {
  const row = target instanceof Element ? target.closest("g.row") : null;
  return row ? Number(row.getAttribute("data-e")) : null;
}

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
function factorOf(target) {
  return target instanceof Element ? target.closest(/** @type {"button"} */ (".factor")) : null;
}

export default mounted((root) => new ScorePath(root));
