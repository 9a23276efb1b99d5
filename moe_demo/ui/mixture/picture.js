// A layer's output taken apart: each expert's vector, its gate, the piece they make, and what leaving it out does.
// It is a real table, so that its numbers can be read without its pictures.
import { choices, layerChoices } from "../kit/choices.js";
import { isDark } from "../kit/colour.js";
import { el } from "../kit/dom.js";
import { Redrawn, mounted, watchTheme } from "../kit/stage.js";
import { texturePatterns } from "../kit/textures.js";
import { articleLines } from "./article.js";
import { pieceTable } from "./pieces.js";
import { sentenceTable } from "./sentence.js";

/** @typedef {import("./picture.types.js").PictureData} PictureData */

const PATTERNS = "m"; // ids of the experts' textures

/** @extends {Redrawn<PictureData>} */
class Mixture extends Redrawn {
  /** @param {HTMLElement} root */
  constructor(root) {
    super(root, watchTheme);
  }

  /** @param {PictureData} data */
  draw(data) {
    const ramp = data.ramp[isDark(this.root) ? "dark" : "light"];
    const go = (/** @type {Record<string, unknown>} */ place) => this.send("go", place);
    const body = data.of === "word" ? pieceTable(data, ramp, PATTERNS) : sentenceTable(data, PATTERNS, go);
    this.root.replaceChildren(
      el(
        "svg",
        { class: "unseen", "aria-hidden": "true" },
        el("defs", {}, ...texturePatterns(data.experts, PATTERNS)),
      ),
      controls(data, go),
      el("p", { class: "claim" }, data.claim),
      el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": data.title }, body),
      ...articleLines(data),
      el("p", { class: "muted" }, data.measured),
    );
  }
}

/**
 * Which layer, and one word or all.
 * @param {PictureData} data
 * @param {(place: Record<string, unknown>) => void} go
 */
function controls({ of, layer, layers, word, words, badge, badge_hint: hint }, go) {
  const views = [
    { stop: "word", text: `${words.word_view} ${word}`, pressed: of === "word", click: { of: "word" } },
    { stop: "sentence", text: words.sentence_view, pressed: of === "sentence", click: { of: "sentence" } },
  ];
  return el(
    "div",
    { class: "controls" },
    layerChoices(layers, layer, go),
    choices(views, go),
    el("span", { class: "muted", title: hint }, badge),
  );
}

export default mounted((root) => new Mixture(root));
