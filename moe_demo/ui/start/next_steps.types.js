/**
 * @typedef {object} PictureData
 * @property {Record<string, string>} words
 * @property {string} lang
 */

export {};
