// Written by `make types` from moe_demo/ui/router/data.py: what router/map.js is given.

/**
 * The layer's scores of every word and expert (T x E), and who was chosen (T x K).
 * @typedef {object} PictureData
 * @property {Array<string>} tokens
 * @property {Array<Array<number>>} scores
 * @property {Array<Array<number>>} chosen
 * @property {Array<Array<number>>} gates
 * @property {Array<ExpertLook>} experts
 * @property {number} group_size
 * @property {number} token
 * @property {number|null} expert
 * @property {Ramp} ramp
 * @property {number} end The affinity at the end of the ramp.
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/** @typedef {import("../kit/looks.types.js").ExpertLook} ExpertLook */

/** @typedef {import("../kit/looks.types.js").Ramp} Ramp */

export {};
