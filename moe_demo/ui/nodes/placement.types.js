// Written by `make types` from moe_demo/ui/nodes/data_placement.py: what nodes/placement.js is given.

/**
 * All devices in one layer and window.
 * @typedef {object} PictureData
 * @property {number} layer
 * @property {Array<Device>} devices
 * @property {Array<ExpertLook>} experts
 * @property {number} top The largest load, for the scale of the bars.
 * @property {string} label
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * A device; its loads are over the mean of all.
 * @typedef {object} Device
 * @property {string} name
 * @property {string} node
 * @property {Array<Slot>} slots
 * @property {number} planned
 * @property {number} served
 * @property {number} refreshed
 * @property {Array<string>} slowest Of the three loads, those with which everyone waits for this device.
 */

/** @typedef {import("../kit/looks.types.js").ExpertLook} ExpertLook */

/**
 * A place for an expert.
 * @typedef {object} Slot
 * @property {number} expert
 * @property {boolean} replica Whether another slot has it too.
 */

export {};
