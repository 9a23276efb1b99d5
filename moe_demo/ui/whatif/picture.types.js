// Written by `make types` from moe_demo/ui/whatif/data.py: what whatif/picture.js is given.

/**
 * The switchboard, and what it does to one sentence.
 * @typedef {object} PictureData
 * @property {"off"|"silence"|"alone"|"only"|"force"|"bias"} act
 * @property {Array<Word>} tokens
 * @property {number} picked
 * @property {Array<SwitchRow>} rows
 * @property {Array<GateLayer>} gates Of the picked word, where a click sends words.
 * @property {BiasSlider|null} bias Of the picked expert, where a click moves biases.
 * @property {Array<Change>} changes
 * @property {Array<Answer>|null} answers None: the visitor predicts first.
 * @property {Array<Array<Array<number>|null>>|null} next After a click on a seat; None: not known before.
 * @property {Array<ClassLook>} classes
 * @property {Array<ChangedLayer>} layers Only layers and words in which something is another one.
 * @property {number} n_changed
 * @property {Array<ExpertLook>} experts
 * @property {string} claim
 * @property {string} says The whole picture in a sentence, for those who do not see it.
 * @property {string} luck Whether other experts would have done the same; empty where there is nothing to compare.
 * @property {string} prediction What the visitor said before, beside what came; empty where nothing was asked.
 * @property {string} badge
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * A word of the sentence.
 * @typedef {object} Word
 * @property {string} text
 * @property {string} gloss
 * @property {string} dropped By which full experts, in words; empty where none dropped it.
 */

/**
 * One layer of the switchboard.
 * @typedef {object} SwitchRow
 * @property {string} title
 * @property {Array<SwitchSeat>} seats
 * @property {"none"|"on"|"off"} shared
 */

/**
 * The gates of the picked word in one layer.
 * @typedef {object} GateLayer
 * @property {string} title
 * @property {number} layer
 * @property {Array<GateSlider>} gates
 */

/**
 * The bias of one expert: as trained, and what is added to it in hundredths.
 * @typedef {object} BiasSlider
 * @property {number} layer
 * @property {number} expert
 * @property {string} title
 * @property {number} trained
 * @property {number} push
 */

/**
 * One change, in words, and the click that takes it back.
 * @typedef {object} Change
 * @property {string} text
 * @property {Record<string, number|null>} undo
 */

/**
 * A class with its probability, before and after.
 * @typedef {object} Answer
 * @property {number} before
 * @property {number} after
 * @property {number|null} low Of 95 % of the same switches on other experts; None where no single experts are switched.
 * @property {number|null} high
 */

/** @typedef {import("../kit/looks.types.js").ClassLook} ClassLook */

/**
 * All words in one layer.
 * @typedef {object} ChangedLayer
 * @property {string} title
 * @property {Array<ChangedWord>} words
 */

/** @typedef {import("../kit/looks.types.js").ExpertLook} ExpertLook */

/**
 * One expert of one layer.
 * @typedef {object} SwitchSeat
 * @property {"on"|"off"|"muted"} state
 * @property {number} before Words of the sentence that chose it.
 * @property {number} after
 * @property {boolean} mine Whether the picked word is sent to it.
 * @property {boolean} forced Whether that was forced.
 */

/**
 * The gate of the picked word at one expert, in hundredths.
 * @typedef {object} GateSlider
 * @property {number} expert
 * @property {number} gate
 * @property {boolean} moved
 */

/**
 * A word's experts in one layer, before and after.
 * @typedef {object} ChangedWord
 * @property {string} word
 * @property {number} token
 * @property {Array<number>} before
 * @property {Array<number>} after
 * @property {Array<number>} dropped Experts that were full.
 */

export {};
