// Written by `make types` from moe_demo/ui/router/data.py: what router/picture.js is given.

/**
 * One word's way through one router, expert by expert.
 * @typedef {object} PictureData
 * @property {string} word
 * @property {string} gloss
 * @property {number} token
 * @property {number} n_tokens
 * @property {string} title
 * @property {string} says The whole picture in a sentence, for those who do not see it.
 * @property {string} badge
 * @property {string} badge_hint
 * @property {Array<Row>} rows In seat order.
 * @property {Array<Group>} groups Empty where there is one group only.
 * @property {Array<number>} order All experts: those that may be chosen, the best first, then the others.
 * @property {number} top_k
 * @property {number|null} cut None where a table chooses: no score has to reach anything.
 * @property {number} score_sum
 * @property {number} gate_sum
 * @property {boolean} normalised
 * @property {number} route_scale
 * @property {Scales} scales
 * @property {Array<ExpertLook>} experts
 * @property {Array<ShiftedClass>} classes
 * @property {boolean} changed
 * @property {number|null} selected
 * @property {Record<string, Head>} heads By column; no group column where there is one group only.
 * @property {Record<string, string>} fates
 * @property {Lines} lines
 * @property {Record<string, string>} words
 * @property {Record<string, string>} keys
 * @property {string} lang
 */

/**
 * One expert's numbers on the way from logit to gate; `choice` and `rank` are null where its group was left out.
 * @typedef {object} Row
 * @property {number} e
 * @property {number} logit
 * @property {number} score
 * @property {number} bias
 * @property {number} biased
 * @property {number|null} choice
 * @property {number} group
 * @property {boolean} kept Whether its group stays in the choice.
 * @property {boolean} counted Whether its group's score sums this expert's biased score.
 * @property {number|null} rank
 * @property {boolean} chosen
 * @property {number} gate
 * @property {"entered"|"left"|"reweighted"|"same"} fate
 * @property {TrainedRow} [trained] The same expert under the trained rule; only where the rule was changed.
 */

/**
 * One group's place in the choice.
 * @typedef {object} Group
 * @property {number} group
 * @property {Array<number>} members
 * @property {Array<number>} counted
 * @property {number} score
 * @property {boolean} kept
 */

/**
 * Ends of the axes; those of logit and bias stand on both sides of 0.
 * @typedef {object} Scales
 * @property {number} logit
 * @property {number} score
 * @property {number} bias
 * @property {[number, number]} choice
 * @property {number} gate
 */

/** @typedef {import("../kit/looks.types.js").ExpertLook} ExpertLook */

/**
 * A class with its probability for the whole sentence, under the trained and under the changed rule.
 * @typedef {object} ShiftedClass
 * @property {string} hue
 * @property {string} ink
 * @property {string} shape
 * @property {string} glyph
 * @property {string} word
 * @property {string} label
 * @property {number} before
 * @property {number} after
 * @property {number} difference
 */

/**
 * A column's header: what it is called, how it is computed, what that means.
 * @typedef {object} Head
 * @property {string} word
 * @property {string} formula
 * @property {string} hint
 */

/**
 * Sentences made from the numbers on show.
 * @typedef {object} Lines
 * @property {string} change
 * @property {string} claim
 * @property {string} evidence
 * @property {string} margin
 */

/**
 * What a changed row is held against.
 * @typedef {object} TrainedRow
 * @property {number} score
 * @property {number} bias
 * @property {number|null} choice
 * @property {number} gate
 */

export {};
