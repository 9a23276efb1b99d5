// Written by `make types` from moe_demo/ui/training/data.py: what training/picture.js is given.

/**
 * One run's training, or two beside each other: what is drawn first; the record itself is fetched.
 * @typedef {object} PictureData
 * @property {Array<WatchedRun>} runs
 * @property {string} visit What the browser says of itself where it takes no cookies.
 * @property {string} sentence
 * @property {number} layer
 * @property {number|null} step
 * @property {number|null} newest The last checkpoint when this was drawn.
 * @property {number|null} token
 * @property {string} state
 * @property {Array<ExpertLook>} experts
 * @property {Ramps} ramps
 * @property {RunLines} lines
 * @property {number} dead_below Of the fair share.
 * @property {number} poll_ms
 * @property {number} idle_ms
 * @property {Record<string, string>} words
 * @property {Record<string, string>} hints What the terms above a band mean.
 * @property {Record<string, string>} keys
 * @property {string} lang
 */

/**
 * A run, and where the browser asks for its record.
 * @typedef {object} WatchedRun
 * @property {string} id
 * @property {string} name
 * @property {string} address
 * @property {boolean} live Whether something may still be written.
 * @property {number|null} seed
 */

/** @typedef {import("../kit/looks.types.js").ExpertLook} ExpertLook */

/**
 * Colours of load and bias, around the fair share and around zero.
 * @typedef {object} Ramps
 * @property {Array<string>} diverging
 */

/**
 * Colours of lines that stand for a whole run.
 * @typedef {object} RunLines
 * @property {string} train
 * @property {string} held_out
 * @property {string} floor
 * @property {string} a
 * @property {string} b
 */

export {};
