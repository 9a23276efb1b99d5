// The picture itself: tokens, ribbons, seats, and the shared band, as SVG.
import { el, set } from "../kit/dom.js";
import { brief } from "../kit/numbers.js";
import { fill, shortened } from "../kit/text.js";
import { texturePatterns } from "../kit/textures.js";
import { counted, ribbonPlaces } from "./geometry.js";
import { drawResult } from "./result.js";

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {import("./geometry.js").Layer} Layer
 * @typedef {import("./geometry.js").Layout} Layout
 *
 * @typedef {object} Seat
 * @property {SVGGElement} node
 * @property {SVGTextElement} words
 * @property {SVGRectElement} bar
 * @property {string} received the words it received
 *
 * @typedef {object} Marks what changes after drawing
 * @property {{ node: HTMLElement | SVGElement, t: number, e: number }[]} ribbons
 * @property {(HTMLElement | SVGElement)[]} tokens
 * @property {Seat[]} seats
 * @property {import("./result.js").Result} result
 */

const MANY_TOKENS = 20; // from here on ribbons are paler
const HOLLOW_FROM = 3.5; // width of a ribbon that has room for a core
const [CORE, THINNEST_CORE] = [0.36, 1.2]; // width of a core: of its ribbon; pixels
/**
 * A ribbon has its expert's hue; its core, the mark of the expert's texture: a line, dots, dashes.
 * @type {Readonly<Record<string, string>>}
 */
const CORE_DASHES = Object.freeze({
  diagonal: "none",
  dots: "2 7",
  horizontal: "13 9",
  antidiagonal: "13 5 2 5",
  vertical: "5 5",
  grid: "2 3",
  rings: "22 6",
});
const BAR_SHARE = 0.8; // of a seat's room for words, that a gate of 1 takes
const MIDDLE = { "dominant-baseline": "central" };

/**
 * Build the whole scene of one layer into `svg`.
 * @param {SVGSVGElement} svg
 * @param {PictureData} data
 * @param {Layer} layer
 * @param {Layout} layout
 * @param {import("./geometry.js").Measure} measure
 * @returns {Marks}
 */
export function drawFlow(svg, data, layer, layout, measure) {
  const { width, total } = layout;
  set(svg, { viewBox: `0 0 ${width} ${total}`, width, height: total });
  const ribbons = ribbonPlaces(layer, layout).map((ribbon) => ({
    t: ribbon.t,
    e: ribbon.e,
    node: drawRibbon(ribbon, data.experts[ribbon.e]),
  }));
  const tokens = data.tokens.map((_, t) => drawToken(t, data, layer, layout));
  const seats = data.experts.map((_, e) => drawSeat(e, data, layer, layout));
  const result = drawResult(data, layout, measure);
  const list = (/** @type {string} */ label, /** @type {SVGGElement[]} */ nodes) =>
    el("g", { role: "listbox", "aria-label": label }, ...nodes);
  svg.replaceChildren(
    el("defs", {}, ...texturePatterns(data.experts, "tx")),
    drawShared(data, layout),
    el(
      "g",
      { class: data.tokens.length > MANY_TOKENS ? "ribbons many" : "ribbons", "aria-hidden": "true" },
      ...ribbons.map(({ node }) => node),
    ),
    list(data.words.tokens, tokens),
    ...drawGroups(data, layout),
    list(
      data.words.experts,
      seats.map(({ node }) => node),
    ),
    result.node,
  );
  return { ribbons, tokens, seats, result };
}

/**
 * @param {import("./geometry.js").Ribbon} ribbon
 * @param {PictureData["experts"][number]} expert
 */
function drawRibbon({ t, e, path, width }, { hue, texture }) {
  const line = (/** @type {string} */ kind, /** @type {string} */ stroke, /** @type {number} */ thick) =>
    el("path", { class: kind, d: path, stroke, "stroke-width": thick, pathLength: 1, fill: "none" });
  const core = {
    class: "core",
    d: path,
    "stroke-width": Math.max(width * CORE, THINNEST_CORE),
    fill: "none",
  };
  const dash = CORE_DASHES[texture];
  return el(
    "g",
    { class: "ribbon", "data-t": t, "data-e": e },
    line("casing", "var(--st-background-color)", width + 1),
    line("body", hue, width),
    dash && width > HOLLOW_FROM ? el("path", { ...core, "stroke-dasharray": dash }) : null,
  );
}

/** @param {PictureData["tokens"][number]} token */
const named = ({ text, gloss }) => (gloss ? `${text} (${gloss})` : text);

/**
 * @param {number} t
 * @param {PictureData} data
 * @param {Layer} layer
 * @param {Layout} layout
 */
function drawToken(t, { tokens, experts, words }, layer, layout) {
  const { tokenX: x, tokenWidth: width } = layout;
  const { y, top, height, text, gloss } = layout.tokens[t];
  const names = layer.experts[t].map((e) => experts[e].label).join(", ");
  const label = fill(words.token_label, { n: t + 1, word: named(tokens[t]), experts: names });
  const kind = tokens[t].known ? "token" : "token unknown";
  const type = { "font-size": layout.tokenFont, "text-anchor": "middle", lang: "zh", ...MIDDLE };
  return el(
    "g",
    { class: kind, role: "option", tabindex: -1, "aria-description": label, "data-t": t },
    el("rect", { x, y: top, width, height, rx: 7 }, tokens[t].gloss && el("title", {}, tokens[t].gloss)),
    el("text", { x: x + width / 2, y: gloss ? y - 7 : y, ...type }, text),
    gloss &&
      el(
        "text",
        { class: "gloss", x: x + width / 2, y: y + 10, "text-anchor": "middle", ...MIDDLE, lang: "en" },
        gloss,
      ),
  );
}

/**
 * @param {number} e
 * @param {PictureData} data
 * @param {Layer} layer
 * @param {Layout} layout
 * @returns {Seat}
 */
function drawSeat(e, { tokens, experts, words: says }, layer, layout) {
  const expert = experts[e];
  const { y, top, height } = layout.seats[e];
  const x = layout.seatX;
  const received = tokens.filter((_, t) => layer.experts[t].includes(e)).map((token) => token.text);
  const label = fill(received.length ? says.seat_label : says.seat_silent, {
    expert: expert.label,
    n: received.length,
    words: received.join(", "),
  });
  const look = { fill: `url(#tx${e})`, stroke: expert.hue };
  const words = el("text", { class: "words", x: layout.wordsX, y, lang: "zh", ...MIDDLE });
  const bar = el("rect", { class: "bar", x: layout.wordsX, y: y - 5, width: 0, height: 10, rx: 2, ...look });
  const node = el(
    "g",
    {
      class: received.length ? "seat" : "seat silent",
      role: "option",
      tabindex: -1,
      "aria-description": label,
      "data-e": e,
    },
    el("rect", { class: "ground", x, y: top, width: layout.seatsEnd - x, height, rx: 5 }),
    el("rect", { class: "swatch", x, y: top, width: 28, height, rx: 5, ...look }),
    el("text", { class: "name", x: x + 35, y, ...MIDDLE }, expert.label),
    bar,
    words,
  );
  return { node, words, bar, received: counted(received) };
}

/**
 * A bracket and a name beside the seats of each group.
 * @param {PictureData} data
 * @param {Layout} layout
 */
function drawGroups({ experts, groups, words }, { seats, seatsEnd }) {
  if (groups < 2) return [];
  const size = experts.length / groups;
  return Array.from({ length: groups }, (_, g) => {
    const { top } = seats[g * size];
    const last = seats[(g + 1) * size - 1];
    const bottom = last.top + last.height;
    const [x, y] = [seatsEnd + 21, (top + bottom) / 2];
    const type = { transform: `rotate(90 ${x} ${y})`, "text-anchor": "middle", ...MIDDLE };
    return el(
      "g",
      { class: "group", "aria-hidden": "true" },
      el("title", {}, words.group_hint),
      el("path", {
        d: `M${seatsEnd + 4},${top} h5 V${bottom} h-5`,
        fill: "none",
        stroke: experts[g * size].hue,
      }),
      el("text", { x, y, ...type }, fill(words.group, { g })),
    );
  });
}

/**
 * The shared experts: a band below or above, to which a line takes every word.
 * @param {PictureData} data
 * @param {Layout} layout
 */
function drawShared({ shared, words }, { band, tokens, tokenX, tokenWidth, seatsEnd }) {
  if (!shared.length) return el("g", { class: "shared" });
  const { y, height } = band;
  const width = seatsEnd - 1;
  const feeds = tokens.map((place) => `M${tokenX},${place.y} H2`).join(" ");
  const text = { y: y + height / 2, ...MIDDLE };
  const far = y < tokens[0].y ? tokens[tokens.length - 1] : tokens[0];
  return el(
    "g",
    { class: "shared" },
    el("path", { class: "feed", d: `${feeds} M2,${far.y} V${y + height / 2}`, fill: "none" }),
    el("rect", { x: 1, y: y + 1, width, height: height - 2, rx: 7 }),
    el("rect", { class: "inner", x: 4, y: y + 4, width: width - 6, height: height - 8, rx: 5 }),
    el("text", { class: "name", x: tokenX + 12, ...text }, shared.join(" ")),
    el("text", { x: tokenX + tokenWidth + 16, ...text }, words.shared),
  );
}

/**
 * What stands beside each seat: the words it received, or the gates of the one word that is looked at.
 * @param {Marks} marks
 * @param {Layer} layer
 * @param {Layout} layout
 * @param {number | null} token
 * @param {(text: string) => number} widthOf
 */
export function writeSeats(marks, layer, { wordsX, wordsWidth }, token, widthOf) {
  marks.seats.forEach((seat, e) => {
    const k = token === null ? -1 : layer.experts[token].indexOf(e);
    const gate = token === null || k < 0 ? null : layer.gates[token][k];
    const bar = (gate ?? 0) * wordsWidth * BAR_SHARE;
    set(seat.bar, { width: bar });
    set(seat.words, { x: gate === null ? wordsX : wordsX + bar + 8 });
    const words = token === null ? shortened(seat.received, wordsWidth, widthOf) : "";
    seat.words.textContent = gate === null ? words : brief(gate);
  });
}
