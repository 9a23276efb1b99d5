// Written by `make types` from moe_demo/ui/balance/data_sentence.py: what balance/sentence.js is given.

/**
 * The same headline through trainings that differ in one number.
 * @typedef {object} PictureData
 * @property {Array<string>} tokens
 * @property {number} n_experts
 * @property {Array<SentenceCard>} cards
 * @property {string} label
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * One training.
 * @typedef {object} SentenceCard
 * @property {string} title
 * @property {string} foot
 * @property {boolean} chosen
 * @property {Array<SentenceGrid>} layers
 */

/**
 * One layer: the experts of each word, K of them.
 * @typedef {object} SentenceGrid
 * @property {string} name
 * @property {Array<Array<number>>} experts
 * @property {string} line
 */

export {};
