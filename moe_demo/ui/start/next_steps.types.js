// What Python gives start/next_steps.js: written by `make types` from moe_demo/ui/start/data.py, not by hand.

/**
 * Three ways on from here.
 * @typedef {object} PictureData
 * @property {Record<string, string>} words
 * @property {string} lang
 */

export {};
