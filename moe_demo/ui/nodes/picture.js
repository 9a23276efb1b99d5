// The board: every word sends one copy to each node that it needs, and the node hands it on to its experts.
import { el } from "../kit/dom.js";
import { actOn } from "../kit/keys.js";
import { percent } from "../kit/numbers.js";
import { Redrawn, mounted, watchRoom } from "../kit/stage.js";
import { foldedTable } from "../kit/table.js";
import { fill, measureIn, shortened } from "../kit/text.js";
import { texturePatterns } from "../kit/textures.js";
import { whyMark } from "../kit/why.js";
import { fan, layout, ribbon, SQUARE } from "./layout.js";

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {import("../kit/stage.js").Send} Send
 * @typedef {import("./layout.js").Layout} Layout
 */

const PATTERNS = "n";
const TYPE = 14;

/** @extends {Redrawn<PictureData>} */
class Board extends Redrawn {
  /** @param {HTMLElement} root */
  constructor(root) {
    super(root, (act) => watchRoom(root, act));
    /** @type {{ text: string, width: number }[]} */
    this.shown = [];
  }

  /** @param {PictureData} data */
  draw(data) {
    const isOpen = this.root.querySelector("details")?.open;
    const width = Math.max(this.root.clientWidth, 280);
    const places = layout(
      width,
      data.tokens.length,
      data.nodes.map((node) => node.experts),
    );
    const widthOf = measureIn(this.root, 700)(TYPE);
    this.shown = data.tokens.map((token) => {
      const text = shortened(token.text, places.words.room - 20, widthOf);
      return { text, width: widthOf(text) + 20 };
    });
    this.root.replaceChildren(
      el(
        "div",
        { class: "head" },
        this.layers(data),
        el("p", { class: "claim", "aria-live": "polite" }, data.claim),
      ),
      el("div", { class: "board" }, picture(data, places, width, this.shown), ...this.words(data, places)),
      el("p", { class: "muted hint" }, `${data.words.keys} · ${data.badge}`),
      table(data, isOpen),
    );
  }

  /** @param {PictureData} data */
  layers({ layers, layer, words }) {
    const buttons = layers.map((title, place) =>
      el(
        "button",
        {
          type: "button",
          "aria-pressed": place === layer,
          "data-stop": `layer-${place}`,
          onclick: () => this.send("go", { layer: place }),
        },
        title,
      ),
    );
    return el("div", { class: "layers", role: "group", "aria-label": words.layers }, ...buttons);
  }

  /** @param {PictureData} data @param {Layout} places */
  words({ tokens, picked, words }, places) {
    return tokens.map((token, t) =>
      el(
        "button",
        {
          type: "button",
          lang: "zh",
          class: "word",
          style: `top: ${places.words.y[t] - 13}px; width: ${this.shown[t].width}px`,
          title: [token.text, token.gloss].filter(Boolean).join(" "),
          "aria-pressed": t === picked,
          "aria-label": fill(words.word, { word: token.text, n: t + 1 }),
          "data-stop": `word-${t}`,
          onclick: () => this.send("go", { token: t === picked ? null : t }),
          onkeydown: (/** @type {KeyboardEvent} */ event) => {
            // in braces: a handler that returns false would take Enter from the button
            actOn(event, { ArrowUp: () => this.step(t - 1), ArrowDown: () => this.step(t + 1) });
          },
        },
        this.shown[t].text,
      ),
    );
  }

  /** @param {number} token */
  step(token) {
    /** @type {HTMLElement | null} */ (this.root.querySelector(`[data-stop="word-${token}"]`))?.focus();
  }
}

/**
 * @param {PictureData} data
 * @param {Layout} places
 * @param {number} width
 * @param {{ width: number }[]} shown how wide each word stands
 */
function picture(data, places, width, shown) {
  const { copies, experts, nodes, picked } = data;
  return el(
    "svg",
    { width, height: places.height, role: "group" },
    el("defs", {}, ...texturePatterns(experts, PATTERNS)),
    ...nodes.map((node, n) => nodeBox(data, node, n, places)),
    ...copies.map((copy) => path(copy, experts, places, picked, shown[copy.token].width)),
    ...nodes.flatMap((node) => node.experts.map((e) => square(data, e, places))),
  );
}

/**
 * @param {PictureData} data
 * @param {PictureData["nodes"][number]} node
 * @param {number} n its place
 * @param {Layout} places
 */
function nodeBox({ words, layer }, node, n, places) {
  const { x, y, width, height } = places.nodes[n];
  const share = places.isBroad ? { dx: 8 } : { x: x + 12, y: y + 38 };
  const counted = words.counted ? fill(words.counted, { share: percent(node.share) }) : "";
  return el(
    "g",
    {},
    el("rect", { x, y, width, height, rx: 10, class: "node" }),
    el(
      "text",
      { x: x + 12, y: y + 19 },
      el("tspan", { class: "name" }, node.name),
      el("tspan", { class: "small", ...share, ...whyMark(counted && `sent_share-${n}`, { layer }) }, counted),
    ),
    el(
      "text",
      { x: x + width - 12, y: y + 19, class: "count", ...whyMark(`sent_copies-${n}`, { layer }) },
      fill(words.copies, { n: node.copies }),
    ),
  );
}

/**
 * One copy: a ribbon to the node, and from there a line to each expert.
 * @param {PictureData["copies"][number]} copy
 * @param {PictureData["experts"]} experts
 * @param {Layout} places
 * @param {number | null} picked
 * @param {number} begin right edge of the word
 */
function path(copy, experts, places, picked, begin) {
  const { port } = places.nodes[copy.node];
  const from = { x: begin + 2, y: places.words.y[copy.token] };
  const state = picked === null ? "" : picked === copy.token ? " picked" : " faint";
  const lines = copy.experts.map((e) => {
    const to = places.experts.get(e) ?? port;
    return el("path", { d: fan(port, to, places.isBroad), class: "fan" });
  });
  return el(
    "g",
    { class: `copy${state}`, stroke: experts[copy.experts[0]].hue },
    el("path", { d: ribbon(from, port), class: "ribbon" }),
    ...lines,
    el("circle", { cx: port.x, cy: port.y, r: 4, class: "port" }),
  );
}

/** @param {PictureData} data @param {number} e @param {Layout} places */
function square({ experts, counts, words, layer }, e, places) {
  const { x, y } = /** @type {import("./layout.js").Point} */ (places.experts.get(e));
  const says = counts[e] ? fill(words.taken, { expert: experts[e].label, n: counts[e] }) : experts[e].label;
  const mark = whyMark(counts[e] ? "sent_count" : null, { layer, expert: e });
  return el(
    "g",
    { class: counts[e] ? "expert" : "expert idle" },
    el("rect", {
      x: x - SQUARE / 2,
      y: y - SQUARE / 2,
      width: SQUARE,
      height: SQUARE,
      rx: 4,
      fill: `url(#${PATTERNS}${e})`,
    }),
    places.isBroad
      ? el("text", { x, y: y + 26, class: "below", ...mark }, says)
      : el("text", { x: x + SQUARE / 2 + 8, y: y + 5, ...mark }, says),
  );
}

/**
 * The same as a table: which word goes to which experts of which node.
 * @param {PictureData} data
 * @param {boolean} [isOpen]
 */
function table({ tokens, nodes, copies, experts, words, claim }, isOpen) {
  const rows = tokens.map((token, t) => [
    el("th", { scope: "row", lang: "zh" }, token.text),
    ...nodes.map((_, n) => {
      const copy = copies.find((one) => one.token === t && one.node === n);
      return copy ? copy.experts.map((e) => experts[e].label).join(" ") : "–";
    }),
  ]);
  const heads = [words.head, ...nodes.map((node) => node.name)];
  return foldedTable({ summary: words.table, isOpen, caption: claim, heads, rows });
}

export default mounted((root) => new Board(root));
