// The hero of the router page: one row per expert, one column per step of the formula, a cut at k.
// Hover looks, click or Enter picks an expert, the arrows left and right pick another word (both in Python).

import { el, fill, roomBelow, watchRoom } from "../kit/dom.js";
import { SCORE, rowTops, scoreLayout, scoreScales } from "./geometry.js";
import { buildScene, setBand, setRow, three } from "./rows.js";
import { drawSide, scoreKeys, scoreTable, sumOf } from "./words.js";

const LEAST_WIDTH = 740;
const paths = new WeakMap();

class ScorePath {
  constructor(root) {
    this.root = root;
    this.isSorted = false;
    this.looked = null; // the expert under the pointer or the keyboard's focus
    this.column = null;
    this.build();
    this.observer = watchRoom(this.stage, () => this.data && this.redraw());
  }

  build() {
    const button = (act, text = "") => el("button", { type: "button", onclick: act }, text);
    this.before = button(() => this.word(-1), "◀");
    this.after = button(() => this.word(1), "▶");
    this.title = el("span", { class: "token" });
    this.sort = button(() => this.toggleSort());
    this.tableButton = button(() => this.toggle("table"));
    this.helpButton = button(() => this.toggle("help"), "?");
    this.svg = el("svg", { role: "group" });
    this.panel = el("div", { class: "panel", hidden: true, tabindex: -1 });
    this.stage = el("div", { class: "stage" }, this.svg, this.panel);
    this.sum = el("p", { class: "sum" });
    this.live = el("div", { class: "unseen", "aria-live": "polite" });
    this.side = el("aside", { class: "side" });
    this.badge = el("span", { class: "badge" });
    const bar = el("div", { class: "bar" }, this.before, this.title, this.after, this.badge,
      el("span", { class: "gap" }), this.sort, this.tableButton, this.helpButton);
    this.root.replaceChildren(el("div", { class: "hero" },
      el("div", { class: "main" }, bar, this.stage, this.sum), this.side), this.live);
    this.listen();
  }

  listen() {
    this.svg.addEventListener("pointermove", (event) => this.lookAt(event.target));
    this.svg.addEventListener("pointerleave", () => this.look(null, null));
    this.svg.addEventListener("focusin", (event) => this.lookAt(event.target));
    this.svg.addEventListener("focusout", () => this.look(null, null));
    this.svg.addEventListener("click", (event) => this.pick(rowOf(event.target)));
    this.sum.addEventListener("pointermove", (event) => this.point(event.target.closest(".factor")));
    this.sum.addEventListener("pointerleave", () => this.point(null));
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  show(data, send) {
    const shape = JSON.stringify([data.rows.length, data.groups.length, data.lang]);
    Object.assign(this, { data, send });
    this.words();
    if (shape !== this.shape || !this.scene) {
      this.shape = shape;
      this.redraw();
    } else this.update();
  }

  get focused() { return this.root.getRootNode().activeElement; }

  redraw() {
    if (!this.stage.clientWidth) return;
    const width = Math.max(Math.floor(this.stage.clientWidth), LEAST_WIDTH); // a narrow window scrolls the picture
    const held = rowOf(this.focused);
    this.layout = scoreLayout(this.data, width, this.room());
    this.scene = buildScene(this.svg, this.data, this.layout);
    this.update();
    if (held !== null) this.scene.rows[held]?.node.focus();
  }

  /** Height for the rows: what is left of the window below their top. */
  room() {
    return Math.min(Math.max(roomBelow(this.stage) - 64, 370), 560);
  }

  words() {
    const { data } = this, { words } = data;
    this.svg.setAttribute("aria-label", data.title);
    this.title.replaceChildren(el("b", { lang: "zh" }, data.word), ` ${data.token + 1}/${data.n_tokens}`);
    this.before.setAttribute("aria-label", words.before);
    this.after.setAttribute("aria-label", words.after);
    this.before.disabled = data.token === 0;
    this.after.disabled = data.token === data.n_tokens - 1;
    this.sort.textContent = this.isSorted ? words.by_seat : words.by_choice;
    this.tableButton.textContent = words.table;
    this.helpButton.setAttribute("aria-label", words.keys);
    this.badge.textContent = data.badge;
    drawSide(this.side, data);
    if (!this.panel.hidden) this.fillPanel(this.panel.dataset.kind);
  }

  /** Move everything to the present numbers; the style sheet makes it a movement. */
  update() {
    const { data, layout, scene } = this, tops = rowTops(data, layout, this.isSorted);
    Object.assign(layout, { scales: scoreScales(data.scales, layout.columns) });
    this.svg.classList.toggle("sorted", this.isSorted);
    data.rows.forEach((row) => {
      setRow(scene.rows[row.e], row, data, layout, tops[row.e]);
      scene.rows[row.e].node.setAttribute("aria-label", textOf(sumOf(data, row.e)));
    });
    data.groups.forEach((group, g) => setBand(scene.bands[g], group, data, layout, rowTops(data, layout, false)));
    scene.heads.forEach(({ id, node }) => {
      node.querySelector(".formula").textContent = data.heads[id].formula;
      node.querySelector(".word").textContent = data.heads[id].word;
    });
    scene.cut.style.transform = `translate(${layout.scales.choice(data.cut)}px, 0px)`;
    scene.cut.lastChild.textContent = fill(data.words.cut, { k: data.top_k, cut: three(data.cut) });
    scene.across.style.transform = `translate(0px, ${SCORE.head + data.top_k * layout.row + 4}px)`;
    scene.total.textContent = `Σ g = ${three(data.gate_sum)}`;
    this.emphasise();
  }

  emphasise() {
    const { selected } = this.data, shownExpert = this.looked ?? selected ?? this.data.order[0];
    const heldRow = rowOf(this.focused);
    this.scene.rows.forEach(({ node }, e) => {
      node.classList.toggle("picked", e === selected);
      node.classList.toggle("looked", e === this.looked);
      node.setAttribute("aria-selected", e === selected);
      node.setAttribute("tabindex", e === (heldRow ?? shownExpert) ? 0 : -1);
    });
    this.scene.heads.forEach(({ id, node, back }) => {
      node.classList.toggle("hot", id === this.column);
      back.classList.toggle("hot", id === this.column);
    });
    if (this.told !== shownExpert || this.toldData !== this.data) {
      this.sum.replaceChildren(...sumOf(this.data, shownExpert));
      Object.assign(this, { told: shownExpert, toldData: this.data });
    }
  }

  lookAt(target) {
    this.look(rowOf(target), target.closest?.("[data-col]")?.dataset.col ?? null);
  }

  look(expert, column) {
    if (expert === this.looked && column === this.column) return;
    Object.assign(this, { looked: expert, column });
    this.emphasise();
  }

  /** A factor of the sum lights its column and its cell. */
  point(factor) {
    this.svg.querySelectorAll(".pointed").forEach((node) => node.classList.remove("pointed"));
    this.column = factor?.dataset.col ?? null;
    if (factor) this.scene.rows[Number(factor.dataset.of)]?.cells[this.column]?.node.classList.add("pointed");
    this.emphasise();
  }

  pick(expert) {
    if (expert !== null) this.send({ expert: expert === this.data.selected ? null : expert });
  }

  word(by) {
    const token = this.data.token + by;
    if (token >= 0 && token < this.data.n_tokens) this.send({ token });
  }

  toggleSort() {
    this.isSorted = !this.isSorted;
    this.words();
    this.update();
  }

  toggle(kind) {
    const isOpen = !this.panel.hidden && this.panel.dataset.kind === kind;
    this.panel.hidden = isOpen;
    this.panel.dataset.kind = kind;
    this.tableButton.setAttribute("aria-expanded", !isOpen && kind === "table");
    this.helpButton.setAttribute("aria-expanded", !isOpen && kind === "help");
    if (isOpen) return this.opener?.focus();
    if (!this.panel.contains(this.focused)) this.opener = this.focused;
    this.fillPanel(kind);
    this.panel.focus();
  }

  fillPanel(kind) {
    this.panel.replaceChildren(kind === "table" ? scoreTable(this.data) : scoreKeys(this.data));
  }

  key(event) {
    const expert = rowOf(event.target);
    const acts = {
      "?": () => this.toggle("help"), t: () => this.toggle("table"), s: () => this.toggleSort(),
      Escape: () => (this.panel.hidden ? this.send({ expert: null }) : this.toggle(this.panel.dataset.kind)),
    };
    if (expert !== null) {
      Object.assign(acts, {
        ArrowDown: () => this.go(expert, 1), ArrowUp: () => this.go(expert, -1), ArrowLeft: () => this.word(-1),
        ArrowRight: () => this.word(1), Enter: () => this.pick(expert), " ": () => this.pick(expert),
        Home: () => this.go(expert, -Infinity), End: () => this.go(expert, Infinity),
      });
    }
    if (event.ctrlKey || event.metaKey || event.altKey || !acts[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }

  /** The next row as it is drawn now: by seat, or by choice score. */
  go(expert, by) {
    const seats = this.isSorted ? this.data.order : this.data.rows.map((row) => row.e);
    const to = seats[Math.min(Math.max(seats.indexOf(expert) + by, 0), seats.length - 1)];
    this.scene.rows[to].node.focus();
    this.live.textContent = textOf(sumOf(this.data, to));
  }
}

function rowOf(target) {
  const row = target?.closest?.("g.row");
  return row ? Number(row.dataset.e) : null;
}

function textOf(nodes) {
  return nodes.map((node) => node.textContent ?? String(node)).join("");
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let path = paths.get(parentElement);
  if (!path) paths.set(parentElement, (path = new ScorePath(root)));
  root.lang = data.lang;
  path.show(data, (picked) => setTriggerValue("pick", picked));
  return () => path.observer.disconnect();
}
