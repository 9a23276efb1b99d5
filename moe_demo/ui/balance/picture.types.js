// Written by `make types` from moe_demo/ui/balance/data.py: what balance/picture.js is given.

/**
 * Runs that differ in nothing but how their load is kept even.
 * @typedef {object} PictureData
 * @property {Array<ComparedCourse>} runs
 * @property {number} n_layers
 * @property {number} n_experts
 * @property {Array<string>} looks Colour of each run's line.
 * @property {Array<string>} ramp Of load by fair share, from 0 to `top`.
 * @property {number} top
 * @property {number} dead_below
 * @property {number|null} guess
 * @property {boolean} revealed
 * @property {string} ask
 * @property {string} label
 * @property {string} says The whole picture in a sentence, for those who do not see it.
 * @property {string} badge
 * @property {Record<string, string>} words
 * @property {Record<string, string>} keys
 * @property {string} lang
 */

/**
 * One run's evaluations (n); method and loads are there only once they are shown.
 * @typedef {object} ComparedCourse
 * @property {string} letter
 * @property {Array<number>} steps
 * @property {Array<number>} loss
 * @property {Array<number>} accuracy
 * @property {string} state What a live run is doing; empty once it is done.
 * @property {boolean} most_uneven
 * @property {string} says
 * @property {string} [name]
 * @property {Array<Array<Array<number>>>} [load] L x n x E, by fair share.
 * @property {Array<number>} [worst_vio] MaxVio of the worst layer, n.
 * @property {Array<number>} [max_vio] At the end, L.
 * @property {number} [floor] MaxVio of blind choice for as many tokens.
 * @property {Array<string>} [foot]
 */

export {};
