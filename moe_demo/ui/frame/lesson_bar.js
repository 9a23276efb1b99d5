// The bar of a lesson: what to do, the question with its answers, what has come out; Back and Next. It has the room of
// its longest state from the start, so that an answer moves nothing below it.
import { el } from "../kit/dom.js";
import { actOn, keyList } from "../kit/keys.js";
import { mounted } from "../kit/stage.js";
import { fill } from "../kit/text.js";
import { openNotes, renewNotes } from "./notes_window.js";

const LETTERS = "ABCD";
const SIZES = { least: 0.8, most: 1.5, step: 0.1 }; // of the type of a presented page

/**
 * @typedef {import("./lesson_bar.types.js").PictureData} PictureData
 * @typedef {import("./lesson_bar.types.js").LessonQuestion} LessonQuestion
 * @typedef {import("../kit/stage.js").Send} Send
 */

class LessonBar {
  /** @type {PictureData | null} */
  data = null;
  /** @type {Send} */
  send = () => {};
  isReasoning = false; // whether the answer to "why?" is open
  step = ""; // lesson and number on show

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.bar = el("section", { class: "bar", tabindex: -1 });
    this.help = el("div", { class: "help", hidden: true });
    root.replaceChildren(this.bar, this.help);
    root.addEventListener("keydown", (event) => !this.data?.present && this.key(event));
    this.onPage = (/** @type {KeyboardEvent} */ event) => this.data?.present && this.pageKey(event);
    window.addEventListener("keydown", this.onPage, { capture: true });
    this.black = el("div", { class: "moe-black", onclick: () => this.blacken() });
  }

  leave() {
    window.removeEventListener("keydown", this.onPage, { capture: true });
    this.black.remove();
  }

  /**
   * @param {PictureData} data
   * @param {Send} send
   */
  show(data, send) {
    const step = `${data.title} ${data.number}`;
    const isNew = step !== this.step;
    if (isNew) this.isReasoning = false;
    Object.assign(this, { data, send, step });
    const stop = this.stop();
    this.bar.classList.toggle("present", data.present);
    this.bar.setAttribute("aria-label", `${data.words.label} · ${data.title} · ${data.place}`);
    this.bar.replaceChildren(this.way(data), this.task(data), this.result(data));
    this.help.replaceChildren(keyList(Object.entries(data.keys)));
    renewNotes(data, this.onPage);
    if (isNew && document.activeElement === document.body) this.bar.focus({ preventScroll: true });
    else if (stop) this.find(stop).focus({ preventScroll: true });
  }

  /** What names the button that has the focus; empty for the bar itself; null where the focus is elsewhere. */
  stop() {
    const scope = /** @type {Document | ShadowRoot} */ (this.root.getRootNode());
    const at = scope.activeElement;
    if (!at || !this.bar.contains(at)) return null;
    return at.getAttribute("data-stop") ?? "bar";
  }

  /** @param {string} stop @returns {HTMLElement} the button, or the bar where it has gone */
  find(stop) {
    /** @type {HTMLButtonElement | null} */
    const found = this.bar.querySelector(`[data-stop="${stop}"]:not([disabled])`);
    return found ?? this.bar;
  }

  /**
   * @param {string} stop
   * @param {string} text
   * @param {() => void} act
   * @param {Record<string, unknown>} [attributes]
   */
  button(stop, text, act, attributes = {}) {
    return el("button", { type: "button", "data-stop": stop, onclick: act, ...attributes }, text);
  }

  /** @param {PictureData} data lesson, step, and the ways on */
  way(data) {
    const { words, number, count } = data;
    const isLast = number === count;
    return el(
      "div",
      { class: "way" },
      el("p", { class: "title" }, data.title),
      el("p", { class: "place" }, data.present ? `${data.place} · ${data.depth}` : data.place),
      el(
        "p",
        { class: "buttons" },
        ...(data.present ? this.views(data) : []),
        this.button("back", `◀ ${words.back}`, () => this.go(-1), { disabled: number === 1 }),
        this.button("next", `${words.next} ▶`, () => this.go(1), {
          class: "main",
          disabled: isLast,
          title: isLast ? words.end : null,
        }),
        data.is_class
          ? null
          : this.button("class", data.present ? `⇉ ${words.follow}` : "⇉", () => this.openClass(), {
              class: "small",
              "aria-label": words.class,
              title: words.class,
            }),
        this.button("help", "?", () => this.toggleHelp(), {
          class: "small",
          "aria-label": words.keys,
          "aria-expanded": !this.help.hidden,
        }),
      ),
    );
  }

  /** @param {PictureData} data what to do, and the question */
  task(data) {
    const { words, question } = data;
    const views = data.present ? null : el("span", { class: "seen" }, ...this.views(data));
    return el(
      "div",
      { class: "task" },
      el("p", { class: "do" }, data.do, views),
      ...(question ? [this.question(question, words)] : []),
    );
  }

  /** @param {PictureData} data how much of the page is seen, and as whose */
  views({ words, away, whole }) {
    return [
      away && this.button("reset", `↺ ${words.reset}`, () => this.go(0), { title: words.reset_hint }),
      whole !== null &&
        this.button("whole", whole ? words.less : words.whole, () => this.send("whole", true), {
          "aria-pressed": whole,
        }),
    ].filter((one) => one !== false);
  }

  /** @param {LessonQuestion} question @param {Record<string, string>} words */
  question(question, words) {
    const answers = question.answers.map((text, place) => {
      const letter = LETTERS[place];
      const isPicked = place === question.picked;
      const isRight = place === question.right;
      const said = [isPicked && words.your, isRight && words.right].filter(Boolean).join(" · ");
      const state = question.right === null ? "" : isRight ? "right" : isPicked ? "wrong" : "";
      return this.button(`answer${place}`, "", () => this.pick(place), {
        class: `answer ${state}`,
        "aria-pressed": isPicked,
        "aria-label": fill(words.answer, { letter, text }) + (said && ` (${said})`),
        disabled: !question.open,
      });
    });
    answers.forEach((button, place) => {
      const isRight = place === question.right;
      const mark = isRight ? "✓ " : question.right !== null && place === question.picked ? "✗ " : "";
      const letter = el("span", { class: "letter" }, LETTERS[place]);
      button.append(el("b", {}, mark, letter), ` ${question.answers[place]}`);
    });
    return el(
      "div",
      { role: "group", "aria-label": question.ask },
      el("p", { class: "ask" }, question.ask),
      el("p", { class: "answers" }, ...answers),
    );
  }

  /** @param {PictureData} data the outcome beside what was answered, what to notice, and why */
  result(data) {
    const { words, question } = data;
    const isKnown = data.known;
    const why =
      question?.why &&
      this.button("why", "", () => this.reason(), {
        class: `why-button ${isKnown ? "" : "off"}`,
        "aria-expanded": this.isReasoning,
        title: words.think,
      });
    if (why) why.append(el("b", {}, words.why), ` ${question.why}`);
    const off = (/** @type {boolean} */ isOn) => (isOn ? "" : "off");
    const outcome = question?.outcome ?? "";
    const runsIn = () => (data.present && outcome ? el("b", { class: "outcome" }, `${outcome} `) : null);
    return el(
      "div",
      { class: "result", "aria-live": "polite" },
      data.present ? null : el("p", { class: "outcome" }, outcome),
      el(
        "div",
        { class: "states" },
        el(
          "p",
          { class: `notice ${off(isKnown && !this.isReasoning)}` },
          runsIn(),
          el("b", {}, `${words.notice} `),
          data.notice,
        ),
        question?.why
          ? el("p", { class: `because ${off(isKnown && this.isReasoning)}` }, runsIn(), question.because)
          : null,
      ),
      why || null,
    );
  }

  /** @param {number} by steps from this one; 0 opens it again */
  go(by) {
    if (!this.data) return;
    const to = this.data.number + by;
    /** @type {HTMLElement | null} */
    const link = document.querySelector(`.st-key-lesson-ways-${to} a`); // to another page (lesson_bar.py)
    if (link) link.click();
    else if (to >= 1 && to <= this.data.count) this.send("go", to);
  }

  /** @param {number} place */
  pick(place) {
    const question = this.data?.question;
    if (question?.open && place < question.answers.length) this.send("pick", place);
  }

  reason() {
    if (!this.data?.known || !this.data.question?.why) return;
    this.isReasoning = !this.isReasoning;
    this.show(this.data, this.send);
  }

  toggleHelp() {
    this.help.hidden = !this.help.hidden;
    if (this.data) this.show(this.data, this.send);
  }

  /** Nothing to be seen, until the same key again. */
  blacken() {
    if (this.black.isConnected) this.black.remove();
    else document.body.append(this.black);
  }

  fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen().catch(() => {});
  }

  /** @param {number} by larger or smaller type, and pictures with it */
  resize(by) {
    const { style } = document.documentElement;
    const size = Number(style.getPropertyValue("--present-size") || 1) + by * SIZES.step;
    style.setProperty("--present-size", String(Math.min(Math.max(size, SIZES.least), SIZES.most)));
    window.dispatchEvent(new Event("resize"));
  }

  speak() {
    /** @type {HTMLElement | null} */
    const button = document.querySelector(".st-key-lang button");
    button?.click();
  }

  /** Let others follow by a link. */
  openClass() {
    if (this.data && !this.data.is_class) this.send("class", true);
  }

  /** What keys do wherever they are pressed. @returns {Record<string, () => void>} */
  acts() {
    const digits = [...LETTERS].map((_, place) => [String(place + 1), () => this.pick(place)]);
    return {
      ...Object.fromEntries(digits),
      ArrowRight: () => this.go(1),
      ArrowLeft: () => this.go(-1),
      w: () => this.reason(),
      r: () => this.go(0),
      "?": () => this.toggleHelp(),
      ...(this.help.hidden ? {} : { Escape: () => this.toggleHelp() }),
    };
  }

  /** @param {KeyboardEvent} event with the focus on the bar */
  key(event) {
    const letters = [...LETTERS].map((letter, place) => [letter.toLowerCase(), () => this.pick(place)]);
    actOn(event, eitherCase({ ...this.acts(), ...Object.fromEntries(letters) }));
  }

  /** @param {KeyboardEvent} event anywhere on a presented page, but where somebody types or presses a button */
  pageKey(event) {
    const at = event.composedPath()[0];
    if (at instanceof Element && at.matches("input, textarea, select, [contenteditable]")) return;
    const isButton = at instanceof Element && at.matches("button, a, summary");
    if (event.key === " " && isButton) return;
    actOn(
      event,
      eitherCase({
        ...this.acts(),
        PageDown: () => this.go(1),
        " ": () => this.go(1),
        PageUp: () => this.go(-1),
        b: () => this.blacken(),
        ".": () => this.blacken(),
        f: () => this.fullScreen(),
        l: () => this.speak(),
        d: () => this.send("depth", true),
        s: () => this.data && openNotes(this.data, this.onPage),
        x: () => this.send("present", true),
        c: () => this.openClass(),
        "+": () => this.resize(1),
        "=": () => this.resize(1),
        "-": () => this.resize(-1),
      }),
    );
  }
}

/**
 * The same for capitals.
 * @param {Record<string, () => void>} acts
 * @returns {Record<string, () => void>}
 */
function eitherCase(acts) {
  return {
    ...Object.fromEntries(Object.entries(acts).map(([key, act]) => [key.toUpperCase(), act])),
    ...acts,
  };
}

export default mounted((root) => new LessonBar(root));
