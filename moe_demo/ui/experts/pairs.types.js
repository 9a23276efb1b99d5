// Written by `make types` from moe_demo/ui/experts/data_pairs.py: what experts/pairs.js is given.

/**
 * All pairs of one layer.
 * @typedef {object} PictureData
 * @property {Array<string>} experts
 * @property {number} group_size
 * @property {Array<Array<PairCell>>} rows Below the diagonal: row 1 has the pair with expert 0, and so on.
 * @property {Ramp} ramp
 * @property {string} title
 * @property {string} claim
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * Two experts.
 * @typedef {object} PairCell
 * @property {number|null} lift
 * @property {number} n
 * @property {number} expected
 * @property {number} low
 * @property {number} high
 * @property {boolean} clear
 */

/** @typedef {import("../kit/looks.types.js").Ramp} Ramp */

export {};
