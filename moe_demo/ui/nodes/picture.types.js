// Written by `make types` from moe_demo/ui/nodes/data.py: what nodes/picture.js is given.

/**
 * One layer of one sentence.
 * @typedef {object} PictureData
 * @property {Array<BoardWord>} tokens
 * @property {number|null} picked
 * @property {Array<string>} layers
 * @property {number} layer
 * @property {Array<BoardNode>} nodes
 * @property {Array<BoardCopy>} copies
 * @property {Array<number>} counts Words of this sentence at each expert.
 * @property {Array<ExpertLook>} experts
 * @property {string} claim
 * @property {string} says The whole picture in a sentence, for those who do not see it.
 * @property {string} badge
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * A word of the sentence.
 * @typedef {object} BoardWord
 * @property {string} text
 * @property {string} gloss
 */

/**
 * A node, its experts, and what comes to it.
 * @typedef {object} BoardNode
 * @property {string} name
 * @property {Array<number>} experts
 * @property {number} copies Of this sentence.
 * @property {number} share Of the copies of all held-out headlines, 0 to 1.
 */

/**
 * A word's vector on its way to a node, and the experts there that get it.
 * @typedef {object} BoardCopy
 * @property {number} token
 * @property {number} node
 * @property {Array<number>} experts
 */

/** @typedef {import("../kit/looks.types.js").ExpertLook} ExpertLook */

export {};
