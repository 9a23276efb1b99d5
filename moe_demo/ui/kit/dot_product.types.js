// Written by `make types` from moe_demo/ui/kit/data.py: what kit/dot_product.js is given.

/**
 * The strips of x, w and x w: the terms that weigh most, the others together, and the sum.
 * @typedef {object} PictureData
 * @property {Array<Term>} terms
 * @property {Product} rest
 * @property {Product} total
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * One feature's part: x times w.
 * @typedef {object} Term
 * @property {string} name
 * @property {number} product
 * @property {number} x
 * @property {number} w
 */

/**
 * A part of the sum, without its factors.
 * @typedef {object} Product
 * @property {string} name
 * @property {number} product
 */

export {};
