// Written by `make types` from moe_demo/ui/server/class_wire.py: what scripts are given.

/**
 * What came of switching one expert off.
 * @typedef {object} WallCell
 * @property {string} text Empty as long as nothing has come in.
 * @property {string} label Layer and expert with the result, in words.
 * @property {"less"|"same"|"more"|null} tone
 */

/**
 * The experts that were handed out, L rows of E cells.
 * @typedef {object} WallPayload
 * @property {string} title
 * @property {Array<Array<WallCell>>} rows
 * @property {Array<string>} experts
 * @property {Array<string>} layers
 * @property {string} filled How many of how many have come in, in words.
 */

/**
 * What has come of a training from each seed.
 * @typedef {object} SeedsPayload
 * @property {string} title
 * @property {Array<WallCell>} cells A seed each, in order; the text is "…" while one trains or waits.
 * @property {string} filled How many of how many have come in, in words.
 * @property {string} spread Mean and spread, in words; empty before the first.
 */

/**
 * What the training from a browser's own seed does.
 * @typedef {object} TrainingNews
 * @property {string} says
 * @property {boolean} again Whether nothing comes of it, so that it may be started again.
 * @property {string} result Empty before it has come in.
 * @property {"less"|"same"|"more"|null} tone
 */

/**
 * What only the presenter's browser gets.
 * @typedef {object} LeadPayload
 * @property {string} window The window that leads.
 * @property {number} joined
 * @property {Record<string, Array<number>>} votes Question -> how many browsers chose each of the answers A to D.
 * @property {WallPayload|null} wall
 * @property {SeedsPayload|null} seeds
 */

/**
 * Why a class does not do what is asked.
 * @typedef {object} ClassRefusal
 * @property {string} message In the reader's language.
 * @property {string} code
 */

/**
 * The state of a class.
 * @typedef {object} ClassPayload
 * @property {string} version
 * @property {number} moved Grows with every change of the class itself; `version` changes with a training too.
 * @property {string} path Of the page, below the app's own address.
 * @property {Record<string, string>} params
 * @property {boolean} released
 * @property {number} wall Number of the handing out; 0 where nothing is handed out.
 * @property {TrainingNews|null} training
 * @property {LeadPayload|null} lead
 */

export {};
