// Written by `make types` from moe_demo/ui/whatif/data.py: what whatif/picture.js is given.

/**
 * The switchboard, and what it does to one sentence.
 * @typedef {object} PictureData
 * @property {"off"|"silence"} act
 * @property {Array<SwitchRow>} rows
 * @property {Array<Answer>} answers
 * @property {Array<ClassLook>} classes
 * @property {Array<ChangedLayer>} layers Only layers and words in which something is another one.
 * @property {number} n_changed
 * @property {Array<ExpertLook>} experts
 * @property {string} claim
 * @property {string} badge
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * One layer of the switchboard.
 * @typedef {object} SwitchRow
 * @property {string} title
 * @property {Array<SwitchSeat>} seats
 * @property {"none"|"on"|"off"} shared
 */

/**
 * A class with its probability, before and after.
 * @typedef {object} Answer
 * @property {number} before
 * @property {number} after
 */

/** @typedef {import("../kit/looks.types.js").ClassLook} ClassLook */

/**
 * All words in one layer.
 * @typedef {object} ChangedLayer
 * @property {string} title
 * @property {Array<ChangedWord>} words
 */

/** @typedef {import("../kit/looks.types.js").ExpertLook} ExpertLook */

/**
 * One expert of one layer.
 * @typedef {object} SwitchSeat
 * @property {"on"|"off"|"muted"} state
 * @property {number} before Words of the sentence that chose it.
 * @property {number} after
 */

/**
 * A word's experts in one layer, before and after.
 * @typedef {object} ChangedWord
 * @property {string} word
 * @property {number} token
 * @property {Array<number>} before
 * @property {Array<number>} after
 * @property {Array<number>} dropped Experts that were full.
 */

export {};
