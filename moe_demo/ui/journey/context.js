// What every drawing function of the journey is given: the data, the stage on show, and the measures of the canvas.
import { widthIn } from "../kit/text.js";

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {import("./geometry.js").Columns} Columns
 *
 * @typedef {"tokens" | "vectors" | "router" | "choice" | "experts" | "gates" | "transformer" | "pooling"
 *   | "classes"} StageId
 */

/**
 * The record of a stage, see moe_demo.insight.journey: each has its id, its claim and some of the rest.
 * @typedef {object} Stage
 * @property {StageId} id
 * @property {string} claim
 * @property {string | null} note
 * @property {number[][]} spans
 * @property {{ text: string, token: number | null }[]} pieces
 * @property {number[][]} values
 * @property {number} limit
 * @property {boolean[]} known
 * @property {string[][]} ngrams
 * @property {number[][]} scores
 * @property {HeldOut | null} held_out
 * @property {number[]} expert
 * @property {number[]} gate
 * @property {number[]} bias
 * @property {number[][]} choice
 * @property {number[]} load
 * @property {boolean[]} swayed
 * @property {number[][]} output
 * @property {number[][]} entered
 * @property {number[][]} added
 * @property {number[]} change
 * @property {number[]} mean
 * @property {number[]} pooled
 * @property {boolean} normed_after
 * @property {any} logits by word and expert at the router, by class at the end
 * @property {number[]} probabilities
 */

/**
 * @typedef {object} HeldOut what each expert took on held-out headlines, by class
 * @property {number} n_headlines
 * @property {(number | null)[]} chance
 * @property {number[]} load
 * @property {number[][]} count
 * @property {(number | null)[][]} share
 * @property {(number | null)[][]} lift
 * @property {boolean[][]} small
 */

/**
 * @typedef {object} Context
 * @property {PictureData} data
 * @property {Record<string, string>} words of the locale
 * @property {Stage} stage
 * @property {number} index
 * @property {number} token the picked word, the first where none is
 * @property {string[]} ramp of signed values, for the ground of now
 * @property {number} scrolled
 * @property {Columns} geo
 * @property {(size: number) => (text: string) => number} measure widths in the type of the canvas
 * @property {(id: StageId) => Stage} of
 */

/**
 * Widths of texts in the type of a node.
 * @param {Element} node
 * @returns {(size: number) => (text: string) => number}
 */
export function measureIn(node) {
  const { fontFamily } = getComputedStyle(node);
  return (size) => widthIn(`${size}px ${fontFamily}`);
}

/**
 * @param {PictureData} data
 * @param {StageId} id
 * @returns {Stage}
 */
export function stageOf(data, id) {
  return /** @type {Stage} */ (/** @type {unknown} */ (data.stages.find((stage) => stage.id === id)));
}

/**
 * The class in the reader's language.
 * @param {Context} c
 * @param {string} label
 * @returns {string}
 */
export function className(c, label) {
  return c.words[`class.${label}`] ?? label;
}
