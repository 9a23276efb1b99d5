// Written by `make types` from moe_demo/ui/frame/data.py: what frame/sentence_strip.js is given.

/**
 * The sentence on top of every page, and how far the model has been trained.
 * @typedef {object} PictureData
 * @property {string} text
 * @property {string} gloss
 * @property {Array<StripToken>} tokens
 * @property {Array<ExpertLook>} experts
 * @property {number|null} picked
 * @property {string} left_out The end of a sentence that is too long, cut.
 * @property {string} cut What was done about it, in words; empty where nothing was left out.
 * @property {string} unfamiliar Why not to rely on the answer; empty where the sentence is familiar.
 * @property {Array<number>} steps Of the run's checkpoints.
 * @property {number} step
 * @property {string} run
 * @property {Array<StripExample>} examples
 * @property {number} max_chars
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * A word of the sentence, with the expert that counts most for it.
 * @typedef {object} StripToken
 * @property {string} text
 * @property {string} gloss Its meaning for a reader who knows no Chinese, where it is known.
 * @property {boolean} known
 * @property {number} expert
 */

/** @typedef {import("../kit/looks.types.js").ExpertLook} ExpertLook */

/**
 * A sentence of the menu, what it means, and what it shows; empty where it says so itself.
 * @typedef {object} StripExample
 * @property {string} text
 * @property {string} gloss
 * @property {string} why
 */

export {};
