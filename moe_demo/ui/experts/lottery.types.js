// Written by `make types` from moe_demo/ui/experts/data_lottery.py: what experts/lottery.js is given.

/**
 * One layer's experts and their partners.
 * @typedef {object} PictureData
 * @property {string} name
 * @property {number} layer
 * @property {Array<OtherTraining>} others
 * @property {Array<LotteryRow>} rows
 * @property {string} title
 * @property {string} claim
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * A training beside it, and how the matching went.
 * @typedef {object} OtherTraining
 * @property {string} name
 * @property {number} luck
 * @property {Record<string, LotteryNumber>} numbers By their names in the sentence that says how it went.
 */

/**
 * One expert of this page's run.
 * @typedef {object} LotteryRow
 * @property {string} label
 * @property {Leaning} leaning
 * @property {Array<Partner>} partners
 */

/**
 * A number of a sentence, and its key.
 * @typedef {object} LotteryNumber
 * @property {string} text
 * @property {string} why
 */

/**
 * The class that an expert's words are of most beyond chance.
 * @typedef {object} Leaning
 * @property {string} glyph
 * @property {string} hue
 * @property {string} word
 */

/**
 * The matched expert of one other training.
 * @typedef {object} Partner
 * @property {string} label
 * @property {number} overlap
 * @property {boolean} survives
 * @property {Leaning} leaning
 */

export {};
