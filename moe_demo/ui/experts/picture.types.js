// Written by `make types` from moe_demo/ui/experts/data.py: what experts/picture.js is given.

/**
 * The map of one layer and the picked cell.
 * @typedef {object} PictureData
 * @property {number} layer
 * @property {Array<string>} layers
 * @property {"lift"|"count"} shown
 * @property {Array<Array<Column>>} columns Classes, then kinds.
 * @property {Array<MapRow>} rows
 * @property {number} load_limit
 * @property {PickedCell} picked
 * @property {Array<NameGiven>} names
 * @property {number} max_name
 * @property {Ramp} ramp
 * @property {string} title
 * @property {string} claim
 * @property {string} says The whole picture in a sentence, for those who do not see it.
 * @property {string} badge
 * @property {string} badge_hint
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * A class or a kind of word.
 * @typedef {object} Column
 * @property {number} column Its number in the address: classes first, then kinds.
 * @property {string} word
 * @property {string} glyph
 * @property {string} hue
 * @property {string} hint
 */

/**
 * One expert.
 * @typedef {object} MapRow
 * @property {number} expert
 * @property {string} label
 * @property {number} load
 * @property {number} n
 * @property {Array<Array<MapCell>>} cells By class, then by kind.
 * @property {Array<string>} names That a reader gave, each with what it rests on.
 * @property {boolean} has_word Whether the selected word of the sentence goes to it.
 */

/**
 * The picked cell in words.
 * @typedef {object} PickedCell
 * @property {number} expert
 * @property {number} column
 * @property {string} title
 * @property {string} says
 * @property {Array<CellNumber>} numbers
 * @property {string} n_words
 * @property {Array<CellWord>} words
 * @property {Array<CellHeadline>} headlines
 * @property {string} name That a reader gave it, or an empty text.
 */

/**
 * A name that a reader gave, with lift and n of the cell it rests on.
 * @typedef {object} NameGiven
 * @property {Array<number>} place
 * @property {string} name
 * @property {string} says
 */

/** @typedef {import("../kit/looks.types.js").Ramp} Ramp */

/**
 * One expert and column.
 * @typedef {object} MapCell
 * @property {number|null} lift None: nothing to divide.
 * @property {number} n
 * @property {number|null} low
 * @property {number|null} high
 * @property {number|null} luck Lift of one shuffle of the labels.
 * @property {boolean} clear Whether the lift lies outside the band of luck.
 */

/**
 * A number of the picked cell, and the key of its sum.
 * @typedef {object} CellNumber
 * @property {string} name
 * @property {string} text
 * @property {string} why
 */

/**
 * A word behind the picked cell.
 * @typedef {object} CellWord
 * @property {string} word
 * @property {number} n
 * @property {number} of
 */

/**
 * A headline behind it: its words, and which of them this expert took.
 * @typedef {object} CellHeadline
 * @property {string} text
 * @property {Array<string>} tokens
 * @property {Array<boolean>} gaps Whether a space stands before each.
 * @property {Array<number>} taken
 * @property {string} glyph
 * @property {string} hue
 * @property {string} label
 */

export {};
