// Written by `make types` from moe_demo/ui/scale/data.py: what scale/picture.js is given.

/**
 * The models in the order of their release, and the conventions of counting.
 * @typedef {object} PictureData
 * @property {Array<ModelCard>} cards
 * @property {Array<Switch>} switches
 * @property {string} claim
 * @property {string} label
 * @property {string} says The whole picture in a sentence, for those who do not see it.
 * @property {Record<string, string>} keys
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * One model.
 * @typedef {object} ModelCard
 * @property {string} name
 * @property {string} title
 * @property {number} routed Experts of one layer; as many squares.
 * @property {number} shared
 * @property {number} lit Of the routed ones, those one token uses.
 * @property {number} side Of the square of all its parameters, as a share of the largest model's.
 * @property {number} inner Of the square of the activated ones, as a share of the same.
 * @property {string} layer
 * @property {string} total
 * @property {string} activated
 * @property {boolean} chosen
 * @property {boolean} compared
 * @property {string} says What the squares show, for those who do not see them.
 */

/**
 * A setting with its ways.
 * @typedef {object} Switch
 * @property {string} name
 * @property {string} label
 * @property {Array<SwitchOption>} options
 * @property {string} note
 */

/**
 * One way of counting.
 * @typedef {object} SwitchOption
 * @property {string} value
 * @property {string} text
 * @property {boolean} pressed
 */

export {};
