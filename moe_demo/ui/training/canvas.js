// Marks on the canvas that all bands of the training picture share.
import { channels } from "../kit/colour.js";
import { spread } from "../kit/spread.js";
import { zoomOf } from "../kit/stage.js";
import { widthIn } from "../kit/text.js";
import { MARKS_OPACITY, TEXTURE_MARKS } from "../kit/textures.js";

const ENDS_TOGETHER = 90; // pixels: lines that end closer than this share one column of names
const GREY = [128, 128, 128];

/**
 * @typedef {CanvasRenderingContext2D} Context
 * @typedef {{ text: string, ground: string, border: string, primary: string, font: string, least: number }} Ink
 * @typedef {{ size?: number, weight?: number }} Type
 * @typedef {{ color: string, width?: number, dash?: number[], alpha?: number, casing?: string }} LineLook
 * @typedef {(number | null)[]} Places pixels, null where there is no value
 * @typedef {LineLook & { x: number, y: number, text: string }} LineEnd
 */

/**
 * What the theme says now: colours as CSS gives them, and the type.
 * @param {Element} root
 * @returns {Ink}
 */
export function inkOf(root) {
  const style = getComputedStyle(root);
  const of = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  return {
    text: of("--st-text-color"),
    ground: of("--st-background-color"),
    border: of("--st-border-color"),
    primary: of("--st-primary-color"),
    font: style.fontFamily,
    least: parseFloat(of("--least-type")) || 0, // px: before a class no type is smaller
  };
}

/**
 * The context of a canvas that is sharp on this screen, empty, in CSS pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @returns {Context}
 */
export function clearedCanvas(canvas, width, height) {
  const ratio = (window.devicePixelRatio || 1) * zoomOf(canvas);
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = contextOf(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** @param {HTMLCanvasElement} canvas @returns {Context} */
function contextOf(canvas) {
  return /** @type {Context} */ (canvas.getContext("2d"));
}

/**
 * A colour as [red, green, blue], whatever way the theme writes it.
 * @param {Context} context
 * @param {string} color
 * @returns {number[]}
 */
export function channelsOf(context, color) {
  context.save();
  context.fillStyle = color;
  const hex = context.fillStyle; // written "#rrggbb" where it is opaque
  context.restore();
  return hex.startsWith("#") ? channels(hex) : GREY;
}

/** @param {Ink} ink @param {Type} [type] */
function fontOf(ink, { size = 12, weight = 400 } = {}) {
  return `${weight} ${Math.max(size, ink.least)}px ${ink.font}`;
}

/**
 * Width of a text as `write` sets it.
 * @param {Ink} ink
 * @param {Type} [type]
 */
export function widthOf(ink, type) {
  return widthIn(fontOf(ink, type));
}

/**
 * Text whose middle is at height y; `muted` for what only helps to read, `halo` for what stands on lines.
 * @param {Context} context
 * @param {Ink} ink
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {Type & { align?: CanvasTextAlign, muted?: boolean, halo?: boolean, color?: string }} [look]
 */
export function write(context, ink, text, x, y, look = {}) {
  const { align = "left", muted = false, halo = false, color = ink.text } = look;
  context.save();
  context.font = fontOf(ink, look);
  context.textAlign = align;
  context.textBaseline = "middle";
  if (halo) {
    context.strokeStyle = ink.ground;
    context.lineWidth = 3;
    context.lineJoin = "round";
    context.strokeText(text, x, y + 0.5);
  }
  context.fillStyle = color;
  context.globalAlpha = muted ? 0.72 : 1;
  context.fillText(text, x, y + 0.5);
  context.restore();
}

/**
 * A quiet horizontal rule with its number in the left gutter, the number kept beside its own band.
 * @param {Context} context
 * @param {Ink} ink
 * @param {{ x0: number, x1: number }} axis
 * @param {{ y: number, h: number }} band
 * @param {number} y
 * @param {string} label
 */
export function gridLine(context, ink, axis, band, y, label) {
  context.save();
  context.strokeStyle = ink.text;
  context.globalAlpha = 0.13;
  context.beginPath();
  context.moveTo(axis.x0, Math.round(y) + 0.5);
  context.lineTo(axis.x1, Math.round(y) + 0.5);
  context.stroke();
  context.restore();
  const at = Math.min(Math.max(y, band.y + 4), band.y + band.h - 4);
  write(context, ink, label, axis.x0 - 8, at, { align: "right", size: 11, muted: true });
}

/**
 * @param {Context} context
 * @param {string} color
 * @param {number} x
 * @param {number} from
 * @param {number} to
 * @param {{ alpha?: number, dash?: number[], width?: number }} [look]
 */
export function verticalLine(context, color, x, from, to, { alpha = 1, dash = [], width = 1 } = {}) {
  context.save();
  context.strokeStyle = color;
  context.globalAlpha = alpha;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.beginPath();
  context.moveTo(Math.round(x) + 0.5, from);
  context.lineTo(Math.round(x) + 0.5, to);
  context.stroke();
  context.restore();
}

/**
 * A line through points; gaps where a value is no number. `casing` sets it off from a ground it is close to.
 * @param {Context} context
 * @param {number[]} xs
 * @param {Places} ys
 * @param {LineLook} look
 */
export function drawLine(context, xs, ys, { color, width = 1.5, dash = [], alpha = 1, casing }) {
  context.save();
  context.lineJoin = "round";
  context.setLineDash(dash);
  context.beginPath();
  let isDown = false;
  ys.forEach((y, i) => {
    if (y === null || !Number.isFinite(y)) isDown = false;
    else if (isDown) context.lineTo(xs[i], y);
    else {
      context.moveTo(xs[i], y);
      isDown = true;
    }
  });
  if (casing) {
    context.strokeStyle = casing;
    context.lineWidth = width + 1.2;
    context.globalAlpha = 0.4;
    context.stroke();
  }
  context.globalAlpha = alpha;
  context.strokeStyle = color;
  context.lineWidth = width;
  context.stroke();
  context.restore();
}

/**
 * Filled discs at points.
 * @param {Context} context
 * @param {number[]} xs
 * @param {Places} ys
 * @param {string} color
 * @param {number} radius
 */
export function drawDots(context, xs, ys, color, radius) {
  context.save();
  context.fillStyle = color;
  ys.forEach((y, i) => {
    if (y === null || !Number.isFinite(y)) return;
    context.beginPath();
    context.arc(xs[i], y, radius, 0, 2 * Math.PI);
    context.fill();
  });
  context.restore();
}

/**
 * @param {Context} context
 * @param {string} color
 * @param {{ x: number, y: number, w: number, h: number }} box
 * @param {number} width of the line, which stays inside the box
 */
export function outline(context, color, { x, y, w, h }, width) {
  if (w < 2 * width) return;
  context.strokeStyle = color;
  context.lineWidth = width;
  context.strokeRect(x + width / 2, y + width / 2, w - width, h - width);
}

/**
 * Names at the ends of lines, those of lines that end together moved apart, each after a piece of its line.
 * @param {Context} context
 * @param {Ink} ink
 * @param {LineEnd[]} items
 * @param {{ y: number, h: number }} band
 */
export function endLabels(context, ink, items, band) {
  const ends = items.filter((item) => Number.isFinite(item.y)).sort((a, b) => a.y - b.y);
  for (const column of new Set(ends.map((item) => Math.round(item.x / ENDS_TOGETHER)))) {
    const together = ends.filter((item) => Math.round(item.x / ENDS_TOGETHER) === column);
    const apart = Math.min(Math.max(14, ink.least + 2), (band.h + 8) / together.length);
    const size = Math.min(12, Math.floor(apart) - 1);
    const wanted = together.map((item) => item.y);
    const places = spread(wanted, apart, { low: band.y + 4, high: band.y + band.h - 4 });
    together.forEach((item, i) => {
      const weight = (item.width ?? 0) > 2 ? 600 : 400;
      drawLine(context, [item.x + 5, item.x + 19], [places[i], places[i]], item);
      write(context, ink, item.text, item.x + 24, places[i], { size, weight, halo: true });
    });
  }
}

/**
 * The texture of an expert as a pattern for this context: its hue as ground, its marks as ink.
 * @param {Context} context
 * @param {{ texture: string, hue: string, ink: string }} expert
 * @returns {CanvasPattern}
 */
export function canvasTexture(context, expert) {
  const ratio = (window.devicePixelRatio || 1) * zoomOf(context.canvas);
  const tile = document.createElement("canvas");
  tile.width = tile.height = Math.round(8 * ratio);
  const paint = contextOf(tile);
  paint.scale(tile.width / 8, tile.height / 8);
  paint.fillStyle = expert.hue;
  paint.fillRect(0, 0, 8, 8);
  paint.fillStyle = paint.strokeStyle = expert.ink;
  paint.globalAlpha = MARKS_OPACITY;
  paint.lineWidth = 1.2;
  if (expert.texture === "dots" || expert.texture === "rings") {
    paint.beginPath();
    paint.arc(4, 4, expert.texture === "dots" ? 1.4 : 2.4, 0, 2 * Math.PI);
    if (expert.texture === "dots") paint.fill();
    else paint.stroke();
  } else if (TEXTURE_MARKS[expert.texture]) paint.stroke(new Path2D(TEXTURE_MARKS[expert.texture]));
  const pattern = /** @type {CanvasPattern} */ (context.createPattern(tile, "repeat"));
  pattern.setTransform(new DOMMatrix().scale(8 / tile.width));
  return pattern;
}

/**
 * Crossed lines in one colour.
 * @param {Context} context
 * @param {Ink} ink
 * @param {string} color
 */
export function crossHatch(context, ink, color) {
  return canvasTexture(context, { texture: "cross", hue: ink.ground, ink: color });
}
