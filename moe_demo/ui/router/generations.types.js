// Written by `make types` from moe_demo/ui/router/data_generations.py: what router/generations.js is given.

/**
 * All of them, from the oldest.
 * @typedef {object} PictureData
 * @property {Array<string>} tokens
 * @property {number} token
 * @property {number} n_routed
 * @property {number} group_size
 * @property {Array<GenerationCard>} cards
 * @property {string} label
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * One router.
 * @typedef {object} GenerationCard
 * @property {string} title
 * @property {string} rule
 * @property {Array<Array<number>>} chosen Of each word, the largest gate first.
 * @property {Array<Array<number>>} gates
 * @property {Array<Fact>} here Of this sentence.
 * @property {Array<Fact>} recorded Of the held-out headlines.
 */

/**
 * A number with its name.
 * @typedef {object} Fact
 * @property {string} name
 * @property {string} value
 */

export {};
