// Written by `make types` from moe_demo/ui/training/data_slow_step.py: what training/slow_step.js is given.

/**
 * One training step, taken apart; scores and choices are those of one headline in one layer.
 * @typedef {object} PictureData
 * @property {Array<GradientRow>} gradients
 * @property {Array<Pull>} pull Gradient of every expert.
 * @property {number} lr
 * @property {Array<[number, number]>} rates Step and learning rate over the whole training, thinned.
 * @property {number} rate Step of the bias; 0 without one.
 * @property {Array<number>} sign Direction of each: +1 for an idle expert.
 * @property {Array<number>} before
 * @property {Array<number>} after
 * @property {string} key Another one where the run, the checkpoint or the language is another.
 * @property {number} step
 * @property {number} headline
 * @property {number} layer
 * @property {Array<string>} layers
 * @property {Array<SlowHeadlineRow>} batch
 * @property {number} most_headlines
 * @property {Array<ClassLook>} classes
 * @property {Array<ExpertLook>} experts
 * @property {number} group_size
 * @property {Array<Array<number>>} scores
 * @property {Array<Array<number>>} chosen
 * @property {Array<number>} load
 * @property {number} mean
 * @property {Array<number>} f
 * @property {Array<number>} mine How often the headline's words chose each expert.
 * @property {Array<number>} mine_f The same, by fair share.
 * @property {number} random_f Load by fair share of the busiest expert if words chose blindly.
 * @property {number} ce
 * @property {number} balance
 * @property {number} balance_share Of the whole loss.
 * @property {Factors} factors
 * @property {Array<SlowStage>} stages
 * @property {string} badge
 * @property {string} badge_hint
 * @property {StageColours} colours
 * @property {Ramp} ramp
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * The gradient of one part of the network.
 * @typedef {object} GradientRow
 * @property {number} norm
 * @property {number} clipped
 * @property {string} word
 * @property {string|null} why The key of its norm; of a part's own weights no gradient is kept.
 */

/**
 * Norm of a gradient, and what clipping leaves of it.
 * @typedef {object} Pull
 * @property {number} norm
 * @property {number} clipped
 */

/**
 * One headline of the batch: its words, which of them this step did not see whole, what came of it.
 * @typedef {object} SlowHeadlineRow
 * @property {string} text
 * @property {Array<string>} words
 * @property {Array<boolean>} hidden
 * @property {Array<boolean>} silenced
 * @property {Array<boolean>} left_out
 * @property {Array<number>} read The words that were not left out, by place: those that have scores.
 * @property {number} n_hidden
 * @property {number} n_silenced
 * @property {number} n_left_out
 * @property {number} label
 * @property {number} predicted
 * @property {number} loss
 */

/** @typedef {import("../kit/looks.types.js").ClassLook} ClassLook */

/** @typedef {import("../kit/looks.types.js").ExpertLook} ExpertLook */

/**
 * f and P of every expert, over one headline or over the batch.
 * @typedef {object} Factors
 * @property {string} name
 * @property {Array<number>} f
 * @property {Array<number>} P
 * @property {Array<number>} product
 * @property {number} even P where affinity is even.
 */

/**
 * The words of one stage, with this step's numbers in them.
 * @typedef {object} SlowStage
 * @property {"batch"|"scores"|"dispatch"|"loss"|"gradient"|"bias"} id
 * @property {string} name
 * @property {string} value
 * @property {string} claim
 * @property {string} formula
 * @property {string} note
 * @property {Array<string|null>} why For each line of the formula the key of the number it ends in.
 * @property {boolean} card Whether one headline is shown large.
 */

/**
 * What is below and above the fair share, and the parts of the loss.
 * @typedef {object} StageColours
 * @property {string} below
 * @property {string} above
 * @property {string} share
 * @property {string} entropy
 * @property {string} balance
 */

/** @typedef {import("../kit/looks.types.js").Ramp} Ramp */

export {};
