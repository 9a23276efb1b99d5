// One MoE layer of each model as squares, full where one token uses the expert; below it the whole model as a square,
// all models on one scale, with the activated part in it. A click or Enter on a card chooses the model.
import { choices } from "../kit/choices.js";
import { el } from "../kit/dom.js";
import { actOn, keyList } from "../kit/keys.js";
import { drawn } from "../kit/stage.js";
import { dataTable } from "../kit/table.js";

const CELL = 7;
const FILLED = 5.4;
const COLUMNS = 24;
const WIDTH = COLUMNS * CELL;
const AREA = 120; // side of the largest model's square

/**
 * @typedef {import("./picture.types.js").PictureData} Models
 * @typedef {import("./picture.types.js").ModelCard} Card
 * @typedef {import("../kit/stage.js").Send} Send
 */

/**
 * Squares as one path: `n` of them from the place `from` on, in rows of `columns`. No DOM.
 * @param {number} from
 * @param {number} n
 * @param {number} size of a square in its cell
 * @param {number} [columns]
 * @returns {string}
 */
export function squares(from, n, size, columns = COLUMNS) {
  const inset = (CELL - size) / 2;
  const moves = [];
  for (let place = from; place < from + n; place += 1) {
    const x = (place % columns) * CELL + inset;
    const y = Math.floor(place / columns) * CELL + inset;
    moves.push(`M${round(x)} ${round(y)}h${round(size)}v${round(size)}h${round(-size)}z`);
  }
  return moves.join("");
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 100) / 100;
}

/**
 * The card that a key leads to from another.
 * @param {string} key
 * @param {number} at
 * @param {number} n
 * @returns {number}
 */
export function cardAfter(key, at, n) {
  if (key === "Home") return 0;
  if (key === "End") return n - 1;
  return Math.min(n - 1, Math.max(0, at + (key === "ArrowRight" ? 1 : -1)));
}

/** @param {HTMLElement} root @param {Models} data @param {Send} send */
function draw(root, data, send) {
  const { cards, switches, claim, label, keys, words } = data;
  const act = (/** @type {Record<string, unknown>} */ change) => send("act", change);
  const drawnCards = cards.map((card) => drawCard(card, words, act));
  const move = (/** @type {KeyboardEvent} */ event) => {
    const at = drawnCards.findIndex((card) => card === event.target);
    if (at < 0) return;
    const go = () => drawnCards[cardAfter(event.key, at, cards.length)].focus();
    actOn(event, { ArrowRight: go, ArrowLeft: go, Home: go, End: go });
  };
  root.replaceChildren(
    el("p", { class: "claim", "aria-live": "polite" }, claim),
    el("div", { class: "switches" }, ...switches.map((one) => drawSwitch(one, act))),
    el(
      "div",
      { class: "cards", style: `--n:${cards.length}`, role: "group", "aria-label": label, onkeydown: move },
      ...drawnCards,
    ),
    legend(words),
    el("details", { class: "extra" }, el("summary", {}, words.table), table(data)),
    el("details", { class: "extra" }, el("summary", {}, words.keys), keyList(Object.entries(keys))),
  );
}

/** @param {Models["switches"][number]} one @param {(change: Record<string, unknown>) => void} act */
function drawSwitch({ name, label, options, note }, act) {
  const buttons = options.map(({ value, text, pressed }) => {
    return { stop: `${name}-${value}`, text, pressed, click: { [name]: value } };
  });
  return el(
    "div",
    { class: "switch", role: "group", "aria-label": label, title: note },
    el("span", { class: "muted" }, label),
    choices(buttons, act),
  );
}

/** @param {Card} card @param {Record<string, string>} words @param {(change: Record<string, unknown>) => void} act */
function drawCard(card, words, act) {
  const { name, title, layer, total, activated, chosen, compared, says } = card;
  return el(
    "button",
    {
      type: "button",
      class: compared ? "card compared" : "card",
      "data-stop": name,
      "aria-pressed": chosen,
      onclick: () => act({ model: name }),
    },
    el("b", {}, title),
    drawLayer(card),
    el("span", { class: "unseen" }, says),
    el("span", { class: "muted" }, layer),
    drawWhole(card),
    el("span", {}, el("b", {}, total)),
    el("span", { class: "used" }, `${words.used} ${activated}`),
  );
}

/** @param {Card} card one layer: shared experts first, round, then the routed ones */
function drawLayer({ routed, shared, lit }) {
  const top = shared ? CELL * 1.4 : 0;
  const height = top + Math.ceil(routed / COLUMNS) * CELL;
  const rounds = Array.from({ length: shared }, (_, s) =>
    el("circle", { class: "lit", cx: s * CELL + CELL / 2, cy: CELL / 2, r: FILLED / 2 }),
  );
  return el(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${height}`, "aria-hidden": "true", class: "layer" },
    ...rounds,
    el(
      "g",
      { transform: `translate(0 ${top})` },
      el("path", { class: "unlit", d: squares(lit, routed - lit, FILLED - 1) }),
      el("path", { class: "lit", d: squares(0, lit, FILLED + 0.6) }),
    ),
  );
}

/** @param {Card} card all parameters as a square, the activated ones in its corner */
function drawWhole({ side, inner }) {
  const outer = Math.max(1.5, side * AREA);
  const used = Math.max(1, inner * AREA);
  return el(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${AREA}`, "aria-hidden": "true", class: "whole" },
    el("rect", { class: "all", x: 0.5, y: AREA - outer, width: outer, height: outer - 0.5 }),
    el("rect", { class: "lit", x: 0.5, y: AREA - used, width: used, height: used - 0.5 }),
  );
}

/** @param {Record<string, string>} words */
function legend(words) {
  const sample = (/** @type {string} */ mark, /** @type {string} */ says) =>
    el("li", {}, el("i", { class: mark, "aria-hidden": "true" }), says);
  return el(
    "ul",
    { class: "legend" },
    sample("lit", words.lit),
    sample("unlit", words.unlit),
    sample("lit round", words.shared),
    sample("all", words.all),
  );
}

/** @param {Models} data the same numbers, for those who read no pictures */
function table({ cards, label, words }) {
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": label },
    dataTable({
      caption: label,
      hidesCaption: true,
      heads: [words.model, words.routed, words.chosen, words.sharedN, words.layers, words.total, words.used],
      rows: cards.map((card) => [
        card.title,
        card.routed,
        card.lit,
        card.shared,
        card.layer,
        card.total,
        card.activated,
      ]),
    }),
  );
}

export default drawn(draw);
