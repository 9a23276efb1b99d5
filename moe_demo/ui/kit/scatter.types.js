// Written by `make types` from moe_demo/ui/kit/data_scatter.py: what kit/scatter.js is given.

/**
 * Length of each piece against the effect of leaving it out.
 * @typedef {object} PictureData
 * @property {Array<Point>} points
 * @property {number} answer
 * @property {number} token
 * @property {number|null} expert
 * @property {number} layer
 * @property {Array<string>} layers
 * @property {number} norm_limit
 * @property {number} effect_low
 * @property {number} effect_high
 * @property {Array<ExpertLook>} experts
 * @property {boolean} shows_states Whether experts can be switched where this is shown.
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
 * @property {"on"|"off"|"muted"} state What the visitor has made of the expert.
 */

/** @typedef {import("../kit/looks.types.js").ExpertLook} ExpertLook */

export {};
