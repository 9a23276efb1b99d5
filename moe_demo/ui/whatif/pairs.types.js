// Written by `make types` from moe_demo/ui/whatif/data_pairs.py: what whatif/pairs.js is given.

/**
 * Two sentences and the routes of the words they share.
 * @typedef {object} PictureData
 * @property {Array<PairSentence>} sentences
 * @property {Array<string>} layers
 * @property {Array<PairRow>} rows
 * @property {string} claim
 * @property {string} why Why a word must take the same route here; empty where it need not.
 * @property {Array<ExpertLook>} experts
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * A sentence with its answer.
 * @typedef {object} PairSentence
 * @property {string} text
 * @property {string} gloss
 * @property {Array<PairWord>} words
 * @property {string} answer
 */

/**
 * A shared word in all layers.
 * @typedef {object} PairRow
 * @property {string} word
 * @property {string} gloss
 * @property {Array<PairCell>} cells
 */

/** @typedef {import("../kit/looks.types.js").ExpertLook} ExpertLook */

/**
 * A word of a sentence.
 * @typedef {object} PairWord
 * @property {string} text
 * @property {string} gloss
 * @property {boolean} shared
 */

/**
 * A shared word in one layer: its experts in either sentence.
 * @typedef {object} PairCell
 * @property {Array<number>} a
 * @property {Array<number>} b
 * @property {boolean} moved
 */

export {};
