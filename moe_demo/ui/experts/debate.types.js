// Written by `make types` from moe_demo/ui/experts/data_debate.py: what experts/debate.js is given.

/**
 * The four charts.
 * @typedef {object} PictureData
 * @property {Array<DebateChart>} charts
 * @property {Array<string>} seeds
 * @property {string} title
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * One account.
 * @typedef {object} DebateChart
 * @property {"committee"|"topic"|"features"|"path"} account
 * @property {string} title
 * @property {string} source
 * @property {string} measure
 * @property {"percent"|"number"} form
 * @property {number} limit End of the scale, which begins at 0.
 * @property {Array<DebateRow>} rows
 * @property {Array<string>} says
 */

/**
 * One layer, or all of them.
 * @typedef {object} DebateRow
 * @property {string} label
 * @property {Array<DebateDot>} dots
 */

/**
 * One training.
 * @typedef {object} DebateDot
 * @property {string} name
 * @property {boolean} is_live
 * @property {number} value
 * @property {number} chance
 * @property {number|null} beside
 * @property {DotKeys|null} why Keys of its sums; none of a recorded training, whose weights are not kept.
 * @property {number|null} layer
 */

/**
 * Where the numbers of a mark come from.
 * @typedef {object} DotKeys
 * @property {string} value
 * @property {string} chance
 * @property {string|null} beside
 */

export {};
