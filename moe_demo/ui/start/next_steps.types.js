// Written by `make types` from moe_demo/ui/start/data.py: what start/next_steps.js is given.

/**
 * Three ways on from here.
 * @typedef {object} PictureData
 * @property {Record<string, string>} words
 * @property {string} lang
 */

export {};
