// Written by `make types` from moe_demo/ui/workbench/data_own.py: what workbench/class_counts.js is given.

/**
 * How many headlines of each class a file has.
 * @typedef {object} PictureData
 * @property {Array<ClassCount>} rows
 * @property {string} label
 * @property {string} lang
 */

/**
 * A class and how many headlines it has, as a number and as it is shown.
 * @typedef {object} ClassCount
 * @property {string} hue
 * @property {string} ink
 * @property {string} shape
 * @property {string} glyph
 * @property {string} word
 * @property {number} count
 * @property {string} shown
 */

export {};
