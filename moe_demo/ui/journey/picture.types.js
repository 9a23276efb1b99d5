// Written by `make types` from moe_demo/ui/journey/data.py: what journey/picture.js is given.

/**
 * One sentence's way through the nine stages, the article's numbers beside the live ones.
 * @typedef {object} PictureData
 * @property {string} text
 * @property {string} run
 * @property {number} step
 * @property {Array<string>} words
 * @property {Array<string>} glosses
 * @property {number} dim
 * @property {number} shown How many of the `dim` coordinates of a vector are here.
 * @property {number} n_experts
 * @property {Array<string>} labels
 * @property {Paper} article
 * @property {[Tokens, Vectors, Router, Choice, Experts, Gates, Transformer, Pooling, Classes]} stages
 * @property {string} key Another one where the sentence, the run or the language is another.
 * @property {number} stage The stage on show, from 1.
 * @property {number|null} token
 * @property {number} serial Of the last click that came through.
 * @property {string} lang
 * @property {Record<string, string>} text_of
 * @property {Array<ExpertLook>} experts
 * @property {Array<ClassLook>} classes
 * @property {Ramp} ramps
 */

/**
 * The article's numbers, and under which of this headline's tokens each of its own stands.
 * @typedef {object} Paper
 * @property {string} text
 * @property {boolean} same_text
 * @property {Array<string>} words
 * @property {Array<string>} names
 * @property {Array<number>} columns
 * @property {Array<number>} left_out This headline's tokens that the article leaves out.
 * @property {Array<PaperExpert>} experts
 * @property {Array<PaperScores>} scores
 * @property {Array<PaperOutput>} outputs
 * @property {Array<PaperTerm>} weighted
 * @property {string} context
 * @property {string} pooling
 * @property {Array<PaperProbability>} probabilities
 */

/**
 * The sentence cut into words.
 * @typedef {object} Tokens
 * @property {"tokens"} id
 * @property {Record<string, string|number|null>} facts
 * @property {Array<Array<number>>} spans Begin and end of each token.
 * @property {Array<Piece>} pieces
 * @property {string} claim
 * @property {string} note
 */

/**
 * A vector for each word.
 * @typedef {object} Vectors
 * @property {"vectors"} id
 * @property {Record<string, string|number|null>} facts
 * @property {Array<Array<number>>} values
 * @property {number} limit
 * @property {Array<boolean>} known
 * @property {Array<Array<string>>} ngrams
 * @property {string} claim
 * @property {string} note
 */

/**
 * The router's scores.
 * @typedef {object} Router
 * @property {"router"} id
 * @property {Record<string, string|number|null>} facts
 * @property {Array<Array<number>>} logits
 * @property {Array<Array<number>>} scores
 * @property {HeldOutLoad|null} held_out
 * @property {string} claim
 * @property {string} note
 */

/**
 * Who got whom.
 * @typedef {object} Choice
 * @property {"choice"} id
 * @property {Record<string, string|number|null>} facts
 * @property {Array<number>} expert
 * @property {Array<number>} gate
 * @property {Array<Array<number>>} scores
 * @property {Array<number>} bias
 * @property {Array<Array<number>>} choice
 * @property {Array<number>} load
 * @property {Array<boolean>} swayed Tokens that the bias sent elsewhere than their highest score.
 * @property {string} claim
 * @property {string} note
 */

/**
 * What the chosen experts make of their words.
 * @typedef {object} Experts
 * @property {"experts"} id
 * @property {Record<string, string|number|null>} facts
 * @property {Array<number>} expert
 * @property {Array<Array<number>>} input
 * @property {number} input_limit
 * @property {Array<Array<number>>} values
 * @property {number} limit
 * @property {string} claim
 * @property {string} note
 */

/**
 * The experts' outputs times their gates.
 * @typedef {object} Gates
 * @property {"gates"} id
 * @property {Record<string, string|number|null>} facts
 * @property {Array<number>} expert
 * @property {Array<number>} gate
 * @property {Array<Array<number>>} output
 * @property {Array<Array<number>>} values
 * @property {number} limit
 * @property {string} claim
 * @property {string} note
 */

/**
 * What attention and the dense FFN add.
 * @typedef {object} Transformer
 * @property {"transformer"} id
 * @property {Record<string, string|number|null>} facts
 * @property {Array<Array<number>>} entered
 * @property {Array<Array<number>>} added
 * @property {Array<Array<number>>} values
 * @property {Array<number>} change
 * @property {Array<number|null>} looks_at The other word at which attention looks most; null where there is none.
 * @property {Array<number|null>} looks How much, mean over heads.
 * @property {number} limit
 * @property {string} claim
 * @property {string} note
 */

/**
 * The mean of the columns.
 * @typedef {object} Pooling
 * @property {"pooling"} id
 * @property {Record<string, string|number|null>} facts
 * @property {Array<Array<number>>} values
 * @property {Array<number>} mean
 * @property {number} count
 * @property {Array<number>} pooled
 * @property {boolean} normed_after
 * @property {number} limit
 * @property {string} claim
 * @property {string} note
 */

/**
 * The class of the sentence.
 * @typedef {object} Classes
 * @property {"classes"} id
 * @property {Record<string, string|number|null>} facts
 * @property {Array<number>} pooled
 * @property {number} limit
 * @property {Array<number>} logits
 * @property {Array<number>} probabilities
 * @property {string} label
 * @property {string} claim
 * @property {string} note
 */

/** @typedef {import("../kit/looks.types.js").ExpertLook} ExpertLook */

/** @typedef {import("../kit/looks.types.js").ClassLook} ClassLook */

/** @typedef {import("../kit/looks.types.js").Ramp} Ramp */

/**
 * An expert as the article introduces it.
 * @typedef {object} PaperExpert
 * @property {number} number
 * @property {string} label
 */

/**
 * What the article's router says of one token.
 * @typedef {object} PaperScores
 * @property {number} token
 * @property {Array<number>} scores_E
 * @property {number} chosen
 */

/**
 * The first coordinates of one expert's output, as printed.
 * @typedef {object} PaperOutput
 * @property {number} token
 * @property {string} written
 * @property {number} expert
 * @property {string} meant
 * @property {Array<number>} values
 */

/**
 * One term of the article's weighted sum.
 * @typedef {object} PaperTerm
 * @property {number} token
 * @property {number} gate
 * @property {string} written
 * @property {number} expert
 */

/**
 * The article's probability of a class.
 * @typedef {object} PaperProbability
 * @property {string} label
 * @property {number} value
 */

/**
 * A part of the sentence: a token, or what stands between two.
 * @typedef {object} Piece
 * @property {string} text
 * @property {number|null} token
 */

/**
 * What every expert took of every class on held-out headlines: E x C.
 * @typedef {object} HeldOutLoad
 * @property {number} n_headlines
 * @property {Array<number>} chance
 * @property {Array<number>} load
 * @property {Array<number|null>} load_share
 * @property {Array<Array<number>>} count
 * @property {Array<Array<number|null>>} share
 * @property {Array<Array<number|null>>} lift
 * @property {Array<Array<boolean>>} small Too few tokens to say anything.
 * @property {MostLift|null} most
 */

/**
 * The cell of experts x classes that stands out most.
 * @typedef {object} MostLift
 * @property {number} expert
 * @property {string} label
 * @property {number|null} lift
 */

export {};
