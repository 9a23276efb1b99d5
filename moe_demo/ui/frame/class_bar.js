// The bar of a class. A follower's asks where the class is and goes there; the presenter's tells where this window is,
// and shows link, counts and the matrix of results.
import { el } from "../kit/dom.js";
import { whenReleased } from "../kit/pressed.js";
import { mounted } from "../kit/stage.js";
import { fill } from "../kit/text.js";
import { invitation, seeds, votes, wall } from "./class_parts.js";
import { ClassState, isSamePlace, openPlace, ownWindow, placeHere } from "./class_state.js";

const LOOK = 60; // milliseconds between two looks at the address, of which nothing else tells
const PATIENCE = 4000; // milliseconds for a page to open
const MEASURES = ["sentence", "held_out", "seeds"]; // what may be handed out
const TRIES = 3; // to come to a place: one whose address this browser's page changes is not tried for ever

/**
 * @typedef {import("./class_bar.types.js").PictureData} PictureData
 * @typedef {import("../server/class_wire.types.js").ClassPayload} ClassPayload
 * @typedef {import("./class_bar.types.js").ClassMine} ClassMine
 * @typedef {import("../server/class_wire.types.js").TrainingNews} TrainingNews
 * @typedef {import("./class_state.js").Place} Place
 * @typedef {import("./class_state.js").Refusal} Refusal
 * @typedef {import("../kit/stage.js").Send} Send
 */

class ClassBar {
  /** @type {PictureData | null} */
  data = null;
  /** @type {Send} */
  send = () => {};
  /** @type {ClassState | null} */
  state = null;
  /** @type {Refusal | null} why this window does not lead */
  refusal = null;
  told = ""; // the place of this window that the server knows
  nAsked = 0; // that wait for an answer
  answered = Promise.resolve(true); // the one asked last
  isOpen = false; // the QR code is on show
  isEnding = false; // asked whether it is meant
  isHanding = false; // asked what is to be handed out
  goingUntil = 0;
  tries = 0;
  triedVersion = -1;
  askedWall = -1;
  wasHere = false; // as it was drawn
  drawn = "";

  /** @param {HTMLElement} root */
  constructor(root) {
    this.bar = el("section", { class: "bar", tabindex: -1 });
    root.replaceChildren(this.bar);
    this.timer = setInterval(() => this.look(), LOOK);
  }

  leave() {
    clearInterval(this.timer);
    this.state?.stop();
  }

  /**
   * @param {PictureData} data
   * @param {Send} send
   */
  show(data, send) {
    Object.assign(this, { data, send });
    this.bar.setAttribute("aria-label", data.words.label);
    if (this.state?.code !== data.code) {
      this.state?.stop();
      this.state = new ClassState(data.code, data.address, data.visit);
      this.state.start(() => this.hear());
    }
    this.draw();
  }

  /** The server has said something. */
  hear() {
    this.look();
    this.draw();
  }

  /** Lead, or follow, where the address of this window is another one than the class's. */
  look() {
    const now = this.state?.now;
    if (!this.data || !now || this.state?.refusal) return;
    if (this.data.leads) this.tell(now);
    else this.follow(now);
    if (this.isHere() !== this.wasHere) this.draw();
  }

  /** @param {ClassPayload} now */
  async tell(now) {
    const here = placeHere();
    const told = JSON.stringify(here);
    const isAnothers = now.lead?.window && now.lead.window !== ownWindow();
    if (this.nAsked || this.refusal || told === this.told) return;
    if (now.lead?.window === ownWindow() && isSamePlace(now, here)) this.told = told;
    else if (isAnothers)
      await this.lead({ act: "steer", ...here }); // refused, with the sentence
    else if (await this.lead({ act: "steer", ...here })) this.told = told;
  }

  /**
   * Ask for something as the presenter, once what was asked before has been answered.
   * @param {Record<string, unknown>} asked
   * @returns {Promise<boolean>} whether it was done
   */
  lead(asked) {
    this.nAsked += 1;
    this.answered = this.answered.then(() => this.ask(asked));
    return this.answered;
  }

  /** @param {Record<string, unknown>} asked */
  async ask(asked) {
    const { state } = this;
    try {
      this.refusal = (await state?.lead(asked)) ?? null;
    } catch {
      if (state) state.isLost = true;
    }
    this.nAsked -= 1;
    this.draw();
    return state !== null && !this.refusal && !state.isLost;
  }

  /** @param {ClassPayload} now */
  follow(now) {
    if (now.wall !== this.data?.wall && now.wall !== this.askedWall) {
      this.askedWall = now.wall;
      this.send("again", true);
    }
    if (now.moved !== this.triedVersion)
      Object.assign(this, { triedVersion: now.moved, tries: 0, goingUntil: 0 });
    if (now.released) return;
    if (this.hasArrived(now)) {
      this.goingUntil = 0;
      return;
    }
    if (Date.now() < this.goingUntil || this.tries >= TRIES) return;
    this.tries += 1;
    this.go(now);
  }

  /**
   * Whether this window is where the class is. On the way there, the address alone does not say so: what asks for the
   * page is lost where the connection is.
   * @param {ClassPayload} now
   */
  hasArrived(now) {
    const isShown = !this.goingUntil || !this.data || isSamePlace(now, this.data.shows);
    return isShown && isSamePlace(now, placeHere());
  }

  /** @param {ClassPayload} now where the class is */
  go(now) {
    this.goingUntil = Date.now() + PATIENCE;
    openPlace(now);
  }

  draw() {
    whenReleased(() => this.drawNow());
  }

  drawNow() {
    const { data, state } = this;
    if (!data || !state) return;
    const seen = [data, state.now, state.refusal, state.isLost, this.refusal];
    const now = JSON.stringify([...seen, this.isOpen, this.isEnding, this.isHanding, this.isHere()]);
    if (now === this.drawn) return;
    Object.assign(this, { drawn: now, wasHere: this.isHere() });
    const stop = this.stop();
    this.bar.replaceChildren(...(data.leads ? this.leading(data, state) : this.following(data, state)));
    if (stop !== null) this.find(stop).focus({ preventScroll: true });
  }

  isHere() {
    return this.state?.now ? isSamePlace(this.state.now, placeHere()) : false;
  }

  /** What names the button that has the focus; empty for the bar itself; null where the focus is elsewhere. */
  stop() {
    const scope = /** @type {Document | ShadowRoot} */ (this.bar.getRootNode());
    const at = scope.activeElement;
    return at && this.bar.contains(at) ? (at.getAttribute("data-stop") ?? "") : null;
  }

  /** @param {string} stop @returns {HTMLElement} */
  find(stop) {
    return (stop && this.bar.querySelector(`[data-stop="${stop}"]`)) || this.bar;
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

  /**
   * @param {ClassState} state
   * @param {Record<string, string>} words
   * @returns {string} why nothing comes; empty where all is well
   */
  trouble(state, words) {
    if (this.refusal) return this.refusal.message;
    if (state.refusal) return state.refusal.message;
    if (state.isLost) return words.lost;
    return state.now ? "" : words.wait;
  }

  /** @param {PictureData} data @param {ClassState} state */
  leading(data, state) {
    const { words } = data;
    const lead = state.now?.lead ?? null;
    const trouble = this.trouble(state, words);
    const isOver = state.refusal !== null;
    const line = el(
      "div",
      { class: "line" },
      el("p", { class: "title" }, data.title),
      lead && !isOver ? el("p", { class: "joined" }, fill(words.joined, { n: lead.joined })) : null,
      el("p", { class: "trouble", role: "status" }, trouble),
      el("div", { class: "buttons" }, ...this.leadButtons(data, state, isOver)),
    );
    const parts = [line];
    if (isOver || !lead) return parts;
    if (data.ask) parts.push(votes(data, lead));
    if (this.isOpen && data.invitation) parts.push(invitation(data.invitation));
    if (lead.wall) parts.push(wall(lead.wall));
    if (lead.seeds) parts.push(seeds(lead.seeds));
    return parts;
  }

  /**
   * @param {PictureData} data
   * @param {ClassState} state
   * @param {boolean} isOver
   */
  leadButtons({ words }, state, isOver) {
    if (isOver) return [this.button("leave", words.leave, () => this.send("leave", true))];
    if (this.refusal?.code === "other_window") {
      return [this.button("take", words.take_over, () => this.takeOver(), { class: "main" })];
    }
    const released = state.now?.released ?? false;
    const isOut = Boolean(state.now?.wall);
    const toggle = released
      ? this.button("release", words.gather, () => this.lead({ act: "gather" }), { title: words.gather_hint })
      : this.button("release", words.release, () => this.lead({ act: "release" }), {
          title: words.release_hint,
        });
    const handing = isOut
      ? [this.button("hand", words.take_back, () => this.lead({ act: "take_back" }))]
      : [
          this.button("hand", words.hand_out, () => this.toggle("isHanding"), {
            "aria-expanded": this.isHanding,
          }),
          ...(this.isHanding ? MEASURES.map((kind) => this.handOut(kind, words)) : []),
        ];
    return [
      this.button("link", words.link, () => this.toggle("isOpen"), { "aria-expanded": this.isOpen }),
      toggle,
      ...handing,
      this.isEnding
        ? this.button("end", words.end_sure, () => this.lead({ act: "end" }), { class: "main" })
        : this.button("end", words.end, () => this.toggle("isEnding")),
    ];
  }

  /** @param {string} measure @param {Record<string, string>} words */
  handOut(measure, words) {
    return this.button(`hand-${measure}`, words[`hand_out_${measure}`], async () => {
      this.isHanding = false;
      await this.lead({ act: "hand_out", measure, params: placeHere().params });
    });
  }

  /** @param {"isOpen" | "isEnding" | "isHanding"} name */
  toggle(name) {
    this[name] = !this[name];
    this.draw();
  }

  /** Lead from this window: the class comes to where it is. */
  async takeOver() {
    this.refusal = null;
    this.told = "";
    if (await this.lead({ act: "take_over" })) await this.lead({ act: "steer", ...placeHere() });
  }

  /** @param {PictureData} data @param {ClassState} state */
  following(data, state) {
    const { words, mine } = data;
    const trouble = this.trouble(state, words);
    const isHere = this.isHere();
    const { now } = state;
    const isFree = now?.released || this.tries >= TRIES;
    const says = trouble || (!isFree ? words.following : isHere ? words.here : words.released);
    const isOver = state.refusal !== null;
    const buttons = [
      now && isFree && !isHere && !isOver
        ? this.button("back", words.back, () => this.go(now), { class: "main" })
        : null,
      this.button("leave", words.leave, () => this.send("leave", true)),
    ];
    const line = el(
      "div",
      { class: "line" },
      el("p", { class: "title" }, data.title),
      el("p", { class: "trouble", role: "status" }, says),
      el("div", { class: "buttons" }, ...buttons),
    );
    if (!mine || isOver || now?.wall !== data.wall) return [line];
    return [line, this.mine(mine, now.training, words)];
  }

  /**
   * What was handed to this browser, and what has come of it.
   * @param {ClassMine} mine
   * @param {TrainingNews | null} training
   * @param {Record<string, string>} words
   */
  mine(mine, training, words) {
    const { result, tone } = training?.result ? training : mine;
    const isOpen = !result && (!training || training.again);
    return el(
      "div",
      { class: "mine", role: "status" },
      el("p", {}, mine.says),
      training?.says ? el("b", {}, training.says) : null,
      result ? el("b", { class: `tone ${tone ?? ""}` }, result) : null,
      isOpen
        ? this.button("act", training ? words.again : mine.act, () => this.send("act", true), {
            class: "main",
          })
        : null,
    );
  }
}

export default mounted((root) => new ClassBar(root));
