// An expert's texture as an SVG pattern: the mark that stays when colour cannot be seen.
import { el } from "./dom.js";

/** @typedef {import("./looks.types.js").ExpertLook} ExpertLook */

/**
 * Paths of the textures on a tile of 8 x 8.
 * @type {Readonly<Record<string, string>>}
 */
export const TEXTURE_MARKS = Object.freeze({
  diagonal: "M-2,10 L10,-2 M-2,2 L2,-2 M6,10 L10,6",
  antidiagonal: "M-2,-2 L10,10 M6,-2 L10,2 M-2,6 L2,10",
  horizontal: "M0,4 H8",
  vertical: "M4,0 V8",
  grid: "M0,4 H8 M4,0 V8",
  cross: "M0,0 L8,8 M8,0 L0,8",
});

/**
 * The same marks along a line: its dashes, and those of a pale core inside a broad one.
 * @type {Readonly<Record<string, number[]>>}
 */
export const LINE_DASHES = Object.freeze({
  solid: [],
  diagonal: [9, 3],
  dots: [2, 3],
  horizontal: [14, 3, 2, 3],
  antidiagonal: [5, 3],
  vertical: [2, 6],
  grid: [9, 3, 2, 3, 2, 3],
  rings: [1, 2],
});

export const MARKS_OPACITY = 0.6;

/**
 * <pattern> elements for all experts, ids `${prefix}${index}`: hue as ground, texture as ink.
 * @param {ExpertLook[]} experts
 * @param {string} prefix
 * @returns {SVGPatternElement[]}
 */
export function texturePatterns(experts, prefix) {
  return experts.map((expert, index) => {
    return el(
      "pattern",
      { id: `${prefix}${index}`, width: 8, height: 8, patternUnits: "userSpaceOnUse" },
      el("rect", { width: 8, height: 8, fill: expert.hue }),
      textureMarks(expert.texture, expert.ink),
    );
  });
}

/** @param {string} texture @param {string} ink @returns {SVGElement | null} */
function textureMarks(texture, ink) {
  const opacity = MARKS_OPACITY;
  if (texture === "dots") return el("circle", { cx: 4, cy: 4, r: 1.4, fill: ink, opacity });
  if (texture === "rings") return el("circle", { cx: 4, cy: 4, r: 2.4, fill: "none", stroke: ink, opacity });
  const marks = TEXTURE_MARKS[texture];
  return marks ? el("path", { d: marks, stroke: ink, "stroke-width": 1.2, fill: "none", opacity }) : null;
}
