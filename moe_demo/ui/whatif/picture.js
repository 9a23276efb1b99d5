// The switchboard: every expert a switch, the sentence's answer before and after, the words that go elsewhere.
import { el } from "../kit/dom.js";
import { focused } from "../kit/focus.js";
import { percent } from "../kit/numbers.js";
import { mounted } from "../kit/stage.js";
import { fill } from "../kit/text.js";
import { texturePatterns } from "../kit/textures.js";
import { movedWords } from "./moved.js";

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {import("../kit/stage.js").Send} Send
 * @typedef {(click: Record<string, unknown>) => void} Flip
 */

const PATTERNS = "w";

class Switchboard {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Send} */
    this.send = () => {};
  }

  /**
   * @param {PictureData} data
   * @param {Send} send
   */
  show(data, send) {
    this.send = send;
    const held = focused(this.root)?.dataset?.stop;
    /** @type {Flip} */
    const flip = (click) => this.send("flip", click);
    this.root.replaceChildren(
      el(
        "svg",
        { class: "unseen", "aria-hidden": "true" },
        el("defs", {}, ...texturePatterns(data.experts, PATTERNS)),
      ),
      acts(data, flip),
      el(
        "div",
        { class: "board", role: "group", "aria-label": data.words.board },
        ...data.rows.map((row, l) => boardRow(data, row, l, flip)),
      ),
      el("p", { class: "claim", "aria-live": "polite" }, data.claim),
      answers(data),
      ...movedWords(data, PATTERNS),
      el("p", { class: "muted" }, data.badge),
    );
    if (held) /** @type {HTMLElement | null} */ (this.root.querySelector(`[data-stop="${held}"]`))?.focus();
  }
}

/**
 * What a click means.
 * @param {PictureData} data
 * @param {Flip} flip
 */
function acts({ act, words }, flip) {
  const choice = (/** @type {"off" | "silence"} */ value, /** @type {string} */ text) =>
    el(
      "button",
      {
        type: "button",
        "data-stop": value,
        "aria-pressed": act === value,
        onclick: () => flip({ act: value }),
      },
      text,
    );
  return el(
    "div",
    { class: "acts" },
    el("span", {}, words.act),
    choice("off", words.act_off),
    choice("silence", words.act_silence),
  );
}

/**
 * @param {PictureData} data
 * @param {PictureData["rows"][number]} row
 * @param {number} layer
 * @param {Flip} flip
 */
function boardRow(data, row, layer, flip) {
  const seats = row.seats.map((seat, e) => seatButton(data, row.title, seat, layer, e, flip));
  return el(
    "div",
    { class: "row" },
    el("span", { class: "layer" }, row.title),
    el("div", { class: "seats" }, ...seats, sharedButton(data, row, layer, flip)),
  );
}

/**
 * @param {PictureData} data
 * @param {string} title
 * @param {PictureData["rows"][number]["seats"][number]} seat
 * @param {number} layer
 * @param {number} e
 * @param {Flip} flip
 */
function seatButton({ experts, words }, title, seat, layer, e, flip) {
  const says = fill(words.seat, {
    layer: title,
    expert: experts[e].label,
    state: words[seat.state],
    before: seat.before,
    after: seat.after,
  });
  const count = seat.after === seat.before ? String(seat.before) : `${seat.before}→${seat.after}`;
  return el(
    "button",
    {
      type: "button",
      class: `seat ${seat.state}`,
      title: says,
      "aria-pressed": seat.state !== "on",
      "data-stop": `${layer}-${e}`,
      onclick: () => flip({ layer, expert: e }),
    },
    el(
      "svg",
      { "aria-hidden": "true" },
      el("rect", { width: "100%", height: "100%", fill: `url(#${PATTERNS}${e})` }),
    ),
    el("b", {}, experts[e].label),
    el("small", {}, seat.state === "on" ? count : words[seat.state]),
  );
}

/**
 * @param {PictureData} data
 * @param {PictureData["rows"][number]} row
 * @param {number} layer
 * @param {Flip} flip
 */
function sharedButton({ words }, row, layer, flip) {
  if (row.shared === "none") return null;
  const says = fill(words.shared_seat, { layer: row.title, state: words[row.shared] });
  return el(
    "button",
    {
      type: "button",
      class: `seat shared ${row.shared}`,
      title: says,
      "aria-pressed": row.shared === "off",
      "data-stop": `${layer}-s`,
      onclick: () => flip({ layer }),
    },
    el("b", {}, words.shared),
    el("small", {}, words[row.shared]),
  );
}

/** @param {PictureData} data */
function answers({ answers: found, classes, words }) {
  const line = (
    /** @type {string} */ word,
    /** @type {number} */ share,
    /** @type {string} */ hue,
    /** @type {string} */ kind,
  ) =>
    el(
      "span",
      { class: `answer ${kind}` },
      el("small", {}, word),
      el("span", { class: "track" }, el("i", { style: `width:${100 * share}%; background:${hue}` })),
      el("b", {}, percent(share, 1)),
    );
  const rows = classes.map((look, c) =>
    el(
      "div",
      { class: "class" },
      el("span", { class: "name" }, look.word),
      el(
        "span",
        { class: "pair" },
        line(words.before, found[c].before, look.hue, "before"),
        line(words.after, found[c].after, look.hue, "after"),
      ),
    ),
  );
  return el("div", { class: "answers", role: "group", "aria-label": words.answer }, ...rows);
}

export default mounted((root) => new Switchboard(root));
