// Five routers, a row each: for every word of the sentence a square of small squares, one an expert, a row of them a
// group; the chosen ones are full, and larger where the gate is. Beside it what can be compared between models.
import { el } from "../kit/dom.js";
import { fixed } from "../kit/numbers.js";
import { drawn } from "../kit/stage.js";
import { dataTable } from "../kit/table.js";

/**
 * @typedef {import("./generations.types.js").PictureData} PictureData
 * @typedef {import("./generations.types.js").GenerationCard} Card
 * @typedef {import("./generations.types.js").Fact} Fact
 * @typedef {{ e: number, x: number, y: number, side: number, chosen: boolean }} Seat
 */

const CELL = 13; // px of an expert's place
const FULL = 12; // side of the square of the largest gate
const LEAST = 6;
const EMPTY = 4;

/**
 * Where each expert's square stands, and how large it is. No DOM.
 * @param {{ n_routed: number, group_size: number }} layer
 * @param {number[]} chosen
 * @param {number[]} gates
 * @returns {Seat[]}
 */
export function seats({ n_routed: n, group_size: size }, chosen, gates) {
  const largest = Math.max(...gates);
  return Array.from({ length: n }, (_, e) => {
    const k = chosen.indexOf(e);
    const side = k < 0 ? EMPTY : Math.max(LEAST, FULL * Math.sqrt(gates[k] / largest));
    const middle = { x: ((e % size) + 0.5) * CELL, y: (Math.floor(e / size) + 0.5) * CELL };
    return { e, x: middle.x - side / 2, y: middle.y - side / 2, side, chosen: k >= 0 };
  });
}

/** @param {number[]} chosen @param {number[]} gates */
function listed(chosen, gates) {
  return chosen.map((e, k) => `E${e} ${fixed(gates[k])}`).join(" · ");
}

/** @param {HTMLElement} root @param {PictureData} data */
function draw(root, data) {
  const cards = data.cards.map((card) => drawCard(data, card));
  root.replaceChildren(
    el("div", { class: "cards", role: "group", "aria-label": data.label }, ...cards),
    el(
      "details",
      { class: "extra" },
      el("summary", {}, data.words.table),
      el("div", { class: "scroll" }, table(data)),
    ),
  );
}

/** @param {PictureData} data @param {Card} card */
function drawCard(data, card) {
  const words = data.tokens.map((word, t) => {
    const says = `${word} → ${listed(card.chosen[t], card.gates[t])}`;
    const side = data.group_size * CELL;
    const height = (data.n_routed / data.group_size) * CELL;
    const squares = seats(data, card.chosen[t], card.gates[t]).map(({ x, y, side: width, chosen }) =>
      el("rect", { class: chosen ? "seat chosen" : "seat", x, y, width, height: width, rx: 1 }),
    );
    return el(
      "li",
      { class: t === data.token ? "on" : null, title: says },
      el("svg", { width: side, height, role: "img", "aria-label": says }, ...squares),
      el("span", { class: "word", lang: "zh", "aria-hidden": "true" }, word),
    );
  });
  return el(
    "div",
    { class: "card" },
    el("div", {}, el("h3", {}, card.title), el("p", {}, card.rule)),
    el("ul", { class: "words" }, ...words),
    el("div", {}, ...facts(data.words.here, card.here), ...facts(data.words.recorded, card.recorded)),
  );
}

/** @param {string} head @param {Fact[]} rows */
function facts(head, rows) {
  const pairs = rows.flatMap(({ name, value }) => [el("dt", {}, name), el("dd", {}, value)]);
  return [el("h4", {}, head), el("dl", {}, ...pairs)];
}

/** @param {PictureData} data */
function table(data) {
  const columns = [...data.cards[0].here, ...data.cards[0].recorded].map(({ name }) => name);
  return dataTable({
    caption: data.label,
    heads: [data.words.router, ...data.tokens, ...columns],
    rows: data.cards.map((card) => ({
      class: null,
      cells: [
        card.title,
        ...card.chosen.map((chosen, t) => listed(chosen, card.gates[t])),
        ...[...card.here, ...card.recorded].map(({ value }) => value),
      ],
    })),
  });
}

export default drawn(draw);
