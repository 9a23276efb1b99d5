// Written by `make types` from moe_demo/ui/mixture/data.py: what mixture/picture.js is given.

/**
 * One layer's output for a word, taken apart; and all words' pieces.
 * @typedef {object} PictureData
 * @property {"word"|"sentence"} of
 * @property {number} token
 * @property {string} word
 * @property {number} layer
 * @property {Array<string>} layers
 * @property {Array<Row>} rows
 * @property {Array<number>} total
 * @property {number} total_norm
 * @property {Array<WordRow>} sentence
 * @property {Array<ArticleTerm>} article Empty unless the run and the sentence are those of the article's example.
 * @property {number} answer
 * @property {number} output_limit Largest value in the strips of outputs, of either sign.
 * @property {number} piece_limit The same for the pieces and their sum.
 * @property {number} norm_limit
 * @property {number} effect_limit
 * @property {number} sentence_norm_limit
 * @property {Array<ExpertLook>} experts
 * @property {Array<ClassLook>} classes
 * @property {Ramp} ramp
 * @property {string} title
 * @property {string} badge
 * @property {string} badge_hint
 * @property {string} claim
 * @property {string} says The whole picture in a sentence, for those who do not see it.
 * @property {string} measured How the columns of effects were made, in one sentence.
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * One piece: a chosen expert's output times its gate, or a shared expert's output.
 * @typedef {object} Row
 * @property {string} label
 * @property {number|null} expert None: a shared expert.
 * @property {number} gate
 * @property {Array<number>} output Before the gate.
 * @property {Array<number>} piece
 * @property {number} norm
 * @property {number} so_far Length of the sum up to here.
 * @property {Array<number>} cosine To each class direction.
 * @property {Array<number>} effect Measured: each class logit less that without the piece.
 * @property {Array<number>|null} direct Exact: what it adds to each class logit; null where that way is not linear.
 */

/**
 * One word's pieces, by their length and what they cause.
 * @typedef {object} WordRow
 * @property {string} word
 * @property {Array<number>} norms
 * @property {Array<number>} experts
 * @property {Array<number>} effects Toward the answer, piece by piece.
 */

/**
 * One term of the article's line, with the live one.
 * @typedef {object} ArticleTerm
 * @property {string} word
 * @property {number} token
 * @property {string} written
 * @property {number} gate
 * @property {number} live_expert
 * @property {number} live_gate
 */

/** @typedef {import("../kit/looks.types.js").ExpertLook} ExpertLook */

/** @typedef {import("../kit/looks.types.js").ClassLook} ClassLook */

/** @typedef {import("../kit/looks.types.js").Ramp} Ramp */

export {};
