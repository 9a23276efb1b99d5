// The hero: a sentence's words on the left, expert seats on the right, ribbons as wide as the gate.
// Hover looks, click or Enter picks (Python writes it into the address), Space plays the words one by one.

import { el, fill, roomBelow, shown, watchRoom } from "../kit/dom.js";
import { flowLayout } from "./geometry.js";
import { drawFlow, writeSeats } from "./scene.js";
import { flowTable, keyHelp } from "./table.js";

const WORD_MS = 650;
const heroes = new WeakMap();

class RouteFlow {
  constructor(root) {
    this.root = root;
    this.layer = 0;
    this.looked = null; // { t } or { e }: under the pointer or the keyboard's focus
    this.picked = { token: null, expert: null };
    this.shownTokens = Infinity; // how many words play has sent so far
    this.timer = null;
    this.build();
    this.observer = watchRoom(this.stage, () => this.data && this.redraw());
  }

  build() {
    this.play = el("button", { type: "button", class: "play", onclick: () => this.togglePlay() });
    this.next = el("button", { type: "button", class: "quiet", onclick: () => this.step() });
    this.layers = el("div", { class: "layers", role: "group" });
    this.badge = el("span", { class: "badge" });
    this.tableButton = el("button", { type: "button", class: "quiet", onclick: () => this.toggle("table") });
    this.helpButton = el("button", { type: "button", class: "quiet", onclick: () => this.toggle("help") }, "?");
    this.svg = el("svg", { role: "group" });
    this.panel = el("div", { class: "panel", hidden: true });
    this.tip = el("div", { class: "tip", hidden: true, "aria-hidden": "true" });
    this.line = el("p", { class: "line" });
    this.live = el("div", { class: "unseen", "aria-live": "polite" });
    this.stage = el("div", { class: "stage" }, this.svg, this.panel, this.tip);
    this.root.replaceChildren(
      el("div", { class: "tools" }, this.play, this.next, this.layers, el("span", { class: "gap" }), this.badge,
        this.tableButton, this.helpButton),
      this.stage, this.line, this.live);
    this.svg.addEventListener("pointermove", (event) => this.look(markOf(event.target), event));
    this.svg.addEventListener("pointerleave", () => this.look(null));
    this.svg.addEventListener("click", (event) => this.pick(markOf(event.target)));
    // on the stage: an <svg> that listens to focus would itself take a stop of the Tab key
    this.stage.addEventListener("focusin", (event) => this.look(markOf(event.target)));
    this.stage.addEventListener("focusout", () => this.look(null));
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  show(data, send) {
    const isNew = JSON.stringify({ ...data, selection: 0 }) !== this.signature;
    this.signature = JSON.stringify({ ...data, selection: 0 });
    Object.assign(this, { data, send, layer: data.selection.layer, picked: data.selection });
    if (isNew || this.drawnLayer !== this.layer) {
      this.marks = null; // those of the old data
      if (isNew) this.stop(Infinity);
      this.redraw();
    } else this.emphasise();
  }

  get current() { return this.data.layers[this.layer]; }

  redraw() {
    const width = Math.floor(this.root.clientWidth);
    if (!width) return;
    const { data } = this;
    this.words();
    this.layout = flowLayout(data, width, this.room(), getComputedStyle(this.root).fontFamily);
    const focused = this.root.getRootNode().activeElement;
    const held = focused && markOf(focused);
    this.marks = drawFlow(this.svg, data, this.current, this.layout);
    this.drawnLayer = this.layer;
    this.roving(held ?? { t: this.picked.token ?? 0 });
    if (held) this.markNode(held)?.focus();
    this.emphasise();
  }

  /** Height for the picture: what is left of the window below its top, within reason. */
  room() {
    return Math.min(Math.max(roomBelow(this.stage) - this.line.offsetHeight - 26, 330), 620);
  }

  words() {
    const { words } = this.data;
    this.svg.setAttribute("aria-label", words.label);
    this.next.textContent = words.step;
    this.tableButton.textContent = words.table;
    this.helpButton.setAttribute("aria-label", words.keys);
    this.badge.textContent = this.data.badge;
    this.badge.title = words.badge_hint;
    this.line.textContent = this.data.line;
    this.layers.setAttribute("aria-label", words.layers);
    this.layers.replaceChildren(...(this.data.layers.length < 2 ? [] : this.data.layer_names.map((name, index) =>
      el("button", { type: "button", "aria-pressed": index === this.layer, onclick: () => this.choose({ layer: index }) }, name))));
    this.playLabel();
  }

  playLabel() {
    const { words } = this.data;
    this.play.replaceChildren(el("span", { class: "sign", "aria-hidden": "true" }, this.timer ? "❚❚" : "▶"),
      this.timer ? words.pause : words.play);
  }

  /** Classes that say what is bright, what is dim, and what has not been sent yet. */
  emphasise() {
    if (!this.marks) return;
    const { token, expert } = this.picked;
    const at = this.looked ?? (token !== null ? { t: token } : expert !== null ? { e: expert } : null);
    const dims = at !== null;
    for (const { node, t, e } of this.marks.ribbons) {
      node.classList.toggle("dim", dims && at.t !== t && at.e !== e);
      node.classList.toggle("waiting", t >= this.shownTokens);
    }
    this.marks.tokens.forEach((node, t) => {
      const isOn = at?.t === t || (at?.e !== undefined && this.current.experts[t].includes(at.e));
      node.classList.toggle("dim", dims && !isOn);
      node.classList.toggle("picked", t === token);
      node.setAttribute("aria-selected", t === token);
      node.classList.toggle("waiting", t >= this.shownTokens);
    });
    this.marks.seats.forEach(({ node }, e) => {
      const isOn = at?.e === e || (at?.t !== undefined && this.current.experts[at.t].includes(e));
      node.classList.toggle("dim", dims && !isOn);
      node.classList.toggle("picked", e === expert);
      node.setAttribute("aria-selected", e === expert);
    });
    writeSeats(this.marks, this.data, this.current, this.layout, at?.t ?? null);
  }

  look(mark, event) {
    const before = JSON.stringify(this.looked);
    this.looked = mark && (mark.ribbon ? { t: mark.t } : mark);
    if (JSON.stringify(this.looked) !== before) {
      this.emphasise();
      if (mark && !event) this.say(mark);
    }
    this.tooltip(mark, event);
  }

  tooltip(mark, event) {
    this.tip.hidden = !(mark?.ribbon && event);
    if (this.tip.hidden) return;
    const { words } = this.data, k = this.current.experts[mark.t].indexOf(mark.e);
    this.tip.textContent = fill(words.tip, {
      word: this.data.tokens[mark.t].text, expert: this.data.experts[mark.e].label, rank: k + 1,
      gate: shown(this.current.gates[mark.t][k]), score: shown(this.current.scores[mark.t][k]),
    });
    const box = this.stage.getBoundingClientRect();
    this.tip.style.left = `${Math.min(event.clientX - box.left + 14, box.width - 260)}px`;
    this.tip.style.top = `${event.clientY - box.top + 16}px`;
  }

  say(mark) {
    this.live.textContent = this.markNode(mark)?.getAttribute("aria-label") ?? "";
  }

  pick(mark) {
    if (!mark) return this.choose({ token: null, expert: null });
    if (mark.ribbon) return this.choose({ token: mark.t, expert: mark.e });
    if (mark.t !== undefined) return this.choose({ token: mark.t === this.picked.token ? null : mark.t });
    return this.choose({ expert: mark.e === this.picked.expert ? null : mark.e });
  }

  /** Show the choice at once and tell Python. */
  choose(change) {
    const picked = { ...this.picked, layer: this.layer, ...change };
    if (JSON.stringify(picked) === JSON.stringify({ ...this.picked, layer: this.layer })) return;
    this.picked = picked;
    this.layer = picked.layer;
    if (this.drawnLayer !== this.layer) this.redraw();
    else this.emphasise();
    this.send(picked);
  }

  togglePlay() {
    if (this.timer) return this.stop(this.shownTokens);
    if (this.shownTokens >= this.data.tokens.length) this.shownTokens = 0;
    this.timer = setInterval(() => this.step(), WORD_MS);
    this.playLabel();
    this.step();
  }

  /** Send the next word; after the last one rest with the whole picture. */
  step() {
    const n = this.data.tokens.length;
    this.shownTokens = this.shownTokens >= n ? 1 : this.shownTokens + 1;
    this.looked = { t: this.shownTokens - 1 };
    this.say(this.looked);
    this.emphasise();
    if (this.timer && this.shownTokens >= n) setTimeout(() => this.stop(Infinity), WORD_MS);
    if (this.timer && this.shownTokens >= n) { clearInterval(this.timer); }
  }

  stop(shownTokens) {
    clearInterval(this.timer);
    this.timer = null;
    this.shownTokens = shownTokens;
    this.looked = null;
    if (this.data) this.playLabel();
    this.emphasise();
  }

  toggle(kind) {
    const isOpen = !this.panel.hidden && this.panel.dataset.kind === kind;
    this.panel.hidden = isOpen;
    this.panel.dataset.kind = kind;
    this.tableButton.setAttribute("aria-expanded", !isOpen && kind === "table");
    this.helpButton.setAttribute("aria-expanded", !isOpen && kind === "help");
    if (isOpen) return;
    this.panel.replaceChildren(kind === "table" ? flowTable(this.data, this.current) : keyHelp(this.data));
    this.panel.tabIndex = -1;
  }

  key(event) {
    const mark = markOf(event.target), inPicture = this.svg.contains(event.target);
    const isButton = event.target.tagName === "BUTTON";
    const acts = {
      " ": () => this.togglePlay(), "?": () => this.toggle("help"), t: () => this.toggle("table"),
      Escape: () => (this.panel.hidden ? this.choose({ token: null, expert: null }) : this.toggle(this.panel.dataset.kind)),
      n: () => this.step(),
    };
    if (inPicture) {
      Object.assign(acts, {
        Enter: () => this.pick(mark), ArrowDown: () => this.move(mark, 1), ArrowUp: () => this.move(mark, -1),
        ArrowRight: () => this.across(mark, "e"), ArrowLeft: () => this.across(mark, "t"),
        Home: () => this.move(mark, -Infinity), End: () => this.move(mark, Infinity),
      });
    }
    if (event.ctrlKey || event.metaKey || event.altKey || !acts[event.key] || (isButton && event.key === " ")) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }

  move(mark, by) {
    const kind = mark.t !== undefined ? "t" : "e";
    const n = kind === "t" ? this.data.tokens.length : this.data.experts.length;
    this.go({ [kind]: Math.min(Math.max(mark[kind] + by, 0), n - 1) });
  }

  /** From a word to its first expert, from an expert to the first word it received. */
  across(mark, kind) {
    if (kind === "e" && mark.t !== undefined) return this.go({ e: this.current.experts[mark.t][0] });
    if (kind === "t" && mark.e !== undefined) {
      return this.go({ t: Math.max(this.current.experts.findIndex((experts) => experts.includes(mark.e)), 0) });
    }
  }

  go(mark) {
    this.roving(mark);
    this.markNode(mark).focus();
  }

  /** The one mark that Tab reaches. */
  roving(mark) {
    for (const node of [...this.marks.tokens, ...this.marks.seats.map((seat) => seat.node)]) node.setAttribute("tabindex", -1);
    this.markNode(mark)?.setAttribute("tabindex", 0);
  }

  markNode(mark) {
    return mark.t !== undefined ? this.marks.tokens[mark.t] : this.marks.seats[mark.e]?.node;
  }
}

/** { t } of a token, { e } of a seat, { t, e, ribbon } of a ribbon, or null. */
function markOf(target) {
  const node = target.closest?.("[data-t],[data-e]");
  if (!node) return null;
  const mark = {};
  if (node.dataset.t !== undefined) mark.t = Number(node.dataset.t);
  if (node.dataset.e !== undefined) mark.e = Number(node.dataset.e);
  if (mark.t !== undefined && mark.e !== undefined) mark.ribbon = true;
  return mark;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let hero = heroes.get(parentElement);
  if (!hero) heroes.set(parentElement, (hero = new RouteFlow(root)));
  root.lang = data.lang;
  hero.show(data, (picked) => setTriggerValue("pick", picked));
  return () => {
    hero.stop(Infinity);
    hero.observer.disconnect();
  };
}
