// The sentence on top of every page: an input, examples, and its words as chips underlined by their top expert;
// at the end a slider over the run's checkpoints.

import { el, fill } from "../kit/dom.js";
import { texturePatterns } from "../kit/textures.js";

const strips = new WeakMap();

class SentenceStrip {
  constructor(root) {
    this.root = root;
    this.input = el("input", { type: "text", id: "sentence", autocomplete: "off", spellcheck: "false", lang: "zh" });
    this.label = el("label", { for: "sentence", class: "unseen" });
    this.route = el("button", { type: "submit", class: "route" });
    this.more = el("button", { type: "button", class: "more", "aria-haspopup": "true", onclick: () => this.menu() });
    this.list = el("div", { class: "examples", role: "menu", hidden: true });
    this.chips = el("div", { class: "chips", role: "listbox", "aria-orientation": "horizontal" });
    this.slider = el("input", { type: "range", min: 0, step: 1, id: "checkpoint", oninput: () => this.tellStep(), onchange: () => this.toStep() });
    this.time = el("label", { class: "time", for: "checkpoint" }, el("span"), this.slider);
    this.note = el("p", { class: "note", role: "status" });
    this.form = el("form", { onsubmit: (event) => this.submit(event) },
      this.label, this.input, this.route, el("div", { class: "holder" }, this.more, this.list));
    root.replaceChildren(el("div", { class: "strip" }, this.form, this.chips, this.time), this.note);
    this.chips.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("keydown", (event) => { if (event.key === "Escape") this.menu(false); });
    this.root.addEventListener("focusout", (event) => { if (!this.root.contains(event.relatedTarget)) this.menu(false); });
    this.onEdit = () => { this.input.focus(); this.input.select(); };
    window.addEventListener("moe:edit", this.onEdit);
  }

  show(data, send) {
    const isNew = data.text !== this.data?.text;
    Object.assign(this, { data, send });
    const { words } = data;
    this.label.textContent = words.input;
    this.input.placeholder = words.placeholder;
    if (isNew) this.input.value = data.text;
    this.route.textContent = words.route;
    this.more.textContent = `${words.examples} ▾`;
    this.note.textContent = data.cut;
    this.time.hidden = data.steps.length < 2;
    this.slider.max = data.steps.length - 1;
    this.slider.value = data.steps.indexOf(data.step);
    this.slider.title = words.time_hint;
    this.tellStep();
    this.chips.setAttribute("aria-label", words.chips);
    this.list.replaceChildren(...data.presets.map((text) =>
      el("button", { type: "button", role: "menuitem", lang: "zh", onclick: () => this.choose(text) }, text)));
    this.draw();
  }

  draw() {
    const { data } = this, held = data.tokens.findIndex((_, t) => this.chips.children[t] === this.focused());
    const used = [...new Set(data.tokens.map((token) => token.expert))];
    const patterns = el("svg", { class: "patterns", "aria-hidden": "true", width: 0, height: 0 },
      el("defs", {}, ...texturePatterns(data.experts, "chip").filter((_, e) => used.includes(e))));
    const chips = data.tokens.map((token, t) => this.chip(token, t));
    const cut = data.left_out ? [el("span", { class: "cut", title: data.cut, lang: "zh" }, data.left_out)] : [];
    this.chips.replaceChildren(...chips, ...cut, patterns);
    const home = Math.max(held, 0) || (data.picked ?? 0);
    chips[home]?.setAttribute("tabindex", 0);
    if (held >= 0) chips[held]?.focus();
    if (data.picked !== null) chips[data.picked]?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  focused() { return this.root.getRootNode().activeElement; }

  chip(token, t) {
    const { words, picked, experts } = this.data, name = experts[token.expert].label;
    const hint = fill(token.known ? words.chip_hint : words.chip_unknown, { expert: name });
    return el("button", {
      type: "button", role: "option", tabindex: -1, class: token.known ? "chip" : "chip unknown", title: hint,
      "aria-selected": t === picked, "aria-label": `${token.text}: ${hint}`, onclick: () => this.pick(t),
    }, el("span", { lang: "zh" }, token.text),
      el("svg", { class: "under", "aria-hidden": "true" }, el("rect", { width: "100%", height: 5, rx: 2, fill: `url(#chip${token.expert})`, stroke: experts[token.expert].hue })));
  }

  pick(t) { this.send("pick", { token: t === this.data.picked ? null : t }); }

  submit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    this.note.textContent = text ? this.data.cut : this.data.words.empty;
    if (text && text !== this.data.text) this.send("submit", text);
  }

  choose(text) {
    this.menu(false);
    this.input.value = text;
    this.note.textContent = "";
    if (text !== this.data.text) this.send("submit", text);
  }

  tellStep() {
    const text = fill(this.data.words.time, { step: this.data.steps[this.slider.value] });
    this.time.firstChild.textContent = text;
    this.slider.setAttribute("aria-valuetext", text);
  }

  toStep() {
    const step = this.data.steps[this.slider.value];
    if (step !== this.data.step) this.send("checkpoint", step);
  }

  menu(open = this.list.hidden) {
    this.list.hidden = !open;
    this.more.setAttribute("aria-expanded", open);
    if (open) this.list.querySelector("button")?.focus();
  }

  key(event) {
    const chips = [...this.chips.querySelectorAll(".chip")], at = chips.indexOf(this.focused());
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: chips.length - 1 }[event.key];
    if (at < 0 || to === undefined || !chips[to]) return;
    event.preventDefault();
    chips[at].setAttribute("tabindex", -1);
    chips[to].setAttribute("tabindex", 0);
    chips[to].focus();
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  let strip = strips.get(parentElement);
  if (!strip) strips.set(parentElement, (strip = new SentenceStrip(parentElement.querySelector(".root"))));
  strip.root.lang = data.lang;
  strip.show(data, (name, value) => setTriggerValue(name, value));
  return () => window.removeEventListener("moe:edit", strip.onEdit);
}
