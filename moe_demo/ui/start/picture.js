// A sentence's words on the left, expert seats on the right, ribbons as wide as the gate.
// Hover looks, click or Enter picks (Python writes it into the address), Space plays the words one by one.
import { el } from "../kit/dom.js";
import { focused, setTabStop } from "../kit/focus.js";
import { actOn, keyList } from "../kit/keys.js";
import { brief } from "../kit/numbers.js";
import { Panel } from "../kit/panel.js";
import { onLook } from "../kit/pointer.js";
import { mounted, roomBelow, watchRoom, zoomOf } from "../kit/stage.js";
import { fill, measureIn } from "../kit/text.js";
import { flowLayout } from "./geometry.js";
import { LIST_BELOW, drawList } from "./list.js";
import { markOf, shade } from "./marks.js";
import { Playback, standing } from "./playback.js";
import { writeResult } from "./result.js";
import { drawFlow, writeSeats } from "./scene.js";
import { flowTable } from "./table.js";

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {import("../kit/stage.js").Send} Send
 * @typedef {PictureData["selection"]} Choice
 * @typedef {import("./marks.js").Mark} Mark
 */

const ROOM = { least: 330, most: 620 };
const TIP_ROOM = 260; // px: the widest tip

class RoutesPicture {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.layer = 0;
    /** @type {Mark | null} */
    this.looked = null; // under the pointer or the keyboard's focus
    /** @type {Choice} */
    this.picked = { token: null, expert: null, layer: 0 };
    this.signature = "";
    /** @type {import("./scene.js").Marks | null} */
    this.marks = null;
    this.drawnLayer = -1;
    this.playback = new Playback({
      count: () => this.data.tokens.length * this.data.layers.length,
      sent: () => this.wordSent(),
      rest: () => this.rested(),
    });
    this.panel = new Panel(
      root,
      {
        table: () => [flowTable(this.data, this.current)],
        help: () => [keyList(Object.entries(this.data.keys))],
      },
      { buttonClass: "quiet" },
    );
    const button = (/** @type {string} */ kind, /** @type {() => void} */ act) =>
      el("button", { type: "button", class: kind, onclick: act });
    this.play = button("play", () => this.togglePlay());
    this.next = button("quiet", () => this.playback.step());
    this.layers = el("div", { class: "layers", role: "group" });
    this.badge = el("span", { class: "badge" });
    this.svg = el("svg", { role: "group" });
    this.list = el("div", { class: "list", role: "group" });
    this.tip = el("div", { class: "tip", hidden: true, "aria-hidden": "true" });
    this.line = el("p", { class: "line" });
    this.warning = el("p", { class: "unfamiliar" }); // above the answer at the right
    this.live = el("div", { class: "unseen", "aria-live": "polite" });
    this.stage = el("div", { class: "stage" }, this.svg, this.list, this.panel.node, this.tip);
    const { table, help } = this.panel.buttons;
    const gap = el("span", { class: "gap" });
    root.replaceChildren(
      el("div", { class: "tools" }, this.play, this.next, this.layers, gap, this.badge, table, help),
      this.warning,
      this.stage,
      this.line,
      this.live,
    );
    this.listen();
    this.forgetRoom = watchRoom(this.stage, () => this.given && this.redraw());
  }

  listen() {
    for (const drawn of [this.svg, this.list]) {
      drawn.addEventListener("click", (event) => this.pick(markOf(event.target)));
      onLook(
        drawn,
        (event) => this.look(markOf(event.target), event),
        () => this.look(null),
      );
    }
    // On the stage: an <svg> that listens to focus would itself take a stop of the Tab key.
    this.stage.addEventListener("focusin", (event) => this.look(markOf(event.target)));
    this.stage.addEventListener("focusout", () => this.look(null));
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  leave() {
    this.playback.stop();
    this.forgetRoom();
  }

  /**
   * @param {PictureData} data
   * @param {Send} send
   */
  show(data, send) {
    const signature = JSON.stringify({ ...data, selection: 0 });
    const isNew = signature !== this.signature;
    this.signature = signature;
    this.given = data;
    this.send = send;
    this.picked = data.selection;
    if (isNew) {
      this.marks = null; // those of the old data
      this.drawnLayer = -1;
      this.playback.stop();
    } else this.turnTo(this.standing?.layer ?? data.selection.layer);
  }

  /** The data shown; there is some whenever a hand can reach the picture. */
  get data() {
    return /** @type {PictureData} */ (this.given);
  }

  get current() {
    return this.data.layers[this.layer];
  }

  redraw() {
    const width = Math.floor(this.root.clientWidth);
    if (!width) return;
    this.words();
    this.measure = measureIn(this.root, 500);
    this.layout = flowLayout(this.data, width, this.room(), this.measure);
    const held = markOf(focused(this.root));
    const isList = width < LIST_BELOW;
    (isList ? this.svg : this.list).replaceChildren();
    this.svg.classList.toggle("unused", isList);
    this.marks = isList
      ? drawList(this.list, this.data, this.current, width, this.measure)
      : drawFlow(this.svg, this.data, this.current, this.layout, this.measure);
    this.drawnLayer = this.layer;
    this.setStop(held ?? { t: this.picked.token ?? 0 });
    if (held) this.nodeOf(held)?.focus();
    this.emphasise();
  }

  /** Height for the picture: what is left of the window below its top, within reason. */
  room() {
    return Math.min(Math.max(roomBelow(this.stage) - this.line.offsetHeight - 26, ROOM.least), ROOM.most);
  }

  words() {
    const { words, badge, line, unfamiliar, layers, layer_names: names } = this.data;
    this.next.textContent = words.step;
    this.panel.say({ table: words.table, keys: words.keys });
    this.badge.textContent = badge;
    this.badge.title = words.badge_hint;
    const isNewWord = this.data.tokens.some(({ known }) => !known);
    const legend = isNewWord ? [" · ", el("span", { title: words.legend_hint }, words.legend)] : [];
    this.warning.textContent = unfamiliar && `⚠ ${unfamiliar}`;
    this.line.replaceChildren(el("span", { title: words.line_hint }, line), ...legend);
    this.layers.setAttribute("aria-label", words.layers);
    const choice = (/** @type {string} */ name, /** @type {number} */ layer) => {
      const act = {
        title: words.layer_hint,
        "aria-pressed": layer === this.layer,
        onclick: () => this.choose({ layer }),
      };
      return el("button", { type: "button", ...act }, name);
    };
    this.layers.replaceChildren(...(layers.length < 2 ? [] : names.map(choice)));
    this.playLabel();
  }

  playLabel() {
    const { words } = this.data;
    const isPlaying = this.playback.isPlaying;
    const sign = el("span", { class: "sign", "aria-hidden": "true" }, isPlaying ? "❚❚" : "▶");
    this.play.replaceChildren(sign, isPlaying ? words.pause : words.play);
  }

  /** Classes that say what is bright, what is dim, and what has not been sent yet. */
  emphasise() {
    if (!this.marks || !this.layout || !this.measure) return;
    const { token, expert } = this.picked;
    const at = this.looked ?? (token !== null ? { t: token } : expert !== null ? { e: expert } : {});
    const isAtToken = (/** @type {number} */ t) => at.t === t;
    const isAtExpert = (/** @type {number} */ e) => at.e === e;
    const isQuiet = at.t === undefined && at.e === undefined;
    const { experts } = this.current;
    const sent = this.standing?.words ?? Infinity;
    for (const { node, t, e } of this.marks.ribbons) {
      node.classList.toggle("dim", !isQuiet && !isAtToken(t) && !isAtExpert(e));
      node.classList.toggle("waiting", t >= sent);
    }
    this.marks.tokens.forEach((node, t) => {
      shade(node, isQuiet || isAtToken(t) || experts[t].some(isAtExpert), t === token);
      node.classList.toggle("waiting", t >= sent);
    });
    this.marks.seats.forEach(({ node }, e) => {
      const isOfToken = at.t !== undefined && experts[at.t].includes(e);
      shade(node, isQuiet || isAtExpert(e) || isOfToken, e === expert);
    });
    writeSeats(this.marks, this.current, this.layout, at.t ?? null, this.measure(14));
    writeResult(this.marks.result, this.data, this.standing);
  }

  /**
   * @param {Mark | null} mark
   * @param {PointerEvent} [event]
   */
  look(mark, event) {
    const before = JSON.stringify(this.looked);
    this.looked = mark && (mark.t === undefined ? mark : { t: mark.t });
    if (JSON.stringify(this.looked) !== before) {
      this.emphasise();
      if (mark && !event) this.say(mark);
    }
    this.tooltip(mark, event);
  }

  /**
   * The numbers of a ribbon, beside the pointer.
   * @param {Mark | null} mark
   * @param {PointerEvent} [event]
   */
  tooltip(mark, event) {
    const { t, e } = mark ?? {};
    this.tip.hidden = t === undefined || e === undefined || !event;
    if (t === undefined || e === undefined || !event) return;
    const { experts, gates, scores } = this.current;
    const k = experts[t].indexOf(e);
    this.tip.textContent = fill(this.data.words.tip, {
      word: this.data.tokens[t].text,
      expert: this.data.experts[e].label,
      rank: k + 1,
      gate: brief(gates[t][k]),
      score: brief(scores[t][k]),
    });
    const box = this.stage.getBoundingClientRect();
    const zoom = zoomOf(this.stage);
    const [x, y] = [(event.clientX - box.left) / zoom, (event.clientY - box.top) / zoom];
    this.tip.style.left = `${Math.max(Math.min(x + 14, this.stage.clientWidth - TIP_ROOM), 0)}px`;
    this.tip.style.top = `${y - this.tip.offsetHeight - 12}px`; // above the pointer: the captions stand below
  }

  /** @param {Mark} mark */
  say(mark) {
    this.live.textContent = this.nodeOf(mark)?.getAttribute("aria-description") ?? "";
  }

  // -- picking ---------------------------------------------------------------------------------------------

  /** @param {Mark | null} mark */
  pick(mark) {
    if (!mark) return this.choose({ token: null, expert: null });
    const { t, e } = mark;
    if (t !== undefined && e !== undefined) return this.choose({ token: t, expert: e });
    if (t !== undefined) return this.choose({ token: t === this.picked.token ? null : t });
    return this.choose({ expert: e === this.picked.expert ? null : (e ?? null) });
  }

  /**
   * Show the choice at once and tell Python.
   * @param {Partial<Choice>} change
   */
  choose(change) {
    const { token, expert } = this.picked;
    const before = { token, expert, layer: this.layer };
    const picked = { ...before, ...change };
    if (JSON.stringify(picked) === JSON.stringify(before)) return;
    this.picked = picked;
    if (picked.layer !== this.layer) this.playback.stop();
    this.turnTo(picked.layer);
    this.send?.("pick", picked);
  }

  // -- playing ---------------------------------------------------------------------------------------------

  togglePlay() {
    this.playback.toggle();
    this.playLabel();
  }

  /** Where the words stand while it plays or pauses; null at rest. */
  get standing() {
    const { tokens, layers } = this.data;
    return standing(this.playback.sent, tokens.length, layers.length);
  }

  wordSent() {
    const { layer, words } = /** @type {import("./playback.js").Standing} */ (this.standing);
    this.looked = { t: words - 1 };
    this.turnTo(layer);
    this.say(this.looked);
  }

  rested() {
    this.looked = null;
    if (this.given) this.turnTo(this.standing?.layer ?? this.picked.layer);
  }

  /** @param {number} layer to show; the picked one stays what it is */
  turnTo(layer) {
    this.layer = layer;
    if (this.drawnLayer !== layer) return this.redraw();
    this.playLabel();
    this.emphasise();
  }

  // -- keys ------------------------------------------------------------------------------------------------

  /** @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {Element} */ (event.target);
    if (target.tagName === "BUTTON" && event.key === " ") return;
    const clear = () => this.choose({ token: null, expert: null });
    /** @type {Record<string, () => void>} */
    const acts = {
      " ": () => this.togglePlay(),
      "?": () => this.panel.toggle("help"),
      t: () => this.panel.toggle("table"),
      n: () => this.playback.step(),
      Escape: () => (this.panel.isOpen ? this.panel.close() : clear()),
    };
    const mark = markOf(target);
    if (mark) {
      Object.assign(acts, {
        Enter: () => this.pick(mark),
        ArrowDown: () => this.move(mark, 1),
        ArrowUp: () => this.move(mark, -1),
        ArrowRight: () => this.toExpert(mark),
        ArrowLeft: () => this.toToken(mark),
        Home: () => this.move(mark, -Infinity),
        End: () => this.move(mark, Infinity),
      });
    }
    actOn(event, acts);
  }

  /**
   * @param {Mark} mark
   * @param {number} by
   */
  move({ t, e }, by) {
    const within = (/** @type {number} */ at, /** @type {number} */ n) =>
      Math.min(Math.max(at + by, 0), n - 1);
    if (t !== undefined) this.go({ t: within(t, this.data.tokens.length) });
    else if (e !== undefined) this.go({ e: within(e, this.data.experts.length) });
  }

  /** @param {Mark} mark from a word to its first expert */
  toExpert({ t }) {
    if (t !== undefined) this.go({ e: this.current.experts[t][0] });
  }

  /** @param {Mark} mark from an expert to the first word it received */
  toToken({ e }) {
    if (e !== undefined) {
      this.go({
        t: Math.max(
          this.current.experts.findIndex((experts) => experts.includes(e)),
          0,
        ),
      });
    }
  }

  /** @param {Mark} mark */
  go(mark) {
    this.setStop(mark);
    this.nodeOf(mark)?.focus();
  }

  /** @param {Mark} mark the one that Tab reaches */
  setStop(mark) {
    if (!this.marks) return;
    setTabStop([...this.marks.tokens, ...this.marks.seats.map(({ node }) => node)], this.nodeOf(mark));
  }

  /** @param {Mark} mark */
  nodeOf({ t, e }) {
    if (t !== undefined) return this.marks?.tokens[t];
    return e === undefined ? undefined : this.marks?.seats[e]?.node;
  }
}

export default mounted((root) => new RoutesPicture(root));
