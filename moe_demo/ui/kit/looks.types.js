// Written by `make types` from moe_demo/ui/kit/looks.py: what scripts are given.

/**
 * One routed expert: the hue is its group's, the texture tells its place there.
 * @typedef {object} ExpertLook
 * @property {string} label
 * @property {string} hue
 * @property {string} ink
 * @property {string} texture
 */

/**
 * One class: colour, shape (its name and its character) and word, never colour alone.
 * @typedef {object} ClassLook
 * @property {string} hue
 * @property {string} ink
 * @property {string} shape
 * @property {string} glyph
 * @property {string} word
 */

/**
 * Colours from low to high, on light and on dark ground.
 * @typedef {object} Ramp
 * @property {Array<string>} light
 * @property {Array<string>} dark
 */

export {};
