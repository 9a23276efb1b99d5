// Written by `make types` from moe_demo/ui/frame/data_class.py: what frame/class_bar.js is given.

/**
 * The bar of a class.
 * @typedef {object} PictureData
 * @property {string} code
 * @property {boolean} leads Whether this browser presents the class.
 * @property {ClassPlace} shows What this run of the script was asked for.
 * @property {string} address Of the class, below the app's own (ui.server.class_routes).
 * @property {string} visit The id of the visit where the browser takes no cookies, else empty.
 * @property {string} title
 * @property {ClassInvitation|null} invitation
 * @property {string} ask Name of the question whose answers are counted; empty where none is on show.
 * @property {Array<string>} answers
 * @property {number} wall Number of the handing out that `mine` is of; 0 where nothing is handed out.
 * @property {ClassMine|null} mine
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * An address of the app.
 * @typedef {object} ClassPlace
 * @property {string} path Of the page, below the app's own address.
 * @property {Record<string, string>} params
 */

/**
 * How others come into the class.
 * @typedef {object} ClassInvitation
 * @property {string} link
 * @property {Array<string>} qr Rows of the QR code, a character a module: 1 is dark. Without its quiet zone.
 * @property {string} alt
 * @property {string} warning Why the link does not lead here from other machines; empty where it may.
 */

/**
 * The expert or the seed that was handed to this browser.
 * @typedef {object} ClassMine
 * @property {string} says
 * @property {string} act
 * @property {string} result Empty before it has been found out; what comes of a seed the server tells by itself.
 * @property {"less"|"same"|"more"|null} tone
 */

export {};
