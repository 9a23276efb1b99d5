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
 * What only the presenter's browser gets.
 * @typedef {object} LeadPayload
 * @property {string} window The window that leads.
 * @property {number} joined
 * @property {Record<string, Array<number>>} votes Question -> how many browsers chose each of the answers A to D.
 * @property {WallPayload|null} wall
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
 * @property {string} path Of the page, below the app's own address.
 * @property {Record<string, string>} params
 * @property {boolean} released
 * @property {number} wall Number of the handing out of experts; 0 where none are handed out.
 * @property {LeadPayload|null} lead
 */

export {};
