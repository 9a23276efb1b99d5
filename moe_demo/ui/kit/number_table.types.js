// Written by `make types` from moe_demo/ui/kit/data.py: what kit/number_table.js is given.

/**
 * A table of numbers, or of words about them.
 * @typedef {object} PictureData
 * @property {string} label
 * @property {Array<string>} heads
 * @property {Array<NumberRow>} rows
 * @property {boolean} is_text Whether its cells are read like words, from the left.
 * @property {string} lang
 */

/**
 * A row of numbers.
 * @typedef {object} NumberRow
 * @property {string} head
 * @property {Array<NumberCell>} cells
 */

/**
 * A number as it is written, and its key where it tells where it comes from.
 * @typedef {object} NumberCell
 * @property {string} text
 * @property {string|null} why
 * @property {number|null} expert The expert that the selection takes with it.
 * @property {number|null} layer The layer that it takes.
 */

export {};
