// Written by `make types` from moe_demo/ui/kit/data.py: what kit/chart.js is given.

/**
 * A figure, the library that draws it, and what it shows in words.
 * @typedef {object} PictureData
 * @property {Record<string, any>} figure
 * @property {string} library Address of plotly.js on this server.
 * @property {string} label
 * @property {Record<string, string>} words
 * @property {string} lang
 */

export {};
