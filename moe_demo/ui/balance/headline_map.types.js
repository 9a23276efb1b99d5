// Written by `make types` from moe_demo/ui/balance/data_formulas.py: what balance/headline_map.js is given.

/**
 * f of every expert in a few headlines, and in their batch.
 * @typedef {object} PictureData
 * @property {Array<HeadlineRow>} headlines
 * @property {BatchRow} batch
 * @property {Array<string>} ramp Of f, from 0 to `top`.
 * @property {number} top
 * @property {string} label
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * The same over one headline.
 * @typedef {object} HeadlineRow
 * @property {string} text
 * @property {Array<number>} f
 * @property {number} unevenness
 * @property {string} class_word
 * @property {string} glyph
 * @property {string} hue
 */

/**
 * f of every expert over the batch, and how far they are apart.
 * @typedef {object} BatchRow
 * @property {string} text
 * @property {Array<number>} f
 * @property {number} unevenness
 */

export {};
