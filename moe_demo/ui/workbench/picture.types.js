// Written by `make types` from moe_demo/ui/workbench/data.py: what workbench/picture.js is given.

/**
 * The runs that this reader may see; one is chosen, another may be compared with it.
 * @typedef {object} PictureData
 * @property {Array<RunRow>} rows
 * @property {string} chosen
 * @property {string|null} twin
 * @property {string} label
 * @property {string} says The whole picture in a sentence, for those who do not see it.
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * One run.
 * @typedef {object} RunRow
 * @property {string} id
 * @property {string} whose
 * @property {string} state
 * @property {number|null} accuracy
 * @property {number|null} loss
 * @property {Array<LayerVio>} vio
 * @property {number} floor MaxVio of blind choice for as many words.
 * @property {number|null} seed
 * @property {string} method
 * @property {string} data
 * @property {number|null} steps
 */

/**
 * MaxVio of one layer.
 * @typedef {object} LayerVio
 * @property {string} layer
 * @property {number} value
 */

export {};
