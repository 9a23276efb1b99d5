// Written by `make types` from moe_demo/ui/mixture/data.py: what mixture/scatter.js is given.

/**
 * Length of each piece against the effect of leaving it out.
 * @typedef {object} PictureData
 * @property {Array<Point>} points
 * @property {number} answer
 * @property {number} token
 * @property {number|null} expert
 * @property {number} norm_limit
 * @property {number} effect_low
 * @property {number} effect_high
 * @property {Array<ExpertLook>} experts
 * @property {string} title
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * One word at one expert.
 * @typedef {object} Point
 * @property {number} token
 * @property {string} word
 * @property {number} expert
 * @property {number} piece Which of the word's pieces it is.
 * @property {number} gate
 * @property {number} norm
 * @property {number} effect
 */

/** @typedef {import("../kit/looks.types.js").ExpertLook} ExpertLook */

export {};
