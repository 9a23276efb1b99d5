// The sentence on top of every page: an input, examples, and its words as chips underlined by their top expert;
// at the end a slider over the run's checkpoints.
import { el } from "../kit/dom.js";
import { focused, setTabStop } from "../kit/focus.js";
import { actOn } from "../kit/keys.js";
import { mounted, watchRoom } from "../kit/stage.js";
import { fill } from "../kit/text.js";
import { texturePatterns } from "../kit/textures.js";

/**
 * @typedef {import("./sentence_strip.types.js").PictureData} PictureData
 * @typedef {import("./sentence_strip.types.js").StripExample} StripExample
 * @typedef {import("../kit/stage.js").Send} Send
 */

class SentenceStrip {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {PictureData | null} */
    this.data = null;
    /** @type {Send} */
    this.send = () => {};
    this.input = el("input", {
      type: "text",
      id: "sentence",
      autocomplete: "off",
      spellcheck: "false",
      lang: "zh",
    });
    this.label = el("label", { for: "sentence", class: "unseen" });
    this.route = el("button", { type: "submit", class: "route" });
    const opensMenu = { type: "button", class: "more", "aria-haspopup": "true", onclick: () => this.menu() };
    this.more = el("button", opensMenu);
    this.list = el("div", { class: "examples", role: "menu", hidden: true });
    this.chips = el("div", { class: "chips", role: "listbox", "aria-orientation": "horizontal" });
    const slides = { oninput: () => this.tellStep(), onchange: () => this.toStep() };
    this.slider = el("input", { type: "range", min: 0, step: 1, id: "checkpoint", ...slides });
    this.time = el("span");
    this.stops = el("span", { class: "stops", "aria-hidden": "true" });
    const line = el("span", { class: "line" }, this.slider, this.stops);
    this.timeLabel = el("label", { class: "time", for: "checkpoint" }, this.time, line);
    this.meaning = el("p", { class: "meaning" });
    this.note = el("p", { class: "note", role: "status" });
    const form = el(
      "form",
      { onsubmit: (/** @type {SubmitEvent} */ event) => this.submit(event) },
      this.label,
      this.input,
      this.route,
      el("div", { class: "holder" }, this.more, this.list),
    );
    this.warning = el("p", { class: "unfamiliar" });
    const strip = el("div", { class: "strip" }, form, this.chips, this.timeLabel);
    root.replaceChildren(strip, this.warning, this.meaning, this.note);
    this.onEdit = () => {
      this.input.focus();
      this.input.select();
    };
    this.listen();
  }

  listen() {
    this.chips.addEventListener("keydown", (event) => this.key(event));
    this.chips.addEventListener("scroll", () => this.tellMore());
    this.forgetRoom = watchRoom(this.chips, () => this.tellMore());
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.menu(false);
    });
    this.root.addEventListener("focusout", (event) => {
      if (!this.root.contains(/** @type {Node | null} */ (event.relatedTarget))) this.menu(false);
    });
    window.addEventListener("moe:edit", this.onEdit); // the start page's "change the sentence"
  }

  leave() {
    this.forgetRoom?.();
    window.removeEventListener("moe:edit", this.onEdit);
  }

  /**
   * @param {PictureData} data
   * @param {Send} send
   */
  show(data, send) {
    const isNew = data.text !== this.data?.text;
    this.data = data;
    this.send = send;
    const { words } = data;
    this.label.textContent = words.input;
    this.input.placeholder = words.placeholder;
    if (isNew) this.input.value = data.text;
    this.route.textContent = words.route;
    this.more.textContent = `${words.examples} ▾`;
    this.note.textContent = data.cut;
    this.route.title = words.route_hint;
    this.meaning.textContent = data.gloss;
    this.stops.replaceChildren(...data.steps.map(() => el("i")));
    this.warning.textContent = data.unfamiliar && `⚠ ${data.unfamiliar}`;
    this.timeLabel.hidden = data.steps.length < 2;
    this.slider.max = String(data.steps.length - 1);
    this.slider.value = String(data.steps.indexOf(data.step));
    this.slider.title = words.time_hint;
    this.tellStep();
    this.chips.setAttribute("aria-label", words.chips);
    const example = (/** @type {StripExample} */ { text, gloss, why }) =>
      el(
        "button",
        { type: "button", role: "menuitem", onclick: () => this.choose(text) },
        el("span", { lang: "zh" }, text),
        gloss && el("small", { class: "gloss" }, gloss),
        why && el("small", { class: "why" }, why),
      );
    this.list.replaceChildren(...data.examples.map(example));
    this.draw(data);
  }

  /** Whether there are words left or right of those in view. */
  tellMore() {
    this.placeLegend();
    const { scrollLeft, scrollWidth, clientWidth, classList } = this.chips;
    classList.toggle("more-before", scrollLeft > 1);
    classList.toggle("more-after", scrollLeft + clientWidth < scrollWidth - 1);
  }

  /** After the words where there is room, else beside the sentence's meaning, which stands on a line of its own. */
  placeLegend() {
    if (!this.legendOfLines) return;
    this.chips.append(this.legendOfLines);
    if (this.meaning.textContent && this.chips.scrollWidth > this.chips.clientWidth + 1)
      this.meaning.append(this.legendOfLines);
  }

  /** @param {PictureData} data */
  draw(data) {
    const held = [...this.chips.querySelectorAll(".chip")].findIndex((chip) => chip === focused(this.root));
    const used = new Set(data.tokens.map((token) => token.expert));
    const patterns = el(
      "svg",
      { class: "patterns", "aria-hidden": "true", width: 0, height: 0 },
      el("defs", {}, ...texturePatterns(data.experts, "chip").filter((_, e) => used.has(e))),
    );
    const chips = data.tokens.map((_, t) => this.chip(data, t));
    const cut = data.left_out
      ? [el("span", { class: "cut", title: data.cut, lang: "zh" }, data.left_out)]
      : [];
    this.legendOfLines = this.legend(data);
    this.chips.replaceChildren(...chips, ...cut, this.legendOfLines, patterns);
    setTabStop(chips, chips[Math.max(held, 0) || (data.picked ?? 0)]);
    if (held >= 0) chips[held]?.focus();
    if (data.picked !== null) chips[data.picked]?.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.tellMore();
  }

  /** What the lines under words say. @param {PictureData} data */
  legend({ words, tokens }) {
    const dashed = tokens.some(({ known }) => !known);
    return el(
      "span",
      { class: "legend", title: words.legend_hint, "aria-hidden": "true" },
      el("span", { class: "sample top" }),
      words.legend_top,
      ...(dashed ? [el("span", { class: "sample unknown" }), words.legend_unknown] : []),
    );
  }

  /**
   * @param {PictureData} data
   * @param {number} t
   */
  chip({ tokens, words, picked, experts }, t) {
    const token = tokens[t];
    const expert = experts[token.expert];
    const hint = fill(token.known ? words.chip_hint : words.chip_unknown, { expert: expert.label });
    const line = { width: "100%", height: 5, rx: 2, fill: `url(#chip${token.expert})`, stroke: expert.hue };
    return el(
      "button",
      {
        type: "button",
        role: "option",
        class: token.known ? "chip" : "chip unknown",
        title: token.gloss ? `${token.gloss}\n${hint}` : hint,
        "aria-selected": t === picked,
        "aria-label": [token.text, token.gloss, hint].filter(Boolean).join(": "),
        onclick: () => this.send("pick", { token: t === picked ? null : t }),
      },
      el("span", { class: "text", lang: "zh" }, token.text),
      token.gloss && el("small", { class: "gloss" }, token.gloss),
      el("svg", { class: "under", "aria-hidden": "true" }, el("rect", line)),
    );
  }

  /** @param {SubmitEvent} event */
  submit(event) {
    event.preventDefault();
    if (!this.data) return;
    const text = this.input.value.trim();
    this.note.textContent = text ? this.data.cut : this.data.words.empty;
    if (text && text !== this.data.text) this.send("submit", text);
  }

  /** @param {string} text */
  choose(text) {
    this.menu(false);
    this.input.value = text;
    this.note.textContent = "";
    if (text !== this.data?.text) this.send("submit", text);
  }

  /** The checkpoint under the slider's handle. */
  get chosenStep() {
    return this.data?.steps[this.slider.valueAsNumber];
  }

  tellStep() {
    const { steps, words } = /** @type {PictureData} */ (this.data);
    const text = fill(words.time, {
      step: this.chosenStep,
      n: this.slider.valueAsNumber + 1,
      all: steps.length,
    });
    this.time.textContent = text;
    this.slider.setAttribute("aria-valuetext", text);
  }

  toStep() {
    if (this.chosenStep !== this.data?.step) this.send("checkpoint", this.chosenStep);
  }

  menu(open = this.list.hidden) {
    this.list.hidden = !open;
    this.more.setAttribute("aria-expanded", String(open));
    if (open) this.list.querySelector("button")?.focus();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    /** @type {HTMLElement[]} */
    const chips = [...this.chips.querySelectorAll(/** @type {"button"} */ (".chip"))];
    const at = chips.findIndex((chip) => chip === focused(this.root));
    const go = (/** @type {number} */ to) => {
      setTabStop(chips, chips[to]);
      chips[to].focus();
    };
    if (at < 0) return;
    actOn(event, {
      ArrowRight: () => go(Math.min(at + 1, chips.length - 1)),
      ArrowLeft: () => go(Math.max(at - 1, 0)),
      Home: () => go(0),
      End: () => go(chips.length - 1),
    });
  }
}

export default mounted((root) => new SentenceStrip(root));
