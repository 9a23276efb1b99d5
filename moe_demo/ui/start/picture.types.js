// Written by `make types` from moe_demo/ui/start/data.py: what start/picture.js is given.

/**
 * One sentence, its routes through the MoE layers, its class.
 * @typedef {object} PictureData
 * @property {Array<StartToken>} tokens
 * @property {Array<StartLayer>} layers
 * @property {Array<string>} layer_names
 * @property {Array<ExpertLook>} experts
 * @property {number} groups
 * @property {Array<string>} shared
 * @property {Array<StartClass>} classes
 * @property {number} best Place of the predicted class.
 * @property {Array<Array<number>>} answers Probability of each class while words arrive at the average, T x C.
 * @property {Array<string>} arrival_lines How that average is made, T lines.
 * @property {string} unfamiliar Why not to rely on the answer; empty where the sentence is familiar.
 * @property {string} line How many of the parameters one word uses.
 * @property {string} badge
 * @property {StartSelection} selection
 * @property {string} says The whole picture in a sentence, for those who do not see it.
 * @property {Record<string, string>} words
 * @property {Record<string, string>} keys
 * @property {string} lang
 */

/**
 * A word of the sentence.
 * @typedef {object} StartToken
 * @property {string} text
 * @property {string} gloss
 * @property {boolean} known
 */

/**
 * Who was chosen in one MoE layer: T x K, in the order in which the router took them.
 * @typedef {object} StartLayer
 * @property {number} index
 * @property {Array<Array<number>>} experts
 * @property {Array<Array<number>>} gates
 * @property {Array<Array<number>>} scores
 */

/** @typedef {import("../kit/looks.types.js").ExpertLook} ExpertLook */

/**
 * A class with its probability.
 * @typedef {object} StartClass
 * @property {string} hue
 * @property {string} ink
 * @property {string} shape
 * @property {string} glyph
 * @property {string} word
 * @property {number} p
 */

/**
 * What is picked on all pages.
 * @typedef {object} StartSelection
 * @property {number|null} token
 * @property {number|null} expert
 * @property {number} layer
 */

export {};
