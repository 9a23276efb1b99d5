// The picture where it has no room for ribbons, as on a phone: the verdict, then word by word its experts and gates.
import { el } from "../kit/dom.js";
import { brief } from "../kit/numbers.js";
import { fill } from "../kit/text.js";
import { texturePatterns } from "../kit/textures.js";
import { drawResult } from "./result.js";

export const LIST_BELOW = 640; // px of width

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {import("./geometry.js").Layer} Layer
 */

/**
 * Build the list of one layer into `list`; its marks are those of the picture, without seats.
 * @param {HTMLElement} list
 * @param {PictureData} data
 * @param {Layer} layer
 * @param {number} width
 * @param {import("./geometry.js").Measure} measure
 * @returns {import("./scene.js").Marks}
 */
export function drawList(list, data, layer, width, measure) {
  const { tokens, experts, words } = data;
  /** @type {import("./scene.js").Marks["ribbons"]} */
  const ribbons = [];
  const result = drawResult(data, { resultX: 0, resultWidth: width, seatsHeight: 0, top: -8 }, measure);
  const rows = tokens.map(({ text, gloss, known }, t) => {
    const routes = layer.experts[t].map((e, k) => {
      const node = route(data, e, layer.gates[t][k], { "data-t": t, "data-e": e });
      ribbons.push({ node, t, e });
      return node;
    });
    const names = layer.experts[t].map((e) => experts[e].label).join(", ");
    const label = fill(words.token_label, { n: t + 1, word: text, experts: names });
    const option = { role: "option", tabindex: -1, "aria-description": label, "data-t": t };
    return el(
      "div",
      { class: known ? "token" : "token unknown", ...option },
      el(
        "span",
        { class: "word" },
        el("span", { lang: "zh" }, text),
        gloss && el("small", { lang: "en" }, gloss),
      ),
      el("span", { class: "routes", "aria-hidden": "true" }, ...routes),
    );
  });
  const patterns = el(
    "svg",
    { class: "patterns", width: 0, height: 0, "aria-hidden": "true" },
    el("defs", {}, ...texturePatterns(experts, "tx")),
  );
  list.replaceChildren(
    patterns,
    el("svg", { class: "verdict", width, height: result.height }, result.node),
    el("div", { class: "words", role: "listbox", "aria-label": words.tokens }, ...rows),
    ...(data.shared.length ? [sharedRow(data)] : []),
  );
  return { ribbons, tokens: rows, seats: [], result };
}

/** @param {PictureData} data @param {number} e @param {number} gate @param {Record<string, number>} marks */
function route({ experts }, e, gate, marks) {
  const look = { fill: `url(#tx${e})`, stroke: experts[e].hue, height: 14, rx: 3, x: 1, y: 1 };
  return el(
    "span",
    { class: "route", ...marks },
    el("b", {}, experts[e].label),
    el(
      "svg",
      { width: 52, height: 16 },
      el("rect", { class: "swatch", width: Math.max(gate * 50, 3), ...look }),
    ),
    el("span", {}, brief(gate)),
  );
}

/** @param {PictureData} data */
function sharedRow({ shared, words }) {
  return el("p", { class: "shared-row" }, el("b", {}, shared.join(" ")), words.shared);
}
