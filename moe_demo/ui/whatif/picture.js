// The switchboard: every expert a switch, the sentence's answer before and after, the words that go elsewhere.
import { el } from "../kit/dom.js";
import { keepFocus } from "../kit/focus.js";
import { drawn } from "../kit/stage.js";
import { texturePatterns } from "../kit/textures.js";
import { atOnce } from "./at_once.js";
import { boardRow } from "./board.js";
import { movedWords } from "./moved.js";
import { biasPanel, gatePanel } from "./sliders.js";
import { slope, slopeTable } from "./slope.js";
import { acts, changesMade, wordRow } from "./words.js";

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {import("../kit/stage.js").Send} Send
 * @typedef {(click: Record<string, unknown>) => void} Flip tells Python of a click, see whatif/clicks.py
 */

const PATTERNS = "w";

/**
 * @param {HTMLElement} root
 * @param {PictureData} data
 * @param {Send} send
 */
function draw(root, data, send) {
  paint(root, data, send, false);
}

/**
 * @param {HTMLElement} root
 * @param {PictureData} data
 * @param {Send} send
 * @param {boolean} isPending whether Python has still to say what else comes of a click
 */
function paint(root, data, send, isPending) {
  const isOpen = root.querySelector("details")?.open;
  /** @type {Flip} */
  const flip = (click) => {
    const shown = atOnce(data, click);
    send("flip", click);
    if (shown) keepFocus(root, () => paint(root, shown, send, true));
  };
  const parts = [
    el(
      "svg",
      { class: "unseen", "aria-hidden": "true" },
      el("defs", {}, ...texturePatterns(data.experts, PATTERNS)),
    ),
    acts(data, flip),
    wordRow(data, (token) => send("pick", { token })),
    el(
      "div",
      { class: "board", role: "group", "aria-label": data.words.board },
      ...data.rows.map((row, l) => boardRow(data, row, l, flip, PATTERNS)),
    ),
    gatePanel(data, flip),
    biasPanel(data, flip),
    changesMade(data, flip),
    el("p", { class: "claim", "aria-live": "polite" }, data.claim),
    data.prediction && el("p", { class: "prediction" }, data.prediction),
    result(data, isOpen),
    el("p", { class: "muted" }, data.badge),
  ];
  root.classList.toggle("pending", isPending);
  root.replaceChildren(...parts.filter((part) => part !== null && part !== ""));
}

/**
 * The slope chart with its table, and beside it the words that moved.
 * @param {PictureData} data
 * @param {boolean} [isOpen] whether the table was open
 */
function result(data, isOpen) {
  const { answers } = data;
  if (!answers) return null;
  return el(
    "div",
    { class: "result" },
    el(
      "div",
      { class: "slope" },
      slope(data, answers),
      data.luck && el("p", { class: "luck muted" }, data.luck),
      slopeTable(data, answers, isOpen),
    ),
    el("div", { class: "moved-words" }, ...movedWords(data, PATTERNS)),
  );
}

export default drawn(draw);
