// Written by `make types` from moe_demo/ui/mixture/data_waterfall.py: what mixture/waterfall.js is given.

/**
 * Steps from nothing to the class logits, the same scale for all classes.
 * @typedef {object} PictureData
 * @property {Array<WaterfallStep>} steps
 * @property {Array<number>} logits
 * @property {Array<number>} base Where the bars of each class begin.
 * @property {Array<Array<number>>} ends Low and high end of each class's scale; all are as long.
 * @property {number} answer
 * @property {Array<ExpertLook>} experts
 * @property {Array<ClassLook>} classes
 * @property {string} title
 * @property {string} claim
 * @property {string} kind Whether these steps are exact or measured, in one sentence.
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * One step: what it brings to each class, and where its bar begins.
 * @typedef {object} WaterfallStep
 * @property {string} name
 * @property {number|null} expert
 * @property {boolean} is_shared
 * @property {boolean} is_drawn False of the rest, behind which the bars begin.
 * @property {Array<number>} values
 * @property {Array<number>} starts
 */

/** @typedef {import("../kit/looks.types.js").ExpertLook} ExpertLook */

/** @typedef {import("../kit/looks.types.js").ClassLook} ClassLook */

export {};
